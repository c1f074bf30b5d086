//! Whole journals: sound ones, and everything that can happen to them.

use std::collections::BTreeMap;

use custodes_journal::checkpoint::{Checkpoint, Origin};
use custodes_journal::cosignature::{Cosigner, PosixSeconds};
use custodes_journal::entry::{Content, Entry, Leaf, RandomId, Salt, commitment};
use custodes_journal::hash::Hash;
use custodes_journal::key::{SignerKey, VerifierKey};
use custodes_journal::log::Head;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::signer::{Memory, sign};
use custodes_journal::tree::{LeafIndex, TreeSize};
use custodes_journal::verify::{Defect, DisposedUnder, Known, LeafTime, Verification, verify};
use custodes_journal::witness::{AddCheckpoint, Seen, Witness, add_cosignatures};
use proptest::prelude::*;

use crate::grown::{Grown, flips, key};

const NAME: &str = "journal.example/northmere";
const NOW: PosixSeconds = PosixSeconds::new(1_767_312_000).unwrap();
const START: i64 = 1_767_225_600_000_000;

/// A journal with all that is known of it.
#[derive(Clone)]
struct Workspace {
    origin: Origin,
    journal_keys: Vec<VerifierKey>,
    witness_keys: Vec<VerifierKey>,
    entries: Vec<Entry>,
    checkpoints: Vec<(TreeSize, String)>,
    head: Head,
    memory: Memory,
    disposals: BTreeMap<LeafIndex, DisposedUnder>,
}

fn entry(index: u64, time: i64, content: &[u8]) -> Entry {
    let salt = Salt([index as u8; 32]);
    let leaf = Leaf {
        time,
        kind: "plan.committed".to_owned(),
        actor: RandomId([7; 16]),
        subject: RandomId([index as u8; 16]),
        commitment: commitment(&salt, content),
    };
    let content = Some(Content { salt, bytes: content.to_vec() });
    Entry { index: LeafIndex(index), leaf: leaf.to_bytes(), content }
}

fn grown(entries: &[Entry]) -> Grown {
    Grown::of(entries.iter().map(|entry| &entry.leaf))
}

fn journal_key() -> SignerKey {
    key(NAME, 1)
}

fn witness_key() -> SignerKey {
    key("auditor.example/witness", 2)
}

impl Workspace {
    /// Checkpoints at half and at full length; the first is witnessed.
    fn of(entries: Vec<Entry>) -> Workspace {
        let origin = Origin::parse(NAME).unwrap();
        let grown = grown(&entries);
        let sizes = [grown.size() / 2, grown.size()];
        let mut notes = sizes.map(|size| {
            let memory = Memory::first(origin.clone());
            let offered = Checkpoint::new(origin.clone(), grown.head(size));
            sign(&memory, &journal_key(), offered, &ConsistencyProof::default()).unwrap().checkpoint
        });
        let journal_keys = vec![journal_key().verifier().clone()];
        let journals = BTreeMap::from([(origin.clone(), journal_keys.clone())]);
        let witness = Witness::new(Cosigner::new(witness_key()), journals);
        let witness_keys = vec![witness.verifier().clone()];
        let request =
            AddCheckpoint { old: TreeSize(0), proof: ConsistencyProof::default(), checkpoint: notes[0].clone() };
        let cosigned = witness.add_checkpoint(&Seen::nothing(), request.to_text().as_bytes(), NOW).unwrap();
        notes[0] = add_cosignatures(&notes[0], &cosigned.lines, &witness_keys).unwrap();
        let memory = Memory::recovered(notes[1].checkpoint());
        let checkpoints = notes.iter().map(|note| (note.checkpoint().head().size, note.to_text())).collect();
        let (head, disposals) = (grown.latest(), BTreeMap::new());
        Workspace { origin, journal_keys, witness_keys, entries, checkpoints, head, memory, disposals }
    }

    fn numbered(count: u64) -> Workspace {
        Workspace::of((0..count).map(|index| entry(index, START + index as i64, &index.to_be_bytes())).collect())
    }

    fn known(&self) -> Known<'_> {
        Known {
            origin: &self.origin,
            journal_keys: &self.journal_keys,
            witness_keys: &self.witness_keys,
            checkpoints: &self.checkpoints,
            head: Some(self.head),
            memory: Some(&self.memory),
            disposals: &self.disposals,
        }
    }

    fn verify(&self) -> Verification {
        verify(self.known(), self.entries.iter().cloned())
    }

    fn defects(&self) -> Vec<Defect> {
        self.verify().defects
    }

    fn changed(&self, change: impl FnOnce(&mut Workspace)) -> Vec<Defect> {
        let mut changed = self.clone();
        change(&mut changed);
        changed.defects()
    }
}

