//! The account of every row: what came, what was taken in, and what was not and why.

use std::collections::BTreeMap;

use custodes_standard::evidence::Set;

use crate::evidence::Evidence;
use crate::manifest;
use crate::outcome::{Conflict, Outcome};
use crate::problem::Problem;
use crate::scan::source::SourceFile;
use crate::settled::Settled;
use crate::stream;

/// What came of one file. `rows` is the sum of the other counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Relative to the folder, with `/`.
    pub file: String,
    pub set: &'static str,
    /// Of the file as it is stored, in lower-case hexadecimal digits.
    pub sha256: String,
    pub rows: u64,
    pub accepted: u64,
    pub quarantined: u64,
    /// Of the quarantined rows, those that a person has settled.
    pub settled: u64,
    /// Rows that say the same as a later one with their key.
    pub duplicate: u64,
    /// Rows that say something else than a later one with their key.
    pub conflicting: u64,
    /// Rows later than as-of that stand.
    pub future: u64,
}

/// A row that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedRow {
    pub file: String,
    /// The line on which it begins, from 1 with the header; in Parquet the number of the row, from 1.
    pub line: u64,
    /// The first column, in declared order, that fails; blank when the row cannot be taken apart.
    pub column: &'static str,
    /// What stands there, shortened to 80 characters.
    pub value: String,
    pub reason: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In byte order of file.
    pub inputs: Vec<Input>,
    /// In order of file and line.
    pub quarantine: Vec<QuarantinedRow>,
    /// Quarantined rows beyond the first 100,000 of their file, which are not listed.
    pub quarantine_unlisted: u64,
    /// In order of file and line.
    pub conflicts: Vec<Conflict>,
    /// Conflicting rows beyond the first 100,000 of their set, which are not listed.
    pub conflicts_unlisted: u64,
    /// What a person should know, as sentences without a full stop.
    pub notices: Vec<String>,
    /// By set, why it cannot be taken to be whole.
    pub not_whole: BTreeMap<&'static str, Vec<String>>,
}

impl Evidence {
    /// The account of all files. Sets that were not scanned to their end yet are looked through first.
    ///
    /// # Errors
    /// A file cannot be read to its end, or is not what a manifest states.
    pub fn report(&self) -> Result<Report, Vec<Problem>> {
        self.look_at_all()?;
        let mut report = Report { notices: self.noticed.clone(), ..Report::default() };
        for file in &self.intake.files {
            if let Some(outcome) = self.intake.outcome(file.set) {
                report.add_file(file, &outcome, &self.settled);
            }
        }
        self.compare_with_manifests(&mut report)?;
        let mut sets: Vec<_> = self.intake.files.iter().map(|file| file.set).collect();
        sets.sort_by_key(|set| set.name);
        sets.dedup_by_key(|set| set.name);
        for set in sets {
            let Some(outcome) = self.intake.outcome(set) else { continue };
            report.conflicts.extend(outcome.conflicts.iter().cloned());
            report.conflicts_unlisted += (outcome.conflicting.len() - outcome.conflicts.len()) as u64;
            let reasons = self.reasons_not_whole(set, &outcome);
            if !reasons.is_empty() {
                report.not_whole.insert(set.name, reasons);
            }
        }
        report.conflicts.sort();
        Ok(report)
    }

    /// Why a set cannot be taken to be whole; no reason where it can. Only this set is looked through.
    ///
    /// # Errors
    /// A file of the set cannot be read to its end.
    pub fn why_not_whole(&self, set: &'static Set) -> Result<Vec<String>, Problem> {
        self.look_at(set)?;
        Ok(self.intake.outcome(set).map(|outcome| self.reasons_not_whole(set, &outcome)).unwrap_or_default())
    }

