//! What the holder of the key signs, and what never.

use custodes_journal::checkpoint::{Checkpoint, Origin};
use custodes_journal::hash::Hash;
use custodes_journal::log::Head;
use custodes_journal::proof::{ConsistencyProof, NotConsistent};
use custodes_journal::signer::{Memory, Refusal, Unreadable, sign};

use crate::grown::{Grown, flips, key};

fn origin() -> Origin {
    Origin::parse("journal.example/northmere").unwrap()
}

fn offer(head: Head) -> Checkpoint {
    Checkpoint::new(origin(), head)
}

fn numbers(count: u8) -> Grown {
    Grown::of((0..count).map(|number| [number]))
}

#[test]
fn a_journal_that_only_grows_is_signed_at_every_step() {
    let (grown, key) = (numbers(20), key("journal.example/northmere", 1));
    let mut memory = Memory::first(origin());
    for (old, new) in [(0, 0), (0, 3), (3, 3), (3, 4), (4, 17), (17, 20)] {
        let signed = sign(&memory, &key, offer(grown.head(new)), &grown.consistency(old, new)).unwrap();
        assert_eq!(signed.memory.head(), grown.head(new));
        assert_eq!(signed.checkpoint.open(&[key.verifier().clone()]).unwrap().len(), 1);
        memory = Memory::parse(&signed.memory.to_text()).unwrap();
    }
}

#[test]
fn an_old_backup_is_not_signed() {
    let (grown, key) = (numbers(9), key("k.example", 1));
    let memory = Memory::recovered(&offer(grown.head(9)));
    let refused = sign(&memory, &key, offer(grown.head(7)), &grown.consistency(7, 9)).unwrap_err();
    assert_eq!(refused, Refusal::RolledBack { remembered: grown.head(9), offered: grown.head(7) });
    assert!(refused.to_string().starts_with("the journal has 7 entries, and one of 9 was signed before"));
}

#[test]
fn a_rewritten_journal_is_not_signed_whatever_its_size() {
    let (grown, key) = (numbers(9), key("k.example", 1));
    let rewritten = Grown::of([b"0", b"1", b"x", b"3", b"4", b"5", b"6", b"7", b"8", b"9"]);
    let memory = Memory::recovered(&offer(grown.head(6)));
    for new in 6..=10 {
        let proof = rewritten.consistency(6, new);
        let refused = sign(&memory, &key, offer(rewritten.head(new)), &proof).unwrap_err();
        let Refusal::Rewritten { cause, .. } = refused else { panic!("{refused}") };
        assert_eq!(matches!(*cause, NotConsistent::SameSizeOtherRoot { .. }), new == 6, "{cause}");
    }
    // Two instances on one journal: each went on by itself from 6.
    let other = Grown::of((0..6).chain([100, 101, 102]).map(|number| [number]));
    let memory = Memory::recovered(&offer(grown.head(8)));
    let refused = sign(&memory, &key, offer(other.head(9)), &other.consistency(8, 9)).unwrap_err();
    assert!(matches!(refused, Refusal::Rewritten { .. }));
    let no_proof = sign(&memory, &key, offer(grown.head(9)), &ConsistencyProof::default()).unwrap_err();
    let Refusal::Rewritten { cause, .. } = no_proof else { panic!("{no_proof}") };
    assert!(matches!(*cause, NotConsistent::WrongLength { .. }));
}

#[test]
fn another_journal_is_not_signed() {
    let key = key("k.example", 1);
    let other = Checkpoint::new(Origin::parse("journal.example/southmere").unwrap(), numbers(1).head(1));
    let refused = sign(&Memory::first(origin()), &key, other, &ConsistencyProof::default()).unwrap_err();
    assert!(matches!(refused, Refusal::OtherOrigin { .. }));
}

#[test]
fn a_memory_reads_back_and_no_bit_of_it_can_change() {
    for memory in [Memory::first(origin()), Memory::recovered(&offer(numbers(5).head(5)))] {
        let text = memory.to_text();
        assert_eq!(Memory::parse(&text), Ok(memory));
        for flipped in flips(text.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
            Memory::parse(&flipped).unwrap_err();
        }
        for end in 0..text.len() {
            Memory::parse(&text[..end]).unwrap_err();
        }
        Memory::parse(&format!("{text}\n")).unwrap_err();
        let newer = text.replace("custodes-signer/v1", "custodes-signer/v2");
        assert!(matches!(Memory::parse(&newer), Err(Unreadable::OtherForm { .. })));
    }
}

#[test]
fn a_memory_of_another_shape_is_damaged_even_when_its_hash_is_right() {
    let sealed = |lines: &str| {
        let text = format!("custodes-signer/v1\n{lines}");
        format!("{text}{}\n", Hash::of(text.as_bytes()))
    };
    let root = Hash::of_nothing().to_base64();
    Memory::parse(&sealed(&format!("j.example\n0\n{root}\n"))).unwrap();
    for (lines, line) in [
        (format!("\n0\n{root}\n"), 2),
        (format!("j.example\n00\n{root}\n"), 3),
        (format!("j.example\n0\n{}\n", root.replace('=', "")), 4),
        (format!("j.example\n0\n{root}\nmore\n"), 2),
        (String::new(), 2),
    ] {
        assert_eq!(Memory::parse(&sealed(&lines)), Err(Unreadable::Line { line }), "{lines:?}");
    }
}
