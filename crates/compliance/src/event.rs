//! The event rule: something happened, and a review of that subject must follow within a limit.

use crate::london::{day_of, day_or_instant, parse_day};
use crate::time::{Day, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Reckoned in instants.
    Hours(i64),
    /// Reckoned in London days.
    Days(i64),
    /// Reckoned in London days, clipped to the month's end.
    Months(i64),
}

/// When something happened, or a deadline falls: to the microsecond, or to the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    At(Instant),
    On(Day),
}

impl Moment {
    pub fn day(self) -> Day {
        match self {
            Moment::At(instant) => day_of(instant),
            Moment::On(day) => day,
        }
    }

    /// As it is displayed; nothing else.
    pub fn parse(text: &str) -> Option<Moment> {
        let moment = match parse_day(text) {
            Some(day) => Moment::On(day),
            None => Moment::At(day_or_instant(text).ok()?),
        };
        (moment.to_string() == text).then_some(moment)
    }

    /// Whether it is past the other: by instants where both are, else by days.
    pub fn is_after(self, limit: Moment) -> bool {
        match (self, limit) {
            (Moment::At(instant), Moment::At(limit)) => instant > limit,
            _ => self.day() > limit.day(),
        }
    }
}

/// As it is displayed.
impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Moment::At(instant) => instant.fmt(f),
            Moment::On(day) => day.fmt(f),
        }
    }
}

/// One event, and the reviews of its own subject.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    pub happened: Moment,
    pub limit: Limit,
    /// Instants of the subject's reviews up to as_of, ascending. A review of `*` is none of these.
    pub reviews: &'a [Instant],
    pub as_of: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventFinding {
    Late { due: Moment, done: Moment },
    Missing { due: Moment },
}

impl Event<'_> {
    pub fn due(&self) -> Moment {
        match (self.limit, self.happened) {
            (Limit::Hours(hours), Moment::At(instant)) => Moment::At(instant.plus_hours(hours)),
            (Limit::Hours(hours), Moment::On(day)) => Moment::On(day.plus_days(hours.div_euclid(24))),
            (Limit::Days(days), happened) => Moment::On(happened.day().plus_days(days)),
            (Limit::Months(months), happened) => Moment::On(happened.day().plus_months(months)),
        }
    }

    /// The first review that counts: one made on the event's day, even earlier on it, or later.
    pub fn first_review(&self) -> Option<Instant> {
        let day = self.happened.day();
        self.reviews.iter().copied().find(|review| day_of(*review) >= day)
    }

    /// Whether the matter was still open when the window began: no review that counts was made before it.
    pub fn open_at(&self, from: Instant) -> bool {
        self.first_review().is_none_or(|review| review >= from)
    }

    /// When the review was made that counts: to the microsecond where the limit is in hours, else to the day.
    pub fn done(&self) -> Option<Moment> {
        let review = self.first_review()?;
        Some(match self.due() {
            Moment::At(_) => Moment::At(review),
            Moment::On(_) => Moment::On(day_of(review)),
        })
    }

    pub fn finding(&self) -> Option<EventFinding> {
        let due = self.due();
        match self.done() {
            Some(done) => done.is_after(due).then_some(EventFinding::Late { due, done }),
            None => Moment::At(self.as_of).is_after(due).then_some(EventFinding::Missing { due }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::london::parse_day_or_instant;

    fn at(text: &str) -> Instant {
        parse_day_or_instant(text).unwrap()
    }

    proptest::proptest! {
        #[test]
        fn a_moment_reads_back_as_it_is_displayed(micros in -(1_i64 << 55)..1 << 55, day in -100_000..100_000) {
            for moment in [Moment::At(Instant(micros)), Moment::At(Instant(micros / 1_000_000 * 1_000_000)), Moment::On(Day(day))] {
                proptest::prop_assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
            }
        }
    }

    #[test]
    fn a_moment_has_one_spelling() {
        for text in ["", "2026-10-1", "2026-10-01T00:00:00+01:00", "2026-10-01T00:00:00.50Z", " 2026-10-01"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn hours_are_reckoned_to_the_microsecond() {
        let left = Moment::At(at("2026-03-28T12:00:00Z"));
        let reviewed = |text: &str| {
            let reviews = [at(text)];
            Event { happened: left, limit: Limit::Hours(48), reviews: &reviews, as_of: at("2026-06-01") }.finding()
        };
        assert_eq!(reviewed("2026-03-30T12:00:00Z"), None);
        assert!(matches!(reviewed("2026-03-30T12:00:00.000001Z"), Some(EventFinding::Late { .. })));
    }

    #[test]
    fn a_review_earlier_on_the_same_day_counts_and_one_of_the_day_before_does_not() {
        let event = |review: &str| {
            let reviews = [at(review)];
            let happened = Moment::At(at("2026-01-10T15:00:00Z"));
            Event { happened, limit: Limit::Days(14), reviews: &reviews, as_of: at("2026-03-01") }.finding()
        };
        assert_eq!(event("2026-01-10T00:00:00Z"), None);
        assert!(matches!(event("2026-01-09T23:59:59.999999Z"), Some(EventFinding::Missing { .. })));
    }

    #[test]
    fn nothing_is_missing_on_the_last_day_of_the_limit() {
        let event = |as_of: &str| {
            let happened = Moment::At(at("2026-01-10T15:00:00Z"));
            Event { happened, limit: Limit::Months(3), reviews: &[], as_of: at(as_of) }.finding()
        };
        assert_eq!(event("2026-04-10T23:00:00+01:00"), None);
        assert!(event("2026-04-11").is_some());
    }
}
