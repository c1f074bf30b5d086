//! After a disposal no byte of the content is in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use custodes_journal::entry::NewEntry;
use custodes_journal::hash::Hash;
use custodes_journal::log::{Expect, Log, LogError};
use custodes_journal::tree::LeafIndex;
use custodes_store::{Settings, SqliteLog, StillThere};
use proptest::prelude::*;

use crate::sample::{entries, entry};

/// What of an entry's content or salt stands anywhere in the files of a folder: beginning, middle and end are
/// looked for apart, since a page that was used again may have lost only a part.
pub fn traces(folder: &Path, gone: &[NewEntry]) -> Vec<String> {
    let mut traces = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = traces_in(&bytes, gone);
        traces.extend(found.into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    traces
}

/// How many bytes of a secret are enough to know it again.
const TRACE: usize = 8;

pub fn traces_in(bytes: &[u8], gone: &[NewEntry]) -> Vec<String> {
    let mut sought: BTreeMap<&[u8], String> = BTreeMap::new();
    // Almost every place of a file is ruled out by its first two bytes.
    let mut beginnings = vec![false; 1 << 16];
    for (number, entry) in gone.iter().enumerate() {
        for (what, secret) in [("content", &entry.content[..]), ("salt", &entry.salt.0)] {
            for (part, at) in [("beginning", 0), ("middle", (secret.len() - TRACE) / 2), ("end", secret.len() - TRACE)]
            {
                let trace = &secret[at..at + TRACE];
                beginnings[beginning(trace)] = true;
                sought.insert(trace, format!("{part} of the {what} of {number}"));
            }
        }
    }
    let places = bytes.windows(TRACE).filter(|window| beginnings[beginning(window)]);
    let found: BTreeSet<&String> = places.filter_map(|window| sought.get(window)).collect();
    found.into_iter().cloned().collect()
}

fn beginning(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn nothing_of_what_was_disposed_of_is_left_in_the_files(
        rounds in proptest::collection::vec((1_u64..60, proptest::collection::vec(any::<prop::sample::Index>(), 1..40)), 1..8)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut log = SqliteLog::create_with(&path, Settings::default().checkpoint_after(20)).unwrap();
        let (mut written, mut gone) = (Vec::new(), Vec::new());
        for (more, chosen) in rounds {
            let size = written.len() as u64;
            let new = entries("secret", size..size + more);
            log.append(&new, Expect::Anything, None).unwrap();
            written.extend(new);
            let content = &written[written.len() - 1].content;
            let head = log.head().unwrap();
            assert!(log.keep_derived("fold", Some(content), head).unwrap());
            let of: Vec<usize> = chosen.iter().map(|index| index.index(written.len())).collect();
            let record = [entry("secret", written.len() as u64)];
            let indexes: Vec<LeafIndex> = of.iter().map(|index| LeafIndex(*index as u64)).collect();
            log.dispose(&indexes, &record, Expect::Anything).unwrap();
            written.extend(record);
            gone.extend(of.into_iter().map(|index| written[index].clone()));
            prop_assert_eq!(traces(folder.path(), &gone), Vec::<String>::new());
        }
        log.examine().unwrap();
        drop(log);
        prop_assert_eq!(traces(folder.path(), &gone), Vec::<String>::new());
    }
}

#[test]
fn what_is_not_disposed_of_is_found_by_the_same_search() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = SqliteLog::create(&folder.path().join("journal.db")).unwrap();
    let new = entries("kept", 0..4);
    log.append(&new, Expect::Anything, None).unwrap();
    assert_eq!(traces(folder.path(), &new).len(), 4 * 6);
}

/// Why a disposal empties rows: deleting them leaves copies behind, and the same search finds them.
#[test]
fn deleting_rows_would_leave_bytes_behind() {
    let left: usize = (0..8).map(left_by_deleting).sum();
    assert!(left > 0, "SQLite has become better: rows of content may be deleted now");
}

fn left_by_deleting(seed: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(folder.path().join("plain.db")).unwrap();
    database.execute_batch("PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").unwrap();
    database.execute_batch("CREATE TABLE content (idx INTEGER PRIMARY KEY, bytes BLOB) STRICT").unwrap();
    let (mut live, mut gone) = (Vec::new(), Vec::new());
    for round in 0..40 {
        database.execute_batch("BEGIN").unwrap();
        for number in round * 40..round * 40 + 40 {
            let mut new = entry(&format!("plain {seed}"), 7 * number + 5);
            new.content.truncate(300 + dice(seed, number) as usize % 1200);
            database.execute("INSERT INTO content VALUES (?1, ?2)", (number as i64, &new.content)).unwrap();
            live.push((number, new));
        }
        database.execute_batch("COMMIT; BEGIN").unwrap();
        for number in round * 25..round * 25 + 25 {
            let (index, entry) = live.swap_remove(dice(!seed, number) as usize % live.len());
            database.execute("DELETE FROM content WHERE idx = ?1", [index as i64]).unwrap();
            gone.push(entry);
        }
        database.execute_batch("COMMIT").unwrap();
    }
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    traces(folder.path(), &gone).len()
}

fn dice(seed: u64, throw: u64) -> u32 {
    let hash = Hash::of(&[seed.to_be_bytes(), throw.to_be_bytes()].concat());
    u32::from_be_bytes([hash.0[0], hash.0[1], hash.0[2], hash.0[3]])
}

#[test]
fn while_another_program_reads_the_disposal_is_recorded_and_says_that_bytes_remain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let impatient = Settings::default().patience(Duration::ZERO);
    let mut log = SqliteLog::create_with(&path, impatient).unwrap();
    let new = entries("secret", 0..20);
    log.append(&new, Expect::Anything, None).unwrap();

    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM entry").unwrap();
    let error = log.dispose(&[LeafIndex(3)], &[entry("record", 0)], Expect::Anything).unwrap_err();
    let LogError::Store { cause, .. } = &error else { panic!("{error}") };
    assert_eq!(cause.downcast_ref::<StillThere>(), Some(&StillThere), "{error}");
    assert!(error.to_string().contains("the disposal is recorded"), "{error}");
    assert_eq!(log.head().unwrap().size.0, 21);
    assert!(log.purge_is_due().unwrap());
    assert!(log.purge().is_err());
    assert_ne!(traces(folder.path(), &new[3..4]), Vec::<String>::new());

    reader.execute_batch("COMMIT").unwrap();
    log.purge().unwrap();
    assert!(!log.purge_is_due().unwrap());
    assert_eq!(traces(folder.path(), &new[3..4]), Vec::<String>::new());
    log.purge().unwrap();
}

#[test]
fn opening_again_finishes_a_disposal_that_was_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let impatient = Settings::default().patience(Duration::ZERO);
    let mut log = SqliteLog::create_with(&path, impatient).unwrap();
    let new = entries("secret", 0..20);
    log.append(&new, Expect::Anything, None).unwrap();
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM entry").unwrap();
    log.dispose(&[LeafIndex(5)], &[entry("record", 0)], Expect::Anything).unwrap_err();
    // While the reader is there, opening neither waits nor fails.
    let other = SqliteLog::open(&path).unwrap();
    assert!(other.purge_is_due().unwrap());
    reader.execute_batch("COMMIT").unwrap();
    let other = SqliteLog::open(&path).unwrap();
    assert!(!other.purge_is_due().unwrap());
    assert_eq!(traces(folder.path(), &new[5..6]), Vec::<String>::new());
}
