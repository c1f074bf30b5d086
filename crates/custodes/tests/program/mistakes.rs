use std::fs;

use crate::{WINDOW, custodes, stderr, stdout};

/// A folder with these files, checked.
fn check(files: &[(&str, &[u8])], more: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let path = folder.path().to_str().expect("UTF-8").to_owned();
    let arguments = ["check", &path].into_iter().chain(WINDOW).chain(more.iter().copied());
    let output = custodes(arguments);
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn a_wrong_folder_is_named() {
    let output = custodes(["check", "no/such/folder"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no/such/folder"), "{}", stderr(&output));
    assert!(stdout(&output).is_empty());
}

#[test]
fn no_thread_at_all_and_a_year_without_evidence_are_wrong_usage() {
    for (option, value, sentence) in [
        ("--threads", "0", "on no thread at all"),
        ("--threads", "two", "not a number of threads"),
        ("--from", "1599-12-31", "lies outside of the years 1600 to 9990"),
        ("--as-of", "9991-01-01", "lies outside of the years 1600 to 9990"),
    ] {
        let output = custodes(["check", "no/such/folder", option, value]);
        let said = stderr(&output);
        assert!(output.status.code() == Some(2) && said.contains(option) && said.contains(sentence), "{said}");
    }
}

#[test]
fn an_empty_folder_and_one_without_any_known_set_each_get_their_sentence() {
    let (code, _, empty) = check(&[], &[]);
    assert_eq!(code, Some(1));
    let (code, _, unknown) = check(&[("holiday.csv", b"a,b\n1,2\n")], &[]);
    assert_eq!(code, Some(1));
    assert!(empty.contains("empty") && unknown.contains("holiday.csv"), "{empty}\n{unknown}");
    assert!(unknown.contains("searches"), "the known sets are named: {unknown}");
}

#[test]
fn a_missing_column_refuses_the_file_and_names_the_column() {
    let (code, _, said) = check(&[("policies.csv", b"policy_id,title\nP1,ANPR\n")], &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("policies.csv") && said.contains("approved_on"), "{said}");
}

#[test]
fn one_bad_row_is_set_aside_and_the_rest_goes_on() {
    let rows = b"policy_id,title,approved_on,review_by\nP1,ANPR,2025-01-01,2027-01-01\nP2,ANPR,01/02/2025,\n";
    let (code, board, said) = check(&[("policies.csv", rows)], &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(board.contains("quarantined"), "{board}");
}

#[test]
fn a_bad_parameter_is_named_before_any_evidence_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("parameters.toml");
    fs::write(&file, "clock_tolerance = 5\n").expect("a file");
    let output = custodes(["check", "nowhere", "--parameters", file.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("clock_tolerance"), "{}", stderr(&output));
}

#[test]
fn wrong_usage_ends_with_2_and_a_found_state_with_3() {
    assert_eq!(custodes(["check"]).status.code(), Some(2));
    assert_eq!(custodes(["judge"]).status.code(), Some(2));
    let rows = b"policy_id,title,approved_on,review_by\nP1,ANPR,2020-01-01,2021-01-01\n";
    let (code, ..) = check(&[("policies.csv", rows)], &["--fail-on", "exceptions"]);
    assert_eq!(code, Some(3));
    let (code, ..) = check(&[("policies.csv", rows)], &["--clause", "8.2.4.b", "--fail-on", "exceptions"]);
    assert_eq!(code, Some(0));
}

#[test]
fn a_clause_or_a_time_that_does_not_exist_is_quoted() {
    let (code, _, said) = check(&[], &["--clause", "9.9"]);
    assert!(code == Some(2) && said.contains("9.9") && said.contains("custodes standard"), "{said}");
    for verb in ["check", "return"] {
        for option in ["--as-of", "--from"] {
            let output = custodes([verb, ".", option, "01/10/2026"]);
            let said = stderr(&output);
            assert!(output.status.code() == Some(2) && said.contains("01/10/2026") && said.contains(option), "{said}");
        }
        let output = custodes([verb, ".", "--from", "2026-10-01", "--as-of", "2026-10-01"]);
        assert!(output.status.code() == Some(2) && stderr(&output).contains("the window is empty"));
    }
}

#[test]
fn a_mapping_that_no_file_is_read_under_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mapping = folder.path().join("m.toml");
    let mapping = mapping.to_str().expect("UTF-8");
    let policies: (&str, &[u8]) = ("policies.csv", b"policy_id,approved_on\nP1,2026-01-01\n");
    for (text, says) in [
        ("set = \"policies\"\nfiles = [\"nothing*\"]\n", "it is for files named \"nothing*\""),
        ("set = \"reports\"\n", "it is for files of the set reports"),
    ] {
        fs::write(mapping, text).expect("a file");
        let (code, _, said) = check(&[policies], &["--map", mapping]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("no file is read under the mapping {mapping}: {says}")), "{said}");
    }
    fs::write(mapping, "set = \"policies\"\nfiles = [\"pol*\"]\n").expect("a file");
    let (_, _, said) = check(&[policies], &["--map", mapping]);
    assert!(!said.contains("no file is read"), "{said}");
}
