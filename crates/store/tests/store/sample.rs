//! Entries that every process makes alike from a name and a number.

use std::ops::{ControlFlow, Range};

use custodes_journal::entry::{Entry, Leaf, NewEntry, RandomId, Salt, commitment};
use custodes_journal::hash::Hash;
use custodes_journal::log::Log;
use custodes_journal::tree::{LeafIndex, TreeSize};

/// Most contents are small, and some need pages of their own.
pub fn entry(name: &str, number: u64) -> NewEntry {
    let seed = Hash::of(format!("{name} {number}").as_bytes());
    let length = if number % 7 == 5 { 9000 } else { 20 + number * 37 % 700 };
    let content = noise(&seed, length as usize);
    let salt = Salt(Hash::of(&seed.0).0);
    let mut subject = [0; 16];
    subject.copy_from_slice(&seed.0[..16]);
    let leaf = Leaf {
        time: 1_767_225_600_000_000 + number as i64,
        kind: "test.entry".into(),
        actor: RandomId([7; 16]),
        subject: RandomId(subject),
        commitment: commitment(&salt, &content),
    };
    NewEntry { leaf, salt, content }
}

pub fn entries(name: &str, numbers: Range<u64>) -> Vec<NewEntry> {
    numbers.map(|number| entry(name, number)).collect()
}

/// Bytes that stand nowhere else.
fn noise(seed: &Hash, length: usize) -> Vec<u8> {
    let blocks = (0_u64..).flat_map(|block| Hash::of(&[&seed.0[..], &block.to_be_bytes()].concat()).0);
    blocks.take(length).collect()
}

/// RFC 6962, section 2.1, as it is written there.
pub fn merkle_tree_hash(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Hash::of_node(&merkle_tree_hash(left), &merkle_tree_hash(right))
        }
    }
}

pub fn read_from(log: &impl Log, from: u64, to: u64) -> Vec<Entry> {
    let mut read = Vec::new();
    log.read(LeafIndex(from), TreeSize(to), &mut |entry| {
        read.push(entry);
        ControlFlow::Continue(())
    })
    .unwrap();
    read
}

/// All entries, after seeing that they have the places, and the root, that the head says.
pub fn read_all(log: &impl Log) -> Vec<Entry> {
    let head = log.head().unwrap();
    let all = read_from(log, 0, head.size.0);
    assert!(all.iter().map(|entry| entry.index.0).eq(0..head.size.0));
    let leaves: Vec<Hash> = all.iter().map(|entry| Hash::of_leaf(&entry.leaf)).collect();
    assert_eq!(merkle_tree_hash(&leaves), head.root);
    all
}
