//! The worked examples, where they are at hand: every figure of every input must come out.

use std::path::PathBuf;

use custodes_evidence::Evidence;
use serde_json::Value;

use crate::folder::{counts, options};

/// The folder of an example; `None` where the examples did not come with the source.
fn example(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("CUSTODES_SHARED").map_or_else(beside, PathBuf::from);
    Some(shared.join("acceptance").join(name)).filter(|folder| folder.is_dir())
}

fn comes_out(name: &str) {
    let Some(folder) = example(name) else { return };
    let evidence = Evidence::open(&folder.join("evidence"), options()).unwrap();
    let report = evidence.report().unwrap();

    let summary: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("summary.json")).unwrap()).unwrap();
    let wanted: Vec<(String, String, String, [u64; 6])> = summary["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| {
            let text = |key: &str| input[key].as_str().unwrap().to_owned();
            let figures = ["rows", "accepted", "quarantined", "duplicate", "conflicting", "future"];
            (text("file"), text("set"), text("sha256"), figures.map(|key| input[key].as_u64().unwrap()))
        })
        .collect();
    let got: Vec<_> = report
        .inputs
        .iter()
        .map(|input| (input.file.clone(), input.set.to_owned(), input.sha256.clone(), counts(input)))
        .collect();
    assert_eq!(got, wanted);

    let quoted = |text: &str| if text.contains([',', '"', '\n']) { format!("\"{text}\"") } else { text.to_owned() };
    let mut listing = "file,line,column,value,reason\n".to_owned();
    for row in &report.quarantine {
        listing +=
            &format!("{},{},{},{},{}\n", row.file, row.line, row.column, quoted(&row.value), quoted(&row.reason));
    }
    let wanted = std::fs::read_to_string(folder.join("quarantine.csv")).unwrap();
    assert_eq!(listing, wanted.replace('\r', ""));
}

#[test]
fn the_busy_example_comes_out() {
    comes_out("busy");
}

#[test]
fn the_quiet_example_comes_out() {
    comes_out("quiet");
}
