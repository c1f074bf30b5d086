//! What is taken in is kept: whole, once, and to be found damaged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use custodes_evidence::archive::{Delivery, Fault, Intake, TakeIn};
use custodes_evidence::{Archive, Mapping, Sha256};
use custodes_standard::evidence::{ACCOUNTS, LOGONS, SEARCHES, Set};

use crate::folder::{Folder, shown};

pub const LOGS: &str = "event_id,user_id,at,outcome,source\n\
    a,u1,2026-01-01T09:00:00Z,success,desk\n\
    b,u2,2026-01-01T10:00:00+00:00,success,***\n\
    b,u2,2026-01-01T10:00:00Z,failure,\"a, \"\"b\"\"\nc\"\n\
    c,,2026-01-01T10:00:00Z,failure,x\n\
    d,u4,2031-01-01T10:00:00Z,success,\n";

pub fn store() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    (folder, archive)
}

pub fn delivery(path: &Path) -> Delivery {
    Delivery { path: path.to_owned(), of: None }
}

pub fn as_set(path: PathBuf, set: &'static Set) -> Delivery {
    Delivery { path, of: Some(set) }
}

/// Takes in what lies in a folder, whose own name does not matter.
pub fn take_in(archive: &Archive, folder: &Folder) -> Intake {
    archive.take_in(&[delivery(folder.path())], &TakeIn::default()).unwrap()
}

fn refused(archive: &Archive, deliveries: &[Delivery], how: &TakeIn) -> String {
    let problems = archive.take_in(deliveries, how).expect_err("it was to be refused");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

fn object(root: &Path, object: Sha256) -> PathBuf {
    let name = object.to_string();
    root.join("objects").join(&name[..2]).join(name)
}

#[test]
fn originals_are_kept_unchanged_with_every_row_accounted_for() {
    let (root, archive) = store();
    let folder = Folder::of(&[("logons.csv", LOGS), ("notes.txt", "hello")]);
    let intake = take_in(&archive, &folder);
    let logons = &intake.sets[0];
    assert_eq!((intake.sets.len(), logons.set, logons.typed.rows), (1, &LOGONS, 3));
    assert_eq!(fs::read(object(root.path(), logons.originals[0].sha256)).unwrap(), LOGS.as_bytes());
    assert!(logons.originals[0].name.ends_with("/logons.csv"), "{}", logons.originals[0].name);
    let input = &logons.inputs[0];
    assert_eq!((input.rows, input.accepted, input.quarantined, input.conflicting), (5, 3, 1, 1));
    assert_eq!(input.future, 0, "what is taken in is not judged as of a time");
    let quarantined = &logons.quarantine[0];
    assert_eq!((quarantined.line, quarantined.column, logons.quarantine_unlisted), (6, "user_id", 0));
    assert_eq!((logons.conflicts[0].key.as_str(), logons.conflicts_unlisted), ("b", 0));
    assert!(intake.notices.iter().any(|notice| notice.contains("notes.txt: of no set")), "{:?}", intake.notices);
    for kept in [logons.originals[0].sha256, logons.typed.sha256] {
        assert!(fs::metadata(object(root.path(), kept)).unwrap().permissions().readonly());
        assert!(archive.verify(&kept).is_ok());
    }
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let (root, archive) = store();
    let folder = Folder::of(&[("logons.csv", LOGS), ("auditors.csv", "person_id\np\n")]);
    let first = take_in(&archive, &folder);
    let objects = files_below(root.path());
    let second = take_in(&archive, &folder);
    assert!(!first.adds_nothing() && second.adds_nothing());
    assert!(second.sets.iter().all(|set| set.typed.was_there));
    assert_eq!(files_below(root.path()), objects);
    assert_eq!(archive.objects().unwrap().len(), 4);
}

#[test]
fn typed_rows_are_the_same_bytes_on_any_number_of_threads_and_beside_other_files() {
    let mut log = "event_id,user_id,at,outcome,source\n".to_owned();
    for row in 0..60_000 {
        let outcome = if row % 7 == 0 { "failure" } else { "success" };
        log += &format!("e{row},u{},2026-01-01T09:00:00.{row:06}Z,{outcome},{}\n", row % 97, "s".repeat(row % 50));
    }
    let alone = Folder::of(&[("logons.csv", &log)]);
    let beside = Folder::of(&[("auditors.csv", "person_id\np\n"), ("logons.csv", &log)]);
    let (_root, archive) = store();
    let typed = |folder: &Folder, threads| {
        let how = TakeIn { threads, ..TakeIn::default() };
        let intake = archive.take_in(&[delivery(folder.path())], &how).unwrap();
        intake.sets.into_iter().find(|taken| taken.set == &LOGONS).unwrap().typed
    };
    let one = typed(&alone, 1);
    assert_eq!(one.rows, 60_000);
    for other in [typed(&alone, 2), typed(&beside, 2)] {
        assert_eq!((other.sha256, other.was_there), (one.sha256, true));
    }
}

#[test]
fn a_killed_process_leaves_temporary_files_that_are_swept_when_nobody_else_has_the_store_open() {
    let (root, archive) = store();
    let left = root.path().join("incoming/left");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("searches.csv"), "half of a fi").unwrap();
    let second = Archive::open(root.path()).unwrap();
    assert!(left.exists(), "another program has the store open and may be writing this");
    drop((archive, second));
    let archive = Archive::open(root.path()).unwrap();
    assert!(!left.exists());
    let folder = Folder::of(&[("logons.csv", LOGS)]);
    let taken = take_in(&archive, &folder);
    assert_eq!(fs::read_dir(root.path().join("incoming")).unwrap().count(), 0, "an import cleans up after itself");
    drop(archive);
    let archive = Archive::open(root.path()).unwrap();
    assert!(archive.verify(&taken.sets[0].typed.sha256).is_ok(), "objects are not swept");
}

