//! Between instants and Europe/London days.

use std::sync::LazyLock;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use crate::time::{Day, Instant, MICROS_PER_DAY};

// The zone's rules are compiled in: a locked-down machine may have none, or old ones.
static LONDON: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/London").expect("the zone database is bundled"));

fn zoned(instant: Instant) -> Zoned {
    Timestamp::from_microsecond(instant.0).unwrap_or(Timestamp::MAX).to_zoned(LONDON.clone())
}

fn from_zoned(zoned: &Zoned) -> Instant {
    Instant(zoned.timestamp().as_microsecond())
}

/// The London day on which an instant falls.
pub fn day_of(instant: Instant) -> Day {
    // Seconds decide the offset, so the zone is asked once and the rest is arithmetic.
    let timestamp = Timestamp::from_microsecond(instant.0).unwrap_or(Timestamp::MAX);
    let offset = i64::from(LONDON.to_offset(timestamp).seconds()) * 1_000_000;
    Day((instant.0 + offset).div_euclid(MICROS_PER_DAY) as i32)
}

/// The first instant of a London day.
pub fn midnight(day: Day) -> Instant {
    let start = day.to_civil().to_zoned(LONDON.clone()).expect("a day within the years that are accepted");
    from_zoned(&start)
}

/// The last microsecond of a London day.
pub fn end_of(day: Day) -> Instant {
    Instant(midnight(day.plus_days(1)).0 - 1)
}

/// The same London wall-clock time `months` calendar months earlier, clipped to the month's end.
pub fn months_before(instant: Instant, months: i64) -> Instant {
    from_zoned(&zoned(instant).saturating_sub(Span::new().months(months)))
}

/// The same London wall-clock time `days` civil days earlier.
pub fn days_before(instant: Instant, days: i64) -> Instant {
    from_zoned(&zoned(instant).saturating_sub(Span::new().days(days)))
}

/// The instant of a London wall-clock time, where that time exists once.
pub fn wall_clock(day: Day, time: Time) -> Option<Instant> {
    let ambiguous = LONDON.to_ambiguous_zoned(day.to_civil().to_datetime(time));
    ambiguous.unambiguous().ok().map(|zoned| from_zoned(&zoned))
}

/// As people here read it: `1 October 2026, 10:30:05 BST`. Fractions of a second are cut off.
pub fn in_words(instant: Instant) -> String {
    zoned(instant).strftime("%-d %B %Y, %H:%M:%S %Z").to_string()
}

/// `1 October 2026`
pub fn day_in_words(day: Day) -> String {
    day.to_civil().strftime("%-d %B %Y").to_string()
}

/// A day, or an instant with its offset; a day means its London midnight.
///
/// # Errors
/// A sentence that quotes the text and says what is wanted.
pub fn parse_day_or_instant(text: &str) -> Result<Instant, String> {
    let at = day_or_instant(text)?;
    // Of UTC, as the cells of evidence are looked at.
    if (1600..=9990).contains(&Day(at.0.div_euclid(MICROS_PER_DAY) as i32).to_civil().year()) {
        Ok(at)
    } else {
        Err(format!("{text:?} lies outside of the years 1600 to 9990"))
    }
}

/// The same of any year.
pub(crate) fn day_or_instant(text: &str) -> Result<Instant, String> {
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        return Ok(midnight(Day::from_civil(date)));
    }
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Ok(Instant(timestamp.as_microsecond())),
        Err(_) => {
            Err(format!("{text:?} is neither a day like 2026-10-01 nor an instant like 2026-10-01T09:30:00+01:00"))
        }
    }
}

/// A day written `YYYY-MM-DD`.
pub fn parse_day(text: &str) -> Option<Day> {
    (text.len() == 10).then(|| text.parse().ok().map(Day::from_civil)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        parse_day_or_instant(text).unwrap()
    }

    #[test]
    fn a_year_that_evidence_cannot_have_is_no_moment() {
        for text in ["1600-01-01", "9990-12-31", "1600-01-01T00:00:00Z"] {
            assert!(parse_day_or_instant(text).is_ok(), "{text}");
        }
        for text in ["1599-12-31", "9991-01-01", "0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z"] {
            assert!(parse_day_or_instant(text).unwrap_err().contains("1600 to 9990"), "{text}");
        }
    }

    #[test]
    fn a_summer_midnight_is_an_hour_before_that_of_utc() {
        assert_eq!(at("2026-10-01").to_string(), "2026-09-30T23:00:00Z");
        assert_eq!(at("2026-01-01").to_string(), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn people_read_london_time_and_its_name() {
        assert_eq!(in_words(at("2026-10-01T09:30:05.25Z")), "1 October 2026, 10:30:05 BST");
        assert_eq!(in_words(at("2026-01-31T09:30:05Z")), "31 January 2026, 09:30:05 GMT");
        assert_eq!(day_in_words(day_of(at("2026-10-01"))), "1 October 2026");
    }

    #[test]
    fn the_day_changes_at_london_midnight() {
        assert_eq!(day_of(at("2026-09-30T22:59:59.999999Z")).to_string(), "2026-09-30");
        assert_eq!(day_of(at("2026-09-30T23:00:00Z")).to_string(), "2026-10-01");
        assert_eq!(day_of(at("1600-01-01T12:00:00Z")).to_string(), "1600-01-01");
    }

    #[test]
    fn civil_days_and_months_keep_the_wall_clock_across_clock_changes() {
        assert_eq!(days_before(at("2026-04-02"), 7), at("2026-03-26"));
        assert_eq!(months_before(at("2026-10-01"), 12), at("2025-10-01"));
        assert_eq!(months_before(at("2026-10-01"), 7), at("2026-03-01"));
    }

    #[test]
    fn every_day_ends_where_the_next_begins_for_eighty_years() {
        for n in 0..30_000 {
            let day = Day(n);
            assert_eq!(day_of(midnight(day)), day);
            assert_eq!(day_of(end_of(day)), day);
            assert_eq!(day_of(Instant(end_of(day).0 + 1)), day.plus_days(1));
        }
    }
}
