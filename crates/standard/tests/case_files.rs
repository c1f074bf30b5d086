//! Every `.case` file can be read, laid out as evidence, and together they leave no code out.
//! What the engine makes of them is tested where the engine is.

mod case;
#[path = "case/codes.rs"]
mod codes;

use case::{Case, Expected};
use codes::{CODES, Limit};

fn all() -> Vec<Case> {
    case::read_all().unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

#[test]
fn every_case_can_be_laid_out_as_a_folder_of_evidence() {
    let root = std::env::temp_dir().join(format!("custodes-case-files-{}", std::process::id()));
    for (number, case) in all().iter().enumerate() {
        let folder = root.join(number.to_string());
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        case::lay_out(case, &folder).unwrap_or_else(|problem| panic!("{problem}"));
    }
    std::fs::remove_dir_all(&root).expect("the temporary folder can be removed");
}

#[test]
fn every_case_expects_something_of_a_clause_and_code_of_the_standard() {
    let mut wrong = Vec::new();
    for case in all() {
        if case.expectations.is_empty() {
            wrong.push(format!("{}:{}: nothing is expected", case.file, case.line));
        }
        for expectation in &case.expectations {
            let codes: Vec<&str> = codes_of(&expectation.clause);
            let known = match &expectation.of {
                Expected::Exceptions { code, .. } | Expected::Untestable { code, .. } => {
                    codes.contains(&code.as_str()) || searched(&expectation.clause, code)
                }
                _ => CODES.iter().any(|(clause, _, _)| *clause == expectation.clause) || expectation.clause == "8.2.5",
            };
            if !known {
                wrong.push(format!("{}:{}: no such clause and code", case.file, expectation.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_clause_has_a_file_named_after_it_with_its_states() {
    let cases = all();
    let mut clauses: Vec<&str> = CODES.iter().map(|(clause, _, _)| *clause).chain(["8.2.5"]).collect();
    clauses.dedup();
    let missing: Vec<&str> = clauses
        .into_iter()
        .filter(|clause| {
            let file = format!("{clause}.case");
            let stated = |case: &&Case| {
                case.file == file
                    && case.expectations.iter().any(|e| e.clause == *clause && matches!(e.of, Expected::State(_)))
            };
            cases.iter().filter(stated).count() < 2
        })
        .collect();
    assert!(missing.is_empty(), "fewer than two states are shown for {missing:?}");
}

#[test]
fn every_code_fires_keeps_quiet_meets_its_limit_and_meets_an_absent_value() {
    let cases = all();
    let mut missing = Vec::new();
    for (clause, code, limit) in CODES {
        let lists = || cases.iter().filter_map(|case| listed(case, clause, code).map(|listed| (case, listed)));
        if !lists().any(|(_, listed)| listed > 0) {
            missing.push(format!("{clause} {code} never fires"));
        }
        if !lists().any(|(case, listed)| listed == 0 || largest(case) > listed) {
            missing.push(format!("{clause} {code} never keeps quiet"));
        }
        let words = ["exactly", "limit", "same day", "one day", "one second", "one microsecond", "boundary"];
        let at_limit = |case: &Case| words.iter().any(|word| case.title.contains(word));
        if *limit == Limit::Yes && !lists().any(|(case, _)| at_limit(case)) {
            missing.push(format!("{clause} {code} has no case at its limit"));
        }
        if !cases.iter().any(|case| absent(case, clause, code)) {
            missing.push(format!("{clause} {code} has no case in which its value is absent"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Of a search whose period is unknown nobody can say which clause its authority falls under.
fn searched(clause: &str, code: &str) -> bool {
    ["8.2.4.a", "8.2.4.b"].contains(&clause) && (code == "period_unknown" || codes_of("8.2.4.c").contains(&code))
}

fn codes_of(clause: &str) -> Vec<&'static str> {
    CODES.iter().filter(|(of, _, _)| *of == clause).map(|(_, code, _)| *code).collect()
}

/// How many exceptions of a clause and code a case lists; `None` where it says nothing of them.
fn listed(case: &Case, clause: &str, code: &str) -> Option<usize> {
    case.expectations.iter().find_map(|expectation| match &expectation.of {
        Expected::Exceptions { code: of, listed } if expectation.clause == clause && of == code => Some(listed.len()),
        _ => None,
    })
}

fn largest(case: &Case) -> usize {
    case.tables.iter().map(|table| table.rows.len()).max().unwrap_or(0)
}

/// A case says how many rows a test could not judge, or that the clause is not evidenced, or gives a blank.
fn absent(case: &Case, clause: &str, code: &str) -> bool {
    let blank = case.tables.iter().any(|table| table.rows.iter().flatten().any(String::is_empty));
    let gone = blank || !case.absent.is_empty() || !case.empty.is_empty();
    case.expectations.iter().any(|expectation| match &expectation.of {
        Expected::Untestable { code: of, count } => expectation.clause == clause && of == code && *count > 0,
        Expected::State(state) => expectation.clause == clause && state == "not_evidenced",
        Expected::Exceptions { code: of, .. } => expectation.clause == clause && of == code && gone,
        _ => false,
    })
}