#[test]
fn damaged_and_missing_objects_are_named() {
    let (root, archive) = store();
    let taken = take_in(&archive, &Folder::of(&[("logons.csv", LOGS)]));
    let (original, typed) = (taken.sets[0].originals[0].sha256, taken.sets[0].typed.sha256);
    let overwrite = |path: &Path, bytes: &[u8]| {
        fs::remove_file(path).unwrap();
        fs::write(path, bytes).unwrap();
    };
    overwrite(&object(root.path(), original), LOGS.replace("u1", "u9").as_bytes());
    fs::remove_file(object(root.path(), typed)).unwrap();
    let damaged = archive.verify(&original).unwrap_err();
    assert!(matches!(damaged, Fault::Damaged { object, .. } if object == original));
    assert!(damaged.to_string().contains(&original.to_string()), "{damaged}");
    assert_eq!(archive.verify(&typed), Err(Fault::Missing { object: typed }));
    let read = archive.records(&LOGONS, &[typed], &BTreeSet::new()).unwrap_err();
    assert!(read.to_string().contains("missing"), "{read}");

    overwrite(&object(root.path(), original), b"short");
    let folder = Folder::of(&[("logons.csv", LOGS)]);
    let again = refused(&archive, &[delivery(folder.path())], &TakeIn::default());
    assert!(again.contains("it has 5 bytes"), "{again}");
}

#[test]
fn what_cannot_be_read_is_refused_and_leaves_no_object() {
    let (root, archive) = store();
    let folder = Folder::of(&[
        ("logons.csv", LOGS),
        ("searches.csv", "search_id\ns\n"),
        ("manifest.csv", "file,rows\nlogons.csv,5\n"),
    ]);
    let refusal = refused(&archive, &[delivery(folder.path())], &TakeIn::default());
    assert!(refusal.contains("searches.csv") && refusal.contains("user_id"), "{refusal}");
    let folder = Folder::of(&[("logons.csv", LOGS), ("manifest.csv", "file,rows\nlogons.csv,6\n")]);
    let refusal = refused(&archive, &[delivery(folder.path())], &TakeIn::default());
    assert!(refusal.contains("6 rows are stated") && refusal.contains("5 came"), "{refusal}");
    let folder = Folder::of(&[("readme.md", "x")]);
    let refusal = refused(&archive, &[delivery(folder.path())], &TakeIn::default());
    assert!(refusal.contains("no file here is named after a set"), "{refusal}");
    let nowhere = refused(&archive, &[delivery(&folder.path().join("none"))], &TakeIn::default());
    assert!(nowhere.contains("cannot be opened"), "{nowhere}");
    assert_eq!(files_below(root.path()), [root.path().join("lock")]);
}

