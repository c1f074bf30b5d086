//! The cadence rule: something must be reviewed again within a period of the last time.

use crate::time::Day;
use custodes_standard::model::Period;

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

/// The date that is one period after another.
pub fn due_after(base: Day, every: Period) -> Day {
    match every {
        Period::Days(days) => base.plus_days(days),
        Period::Months(months) => base.plus_months(months),
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

    /// Everything late or overdue in the window, in order of time.
    pub fn findings(&self) -> Vec<CadenceFinding> {
        let mut findings = Vec::new();
        let Base { day: mut base, assumed } = self.base();
        // A review on the base date itself is no later one, and yet somebody looked.
        let mut reviewed = self.reviews.contains(&base);
        for &done in self.reviews {
            if done <= base {
                continue;
            }
            let due = due_after(base, self.every);
            if done > due && self.still_owed(due) {
                findings.push(CadenceFinding::Late { due, done });
            }
            base = done;
            reviewed = true;
        }
        let due = due_after(base, self.every);
        if self.still_owed(due) {
            let nobody_vouches_for_the_base = assumed && !reviewed;
            if self.as_of > due || (nobody_vouches_for_the_base && self.as_of == due) {
                findings.push(CadenceFinding::Overdue { due, days_late: self.as_of.days_since(due) });
            } else if nobody_vouches_for_the_base {
                findings.push(CadenceFinding::Untestable);
            }
        }
        findings
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
}
