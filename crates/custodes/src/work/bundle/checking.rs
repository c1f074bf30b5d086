//! What is in a bundle, held against each other: entries against the checkpoint, files against the entries.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::acts::retention::BundleMade;
use custodes_compliance::acts::{Act, AuditId};
use custodes_compliance::record::Record;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::entry::{Leaf, commitment};
use custodes_journal::hash::Hash;
use custodes_journal::log::Head;
use custodes_journal::tree::TreeSize;

use super::entries::Proven;
use super::open::continues;
use super::{
    CHECKPOINT, ENTRIES, INFO, Info, READ_ME, RETURN_JSON, RETURN_PAGE, SINCE_PREVIOUS, SINCE_WITNESSED, SUMS,
    WITNESSED, contents, frame_name, since_report_name,
};
use crate::words::counted;
use crate::work::disposed::Disposed;
use crate::work::redrawing::{FrameText, Once, Redrawn};
use crate::work::workspace::read_entry;

/// A bundle being checked.
pub struct Checking<'a> {
    pub(super) files: &'a BTreeMap<&'a str, &'a [u8]>,
    pub(super) info: &'a Info,
    pub(super) head: Head,
    record: Record,
    /// The entry by which the bundle was made.
    made: Option<BundleMade>,
    entries: BTreeSet<u64>,
    without_content: BTreeSet<u64>,
    once: Once,
    holds: Vec<String>,
    notes: Vec<String>,
    defects: Vec<String>,
}

