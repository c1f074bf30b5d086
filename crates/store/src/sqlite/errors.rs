//! What SQLite reports, in sentences for people who never heard of it.

use std::path::PathBuf;

use custodes_journal::log::LogError;
use rusqlite::ErrorCode;

/// Why a journal could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("this program was built with SQLite {found}, which can lose what was written; it needs 3.51.3 or later")]
    LibraryTooOld { found: String },
    #[error("there is no journal at '{}'; make one first, or correct the path", .path.display())]
    Missing { path: PathBuf },
    #[error("there is a file at '{}' already; open it, or choose another path", .path.display())]
    AlreadyThere { path: PathBuf },
    #[error("'{}' is not a journal: it is no SQLite database, or its beginning is damaged", .path.display())]
    NotADatabase { path: PathBuf },
    #[error("'{}' is a SQLite database of another program, not a journal of Custodes", .path.display())]
    NotAJournal { path: PathBuf },
    #[error("'{}' is empty: the making of the journal was interrupted; make it again", .path.display())]
    Unfinished { path: PathBuf },
    #[error(
        "'{}' was written by a newer Custodes (form {found}; this one knows form {known}): open it with that version",
        .path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "'{}' was written by an earlier Custodes that was never released (form {found}; this one knows form {known}): \
         open it with the program that made it",
        .path.display()
    )]
    Older { path: PathBuf, found: i64, known: i64 },
    #[error(
        "the file system does not allow a write-ahead log (journal mode '{mode}'): keep the journal on a local disk, \
         not on a network share"
    )]
    NoWriteAheadLog { mode: String },
    #[error("the database did not take the setting {name} = {wanted}: it says {found}")]
    NotTaken { name: &'static str, wanted: i64, found: i64 },
    #[error("the folder '{}' could not be made durable: {cause}", .folder.display())]
    Folder { folder: PathBuf, cause: std::io::Error },
    #[error(transparent)]
    Log(#[from] LogError),
}

impl OpenError {
    pub(super) fn setting(error: rusqlite::Error) -> OpenError {
        OpenError::Log(failed("set up the journal's database")(error))
    }
}

/// What kept the database from doing it. Stands in [`LogError::Store`].
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    #[error("another program is writing to the journal and did not finish in time; try again when it has")]
    Busy,
    #[error(
        "the journal cannot be written: its file or folder is read-only, or it was opened for reading only; \
         check who may write there"
    )]
    ReadOnly,
    #[error("the disk is full; nothing was written; make room and try again")]
    DiskFull,
    #[error("the file cannot be opened; check that its folder is there, and who may read and write in it")]
    CannotOpen,
    #[error("the disk or file system reported an error; check that it is sound and has room ({0})")]
    Disk(rusqlite::Error),
    #[error("the entry at place {place} of those to be written is not sound: {why}")]
    Unsound { place: usize, why: &'static str },
    #[error("a disposal must leave a record, and none was given")]
    NoRecord,
    #[error("the journal has {size} entries, and {wanted} was asked for")]
    Beyond { size: u64, wanted: u64 },
    #[error("the tree of {size} entries has no complete subtree at level {level}, place {index}")]
    NoSuchNode { size: u64, level: u8, index: u64 },
    #[error("{0} is more than the journal can count")]
    TooLarge(u64),
    #[error("there is a file at '{}' already; choose another path", .0.display())]
    Taken(PathBuf),
    #[error("'{}': {cause}", .path.display())]
    File { path: PathBuf, cause: std::io::Error },
    #[error("{0}")]
    Copy(Box<OpenError>),
    #[error("the database refused: {0}")]
    Refused(rusqlite::Error),
}

/// The disposal is recorded and the content is gone from the journal, but its bytes may still stand in the
/// file beside it until no other program reads.
///
/// Stands in [`LogError::Store`]; [`SqliteLog::purge`](super::SqliteLog::purge) finishes it, and so does opening
/// the journal again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the disposal is recorded, but another program has the journal open, so that bytes of what was disposed of \
     may remain in its write-ahead log; close the other programs and purge again"
)]
pub struct StillThere;

/// What went wrong while `doing` something.
pub(super) fn failed(doing: &str) -> impl FnOnce(rusqlite::Error) -> LogError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            LogError::Damaged(format!("the database is damaged ({error}); restore a backup"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => because(doing, Cause::Busy),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => because(doing, Cause::ReadOnly),
        Some(ErrorCode::DiskFull) => because(doing, Cause::DiskFull),
        Some(ErrorCode::CannotOpen) => because(doing, Cause::CannotOpen),
        Some(ErrorCode::SystemIoFailure) => because(doing, Cause::Disk(error)),
        _ => because(doing, Cause::Refused(error)),
    }
}

pub(super) fn because(doing: &str, cause: Cause) -> LogError {
    LogError::Store { doing: doing.to_owned(), cause: Box::new(cause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_meet_is_told_in_sentences() {
        for (code, words) in [
            (rusqlite::ffi::SQLITE_BUSY, "another program"),
            (rusqlite::ffi::SQLITE_READONLY, "read-only"),
            (rusqlite::ffi::SQLITE_READONLY_DIRECTORY, "read-only"),
            (rusqlite::ffi::SQLITE_FULL, "make room"),
            (rusqlite::ffi::SQLITE_CANTOPEN, "check that its folder is there"),
            (rusqlite::ffi::SQLITE_IOERR_FSYNC, "disk or file system"),
            (rusqlite::ffi::SQLITE_CORRUPT, "restore a backup"),
        ] {
            let error = failed("write")(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
            assert!(error.to_string().contains(words), "{code}: {error}");
        }
    }
}
