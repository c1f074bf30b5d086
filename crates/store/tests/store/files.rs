//! What is particular to a journal in one SQLite file: opening, refusing, copying, noticing damage.

use std::path::{Path, PathBuf};

use custodes_journal::hash::Hash;
use custodes_journal::log::{Expect, Log, LogError};
use custodes_journal::tree::LeafIndex;
use custodes_store::{OpenError, SqliteLog};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::retention::traces;
use crate::sample::{entries, entry, read_all};
use crate::suite::Journal;

/// A new journal in a folder that goes with it.
pub struct Sqlite {
    folder: TempDir,
}

impl Sqlite {
    pub fn new() -> Sqlite {
        let journal = Sqlite { folder: tempfile::tempdir().unwrap() };
        SqliteLog::create(&journal.path()).unwrap();
        journal
    }

    fn with(entries_there: u64) -> Sqlite {
        let journal = Sqlite::new();
        journal.connect().append(&entries("kept", 0..entries_there), Expect::Anything, None).unwrap();
        journal
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    /// As somebody would who has the file and SQLite.
    fn tamper(&self, sql: &str) -> rusqlite::Result<()> {
        Connection::open(self.path()).unwrap().execute_batch(sql)
    }
}

impl Journal for Sqlite {
    type Connection = SqliteLog;

    fn connect(&self) -> SqliteLog {
        SqliteLog::open(&self.path()).unwrap()
    }
}

fn refusal(path: &Path) -> OpenError {
    let read_only = SqliteLog::open_read_only(path).unwrap_err();
    let error = SqliteLog::open(path).unwrap_err();
    assert_eq!(read_only.to_string(), error.to_string());
    error
}

#[test]
fn what_is_not_a_journal_is_refused_by_name_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(refusal(&at("missing.db")), OpenError::Missing { path } if path == at("missing.db")));
    assert!(!at("missing.db").exists());

    let text = "not a database, but long enough that it could be one: ".repeat(40);
    std::fs::write(at("text.db"), &text).unwrap();
    assert!(matches!(refusal(&at("text.db")), OpenError::NotADatabase { .. }));
    assert!(matches!(SqliteLog::create(&at("text.db")), Err(OpenError::AlreadyThere { .. })));
    assert_eq!(std::fs::read_to_string(at("text.db")).unwrap(), text);

    Connection::open(at("other.db")).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = std::fs::read(at("other.db")).unwrap();
    assert!(matches!(refusal(&at("other.db")), OpenError::NotAJournal { .. }));
    assert!(matches!(SqliteLog::create(&at("other.db")), Err(OpenError::AlreadyThere { .. })));
    assert_eq!(std::fs::read(at("other.db")).unwrap(), before);

    let error = SqliteLog::create(&at("no such folder").join("journal.db")).unwrap_err().to_string();
    assert!(error.contains("check that its folder is there"), "{error}");
}

#[test]
fn a_journal_is_made_once_and_again_only_when_its_making_was_interrupted() {
    let journal = Sqlite::with(3);
    let error = SqliteLog::create(&journal.path()).unwrap_err();
    assert!(matches!(error, OpenError::AlreadyThere { .. }), "{error}");
    assert_eq!(read_all(&journal.connect()).len(), 3);

    let begun = journal.folder.path().join("begun.db");
    std::fs::write(&begun, "").unwrap();
    assert!(matches!(refusal(&begun), OpenError::Unfinished { .. }));
    SqliteLog::create(&begun).unwrap();
    SqliteLog::open(&begun).unwrap();
}

#[test]
fn a_journal_of_another_form_is_left_to_the_program_that_made_it() {
    let journal = Sqlite::with(3);
    journal.tamper("PRAGMA user_version = 3").unwrap();
    let error = refusal(&journal.path());
    assert!(matches!(error, OpenError::Newer { found: 3, known: 2, .. }), "{error}");
    journal.tamper("PRAGMA user_version = 1").unwrap();
    let error = refusal(&journal.path());
    assert!(matches!(error, OpenError::Older { found: 1, known: 2, .. }), "{error}");
}

