//! What every store of the journal must do, whatever database is behind it.

use std::ops::ControlFlow;

use custodes_journal::entry::{Content, NewEntry};
use custodes_journal::hash::Hash;
use custodes_journal::log::{Appended, Expect, Head, Log, LogError};
use custodes_journal::tree::{LeafIndex, TreeSize};
use proptest::prelude::*;

use crate::sample::{entries, entry, merkle_tree_hash, read_all, read_from};

/// A journal that began empty. Every connection to it is like another program's.
pub trait Journal: Sync {
    type Connection: Log;

    fn connect(&self) -> Self::Connection;
}

macro_rules! behaves_as_a_journal {
    ($new:expr) => {
        behaves_as_a_journal! { $new =>
            an_empty_journal_has_the_root_of_nothing,
            entries_come_back_as_they_were_written,
            pieces_of_any_sizes_make_one_tree,
            a_subtree_that_is_not_complete_has_no_hash,
            a_writer_whose_expectation_fails_is_told_and_writes_nothing,
            a_key_is_answered_as_the_first_time,
            a_batch_with_an_unsound_entry_is_refused_as_a_whole,
            what_is_disposed_of_is_gone_and_its_leaf_stays,
            a_disposal_that_cannot_be_done_is_not_half_done,
            reading_stops_when_told_and_does_not_go_beyond_the_end,
            the_journal_can_be_asked_and_written_while_it_is_read,
            the_latest_checkpoint_is_found_and_one_of_the_same_size_replaced,
            derived_facts_are_kept_until_something_is_disposed_of,
            a_derived_fact_of_an_earlier_head_is_not_kept,
            writers_at_once_lose_nothing_and_fork_nothing,
            writers_that_expect_a_head_take_turns,
        }
    };
    ($new:expr => $($name:ident,)*) => {
        $(#[test] fn $name() { $crate::suite::$name($new); })*
    };
}

fn append(log: &mut impl Log, new: &[NewEntry]) -> Appended {
    log.append(new, Expect::Anything, None).unwrap()
}

pub fn an_empty_journal_has_the_root_of_nothing<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    let empty = Head { size: TreeSize(0), root: Hash::of_nothing() };
    assert_eq!(log.head().unwrap(), empty);
    assert_eq!(append(&mut log, &[]), Appended { first: LeafIndex(0), head: empty, repeated: false });
    assert_eq!(read_all(&log), []);
    assert_eq!(log.checkpoints().unwrap(), []);
    assert_eq!(log.latest_checkpoint(TreeSize(u64::MAX)).unwrap(), None);
}

pub fn entries_come_back_as_they_were_written<J: Journal>(new: fn() -> J) {
    let journal = new();
    // More than are handed over in one go, some larger than a page, and one without content.
    let mut written = entries("kept", 0..1300);
    written.push(empty_entry());
    let appended = append(&mut journal.connect(), &written);
    assert_eq!((appended.first, appended.head.size), (LeafIndex(0), TreeSize(1301)));
    let log = journal.connect();
    assert_eq!(log.head().unwrap(), appended.head);
    for (read, written) in read_all(&log).into_iter().zip(&written) {
        assert_eq!(read.leaf, written.leaf.to_bytes());
        assert_eq!(read.content, Some(content_of(written)));
    }
    assert_eq!(read_from(&log, 700, 703).iter().map(|entry| entry.index.0).collect::<Vec<_>>(), [700, 701, 702]);
}

fn empty_entry() -> NewEntry {
    let mut new = entry("empty", 0);
    new.content.clear();
    new.leaf.commitment = custodes_journal::entry::commitment(&new.salt, &[]);
    new
}

fn content_of(new: &NewEntry) -> Content {
    Content { salt: new.salt.clone(), bytes: new.content.clone() }
}

