//! Runs every `.case` file of the standard through the engine and lists every difference.
//!
//! `CUSTODES_CASES=8.2.4 cargo test -p custodes-checks --test cases` runs only the files whose name
//! begins so.

#[path = "../../standard/tests/case/mod.rs"]
mod case;
#[path = "cases/compare.rs"]
mod compare;
#[path = "cases/engine.rs"]
mod engine;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Case;

#[test]
fn every_case_comes_to_what_it_says() {
    let mut cases = case::read_all().unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    if let Ok(begins) = std::env::var("CUSTODES_CASES") {
        cases.retain(|case| case.file.starts_with(&begins));
    }
    assert!(!cases.is_empty(), "there is no such case");
    let root = std::env::temp_dir().join(format!("custodes-cases-{}", std::process::id()));
    let differences = run_all(&cases, &root);
    std::fs::remove_dir_all(&root).expect("the temporary folder can be removed");
    let wrong = differences.iter().filter(|(_, found)| !found.is_empty()).count();
    let mut report = String::new();
    for (case, found) in differences.iter().filter(|(_, found)| !found.is_empty()) {
        report += &format!("{}:{}: {}\n", case.file, case.line, case.title);
        for difference in found {
            report += &format!("    {difference}\n");
        }
    }
    assert!(wrong == 0, "{report}{wrong} of {} cases differ", cases.len());
}

/// Each case with its differences, in the order of the cases; as many at a time as there are processors.
fn run_all<'a>(cases: &'a [Case], root: &Path) -> Vec<(&'a Case, Vec<String>)> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number) else { break };
                    let differences = run_one(case, &root.join(number.to_string()));
                    found.lock().expect("no other thread panicked").push((number, case, differences));
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread panicked");
    found.sort_by_key(|(number, _, _)| *number);
    found.into_iter().map(|(_, case, differences)| (case, differences)).collect()
}

fn run_one(case: &Case, folder: &Path) -> Vec<String> {
    let evidence = folder.join("evidence");
    if let Err(error) = std::fs::create_dir_all(&evidence) {
        return vec![format!("{}: {error}", evidence.display())];
    }
    let options = engine::Options {
        from: case.from.clone(),
        as_of: case.as_of.clone(),
        parameters: case.parameters.join("\n"),
        // Only what the case speaks of: there are hundreds.
        clauses: case.expectations.iter().map(|expected| expected.clause.clone()).collect(),
    };
    let outcome = case::lay_out(case, &evidence).and_then(|()| engine::run_check(&evidence, &options));
    match outcome {
        Ok(outcome) => case.expectations.iter().flat_map(|expected| compare::differences(expected, &outcome)).collect(),
        Err(problem) => vec![problem],
    }
}
