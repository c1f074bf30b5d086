//! What is refused because it would be taken for something else, and what answers and lists must not leave out.

use std::fs;

use crate::story::{self, Story};
use crate::{custodes, stderr, stdout};

#[test]
fn a_rate_above_all_records_is_refused_wherever_it_is_typed_and_two_ways_to_write_it_are_named() {
    let commit =
        ["plan", "commit", "A1", "--rationale", "r", "--risk-assessment", "r", "--seed-from", "dice:sm1", "--size"];
    let size = ["plan", "size", "100", "--rate"];
    for rate in ["5", "500%", "1.01", "101 %", "five"] {
        let output = custodes(size.into_iter().chain([rate]));
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("{rate:?} is no rate up to 100 %: write 5 % or 0.05")), "{said}");
        // A whole number is a size there, and no rate.
        if rate != "5" {
            let said = stderr(&custodes(commit.into_iter().chain([rate])));
            assert!(said.contains("is no rate up to 100 %: write 5 % or 0.05"), "{said}");
        }
    }
    for rate in ["5%", "5 %", "0.05", "100%"] {
        assert!(custodes(size.into_iter().chain([rate])).status.success(), "{rate}");
    }
}

#[test]
fn verifying_where_no_workspace_is_says_only_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = custodes(["verify", folder.path().to_str().expect("UTF-8")]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    let said = stderr(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("there is no journal at") && said.contains("make one first"), "{said}");
}

#[test]
fn the_list_of_people_names_days_deputies_and_user_ids_and_a_change_of_nothing_is_refused() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name \"A. Adams\"");
    story.does("ad1", "person add am1 --name \"M. Manager\" --user-id nm00003");
    story.does("ad1", "person add am2 --name \"M. Deputy\"");
    story.does("ad1", "role give am1 anpr-manager --until 2027-04-01 --reason appointed");
    story.does("ad1", "role give am2 anpr-manager --from 2026-11-01 --deputy-for am1 --reason deputises");
    let list = story.does("ad1", "person list");
    for part in [
        "ANPR manager from 2026-10-01 until 2027-04-01; user ids nm00003",
        "ANPR manager from 2026-11-01, deputy for am1",
    ] {
        assert!(list.contains(part), "{part:?} is not said:\n{list}");
    }
    for nothing in ["", "--name \"M. Manager\"", "--user-id nm00003"] {
        let change = format!("person change am1 {nothing} --reason x");
        story.is_refused("ad1", &change, "nothing of am1 would change: give another --name, --login or --user-id");
    }
    story.does("ad1", "person change am1 --user-id nm00004 --reason \"a new id\"");
}

#[test]
fn a_report_is_a_new_page_and_what_was_said_late_or_without_it_is_told_as_that() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story::evidence(story.path());
    story::opening(&mut story);
    story::sampling(&mut story);
    story::judging(&mut story);
    story.does("la1", "noncompliance identify 8.2.4.a \"reasons not recorded\" --finding F1");

    story.is_refused("la1", "report A1 --out A1.pdf", "--out: A1.pdf must end in .html");
    story.does("la1", "report A1 --out A1.html");
    let issued = fs::read(story.path().join("A1.html")).expect("a page");
    story.is_refused("la1", "report A1 --out A1.html", "A1.html: there is a file of that name already");
    assert_eq!(fs::read(story.path().join("A1.html")).expect("a page"), issued);

    story.on("2026-12-20 09:00:00");
    let late = "noncompliance report N1 --reference NA-1 --on 2026-10-20";
    story.is_refused("la1", late, "2026-10-20 is 61 days ago: say why it is put on record only now (--late-because)");
    let told = story.does("la1", &format!("{late} --late-because \"the letter was mislaid\""));
    for part in ["reported on 2026-10-20, in time (stated on 2026-12-20)", "no audit report went with it"] {
        assert!(told.contains(part), "{part:?} is not said:\n{told}");
    }
    let list = story.does("la1", "noncompliance list");
    assert!(list.contains("reported on 2026-10-20, stated on 2026-12-20, no audit report went with it"), "{list}");
    // The board folds its lines.
    let board = story.does("la1", "status").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(board.contains("reported 2026-10-20 (stated on 2026-12-20), no audit report went with it"), "{board}");
    let close = "noncompliance close N1 --reason \"tested again\"";
    story.is_refused("la1", close, "takes a second person");
    story.does("am1", "noncompliance work N1 --root-cause \"the form\" --action \"a new form\"");
    story.does("am1", "noncompliance retest N1 --how \"20 searches\"");
    story.is_refused("la1", "noncompliance report N1 --reference NA-2 --report A2", "no report of A2 was issued");
    let told = story.does("la1", "noncompliance report N1 --reference NA-2 --report A1");
    assert!(told.contains("the audit report followed on 2026-12-20"), "{told}");
    assert!(!story.does("la1", "noncompliance list").contains("no audit report"));

    story.does("la1", "misuse report nm00002 --what \"searches of a neighbour\" --line am1");
    story.does("sm1", "misuse handle M1 --what \"sent to the department\"");
    story.does("la1", "misuse handle M1 --what \"they took it over\" --close");
    let list = story.does("la1", "misuse list");
    for part in ["2026-12-20 S. Senior: sent to the department\n", "2026-12-20 L. First: they took it over; closed"] {
        assert!(list.contains(part), "{part:?} is not said:\n{list}");
    }
}
