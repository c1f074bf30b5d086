//! The reviews of the whole force (subject `*`), clause by clause, and what is wrong with some of them.

use crate::calendar::Day;
use crate::draw::{Draw, Stream};
use crate::force::{Force, Output};
use crate::reviews::{Record, Review, Sample};
use crate::schedule::{Lateness, Period, Schedule};
use crate::words;

/// A clause that is reviewed for the whole force.
struct Standing {
    clause: &'static str,
    period: Period,
    by: By,
    sampled: Option<Sampled>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Staff,
    Auditor,
    NationalAuditor,
}

#[derive(Clone, Copy)]
struct Sampled {
    percent: u64,
    /// Records in a review's population, in thousandths of the year's searches; there are always some.
    share: u64,
    window: bool,
    rationale: bool,
}

const fn standing(clause: &'static str, period: Period, by: By) -> Standing {
    Standing { clause, period, by, sampled: None }
}

const fn sampled(clause: &'static str, period: Period, by: By, percent: u64, share: u64) -> Standing {
    Standing { clause, period, by, sampled: Some(Sampled { percent, share, window: false, rationale: false }) }
}

const STANDING: &[Standing] = &[
    sampled("4.1.1", Period::Months(6), By::Staff, 5, 33),
    standing("4.1.2", Period::Days(7), By::Staff),
    standing("4.2", Period::Months(12), By::Staff),
    standing("6.1.2", Period::Days(7), By::Staff),
    standing("6.1.3", Period::Days(7), By::Staff),
    standing("7.1.1", Period::Days(14), By::Staff),
    standing("7.1.2", Period::Days(7), By::Staff),
    standing("8.1", Period::Months(12), By::Auditor),
    standing("8.2.1", Period::Months(12), By::Auditor),
    sampled("8.2.2.a", Period::Months(12), By::Auditor, 5, 3),
    sampled("8.2.2.b", Period::Months(12), By::Auditor, 5, 3),
    standing("8.2.2.e", Period::Months(12), By::Auditor),
    standing("8.2.2.f", Period::Months(1), By::Auditor),
    standing("8.2.3.a", Period::Months(6), By::Auditor),
    sampled("8.2.3.b", Period::Months(12), By::Auditor, 5, 2),
    Standing {
        clause: "8.2.4.a",
        period: Period::Months(3),
        by: By::Auditor,
        sampled: Some(Sampled { percent: 2, share: 70, window: true, rationale: true }),
    },
    Standing {
        clause: "8.2.4.b",
        period: Period::Months(3),
        by: By::Auditor,
        sampled: Some(Sampled { percent: 5, share: 8, window: true, rationale: false }),
    },
    sampled("8.2.7", Period::Months(3), By::Auditor, 10, 2),
    sampled("8.3.1", Period::Months(6), By::Staff, 5, 3),
    standing("8.3.3", Period::Months(6), By::NationalAuditor),
    standing("8.3.4", Period::Months(6), By::NationalAuditor),
];

/// Enters the reviews of the whole force in the book.
pub(crate) fn enter(force: &Force<'_>, output: &mut Output<'_>) {
    for (row, clause) in STANDING.iter().enumerate() {
        let mut draw = force.draw(Stream::Review, row as u64);
        let schedule = Schedule::new(force, &mut draw, clause.period, lateness(force, clause.period));
        for &day in &schedule.dates {
            let mut review = review(force, clause, day, &mut draw);
            review.unsatisfactory = day < force.as_of.plus(-10) && draw.one_in(16);
            output.book.enter(review);
        }
        let mut disposed = review(force, clause, force.from.plus_months(-26), &mut draw);
        disposed.disposed_on = Some(force.from.plus_months(-2).plus(20));
        output.book.enter(disposed);
        if let Some((due, done)) = schedule.late {
            output.key.plant_due(clause.clause, "review_late", "*", due, Some(done));
            depart(force, output, clause, done, &mut draw);
        }
        if let Some(due) = schedule.overdue {
            output.key.plant_due(clause.clause, "review_overdue", "*", due, None);
        }
    }
    if force.departs() {
        dispose_early(force, output);
    }
}

/// In twelve months a yearly review can be late or overdue, not both: the seed decides, even or odd.
fn lateness(force: &Force<'_>, period: Period) -> Lateness {
    match (force.departs(), period, force.plan.seed % 2) {
        (false, _, _) => Lateness::NONE,
        (true, Period::Months(12), 0) => Lateness::LATE,
        (true, Period::Months(12), _) => Lateness::OVERDUE,
        (true, _, _) => Lateness::BOTH,
    }
}

