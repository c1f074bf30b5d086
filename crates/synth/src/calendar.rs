//! London days and instants, in whole numbers.
//!
//! Fifty million rows are dated here, so this is plain arithmetic over the British summer-time
//! rule in force since 1996. It must not be used for dates outside [`FIRST_YEAR`]..=[`LAST_YEAR`].

use std::fmt;
use std::str::FromStr;

/// Microseconds since 1970-01-01T00:00:00Z.
pub(crate) type Micros = i64;

pub(crate) const SECOND: Micros = 1_000_000;
pub(crate) const MINUTE: Micros = 60 * SECOND;
pub(crate) const HOUR: Micros = 60 * MINUTE;
/// Twenty-four hours, whatever the clocks do.
pub(crate) const DAY: Micros = 24 * HOUR;

/// The summer-time rule below holds from here…
pub const FIRST_YEAR: i32 = 2000;
/// …and nobody can promise it for ever.
pub const LAST_YEAR: i32 = 2100;

/// A Europe/London day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// The day of that year, month (1 to 12) and day of the month, if there is one in the years this crate knows.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        let known = (FIRST_YEAR..=LAST_YEAR).contains(&year) && (1..=12).contains(&month);
        (known && day >= 1 && day <= month_length(year, month)).then(|| Day(days_from_civil(year, month, day)))
    }

    pub(crate) fn civil(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    pub(crate) fn plus(self, days: i32) -> Day {
        Day(self.0 + days)
    }

    /// Calendar months later (earlier when negative), clipped to the end of the month.
    pub(crate) fn plus_months(self, months: i32) -> Day {
        let (year, month, day) = self.civil();
        let counted = year * 12 + month as i32 - 1 + months;
        let (year, month) = (counted.div_euclid(12), counted.rem_euclid(12) as u32 + 1);
        Day(days_from_civil(year, month, day.min(month_length(year, month))))
    }

    /// 0 is Sunday.
    pub(crate) fn weekday(self) -> usize {
        (self.0 + 4).rem_euclid(7) as usize
    }

    /// The instant at which this day begins in London.
    pub(crate) fn midnight(self) -> Micros {
        let (begins, ends) = summer(self.civil().0);
        let offset = if self.0 > begins && self.0 <= ends { HOUR } else { 0 };
        i64::from(self.0) * DAY - offset
    }

    /// The instant at that London time of this day; `hour` is 3 or later, so that the clocks have changed.
    pub(crate) fn at(self, hour: i64, minute: i64) -> Micros {
        debug_assert!((3..24).contains(&hour));
        let (begins, ends) = summer(self.civil().0);
        let offset = if self.0 >= begins && self.0 < ends { HOUR } else { 0 };
        i64::from(self.0) * DAY - offset + hour * HOUR + minute * MINUTE
    }

    /// The London day of an instant.
    pub(crate) fn of(instant: Micros) -> Day {
        let utc = Day(instant.div_euclid(DAY) as i32);
        let (begins, ends) = summer(utc.civil().0);
        let switch = |day: i32| i64::from(day) * DAY + HOUR;
        let offset = if instant >= switch(begins) && instant < switch(ends) { HOUR } else { 0 };
        Day((instant + offset).div_euclid(DAY) as i32)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Day, String> {
        let wrong = || format!("{text:?} is not a date from {FIRST_YEAR} to {LAST_YEAR} written like 2026-10-01");
        let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(year), Some(month), Some(day), None) => {
                i32::try_from(year).ok().and_then(|year| Day::new(year, month, day)).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

/// `2026-08-01T09:30:00Z`; microseconds only where there are any.
pub(crate) fn rfc3339(instant: Micros) -> String {
    let mut out = Vec::with_capacity(27);
    write_instant(&mut out, instant);
    String::from_utf8(out).unwrap_or_default()
}

pub(crate) fn write_instant(out: &mut Vec<u8>, instant: Micros) {
    let day = Day(instant.div_euclid(DAY) as i32);
    let rest = instant.rem_euclid(DAY);
    write_day(out, day);
    let seconds = (rest / SECOND) as u32;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    out.push(b'T');
    two(out, hour);
    out.push(b':');
    two(out, minute);
    out.push(b':');
    two(out, second);
    let fraction = rest % SECOND;
    if fraction != 0 {
        out.extend_from_slice(format!(".{fraction:06}").trim_end_matches('0').as_bytes());
    }
    out.push(b'Z');
}

pub(crate) fn write_day(out: &mut Vec<u8>, day: Day) {
    let (year, month, day) = day.civil();
    two(out, year as u32 / 100);
    two(out, year as u32 % 100);
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, day);
}

fn two(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
}

/// The last Sundays of March and October, as days since 1970.
fn summer(year: i32) -> (i32, i32) {
    let last_sunday = |month| {
        let end = Day(days_from_civil(year, month, 31));
        end.0 - end.weekday() as i32
    };
    (last_sunday(3), last_sunday(10))
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

// Both conversions count years from March, so that the leap day comes last.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
    (year_of_era + era * 400 + i32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn days_and_midnights_agree_with_the_time_zone_database() {
        let london = TimeZone::get("Europe/London").unwrap();
        let mut date = jiff::civil::date(2018, 1, 1);
        while date.year() < 2034 {
            let day = Day::new(date.year().into(), date.month() as u32, date.day() as u32).unwrap();
            assert_eq!(day.to_string(), date.to_string());
            let midnight = date.to_zoned(london.clone()).unwrap().timestamp().as_microsecond();
            assert_eq!(day.midnight(), midnight, "{date}");
            assert_eq!(Day::of(midnight), day);
            assert_eq!(Day::of(midnight - 1), day.plus(-1));
            let morning = date.at(9, 30, 0, 0).to_zoned(london.clone()).unwrap().timestamp();
            assert_eq!(day.at(9, 30), morning.as_microsecond());
            assert_eq!(rfc3339(day.at(9, 30)), morning.to_string());
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn months_clip_to_the_end_of_the_month() {
        let end_of_august = Day::new(2027, 8, 31).unwrap();
        assert_eq!(end_of_august.plus_months(6).to_string(), "2028-02-29");
        assert_eq!(end_of_august.plus_months(-6).to_string(), "2027-02-28");
    }
}
