//! Every byte of a small workspace flipped: of its journal, its evidence, its keys and their memory. What
//! `verify` does not notice changes nothing of what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use custodes_compliance::roles::Role;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::cosignature::{Cosigner, PosixSeconds};
use custodes_journal::entry::Entry;
use custodes_journal::key::{KeyName, SignerKey, VerifierKey};
use custodes_journal::log::{Head, Log, LogError};
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::{LeafIndex, TreeSize};
use custodes_journal::witness::{AddCheckpoint, Seen, Witness};
use custodes_store::SqliteLog;

use super::{Answer, Verifying, With, verify};
use crate::work::sample::{appoint, empty, person, sample};
use crate::work::witness::WitnessFolder;
use crate::work::workspace::JOURNAL;
use crate::work::{Workspace, fold, witnessing};

/// A workspace without evidence, closed: a few entries, one of them cosigned by a witness that it trusts, and a
/// kept fold.
struct Small {
    folder: tempfile::TempDir,
    key: VerifierKey,
    witness: VerifierKey,
}

fn small() -> Small {
    let folder = tempfile::tempdir_in(memory()).unwrap();
    let mut workspace = empty(folder.path());
    let administrator = person("ad1");
    let cosigner = Cosigner::new(SignerKey::from_seed(KeyName::parse("witness.example/w").unwrap(), [3; 32]));
    let witness = cosigner.verifier().clone();
    witnessing::trust(&mut workspace, &administrator, &witness.to_string(), "read out on the telephone").unwrap();
    cosign(&mut workspace, cosigner);
    appoint(&mut workspace, &administrator, "am1", Role::AnprManager);
    let kept = fold::seal(&workspace.record, workspace.head(), workspace.keys.as_ref().unwrap().signer()).unwrap();
    let head = workspace.head();
    workspace.log.keep_derived(fold::NAME, Some(&kept), head).unwrap();
    Small { key: workspace.verifier().unwrap(), witness, folder }
}

fn cosign(workspace: &mut Workspace, cosigner: Cosigner) {
    let (_, note) = workspace.log.latest_checkpoint(workspace.head().size).unwrap().unwrap();
    let checkpoint = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let journals = BTreeMap::from([(workspace.origin().unwrap(), vec![workspace.verifier().unwrap()])]);
    let request = AddCheckpoint { old: TreeSize(0), proof: ConsistencyProof::default(), checkpoint }.to_text();
    let time = PosixSeconds::new(1_790_000_000).unwrap();
    let answer = Witness::new(cosigner, journals).add_checkpoint(&Seen::nothing(), request.as_bytes(), time).unwrap();
    witnessing::add(workspace, &answer.lines).unwrap();
}

/// Tens of thousands of files are written: in memory, where there is such a place.
fn memory() -> PathBuf {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() }
}

impl Small {
    fn workspace(&self) -> PathBuf {
        self.folder.path().join("northmere")
    }

    fn verify(&self) -> Answer {
        self.verify_in(&self.workspace())
    }

    fn verify_in(&self, workspace: &Path) -> Answer {
        let keys = self.folder.path().join("keys");
        let with = With {
            keys: std::slice::from_ref(&self.key),
            witnesses: &[],
            checkpoints: &[],
            key_folder: Some(&keys),
            progress: &|_, _| {},
        };
        verify(workspace, &with)
    }
}

/// Everything that is kept in a journal.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    head: Head,
    entries: Vec<Entry>,
    nodes: Vec<[u8; 32]>,
    checkpoints: Vec<(TreeSize, String)>,
    fold: Option<Vec<u8>>,
}

fn kept(journal: &Path) -> Result<Kept, LogError> {
    let log = SqliteLog::open_read_only(journal).map_err(|why| LogError::Damaged(why.to_string()))?;
    let (head, mut entries, mut nodes) = (log.head()?, Vec::new(), Vec::new());
    log.read(LeafIndex(0), head.size, &mut |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    })?;
    for level in 0..64 {
        for index in 0..head.size.0 >> level {
            nodes.push(log.node(level, index)?.0);
        }
    }
    Ok(Kept { head, entries, nodes, checkpoints: log.checkpoints()?, fold: log.derived(fold::NAME)? })
}

/// A file in which single bytes are changed and put back.
struct Changed {
    file: File,
    bytes: Vec<u8>,
}

impl Changed {
    fn new(path: &Path) -> Changed {
        let bytes = fs::read(path).unwrap();
        let mut permissions = fs::metadata(path).unwrap().permissions();
        // Objects are read-only to guard against slips, not against somebody who means it.
        #[expect(clippy::permissions_set_readonly_false, reason = "a file of this test")]
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions).unwrap();
        Changed { file: OpenOptions::new().write(true).open(path).unwrap(), bytes }
    }

    fn flip(&self, at: usize, bit: usize) {
        self.file.write_all_at(&[self.bytes[at] ^ 1 << bit], at as u64).unwrap();
    }

    fn restore(&self, at: usize) {
        self.file.write_all_at(&self.bytes[at..=at], at as u64).unwrap();
    }
}

