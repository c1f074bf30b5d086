//! A small bundle, made as it is made for anybody, and what becomes of it when it is changed.

use std::collections::BTreeMap;
use std::fs;

use custodes_compliance::acts::audit::Verdict;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::cosignature::{Cosigner, PosixSeconds};
use custodes_journal::key::{KeyName, SignerKey, VerifierKey};
use custodes_journal::log::Log;
use custodes_journal::witness::{AddCheckpoint, Seen, Witness, add_cosignatures};

use super::open::read;
use super::{Asked, CHECKPOINT, ENTRIES, INFO, SUMS, WITNESSED, container, make, sums};
use crate::work::sample::{Sample, sample};

impl Sample {
    fn bundle(&mut self, name: &str) -> Vec<u8> {
        let audits: Vec<_> = self.workspace.record.audits.keys().copied().collect();
        let out = self.folder.path().join(name);
        let asked = Asked { audits: &audits, for_whom: "the National Auditor", interim: true, annual_return: None };
        make(&mut self.workspace, &self.auditor, asked, &out).unwrap();
        fs::read(out).unwrap()
    }
}

/// The files of a bundle, to be changed and packed again by somebody who knows how.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    container::read(bytes).unwrap().into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect()
}

fn packed(mut files: BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    files.remove(SUMS);
    let list = sums(files.iter().map(|(name, bytes)| (name.as_str(), bytes)));
    files.insert(SUMS.to_owned(), list.into_bytes());
    container::write(&files).unwrap()
}

fn is_noticed(bytes: &[u8], keys: &[VerifierKey]) -> bool {
    read(bytes, keys, &[]).map_or(true, |opened| !opened.defects.is_empty())
}

#[test]
fn a_bundle_holds_and_what_it_says_is_what_the_workspace_says() {
    let mut sample = sample();
    let bytes = sample.bundle("first.zip");
    let opened = read(&bytes, &sample.key(), &[]).unwrap();
    assert_eq!(opened.defects, Vec::<String>::new());
    assert!(opened.holds.iter().any(|held| held.contains("1 draw was performed again")), "{:?}", opened.holds);
    assert_eq!(opened.record.audits, sample.workspace.record.audits);
    assert_eq!(opened.record.people, sample.workspace.record.people);
    let files = unpacked(&bytes);
    let rows = String::from_utf8(files["evidence/A1.csv"].clone()).unwrap();
    assert_eq!(rows.lines().count(), 4, "{rows}");
    assert!(files.keys().any(|name| name.starts_with("attachments/")), "{:?}", files.keys());
    // The next one for the same receiver, made after something happened, continues it.
    let judged = opened.record.audits.values().flat_map(|audit| audit.items.keys()).next().unwrap().clone();
    sample.judge(judged, Verdict::Pass);
    let next = read(&sample.bundle("second.zip"), &sample.key(), &[]).unwrap();
    assert_eq!(next.defects, Vec::<String>::new());
    assert_eq!(next.info.previous.map(|(size, _)| size), Some(opened.info.size));
}

#[test]
fn a_run_that_was_interrupted_is_taken_up_and_no_second_act_is_written() {
    let mut sample = sample();
    let first = sample.bundle("first.zip");
    let size = sample.workspace.record.size;
    fs::remove_file(sample.folder.path().join("first.zip")).unwrap();
    assert_eq!(sample.bundle("again.zip"), first);
    assert_eq!(sample.workspace.record.size, size);
}

#[test]
fn without_a_key_it_is_said_that_nothing_is_proven_and_another_key_is_refused() {
    let mut sample = sample();
    let bytes = sample.bundle("first.zip");
    let opened = read(&bytes, &[], &[]).unwrap();
    assert!(opened.defects.is_empty() && opened.notes[0].contains("proves nothing"), "{:?}", opened.notes);
    let name = KeyName::parse(sample.workspace.origin().unwrap().as_str()).unwrap();
    let other = SignerKey::from_seed(name, [9; 32]).verifier().clone();
    let opened = read(&bytes, &[other], &[]).unwrap();
    assert!(opened.defects.iter().any(|defect| defect.contains("not a key that was given")), "{:?}", opened.defects);
}

#[test]
fn a_flip_of_any_byte_of_the_file_is_noticed() {
    let mut sample = sample();
    let (bytes, keys) = (sample.bundle("first.zip"), sample.key());
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        // Nearly all fall to the check sums; whatever comes through is held against the journal.
        assert!(is_noticed(&changed, &keys), "byte {at}");
    }
}

