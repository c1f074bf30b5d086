//! The parameters that a clause's results rest on, read off its declaration.

use std::collections::BTreeSet;

use crate::model::{Arises, Check, Clause, Every, MetBy, Population, Sample, Subjects, Within};
use crate::parameters::Parameter;
use crate::v3;

/// The parameters that the clause's own results rest on: its state, exceptions, population and sample.
pub fn parameters_of(clause: &Clause) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    if let Sample::Rate { parameter, window_days, .. } = clause.sample {
        names.insert(parameter);
        names.extend(window_days);
    }
    names.extend(of_its_records(clause).into_iter().flat_map(parameters_named));
    for check in clause.checks {
        names.extend(sql_of(check).into_iter().flat_map(parameters_named));
        match check {
            Check::Cadence { every: Every::ParameterMonths(name), .. } => {
                names.insert(name);
            }
            Check::Event { within, .. } => {
                let (Within::ParameterDays(name) | Within::ParameterHours(name) | Within::ParameterMonths(name)) =
                    within;
                // Events before the window are judged as far back as records are kept.
                names.extend([*name, "record_retention_years"]);
            }
            Check::ReportedUnder { clauses, .. } => {
                let others = clauses.iter().filter_map(|id| v3::clause(id)).flat_map(|other| other.checks);
                for tests in others.filter(|check| matches!(check, Check::Rows { .. })) {
                    names.extend(sql_of(tests).into_iter().flat_map(parameters_named));
                }
            }
            _ => {}
        }
    }
    names
}

/// What says which records the clause is about, and whether it arises.
fn of_its_records(clause: &Clause) -> Vec<&'static str> {
    let mut sql = match clause.population {
        Population::Rows { given, .. } => vec![given],
        Population::Query { sql, .. } => vec![sql],
        Population::Judged => Vec::new(),
    };
    match clause.arises {
        Arises::Rows { given, .. } => sql.push(given),
        Arises::Query { sql: asks, .. } => sql.push(asks),
        Arises::EitherSet { sql: asks, else_sql, .. } => sql.extend([asks, else_sql]),
        Arises::Always | Arises::WithPopulation { .. } | Arises::InOffice { .. } => {}
    }
    sql
}

fn sql_of(check: &Check) -> Vec<&'static str> {
    match check {
        Check::Rows { given, tests, .. } => std::iter::once(*given).chain(tests.iter().map(|test| test.when)).collect(),
        Check::Query { sql, .. } => vec![sql],
        Check::Event { events, .. } => vec![events.sql],
        Check::Cadence { of, met_by, .. } => {
            let of = if let Subjects::Each { sql, .. } = of { Some(*sql) } else { None };
            let met = if let MetBy::Records { sql, .. } = met_by { Some(*sql) } else { None };
            of.into_iter().chain(met).collect()
        }
        Check::ReportedUnder { .. } | Check::SampledAudit | Check::Shows(_) => Vec::new(),
    }
}

/// The parameters that a piece of SQL names, by themselves or in a word that stands for more.
fn parameters_named(sql: &str) -> impl Iterator<Item = &str> {
    sql.split('$').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = &rest[..end];
        let name = word.strip_suffix("_numerator").or(word.strip_suffix("_denominator")).unwrap_or(word);
        match name {
            "span_excessive" => Some("search_span_max_days"),
            "clock_evidence_from" | "clock_evidence_from_day" => Some("clock_evidence_days"),
            "retention_from" => Some("record_retention_years"),
            name => Parameter::named(name).map(|parameter| parameter.name),
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::parameters::{Basis, PARAMETERS};
    use crate::v3::CLAUSES;

    use super::*;

    fn of(id: &str) -> BTreeSet<&'static str> {
        parameters_of(v3::clause(id).expect("a clause"))
    }

    #[test]
    fn every_figure_of_the_standard_is_one_that_some_clause_rests_on() {
        let all: BTreeSet<&str> = CLAUSES.iter().flat_map(|clause| parameters_of(clause)).collect();
        for parameter in PARAMETERS.iter().filter(|parameter| parameter.basis == Basis::Standard) {
            assert!(all.contains(parameter.name), "{} would be changed unseen", parameter.name);
        }
    }

    #[test]
    fn what_decides_the_population_and_how_far_back_events_are_judged_counts_too() {
        assert!(of("8.2.4.a").contains("recent_days") && of("8.2.4.b").contains("recent_days"));
        assert!(of("8.2.2.d").contains("leaver_hours") && of("8.2.2.d").contains("record_retention_years"));
    }

    #[test]
    fn the_parameters_that_a_test_rests_on_are_those_that_it_names() {
        let named: Vec<_> = parameters_named("$as_of > x + $leaver_hours AND $capture_rate_min_numerator").collect();
        assert_eq!(named, ["leaver_hours", "capture_rate_min"]);
    }
}
