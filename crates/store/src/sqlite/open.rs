//! Making a journal and opening one: nothing is touched before it is known to be ours.

use std::path::{Path, PathBuf};

use custodes_journal::hash::Hash;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::errors::{OpenError, failed};
use super::settings::Settings;
use super::{SqliteLog, nodes, read, write};

/// "Cust", in the place where SQLite files say whose they are.
const APPLICATION: i64 = 0x4375_7374;
/// The form of the tables. A journal of another form is not opened. Form 1, which kept a hash for every leaf
/// and for every pair of them, was never released.
const FORM: i64 = 2;
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// Versions before it can lose commits in write-ahead mode (a race between a checkpoint and a writer).
const LEAST_LIBRARY: i32 = 3_051_003;

/// A connection is not shared between threads, which the compiler sees to: SQLite need not lock it.
const OURS_ALONE: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

const OPEN: &str = "open the journal";
const MAKE: &str = "make the journal";

impl SqliteLog {
    /// Makes a journal without entries. A journal whose making was interrupted is made again.
    ///
    /// # Errors
    /// [`OpenError::AlreadyThere`] when something else is at the path; else when it cannot be made.
    pub fn create(path: &Path) -> Result<SqliteLog, OpenError> {
        SqliteLog::create_with(path, Settings::default())
    }

    /// Opens a journal to read and write. What it costs does not grow with the entries.
    ///
    /// # Errors
    /// When there is none, or it is not one, or it is damaged, or a newer version made it.
    pub fn open(path: &Path) -> Result<SqliteLog, OpenError> {
        SqliteLog::open_with(path, Settings::default())
    }

    /// Opens a journal that must not change, if need be on a medium that cannot be written. Whether its head is that
    /// of its entries is not asked: whoever verifies a damaged journal opens it so, and can say more.
    ///
    /// # Errors
    /// When there is none, or it is not one, or a newer version made it.
    pub fn open_read_only(path: &Path) -> Result<SqliteLog, OpenError> {
        check_library(rusqlite::version_number(), rusqlite::version())?;
        let path = existing(path)?;
        let database = match connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OURS_ALONE) {
            Err(OpenError::Log(error)) => match connect_immutable(&path) {
                Some(connected) => connected?,
                None => return Err(OpenError::Log(error)),
            },
            connected => connected?,
        };
        Settings::default().for_reading(&database)?;
        database.pragma_update(None, "query_only", 1).map_err(OpenError::setting)?;
        read::head(&database)?;
        Ok(SqliteLog { database })
    }

    #[doc(hidden)]
    pub fn create_with(path: &Path, settings: Settings) -> Result<SqliteLog, OpenError> {
        check_library(rusqlite::version_number(), rusqlite::version())?;
        let path = absolute(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OURS_ALONE;
        let mut database = Connection::open_with_flags(&path, flags).map_err(failed(MAKE))?;
        match whose(&database, &path) {
            Ok(Whose::Nobodys) => {}
            Err(OpenError::Log(error)) => return Err(OpenError::Log(error)),
            _ => return Err(OpenError::AlreadyThere { path }),
        }
        settings.for_reading(&database)?;
        settings.for_writing(&database)?;
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed(MAKE))?;
        // Again, for in between another program may have made it.
        if !matches!(whose(&transaction, &path)?, Whose::Nobodys) {
            return Err(OpenError::AlreadyThere { path });
        }
        transaction.execute_batch(SCHEMA).map_err(failed(MAKE))?;
        transaction
            .execute("INSERT INTO head (one, size, root) VALUES (1, 0, ?1)", [Hash::of_nothing().0])
            .map_err(failed(MAKE))?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed(MAKE))?;
        transaction.pragma_update(None, "user_version", FORM).map_err(failed(MAKE))?;
        transaction.commit().map_err(failed(MAKE))?;
        sync_folder(&path)?;
        Ok(SqliteLog { database })
    }

    #[doc(hidden)]
    pub fn open_with(path: &Path, settings: Settings) -> Result<SqliteLog, OpenError> {
        check_library(rusqlite::version_number(), rusqlite::version())?;
        let path = existing(path)?;
        let database = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OURS_ALONE)?;
        settings.for_reading(&database)?;
        settings.for_writing(&database)?;
        agrees_with_its_head(&database)?;
        write::purge_if_nobody_minds(&database, settings.how_patient())?;
        Ok(SqliteLog { database })
    }
}

