//! Duties as the board shows them: with their moved dates, where they stand, and what comes next.

use std::collections::BTreeMap;

use custodes_standard::v3::{self, CLAUSES};
use serde::Serialize;

use super::duty::{Doer, Duty, Met};
use super::{Covert, RECORDED_WITHIN, Sources};
use crate::acts::schedule::Owed;
use crate::acts::{PersonId, ReviewId};
use crate::event::Moment;
use crate::record::Record;
use crate::time::Day;

/// Where a duty stands on the day of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Overdue,
    DueSoon,
    Later,
    Done,
}

/// A due date that somebody moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    pub to: Day,
    pub reason: String,
    /// By name.
    pub by: String,
    pub on: Day,
}

/// One duty of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    pub clause: &'static str,
    pub title: &'static str,
    /// Who may conduct it: `LEA`, `auditor`, `national auditor`.
    pub conducted_by: &'static str,
    pub owed: Owed,
    /// `*` is the LEA as a whole; of covert cameras, how many.
    pub subject: String,
    /// How many duties it stands for: more than one only where covert cameras are counted.
    pub count: u64,
    pub covert: bool,
    pub happened: Option<Moment>,
    /// The rule's date.
    pub scheduled: Moment,
    /// The rule's date, or the one it was moved to.
    pub due: Moment,
    /// In the order in which it was moved.
    pub moved: Vec<Moved>,
    pub done: Option<Met>,
    /// By name, where the person is known here.
    pub done_by: Option<String>,
    /// When it was put on record, where that was long after it was done.
    pub recorded_on: Option<Day>,
    pub previous: Option<Met>,
    pub previous_by: Option<String>,
    pub previous_recorded_on: Option<Day>,
    /// When it is due again, once it was done; for the cadence rule only.
    pub next: Option<Day>,
    pub standing: Standing,
    /// Open: days left until it is due, or days since. Done: 0, or the days by which it was late.
    pub days: i64,
    /// Days by which it is, or was, past the scheduled date, whatever was moved.
    pub days_past_schedule: i64,
    pub vouched: bool,
    pub certain: bool,
}

impl Item {
    /// Its place in the standard's order, then by subject.
    pub(super) fn place(&self) -> (usize, String, Owed, String) {
        (place_of(self.clause), self.subject.clone(), self.owed, self.scheduled.to_string())
    }
}

pub(super) fn place_of(clause: &str) -> usize {
    CLAUSES.iter().position(|known| known.id == clause).unwrap_or(usize::MAX)
}

pub(super) fn of(sources: &Sources<'_>) -> Vec<Item> {
    let mut duties: Vec<&Duty> = sources.duties.iter().collect();
    duties.sort_by_cached_key(|duty| super::order(duty));
    let next = |place: usize| {
        let (duty, after) = (duties[place], duties.get(place + 1)?);
        let same = (after.clause, &after.subject, after.owed) == (duty.clause, &duty.subject, duty.owed);
        (same && duty.happened.is_none() && duty.done.is_some()).then(|| after.scheduled.day())
    };
    let items = (0..duties.len()).map(|place| item(sources, duties[place], next(place)));
    match sources.covert {
        Covert::Named => items.collect(),
        Covert::Counted => counted(items),
    }
}

fn item(sources: &Sources<'_>, duty: &Duty, next: Option<Day>) -> Item {
    let clause = v3::clause(duty.clause);
    let moved = moves(sources.record, duty);
    let due = moved.last().map_or(duty.scheduled, |moved| Moment::On(moved.to));
    let name = |met: &Option<Met>| {
        let doer: &Doer = met.as_ref()?.by.as_ref()?;
        Some(name_of(sources.record, doer.person.as_deref()?))
    };
    let (standing, days) = standing(sources, duty, due, moved.is_empty());
    let reached = duty.done.as_ref().map_or(sources.today(), |met| met.on.day());
    Item {
        clause: duty.clause,
        title: clause.map_or("", |clause| clause.title),
        conducted_by: clause.map_or("", |clause| clause.by.name()),
        owed: duty.owed,
        subject: duty.subject.clone(),
        count: 1,
        covert: duty.covert,
        happened: duty.happened,
        scheduled: duty.scheduled,
        due,
        moved,
        done_by: name(&duty.done),
        previous_by: name(&duty.previous),
        recorded_on: recorded_late(sources.record, &duty.done),
        previous_recorded_on: recorded_late(sources.record, &duty.previous),
        done: duty.done.clone(),
        previous: duty.previous.clone(),
        next,
        standing,
        days,
        days_past_schedule: reached.days_since(duty.scheduled.day()).max(0),
        vouched: duty.vouched,
        certain: duty.certain,
    }
}

