use std::process::Command;

use crate::shared;

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