#[test]
fn a_store_is_not_made_among_other_things_and_one_opened_for_reading_takes_nothing_in() {
    let folder = Folder::of(&[("logons.csv", LOGS)]);
    assert!(Archive::open(folder.path()).unwrap_err().to_string().contains("something else"));
    assert!(Archive::open_read_only(folder.path()).unwrap_err().to_string().contains("no evidence store"));
    let (root, archive) = store();
    let taken = take_in(&archive, &folder);
    let reading = Archive::open_read_only(root.path()).unwrap();
    assert!(reading.verify(&taken.sets[0].typed.sha256).is_ok());
    assert!(refused(&reading, &[delivery(folder.path())], &TakeIn::default()).contains("reading only"));
}

#[test]
fn files_may_be_named_to_a_set_whatever_they_are_called() {
    let (_root, archive) = store();
    let folder = Folder::of(&[("x/export.csv", LOGS), ("x/searches.csv", LOGS)]);
    let named = |file: &str| {
        let deliveries = [as_set(folder.path().join(file), &LOGONS)];
        archive.take_in(&deliveries, &TakeIn::default()).unwrap().sets.remove(0)
    };
    let (export, misnamed) = (named("x/export.csv"), named("x/searches.csv"));
    assert_eq!((export.set, export.originals[0].name.as_str()), (&LOGONS, "logons/x/export.csv"));
    assert_eq!((misnamed.set, misnamed.originals[0].name.as_str()), (&LOGONS, "logons/x/logons-searches.csv"));
    let unnamed = refused(&archive, &[delivery(&folder.path().join("x/export.csv"))], &TakeIn::default());
    assert!(unnamed.contains("does not say of which set"), "{unnamed}");
}

#[test]
fn a_folder_of_parts_is_of_the_set_that_its_own_name_says_unless_its_files_say_otherwise() {
    let (_root, archive) = store();
    let folder = Folder::of(&[
        ("logons 2026/part-0.csv", LOGS),
        ("reports/accounts.csv", "user_id,system,permission,authorised_at\nu,nas,user,2026-01-01T00:00:00Z\n"),
        ("reports/read me.txt", "hello"),
    ]);
    let take = |name: &str| take_in_one(&archive, &folder.path().join(name));
    let parts = take("logons 2026");
    assert_eq!((parts.sets[0].set, parts.sets[0].originals[0].name.as_str()), (&LOGONS, "logons 2026/part-0.csv"));
    let reports = take("reports");
    assert_eq!((reports.sets.len(), reports.sets[0].set), (1, &ACCOUNTS));
}

fn take_in_one(archive: &Archive, path: &Path) -> Intake {
    archive.take_in(&[delivery(path)], &TakeIn::default()).unwrap()
}

#[test]
fn two_files_of_one_name_are_not_mistaken_for_each_other() {
    let (_root, archive) = store();
    let folder = Folder::of(&[("a/x/logons.csv", LOGS), ("b/x/logons.csv", "event_id,user_id,at,outcome\n")]);
    let both = ["a/x/logons.csv", "b/x/logons.csv"].map(|name| delivery(&folder.path().join(name)));
    assert!(refused(&archive, &both, &TakeIn::default()).contains("under one name"));
    let twice = [both[0].clone(), both[0].clone()];
    assert_eq!(archive.take_in(&twice, &TakeIn::default()).unwrap().sets[0].originals.len(), 1);
}

#[test]
fn the_mapping_of_a_foreign_export_is_kept_with_it() {
    let (_root, archive) = store();
    let text = "set = \"searches\"\nfiles = [\"in/*.txt\"]\n[columns]\nsearch_id = \"id\"\nsystem = { value = \"nas\" }\n\
        user_id = \"who\"\nsearched_at = \"at\"\ndata_from = \"at\"\ndata_to = \"at\"\n";
    let mapping = Mapping::parse("mine.toml", text).unwrap();
    let folder = Folder::of(&[("in/foreign.txt", "id,who,at\ns,u,2026-01-01T00:00:00Z\n")]);
    let how = TakeIn { mappings: vec![mapping], ..TakeIn::default() };
    let intake = archive.take_in(&[delivery(folder.path())], &how).unwrap();
    let original = &intake.sets[0].originals[0];
    assert_eq!((intake.sets[0].set, original.mapping.as_deref()), (&SEARCHES, Some("mine.toml")));
    assert_eq!(archive.mapping(&intake.mappings[0]).unwrap().text(), text);
    assert!(archive.verify(&intake.mappings[0].sha256).is_ok());
}

