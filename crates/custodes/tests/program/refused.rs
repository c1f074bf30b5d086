//! What is refused is refused on every way in, says no more than it should, and stands in the journal.

use std::fs;

use crate::story::{Story, evidence};

/// Opens a workspace with its people, and an audit with records on its worklist.
pub fn opened() -> (Story, Vec<String>) {
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
    // A user who has left: whoever had this id holds no account that would keep them from auditing.
    let accounts = folder.join("accounts.csv");
    let open = fs::read_to_string(&accounts).expect("text");
    assert!(open.contains("2026-09-25T17:38:00Z,,"), "the accounts of nm00018 are open");
    fs::write(&accounts, open.replace("2026-09-25T17:38:00Z,,", "2026-09-25T17:38:00Z,2026-09-26T09:00:00Z,"))
        .expect("written");
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
    story.does("am1", "import evidence --replaces E1 --reason \"the list names their ids\"");
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

/// What the program finds out for the rules: without it, each of these would be allowed.
#[test]
fn nothing_is_satisfactory_that_was_not_looked_at_and_nobody_chooses_what_is() {
    let (mut story, keys) = opened();
    let complete = |audit: &str| {
        format!("audit complete {audit} --outcome satisfactory --findings none --extent none --action none")
    };
    story.does("la1", "audit open 8.2.2.a --from 2025-10-01 --to 2026-10-01");
    story.is_refused("la1", &complete("A2"), "no sample of them is drawn");
    story.does("la1", "audit open 8.2.7 --from 2025-10-01 --to 2026-10-01");
    story.is_refused("la1", &complete("A3"), "disclosures did not come");

    story.does("la1", "audit open 8.2.2.e --from 2025-10-01 --to 2026-10-01");
    story.is_refused("la1", &complete("A4"), "nobody has answered what 8.2.2.e asks (appropriate)");
    story.is_refused("la1", "audit add A4 GHOST --reason seen", "no record of \"GHOST\" was taken in");
    let said = story.does("la1", "audit add A4 --everything --reason \"the clause asks for each\"");
    assert!(!said.starts_with("0 records"), "{said}");
    story.is_refused("la1", &complete("A4"), "not judged on every question");

    // One's own record is not cleared through what the machine found of it either.
    story.does("ad1", "person change la2 --user-id nm00018 --reason \"an id of before the appointment\"");
    let own = "audit settle A1 dismissed --code justification_placeholder --subject S0000000495 --reason fine";
    story.is_refused("la2", own, "S0000000495 is la2's own");
    story.does("la1", own);

    // What could not be assessed leaves the audit unsatisfactory.
    for code in ["justification_placeholder", "justification_missing", "reason_missing"] {
        story.run("la1", &format!("audit settle A1 dismissed --code {code} --reason \"looked at\""));
    }
    for key in &keys {
        story.does("la1", &format!("audit judge A1 {key} all=not-assessable --note \"the file is lost\""));
    }
    story.is_refused("la1", &complete("A1"), "could not be assessed");
    let shown = story.does("la1", "audit show A1");
    assert!(shown.contains("with none bad"), "what the sample shows stands beside it: {shown}");

    // The days that the draw chooses among begin where the audit before ended.
    fs::copy(crate::root().join("examples/northmere/reviews.csv"), story.path().join("reviews.csv")).expect("a copy");
    story.does("am1", "import reviews.csv");
    let late = "audit open 8.2.4.b --from 2026-09-20 --to 2026-10-01";
    story.is_refused("la1", late, "8.2.4.b was audited before on");
    story.does("la1", &format!("{late} --later-because \"the system was not in use\""));
}

/// The ids of one person are divided as the check of 3.b divides them, and a list that hides some shows of nobody
/// that they have no access.
#[test]
fn an_auditor_whose_user_ids_are_hidden_or_divided_by_commas_is_asked_about_each() {
    let (mut story, _) = opened();
    let auditors = story.path().join("evidence/auditors.csv");
    let listed = fs::read_to_string(&auditors).expect("text");
    let mut in_force = 1;
    for (ids, refusal) in [
        ("\"old-1,nm00002\"", "rv1 holds an open user account (nm00002 on nas"),
        ("old-1 ***", "does not show which user ids are rv1's"),
        ("WITHHELD", "does not show which user ids are rv1's"),
    ] {
        fs::write(&auditors, listed.replace("rv1,nm00002", &format!("rv1,{ids}"))).expect("written");
        story.does("am1", &format!("import evidence --replaces E{in_force} --reason \"another list\""));
        in_force += 1;
        story.does("am1", &format!("quarantine settle E{in_force} evidence/accounts.csv --reason \"question marks\""));
        story.is_refused("ad1", "role give rv1 reviewer --reason helps", refusal);
    }
}

#[test]
fn the_board_of_a_new_workspace_says_what_to_do_first() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    let board = story.does("ad1", "status");
    assert!(board.contains("none is in force, so no clause is checked: custodes import takes it in"), "{board}");
    assert!(board.contains("not checked") && !board.contains("clear  "), "{board}");
}

#[test]
fn only_a_date_that_a_rule_made_is_moved() {
    let (mut story, _) = opened();
    let put_off = "--to 2026-12-10 --reason \"the desk is closed\"";
    story.is_refused("am1", &format!("due 8.2.4.a {put_off}"), "holds no role that lets them move a due date");
    // Without any record of reviews no rule makes a date.
    story.is_refused("sm1", &format!("due 8.2.4.a {put_off}"), "no review of 8.2.4.a is due for the whole LEA");
    story.does("am1", "review 4.1.2");
    story.is_refused("sm1", &format!("due 8.2.4.a --scheduled 2026-11-30 {put_off}"), "no rule made 2026-11-30");
    story.is_refused("sm1", &format!("due 8.2.4.a --subject CAM-1 {put_off}"), "no review of 8.2.4.a is due for CAM-1");
    let moved = story.does("sm1", &format!("due 8.2.4.a {put_off}"));
    assert!(moved.contains("due on 2026-12-10 instead of 20"), "{moved}");
    assert!(story.does("la1", "status").contains("2026-12-10"), "the board shows the date");
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