/// Where it stands, and by how many days.
fn standing(sources: &Sources<'_>, duty: &Duty, due: Moment, by_the_rule: bool) -> (Standing, i64) {
    let today = sources.today();
    if let Some(met) = &duty.done {
        return (Standing::Done, met.on.day().days_since(due.day()).max(0));
    }
    // Nobody can say that the review was not due before, so its last day counts as past (the cadence rule).
    let on_its_last_day = by_the_rule && !duty.vouched && today == due.day();
    if Moment::At(sources.as_of).is_after(due) || on_its_last_day {
        return (Standing::Overdue, today.days_since(due.day()));
    }
    let left = due.day().days_since(today);
    (if left <= sources.days_ahead { Standing::DueSoon } else { Standing::Later }, left)
}

fn moves(record: &Record, duty: &Duty) -> Vec<Moved> {
    let of_subject = record.moved.get(duty.clause).and_then(|of_clause| of_clause.get(&duty.subject));
    let of_this = of_subject
        .into_iter()
        .flatten()
        .filter(|moved| moved.what.owed == duty.owed && moved.what.scheduled == duty.scheduled.day());
    let mut moves: Vec<_> = of_this.collect();
    moves.sort_by_key(|moved| moved.done.entry);
    moves
        .into_iter()
        .map(|moved| Moved {
            to: moved.what.to,
            reason: moved.what.reason.clone(),
            by: record.name_of(&moved.done.by),
            on: moved.done.day(),
        })
        .collect()
}

/// A reviewer's name, where the person is known in this workspace; else the id that the evidence gives.
fn name_of(record: &Record, person: &str) -> String {
    PersonId::parse(person).map_or_else(|_| person.to_owned(), |id| record.name_of(&id))
}

/// The day on which a review was recorded here, where that was more than days after somebody looked.
fn recorded_late(record: &Record, met: &Option<Met>) -> Option<Day> {
    let met = met.as_ref()?;
    // The journal's own rows are told from imported ones by their ids.
    let review: ReviewId = met.by.as_ref()?.review.strip_prefix("journal:")?.parse().ok()?;
    let recorded = record.reviews.get(&review)?.done.day();
    (recorded.days_since(met.on.day()) > RECORDED_WITHIN).then_some(recorded)
}

/// Covert cameras as one item for each clause and dates: nothing in it tells one from another.
fn counted(items: impl Iterator<Item = Item>) -> Vec<Item> {
    let mut kept = Vec::new();
    let mut covert: BTreeMap<(usize, Owed, String, String, bool, bool), Item> = BTreeMap::new();
    for item in items {
        if !item.covert {
            kept.push(item);
            continue;
        }
        let done = item.done.as_ref().map(|met| met.on.to_string()).unwrap_or_default();
        let key = (place_of(item.clause), item.owed, item.due.to_string(), done, item.vouched, item.certain);
        covert.entry(key).and_modify(|of_these| of_these.add(&item)).or_insert_with(|| item.unnamed());
    }
    kept.extend(covert.into_values().map(|mut item| {
        item.subject = format!("{} covert camera{}", item.count, if item.count == 1 { "" } else { "s" });
        item
    }));
    kept
}

impl Item {
    fn unnamed(mut self) -> Item {
        let on = |met: Met| Met { on: met.on, by: None };
        (self.moved, self.previous, self.done_by, self.previous_by) = (Vec::new(), None, None, None);
        (self.recorded_on, self.previous_recorded_on) = (None, None);
        self.done = self.done.map(on);
        self.next = None;
        self
    }

    fn add(&mut self, other: &Item) {
        self.count += 1;
        if other.days_past_schedule > self.days_past_schedule {
            (self.scheduled, self.days_past_schedule) = (other.scheduled, other.days_past_schedule);
        }
    }
}
