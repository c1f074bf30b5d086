//! Files that a check or a return is asked to write: never over what is read, and tried before it is read.

use std::fs;
use std::path::Path;

use crate::{WINDOW, custodes, stderr, stdout};

const POLICIES: &str = "policy_id,title,approved_on,review_by\nP1,ANPR,2026-01-01,\n";

fn evidence() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("policies.csv"), POLICIES).expect("a file");
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The status and what was said.
fn run(verb: &str, folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = custodes([verb, text(folder)].into_iter().chain(WINDOW).chain(more.iter().copied()));
    (output.status.code(), stderr(&output))
}

/// Wrong usage, of which the option and the file are named; and the evidence is as it was.
fn assert_refused(verb: &str, folder: &Path, option: &str, file: &Path) {
    let (code, said) = run(verb, folder, &[option, text(file)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(option) && said.contains(text(file)) && said.contains("among the evidence"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("policies.csv")).expect("the evidence"), POLICIES);
    assert_eq!(fs::read_dir(folder).expect("the folder").count(), 1, "nothing was written");
}

#[test]
fn no_output_is_written_among_the_evidence() {
    let folder = evidence();
    for name in ["policies.csv", "new.csv"] {
        let file = folder.path().join(name);
        assert_refused("check", folder.path(), "--exceptions", &file);
        assert_refused("check", folder.path(), "--quarantine", &file);
        assert_refused("check", folder.path(), "--conflicting", &file);
        assert_refused("return", folder.path(), "--out", &file);
    }
    let name = folder.path().file_name().expect("a name").to_owned();
    let around = folder.path().join("..").join(name).join("policies.csv");
    assert_refused("check", folder.path(), "--exceptions", &around);
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_an_output_to_the_evidence() {
    let (folder, elsewhere) = (evidence(), tempfile::tempdir().expect("a folder"));
    let (file, within) = (elsewhere.path().join("e.csv"), elsewhere.path().join("within"));
    std::os::unix::fs::symlink(folder.path().join("policies.csv"), &file).expect("a link");
    std::os::unix::fs::symlink(folder.path(), &within).expect("a link");
    assert_refused("check", folder.path(), "--exceptions", &file);
    assert_refused("check", folder.path(), "--exceptions", &within.join("e.csv"));
}

#[test]
fn two_outputs_are_two_files_and_none_is_a_file_that_is_read() {
    let (folder, elsewhere) = (evidence(), tempfile::tempdir().expect("a folder"));
    let file = elsewhere.path().join("e.csv");
    let again = elsewhere.path().join(".").join("e.csv");
    let (code, said) = run("check", folder.path(), &["--exceptions", text(&file), "--quarantine", text(&again)]);
    assert!(code == Some(2) && said.contains("--quarantine") && said.contains("--exceptions"), "{said}");
    assert!(!file.exists());
    fs::write(&file, "recent_days = 90\n").expect("a file");
    let (code, said) = run("check", folder.path(), &["--exceptions", text(&file), "--parameters", text(&file)]);
    assert!(code == Some(2) && said.contains("is read by --parameters"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("the parameters"), "recent_days = 90\n");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_read() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = elsewhere.path().join("none/e.csv");
    for (verb, option) in
        [("check", "--exceptions"), ("check", "--quarantine"), ("check", "--conflicting"), ("return", "--out")]
    {
        // There is no evidence at all, and the file is spoken of first.
        let (code, said) = run(verb, Path::new("no/such/folder"), &[option, text(&file)]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(option) && said.contains(text(&file)) && said.contains("there is no folder"), "{said}");
        assert!(!said.contains("no/such/folder"), "{said}");
    }
}

#[test]
fn rows_unread_and_rows_superseded_are_listed_apart_and_the_board_says_where() {
    let (folder, elsewhere) = (evidence(), tempfile::tempdir().expect("a folder"));
    let more = "policy_id,title,approved_on,review_by\nP2,x,01/02/2026,\nP1,ANPR policy,2026-02-01,\n";
    fs::write(folder.path().join("policies-2.csv"), more).expect("a file");
    let (unread, superseded) = (elsewhere.path().join("unread.csv"), elsewhere.path().join("superseded.csv"));
    let lists = ["--quarantine", text(&unread), "--conflicting", text(&superseded)];
    let output = custodes(["check", text(folder.path())].into_iter().chain(lists).chain(WINDOW));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let board = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(board.contains("1 quarantined could not be read; --quarantine FILE lists them"), "{board}");
    assert!(board.contains("1 conflicting") && board.contains("stands; --conflicting FILE lists them"), "{board}");
    let listed = fs::read_to_string(unread).expect("the list");
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[1].starts_with("policies-2.csv,2,approved_on,01/02/2026,"), "{listed}");
    let listed = fs::read_to_string(superseded).expect("the list");
    let lines: Vec<&str> = listed.lines().collect();
    // By their bytes, policies-2.csv comes before policies.csv, so the row there gives way.
    assert_eq!((lines.len(), lines[0]), (2, "file,line,column,value,reason"), "{listed}");
    assert!(lines[1].starts_with("policies-2.csv,3,policy_id,P1,"), "{listed}");
    assert!(lines[1].contains("superseded by policies.csv line 2"), "{listed}");
}

#[cfg(unix)]
#[test]
fn a_name_that_would_steer_the_terminal_is_shown_by_its_characters_and_written_as_it_is() {
    let (folder, elsewhere) = (evidence(), tempfile::tempdir().expect("a folder"));
    let name = "policies-\u{1b}[31m\nP9.csv";
    fs::write(folder.path().join(name), "policy_id,approved_on,more\nP2,01/02/2026,\n").expect("a file");
    let file = elsewhere.path().join("unread.csv");
    let (code, said) = run("check", folder.path(), &["--quarantine", text(&file)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("note: policies-\\u001b[31m\\u000aP9.csv: columns") && !said.contains('\u{1b}'), "{said}");
    assert!(fs::read_to_string(file).expect("the list").contains(name));
    fs::write(folder.path().join(name), "").expect("a file");
    let (code, said) = run("check", folder.path(), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("custodes: policies-\\u001b[31m\\u000aP9.csv: the file is empty"), "{said}");
}