    fn reasons_not_whole(&self, set: &Set, outcome: &Outcome) -> Vec<String> {
        let quarantined: u64 = outcome.tallies.values().map(|tally| tally.quarantined).sum();
        let settled: u64 = outcome
            .tallies
            .iter()
            .map(|(file, tally)| self.settled.among(outcome.digests.get(file).map_or("", String::as_str), tally))
            .sum();
        let rows = |count: u64| if count == 1 { "row is" } else { "rows are" };
        let unsettled = match (quarantined - settled, settled) {
            (0, _) => None,
            (_, 0) => Some(format!("{quarantined} {} quarantined", rows(quarantined))),
            (left, _) => Some(format!("{left} of {quarantined} quarantined {} not settled", rows(quarantined))),
        };
        let files: Vec<&str> =
            self.intake.files.iter().filter(|file| file.set == set).map(|file| file.name.as_str()).collect();
        let uncovered = manifest::uncovered(&self.stated, &files, self.window.0, self.window.1);
        unsettled.into_iter().chain(uncovered).collect()
    }

    /// The rows that a source can know of: those before a mapping left some out, or made several of one.
    fn source_rows(&self, file: &str) -> Option<u64> {
        let file = self.intake.files.iter().find(|known| known.name == file)?;
        self.intake.outcome(file.set)?.source_rows.get(&file.index).copied()
    }

    fn compare_with_manifests(&self, report: &mut Report) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for stated in &self.stated {
            match report.inputs.iter().find(|input| input.file == stated.file) {
                Some(input) => {
                    let rows = self.source_rows(&input.file).unwrap_or(input.rows);
                    problems.extend(stated.compare(Some(rows), &input.sha256));
                }
                None => match self.paths.get(&stated.file).map(|path| stream::sha256_of(path)) {
                    Some(Ok(sha256)) => problems.extend(stated.compare(None, &sha256)),
                    Some(Err(error)) => problems.push(stream::unreadable(&stated.file, &error).into()),
                    None => {}
                },
            }
        }
        if !self.stated.is_empty() {
            let unstated =
                report.inputs.iter().filter(|input| !self.stated.iter().any(|stated| stated.file == input.file));
            report.notices.extend(unstated.map(|input| format!("{}: not in the manifest", input.file)));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Report {
    fn add_file(&mut self, file: &SourceFile, outcome: &Outcome, settled: &Settled) {
        let tally = outcome.tallies.get(&file.index).cloned().unwrap_or_default();
        let superseded = outcome.files.get(&file.index).copied().unwrap_or_default();
        // A superseded row that is also in the future counts once, as superseded.
        let future = tally.future - superseded.future;
        let gone = tally.quarantined + superseded.duplicate + superseded.conflicting + future;
        let sha256 = outcome.digests.get(&file.index).cloned().unwrap_or_default();
        self.inputs.push(Input {
            file: file.name.clone(),
            set: file.set.name,
            settled: settled.among(&sha256, &tally),
            sha256,
            rows: tally.rows,
            accepted: tally.rows - gone,
            quarantined: tally.quarantined,
            duplicate: superseded.duplicate,
            conflicting: superseded.conflicting,
            future,
        });
        self.quarantine_unlisted += tally.quarantined - tally.listed.len() as u64;
        self.quarantine.extend(tally.listed.into_iter().map(|listed| QuarantinedRow {
            file: file.name.clone(),
            line: listed.line,
            column: listed.column,
            value: listed.value,
            reason: listed.reason,
        }));
        for (column, count) in tally.without_offset {
            let (are, times) = if count == 1 { ("is", "time") } else { ("are", "times") };
            let notice =
                format!("{}: {count} {times} in {column} {are} without offset; a mapping can give the zone", file.name);
            self.notices.push(notice);
        }
        for (column, count) in tally.errors {
            let (are, cells) = if count == 1 { ("is", "cell") } else { ("are", "cells") };
            self.notices.push(format!(
                "{}: {count} {cells} in {column} {are} a spreadsheet's error, such as #N/A, and {are} taken as withheld; \
                 export the values again",
                file.name
            ));
        }
        let said = outcome.notices.get(&file.index).into_iter().flatten();
        self.notices.extend(said.map(|notice| format!("{}: {notice}", file.name)));
    }
}
