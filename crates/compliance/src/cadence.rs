//! The cadence rule: something must be reviewed again within a period of the last time.

use custodes_standard::model::{Check, Clause, Every, Period, Subjects};
use custodes_standard::parameters::{Default as Declared, Parameter};

use crate::time::Day;

/// One subject's obligation, and what is known about it.
#[derive(Debug, Clone)]
pub struct Cadence<'a> {
    pub every: Period,
    /// The dates of the subject's reviews up to the as-of day, ascending; several on one date are one.
    pub reviews: &'a [Day],
    /// The window's first date.
    pub from: Day,
    pub as_of: Day,
    /// The subject's first date in service; `None` for the LEA as a whole.
    pub first: Option<Day>,
    /// The date on which the subject ended: nothing is due later than that.
    pub ended: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CadenceFinding {
    Late {
        due: Day,
        done: Day,
    },
    Overdue {
        due: Day,
        days_late: i64,
    },
    /// No earlier review is known and the window is too short: nobody can say that none was due.
    Untestable,
}

/// One review that the rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obligation {
    /// As the rule makes it.
    pub due: Day,
    /// `None` while it is open.
    pub done: Option<Day>,
    /// The review before it, from which it is reckoned.
    pub previous: Option<Day>,
    /// An earlier review, or the subject's first date, says that it was not due before. Else it is
    /// reckoned from the window's first date, for want of anything better.
    pub vouched: bool,
}

impl Obligation {
    /// What is wrong with it, on this day.
    pub fn finding(&self, as_of: Day) -> Option<CadenceFinding> {
        let due = self.due;
        match self.done {
            Some(done) => (done > due).then_some(CadenceFinding::Late { due, done }),
            None if as_of > due || (!self.vouched && as_of == due) => {
                Some(CadenceFinding::Overdue { due, days_late: as_of.days_since(due) })
            }
            None => (!self.vouched).then_some(CadenceFinding::Untestable),
        }
    }
}

/// The date that is one period after another.
pub fn due_after(base: Day, every: Period) -> Day {
    match every {
        Period::Days(days) => base.plus_days(days),
        Period::Months(months) => base.plus_months(months),
    }
}

/// The date that is one period before another.
pub fn due_before(day: Day, every: Period) -> Day {
    match every {
        Period::Days(days) => day.plus_days(-days),
        Period::Months(months) => day.plus_months(-months),
    }
}

/// How often an LEA as a whole is reviewed under a clause; `None` where the clause is not repeated so.
pub fn every(clause: &Clause) -> Option<Every> {
    clause.checks.iter().find_map(|check| match check {
        Check::Cadence { every, of: Subjects::Lea, .. } => Some(*every),
        _ => None,
    })
}

/// The same as a period, by the parameters as they are declared.
pub fn declared_period(clause: &Clause) -> Option<Period> {
    period(every(clause)?, |_| None)
}

/// `stated` gives a parameter's value where it is not the declared one.
pub fn period(every: Every, stated: impl Fn(&str) -> Option<i64>) -> Option<Period> {
    match every {
        Every::Days(days) => Some(Period::Days(days)),
        Every::Months(months) => Some(Period::Months(months)),
        Every::ParameterMonths(name) => {
            let declared = || match Parameter::named(name)?.default {
                Declared::Whole(months) => Some(months),
                _ => None,
            };
            stated(name).or_else(declared).map(Period::Months)
        }
    }
}

impl Cadence<'_> {
    /// Where counting starts: the last review before the window, else the later of the window's first
    /// date and the subject's first date.
    fn base(&self) -> Base {
        let earlier = self.reviews.iter().rev().find(|review| **review < self.from);
        match (earlier, self.first) {
            (Some(&review), _) => Base { day: review, assumed: false },
            (None, Some(first)) if first >= self.from => Base { day: first, assumed: false },
            (None, _) => Base { day: self.from, assumed: true },
        }
    }

    /// Every obligation from the base on, in order of time; the last one is open, unless the subject ended first.
    ///
    /// The schedule shows these and [`Cadence::findings`] judges them: what is shown as met is not found late.
    pub fn obligations(&self) -> Vec<Obligation> {
        let mut obligations = Vec::new();
        let Base { day: mut base, assumed } = self.base();
        // A review on the base date itself is no later one, and yet somebody looked.
        let mut previous = self.reviews.contains(&base).then_some(base);
        let mut vouched = !assumed || previous.is_some();
        for &done in self.reviews {
            if done <= base {
                continue;
            }
            let due = due_after(base, self.every);
            // Nothing was owed any longer, but what was done in time was done.
            if done <= due || self.still_owed(due) {
                obligations.push(Obligation { due, done: Some(done), previous, vouched });
            }
            (base, previous, vouched) = (done, Some(done), true);
        }
        let due = due_after(base, self.every);
        if self.still_owed(due) {
            obligations.push(Obligation { due, done: None, previous, vouched });
        }
        obligations
    }

    /// Everything late or overdue in the window, in order of time.
    pub fn findings(&self) -> Vec<CadenceFinding> {
        self.obligations().iter().filter_map(|obligation| obligation.finding(self.as_of)).collect()
    }

    /// The date on which the next review is due.
    pub fn next_due(&self) -> Day {
        let base = self.base().day;
        let latest = self.reviews.last().copied().filter(|review| *review > base).unwrap_or(base);
        due_after(latest, self.every)
    }

    fn still_owed(&self, due: Day) -> bool {
        self.ended.is_none_or(|ended| due <= ended)
    }
}

struct Base {
    day: Day,
    /// The base is only the window's first date: no earlier review is known.
    assumed: bool,
}

#[cfg(test)]
mod tests {
    use super::CadenceFinding::*;
    use super::*;
    use crate::london::parse_day;

