//! What can be wrong with a journal, each in one line that a reader of reports understands.
//!
//! Entries are counted from 0, as the journal does everywhere.

use crate::checkpoint::NotACheckpoint;
use crate::hash::Hash;
use crate::note::NotSigned;
use crate::utc::write_utc;

/// The record that entries were disposed of, as the journal says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DisposedUnder {
    /// The retention rule.
    pub rule: String,
    /// The date, `YYYY-MM-DD`.
    pub date: String,
    /// Who did it.
    pub by: String,
    /// Who approved it; never the same person.
    pub approved_by: String,
}

impl std::fmt::Display for DisposedUnder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let DisposedUnder { rule, date, by, approved_by } = self;
        write!(f, "disposed of under rule {rule} on {date} by {by}, approved by {approved_by}")
    }
}

/// An instant as leaves have it: microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeafTime(pub i64);

impl std::fmt::Display for LeafTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_utc(i128::from(self.0), f)
    }
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    #[error("entry {expected}: it is missing; the next one there is entry {found}")]
    EntryMissing { expected: u64, found: u64 },
    #[error("entry {found}: it stands where entry {expected} belongs, so the journal's order was changed")]
    EntryOutOfOrder { expected: u64, found: u64 },
    #[error("entry {index}: its record is not in the form in which records are written, so it was changed")]
    NotALeaf { index: u64 },
    #[error("entry {index}: its content is not what was committed to when it was written")]
    OtherContent { index: u64 },
    #[error("entry {index}: its content is missing, and no record says that it was disposed of")]
    ContentMissing { index: u64 },
    #[error("entry {index}: its content is still there, although it was {under}")]
    StillThere { index: u64, under: DisposedUnder },
    #[error("entry {index}: a disposal of it is recorded, but the journal has only {size} entries")]
    DisposalOfNothing { index: u64, size: u64 },
    #[error("entry {index}: {by} both disposed of it and approved that, which takes two people")]
    DisposedByOne { index: u64, by: String },
    #[error("entry {index}: its time, {time}, is earlier than that of the entry before it, {before}")]
    TimeBackwards { index: u64, time: LeafTime, before: LeafTime },
    #[error("checkpoint of {size} entries: it cannot be read ({cause})")]
    CheckpointUnreadable { size: u64, cause: NotACheckpoint },
    #[error("checkpoint of {kept_as} entries: it says itself that it is of {says}")]
    CheckpointOtherSize { kept_as: u64, says: u64 },
    #[error("checkpoint of {size} entries: it is of the journal {found:?}, not {expected:?}")]
    CheckpointOtherOrigin { size: u64, found: String, expected: String },
    #[error("checkpoint of {size} entries: {cause}")]
    CheckpointNotSigned { size: u64, cause: NotSigned },
    #[error(
        "checkpoint of {size} entries: the journal has only {entries}, so entries were taken away or an old copy was \
         restored"
    )]
    CheckpointAhead { size: u64, entries: u64 },
    #[error(
        "checkpoint of {size} entries: the entries there now are not those that were signed (root {found}, signed {signed})"
    )]
    CheckpointOtherRoot { size: u64, signed: Hash, found: Hash },
    #[error("the store says that the journal has {said} entries, and it has {size}")]
    HeadOtherSize { said: u64, size: u64 },
    #[error("the store says that the journal's root is {said}, and that of its entries is {root}")]
    HeadOtherRoot { said: Hash, root: Hash },
    #[error("the key holder signed {remembered} entries, and the journal has only {size}: an old copy was restored")]
    RolledBack { remembered: u64, size: u64 },
    #[error(
        "the key holder signed {remembered} entries, and the first {remembered} of the journal are not those: it was rewritten"
    )]
    Rewritten { remembered: u64 },
    #[error("the key holder's memory is of the journal {found:?}, not {expected:?}")]
    MemoryOtherOrigin { found: String, expected: String },
}
