use std::process::Command;

use crate::{WINDOW, custodes, shared, stderr};

#[test]
fn the_worked_examples_come_out_exactly() {
    let Some(shared) = shared() else { return };
    let compared = Command::new("python3")
        .arg(shared.join("acceptance/compare.py"))
        .arg(env!("CARGO_BIN_EXE_custodes"))
        .output()
        .expect("python3 runs");
    assert!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stdout));
}

#[test]
fn the_worked_examples_list_the_rows_that_could_not_be_read() {
    let Some(shared) = shared() else { return };
    for name in ["busy", "quiet"] {
        let example = shared.join("acceptance").join(name);
        let Ok(wanted) = std::fs::read_to_string(example.join("quarantine.csv")) else { continue };
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("quarantine.csv");
        let arguments = ["check".into(), example.join("evidence"), "--quarantine".into(), list.clone()];
        let output = custodes(arguments.into_iter().chain(WINDOW.map(Into::into)));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let listed = std::fs::read_to_string(list).expect("the list");
        assert_eq!(listed.replace('\r', ""), wanted.replace('\r', ""), "{name}");
    }
}