#[test]
fn a_change_is_noticed_even_if_the_bundle_is_packed_again_with_sums_that_fit() {
    let mut sample = sample();
    let (bytes, keys) = (sample.bundle("first.zip"), sample.key());
    for (name, content) in unpacked(&bytes).into_iter().filter(|(name, _)| name != SUMS) {
        let step = content.len() / 150 + 1;
        for at in (0..content.len()).step_by(step) {
            let mut changed = content.clone();
            changed[at] ^= 1 << (at % 7);
            let mut files = unpacked(&bytes);
            files.insert(name.clone(), changed);
            assert!(is_noticed(&packed(files), &keys), "byte {at} of {name}");
        }
    }
}

#[test]
fn what_is_left_out_added_or_moved_is_noticed() {
    let mut sample = sample();
    let (bytes, keys) = (sample.bundle("first.zip"), sample.key());
    for name in unpacked(&bytes).into_keys().filter(|name| name != SUMS) {
        let mut files = unpacked(&bytes);
        files.remove(&name);
        assert!(is_noticed(&packed(files), &keys), "{name} left out");
    }
    for name in ["evidence/A2.csv", "note.txt", "report/A1-consistency.txt"] {
        let mut files = unpacked(&bytes);
        files.insert(name.to_owned(), b"more\n".to_vec());
        assert!(is_noticed(&packed(files), &keys), "{name} added");
    }
    let entries = String::from_utf8(unpacked(&bytes)[ENTRIES].clone()).unwrap();
    let lines: Vec<&str> = entries.split_inclusive('\n').collect();
    for place in 0..lines.len() {
        let without: String = lines.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, line)| *line).collect();
        let mut moved = lines.clone();
        moved.swap(place, (place + 1) % lines.len());
        for changed in [without, moved.concat()] {
            let files = BTreeMap::from([(ENTRIES.to_owned(), changed.into_bytes())]);
            let files = unpacked(&bytes).into_iter().chain(files).collect();
            assert!(is_noticed(&packed(files), &keys), "entry line {}", place + 1);
        }
    }
}

#[test]
fn a_file_that_cannot_be_a_bundle_is_refused_in_a_sentence() {
    let mut sample = sample();
    let bytes = sample.bundle("first.zip");
    let refused = |bytes: &[u8]| read(bytes, &[], &[]).unwrap_err();
    assert!(refused(b"").contains("not a bundle"));
    assert!(refused(b"PK\x05\x06 and nothing else").contains("not a bundle"));
    assert!(
        refused(&bytes[..bytes.len() - 1]).contains("damaged") || refused(&bytes[..bytes.len() - 1]).contains("not as")
    );
    let mut files = unpacked(&bytes);
    files.insert(INFO.to_owned(), b"{\"form\":\"custodes-bundle/v9\"}".to_vec());
    assert!(refused(&packed(files)).contains(INFO));
    let mut files = unpacked(&bytes);
    files.insert(CHECKPOINT.to_owned(), b"not a note\n".to_vec());
    assert!(refused(&packed(files)).contains(CHECKPOINT));
}

#[test]
fn a_cosigned_checkpoint_goes_with_the_bundle_and_its_witness_is_believed_by_key_only() {
    let mut sample = sample();
    let origin = sample.workspace.origin().unwrap();
    let (size, note) = sample.workspace.log.latest_checkpoint(sample.workspace.head().size).unwrap().unwrap();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let cosigner = Cosigner::new(SignerKey::from_seed(KeyName::parse("witness.example").unwrap(), [3; 32]));
    let witness_key = cosigner.verifier().clone();
    let witness = Witness::new(cosigner, BTreeMap::from([(origin, sample.key())]));
    let proof = custodes_journal::proof::ConsistencyProof::default();
    let request =
        AddCheckpoint { old: custodes_journal::tree::TreeSize(0), proof, checkpoint: signed.clone() }.to_text();
    let time = PosixSeconds::new(1_790_000_000).unwrap();
    let answer = witness.add_checkpoint(&Seen::nothing(), request.as_bytes(), time).unwrap();
    let cosigned = add_cosignatures(&signed, &answer.lines, std::slice::from_ref(&witness_key)).unwrap();
    sample.workspace.log.keep_checkpoint(size, &cosigned.to_text()).unwrap();

    let (bytes, keys) = (sample.bundle("first.zip"), sample.key());
    assert!(unpacked(&bytes).contains_key(WITNESSED));
    let opened = read(&bytes, &keys, std::slice::from_ref(&witness_key)).unwrap();
    assert_eq!((opened.defects, opened.witnessed), (Vec::new(), Some((size, time))));
    let opened = read(&bytes, &keys, &[]).unwrap();
    assert_eq!((opened.witnessed, opened.trusted), (None, Vec::new()), "the workspace does not trust it either");
}
