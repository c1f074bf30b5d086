//! The board of every clause and subject: what is due, overdue and done, by whom, and what comes next.
//!
//! Duties come from a check of the evidence, the journal's reviews among it; moved dates and every other
//! clock come from the record. Nothing is stored: the same record, duties and instant give the same board.
//!
//! Readings that the board takes:
//! * The scheduled date is the rule's and stays. A moved date decides where an open duty stands on the board,
//!   and beside it the board says how long the scheduled date is past: what a check finds late stays late.
//! * Where the LEA has moved a date more than once, the latest word holds, and all are shown.
//! * A duty is overdue from the day after its date (a limit in hours: from the instant after). Where no
//!   earlier review is known it is overdue on that day already, as in the cadence rule.
//! * Covert cameras are counted and not named, unless the reader is cleared for them.
//! * The board names matters, people and dates, not the content of audits: an administrator reads it too.
//!   Suspected misuse is not on it at all.

pub mod clocks;
pub mod dates;
pub mod duty;
mod items;
mod lines;
pub mod national;
mod worklists;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::acts::AuditId;
use crate::acts::people::Kind;
use crate::london;
use crate::record::Record;
use crate::state::State;
use crate::time::{Day, Instant};

pub use clocks::Clocks;
pub use duty::{Doer, Duty, Met, open_date, order};
pub use items::{Item, Moved, Standing};
pub use lines::ClauseLine;
pub use national::OfficeClocks;
pub use worklists::{Waiting, Worklist};

/// How far ahead "soon" reaches, and how far back "recently", unless the reader asks otherwise.
pub const DAYS_AHEAD: i64 = 28;
pub const DAYS_BACK: i64 = 28;

/// What is recorded within so many days of the review needs no reason; later, the board says when it was.
pub const RECORDED_WITHIN: i64 = 7;

/// Whether covert cameras are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Covert {
    Counted,
    /// The reader is cleared for them.
    Named,
}

/// What a check said of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub clause: &'static str,
    pub state: State,
    /// Evidence sets that the clause needs and that did not come.
    pub absent: Vec<&'static str>,
    /// Figures by which it was judged that are not the standard's own: `dormant_days 900 (the standard's is 90)`.
    pub set_otherwise: Vec<String>,
}

/// Everything that a board is made from.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    pub record: &'a Record,
    /// From the check of the evidence in force, up to `as_of`.
    pub duties: &'a [Duty],
    pub checked: &'a [Checked],
    pub as_of: Instant,
    pub days_ahead: i64,
    pub days_back: i64,
    /// The parameter `nc_report_days` in force.
    pub nc_report_days: i64,
    pub covert: Covert,
    /// Audits whose auditor may not audit any longer, with why: what the account evidence says, looked up by
    /// whoever asks for the board.
    pub suspended: BTreeMap<AuditId, Vec<String>>,
}

impl<'a> Sources<'a> {
    /// With the usual horizon, and the standard's 28 days for the report of non-compliance.
    pub fn new(record: &'a Record, duties: &'a [Duty], checked: &'a [Checked], as_of: Instant) -> Sources<'a> {
        Sources {
            record,
            duties,
            checked,
            as_of,
            days_ahead: DAYS_AHEAD,
            days_back: DAYS_BACK,
            nc_report_days: 28,
            covert: Covert::Counted,
            suspended: BTreeMap::new(),
        }
    }

    fn today(&self) -> Day {
        london::day_of(self.as_of)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Board {
    /// Whose workspace it is, and the journal's name: with it, dates of two forces are told apart.
    pub lea: String,
    pub origin: String,
    pub national: bool,
    pub as_of: Instant,
    pub today: Day,
    pub days_ahead: i64,
    pub days_back: i64,
    /// Entries of the journal that it rests on.
    pub entries: u64,
    /// The worst first.
    pub overdue: Vec<Item>,
    /// Due within `days_ahead`, the next first.
    pub due_soon: Vec<Item>,
    pub later: Vec<Item>,
    /// Done within `days_back`, the latest first.
    pub done: Vec<Item>,
    /// Every clause, in the standard's order.
    pub clauses: Vec<ClauseLine>,
    /// What the event rules ask to be looked at, clause by clause.
    pub worklists: Vec<Worklist>,
    pub clocks: Clocks,
    /// Of the National Auditor's office; empty in the workspace of an LEA.
    pub office: OfficeClocks,
}

impl Board {
    pub fn of(sources: &Sources<'_>) -> Board {
        let items = items::of(sources);
        let clauses = lines::of(sources, &items);
        let worklists = worklists::of(sources, &items);
        let opened = sources.record.workspace.as_ref().map(|workspace| &workspace.what);
        let today = sources.today();
        let mut board = Board {
            lea: opened.map(|opened| opened.lea.clone()).unwrap_or_default(),
            origin: opened.map(|opened| opened.origin.clone()).unwrap_or_default(),
            national: opened.is_some_and(|opened| opened.kind == Kind::National),
            as_of: sources.as_of,
            today,
            days_ahead: sources.days_ahead,
            days_back: sources.days_back,
            entries: sources.record.size,
            overdue: Vec::new(),
            due_soon: Vec::new(),
            later: Vec::new(),
            done: Vec::new(),
            clauses,
            worklists,
            clocks: Clocks::of(sources),
            office: OfficeClocks::of(sources),
        };
        for item in items {
            match item.standing {
                Standing::Overdue => board.overdue.push(item),
                Standing::DueSoon => board.due_soon.push(item),
                Standing::Later => board.later.push(item),
                Standing::Done => {
                    let done = item.done.as_ref().map(|met| met.on.day());
                    if done.is_some_and(|done| today.days_since(done) <= sources.days_back) {
                        board.done.push(item);
                    }
                }
            }
        }
        board.overdue.sort_by_cached_key(|item| (std::cmp::Reverse(item.days), item.place()));
        board.due_soon.sort_by_cached_key(|item| (item.due.day(), item.place()));
        board.later.sort_by_cached_key(|item| (item.due.day(), item.place()));
        board
            .done
            .sort_by_cached_key(|item| (std::cmp::Reverse(item.done.as_ref().map(|met| met.on.day())), item.place()));
        board
    }

    /// Every open item: overdue, due soon, later.
    pub fn open(&self) -> impl Iterator<Item = &Item> {
        self.overdue.iter().chain(&self.due_soon).chain(&self.later)
    }
}

#[cfg(test)]
mod tests;
