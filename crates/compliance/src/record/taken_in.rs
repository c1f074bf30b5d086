//! Evidence as it was taken in.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Done, Record};
use crate::acts::evidence::{EvidenceImported, QuarantineSettled, Quarantined};
use crate::acts::{ImportId, RequestId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub what: EvidenceImported,
    pub imported: Done,
    pub withdrawn: Option<(Done, String)>,
    /// A later import that stands in for this one.
    pub replaced_by: Option<ImportId>,
    pub settled: Vec<(Done, QuarantineSettled)>,
}

impl Import {
    pub fn in_force(&self) -> bool {
        self.withdrawn.is_none() && self.replaced_by.is_none()
    }

    /// Lines of a file that a person answered for; `None` stands for all of them.
    pub fn settled_lines(&self, file: &str) -> Option<BTreeSet<u64>> {
        let mut lines = BTreeSet::new();
        for (_, settled) in self.settled.iter().filter(|(_, settled)| settled.file == file) {
            if settled.lines.is_empty() {
                return None;
            }
            lines.extend(&settled.lines);
        }
        Some(lines)
    }

    pub fn unsettled(&self) -> impl Iterator<Item = &Quarantined> {
        // Once for each file: there may be a hundred thousand rows of it.
        let mut settled: BTreeMap<&str, Option<BTreeSet<u64>>> = BTreeMap::new();
        self.what.quarantine.iter().filter(move |row| {
            let lines = settled.entry(&row.file).or_insert_with(|| self.settled_lines(&row.file));
            lines.as_ref().is_some_and(|lines| !lines.contains(&row.line))
        })
    }

    /// How many rows of a set could not be read, and nobody answered for them.
    pub fn unread(&self, set: &str) -> u64 {
        let of_set = self.what.originals.iter().filter(|original| original.set.as_deref() == Some(set));
        let left = of_set.map(|original| match self.settled_lines(&original.name) {
            None => 0,
            // By the count of the file: beyond the first ones, rows are not listed one by one.
            Some(lines) => original.quarantined.saturating_sub(lines.len() as u64),
        });
        left.sum()
    }

    /// The objects of the evidence store that it names.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        let originals = self.what.originals.iter().map(|original| original.sha256.as_str());
        let typed = self.what.typed.iter().map(|typed| typed.sha256.as_str());
        let mappings = self.what.mappings.iter().map(|kept| kept.sha256.as_str());
        originals.chain(typed).chain(mappings)
    }

    /// How many rows of a set came, those among them that could not be read, or came twice.
    pub fn rows(&self, set: &str) -> u64 {
        self.what.originals.iter().filter(|original| original.set.as_deref() == Some(set)).map(|of| of.rows).sum()
    }

    pub fn sets(&self) -> BTreeSet<&str> {
        self.what.originals.iter().filter_map(|original| original.set.as_deref()).collect()
    }
}

/// What came for a request, against what another source counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub request: RequestId,
    pub set: String,
    /// By the other source.
    pub counted: u64,
    /// The imports in force that answer it, with the rows of the set in each.
    pub came: Vec<(ImportId, u64)>,
}

impl Counted {
    /// `None` where nothing was counted, or nothing in force came yet.
    pub fn of(record: &Record, request: RequestId) -> Option<Counted> {
        let what = &record.requests.get(&request)?.what;
        let came: Vec<(ImportId, u64)> = record
            .evidence()
            .filter(|(_, import)| import.what.answers == Some(request))
            .map(|(id, import)| (*id, import.rows(&what.set)))
            .collect();
        let counted = what.independent_count?;
        (!came.is_empty()).then(|| Counted { request, set: what.set.clone(), counted, came })
    }

    /// An answer may come in parts, or whole at last.
    pub fn agrees(&self) -> bool {
        let whole = self.came.last().is_some_and(|(_, rows)| *rows == self.counted);
        whole || self.came.iter().map(|(_, rows)| rows).sum::<u64>() == self.counted
    }

    /// Both figures, in words.
    pub fn in_words(&self) -> String {
        let came: Vec<String> = self.came.iter().map(|(id, rows)| format!("{rows} in {id}")).collect();
        let differs = if self.agrees() { "which agree" } else { "which DIFFER" };
        format!("{} rows of {} counted independently, {} came: {differs}", self.counted, self.set, came.join(" and "))
    }
}