pub fn pieces_of_any_sizes_make_one_tree<J: Journal>(new: fn() -> J) {
    proptest!(ProptestConfig::with_cases(12), |(pieces in proptest::collection::vec(0_u64..23, 0..6))| {
        let journal = new();
        let mut log = journal.connect();
        let mut size = 0;
        let mut leaves = Vec::new();
        for piece in pieces {
            let written = entries("piece", size..size + piece);
            leaves.extend(written.iter().map(|entry| Hash::of_leaf(&entry.leaf.to_bytes())));
            let appended = append(&mut log, &written);
            prop_assert_eq!(appended.first, LeafIndex(size));
            size += piece;
            prop_assert_eq!(appended.head, Head { size: TreeSize(size), root: merkle_tree_hash(&leaves) });
        }
        for level in 0..8_u8 {
            for index in 0..size >> level {
                let span = (index << level) as usize..((index + 1) << level) as usize;
                prop_assert_eq!(log.node(level, index).unwrap(), merkle_tree_hash(&leaves[span]));
            }
        }
    });
}

pub fn a_subtree_that_is_not_complete_has_no_hash<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    append(&mut log, &entries("six", 0..6));
    assert!(log.node(1, 2).is_ok());
    for (level, index) in [(0, 6), (1, 3), (2, 1), (3, 0), (63, 0), (64, 0), (255, u64::MAX), (0, u64::MAX)] {
        let error = log.node(level, index).unwrap_err();
        assert!(matches!(error, LogError::Store { .. }), "{level} {index}: {error}");
    }
}

pub fn a_writer_whose_expectation_fails_is_told_and_writes_nothing<J: Journal>(new: fn() -> J) {
    let journal = new();
    let (mut one, mut other) = (journal.connect(), journal.connect());
    let expected = one.head().unwrap();
    let found = append(&mut other, &entries("other", 0..2)).head;
    for error in [
        one.append(&entries("one", 0..1), Expect::Head(expected), Some("key")).unwrap_err(),
        one.dispose(&[LeafIndex(0)], &entries("one", 0..1), Expect::Head(expected)).unwrap_err(),
    ] {
        assert!(matches!(error, LogError::Moved { expected: e, found: f } if e == expected && f == found), "{error}");
    }
    let same_size = Head { root: Hash::of(b"another history"), ..found };
    assert!(matches!(one.append(&[], Expect::Head(same_size), None), Err(LogError::Moved { .. })));
    assert_eq!(one.head().unwrap(), found);
    assert!(read_all(&one).iter().all(|entry| entry.content.is_some()));
    let again = one.append(&entries("one", 0..1), Expect::Head(found), Some("key")).unwrap();
    assert_eq!((again.first, again.repeated), (LeafIndex(2), false));
}

pub fn a_key_is_answered_as_the_first_time<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    let before = append(&mut log, &entries("before", 0..3)).head;
    let first = log.append(&entries("keyed", 0..2), Expect::Head(before), Some("key")).unwrap();
    assert!(!first.repeated);
    append(&mut log, &entries("after", 0..4));
    let again = journal.connect().append(&entries("keyed", 0..2), Expect::Head(before), Some("key")).unwrap();
    assert_eq!(again, Appended { repeated: true, ..first });
    assert_eq!(log.head().unwrap().size, TreeSize(9));
    let another = log.append(&entries("keyed", 0..2), Expect::Anything, Some("another key")).unwrap();
    assert_eq!((another.first, another.repeated), (LeafIndex(9), false));
}

pub fn a_batch_with_an_unsound_entry_is_refused_as_a_whole<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    let head = append(&mut log, &entries("sound", 0..3)).head;
    let mut uncommitted = entries("batch", 0..3);
    uncommitted[2].content.push(0);
    let mut unspellable = entries("batch", 0..3);
    unspellable[2].leaf.kind = "two\nlines".into();
    for batch in [uncommitted, unspellable] {
        let error = log.append(&batch, Expect::Anything, Some("key")).unwrap_err();
        assert!(matches!(error, LogError::Store { .. }), "{error}");
        assert!(log.dispose(&[LeafIndex(0)], &batch, Expect::Anything).is_err());
        assert_eq!(log.head().unwrap(), head);
    }
    assert!(!log.append(&entries("batch", 0..3), Expect::Anything, Some("key")).unwrap().repeated);
    assert!(read_all(&log).iter().all(|entry| entry.content.is_some()));
}

