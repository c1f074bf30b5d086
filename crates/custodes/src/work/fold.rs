//! The record, kept up to some entry, so that opening a workspace does not read the whole journal.
//!
//! It is never a source of truth: it is signed together with the journal's size and root, taken up only
//! where those still hold, and `verify` folds the journal anew and compares.

use std::io::{self, Write};
use std::ops::ControlFlow;

use custodes_compliance::acts::{Act, Content};
use custodes_compliance::record::Record;
use custodes_journal::hash::Hash;
use custodes_journal::key::{SignerKey, VerifierKey};
use custodes_journal::log::{Head, Log};
use custodes_journal::tree::{LeafIndex, TreeSize};

use super::kept::{self, Kept, Written};
use super::{WorkError, Workspace};

/// Under which name the store keeps it.
pub const NAME: &str = "record";
/// Another program version may fold otherwise, so it folds anew.
const FORM: &str = concat!("custodes-record/v3 ", env!("CARGO_PKG_VERSION"));
/// How many entries may be folded at opening, at least, before the fold is kept again,
const AT_LEAST: u64 = 512;
/// and what share of those in it: so keeping it, which writes all of it, costs each entry the same however many
/// there are.
const SHARE: u64 = 4;

/// Whether it is time to keep the fold of `size` entries, where that of `kept` is kept.
pub fn is_due(size: u64, kept: u64) -> bool {
    size >= kept + AT_LEAST.max(kept / SHARE)
}

impl Written for Record {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        self.write_json(to)
    }

    fn read(bytes: &[u8]) -> Option<Record> {
        Record::read_json(bytes)
    }
}

pub fn seal(record: &Record, head: Head, key: &SignerKey) -> Option<Vec<u8>> {
    kept::seal(FORM, &[head.size.0.to_string(), head.root.to_string()], record, key)
}

/// A record that was kept, and the head it stands for.
pub struct Fold<'a> {
    kept: Kept<'a>,
    pub head: Head,
}

impl<'a> Fold<'a> {
    /// `None` where anything about it is not as it must be.
    pub fn open(bytes: &'a [u8], key: &VerifierKey) -> Option<Fold<'a>> {
        let kept = Kept::open(bytes, FORM, key)?;
        let [size, root] = kept.lines() else { return None };
        let head = Head { size: TreeSize(size.parse().ok()?), root: Hash::parse(root)? };
        Some(Fold { kept, head })
    }

    pub fn record(&self) -> Option<Record> {
        self.kept.value().filter(|record: &Record| record.size == self.head.size.0)
    }

    /// Whether this record is what was kept.
    pub fn is(&self, record: &Record) -> bool {
        self.kept.is(record)
    }
}

/// Whether it says that this version of the program sealed it. Another version's is passed over, not accused.
pub fn is_of_this_version(bytes: &[u8]) -> bool {
    kept::is_of_form(bytes, FORM)
}

impl Workspace {
    /// Takes up what was kept, where it is of this journal.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn take_up_kept_record(&mut self) -> Result<(), WorkError> {
        // The key by which the fold was signed is named by the journal's own first entry.
        let Some(bytes) = self.log.derived(NAME)? else { return Ok(()) };
        let Some(key) = self.key_of_first_entry()? else { return Ok(()) };
        let Some(fold) = Fold::open(&bytes, &key) else { return Ok(()) };
        if fold.head.size <= self.head.size
            && self.root_at(fold.head.size)? == fold.head.root
            && let Some(record) = fold.record()
        {
            self.kept = record.size;
            self.record = record;
        }
        Ok(())
    }

    pub(super) fn key_of_first_entry(&self) -> Result<Option<VerifierKey>, WorkError> {
        let mut key = None;
        self.log.read(LeafIndex(0), TreeSize(self.head.size.0.min(1)), &mut |entry| {
            let content = entry.content.and_then(|content| serde_json::from_slice::<Content>(&content.bytes).ok());
            if let Some(Content { act: Act::WorkspaceOpened(opened), .. }) = content {
                key = VerifierKey::parse(&opened.key).ok();
            }
            ControlFlow::Continue(())
        })?;
        Ok(key)
    }

    /// Keeps the record anew, when it is time.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(super) fn keep_record(&mut self) -> Result<(), WorkError> {
        let Some(keys) = &self.keys else { return Ok(()) };
        if is_due(self.record.size, self.kept)
            && let Some(bytes) = seal(&self.record, self.head, keys.signer())
            && self.log.keep_derived(NAME, Some(&bytes), self.head)?
        {
            self.kept = self.record.size;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeping_the_fold_costs_each_entry_the_same_however_many_there_are() {
        let (mut kept, mut written) = (0, 0);
        for size in 1..=2_000_000 {
            if is_due(size, kept) {
                kept = size;
                written += size;
            }
            assert!(size - kept < AT_LEAST.max(size / SHARE), "at {size} opening folds too much");
        }
        assert!(written < 2_000_000 * (SHARE + 2), "{written} entries' worth was written");
    }
}
