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
fn no_sample_is_larger_than_its_population_and_every_due_date_is_a_date() {
    for case in all() {
        for expectation in &case.expectations {
            let place = format!("{}:{}", case.file, expectation.line);
            match &expectation.of {
                Expected::Due(Some(date)) => assert_eq!(date.len(), "2026-03-01".len(), "{place}: `{date}`"),
                Expected::Sample(Some(sample)) => {
                    let same = case.expectations.iter().filter(|other| other.clause == expectation.clause);
                    let mut populations = same.filter_map(|other| match other.of {
                        Expected::Population(population) => Some(population),
                        _ => None,
                    });
                    assert!(populations.all(|population| *sample <= population), "{place}: sample {sample}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_mistake_in_a_case_is_refused_with_its_line() {
    let refusals = [
        ("searches\n", "x.case:1: `searches` stands outside a case"),
        ("# a title\nsearch\nsearch_id\n", "x.case:2: `search` is neither a set of evidence"),
        ("# a title\nsearches\nsearcher\n", "x.case:2: `searches` has no column `searcher`"),
        ("# a title\nsearches\nsearch_id | reason\ns1\n", "x.case:2: row at line 4 has 1 cells, its header 2"),
        ("# a title\nstate 8.1 compliant\n", "x.case:2: `state 8.1 compliant` is not an expectation"),
        ("# a title\nwithout searches.user_id\n", "x.case:2: `searches.user_id` is required"),
    ];
    for (text, refusal) in refusals {
        let problems = case::read_text("x.case", text).expect_err("the text has a mistake");
        assert!(problems[0].starts_with(refusal), "{problems:?}");
    }
}

#[test]
fn rows_are_repeated_up_to_their_last_date_and_months_are_clipped() {
    let text = "# monthly\nreviews every 1 months until 2025-04-30\nclause | reviewed_at\n8.1 | 2025-01-31T12:00:00Z\n";
    let cases = case::read_text("x.case", text).expect("the text is a case");
    let folder = std::env::temp_dir().join(format!("custodes-case-repeated-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    case::lay_out(&cases[0], &folder).expect("the case can be laid out");
    let written = std::fs::read_to_string(folder.join("reviews.csv")).expect("the set was written");
    std::fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
    let dates: Vec<&str> = written.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
    let expected = ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"].map(|day| format!("{day}T12:00:00Z"));
    assert_eq!(dates, expected);
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
