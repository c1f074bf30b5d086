//! What becomes of a workspace when somebody changes it behind the program's back: with a hex editor, from a
//! backup, on a second machine, with a stolen key.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use custodes_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use custodes_journal::entry::{Entry, Leaf, NewEntry, commitment};
use custodes_journal::key::SignerKey;
use custodes_journal::log::{Expect, Log};
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::signer::{self, Memory};
use custodes_journal::tree::{LeafIndex, TreeSize};
use custodes_store::SqliteLog;

use crate::root;
use crate::story::{CLOCK, Story, evidence};

/// A workspace with its keys, in which an audit was drawn and its records judged; made once, copied for each.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<Story> = OnceLock::new();
    TEMPLATE.get_or_init(made).path()
}

fn made() -> Story {
    let mut story = Story::begins("2026-10-01 08:00:00");
    let folder = evidence(story.path());
    for entry in fs::read_dir(&folder).expect("the evidence").flatten() {
        let kept = ["accounts.csv", "auditors.csv", "searches.csv"];
        if !kept.iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for (id, role) in [("am1", "anpr-manager"), ("sm1", "senior-manager")] {
        story.does("ad1", &format!("person add {id} --name \"{id}\""));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    story.does("am1", "import evidence");
    story.does("ad1", "person add la1 --name \"L. First\"");
    story.does("ad1", "role give la1 local-auditor --reason appointed");
    story.does("la1", "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01");
    story.does("la1", "plan commit A1 --size 4 --rationale enough --risk-assessment low --seed-from dice:sm1");
    story.does("la1", "seed dice A1 31415926535897932384 --witness sm1");
    story.does("sm1", "seed confirm A1 31415926535897932384");
    story.does("la1", "draw A1");
    let worklist = story.does("la1", "audit worklist A1");
    let keys: Vec<String> =
        worklist.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    story.does("la1", &format!("audit judge A1 {} reason=fail --note \"none was given\"", keys[0]));
    story
}

/// A copy of the template, to be spoilt.
struct Copied(tempfile::TempDir);

impl Copied {
    fn new() -> Copied {
        let folder = tempfile::tempdir().expect("a folder");
        for part in ["northmere", "keys-northmere"] {
            copy(&template().join(part), &folder.path().join(part));
        }
        Copied(folder)
    }

    fn workspace(&self) -> PathBuf {
        self.0.path().join("northmere")
    }

    fn keys(&self) -> PathBuf {
        self.0.path().join("keys-northmere")
    }

    fn journal(&self) -> PathBuf {
        self.workspace().join("journal.sqlite")
    }

    /// Ends with what code, and what it said.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_custodes"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("CUSTODES_WORKSPACE", self.workspace())
            .env("CUSTODES_KEYS", self.keys())
            .env("LD_PRELOAD", CLOCK)
            .env("FAKETIME", "@2026-10-02 08:00:00")
            .env("TZ", "UTC")
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().expect("it ends by itself"), said)
    }

    fn holds(&self) -> String {
        let (code, said) = self.run(&["verify"]);
        assert_eq!(code, 0, "{said}");
        said
    }

    /// `verify` says so, one defect a line.
    fn does_not_hold(&self, why: &str) -> String {
        let (code, said) = self.run(&["verify"]);
        let named = said.lines().any(|line| line.starts_with("Does not hold: ") && line.contains(why));
        assert!(code == 1 && named, "{why:?} is not said:\n{said}");
        said
    }

    /// An act of somebody who may do it.
    fn act(&self) -> (i32, String) {
        self.run(&["audit", "open", "8.2.4.c", "--from", "2026-08-01", "--to", "2026-09-01", "--as", "la1"])
    }

    /// Changes bytes of the journal's file as a hex editor does, wherever they stand.
    fn edit(&self, before: &[u8], after: &[u8]) {
        assert_eq!(before.len(), after.len());
        let mut bytes = fs::read(self.journal()).expect("the journal");
        let places: Vec<usize> =
            bytes.windows(before.len()).enumerate().filter(|(_, there)| *there == before).map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "{:?} is not there", String::from_utf8_lossy(before));
        for at in places {
            bytes[at..at + after.len()].copy_from_slice(after);
        }
        fs::write(self.journal(), bytes).expect("written");
    }

    fn entries(&self) -> (Vec<Entry>, Vec<(TreeSize, String)>) {
        let log = SqliteLog::open(&self.journal()).expect("the journal");
        let mut entries = Vec::new();
        let each = &mut |entry| {
            entries.push(entry);
            ControlFlow::Continue(())
        };
        log.read(LeafIndex(0), log.head().expect("a head").size, each).expect("entries");
        (entries, log.checkpoints().expect("checkpoints"))
    }

    /// Puts another journal in the place of this one: well-formed, with the checkpoints given.
    fn replace(&self, entries: &[Entry], checkpoints: &[(TreeSize, String)]) {
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
            let _ = fs::remove_file(self.workspace().join(name));
        }
        let mut log = SqliteLog::create(&self.journal()).expect("a journal");
        let new: Vec<NewEntry> = entries
            .iter()
            .map(|entry| {
                let content = entry.content.clone().expect("nothing was disposed of");
                let leaf = Leaf::parse(&entry.leaf).expect("a leaf");
                NewEntry { leaf, salt: content.salt, content: content.bytes }
            })
            .collect();
        log.append(&new, Expect::Anything, None).expect("appended");
        for (size, note) in checkpoints {
            log.keep_checkpoint(*size, note).expect("kept");
        }
    }

    /// Writes history anew, consistently, and signs it with the key: what somebody can do who has stolen it.
    fn rewrite_with_the_key(&self) {
        let (mut entries, _) = self.entries();
        let judged = entries.iter_mut().rev().find(|entry| text(entry).contains("item.judged")).expect("a judgement");
        let content = judged.content.as_mut().expect("content");
        content.bytes =
            String::from_utf8(content.bytes.clone()).expect("text").replace("\"fail\"", "\"pass\"").into_bytes();
        let leaf = Leaf::parse(&judged.leaf).expect("a leaf");
        judged.leaf = Leaf { commitment: commitment(&content.salt, &content.bytes), ..leaf }.to_bytes();
        self.replace(&entries, &[]);
        let mut log = SqliteLog::open(&self.journal()).expect("the journal");
        let (key, origin) = self.stolen();
        let head = log.head().expect("a head");
        let first = Memory::first(origin.clone());
        let signed =
            signer::sign(&first, &key, Checkpoint::new(origin, head), &ConsistencyProof::default()).expect("signed");
        log.keep_checkpoint(head.size, &signed.checkpoint.to_text()).expect("kept");
    }

    fn stolen(&self) -> (SignerKey, Origin) {
        let file = self.key_file("key");
        let key = SignerKey::parse(fs::read_to_string(file).expect("a key").trim()).expect("a key");
        let origin = Origin::parse(key.verifier().name().as_str()).expect("an origin");
        (key, origin)
    }

    fn key_file(&self, ending: &str) -> PathBuf {
        let files = fs::read_dir(self.keys()).expect("keys").flatten();
        files
            .map(|file| file.path())
            .find(|path| path.extension().is_some_and(|found| found == ending))
            .expect("a file")
    }
}

