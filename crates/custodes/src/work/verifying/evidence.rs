//! What the journal names outside of itself: reports that rest on it, every object of the evidence store, every
//! draw.

use std::path::Path;

use custodes_compliance::record::Record;
use custodes_evidence::archive::{Archive, Sha256};
use custodes_journal::tree::TreeSize;

use super::Verifying;
use crate::words::counted;
use crate::work::objects::{gone, named};
use crate::work::redrawing::{FrameText, Redrawn};
use crate::work::workspace::EVIDENCE;

impl Verifying<'_> {
    /// Each report names the journal as it was; it must be so still.
    pub(super) fn reports(&mut self, record: &Record) {
        let mut held = 0;
        for (id, audit) in &record.audits {
            for (done, report) in &audit.reports {
                let root = (report.size <= done.entry).then(|| self.root_at(TreeSize(report.size))).flatten();
                if root.is_some_and(|root| root.to_string() == report.root) {
                    held += 1;
                } else {
                    self.answer.defects.push(format!(
                        "the report on {id} (entry {}) rests on other entries than the journal has",
                        done.entry
                    ));
                }
            }
        }
        if held > 0 {
            let rest = if held == 1 { "rests" } else { "rest" };
            self.answer.holds.push(format!("{} {rest} on entries that are there", counted(held, "report", "reports")));
        }
    }

    /// Every object that the journal names, read to its end; and every draw.
    pub(super) fn evidence(&mut self, record: &Record, folder: &Path) {
        let archive = match Archive::open_read_only(&folder.join(EVIDENCE)) {
            Ok(archive) => archive,
            Err(why) => return self.answer.defects.push(why.to_string()),
        };
        let (gone, named) = (gone(record), named(record));
        let is_there = |sha256: &str| sha256.parse::<Sha256>().is_ok_and(|object| archive.holds(&object));
        let mut whole = 0;
        for (sha256, what) in &named {
            if gone.contains(sha256.as_str()) && !is_there(sha256) {
                self.answer.notes.push(format!("{what}: it was disposed of"));
                continue;
            }
            match sha256.parse::<Sha256>().map(|object| archive.verify(&object)) {
                Ok(Ok(_)) => {
                    whole += 1;
                    (self.with.progress)("the evidence store", 1);
                }
                Ok(Err(fault)) => self.answer.defects.push(format!("{what}: {fault}")),
                Err(why) => self.answer.defects.push(format!("{what}: {why}")),
            }
        }
        for sha256 in gone.iter().filter(|sha256| !named.contains_key(**sha256) && is_there(sha256)) {
            self.answer.defects.push(format!(
                "object {sha256}: it is still in the evidence store, although it was disposed of: a program was \
                 interrupted, and the next command of the key's holder removes it"
            ));
        }
        let have = if whole == 1 { "has" } else { "have" };
        self.answer.holds.push(format!(
            "{} of the evidence store {have} the bytes that the journal names",
            counted(whole, "file", "files")
        ));
        let redrawn = Redrawn::of(record, record.audits.keys(), &|_, _, plan| {
            let sha256 = &plan.plan.frame.table_sha256;
            if gone.contains(sha256.as_str()) && !is_there(sha256) {
                return FrameText::DisposedOf;
            }
            let text = sha256.parse::<Sha256>().and_then(|object| archive.text(&object).map_err(|why| why.to_string()));
            text.map_or_else(|why| FrameText::Missing(format!("its frame: {why}")), FrameText::There)
        });
        self.answer.holds.extend(redrawn.sentence());
        self.answer.notes.extend(redrawn.note());
        self.answer.defects.extend(redrawn.defects);
    }
}