fn under(by: &str, approved_by: &str) -> DisposedUnder {
    let [rule, by, approved_by] = ["R7", by, approved_by].map(str::to_owned);
    DisposedUnder { rule, date: "2026-03-01".to_owned(), by, approved_by }
}

#[test]
fn a_sound_journal_has_no_defect() {
    let found = Workspace::numbered(9).verify();
    assert_eq!(found.defects, []);
    let verified = found.verified;
    assert_eq!((verified.size, verified.kept, verified.disposed), (TreeSize(9), 9, 0));
    assert_eq!((verified.checkpoints, verified.signed), (2, Some(TreeSize(9))));
    assert_eq!(verified.witnessed, Some((TreeSize(4), NOW)));
    assert_eq!(
        verified.to_string(),
        format!(
            "9 entries, 9 with their content and 0 disposed of, root {}; 2 checkpoints hold, the last over 9 entries; \
             witnessed up to 4 entries on 2026-01-02 00:00:00 UTC",
            verified.root
        )
    );
}

#[test]
fn a_journal_that_nobody_signed_says_so() {
    let mut new = Workspace::numbered(0);
    new.checkpoints.clear();
    let found = new.verify();
    assert_eq!(found.defects, []);
    assert_eq!((found.verified.signed, found.verified.witnessed), (None, None));
    assert!(found.verified.to_string().ends_with("not signed; not witnessed"));
}

#[test]
fn content_is_kept_disposed_of_or_missing() {
    let mut workspace = Workspace::numbered(6);
    workspace.entries[2].content = None;
    workspace.entries[4].content = None;
    workspace.disposals.insert(LeafIndex(2), under("A", "B"));
    let found = workspace.verify();
    assert_eq!(found.defects, [Defect::ContentMissing { index: 4 }]);
    assert_eq!((found.verified.kept, found.verified.disposed), (4, 1));
    assert_eq!(found.verified.disposals, BTreeMap::from([(under("A", "B"), 1)]));
    assert_eq!(under("A", "B").to_string(), "disposed of under rule R7 on 2026-03-01 by A, approved by B");

    let still_there = workspace.changed(|it| drop(it.disposals.insert(LeafIndex(5), under("A", "B"))));
    assert!(still_there.contains(&Defect::StillThere { index: 5, under: under("A", "B") }));
    let of_nothing = workspace.changed(|it| drop(it.disposals.insert(LeafIndex(6), under("A", "B"))));
    assert!(of_nothing.contains(&Defect::DisposalOfNothing { index: 6, size: 6 }));
    let by_one = workspace.changed(|it| drop(it.disposals.insert(LeafIndex(2), under("A", "A"))));
    assert!(by_one.contains(&Defect::DisposedByOne { index: 2, by: "A".to_owned() }));
}

#[test]
fn disposal_leaves_root_checkpoints_and_memory_as_they_were() {
    let mut workspace = Workspace::numbered(6);
    let before = workspace.verify().verified;
    for index in 0..6 {
        workspace.entries[index].content = None;
        workspace.disposals.insert(LeafIndex(index as u64), under("A", "B"));
    }
    let found = workspace.verify();
    assert_eq!(found.defects, []);
    assert_eq!((found.verified.root, found.verified.checkpoints), (before.root, 2));
    assert_eq!((found.verified.kept, found.verified.disposed), (0, 6));
}

#[test]
fn each_defect_is_found_and_said_in_a_line() {
    let workspace = Workspace::numbered(8);
    let says = |change: &dyn Fn(&mut Workspace), line: &str| {
        let lines: Vec<String> = workspace.changed(change).iter().map(Defect::to_string).collect();
        assert!(lines.iter().any(|said| said.starts_with(line)), "{line:?} is not among {lines:#?}");
        assert!(lines.iter().all(|said| !said.contains('\n')));
    };
    says(
        &|it| it.entries[3].content.as_mut().unwrap().bytes.push(0),
        "entry 3: its content is not what was committed to when it was written",
    );
    says(&|it| drop(it.entries.remove(3)), "entry 3: it is missing; the next one there is entry 4");
    says(&|it| it.entries.swap(3, 4), "entry 3: it stands where entry 5 belongs");
    says(&|it| drop(it.entries.pop()), "checkpoint of 8 entries: the journal has only 7");
    says(&|it| drop(it.entries.pop()), "the key holder signed 8 entries, and the journal has only 7");
    says(&|it| drop(it.entries.pop()), "the store says that the journal has 8 entries, and it has 7");
    says(&|it| it.entries[0] = entry(0, START, b"other"), "checkpoint of 4 entries: the entries there now are not");
    says(&|it| it.entries[0] = entry(0, START, b"other"), "checkpoint of 8 entries: the entries there now are not");
    says(&|it| it.entries[0] = entry(0, START, b"other"), "the key holder signed 8 entries, and the first 8");
    says(&|it| it.entries[0] = entry(0, START, b"other"), "the store says that the journal's root is ");
    says(&|it| it.entries[2].leaf.push(b'\n'), "entry 2: its record is not in the form");
    says(&|it| it.checkpoints[1].1.truncate(9), "checkpoint of 8 entries: it cannot be read");
    says(&|it| it.checkpoints[1].0 = TreeSize(7), "checkpoint of 7 entries: it says itself that it is of 8");
    says(&|it| it.journal_keys = it.witness_keys.clone(), "checkpoint of 8 entries: none of the keys expected here");
    says(
        &|it| it.origin = Origin::parse("journal.example/southmere").unwrap(),
        "checkpoint of 4 entries: it is of the journal \"journal.example/northmere\", not",
    );
    says(
        &|it| it.origin = Origin::parse("journal.example/southmere").unwrap(),
        "the key holder's memory is of the journal \"journal.example/northmere\", not",
    );
}

