//! The journal in one SQLite file.

mod backup;
mod errors;
mod examine;
mod nodes;
mod open;
mod read;
mod settings;
mod write;

use std::ops::ControlFlow;

use custodes_journal::entry::{Entry, NewEntry};
use custodes_journal::hash::Hash;
use custodes_journal::log::{Appended, Expect, Head, Log, LogError};
use custodes_journal::tree::{LeafIndex, TreeSize};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use errors::{because, failed};

pub use errors::{Cause, OpenError, StillThere};
pub use settings::{Settings, Synchronous};

/// A journal in one SQLite file, with a write-ahead log beside it while it is open.
///
/// Several programs on one machine may have it open at once; one at a time writes. What is acknowledged is on
/// the disk.
#[derive(Debug)]
pub struct SqliteLog {
    database: Connection,
}

impl SqliteLog {
    /// Removes the last bytes of what was disposed of, when [`Log::dispose`] could not because another program
    /// had the journal open. Does nothing when nothing is due.
    ///
    /// # Errors
    /// [`StillThere`] in [`LogError::Store`] while other programs still have it open; else when the store
    /// cannot be written.
    pub fn purge(&mut self) -> Result<(), LogError> {
        write::purge(&self.database)
    }

    /// Whether bytes of something disposed of may still be in the files.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn purge_is_due(&self) -> Result<bool, LogError> {
        Ok(read::purge_due(&self.database)?.is_some())
    }

    fn begin(&mut self, doing: &str) -> Result<Transaction<'_>, LogError> {
        // At once the only writer: one that reads first and writes later would find that others wrote since.
        self.database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(doing))
    }

    /// Everything read through it is of one moment.
    fn one_moment(&self) -> Result<Transaction<'_>, LogError> {
        self.database.unchecked_transaction().map_err(failed(READ))
    }
}

const READ: &str = "read the journal";
const WRITE: &str = "write to the journal";
const DISPOSE: &str = "dispose of content";
const PURGE: &str = "remove the last bytes of what was disposed of";
const BACK_UP: &str = "back up the journal";

impl Log for SqliteLog {
    fn head(&self) -> Result<Head, LogError> {
        read::head(&self.database)
    }

    fn append(&mut self, entries: &[NewEntry], expect: Expect, key: Option<&str>) -> Result<Appended, LogError> {
        let transaction = self.begin(WRITE)?;
        // Before the expectation: whoever asks again still expects what was true the first time.
        if let Some(key) = key
            && let Some(before) = read::written_with(&transaction, key)?
        {
            return Ok(before);
        }
        let appended = write::append(&transaction, entries, expect)?;
        if let Some(key) = key {
            write::remember(&transaction, key, &appended)?;
        }
        transaction.commit().map_err(failed(WRITE))?;
        Ok(appended)
    }

    fn read(
        &self,
        from: LeafIndex,
        to: TreeSize,
        each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        read::entries(&self.database, from, to, each)
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, LogError> {
        let moment = self.one_moment()?;
        nodes::node(&moment, level, index)
    }

    fn keep_checkpoint(&mut self, size: TreeSize, note: &str) -> Result<(), LogError> {
        let transaction = self.begin(WRITE)?;
        write::checkpoint(&transaction, size, note)?;
        transaction.commit().map_err(failed(WRITE))
    }

    fn checkpoints(&self) -> Result<Vec<(TreeSize, String)>, LogError> {
        read::checkpoints(&self.database)
    }

    fn latest_checkpoint(&self, up_to: TreeSize) -> Result<Option<(TreeSize, String)>, LogError> {
        read::latest_checkpoint(&self.database, up_to)
    }

    fn dispose(&mut self, of: &[LeafIndex], record: &[NewEntry], expect: Expect) -> Result<Appended, LogError> {
        if record.is_empty() {
            return Err(because(DISPOSE, Cause::NoRecord));
        }
        let transaction = self.begin(DISPOSE)?;
        let appended = write::dispose(&transaction, of, record, expect)?;
        transaction.commit().map_err(failed(DISPOSE))?;
        write::purge(&self.database)?;
        Ok(appended)
    }

    fn derived(&self, name: &str) -> Result<Option<Vec<u8>>, LogError> {
        read::derived(&self.database, name)
    }

    fn keep_derived(&mut self, name: &str, bytes: Option<&[u8]>, made_of: Head) -> Result<bool, LogError> {
        let transaction = self.begin(WRITE)?;
        let kept = write::derived(&transaction, name, bytes, made_of)?;
        transaction.commit().map_err(failed(WRITE))?;
        Ok(kept)
    }
}

/// SQLite's whole numbers are signed.
fn whole(number: u64, doing: &str) -> Result<i64, LogError> {
    i64::try_from(number).map_err(|_| because(doing, Cause::TooLarge(number)))
}

fn natural(number: i64, what: &str) -> Result<u64, LogError> {
    u64::try_from(number).map_err(|_| LogError::Damaged(format!("{what} is {number}, and cannot be negative")))
}

fn hash(bytes: &[u8], what: &str) -> Result<Hash, LogError> {
    let hash = bytes.try_into().map(Hash);
    hash.map_err(|_| LogError::Damaged(format!("{what} has {} bytes instead of 32", bytes.len())))
}
