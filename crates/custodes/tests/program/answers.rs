use std::fs;

use crate::{WINDOW, custodes, northmere, stderr, stdout};

fn check(more: &[&str]) -> std::process::Output {
    let folder = northmere();
    let folder = folder.to_str().expect("UTF-8");
    custodes(["check", folder].into_iter().chain(WINDOW).chain(more.iter().copied()))
}

#[test]
fn the_board_says_what_is_wrong_what_is_not_known_and_what_is_assumed() {
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // Lines are folded wherever they must be.
    let board = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["EXCEPTIONS", "8.2.4.b", "ASSUMED VALUES", "OFFICIAL-SENSITIVE", "not all of NASPLE"] {
        assert!(board.contains(words), "{words:?} is missing in\n{board}");
    }
    assert!(!board.contains('\u{1b}'), "the board is readable without colour");
    assert!(!board.contains("compliant.") || board.contains("is not \"compliant\""));
}

#[test]
fn the_json_is_one_object_on_standard_output_and_its_rows_add_up() {
    let output = check(&["--format", "json"]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    for input in answer["inputs"].as_array().expect("inputs") {
        let of = |name: &str| input[name].as_u64().expect("a count");
        let parts = ["accepted", "quarantined", "duplicate", "conflicting", "future"].map(of);
        assert_eq!(of("rows"), parts.iter().sum::<u64>(), "{input}");
    }
    let states: Vec<&str> =
        answer["clauses"].as_array().expect("clauses").iter().filter_map(|c| c["state"].as_str()).collect();
    assert_eq!(states.len(), custodes_clauses());
}

fn custodes_clauses() -> usize {
    stdout(&custodes(["standard"])).lines().filter(|line| line.starts_with("  ")).count()
}

#[test]
fn exceptions_are_written_in_four_forms_that_agree() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    for name in ["e.csv", "e.jsonl", "e.parquet", "e.xlsx"] {
        assert_eq!(check(&["--exceptions", &path(name)]).status.code(), Some(0));
    }
    let csv = fs::read_to_string(path("e.csv")).expect("the CSV");
    assert!(csv.starts_with("clause,code,subject,due,done,days_late,detail\n"));
    let lines = fs::read_to_string(path("e.jsonl")).expect("the JSON Lines");
    assert!(csv.lines().count() - 1 <= lines.lines().count() * 2 && lines.lines().count() > 10);
    assert!(fs::read(path("e.parquet")).expect("the Parquet").starts_with(b"PAR1"));
    assert!(fs::read(path("e.xlsx")).expect("the workbook").starts_with(b"PK"));
}

#[test]
fn a_file_is_refused_whose_ending_says_nothing() {
    let output = check(&["--exceptions", "exceptions.docx"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("exceptions.docx"));
}