#[test]
fn time_that_runs_backwards_is_a_defect_and_standing_still_is_not() {
    let times = [5, 5, 9, 8, 8, 9];
    let entries = (0..).zip(times).map(|(index, time)| entry(index, START + time, b"x")).collect();
    let backwards = Defect::TimeBackwards { index: 3, time: LeafTime(START + 8), before: LeafTime(START + 9) };
    assert_eq!(Workspace::of(entries).defects(), std::slice::from_ref(&backwards));
    assert_eq!(
        backwards.to_string(),
        "entry 3: its time, 2026-01-01 00:00:00.000008 UTC, is earlier than that of the entry before it, \
         2026-01-01 00:00:00.000009 UTC"
    );
}

#[test]
fn a_bad_cosignature_of_a_known_witness_spoils_its_checkpoint() {
    let workspace = Workspace::numbered(4);
    let [half, full] = [&workspace.checkpoints[0].1, &workspace.checkpoints[1].1];
    let cosignature = half.lines().last().unwrap();
    let mut spoilt = workspace.clone();
    spoilt.checkpoints[1].1 = format!("{full}{cosignature}\n");
    let found = spoilt.verify();
    let [Defect::CheckpointNotSigned { size: 4, .. }] = found.defects[..] else { panic!("{:?}", found.defects) };
    assert_eq!((found.verified.checkpoints, found.verified.signed), (1, Some(TreeSize(2))));
    // To those who do not know the witness it is a signature of somebody.
    spoilt.witness_keys.clear();
    let found = spoilt.verify();
    assert_eq!((found.defects, found.verified.witnessed), (vec![], None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn no_bit_of_a_small_journal_can_change(contents in proptest::collection::vec("[a-z0-9 ]{1,12}", 1..5)) {
        let entries = (0..).zip(&contents).map(|(index, content)| entry(index, START, content.as_bytes())).collect();
        let workspace = Workspace::of(entries);
        prop_assert_eq!(workspace.defects(), vec![]);
        let sound = workspace.verify();
        for place in 0..contents.len() {
            let content = workspace.entries[place].content.clone().unwrap();
            for flipped in flips(&workspace.entries[place].leaf) {
                prop_assert_ne!(workspace.changed(|it| it.entries[place].leaf = flipped), vec![]);
            }
            let with = |content| workspace.changed(|it| it.entries[place].content = Some(content));
            for bytes in flips(&content.bytes) {
                prop_assert_eq!(
                    with(Content { bytes, ..content.clone() }),
                    vec![Defect::OtherContent { index: place as u64 }]
                );
            }
            for salt in flips(&content.salt.0) {
                let salt = Salt(salt.try_into().unwrap());
                prop_assert_eq!(
                    with(Content { salt, ..content.clone() }),
                    vec![Defect::OtherContent { index: place as u64 }]
                );
            }
        }
        for (place, (_, note)) in workspace.checkpoints.iter().enumerate() {
            // Notes are texts; bytes that are no text cannot be handed over as one.
            for flipped in flips(note.as_bytes()).filter_map(|note| String::from_utf8(note).ok()) {
                let mut changed = workspace.clone();
                changed.checkpoints[place].1 = flipped.clone();
                let found = changed.verify();
                // A cosignature under a changed name is a stranger's: then nothing is witnessed any more.
                let stranger = found.verified.witnessed.is_none() && sound.verified.witnessed.is_some();
                prop_assert!(!found.defects.is_empty() || stranger, "{}", flipped);
            }
        }
        for flipped in flips(&workspace.head.root.0) {
            let root = Hash(flipped.try_into().unwrap());
            prop_assert_ne!(workspace.changed(|it| it.head.root = root), vec![]);
        }
    }

    #[test]
    fn a_journal_cut_short_anywhere_is_found(count in 1u64..12, cut in 0u64..12) {
        prop_assume!(cut < count);
        let workspace = Workspace::numbered(count);
        prop_assert_ne!(workspace.changed(|it| it.entries.truncate(cut as usize)), vec![]);
    }
}