#[test]
fn rows_are_found_by_their_keys_and_show_exactly_what_stood_there() {
    let (root, archive) = store();
    let taken = take_in(&archive, &Folder::of(&[("logons.csv", LOGS)]));
    let later = take_in(
        &archive,
        &Folder::of(&[("logons.csv", "event_id,user_id,at,outcome\na,u7,2026-01-01T09:00:00+01:00,failure\n")]),
    );
    let keys = ["a", "b", "d", "no such"].map(str::to_owned).into();
    let typed = [taken.sets[0].typed.sha256, later.sets[0].typed.sha256];
    let records = archive.records(&LOGONS, &typed, &keys).unwrap();
    assert_eq!(records.keys().collect::<Vec<_>>(), ["a", "b", "d"]);
    let cells = |key: &str| records[key].cells().map(|(_, cell)| cell.unwrap_or("?")).collect::<Vec<_>>().join("|");
    assert_eq!(cells("a"), "a|u7|2026-01-01T08:00:00Z|failure|?", "the later import stands, and lacks the column");
    assert_eq!(cells("b"), "b|u2|2026-01-01T10:00:00Z|failure|a, \"b\"\nc");
    assert_eq!(cells("d"), "d|u4|2031-01-01T10:00:00Z|success|");
    assert_eq!(records["b"].cell("no such"), None);

    let accounts = "user_id,system,permission,authorised_at\nu/1,NAS,user,2026-01-01T00:00:00Z\n";
    let taken = take_in(&archive, &Folder::of(&[("accounts.csv", accounts)]));
    let keys = BTreeSet::from(["u/1/nas/user/2026-01-01T00:00:00Z".to_owned()]);
    assert_eq!(archive.records(&ACCOUNTS, &[taken.sets[0].typed.sha256], &keys).unwrap().len(), 1);
    let other = archive.records(&ACCOUNTS, &typed[..1], &keys).unwrap_err();
    assert!(other.to_string().contains("they are of logons"), "{other}");
    drop(root);
}

#[test]
fn rows_written_out_read_back_as_the_same_rows() {
    let (_root, archive) = store();
    let log = "event_id,user_id,at,outcome,source\n\"x,\"\"1\",u,2026-01-01T09:00:00.5Z,success,\" two\nlines;\tand =1+1 \"\n\
        b,***,2026-01-01T10:00:00Z,failure,***\nc,u,2026-01-01T10:00:00Z,failure,\n";
    let folder = Folder::of(&[("logons.csv", log)]);
    let taken = take_in(&archive, &folder);
    let keys = ["x,\"1", "b", "c"].map(str::to_owned).into();
    let records = archive.records(&LOGONS, &[taken.sets[0].typed.sha256], &keys).unwrap();
    let written = |records: &BTreeMap<String, custodes_evidence::Record>| {
        let mut out = Vec::new();
        custodes_evidence::record::write_csv(&LOGONS, records, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = written(&records);
    assert!(
        text.starts_with("event_id,user_id,at,outcome,source\nb,WITHHELD,2026-01-01T10:00:00Z,failure,WITHHELD\nc,u,")
    );
    let again = take_in(&archive, &Folder::of(&[("logons.csv", &text)]));
    let read = archive.records(&LOGONS, &[again.sets[0].typed.sha256], &keys).unwrap();
    assert_eq!(written(&read), text);
    let columns = ["event_id", "user_id", "at", "outcome", "source"];
    let rows = |folder: &Folder| {
        let evidence = folder.open().unwrap();
        let table = evidence.table(&LOGONS).unwrap();
        let mut rows: Vec<String> =
            table.batches().unwrap().flat_map(|batch| shown(&batch.unwrap(), &columns)).collect();
        rows.sort();
        rows
    };
    assert_eq!(rows(&Folder::of(&[("logons.csv", &text)])), rows(&folder));
}
