//! What is kept between one command and the next: the board is shown again without reading the evidence, and
//! nothing that changed since, or that somebody wrote there, is passed over.

use std::fs;
use std::path::PathBuf;

use custodes_journal::log::Log;
use custodes_store::SqliteLog;
use serde_json::Value;

use crate::story::{Story, evidence};

/// A workspace with some of the example's evidence.
fn begun() -> Story {
    let mut story = Story::stands_still("2026-10-01 08:00:00");
    let folder = evidence(story.path());
    for entry in fs::read_dir(&folder).expect("the evidence").flatten() {
        let kept = ["accounts.csv", "auditors.csv", "cameras.csv", "policies.csv", "reviews.csv"];
        if !kept.iter().any(|name| entry.file_name() == *name) {
            fs::rename(entry.path(), story.path().join(entry.file_name())).expect("put by");
        }
    }
    story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for (id, role) in [("am1", "anpr-manager"), ("sm1", "senior-manager")] {
        story.does("ad1", &format!("person add {id} --name \"{id}\""));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    story.does("am1", "import evidence");
    story
}

fn board(story: &mut Story, options: &str) -> Value {
    let said = story.does("am1", &format!("status --format json {options}"));
    serde_json::from_str(&said).expect("JSON")
}

/// The evidence was read for this board.
fn is_read(story: &mut Story, options: &str) -> Value {
    let board = board(story, options);
    assert_eq!(board["evidence_kept"], false, "{options}");
    board
}

/// The evidence was not read for this board, which says the same as the one before but for the time of day.
fn is_kept(story: &mut Story, options: &str, before: &Value) {
    let told = |board: &Value| {
        let mut board = board.clone();
        let fields = board.as_object_mut().expect("an object");
        for of_this_command in ["as_of", "evidence_kept", "entries", "witnessed"] {
            fields.remove(of_this_command);
        }
        board
    };
    let again = board(story, options);
    assert_eq!(again["evidence_kept"], true, "{options}");
    assert!(told(&again) == told(before), "{options}: the board reads otherwise");
}

fn object_of(story: &Story, file: &str) -> PathBuf {
    let bytes = fs::read(story.path().join("evidence").join(file)).expect("a file of the evidence");
    let objects = fs::read_dir(story.path().join("northmere/evidence/objects")).expect("objects").flatten();
    let mut files = objects.flat_map(|folder| fs::read_dir(folder.path()).expect("objects").flatten());
    files.find(|file| fs::read(file.path()).expect("an object") == bytes).expect("its object").path()
}

#[test]
fn the_evidence_is_read_again_only_when_something_changed_that_the_board_rests_on() {
    let mut story = begun();
    let first = is_read(&mut story, "");
    assert!(!first["overdue"].as_array().expect("a list").is_empty(), "a board on which nothing stands shows nothing");
    is_kept(&mut story, "", &first);
    story.on("2026-10-01 17:30:00");
    is_kept(&mut story, "", &first);
    story.does("ad1", "person add rp1 --name \"R. Spondent\"");
    is_kept(&mut story, "", &first);
    is_read(&mut story, "--read-again");

    let later = is_read(&mut story, "--as-of 2026-12-01");
    is_kept(&mut story, "--as-of 2026-12-01", &later);
    is_read(&mut story, "--as-of 2026-12-02");
    let today = board(&mut story, "");
    assert_eq!(today["evidence_kept"], true, "a board asked for does not put out that of today");

    story.does("am1", "review 4.1.2");
    let reviewed = is_read(&mut story, "");
    assert_ne!(reviewed["done"], first["done"], "the review is on the board");
    is_kept(&mut story, "", &reviewed);

    let more = story.path().join("voi_lists.csv");
    story.does("am1", &format!("import {}", more.display()));
    let imported = is_read(&mut story, "");
    is_kept(&mut story, "", &imported);

    let parameters = story.path().join("agreed.toml");
    fs::write(&parameters, "nc_report_days = 14\n").expect("written");
    story.does(
        "am1",
        &format!("parameters propose {} --holds-from 2026-10-01 --rationale agreed", parameters.display()),
    );
    let proposed = board(&mut story, "");
    assert_eq!(proposed["evidence_kept"], true, "what was only proposed holds for nothing");
    assert_ne!(proposed["clocks"], imported["clocks"], "that it waits is on the board all the same");
    story.does("sm1", "parameters approve P1");
    let agreed = is_read(&mut story, "");
    is_kept(&mut story, "", &agreed);

    story.does("am1", "withdraw E2 --reason \"it came twice\"");
    is_read(&mut story, "");
    story.on("2026-10-02 08:00:00");
    is_read(&mut story, "");
}

#[test]
fn a_board_that_was_kept_looks_for_the_files_and_reading_and_verify_find_what_was_changed_in_them() {
    let mut story = begun();
    let first = is_read(&mut story, "");
    let object = object_of(&story, "cameras.csv");
    let whole = fs::read(&object).expect("an object");
    let put = |bytes: &[u8]| {
        fs::remove_file(&object).expect("removed");
        fs::write(&object, bytes).expect("written");
    };

    // Of the same length: only reading shows it, so that a board kept is one for which nothing was read.
    let mut changed = whole.clone();
    *changed.last_mut().expect("a byte") ^= 1;
    put(&changed);
    is_kept(&mut story, "", &first);
    story.is_refused("am1", "status --read-again", "its bytes are not those that were taken in");
    story.is_refused("am1", "verify", "its bytes are not those that were taken in");

    put(&whole[..whole.len() - 1]);
    story.is_refused("am1", "status", "bytes in the evidence store, where");
    fs::remove_file(&object).expect("removed");
    story.is_refused("am1", "status", "it is missing from the evidence store");
    fs::write(&object, &whole).expect("restored");
    is_kept(&mut story, "", &first);
}

#[test]
fn what_somebody_wrote_in_the_place_of_a_kept_check_is_not_believed() {
    let mut story = begun();
    is_read(&mut story, "");
    is_read(&mut story, "--as-of 2027-12-01");
    let journal = story.path().join("northmere/journal.sqlite");
    let mut log = SqliteLog::open(&journal).expect("the journal");
    let head = log.head().expect("a head");
    let today = log.derived("check of today").expect("read").expect("kept");
    let asked = log.derived("check as asked").expect("read").expect("kept");
    let mut flipped = today.clone();
    *flipped.last_mut().expect("a byte") ^= 1;
    // One that was changed, one rightly signed that rests on something else, and none.
    for other in [flipped.as_slice(), asked.as_slice(), b""] {
        assert!(log.keep_derived("check of today", Some(other), head).expect("written"));
        is_read(&mut story, "");
        assert_eq!(board(&mut story, "")["evidence_kept"], true);
    }
}