    fn day(text: &str) -> Day {
        parse_day(text).unwrap()
    }

    fn findings(every: Period, reviews: &[&str], from: &str, as_of: &str) -> Vec<CadenceFinding> {
        let reviews: Vec<Day> = reviews.iter().map(|text| day(text)).collect();
        Cadence { every, reviews: &reviews, from: day(from), as_of: day(as_of), first: None, ended: None }.findings()
    }

    #[test]
    fn a_review_on_the_due_date_is_on_time_and_one_a_day_later_is_not() {
        let every = Period::Days(7);
        assert_eq!(findings(every, &["2025-12-30", "2026-01-06"], "2026-01-01", "2026-01-13"), []);
        assert_eq!(
            findings(every, &["2025-12-30", "2026-01-07"], "2026-01-01", "2026-01-13"),
            [Late { due: day("2026-01-06"), done: day("2026-01-07") }]
        );
    }

    #[test]
    fn overdue_begins_the_day_after_it_was_due() {
        let every = Period::Days(7);
        assert_eq!(findings(every, &["2025-12-30"], "2026-01-01", "2026-01-06"), []);
        assert_eq!(
            findings(every, &["2025-12-30"], "2026-01-01", "2026-01-07"),
            [Overdue { due: day("2026-01-06"), days_late: 1 }]
        );
    }

    #[test]
    fn where_no_review_was_ever_seen_a_full_period_is_overdue_and_a_shorter_one_untestable() {
        let every = Period::Months(12);
        assert_eq!(
            findings(every, &[], "2025-10-01", "2026-10-01"),
            [Overdue { due: day("2026-10-01"), days_late: 0 }]
        );
        assert_eq!(findings(every, &[], "2025-10-02", "2026-10-01"), [Untestable]);
    }

    #[test]
    fn nothing_is_due_after_a_subject_ended() {
        let mut cadence = Cadence {
            every: Period::Days(7),
            reviews: &[],
            from: day("2026-01-01"),
            as_of: day("2026-03-01"),
            first: None,
            ended: Some(day("2026-01-08")),
        };
        assert_eq!(cadence.findings(), [Overdue { due: day("2026-01-08"), days_late: 52 }]);
        cadence.ended = Some(day("2026-01-07"));
        assert_eq!(cadence.findings(), []);
    }

    mod properties {
        use super::*;
        use proptest::prelude::*;

        /// A cadence in which dates lie close enough together to meet.
        fn cadences() -> impl Strategy<Value = (Period, Vec<Day>, Day, Day, Option<Day>, Option<Day>)> {
            let day = |range: std::ops::Range<i32>| range.prop_map(|n| Day(20_000 + n));
            let period = prop_oneof![(1i64..40).prop_map(Period::Days), (1i64..4).prop_map(Period::Months)];
            let reviews = proptest::collection::btree_set(0..200i32, 0..8)
                .prop_map(|days| days.into_iter().map(|n| Day(20_000 + n)).collect());
            (
                period,
                reviews,
                day(20..100),
                day(100..200),
                proptest::option::of(day(0..200)),
                proptest::option::of(day(0..260)),
            )
        }

        proptest! {
            #[test]
            fn what_is_shown_as_due_and_what_is_found_wrong_never_disagree(
                (every, reviews, from, as_of, first, ended) in cadences()
            ) {
                let reviews: Vec<Day> = reviews.into_iter().filter(|day| *day <= as_of).collect();
                let cadence = Cadence { every, reviews: &reviews, from, as_of, first, ended };
                let obligations = cadence.obligations();
                // Each finding is that of one obligation, and each obligation that is past is found.
                let late: Vec<_> = obligations.iter().filter(|o| o.done.is_some_and(|done| done > o.due)).collect();
                let findings = cadence.findings();
                prop_assert_eq!(late.len(), findings.iter().filter(|f| matches!(f, Late { .. })).count());
                let open: Vec<_> = obligations.iter().filter(|o| o.done.is_none()).collect();
                prop_assert!(open.len() <= 1 && open.first().is_none_or(|o| Some(*o) == obligations.last()));
                let overdue = findings.iter().any(|f| matches!(f, Overdue { .. }));
                prop_assert!(!overdue || !open.is_empty());
                if let Some(open) = open.first() {
                    prop_assert!(as_of <= open.due || overdue, "an open obligation past its date is overdue");
                }
                if ended.is_none() {
                    prop_assert_eq!(open.first().map(|o| o.due), Some(cadence.next_due()));
                }
                // Each later one is one period after the one before was met.
                for pair in obligations.windows(2) {
                    if ended.is_none() {
                        prop_assert_eq!(Some(pair[1].due), pair[0].done.map(|done| due_after(done, every)));
                    }
                }
            }

            #[test]
            fn one_more_review_never_makes_an_obligation_before_it_later(
                (every, reviews, from, as_of, first, _) in cadences(), more in 0..100i32
            ) {
                let done = Day(20_100 + more);
                let reviews: Vec<Day> = reviews.into_iter().filter(|day| *day <= as_of && *day < done).collect();
                let with: Vec<Day> = reviews.iter().copied().chain([done]).collect();
                let before = Cadence { every, reviews: &reviews, from, as_of, first, ended: None }.obligations();
                let after = Cadence { every, reviews: &with, from, as_of, first, ended: None }.obligations();
                if done > from && first.is_none_or(|first| done > first) {
                    let kept = before.len() - 1;
                    prop_assert_eq!(&before[..kept], &after[..kept]);
                    prop_assert_eq!(before[kept].due, after[kept].due, "the scheduled date stays what the rule made it");
                    prop_assert_eq!(after[kept].done, Some(done));
                }
            }
        }
    }
}
