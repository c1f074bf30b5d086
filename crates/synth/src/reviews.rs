//! The book of reviews: what every other part enters in it, numbered and written at the end with its audits
//! and the non-compliance that it led to.

use std::io;

use custodes_standard::evidence::{AUDITS, NONCOMPLIANCES, REVIEWS};

use crate::calendar::{Day, Micros};
use crate::draw::{Draw, Stream};
use crate::force::{Force, Output};
use crate::key::Key;
use crate::table::{Cell, Table};
use crate::words;

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub clause: &'static str,
    pub subject: String,
    pub at: Micros,
    pub reviewer: &'static str,
    pub unsatisfactory: bool,
    pub record: Record,
    pub sample: Option<Sample>,
    pub disposed_on: Option<Day>,
    /// The departures that this entry is, besides lateness.
    pub departures: Vec<(&'static str, &'static str)>,
}

/// What stands in `audit_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// No audit is asked for.
    NotAsked,
    Kept,
    Missing,
    Unknown,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    pub population: Option<u64>,
    pub examined: Option<u64>,
    pub window: Option<(Day, Day)>,
    pub rationale: &'static str,
}

#[derive(Debug)]
struct Audit {
    id: String,
    clause: &'static str,
    completed_at: Micros,
    lacks: Option<&'static str>,
    disposed_on: Option<Day>,
}

#[derive(Debug, Default)]
pub(crate) struct Book {
    reviews: Vec<Review>,
}

pub(crate) const STAFF: &[&str] = &["P-00007", "P-00012", "P-00019", "P-00023"];
/// Appointed local auditors, cleared, with no account but an auditor's.
pub(crate) const LOCAL_AUDITORS: &[&str] = &["AUD-01", "AUD-02"];
pub(crate) const NATIONAL_AUDITOR: &str = "NAT-01";

impl Review {
    pub(crate) fn by_staff(clause: &'static str, subject: impl Into<String>, at: Micros, draw: &mut Draw) -> Review {
        Review {
            clause,
            subject: subject.into(),
            at,
            reviewer: draw.pick(STAFF),
            unsatisfactory: false,
            record: Record::NotAsked,
            sample: None,
            disposed_on: None,
            departures: Vec::new(),
        }
    }

    pub(crate) fn by_auditor(clause: &'static str, subject: impl Into<String>, at: Micros, draw: &mut Draw) -> Review {
        let reviewer = draw.pick(LOCAL_AUDITORS);
        Review { reviewer, ..Review::by_staff(clause, subject, at, draw) }
    }

    pub(crate) fn by_national_auditor(clause: &'static str, subject: &str, at: Micros, draw: &mut Draw) -> Review {
        Review { reviewer: NATIONAL_AUDITOR, ..Review::by_staff(clause, subject, at, draw) }
    }

    pub(crate) fn departing(mut self, clause: &'static str, code: &'static str) -> Review {
        self.departures.push((clause, code));
        self
    }
}

impl Book {
    pub(crate) fn enter(&mut self, review: Review) {
        self.reviews.push(review);
    }
}

/// Numbers the reviews and writes `reviews`, `audits` and `noncompliances`.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    let mut reviews = std::mem::take(&mut output.book).reviews;
    reviews.sort_by(|a, b| (a.at, a.clause, &a.subject).cmp(&(b.at, b.clause, &b.subject)));
    let mut audits = Vec::new();
    output.set(force, &REVIEWS, |table, key, _| {
        for (row, review) in reviews.iter().enumerate() {
            write_review(table, key, &mut audits, row as u64 + 1, review)?;
        }
        Ok(())
    })?;
    output.set(force, &AUDITS, |table, key, _| {
        if force.departs() {
            depart_audits(force, key, &mut audits);
        }
        for (row, audit) in audits.iter().enumerate() {
            write_audit(table, &mut force.draw(Stream::Audit, row as u64), audit)?;
        }
        Ok(())
    })?;
    output.set(force, &NONCOMPLIANCES, |table, key, _| {
        write_noncompliances(force, table, &reviews)?;
        if force.departs() { depart_noncompliances(force, table, key) } else { Ok(()) }
    })
}

