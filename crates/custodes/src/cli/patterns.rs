//! What the board shows besides exceptions: patterns for whoever reviews. In short beside other clauses,
//! in full where one clause was asked for.

use std::fmt::Write as _;

use custodes_checks::outcome::{ClauseOutcome, Instance, Shown};

use super::board::{WIDTH, grouped};
use super::wrapped;

/// Nothing where no clause shows anything.
pub fn text(clauses: &[ClauseOutcome]) -> String {
    let showing: Vec<&ClauseOutcome> = clauses.iter().filter(|clause| !clause.patterns.is_empty()).collect();
    let mut out = String::new();
    for clause in &showing {
        let _ = writeln!(
            out,
            "\nSHOWN FOR REVIEW: not exceptions, and without weight for the state\n\n  {:<8} {} ({} in the window)",
            clause.clause.id,
            clause.clause.title,
            grouped(clause.population)
        );
        for shown in &clause.patterns {
            one(&mut out, shown, clauses.len() == 1);
        }
        if clauses.len() > 1 {
            let _ = writeln!(out, "              `--clause {}` lists them", clause.clause.id);
        }
    }
    out
}

fn one(out: &mut String, shown: &Shown, in_full: bool) {
    if let Some(set) = shown.absent {
        let _ = writeln!(out, "           -  {:<26} no file came of: {set}", shown.pattern.name);
        return;
    }
    let mut says = shown.pattern.says.to_owned();
    if shown.left_out > 0 {
        let _ =
            write!(says, "; {} failures were not looked at: too old, or a value is missing", grouped(shown.left_out));
    }
    let _ = writeln!(out, "  {:>10}  {:<26} {}", grouped(shown.found), shown.pattern.name, wrapped(&says, 41, WIDTH));
    for instance in shown.listed.iter().filter(|_| in_full) {
        let _ = writeln!(out, "                {}", wrapped(&in_words(instance), 18, WIDTH));
    }
    let more = shown.found - shown.listed.len() as u64;
    if in_full && more > 0 {
        let _ = writeln!(out, "                and {} smaller", grouped(more));
    }
}

fn in_words(instance: &Instance) -> String {
    let Instance { subject, failures, first, last, .. } = instance;
    let mut text = format!("{subject}: {} failures from {first} to {last}", grouped(*failures));
    if let Some(users) = instance.users {
        let _ = write!(text, ", {} users", grouped(users));
    }
    if let Some(nights) = instance.nights {
        let _ = write!(text, ", {} nights in a row", grouped(nights));
    }
    if let Some(success) = instance.success {
        let _ = write!(text, ", then a success at {success}");
    }
    text
}
