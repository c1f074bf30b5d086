//! Slips of the pen that would be taken for something else, or wait for ever, are refused with what to do instead.

use crate::refused::opened;
use crate::story::Story;

fn manager() -> Story {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name Adams");
    story.does("ad1", "person add am1 --name Manager");
    story.does("ad1", "role give am1 anpr-manager --reason appointed");
    story
}

#[test]
fn nobody_is_named_who_is_not_there_or_could_not_do_what_is_waited_for() {
    let (mut story, keys) = opened();
    let unknown = "voss is not known in this workspace, so nothing can be hidden from them";
    story.is_refused("la1", "misuse report nm1 --line la2 --line voss --what \"a neighbour\"", unknown);
    story.is_refused("la1", "misuse report nm1 --person voss --what \"a neighbour\"", unknown);
    story.does("la1", "misuse report nm1 --line la2 --what \"a neighbour\"");

    story.does("ad1", "person add quist --name Quist");
    let query = format!("audit query A1 {} --to quist --due 2026-10-09 --asks \"which incident?\"", keys[0]);
    story.is_refused("la1", &query, "quist holds no role that lets them answer a query");
    story.is_refused("la1", &query, "respondent, ANPR manager, senior manager");
    story.does("la1", "plan supersede A1 --reason \"another witness\"");
    let commit = "plan commit A1 --size 4 --rationale enough --risk-assessment low --seed-from dice:quist";
    story.is_refused("la1", commit, "quist holds no role that lets them contribute to a seed");
    story.does("ad1", "role give quist respondent --reason answers");
    story.does("la1", &query);
    story.does("la1", commit);
}

#[test]
fn a_review_that_no_clause_asks_for_and_one_that_cannot_be_are_refused() {
    let mut story = manager();
    for (clause, set) in [("4.1.3", "location_checks"), ("5.1.2", "performance_tests"), ("5.1.5", "performance_tests")]
    {
        let why = format!("no review of {clause} is asked for: the rows of {set} meet it");
        story.is_refused("am1", &format!("review {clause} --subject CAM-1"), &why);
    }
    story.does("am1", "review 5.1.1 --subject CAM-1");
    let sampled = "review 8.3.1 --population 10 --examined";
    story.is_refused("am1", &format!("{sampled} 11"), "11 records cannot have been examined of 10");
    story.does("am1", &format!("{sampled} 10"));
}

#[test]
fn nobody_dates_a_review_back_in_silence() {
    let mut story = manager();
    story.is_refused("am1", "review 4.1.2 --at 2026-09-30", "2026-09-30 is before this workspace was opened");
    story.on("2026-10-12 08:00:00");
    story.does("am1", "review 4.1.2 --at 2026-10-05");
    story.is_refused("am1", "review 6.1.3 --at 2026-10-04", "2026-10-04 is more than 7 days ago");
    story.is_refused("am1", "review 6.1.3 --at 2026-10-04 --late-because \" \"", "why it is recorded so late");
    story.does("am1", "review 6.1.3 --at 2026-10-04 --late-because \"the sheet lay in a drawer\"");
    let board = story.does("am1", "status").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(board.contains("350 days late, recorded on 2026-10-12"), "done: {board}");
    assert!(board.contains("last done 2026-10-04 by Manager (recorded on 2026-10-12)"), "and last done: {board}");
    assert_eq!(board.matches("recorded on").count(), 2, "not what was recorded within the week: {board}");
}

#[test]
fn the_calendar_feed_is_a_form_of_the_board() {
    let mut story = manager();
    story.does("am1", "review 4.1.2");
    let feed = story.does("am1", "status --format ics");
    assert!(feed.starts_with("BEGIN:VCALENDAR"), "{feed}");
    assert!(story.does("am1", "status --ics").starts_with("BEGIN:VCALENDAR"));
    assert!(story.does("am1", "status --format json").starts_with('{'));
}