pub fn what_is_disposed_of_is_gone_and_its_leaf_stays<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    let head = append(&mut log, &entries("kept", 0..8)).head;
    let gone = [LeafIndex(1), LeafIndex(5), LeafIndex(6)];
    let disposed = log.dispose(&gone, &entries("record", 0..1), Expect::Head(head)).unwrap();
    assert_eq!((disposed.first, disposed.head.size), (LeafIndex(8), TreeSize(9)));
    // What is gone cannot go again, but a list may overlap with an earlier one.
    log.dispose(&[LeafIndex(5), LeafIndex(7)], &entries("record", 1..2), Expect::Anything).unwrap();
    let expected: Vec<NewEntry> = entries("kept", 0..8).into_iter().chain(entries("record", 0..2)).collect();
    for (read, expected) in read_all(&journal.connect()).into_iter().zip(expected) {
        assert_eq!(read.leaf, expected.leaf.to_bytes());
        let stays = ![1, 5, 6, 7].contains(&read.index.0);
        assert_eq!(read.content, stays.then(|| content_of(&expected)), "{:?}", read.index);
    }
}

pub fn a_disposal_that_cannot_be_done_is_not_half_done<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    let head = append(&mut log, &entries("kept", 0..3)).head;
    // The third is not there, though the record would come to stand in its place.
    let beyond = log.dispose(&[LeafIndex(0), LeafIndex(3)], &entries("record", 0..1), Expect::Anything);
    assert!(matches!(beyond, Err(LogError::Store { .. })), "{beyond:?}");
    let unrecorded = log.dispose(&[LeafIndex(0)], &[], Expect::Anything);
    assert!(matches!(unrecorded, Err(LogError::Store { .. })), "{unrecorded:?}");
    assert_eq!(log.head().unwrap(), head);
    assert!(read_all(&log).iter().all(|entry| entry.content.is_some()));
}