impl<'a> Checking<'a> {
    pub fn new(files: &'a BTreeMap<&'a str, &'a [u8]>, info: &'a Info, checkpoint: &SignedCheckpoint) -> Checking<'a> {
        let checkpoint = checkpoint.checkpoint();
        let head = checkpoint.head();
        let mut checking = Checking {
            files,
            info,
            head,
            record: Record::default(),
            made: None,
            entries: BTreeSet::new(),
            without_content: BTreeSet::new(),
            once: Once::default(),
            holds: Vec::new(),
            notes: Vec::new(),
            defects: Vec::new(),
        };
        if checkpoint.origin().as_str() != info.origin {
            checking.defect(format!(
                "{CHECKPOINT} is of the journal {:?}, and the bundle of {:?}",
                checkpoint.origin().as_str(),
                info.origin
            ));
        }
        if head.size.0 != info.size || head.root.to_string() != info.root {
            checking.defect(format!("{CHECKPOINT} is of other entries than {INFO} says"));
        }
        checking
    }

    /// What the entries say that were read so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    pub fn hold(&mut self, what: String) {
        self.holds.push(what);
    }

    /// What a reader looks for first.
    pub fn hold_first(&mut self, what: String) {
        self.holds.insert(0, what);
    }

    pub fn note(&mut self, what: String) {
        self.notes.push(what);
    }

    pub fn defect(&mut self, what: String) {
        self.defects.push(what);
    }

    /// Each entry is in the journal, is what was committed to, and says what its kind says.
    pub fn entries(&mut self, lines: &str) {
        let mut proven = 0;
        let mut before: Option<(u64, i64)> = None;
        if !lines.is_empty() && !lines.ends_with('\n') {
            self.defect(format!("{ENTRIES}: its last line does not end: part of it is missing"));
        }
        for (place, line) in lines.lines().enumerate() {
            let Some(entry) = Proven::parse(line) else {
                self.defect(format!("{ENTRIES} line {}: it is not an entry as it is written", place + 1));
                continue;
            };
            let index = entry.entry.index.0;
            let defects = self.defects.len();
            if before.is_some_and(|(before, _)| before >= index) {
                self.defect(format!("entry {index}: it is there twice, or out of order"));
                continue;
            }
            let leaf = Hash::of_leaf(&entry.entry.leaf);
            if let Err(why) = entry.proof.verify(&leaf, entry.entry.index, &self.head) {
                self.defect(format!("entry {index}: it is not shown to be in the journal: {why}"));
            }
            let time = self.entry(&entry);
            if let (Some(time), Some((_, earlier))) = (time, before)
                && time < earlier
            {
                self.defect(format!("entry {index}: its time is earlier than that of an entry before it"));
            }
            before = Some((index, time.or(before.map(|(_, time)| time)).unwrap_or(i64::MIN)));
            proven += u64::from(self.defects.len() == defects);
        }
        self.record.size = self.info.size;
        self.hold(format!(
            "{} in the journal of {}, and each is what was committed to",
            if proven == 1 { "1 entry is".to_owned() } else { format!("{proven} entries are") },
            counted(self.info.size, "entry", "entries")
        ));
        self.carried();
        self.disposed();
    }

    /// One entry by itself; gives its time.
    fn entry(&mut self, proven: &Proven) -> Option<i64> {
        let entry = &proven.entry;
        let index = entry.index.0;
        self.entries.insert(index);
        let Ok(leaf) = Leaf::parse(&entry.leaf) else {
            self.defect(format!("entry {index}: its record is not in the form in which records are written"));
            return None;
        };
        if let Some(content) = &entry.content
            && commitment(&content.salt, &content.bytes) != leaf.commitment
        {
            self.defect(format!("entry {index}: its content is not what was committed to when it was written"));
            return Some(leaf.time);
        }
        match read_entry(entry) {
            Err(why) => self.defect(format!("entry {index}: {why}")),
            Ok((at, subject, content)) => {
                match &content {
                    None => drop(self.without_content.insert(index)),
                    Some(content) => {
                        self.once.see(index, &content.act);
                        if let Act::BundleMade(made) = &content.act
                            && index == self.info.entry
                        {
                            self.made = Some(made.clone());
                            if at != self.info.made_at {
                                self.defect(format!(
                                    "{INFO} says that the bundle was made at {}, and entry {index} {at}",
                                    self.info.made_at
                                ));
                            }
                        }
                    }
                }
                self.record.size = index;
                self.record.apply(at, &subject, content);
            }
        }
        Some(leaf.time)
    }

    /// The entry by which the bundle was made says which entries it carries, and of which journal it is.
    fn carried(&mut self) {
        let info = self.info;
        let opened = self.record.workspace.as_ref().map(|opened| &opened.what);
        let same = opened.is_some_and(|opened| {
            opened.origin == info.origin
                && opened.key == info.key
                && opened.lea == info.lea
                && opened.standard == info.standard
        });
        if !same {
            self.defect(format!("{INFO} says otherwise than the journal's first entry whose journal it is"));
        }
        let Some(made) = self.made.clone() else {
            return self.defect(format!("entry {} by which the bundle was made is not in it", info.entry));
        };
        let same = made.audits == info.audits
            && made.for_whom == info.for_whom
            && made.interim == info.interim
            && made.annual_return == info.annual_return
            && made.program == info.program;
        if !same || Some(made.size) != info.entry.checked_add(1) {
            self.defect(format!(
                "{INFO} says otherwise than entry {} for whom the bundle is, or of which audits",
                info.entry
            ));
        }
        let stated: Vec<(u64, u64)> = made.entries.iter().copied().chain([(info.entry, info.entry)]).collect();
        for (first, last) in gaps(&stated, &self.entries) {
            let what = if first == last {
                format!("entry {first}: it was")
            } else {
                format!("entries {first} to {last}: they were")
            };
            self.defect(format!(
                "{what} left out, although the bundle was made with {}",
                if first == last { "it" } else { "them" }
            ));
        }
        let strange = |entry: &&u64| !stated.iter().any(|(first, last)| first <= *entry && *entry <= last);
        let strange: Vec<u64> = self.entries.iter().filter(strange).copied().collect();
        for index in strange {
            self.defect(format!("entry {index}: it was added to the bundle after it was made"));
        }
    }

    /// Content that is gone was disposed of by two people, or is missing.
    fn disposed(&mut self) {
        let disposed = Disposed::of(&self.record);
        let gone = self.without_content.iter();
        let missing: Vec<u64> = gone.clone().filter(|index| !disposed.covers(**index)).copied().collect();
        let there = self.entries.difference(&self.without_content).filter(|index| disposed.covers(**index));
        let there: Vec<u64> = there.copied().collect();
        let said = disposed.sentences(gone.copied());
        for index in missing {
            self.defect(format!("entry {index}: its content is missing, and no record says that it was disposed of"));
        }
        for index in there {
            self.defect(format!("entry {index}: its content is still there, although it was disposed of"));
        }
        self.defects.extend(disposed.defects);
        self.notes.extend(said);
    }

    /// The files are exactly those that were named when the bundle was made.
    pub fn contents(&mut self) {
        let Some(made) = self.made.clone() else { return };
        let named: BTreeMap<&str, &str> =
            made.contents.iter().map(|(name, sha256)| (name.as_str(), sha256.as_str())).collect();
        let mut whole = 0;
        for (name, sha256) in &named {
            match self.files.get(name) {
                None => self.defect(format!("{name}: it was left out, although the bundle was made with it")),
                Some(bytes) if Hash::of(bytes).to_string() != *sha256 => {
                    self.defect(format!("{name}: it is not the file that the bundle was made with"));
                }
                Some(_) => whole += 1,
            }
        }
        let proofs: BTreeSet<String> = made.audits.iter().map(since_report_name).collect();
        let fixed = [READ_ME, SUMS, INFO, CHECKPOINT, WITNESSED, SINCE_WITNESSED, SINCE_PREVIOUS, ENTRIES];
        for name in self.files.keys().filter(|name| !fixed.contains(name) && !named.contains_key(**name)) {
            if !proofs.contains(*name) {
                self.defects.push(format!("{name}: it was added to the bundle after it was made"));
            }
        }
        if made.annual_return.is_some() && ![RETURN_PAGE, RETURN_JSON].iter().all(|name| named.contains_key(name)) {
            self.defect("it says that the annual return is in it, and it is not".to_owned());
        }
        self.named_by_entries(&named);
        self.hold(match whole {
            0 => "no files (frames, rows, reports, attachments) were named when it was made".to_owned(),
            1 => "1 file (frames, rows, reports, attachments) is the one that the journal names".to_owned(),
            more => format!("{more} files (frames, rows, reports, attachments) are those that the journal names"),
        });
    }

    /// What the audits' entries name is there, under the hash that they name, unless it was disposed of.
    fn named_by_entries(&mut self, named: &BTreeMap<&str, &str>) {
        let mut wrong = Vec::new();
        for id in &self.info.audits {
            let Some(audit) = self.record.audits.get(id) else {
                wrong.push(format!("{id}: its entries are not in the bundle"));
                continue;
            };
            for (name, sha256) in contents::objects(audit) {
                match named.get(name.as_str()) {
                    Some(there) if *there == sha256 => {}
                    Some(_) => wrong.push(format!("{name}: it is not the file that the entries of {id} name")),
                    None if contents::is_disposed_of(&self.record, &sha256) => {
                        self.notes.push(format!("{name}: it was disposed of"));
                    }
                    None => wrong.push(format!("{name}: the entries of {id} name it, and it is not there")),
                }
            }
        }
        self.defects.extend(wrong);
    }

    /// Each report rests on a checkpoint that this one continues.
    pub fn reports(&mut self) {
        for id in &self.info.audits {
            let name = since_report_name(id);
            let report =
                self.record.audits.get(id).and_then(|audit| audit.reports.last()).map(|(_, report)| report.clone());
            let found = match (report, self.files.get(name.as_str())) {
                (None, None) => continue,
                (Some(report), Some(proof)) => match Hash::parse(&report.root) {
                    Some(root) => continues(proof, &Head { size: TreeSize(report.size), root }, &self.head),
                    None => Err("the entry names no root".to_owned()),
                },
                (Some(_), None) => Err("the proof is not there".to_owned()),
                (None, Some(_)) => Err("there is a proof, and no report".to_owned()),
            };
            match found {
                Ok(()) => self.hold(format!("the report on {id} rests on entries that are in the journal still")),
                Err(why) => self.defect(format!("the report on {id} does not rest on this journal: {why}")),
            }
        }
    }

    /// Every draw, performed again.
    pub fn draws(&mut self) {
        let frame = |id: &AuditId, number: usize, plan: &custodes_compliance::record::PlanState| {
            let bytes = self.files.get(frame_name(id, number).as_str());
            match bytes.map(|bytes| std::str::from_utf8(bytes)) {
                Some(Ok(text)) => FrameText::There(text.to_owned()),
                Some(Err(_)) => FrameText::Missing("its frame is no text".to_owned()),
                None if contents::is_disposed_of(&self.record, &plan.plan.frame.table_sha256) => FrameText::DisposedOf,
                None => FrameText::Missing("its frame is not in the bundle".to_owned()),
            }
        };
        let mut redrawn = Redrawn::of(&self.record, &self.info.audits, &frame);
        self.holds.extend(redrawn.sentence());
        self.notes.extend(redrawn.note());
        self.defects.append(&mut redrawn.defects);
    }

    pub fn finish(mut self) -> (Record, Vec<String>, Vec<String>, Vec<String>) {
        self.defects.append(&mut self.once.defects);
        (self.record, self.holds, self.notes, self.defects)
    }
}

/// The parts of runs where nothing is. A run may be as long as a hostile file says.
fn gaps(runs: &[(u64, u64)], there: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut gaps = Vec::new();
    for (first, last) in runs.iter().filter(|(first, last)| first <= last) {
        let mut next = *first;
        for entry in there.range(first..=last) {
            if *entry > next {
                gaps.push((next, entry - 1));
            }
            next = entry.saturating_add(1);
        }
        if next <= *last {
            gaps.push((next, *last));
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_found_without_counting_through_it() {
        let there = BTreeSet::from([0, 1, 4, 9]);
        assert_eq!(gaps(&[(0, 1), (3, 6), (9, 9)], &there), [(3, 3), (5, 6)]);
        assert_eq!(gaps(&[(8, u64::MAX - 1), (5, 2)], &there), [(8, 8), (10, u64::MAX - 1)]);
    }
}
