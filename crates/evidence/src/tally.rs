//! The count of what became of every row, file by file.

use std::collections::BTreeMap;

use crate::fate::Fate;
use crate::scan::typed::TypedChunk;

/// The most quarantined rows of one file that are listed; all are counted.
pub const LISTED: usize = 100_000;

/// A quarantined row, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    pub line: u64,
    /// The row's position orders rows that begin on one line.
    pub position: u64,
    /// The first column, in declared order, that fails; blank when the row cannot be taken apart.
    pub column: &'static str,
    /// What stands there, shortened to 80 characters.
    pub value: String,
    pub reason: String,
}

/// What became of the rows of one file, keys aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: u64,
    pub quarantined: u64,
    pub future: u64,
    /// The first [`LISTED`] quarantined rows, once [`Tally::settle`] is called.
    pub listed: Vec<Listed>,
    /// Cells that are times without offset, by column.
    pub without_offset: BTreeMap<&'static str, u64>,
    /// Cells that are the errors of a spreadsheet, by column.
    pub errors: BTreeMap<&'static str, u64>,
}

fn add(to: &mut BTreeMap<&'static str, u64>, counts: impl IntoIterator<Item = (&'static str, u64)>) {
    for (column, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        *to.entry(column).or_default() += count;
    }
}

impl Tally {
    pub fn count(&mut self, chunk: &TypedChunk) {
        let fates = &chunk.fates;
        self.rows += chunk.rows as u64;
        self.future += fates.future as u64;
        debug_assert_eq!(fates.rows.iter().filter(|fate| **fate == Fate::Quarantined).count(), fates.quarantined.len());
        self.quarantined += fates.quarantined.len() as u64;
        for quarantined in &fates.quarantined {
            self.listed.push(Listed {
                line: chunk.line(quarantined.row),
                position: chunk.first.0 + quarantined.row as u64,
                column: quarantined.column,
                value: quarantined.value.clone(),
                reason: quarantined.reason.clone(),
            });
        }
        let names = || chunk.file.set.columns.iter().map(|column| column.name);
        add(&mut self.without_offset, names().zip(fates.without_offset.iter().copied()));
        add(&mut self.errors, names().zip(fates.errors.iter().copied()));
        if self.listed.len() > 2 * LISTED {
            self.settle();
        }
    }

    pub fn add(&mut self, other: Tally) {
        self.rows += other.rows;
        self.quarantined += other.quarantined;
        self.future += other.future;
        self.listed.extend(other.listed);
        add(&mut self.without_offset, other.without_offset);
        add(&mut self.errors, other.errors);
        self.settle();
    }

    /// Sorts the list and cuts it to its length; whichever thread saw which row, the same rows stay.
    fn settle(&mut self) {
        self.listed.sort_unstable();
        self.listed.truncate(LISTED);
    }
}
