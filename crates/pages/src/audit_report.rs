//! The report of one audit, to be read, printed and kept.

use std::collections::BTreeMap;

use askama::Template;
use custodes_compliance::report::{AuditReport, ExceptionTold, Group, Independence, ItemTold, Punctuality};

use crate::words;

/// Of exceptions that nobody has settled, so many are listed: more would bury the rest of the report.
const NOT_SETTLED_LISTED: usize = 200;

/// The whole page. Everything that people or evidence said is escaped.
pub fn audit_report(report: &AuditReport) -> String {
    // Rendering fails only where writing into a string fails, which it does not.
    AuditReportPage { report }.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "audit_report.html")]
struct AuditReportPage<'a> {
    report: &'a AuditReport,
}

impl AuditReportPage<'_> {
    fn not_settled_listed(&self) -> &[ExceptionTold] {
        let all = &self.report.exceptions.not_settled;
        &all[..all.len().min(NOT_SETTLED_LISTED)]
    }

    fn not_settled_unlisted(&self) -> u64 {
        self.report.exceptions.not_settled.len().saturating_sub(NOT_SETTLED_LISTED) as u64
    }

    /// How many of the unsettled have each code.
    fn not_settled_codes(&self) -> BTreeMap<&str, u64> {
        let mut codes = BTreeMap::new();
        for exception in &self.report.exceptions.not_settled {
            *codes.entry(exception.name.code.as_str()).or_default() += 1;
        }
        codes
    }

    fn exceptions_told(&self) -> bool {
        let told = &self.report.exceptions;
        !told.confirmed.is_empty() || !told.dismissed.is_empty() || !told.not_settled.is_empty()
    }
}

/// What a group is, in a sentence below its heading.
fn group_note(group: &Group) -> &'static str {
    match group {
        Group::Random => {
            "The machine drew these records by the plan. Only they say anything of the records that nobody looked at."
        }
        Group::Everything => "Nothing was drawn: these were brought in because the clause asks for every such record.",
        Group::Targeted => {
            "People or analytics pointed at these records. They are kept apart from the sample, and no rate is estimated from them."
        }
    }
}

fn independence(independence: &Independence) -> String {
    match independence {
        Independence::NotAsked => "Not asked: they did no auditor’s part".to_owned(),
        Independence::NotLookedAt => "Not established: the evidence was not looked at for this report".to_owned(),
        Independence::Shown { as_of, cleared_until } => format!(
            "By the evidence as of {}: cleared until {}, and no open user account on NAS or NSAP",
            words::instant(as_of),
            words::day(cleared_until)
        ),
        Independence::Against { as_of, reasons } => {
            format!("By the evidence as of {}: {}", words::instant(as_of), reasons.join("; "))
        }
    }
}

fn punctuality(punctuality: &Punctuality) -> String {
    match punctuality {
        Punctuality::InTime { reported_on } => format!("Reported on {}, in time", words::day(reported_on)),
        Punctuality::Late { reported_on, days } => {
            format!("Reported on {}, {} late", words::day(reported_on), days_of(*days))
        }
        Punctuality::Awaited { days_left: 0 } => "Not reported yet: today is the last day".to_owned(),
        Punctuality::Awaited { days_left } => format!("Not reported yet: {} left", days_of(*days_left)),
        Punctuality::Overdue { days } => format!("Not reported, and {} overdue", days_of(*days)),
    }
}

fn days_of(days: i64) -> String {
    words::counted(days.unsigned_abs(), "day", "days")
}

/// Who judged a record, and when: one line for each person, from their first answer to their last.
fn judged_by(item: &ItemTold) -> Vec<String> {
    let mut people = Vec::<(&str, _, _)>::new();
    for done in item.answers.iter().filter_map(|answer| answer.given.as_ref()).map(|given| &given.done) {
        match people.iter_mut().find(|(name, _, _)| *name == done.name) {
            Some((_, first, last)) => {
                *first = done.at.min(*first);
                *last = done.at.max(*last);
            }
            None => people.push((&done.name, done.at, done.at)),
        }
    }
    let told = |(name, first, last): (&str, _, _)| match first == last {
        true => format!("{name}, {}", words::instant(&first)),
        false => format!("{name}, {} to {}", words::instant(&first), words::instant(&last)),
    };
    people.into_iter().map(told).collect()
}