#[test]
fn a_slip_with_sql_is_refused_by_the_database() {
    let journal = Sqlite::with(17);
    journal.connect().append(&entries("keyed", 0..1), Expect::Anything, Some("key")).unwrap();
    journal.connect().dispose(&[LeafIndex(1)], &[entry("record", 0)], Expect::Anything).unwrap();
    let head = journal.connect().head().unwrap();
    for sql in [
        "UPDATE entry SET leaf = x'00'",
        "DELETE FROM entry WHERE idx = 4",
        "INSERT INTO entry VALUES (99, x'00')",
        "INSERT INTO entry VALUES (-1, x'00')",
        "INSERT OR REPLACE INTO entry VALUES (0, x'00')",
        "UPDATE content SET bytes = x'00' WHERE idx = 0",
        "UPDATE content SET salt = zeroblob(32), bytes = x'00' WHERE idx = 1",
        "UPDATE content SET salt = NULL WHERE idx = 0",
        "UPDATE content SET idx = 77, salt = NULL, bytes = NULL WHERE idx = 0",
        "DELETE FROM content WHERE idx = 0",
        "INSERT OR REPLACE INTO content VALUES (1, zeroblob(32), x'00')",
        "PRAGMA foreign_keys = ON; INSERT INTO content VALUES (77, zeroblob(32), x'00')",
        "UPDATE node SET hash = zeroblob(32)",
        "DELETE FROM node",
        "INSERT INTO node VALUES (0, 0, zeroblob(32))",
        "INSERT INTO node VALUES (4, 0, zeroblob(32))",
        "UPDATE head SET size = 4",
        "UPDATE head SET root = zeroblob(32)",
        "DELETE FROM head",
        "INSERT OR REPLACE INTO head VALUES (1, 0, zeroblob(32), NULL)",
        "UPDATE idempotency SET first_idx = 0",
        "DELETE FROM idempotency",
        "INSERT OR REPLACE INTO idempotency VALUES ('key', 0, 0, zeroblob(32))",
    ] {
        let error = journal.tamper(sql).expect_err(sql);
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation), "{sql}: {error}");
    }
    assert_eq!(journal.connect().examine().unwrap(), head);
}

