use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::root;

/// Who may know whom; whoever is not here knows nobody.
const ARROWS: &[(&str, &[&str])] = &[
    ("custodes", &["checks", "compliance", "evidence", "journal", "pages", "report", "standard", "store", "synth"]),
    ("checks", &["compliance", "evidence", "standard"]),
    ("evidence", &["compliance", "standard"]),
    ("compliance", &["standard"]),
    ("synth", &["standard"]),
    ("pages", &["compliance", "standard"]),
    ("store", &["journal"]),
    ("journal", &[]),
    ("report", &[]),
    ("standard", &[]),
];

#[test]
fn no_crate_knows_one_that_it_must_not_know() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("cargo metadata is JSON");
    let short = |name: &str| name.trim_start_matches("custodes-").to_owned();
    let allowed: BTreeMap<String, BTreeSet<String>> = ARROWS
        .iter()
        .map(|(from, to)| ((*from).to_owned(), to.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = short(package["name"].as_str().expect("a name"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let to = dependency["name"].as_str().expect("a name");
            let normal = dependency["kind"].is_null();
            if normal && to.starts_with("custodes") {
                let known = allowed.get(&name).is_some_and(|known| known.contains(&short(to)));
                assert!(known, "{name} must not depend on {to}: see ARCHITECTURE.md");
            }
        }
    }
}

#[test]
fn every_path_that_the_architecture_names_exists() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let named = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| ["crates/", "docs/", "dev/", "examples/"].iter().any(|start| word.starts_with(start)));
    let missing: Vec<&str> = named.filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names what is not there: {missing:?}");
}