/// All places but those inside long runs of zeros, which are free space; of these, every 61st.
fn places(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let is_free = |at: usize| {
        let around = &bytes[at.saturating_sub(8)..(at + 9).min(bytes.len())];
        around.iter().all(|byte| *byte == 0)
    };
    (0..bytes.len()).filter(move |at| at % 61 == 0 || !is_free(*at))
}

/// Whether a verifier is told that something is not as it was.
fn notices(before: &Answer, after: &Answer) -> bool {
    !after.defects.is_empty() || after.notes != before.notes
}

#[test]
fn of_the_small_workspace_everything_holds_and_its_witness_is_shown_as_its_own_word() {
    let small = small();
    let answer = small.verify();
    assert_eq!(answer.defects, Vec::<String>::new());
    assert_eq!(answer.witnessed, None, "nobody gave the witness's key");
    let [trusted] = &answer.trusted[..] else { panic!("one witness: {:?}", answer.trusted) };
    assert_eq!((trusted.key.as_str(), trusted.given), (small.witness.to_string().as_str(), false));
    assert_eq!(trusted.witnessed, Some((TreeSize(4), PosixSeconds::new(1_790_000_000).unwrap())));
    let with = With {
        keys: std::slice::from_ref(&small.key),
        witnesses: std::slice::from_ref(&small.witness),
        checkpoints: &[],
        key_folder: None,
        progress: &|_, _| {},
    };
    let answer = verify(&small.workspace(), &with);
    assert_eq!(answer.witnessed.map(|(size, _)| size), Some(TreeSize(4)));
    assert!(answer.trusted[0].given);
}

/// So the bytes of every leaf, content, salt, checkpoint, head and of the kept fold are among them.
#[test]
fn a_flip_of_any_byte_of_the_journals_file_is_noticed_or_changes_nothing_that_is_kept() {
    let small = small();
    let journal = small.workspace().join(JOURNAL);
    let (before, answer) = (kept(&journal).unwrap(), small.verify());
    assert!(before.fold.is_some() && before.entries.len() == 6 && before.checkpoints.len() == 4, "{before:?}");
    let changed = Changed::new(&journal);
    let (mut flips, mut noticed, mut harmless) = (0, 0, Vec::new());
    for at in places(&changed.bytes) {
        flips += 1;
        changed.flip(at, at % 8);
        if notices(&answer, &small.verify()) {
            noticed += 1;
        } else {
            let after = kept(&journal);
            assert!(after.as_ref().is_ok_and(|after| *after == before), "byte {at} passes unnoticed: {after:?}");
            harmless.push(at);
        }
        changed.restore(at);
    }
    assert_eq!(small.verify().defects, Vec::<String>::new());
    // What is left is SQLite's own: counters in the header, space within pages that holds nothing any more.
    assert!(flips > 5_000 && noticed * 10 > flips * 7, "{noticed} of {flips}; harmless: {harmless:?}");
    for bytes in texts_of(&before) {
        let found: Vec<usize> = find(&changed.bytes, &bytes).collect();
        let live = found.iter().any(|at| harmless.iter().all(|other| !(*at..at + bytes.len()).contains(other)));
        assert!(live, "what is kept lies in the file, and every byte of it is noticed: {found:?}");
    }
}

fn texts_of(kept: &Kept) -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = kept.entries.iter().map(|entry| entry.leaf.clone()).collect();
    for content in kept.entries.iter().filter_map(|entry| entry.content.as_ref()) {
        texts.extend([content.salt.0.to_vec(), content.bytes.clone()]);
    }
    texts.extend(kept.checkpoints.iter().map(|(_, note)| note.clone().into_bytes()));
    // The tree's hashes are made of the leaves, as long as there are fewer than sixteen. Longer texts go over
    // several pages, and do not lie in the file in one piece.
    texts.retain(|text| text.len() < 900);
    texts
}

fn find(bytes: &[u8], text: &[u8]) -> impl Iterator<Item = usize> {
    bytes.windows(text.len()).enumerate().filter(move |(_, there)| *there == text).map(|(at, _)| at)
}

#[test]
fn a_flip_in_a_write_ahead_log_that_was_left_is_noticed_or_changes_nothing_that_is_kept() {
    let small = small();
    let mut workspace = Workspace::open(&small.workspace(), &small.folder.path().join("keys")).unwrap();
    appoint(&mut workspace, &person("ad1"), "sm1", Role::SeniorManager);
    let left = small.folder.path().join("left");
    fs::create_dir_all(left.join("evidence/objects")).unwrap();
    let log = fs::read(small.workspace().join(format!("{JOURNAL}-wal"))).unwrap();
    let put = |log: &[u8]| {
        fs::copy(small.workspace().join(JOURNAL), left.join(JOURNAL)).unwrap();
        fs::write(left.join(format!("{JOURNAL}-wal")), log).unwrap();
        let _ = fs::remove_file(left.join(format!("{JOURNAL}-shm")));
    };
    put(&log);
    let before = kept(&left.join(JOURNAL)).unwrap();
    put(&log);
    let answer = small.verify_in(&left);
    assert_eq!(answer.defects, Vec::<String>::new());
    let mut noticed = 0;
    // It is many times longer than the journal: its header whole, then every 97th byte.
    for at in (0..56).chain((56..log.len()).step_by(97)) {
        let mut changed = log.clone();
        changed[at] ^= 1 << (at % 8);
        put(&changed);
        if notices(&answer, &small.verify_in(&left)) {
            noticed += 1;
            continue;
        }
        put(&changed);
        let after = kept(&left.join(JOURNAL));
        assert!(after.as_ref().is_ok_and(|after| *after == before), "byte {at} passes unnoticed: {after:?}");
    }
    assert!(noticed > 100, "{noticed}");
}