pub fn reading_stops_when_told_and_does_not_go_beyond_the_end<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    append(&mut log, &entries("kept", 0..10));
    let mut seen = Vec::new();
    log.read(LeafIndex(2), TreeSize(10), &mut |entry| {
        seen.push(entry.index.0);
        if seen.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!(seen, [2, 3, 4]);
    assert_eq!(read_from(&log, 10, 10), []);
    assert_eq!(read_from(&log, 7, 3), []);
    let beyond = log.read(LeafIndex(8), TreeSize(11), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(beyond, Err(LogError::Store { .. })), "{beyond:?}");
}

pub fn the_journal_can_be_asked_and_written_while_it_is_read<J: Journal>(new: fn() -> J) {
    let journal = new();
    let (mut log, mut other) = (journal.connect(), journal.connect());
    append(&mut log, &entries("kept", 0..3));
    let mut sizes = Vec::new();
    log.read(LeafIndex(0), TreeSize(3), &mut |_| {
        append(&mut other, &entries("meanwhile", 0..1));
        sizes.push(log.head().unwrap().size.0);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(sizes, [4, 5, 6]);
}

pub fn the_latest_checkpoint_is_found_and_one_of_the_same_size_replaced<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    for (size, note) in [(5, "five"), (2, "two"), (9, "nine"), (5, "five, cosigned")] {
        log.keep_checkpoint(TreeSize(size), note).unwrap();
    }
    let kept = [(2, "two"), (5, "five, cosigned"), (9, "nine")].map(|(size, note)| (TreeSize(size), note.to_owned()));
    let log = journal.connect();
    assert_eq!(log.checkpoints().unwrap(), kept);
    for (up_to, place) in [(1, None), (2, Some(0)), (8, Some(1)), (9, Some(2)), (u64::MAX, Some(2))] {
        let expected = place.map(|place: usize| kept[place].clone());
        assert_eq!(log.latest_checkpoint(TreeSize(up_to)).unwrap(), expected);
    }
}

pub fn derived_facts_are_kept_until_something_is_disposed_of<J: Journal>(new: fn() -> J) {
    let journal = new();
    let mut log = journal.connect();
    let head = log.head().unwrap();
    assert!(log.keep_derived("fold", Some(b"one"), head).unwrap());
    assert!(log.keep_derived("fold", Some(b"two"), head).unwrap());
    assert!(log.keep_derived("other", Some(b""), head).unwrap());
    assert_eq!(journal.connect().derived("fold").unwrap().as_deref(), Some(&b"two"[..]));
    assert_eq!(log.derived("other").unwrap().as_deref(), Some(&b""[..]));
    assert!(log.keep_derived("other", None, head).unwrap());
    assert_eq!(log.derived("other").unwrap(), None);
    append(&mut log, &entries("kept", 0..1));
    assert!(log.derived("fold").unwrap().is_some());
    log.dispose(&[LeafIndex(0)], &entries("record", 0..1), Expect::Anything).unwrap();
    assert_eq!(log.derived("fold").unwrap(), None);
}

pub fn a_derived_fact_of_an_earlier_head_is_not_kept<J: Journal>(new: fn() -> J) {
    let journal = new();
    let (mut slow, mut quick) = (journal.connect(), journal.connect());
    append(&mut slow, &entries("kept", 0..1));
    let made_of = slow.head().unwrap();
    quick.dispose(&[LeafIndex(0)], &entries("record", 0..1), Expect::Anything).unwrap();
    // What was made before the disposal would bring back what is gone.
    assert!(!slow.keep_derived("fold", Some(&entry("kept", 0).content), made_of).unwrap());
    assert_eq!(quick.derived("fold").unwrap(), None);
    let now = slow.head().unwrap();
    assert!(slow.keep_derived("fold", Some(b"of what is left"), now).unwrap());
}

const WRITERS: [&str; 3] = ["one", "two", "three"];
const EACH: u64 = 25;

pub fn writers_at_once_lose_nothing_and_fork_nothing<J: Journal>(new: fn() -> J) {
    write_at_once(&new(), |log, new, key| {
        let first = log.append(new, Expect::Anything, Some(key)).unwrap();
        // As if the answer had been lost.
        let again = log.append(new, Expect::Anything, Some(key)).unwrap();
        assert_eq!(again, Appended { repeated: true, ..first });
        first
    });
}

pub fn writers_that_expect_a_head_take_turns<J: Journal>(new: fn() -> J) {
    write_at_once(&new(), |log, new, key| {
        loop {
            let head = log.head().unwrap();
            match log.append(new, Expect::Head(head), Some(key)) {
                Ok(appended) => {
                    assert_eq!(appended.first.0, head.size.0);
                    return appended;
                }
                Err(LogError::Moved { expected, found }) => assert!(expected == head && found.size > head.size),
                Err(error) => panic!("{error}"),
            }
        }
    });
}

fn write_at_once<J: Journal>(journal: &J, write: fn(&mut J::Connection, &[NewEntry], &str) -> Appended) {
    let acknowledged: Vec<(u64, NewEntry)> = std::thread::scope(|scope| {
        let writers = WRITERS.map(|name| {
            scope.spawn(move || {
                let mut log = journal.connect();
                let mut acknowledged = Vec::new();
                for number in 0..EACH {
                    let pair = entries(name, 2 * number..2 * number + 2);
                    let first = write(&mut log, &pair, &format!("{name} {number}")).first.0;
                    acknowledged.extend((first..).zip(pair));
                }
                acknowledged
            })
        });
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let all = read_all(&journal.connect());
    assert_eq!(all.len() as u64, 2 * EACH * WRITERS.len() as u64);
    assert_eq!(acknowledged.len(), all.len());
    for (index, written) in acknowledged {
        assert_eq!(all[index as usize].leaf, written.leaf.to_bytes());
    }
}
