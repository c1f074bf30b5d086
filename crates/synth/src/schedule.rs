//! The dates on which a recurring review is made: in time, or with the lateness that was asked for.

use crate::calendar::Day;
use crate::draw::Draw;
use crate::force::Force;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Days(i32),
    Months(i32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lateness {
    /// The first review of the window comes after it was due.
    pub late: bool,
    /// The reviews stop, so that one is due and missing at the end.
    pub overdue: bool,
}

impl Lateness {
    pub(crate) const NONE: Lateness = Lateness { late: false, overdue: false };
    pub(crate) const LATE: Lateness = Lateness { late: true, overdue: false };
    pub(crate) const OVERDUE: Lateness = Lateness { late: false, overdue: true };
    pub(crate) const BOTH: Lateness = Lateness { late: true, overdue: true };
}

#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    /// Ascending; the first ones lie before the window, so that the window has a base.
    pub dates: Vec<Day>,
    /// (due, done) of the late review.
    pub late: Option<(Day, Day)>,
    /// When the missing review was due.
    pub overdue: Option<Day>,
}

impl Period {
    pub(crate) fn after(self, day: Day) -> Day {
        match self {
            Period::Days(days) => day.plus(days),
            Period::Months(months) => day.plus_months(months),
        }
    }

    /// How many days early people are at most.
    fn slack(self) -> i32 {
        match self {
            Period::Days(days) => days / 7,
            Period::Months(1) => 4,
            Period::Months(_) => 12,
        }
    }

    /// How long before the window the last review lies when the next shall be late in the window's first half
    /// (for yearly reviews: shortly before its end).
    fn gap(self) -> i32 {
        match self {
            Period::Days(days) => days / 3 + 1,
            Period::Months(1) => 10,
            Period::Months(_) => 40,
        }
    }

    fn days_late(self) -> i32 {
        match self {
            Period::Days(_) => 3,
            Period::Months(_) => 7,
        }
    }
}

impl Schedule {
    /// Reviews from a year before the window to its end.
    pub(crate) fn new(force: &Force<'_>, draw: &mut Draw, period: Period, lateness: Lateness) -> Schedule {
        let mut dates = Vec::new();
        let base = force.from.plus(-period.gap());
        let mut day = force.from.plus_months(-12).plus(-draw.days(1, 20));
        while day < base {
            dates.push(day);
            day = period.after(day).plus(-draw.days(0, period.slack()));
        }
        let mut schedule = Schedule { dates, late: None, overdue: None };
        // Without a departure every subject keeps its own rhythm; with one, the dates must fit into the window.
        if lateness != Lateness::NONE {
            schedule.dates.push(base);
        }
        if lateness.late {
            let last = schedule.last(base);
            let due = period.after(last);
            let done = due.plus(period.days_late());
            schedule.dates.push(done);
            schedule.late = Some((due, done));
        }
        let last = schedule.last(base);
        schedule.go_on(force.as_of, draw, period, last, lateness.overdue);
        schedule
    }

    /// Reviews of something that entered service on that day.
    pub(crate) fn since(day: Day, end: Day, draw: &mut Draw, period: Period) -> Schedule {
        let mut schedule = Schedule { dates: vec![day], late: None, overdue: None };
        schedule.go_on(end, draw, period, day, false);
        schedule
    }

    fn last(&self, otherwise: Day) -> Day {
        self.dates.last().copied().unwrap_or(otherwise)
    }

    fn go_on(&mut self, end: Day, draw: &mut Draw, period: Period, mut last: Day, overdue: bool) {
        loop {
            let due = period.after(last);
            if due >= end {
                return;
            }
            let next = due.plus(-draw.days(0, period.slack()));
            if overdue && period.after(next) >= end.plus(-1) {
                self.overdue = Some(due);
                return;
            }
            self.dates.push(next);
            last = next;
        }
    }
}
