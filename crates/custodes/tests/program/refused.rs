//! What is refused is refused on every way in, says no more than it should, and stands in the journal.

use std::fs;

use crate::story::{Story, evidence};

/// Opens a workspace with its people, and an audit with records on its worklist.
fn opened() -> (Story, Vec<String>) {
    let mut story = Story::begins("2026-10-01 08:00:00");
    let folder = evidence(story.path());
    for entry in fs::read_dir(&folder).expect("the evidence").flatten() {
        if !["accounts.csv", "auditors.csv", "searches.csv"].iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for id in ["am1", "sm1", "la1", "la2", "rv1"] {
        story.does("ad1", &format!("person add {id} --name \"{id}\""));
    }
    story.does("ad1", "role give am1 anpr-manager --reason appointed");
    story.does("ad1", "role give sm1 senior-manager --reason appointed");
    // Accounts of which one row cannot be read show of nobody that they have none.
    let whole = fs::read_to_string(folder.join("accounts.csv")).expect("text");
    let columns = whole.lines().next().expect("a header").split(',').count();
    fs::write(folder.join("accounts.csv"), format!("{whole}{}\n", vec!["?"; columns].join(","))).expect("written");
    story.does("am1", "import evidence");
    story.is_refused("ad1", "role give la1 local-auditor --reason appointed", "1 of the rows of `accounts`");
    story.does("am1", "quarantine settle E1 evidence/accounts.csv --reason \"a line of question marks\"");
    for id in ["la1", "la2"] {
        story.does("ad1", &format!("role give {id} local-auditor --reason appointed"));
    }
    story.does("la1", "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01");
    story.does("la1", "plan commit A1 --size 4 --rationale enough --risk-assessment low --seed-from dice:sm1");
    story.does("la1", "seed dice A1 31415926535897932384 --witness sm1");
    story.does("sm1", "seed confirm A1 31415926535897932384");
    story.does("la1", "draw A1");
    let worklist = story.does("la1", "audit worklist A1");
    let keys = worklist.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    (story, keys)
}

fn entries(story: &mut Story) -> u64 {
    let said = story.does_alone("witness status --format json");
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    said["size"].as_u64().expect("a size")
}

/// Each of these is refused, and each refusal is one entry.
fn are_refused(story: &mut Story, person: &str, commands: &[&str]) {
    for command in commands {
        let before = entries(story);
        story.is_refused(person, command, "refused: ");
        assert_eq!(entries(story), before + 1, "{person}: {command}");
    }
}

#[test]
fn what_is_refused_is_journalled_and_says_no_more_than_it_should() {
    let (mut story, keys) = opened();
    let nobody = "status|audit list|audit show A1|audit worklist A1|audit exceptions A1|quarantine list|person list|\
                  request list|parameters list|noncompliance list|misuse list|report A1 --out x.html|\
                  audit add A1 --everything --reason r|audit attach evidence/accounts.csv --to A1";
    are_refused(&mut story, "stranger", &nobody.split('|').collect::<Vec<_>>());
    // Accounts and configuration, and no content of audits.
    are_refused(&mut story, "ad1", &["audit list", "noncompliance list", "status --covert", "quarantine list"]);
    story.does("ad1", "person list");

    // A reviewer sees what is assigned to them, and nothing else.
    let auditors = story.path().join("evidence/auditors.csv");
    let listed = fs::read_to_string(&auditors).expect("text");
    fs::write(&auditors, listed.replace("rv1,nm00002", "rv1,")).expect("written");
    story.does("am1", "import evidence --replaces E1");
    story.does("am1", "quarantine settle E2 evidence/accounts.csv --reason \"a line of question marks\"");
    story.does("ad1", "role give rv1 reviewer --reason helps");
    story.does("la1", &format!("audit assign A1 --to rv1 {}", keys[0]));
    story.does("rv1", &format!("audit item A1 {}", keys[0]));
    let another = format!("audit item A1 {}", keys[1]);
    are_refused(&mut story, "rv1", &[&another]);

    // A report that is hidden is refused as one that is not there.
    story.does("la1", "misuse report nm00009 --person la2 --what \"searches of a neighbour's plate\"");
    let (_, hidden) = story.run("la2", "misuse handle M1 --what read");
    let (_, absent) = story.run("la2", "misuse handle M2 --what read");
    assert_eq!(hidden.replace("M1", "M2"), absent);
    assert!(hidden.contains("there is no report of misuse M1 that la2 may handle"), "{hidden}");

    // An old copy of the journal is shown with a warning before it.
    let (now, old) = (story.path().join("northmere"), story.path().join("old"));
    copy(&now, &old);
    story.does("am1", "review 4.1.2");
    fs::remove_dir_all(&now).expect("removed");
    fs::rename(&old, &now).expect("put back");
    let board = story.does("la1", "status");
    assert!(board.starts_with("WARNING: this journal is an old copy"), "{board}");
    assert!(story.does("la1", "audit list").contains("warning: this journal is an old copy"));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}