#[test]
fn a_flip_of_any_byte_of_any_object_of_the_evidence_is_noticed() {
    let sample = sample();
    let folder = sample.folder.path().join("northmere");
    let mut objects = BTreeMap::new();
    for part in fs::read_dir(folder.join("evidence/objects")).unwrap() {
        for object in fs::read_dir(part.unwrap().path()).unwrap() {
            let object = object.unwrap();
            objects.insert(object.file_name().into_string().unwrap(), Changed::new(&object.path()));
        }
    }
    assert!(objects.len() >= 8, "three originals, three tables, a frame, an attachment: {:?}", objects.keys());
    let with = With { keys: &[], witnesses: &[], checkpoints: &[], key_folder: None, progress: &|_, _| {} };
    let longest = objects.values().map(|object| object.bytes.len()).max().unwrap();
    let check = |flipped: &BTreeSet<&String>, at: usize| {
        let mut answer = Answer::default();
        Verifying::new(&sample.workspace.log, &with, &mut answer).evidence(&sample.workspace.record, &folder);
        let named = |name: &String| answer.defects.iter().any(|defect| defect.contains(name.as_str()));
        let unnoticed: Vec<_> = flipped.iter().filter(|name| !named(name)).collect();
        assert!(unnoticed.is_empty(), "byte {at} of {unnoticed:?} passes unnoticed: {:?}", answer.defects);
        assert!(!flipped.is_empty() || answer.defects.is_empty(), "{:?}", answer.defects);
    };
    check(&BTreeSet::new(), 0);
    // The same byte of every object at once: each of them has to be named.
    for at in 0..longest {
        let long_enough = || objects.iter().filter(|(_, object)| at < object.bytes.len());
        long_enough().for_each(|(_, object)| object.flip(at, at % 8));
        check(&long_enough().map(|(name, _)| name).collect(), at);
        long_enough().for_each(|(_, object)| object.restore(at));
    }
    check(&BTreeSet::new(), longest);
}

#[test]
fn a_flip_of_any_byte_of_a_key_its_memory_or_its_intent_is_noticed() {
    let small = small();
    let keys = small.folder.path().join("keys");
    let before = small.verify();
    for ending in ["key", "memory", "intent"] {
        let path = fs::read_dir(&keys).unwrap().map(|file| file.unwrap().path());
        let path = path.into_iter().find(|path| path.extension().is_some_and(|found| found == ending)).unwrap();
        let changed = Changed::new(&path);
        // Behind a key any blank may stand: people copy keys.
        let end = changed.bytes.len() - usize::from(ending == "key");
        // The bit that tells capitals from small letters, and another one.
        for (at, bit) in (0..end).flat_map(|at| [(at, 5), (at, at % 5)]) {
            changed.flip(at, bit);
            assert!(notices(&before, &small.verify()), "bit {bit} of byte {at} of the {ending} passes unnoticed");
            changed.restore(at);
        }
    }
    assert_eq!(small.verify().defects, Vec::<String>::new());
}

#[test]
fn a_flip_of_any_byte_of_what_a_witness_trusts_and_has_seen_is_noticed_by_the_witness() {
    let small = small();
    let folder = small.folder.path().join("w");
    let (witness, _) = WitnessFolder::create(&folder, "witness.example/w").unwrap();
    witness.know(&small.key).unwrap();
    let mut workspace = Workspace::open(&small.workspace(), &small.folder.path().join("keys")).unwrap();
    let request = witnessing::request(&mut workspace, TreeSize(0), None).unwrap();
    witness.answer(request.to_text().as_bytes(), workspace.now().unwrap()).unwrap().unwrap();
    let whole = (witness.journals().unwrap(), witness.seen().unwrap());
    for name in ["journals", "seen", "witness.key"] {
        let changed = Changed::new(&folder.join(name));
        let end = changed.bytes.len() - usize::from(name != "seen");
        // The bit that tells capitals from small letters, and another one.
        for (at, bit) in (0..end).flat_map(|at| [(at, 5), (at, at % 5)]) {
            changed.flip(at, bit);
            let opened = WitnessFolder::open(&folder).and_then(|witness| Ok((witness.journals()?, witness.seen()?)));
            assert!(opened.is_err(), "bit {bit} of byte {at} of {name} passes unnoticed");
            changed.restore(at);
        }
    }
    let witness = WitnessFolder::open(&folder).unwrap();
    assert_eq!((witness.journals().unwrap(), witness.seen().unwrap()), whole);
}