/// Whoever takes the triggers away can change anything; what opening reads is found at once, the rest by
/// [`SqliteLog::examine`].
#[test]
fn what_was_tampered_with_is_found() {
    for (sql, at_once) in [
        ("DROP TRIGGER entry_remains; DELETE FROM entry WHERE idx = 76", true),
        ("DROP TRIGGER entry_stays; UPDATE entry SET leaf = x'00' WHERE idx = 70", true),
        ("DROP TRIGGER entry_remains; DELETE FROM entry WHERE idx = 70", true),
        ("DROP TRIGGER node_stays; UPDATE node SET hash = zeroblob(32) WHERE level = 6 AND idx = 0", true),
        ("DROP TRIGGER node_remains; DELETE FROM node WHERE level = 6 AND idx = 0", true),
        ("DROP TRIGGER head_goes_on; UPDATE head SET size = 76", true),
        ("DROP TRIGGER head_goes_on; UPDATE head SET root = zeroblob(32)", true),
        ("DROP TRIGGER head_remains; DELETE FROM head", true),
        ("DROP TRIGGER entry_stays; UPDATE entry SET leaf = x'00' WHERE idx = 4", false),
        ("DROP TRIGGER entry_remains; DELETE FROM entry WHERE idx = 4", false),
        ("DROP TRIGGER node_stays; UPDATE node SET hash = zeroblob(32) WHERE level = 5 AND idx = 1", false),
        ("DROP TRIGGER node_remains; DELETE FROM node WHERE level = 4 AND idx = 2", false),
        ("INSERT INTO node VALUES (9, 0, zeroblob(32))", false),
        ("DROP TRIGGER content_remains; DELETE FROM content WHERE idx = 4", false),
    ] {
        // Of 64, 8, 4 and 1: the first of these subtrees is kept, the others are made from their leaves.
        let journal = Sqlite::with(77);
        journal.connect().examine().unwrap();
        journal.tamper(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect(sql);
        match SqliteLog::open(&journal.path()) {
            Ok(log) => {
                assert!(!at_once, "{sql}");
                let error = log.examine().expect_err(sql);
                assert!(matches!(error, LogError::Damaged(_)), "{sql}: {error}");
            }
            Err(error) => assert!(at_once && matches!(error, OpenError::Log(LogError::Damaged(_))), "{sql}: {error}"),
        }
    }
}

#[test]
fn opening_does_not_read_every_entry() {
    let journal = Sqlite::with(3000);
    // Garbage over the middle of the file: what reads everything stumbles, and opening does not come there.
    let mut bytes = std::fs::read(journal.path()).unwrap();
    let (from, to) = (bytes.len() / 4, bytes.len() / 4 * 3);
    let head = journal.connect().head().unwrap();
    let page = 4096;
    let mut harmless = 0;
    for at in (from / page * page..to / page * page).step_by(page) {
        let kept = bytes[at..at + page].to_vec();
        bytes[at..at + page].fill(0xa5);
        std::fs::write(journal.path(), &bytes).unwrap();
        match SqliteLog::open(&journal.path()) {
            Ok(log) => {
                assert_eq!(log.head().unwrap(), head);
                harmless += 1;
            }
            Err(_) => bytes[at..at + page].copy_from_slice(&kept),
        }
    }
    std::fs::write(journal.path(), &bytes).unwrap();
    let pages = to / page - from / page;
    assert!(harmless * 10 > pages * 9, "{harmless} of {pages} pages were not read");
    let error = journal.connect().examine().unwrap_err();
    assert!(matches!(error, LogError::Damaged(_)), "{error}");
}

#[test]
fn a_backup_is_a_journal_and_is_made_while_others_write() {
    let journal = Sqlite::with(40);
    let copy = journal.folder.path().join("copy.db");
    let writer = Connection::open(journal.path()).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO checkpoint VALUES (1, 'not yet committed')").unwrap();
    let log = journal.connect();
    let head = log.backup_to(&copy).unwrap();
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(head, log.head().unwrap());

    let mut restored = SqliteLog::open(&copy).unwrap();
    assert_eq!(restored.examine().unwrap(), head);
    assert_eq!(read_all(&restored), read_all(&log));
    assert_eq!(restored.checkpoints().unwrap(), []);
    assert_eq!(restored.append(&entries("more", 0..1), Expect::Head(head), None).unwrap().first, LeafIndex(40));
    assert_eq!(log.head().unwrap(), head);

    let error = log.backup_to(&copy).unwrap_err().to_string();
    assert!(error.contains("choose another path"), "{error}");
    drop(restored);
    let mut names: Vec<_> =
        std::fs::read_dir(journal.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["copy.db", "journal.db", "journal.db-shm", "journal.db-wal"]);
}

#[test]
fn a_backup_holds_nothing_of_what_was_disposed_of_before() {
    let journal = Sqlite::with(40);
    let gone: Vec<u64> = (0..40).step_by(3).collect();
    let indexes: Vec<LeafIndex> = gone.iter().copied().map(LeafIndex).collect();
    let mut log = journal.connect();
    log.dispose(&indexes, &[entry("record", 0)], Expect::Anything).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    log.backup_to(&elsewhere.path().join("copy.db")).unwrap();
    let gone: Vec<_> = gone.into_iter().map(|number| entry("kept", number)).collect();
    assert_eq!(traces(elsewhere.path(), &gone), Vec::<String>::new());
    assert_ne!(traces(elsewhere.path(), &[entry("kept", 1)]), Vec::<String>::new());
}

#[test]
fn a_journal_opened_for_reading_is_read_and_not_written() {
    let journal = Sqlite::with(5);
    let mut log = SqliteLog::open_read_only(&journal.path()).unwrap();
    assert_eq!(read_all(&log).len(), 5);
    let error = log.append(&entries("more", 0..1), Expect::Anything, None).unwrap_err().to_string();
    assert!(error.contains("opened for reading only"), "{error}");
    let head = log.head().unwrap();
    assert!(log.keep_derived("fold", Some(b"x"), head).is_err());
    // It sees what others write meanwhile.
    let head = journal.connect().append(&entries("more", 0..1), Expect::Anything, None).unwrap().head;
    assert_eq!(log.head().unwrap(), head);
    assert_ne!(head.root, Hash::of_nothing());
}
