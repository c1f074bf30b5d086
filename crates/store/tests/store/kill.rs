//! Programs that are killed, and disks that fill up or cannot be written.

use custodes_journal::log::Log;
use custodes_store::{SqliteLog, Synchronous};

use crate::faults::{Fault, with};
use crate::processes::{Part, SCRIPT_SIZE, holds, lines, pair, wrote};
use crate::sample::read_all;

const SCRIPT: Part = Part::Script { synchronous: Synchronous::Full };

/// The latest size that a program said, and its error if it said one.
fn outcome(said: impl Iterator<Item = String>) -> (Option<u64>, Option<String>) {
    let (mut size, mut error) = (None, None);
    for line in said {
        match line.split_once(' ') {
            Some(("size", number)) => size = Some(number.parse().unwrap()),
            Some(("error", text)) => error = Some(text.to_owned()),
            _ => panic!("the program said: {line}"),
        }
    }
    (size, error)
}

#[test]
fn a_program_killed_in_any_operation_on_the_disk_loses_nothing() {
    let mut killed = 0;
    for at in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut child = with(SCRIPT.program(&path), folder.path(), Fault::Kill { at }).spawn().unwrap();
        let (size, error) = outcome(lines(&mut child));
        assert_eq!(error, None);
        holds(&path, size).unwrap_or_else(|why| panic!("killed in operation {at}: {why}"));
        if child.wait().unwrap().success() {
            assert_eq!(size, Some(SCRIPT_SIZE));
            break;
        }
        killed += 1;
    }
    assert!(killed > 100, "{killed}");
}

#[test]
fn a_journal_whose_writers_are_killed_again_and_again_keeps_every_acknowledged_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    SqliteLog::create(&path).unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..24_usize {
        let name = format!("round{round}");
        let part = Part::Write { name: name.clone(), pairs: u64::MAX / 4, expecting_a_head: round % 2 == 0 };
        let mut child = part.program(&path).spawn().unwrap();
        // It goes on writing while we read what it said: where it is killed is another place each time.
        for line in lines(&mut child).take(1 + round * 5 % 17) {
            acknowledged.push((name.clone(), wrote(&line)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let log = SqliteLog::open(&path).unwrap();
        log.examine().unwrap();
        let all = read_all(&log);
        for (name, (number, first)) in &acknowledged {
            for (place, written) in (*first as usize..).zip(pair(name, *number)) {
                assert_eq!(all[place].leaf, written.leaf.to_bytes(), "{name} {number}");
                assert_eq!(all[place].content.as_ref().map(|content| &content.bytes), Some(&written.content));
            }
        }
    }
    let log = SqliteLog::open(&path).unwrap();
    assert!(log.head().unwrap().size.0 >= 2 * acknowledged.len() as u64);
}

#[test]
fn a_full_disk_is_named_and_costs_nothing_that_was_acknowledged() {
    let mut named = 0;
    for from in (1..).step_by(3) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut child = with(SCRIPT.program(&path), folder.path(), Fault::Full { from }).spawn().unwrap();
        let (size, error) = outcome(lines(&mut child));
        holds(&path, size).unwrap_or_else(|why| panic!("full from operation {from}: {why}"));
        let ended_well = child.wait().unwrap().success();
        match error {
            Some(error) => {
                assert!(error.contains("the disk is full") || error.contains("has room"), "{from}: {error}");
                named += u32::from(error.contains("the disk is full"));
            }
            None if size == Some(SCRIPT_SIZE) => break,
            None => assert!(!ended_well, "full from operation {from}: {size:?}"),
        }
    }
    assert!(named > 20, "{named}");
}

#[test]
fn a_journal_on_a_medium_that_cannot_be_written_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let played = SCRIPT.program(&path).output().unwrap();
    assert!(played.status.success());
    let mut child = with(Part::Look.program(&path), folder.path(), Fault::ReadOnly).spawn().unwrap();
    assert_eq!(outcome(lines(&mut child)), (Some(SCRIPT_SIZE), None));
    child.wait().unwrap();

    // With a log left beside it, which cannot be brought in, there is no saying what the journal holds.
    let mut log = SqliteLog::open(&path).unwrap();
    let head = log.head().unwrap();
    log.keep_derived("fold", Some(b"x"), head).unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let left = copy.path().join("journal.db");
    let mut child = with(Part::Look.program(&left), copy.path(), Fault::ReadOnly).spawn().unwrap();
    let (size, error) = outcome(lines(&mut child));
    assert!(size.is_none() && error.is_some(), "{size:?} {error:?}");
    child.wait().unwrap();
}
