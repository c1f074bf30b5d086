//! Instants and days, as numbers that tables can hold.
//!
//! Conversions between the two are civil, Europe/London, and live in [`crate::london`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(pub i64);

/// A civil day of Europe/London: days since 1970-01-01. Written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub i32);

pub const MICROS_PER_HOUR: i64 = 3_600_000_000;
pub const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

impl Instant {
    pub fn plus_hours(self, hours: i64) -> Instant {
        Instant(self.0 + hours * MICROS_PER_HOUR)
    }
}

impl Day {
    pub fn plus_days(self, days: i64) -> Day {
        Day(self.0 + days as i32)
    }

    /// Whole days from `earlier` to this day.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    fn civil(self) -> jiff::civil::Date {
        jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(self.0)
    }

    pub(crate) fn from_civil(date: jiff::civil::Date) -> Day {
        let since = date.since(jiff::civil::date(1970, 1, 1)).expect("civil dates differ by whole days");
        Day(since.get_days())
    }

    /// Adds calendar months, clipped to the month's end: 31 August and 6 months is 28 or 29 February.
    /// A negative number subtracts, and clips too.
    pub fn plus_months(self, months: i64) -> Day {
        Day::from_civil(self.civil().saturating_add(jiff::Span::new().months(months)))
    }

    pub(crate) fn to_civil(self) -> jiff::civil::Date {
        self.civil()
    }
}

/// `2026-10-01`
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil())
    }
}

/// UTC, ending in `Z`; as many digits after the second as there are, at most six.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{} microseconds since 1970", self.0),
        }
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> String {
        instant.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        crate::london::parse_day(&text).ok_or_else(|| format!("{text:?} is no day like 2026-10-01"))
    }
}

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Instant, String> {
        match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => Ok(Instant(timestamp.as_microsecond())),
            Err(_) => Err(format!("{text:?} is no instant like 2026-10-01T09:30:00Z")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_civil(text.parse().unwrap())
    }

    #[test]
    fn months_clip_to_the_end_of_the_month() {
        assert_eq!(day("2025-08-31").plus_months(6), day("2026-02-28"));
        assert_eq!(day("2023-08-31").plus_months(6), day("2024-02-29"));
        assert_eq!(day("2024-02-29").plus_months(12), day("2025-02-28"));
        assert_eq!(day("2026-03-31").plus_months(-1), day("2026-02-28"));
    }

    #[test]
    fn an_instant_prints_in_utc_with_the_digits_it_has() {
        assert_eq!(Instant(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Instant(1_500_000).to_string(), "1970-01-01T00:00:01.5Z");
        assert_eq!(day("2026-10-01").to_string(), "2026-10-01");
    }
}