fn text(entry: &Entry) -> String {
    entry.content.as_ref().map(|content| String::from_utf8_lossy(&content.bytes).into_owned()).unwrap_or_default()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { fs::copy(&from, &to).map(drop).expect("a copy") }
    }
}

#[test]
fn of_a_workspace_that_nobody_touched_everything_holds() {
    let copied = Copied::new();
    let said = copied.holds();
    for part in [
        "Everything holds: ",
        "1 draw was performed again",
        "continues what the key's holder remembers",
        "Witnessed: never",
    ] {
        assert!(said.contains(part), "{part:?} is not said:\n{said}");
    }
    // Nothing was written by looking, and anybody may look: without the key, at a folder named by its path.
    let path = copied.workspace();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let (code, said) = copied.run(&[
        "verify",
        path.to_str().expect("UTF-8"),
        "--keys",
        elsewhere.path().to_str().expect("UTF-8"),
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert!(code == 0 && json["holds"] == true && json["witnessed"].is_null(), "{said}");
    assert_eq!(copied.act().0, 0);
}

#[test]
fn a_changed_content_leaf_or_checkpoint_is_named() {
    let copied = Copied::new();
    copied.edit(b"none was given", b"some was given");
    copied.does_not_hold("its content is not what was committed to");

    let copied = Copied::new();
    copied.edit(b"\nitem.judged\n", b"\nitem.drowned");
    assert_ne!(copied.run(&["verify"]).0, 0);

    let copied = Copied::new();
    let (entries, _) = copied.entries();
    let leaf = String::from_utf8(entries.last().expect("an entry").leaf.clone()).expect("text");
    let actor = leaf.lines().nth(3).expect("an actor").to_owned();
    let other = if actor.starts_with('0') { actor.replacen('0', "1", 1) } else { format!("0{}", &actor[1..]) };
    copied.edit(leaf.as_bytes(), leaf.replacen(&actor, &other, 1).as_bytes());
    copied.does_not_hold("it was rewritten");

    let copied = Copied::new();
    let (_, checkpoints) = copied.entries();
    let (size, note) = checkpoints.last().expect("a checkpoint");
    let changed = note.replacen(&format!("\n{}\n", size.0), &format!("\n{}\n", size.0 - 1), 1);
    copied.edit(note.as_bytes(), changed.as_bytes());
    copied.does_not_hold(&format!("checkpoint of {} entries", size.0));
}

#[test]
fn an_entry_taken_out_put_elsewhere_or_added_is_noticed() {
    let (entries, checkpoints) = Copied::new().entries();
    for place in [1, entries.len() / 2, entries.len() - 1] {
        let copied = Copied::new();
        let mut fewer = entries.clone();
        fewer.remove(place);
        copied.replace(&fewer, &checkpoints);
        copied.does_not_hold("checkpoint of");
        assert_ne!(copied.act().0, 0, "an act goes on over a journal without entry {place}");

        let copied = Copied::new();
        let mut moved = entries.clone();
        moved.swap(place - 1, place);
        copied.replace(&moved, &checkpoints);
        copied.does_not_hold("it was rewritten");
        assert_ne!(copied.act().0, 0, "an act goes on over a journal in another order");
    }
    let copied = Copied::new();
    let mut more = entries.clone();
    more.push(entries.last().expect("an entry").clone());
    copied.replace(&more, &checkpoints);
    copied.does_not_hold("the last entry is not signed");
    // Nobody's act signs what somebody else wrote, unless a person says so after a look.
    let (code, said) = copied.act();
    assert!(code == 1 && said.contains("no program of this key's holder wrote it"), "{said}");
    let (code, said) = copied.run(&["hold", "place", "--reason", "asked for", "--as", "sm1", "--accept-unsigned", "2"]);
    assert!(code == 1 && said.contains("--accept-unsigned 1"), "{said}");
    copied.does_not_hold("the last entry is not signed");
    let (code, said) = copied.run(&["hold", "place", "--reason", "asked for", "--as", "sm1", "--accept-unsigned", "1"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn the_first_entry_and_the_triggers_cannot_be_taken_away_unnoticed_either() {
    let copied = Copied::new();
    let (entries, checkpoints) = copied.entries();
    copied.replace(&entries[1..], &checkpoints);
    copied.does_not_hold("checkpoint of");
    assert_ne!(copied.act().0, 0);

    // The name of a trigger, in the table where SQLite keeps it: from now on the trigger is another one.
    let copied = Copied::new();
    copied.edit(b"an entry is never changed", b"an entry can be changed. ");
    copied.does_not_hold("trigger entry_stays is not as it was made");
}

#[test]
fn of_two_instances_with_a_copy_of_the_key_each_the_checkpoint_of_one_convicts_the_other() {
    let (here, elsewhere) = (Copied::new(), Copied::new());
    assert_eq!(here.act().0, 0);
    let (code, said) = elsewhere.run(&["hold", "place", "A1", "--reason", "asked for", "--as", "la1"]);
    assert_eq!(code, 0, "{said}");
    // Each by itself is whole, and neither holder remembers what the other signed.
    here.holds();
    elsewhere.holds();
    let (_, checkpoints) = elsewhere.entries();
    let kept = here.0.path().join("from-elsewhere.txt");
    fs::write(&kept, &checkpoints.last().expect("a checkpoint").1).expect("written");
    let (code, said) = here.run(&["verify", "--checkpoint", kept.to_str().expect("UTF-8")]);
    assert!(code == 1 && said.contains("not those that were signed"), "{said}");
}

#[test]
fn a_damaged_or_missing_object_of_the_evidence_is_named() {
    let copied = Copied::new();
    let objects = copied.workspace().join("evidence/objects");
    let mut files: Vec<PathBuf> = fs::read_dir(objects)
        .expect("objects")
        .flatten()
        .flat_map(|folder| fs::read_dir(folder.path()).expect("objects").flatten())
        .map(|file| file.path())
        .collect();
    files.sort();
    assert!(files.len() >= 6, "three originals, three tables, a frame: {files:?}");
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let whole = fs::read(file).expect("an object");
        fs::remove_file(file).expect("removed");
        copied.does_not_hold(&format!("object {name}: it is missing"));
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        fs::write(file, changed).expect("written");
        copied.does_not_hold(&format!("object {name}: its bytes are not those"));
        fs::write(file, whole).expect("written");
    }
    copied.holds();
}

#[test]
fn yesterdays_copy_and_a_second_instance_are_refused_by_the_next_act_and_named_by_verify() {
    let copied = Copied::new();
    let yesterday = copied.0.path().join("yesterday");
    copy(&copied.workspace(), &yesterday);
    assert_eq!(copied.act().0, 0);
    copied.holds();
    // A second instance on the older copy, with the same key: what one signed, the other may not sign over.
    let yesterdays = yesterday.to_str().expect("UTF-8");
    let (code, said) =
        copied.run(&["hold", "place", "A1", "--reason", "asked for", "--as", "la1", "--workspace", yesterdays]);
    assert!(code != 0 && said.contains("an old copy was restored, or another instance writes elsewhere"), "{said}");
    let (code, said) = copied.run(&["verify", yesterdays]);
    assert!(code == 1 && said.contains("Does not hold: ") && said.contains("old copy"), "{said}");
    // The same, restored in place.
    fs::remove_dir_all(copied.workspace()).expect("removed");
    fs::rename(&yesterday, copied.workspace()).expect("restored");
    copied.does_not_hold("old copy");
    assert_ne!(copied.act().0, 0);
}

#[test]
fn a_workspace_that_names_its_own_witness_convinces_its_own_people_and_nobody_else() {
    let copied = Copied::new();
    let does = |arguments: &[&str]| {
        let (code, said) = copied.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {said}");
        said
    };
    let witness = does(&["witness", "init", "w", "--name", "witness.example/w"]);
    let key = witness.lines().find_map(|line| line.strip_prefix("Public key")).expect("a key").trim().to_owned();
    let journal = fs::read_to_string(copied.key_file("key")).expect("a key");
    let journal = SignerKey::parse(journal.trim()).expect("a key").verifier().to_string();
    does(&["witness", "know", &journal, "--dir", "w"]);
    does(&["witness", "trust", &key, "--reason", "phoned", "--as", "ad1"]);
    assert!(copied.holds().contains("Trusted by this workspace itself: witness.example/w has cosigned nothing"));
    let put = |name: &str, text: &str| fs::write(copied.0.path().join(name), text).expect("written");
    put("request.txt", &does(&["witness", "request"]));
    put("answer.txt", &does(&["witness", "cosign", "request.txt", "--dir", "w"]));
    does(&["witness", "add", "answer.txt"]);
    assert_eq!(copied.act().0, 0);
    let said = copied.holds();
    for part in [
        "Witnessed: never by a witness whose key was given",
        "Trusted by this workspace itself: witness.example/w cosigned up to",
        "the 1 after them could still be rewritten",
        "To anybody else that proves nothing",
    ] {
        assert!(said.contains(part), "{part:?} is not said:\n{said}");
    }
    let said = does(&["verify", "--witness", &key]);
    assert!(said.contains("Witnessed: today") && !said.contains("Trusted by"), "{said}");
    // The same of a bundle, for whoever receives it.
    does(&["bundle", "--audit", "A1", "--interim", "--for", "the court", "--out", "A1.zip", "--as", "la1"]);
    let said = does(&["verify", "A1.zip", "--key", &journal]);
    assert!(said.contains("never by a witness whose key was given") && said.contains("Trusted by this"), "{said}");
    let said = does(&["verify", "A1.zip", "--key", &journal, "--witness", &key]);
    assert!(said.contains("Witnessed: today") && !said.contains("Trusted by"), "{said}");
    // A thief with the key who keeps the cosigned checkpoint to look witnessed is convicted by it.
    let (_, checkpoints) = copied.entries();
    let (size, cosigned) = checkpoints.iter().find(|(_, note)| note.contains("witness.example/w")).expect("cosigned");
    copied.rewrite_with_the_key();
    let mut log = SqliteLog::open(&copied.journal()).expect("the journal");
    log.keep_checkpoint(*size, cosigned).expect("kept");
    copied.does_not_hold("not those that were signed");
}

#[test]
fn a_history_rewritten_with_the_stolen_key_is_caught_by_the_memory_of_its_holder() {
    let copied = Copied::new();
    copied.rewrite_with_the_key();
    copied.does_not_hold("it was rewritten");
    let (code, said) = copied.act();
    assert!(code != 0 && said.contains("rewritten"), "{said}");
}

#[test]
fn where_the_whole_machine_was_taken_only_what_others_keep_catches_it() {
    let copied = Copied::new();
    let (_, checkpoints) = copied.entries();
    let kept = copied.0.path().join("kept-by-a-witness.txt");
    let (size, note) = checkpoints.last().expect("a checkpoint");
    fs::write(&kept, note).expect("written");
    let kept = kept.to_str().expect("UTF-8");
    assert_eq!(copied.run(&["verify", "--checkpoint", kept]).0, 0);
    copied.rewrite_with_the_key();
    // The thief makes the holder forget as well.
    let log = SqliteLog::open(&copied.journal()).expect("the journal");
    let (_, rewritten) = log.latest_checkpoint(*size).expect("read").expect("a checkpoint");
    let rewritten = SignedCheckpoint::parse(rewritten.as_bytes()).expect("a checkpoint");
    fs::write(copied.key_file("memory"), Memory::recovered(rewritten.checkpoint()).to_text()).expect("written");
    let said = copied.holds();
    assert!(said.contains("could still rewrite all of it"), "what that is worth is said:\n{said}");
    let (code, said) = copied.run(&["verify", "--checkpoint", kept]);
    assert!(code == 1 && said.contains("not those that were signed"), "{said}");
}

#[test]
fn a_bundle_is_verified_with_nothing_but_the_key() {
    let copied = Copied::new();
    let (code, said) = copied.run(&[
        "bundle",
        "--audit",
        "A1",
        "--interim",
        "--for",
        "the National Auditor",
        "--out",
        "A1.zip",
        "--as",
        "la1",
    ]);
    assert_eq!(code, 0, "{said}");
    let key = said.lines().find_map(|line| line.strip_prefix("Public key   ")).expect("the key").to_owned();
    let receiver = tempfile::tempdir().expect("a folder");
    fs::copy(copied.0.path().join("A1.zip"), receiver.path().join("A1.zip")).expect("a copy");
    let verify = |key: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_custodes"))
            .args([&["verify", "A1.zip"], key].concat())
            .current_dir(receiver.path())
            .env_remove("CUSTODES_KEYS")
            .env("HOME", receiver.path())
            .output()
            .expect("the program starts");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let (code, said) = verify(&["--key", &key]);
    assert!(
        code == Some(0) && said.contains("Everything holds") && said.contains("1 draw was performed again"),
        "{said}"
    );
    let (code, said) = verify(&[]);
    assert!(code == Some(0) && said.contains("proves nothing"), "{said}");
    fs::write(receiver.path().join("A1.zip"), fs::read(root().join("README.md")).expect("a file")).expect("written");
    let (code, said) = verify(&["--key", &key]);
    assert!(code == Some(1) && said.contains("A1.zip: it is not a bundle"), "{said}");
    // A file of that name is not written over.
    let (code, said) = copied.run(&[
        "bundle",
        "--audit",
        "A1",
        "--interim",
        "--for",
        "the National Auditor",
        "--out",
        "A1.zip",
        "--as",
        "la1",
    ]);
    assert!(code == 1 && said.contains("of that name already"), "{said}");
}
