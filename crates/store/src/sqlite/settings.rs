//! How a connection is set, and that the database took it.

use std::time::Duration;

use rusqlite::Connection;

use super::errors::OpenError;

/// When SQLite waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    Off,
    Normal,
    Full,
}

/// The default keeps the promise that acknowledged means durable. What is weaker exists so that the tests can
/// show what it loses.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    synchronous: Synchronous,
    patience: Duration,
    pages_before_checkpoint: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { synchronous: Synchronous::Full, patience: Duration::from_secs(10), pages_before_checkpoint: 1000 }
    }
}

/// Enough that a large append does not write the same page again and again.
const CACHE_KIB: i64 = 32 << 10;

/// What the write-ahead log may keep of the disk after a large append.
const LOG_BYTES_KEPT: i64 = 64 << 20;

impl Settings {
    pub fn synchronous(self, synchronous: Synchronous) -> Settings {
        Settings { synchronous, ..self }
    }

    /// How long to wait for another program.
    pub fn patience(self, patience: Duration) -> Settings {
        Settings { patience, ..self }
    }

    /// After how many pages in the write-ahead log they go to the database.
    pub fn checkpoint_after(self, pages: u32) -> Settings {
        Settings { pages_before_checkpoint: pages, ..self }
    }

    pub(super) fn how_patient(&self) -> Duration {
        self.patience
    }

    /// What every connection needs, also one that only reads.
    pub(super) fn for_reading(&self, database: &Connection) -> Result<(), OpenError> {
        database.busy_timeout(self.patience).map_err(OpenError::setting)?;
        set(database, "cache_size", -CACHE_KIB)?;
        // A temporary file would hold content outside the database.
        set(database, "temp_store", 2)?;
        set(database, "foreign_keys", 1)?;
        set(database, "trusted_schema", 0)
    }

    /// After [`Settings::for_reading`], for a connection that writes.
    pub(super) fn for_writing(&self, database: &Connection) -> Result<(), OpenError> {
        // Before the mode: changing that writes, and this says how.
        set(database, "synchronous", self.synchronous as i64)?;
        // Elsewhere they change nothing; on macOS, without them, the drive may still hold what is acknowledged.
        set(database, "fullfsync", 1)?;
        set(database, "checkpoint_fullfsync", 1)?;
        set(database, "secure_delete", 1)?;
        // Else a REPLACE deletes without asking the triggers.
        set(database, "recursive_triggers", 1)?;
        let mode: String = database
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
            .map_err(OpenError::setting)?;
        if mode != "wal" {
            return Err(OpenError::NoWriteAheadLog { mode });
        }
        set(database, "wal_autocheckpoint", i64::from(self.pages_before_checkpoint))?;
        set(database, "journal_size_limit", LOG_BYTES_KEPT)
    }
}

/// SQLite passes over a setting that it does not know without a word, so it is read again.
fn set(database: &Connection, name: &'static str, wanted: i64) -> Result<(), OpenError> {
    // Some settings answer with a row and some do not.
    database.pragma_update_and_check(None, name, wanted, |_| Ok(())).or_else(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        error => Err(OpenError::setting(error)),
    })?;
    let found: i64 = database.pragma_query_value(None, name, |row| row.get(0)).map_err(OpenError::setting)?;
    if found == wanted { Ok(()) } else { Err(OpenError::NotTaken { name, wanted, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_the_database_passes_over_is_noticed() {
        let database = Connection::open_in_memory().unwrap();
        // SQLite knows no mode 7, and stays at the mode that it has.
        let error = set(&database, "secure_delete", 7).unwrap_err();
        assert!(matches!(error, OpenError::NotTaken { name: "secure_delete", wanted: 7, found: 1 }), "{error}");
    }

    #[test]
    fn a_database_without_a_write_ahead_log_is_refused() {
        let database = Connection::open_in_memory().unwrap();
        let error = Settings::default().for_writing(&database).unwrap_err();
        assert!(matches!(&error, OpenError::NoWriteAheadLog { mode } if mode == "memory"), "{error}");
    }
}