/// Head, entries and nodes are read as of one moment: what another program appends in between is no damage.
fn agrees_with_its_head(database: &Connection) -> Result<(), OpenError> {
    let one_moment = database.unchecked_transaction().map_err(failed(OPEN))?;
    nodes::frontier(&one_moment)?;
    Ok(())
}

fn check_library(number: i32, name: &str) -> Result<(), OpenError> {
    if number < LEAST_LIBRARY { Err(OpenError::LibraryTooOld { found: name.to_owned() }) } else { Ok(()) }
}

/// SQLite takes a path that begins with `file:` for something else; an absolute one never does.
fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    std::path::absolute(path).map_err(|cause| OpenError::Folder { folder: path.to_owned(), cause })
}

fn existing(path: &Path) -> Result<PathBuf, OpenError> {
    let path = absolute(path)?;
    if path.exists() { Ok(path) } else { Err(OpenError::Missing { path }) }
}

/// A connection to a file that is a journal of a form that is known.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let database = Connection::open_with_flags(path, flags).map_err(failed(OPEN))?;
    require_journal(&database, path)?;
    Ok(database)
}

fn require_journal(database: &Connection, path: &Path) -> Result<(), OpenError> {
    let path = path.to_owned();
    match whose(database, &path)? {
        Whose::Ours { form: FORM } => Ok(()),
        Whose::Ours { form: found } if found < FORM => Err(OpenError::Older { path, found, known: FORM }),
        Whose::Ours { form: found } => Err(OpenError::Newer { path, found, known: FORM }),
        Whose::Nobodys => Err(OpenError::Unfinished { path }),
        Whose::Anothers => Err(OpenError::NotAJournal { path }),
    }
}

/// Without locks and without a write-ahead log: right for a medium that nobody can write, and only when no
/// such log was left beside the journal. `None` when that is not so.
fn connect_immutable(path: &Path) -> Option<Result<Connection, OpenError>> {
    if !cfg!(unix) || beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0) {
        return None;
    }
    let mut address = "file://".to_owned();
    for byte in path.to_str()?.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => address.push(byte.into()),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OURS_ALONE;
    let connected = Connection::open_with_flags(address, flags).map_err(|error| failed(OPEN)(error).into());
    Some(connected.and_then(|database| require_journal(&database, path).map(|()| database)))
}

/// What SQLite keeps beside a database has its name and something after it.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

enum Whose {
    /// There are no tables: a file just made, or one whose making was interrupted.
    Nobodys,
    Ours {
        form: i64,
    },
    Anothers,
}

fn whose(database: &Connection, path: &Path) -> Result<Whose, OpenError> {
    let number = |sql| database.query_row(sql, [], |row| row.get::<_, i64>(0));
    let numbers = || -> rusqlite::Result<(i64, i64, i64)> {
        let tables = number("SELECT count(*) FROM sqlite_schema")?;
        Ok((tables, number("PRAGMA application_id")?, number("PRAGMA user_version")?))
    };
    match numbers() {
        Ok((0, 0, _)) => Ok(Whose::Nobodys),
        Ok((_, APPLICATION, form)) => Ok(Whose::Ours { form }),
        Ok(_) => Ok(Whose::Anothers),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(OpenError::NotADatabase { path: path.to_owned() })
        }
        Err(error) => Err(failed(OPEN)(error).into()),
    }
}

/// A file is only safe once its folder knows its name for good.
pub(super) fn sync_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|_| cfg!(unix)) else { return Ok(()) };
    std::fs::File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(|cause| OpenError::Folder { folder: folder.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use custodes_journal::tree::TreeSize;

    use super::*;

    #[test]
    fn a_library_that_can_lose_commits_is_refused() {
        assert!(check_library(3_051_003, "3.51.3").is_ok());
        assert!(check_library(rusqlite::version_number(), rusqlite::version()).is_ok());
        let error = check_library(3_051_002, "3.51.2").unwrap_err().to_string();
        assert!(error.contains("3.51.2") && error.contains("3.51.3 or later"), "{error}");
    }

    #[test]
    fn a_medium_that_cannot_be_written_is_read_when_nothing_was_left_beside_the_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a journal, 100% ours?.db");
        let log = SqliteLog::create(&path).unwrap();
        assert!(connect_immutable(&path).is_none(), "the journal is open, and its log has pages");
        drop(log);
        let database = connect_immutable(&path).unwrap().unwrap();
        assert_eq!(nodes::frontier(&database).unwrap().size(), TreeSize(0));
        assert!(!beside(&path, "-shm").exists());
    }
}
