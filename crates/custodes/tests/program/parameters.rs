//! What a parameters file changes, and what is said of it.

use std::fs;

use crate::{WINDOW, custodes, stderr, stdout};

const SEARCHES: &str = "\
search_id,system,user_id,searched_at,data_from,data_to,authorised_by,authorised_rank,preserved_case
S1,nas,u1,2026-03-01T12:00:00Z,2025-10-01T00:00:00Z,2025-11-01T00:00:00Z,u2,Acting Inspector,
S2,nas,u1,2026-03-02T12:00:00Z,2025-10-01T00:00:00Z,2025-11-01T00:00:00Z,u2,,
";

/// What a check under these parameters answers and says.
fn check(parameters: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let (folder, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    fs::write(folder.path().join("searches.csv"), SEARCHES).expect("a file");
    let file = elsewhere.path().join("p.toml");
    fs::write(&file, parameters).expect("a file");
    let arguments = ["check", folder.path().to_str().expect("UTF-8"), "--parameters", file.to_str().expect("UTF-8")];
    let output = custodes(arguments.into_iter().chain(WINDOW).chain(more.iter().copied()));
    (output.status.code(), stdout(&output), stderr(&output))
}

fn clause(parameters: &str, id: &str) -> (serde_json::Value, serde_json::Value) {
    let (code, answer, said) = check(parameters, &["--format", "json", "--clause", id]);
    assert_eq!(code, Some(0), "{said}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("one JSON object");
    (answer["clauses"][0].clone(), answer["parameters"].clone())
}

#[test]
fn a_rank_with_a_prefix_in_the_list_accuses_nobody_and_an_empty_list_lets_no_blank_rank_pass() {
    let ranks = |list: &str| {
        clause(&format!("authority_ranks_older = {list}\n"), "8.2.4.b").0["codes"]["authority_rank"].clone()
    };
    assert_eq!(ranks("[\"Detective Inspector\"]"), ranks("[\"inspector\"]"));
    assert_eq!(ranks("[\"Detective Inspector\"]"), 1, "only the search whose rank is blank");
    assert_eq!(ranks("[]"), 2);
}

#[test]
fn a_figure_set_otherwise_than_the_standard_is_told_with_the_standards_and_the_clauses_that_rest_on_it() {
    let text = "[leaver_hours]\nvalue = 100000\nrationale = \"a trial\"\n";
    let (code, board, said) = check(text, &[]);
    assert_eq!(code, Some(0), "{said}");
    let board = board.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "SET OTHERWISE THAN THE STANDARD",
        "leaver_hours 100000, not 48 8.2.2.d",
        "because: a trial",
        "judged by another figure than the standard's: leaver_hours 100000 (the standard's is 48)",
    ] {
        assert!(board.contains(words), "{words:?} is missing in\n{board}");
    }
    let (leavers, parameters) = clause(text, "8.2.2.d");
    assert_eq!(leavers["set_otherwise"], serde_json::json!(["leaver_hours"]));
    assert_eq!(parameters["leaver_hours"]["standard_value"], 48);
}

#[test]
fn the_same_figure_as_the_standards_is_not_told() {
    let (_, board, _) = check("leaver_hours = 48\nrate_older_searches = \"5 %\"\nreinstatement_hours = 9\n", &[]);
    assert!(!board.contains("OTHERWISE") && !board.contains("another figure"), "{board}");
    let (leavers, parameters) = clause("leaver_hours = 48\n", "8.2.2.d");
    assert!(leavers.get("set_otherwise").is_none() && parameters["leaver_hours"].get("standard_value").is_none());
}

#[test]
fn the_kinds_of_camera_that_were_not_set_stay_marked_as_assumed() {
    let text = "[capture_rate_min]\nmobile = 0.8\n";
    let assumed = |id: &str| clause(text, id).0["assumed"].to_string();
    assert!(assumed("5.1.1").contains("capture_rate_min") && !assumed("5.1.5").contains("capture_rate_min"));
    let kinds = clause(text, "5.1.1").1["capture_rate_min"]["assumed_kinds"].clone();
    assert_eq!(kinds, serde_json::json!(["cctv_integrated", "moveable", "multi_lane", "static"]));
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_line() {
    let (code, _, said) = check("recent_days = 90\n[search_span_max_days]\nCrime = 30\ncrime = 10\n", &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("p.toml: line 4: search_span_max_days: \"Crime\" and \"crime\""), "{said}");
}