fn write_review(
    table: &mut Table,
    key: &mut Key,
    audits: &mut Vec<Audit>,
    number: u64,
    review: &Review,
) -> io::Result<()> {
    let id = format!("RV{number:07}");
    for &(clause, code) in &review.departures {
        key.plant(clause, code, id.clone());
    }
    let audit_id = match review.record {
        Record::NotAsked | Record::Missing => String::new(),
        Record::Unknown => "AU-9999999".to_owned(),
        Record::Kept => {
            let audit_id = format!("AU-{:07}", audits.len() + 1);
            let (clause, completed_at) = (review.clause, Day::of(review.at).at(17, 30));
            audits.push(Audit { id: audit_id.clone(), clause, completed_at, lacks: None, disposed_on: None });
            audit_id
        }
    };
    let sample = review.sample.unwrap_or_default();
    let count = |value: Option<u64>| Cell::int(value.map(|value| value as i64));
    table.row(&[
        Cell::Text(&id),
        Cell::Text(review.clause),
        Cell::Text(&review.subject),
        Cell::At(review.at),
        Cell::Text(review.reviewer),
        Cell::Text(if review.unsatisfactory { "unsatisfactory" } else { "satisfactory" }),
        Cell::text(&audit_id),
        count(sample.population),
        count(sample.examined),
        Cell::on(sample.window.map(|window| window.0)),
        Cell::on(sample.window.map(|window| window.1)),
        Cell::text(sample.rationale),
        Cell::text(if review.unsatisfactory { "action raised with the system owner" } else { "" }),
        Cell::on(review.disposed_on),
    ])
}

fn depart_audits(force: &Force<'_>, key: &mut Key, audits: &mut Vec<Audit>) {
    let mut add = |clause, day: Day, lacks, disposed_on| {
        let id = format!("AU-{:07}", audits.len() + 1);
        audits.push(Audit { id: id.clone(), clause, completed_at: day.at(17, 30), lacks, disposed_on });
        id
    };
    for (days, code) in [(62, "findings_missing"), (93, "extent_missing"), (124, "action_missing")] {
        let id = add("8.2.2.f", force.from.plus(days), Some(code), None);
        key.plant("8.2.9", code, id);
    }
    let id = add("8.2.2.f", force.from.plus(-200), None, Some(force.from.plus(30)));
    key.plant("8.2.10", "disposed_early", id);
}

fn write_audit(table: &mut Table, draw: &mut Draw, audit: &Audit) -> io::Result<()> {
    let unless = |code, text| if audit.lacks == Some(code) { Cell::Blank } else { Cell::Text(text) };
    table.row(&[
        Cell::Text(&audit.id),
        Cell::Text(audit.clause),
        Cell::At(audit.completed_at),
        unless("findings_missing", draw.pick(words::FINDINGS)),
        unless("extent_missing", draw.pick(words::EXTENTS)),
        unless("action_missing", draw.pick(words::ACTIONS)),
        Cell::on(audit.disposed_on),
    ])
}

fn write_noncompliances(force: &Force<'_>, table: &mut Table, reviews: &[Review]) -> io::Result<()> {
    let mut number = 0;
    // An unsatisfactory review that is itself the departure "not recorded" leaves nothing here.
    for review in reviews.iter().filter(|review| review.unsatisfactory && review.departures.is_empty()) {
        number += 1;
        let mut draw = force.draw(Stream::Noncompliance, number);
        let identified_on = Day::of(review.at).plus(draw.days(0, 3));
        let reported_on = identified_on.plus(draw.days(2, 27));
        let reported_on = (reported_on < force.as_of).then_some(reported_on);
        let reference = reported_on.map(|day| format!("NMC/ANPR/{}/{number:03}", day.civil().0)).unwrap_or_default();
        table.row(&[
            Cell::Text(&format!("NC-{number:05}")),
            Cell::Text(review.clause),
            Cell::On(identified_on),
            Cell::on(reported_on),
            Cell::text(&reference),
        ])?;
    }
    Ok(())
}

fn depart_noncompliances(force: &Force<'_>, table: &mut Table, key: &mut Key) -> io::Result<()> {
    let cases = [
        ("NC-90001", "reported_late", 50, Some(40), "NMC/ANPR/L1"),
        ("NC-90002", "not_reported", 60, None, ""),
        ("NC-90003", "report_copy_missing", 70, Some(10), ""),
    ];
    for (id, code, identified, reported, reference) in cases {
        let identified_on = force.from.plus(identified);
        key.plant("8.2.8", code, id);
        table.row(&[
            Cell::Text(id),
            Cell::Text("8.2.2.d"),
            Cell::On(identified_on),
            Cell::on(reported.map(|days| identified_on.plus(days))),
            Cell::text(reference),
        ])?;
    }
    Ok(())
}