fn review(force: &Force<'_>, clause: &Standing, day: Day, draw: &mut Draw) -> Review {
    let at = day.at(draw.between(9, 16), draw.between(0, 59));
    let review = match clause.by {
        By::Staff => Review::by_staff(clause.clause, "*", at, draw),
        By::Auditor => Review::by_auditor(clause.clause, "*", at, draw),
        By::NationalAuditor => Review::by_national_auditor(clause.clause, "*", at, draw),
    };
    let record = if clause.by == By::Staff { Record::NotAsked } else { Record::Kept };
    let sample = clause.sampled.map(|sampled| sample(force, sampled, day, draw));
    Review { record, sample, ..review }
}

fn sample(force: &Force<'_>, sampled: Sampled, day: Day, draw: &mut Draw) -> Sample {
    let usual = (force.sizes.searches * sampled.share / 1000).max(8);
    let population = usual - usual / 8 + draw.below(usual / 4 + 1);
    let least = (population * sampled.percent).div_ceil(100);
    let last = day.plus(-draw.days(1, 6));
    Sample {
        population: Some(population),
        examined: Some((least + draw.below(4)).min(population)),
        window: sampled.window.then(|| (last.plus(-29), last)),
        rationale: if sampled.rationale { draw.pick(words::RATIONALES) } else { "" },
    }
}

/// What else is wrong on the day of the late review. It is one day, because several reviews of one day
/// count as one, so that nothing else shifts.
fn depart(force: &Force<'_>, output: &mut Output<'_>, clause: &Standing, day: Day, draw: &mut Draw) {
    let id = clause.clause;
    let mut enter = |review: Review| output.book.enter(review);
    if let Some(sampled) = clause.sampled {
        let mut unrecorded = review(force, clause, day, draw).departing(id, "sample_not_recorded");
        unrecorded.sample = unrecorded.sample.map(|sample| Sample { population: None, ..sample });
        enter(unrecorded);
        let mut small = review(force, clause, day, draw).departing(id, "sample_too_small");
        let least = (400 * sampled.percent).div_ceil(100);
        small.sample = small.sample.map(|sample| Sample { population: Some(400), examined: Some(least - 1), ..sample });
        enter(small);
        if sampled.rationale {
            let mut bare = review(force, clause, day, draw).departing(id, "rationale_missing");
            bare.sample = bare.sample.map(|sample| Sample { rationale: "", ..sample });
            enter(bare);
        }
        if sampled.window {
            let mut short = review(force, clause, day, draw).departing(id, "sample_window_short");
            short.sample = short.sample.map(|sample| {
                let window = sample.window.map(|(first, last)| (first.plus(1), last));
                Sample { window, ..sample }
            });
            enter(short);
        }
    }
    let mut by = |reviewer, departure: (&'static str, &'static str)| {
        let review = review(force, clause, day, draw);
        enter(Review { reviewer, ..review }.departing(departure.0, departure.1));
    };
    match id {
        "8.2.2.f" => {
            by("EXT-77", ("3.a", "auditor_unknown"));
            by("AUD-05", ("3.a", "clearance_lapsed"));
            by("AUD-06", ("3.a", "clearance_lapsed"));
            by("AUD-04", ("3.b", "auditor_has_user_access"));
            for record in [Record::Missing, Record::Unknown] {
                let review = review(force, clause, day, draw).departing("8.2.9", "audit_record_missing");
                enter(Review { record, ..review });
            }
        }
        "8.3.3" => by("NAT-02", ("3.c", "auditor_has_admin_access")),
        "8.3.4" => by("AUD-01", ("3.a", "wrong_auditor")),
        _ => {}
    }
}

fn dispose_early(force: &Force<'_>, output: &mut Output<'_>) {
    let mut draw = force.draw(Stream::Review, 1000);
    for (clause, departure) in [("7.1.1", "7.1.3"), ("7.1.3", "7.1.3"), ("6.1.3", "8.2.10")] {
        let at = force.from.plus(-300).at(11, 15);
        let review = Review::by_staff(clause, "*", at, &mut draw).departing(departure, "disposed_early");
        output.book.enter(Review { disposed_on: Some(force.from.plus(-100)), ..review });
    }
    let at = force.from.plus(100).at(14, 20);
    let review = Review::by_staff("7.1.3", "*", at, &mut draw).departing("8.2.8", "noncompliance_not_recorded");
    output.book.enter(Review { unsatisfactory: true, ..review });
}
