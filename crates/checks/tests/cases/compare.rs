//! Holds what the engine found against what a case says. It must not run or parse anything.

use crate::case::{Expectation, Expected};
use crate::engine::Outcome;

/// One sentence for each difference; none when the expectation is met.
pub fn differences(expectation: &Expectation, outcome: &Outcome) -> Vec<String> {
    let clause = &expectation.clause;
    let place = format!("line {}: {clause}", expectation.line);
    if let Expected::Exceptions { code, listed } = &expectation.of {
        return exceptions(clause, code, listed, outcome).into_iter().map(|what| format!("{place} {what}")).collect();
    }
    let Some(found) = outcome.clauses.get(clause) else {
        return vec![format!("{place} is not among the clauses of the outcome")];
    };
    let none = || "none".to_owned();
    let (what, expected, found) = match &expectation.of {
        Expected::Exceptions { .. } => return Vec::new(),
        Expected::Untestable { code, count } => {
            let found = found.untestable.get(code).copied().unwrap_or(0);
            (format!("untestable {code}"), count.to_string(), found.to_string())
        }
        Expected::State(state) => ("state".to_owned(), state.clone(), found.state.clone()),
        Expected::Population(count) => ("population".to_owned(), count.to_string(), found.population.to_string()),
        Expected::Sample(size) => {
            let written = |size: Option<u64>| size.map_or_else(none, |size| size.to_string());
            ("sample".to_owned(), written(*size), written(found.sample_size))
        }
        Expected::Due(date) => {
            ("due".to_owned(), date.clone().unwrap_or_else(none), found.due.clone().unwrap_or_else(none))
        }
    };
    if expected == found { Vec::new() } else { vec![format!("{place} {what}: expected {expected}, found {found}")] }
}

/// Each listed line stands for one exception that begins with its cells; the fullest lines choose first.
fn exceptions(clause: &str, code: &str, listed: &[Vec<String>], outcome: &Outcome) -> Vec<String> {
    let mut left: Vec<[&str; 4]> = outcome
        .exceptions
        .iter()
        .filter(|found| found.clause == clause && found.code == code)
        .map(|found| [&*found.subject, &*found.due, &*found.done, &*found.days_late])
        .collect();
    let mut wanted: Vec<&Vec<String>> = listed.iter().collect();
    wanted.sort_by_key(|cells| std::cmp::Reverse(cells.len()));
    let mut differences = Vec::new();
    for cells in wanted {
        match left.iter().position(|found| cells.iter().zip(found).all(|(cell, found)| cell == found)) {
            Some(index) => drop(left.remove(index)),
            None => differences.push(format!("{code}: expected `{}`, not found", cells.join(" | "))),
        }
    }
    differences.extend(left.iter().map(|found| format!("{code}: not expected `{}`", found.join(" | "))));
    differences
}
