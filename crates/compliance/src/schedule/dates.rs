//! The open dates of a board, fit for a calendar: a feed is copied to telephones and shared diaries.
//!
//! So nothing personal is in it. The LEA, cameras and local systems are named; accounts, searches and
//! sessions, and covert cameras, are only counted, by clause and day. What is due stays in Custodes.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde::Serialize;

use super::Board;
use super::items::{Item, Standing, place_of};
use crate::acts::schedule::Owed;
use crate::time::Day;

/// One entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarDate {
    /// Stays the same while the duty is the same, also when its date is moved; tells nothing about it.
    pub uid: String,
    pub on: Day,
    pub summary: String,
    pub description: String,
}

/// Every date on which something open is due, by day.
pub fn open_dates(board: &Board) -> Vec<CalendarDate> {
    let mut dates = Vec::new();
    let mut counted: BTreeMap<(usize, Owed, Day), Vec<&Item>> = BTreeMap::new();
    for item in board.open() {
        if may_be_named(item) {
            dates.push(named(board, item));
        } else {
            counted.entry((place_of(item.clause), item.owed, item.due.day())).or_default().push(item);
        }
    }
    dates.extend(counted.values().map(|items| count(board, items)));
    dates.extend(reports(board));
    dates.extend(queries(board));
    dates.extend(requests(board));
    dates.extend(owed_to_the_office(board));
    dates.sort_by(|a, b| (a.on, &a.summary, &a.uid).cmp(&(b.on, &b.summary, &b.uid)));
    dates
}

/// Things may be named, people and what they did may not: sections 4 to 6 speak of cameras and systems.
fn may_be_named(item: &Item) -> bool {
    let of_things = ["4.", "5.", "6."].iter().any(|section| item.clause.starts_with(section));
    item.subject == "*" || (of_things && !item.covert && item.happened.is_none())
}

fn named(board: &Board, item: &Item) -> CalendarDate {
    let of = if item.subject == "*" { String::new() } else { format!(": {}", item.subject) };
    let what = if item.owed == Owed::Evaluation { " (evaluation)" } else { "" };
    let mut says = vec![format!("To be conducted by: {}", conducted_by(item))];
    if item.due != item.scheduled {
        says.push(format!("Moved from {}, the date of the rule", item.scheduled));
    }
    if !item.vouched {
        says.push("No earlier review is known: it may have been due before".to_owned());
    }
    CalendarDate {
        uid: uid(board, &[item.clause, item.owed.name(), &item.subject, &item.scheduled.to_string()]),
        on: item.due.day(),
        summary: format!("{}{} {}{what}{of}", past(item.standing == Standing::Overdue), item.clause, item.title),
        description: says.join("\n"),
    }
}

/// `items` are of one clause and one day, and at least one.
fn count(board: &Board, items: &[&Item]) -> CalendarDate {
    let first = items[0];
    let number: u64 = items.iter().map(|item| item.count).sum();
    let overdue = items.iter().any(|item| item.standing == Standing::Overdue);
    let covert = items.iter().all(|item| item.covert);
    let noun = match (covert, number) {
        (true, 1) => "covert camera",
        (true, _) => "covert cameras",
        (false, 1) => "review",
        (false, _) => "reviews",
    };
    CalendarDate {
        uid: uid(board, &[first.clause, first.owed.name(), "counted", &first.due.day().to_string()]),
        on: first.due.day(),
        summary: format!("{}{} {}: {number} {noun} due", past(overdue), first.clause, first.title),
        description: format!(
            "To be conducted by: {}\nWhich ones, Custodes shows: custodes status",
            conducted_by(first)
        ),
    }
}

fn reports(board: &Board) -> impl Iterator<Item = CalendarDate> {
    let unreported = board.clocks.noncompliance.iter().filter(|matter| matter.reported_on.is_none());
    unreported.map(|matter| CalendarDate {
        uid: uid(board, &["report", &matter.noncompliance.to_string()]),
        on: matter.report_due,
        summary: format!(
            "{}8.2.8 Report non-compliance {} ({}) to the National Auditor",
            past(matter.days_left < 0),
            matter.noncompliance,
            matter.clause
        ),
        description: format!("Identified on {}; the last day for the report", matter.identified_on),
    })
}

/// Returns and demands, in the National Auditor's own diary.
fn owed_to_the_office(board: &Board) -> Vec<CalendarDate> {
    let missing = board.office.returns.iter().filter(|one| one.received.is_none());
    let returns = missing.map(|one| CalendarDate {
        uid: uid(board, &["return", &one.lea, &one.what, &one.due.to_string()]),
        on: one.due,
        summary: format!("{}Return of {}: {}", past(one.days_left < 0), one.lea, one.what),
        description: "It is expected by this day".to_owned(),
    });
    let demands = board.office.demands.iter().map(|demand| CalendarDate {
        uid: uid(board, &["demand", &demand.demand.to_string()]),
        on: demand.due,
        summary: format!("{}Demand {} on {}", past(demand.days_left < 0), demand.demand, demand.lea),
        description: "It is to be met by this day".to_owned(),
    });
    returns.chain(demands).collect()
}

fn queries(board: &Board) -> impl Iterator<Item = CalendarDate> {
    board.clocks.queries.iter().map(|query| CalendarDate {
        uid: uid(board, &["query", &query.query.to_string()]),
        on: query.due,
        summary: format!(
            "{}Query {} of audit {} ({})",
            past(query.days_left < 0),
            query.query,
            query.audit,
            query.clause
        ),
        description: "An answer is due".to_owned(),
    })
}

fn requests(board: &Board) -> impl Iterator<Item = CalendarDate> {
    board.clocks.requests.iter().map(|request| CalendarDate {
        uid: uid(board, &["request", &request.request.to_string()]),
        on: request.due,
        summary: format!("{}Data request {}: {}", past(request.days_left < 0), request.request, request.set),
        description: "Data that was requested is due".to_owned(),
    })
}

fn past(overdue: bool) -> &'static str {
    if overdue { "OVERDUE " } else { "" }
}

fn conducted_by(item: &Item) -> &'static str {
    if item.conducted_by.is_empty() { "LEA" } else { item.conducted_by }
}

/// The journal's name is part of it: two forces in one diary do not overwrite each other.
fn uid(board: &Board, parts: &[&str]) -> String {
    let text = std::iter::once(board.origin.as_str()).chain(parts.iter().copied()).collect::<Vec<_>>().join("\n");
    let hash: String =
        digest(&SHA256, text.as_bytes()).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hash}@custodes")
}
