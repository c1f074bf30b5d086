//! Days as numbers, and the London day of an instant, fast enough to ask of every time in a log.

use std::sync::LazyLock;

use custodes_compliance::london;
use custodes_compliance::{Day, Instant};

pub use custodes_compliance::time::{MICROS_PER_DAY, MICROS_PER_HOUR};

/// How many days a month has.
#[inline]
pub fn length_of_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
#[inline]
pub fn from_civil(year: u32, month: u32, day: u32) -> i32 {
    // Counting years from March puts the leap day last, so that months need no table.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    days as i32 - 719_468
}

/// Since 1996 London changes its clocks at 01:00 UTC on the last Sundays of March and October. Years
/// beyond these are rare in evidence, and the time zone database is asked.
const YEARS: std::ops::Range<u32> = 1996..2100;
const TABLE: std::ops::Range<i64> = 820_454_400_000_000..4_102_444_800_000_000;

/// For each year the instants at which summer time begins and ends.
static SUMMERS: LazyLock<Vec<(i64, i64)>> = LazyLock::new(|| {
    let change = |year, month| {
        let last_day = from_civil(year, month, 31);
        // 1970-01-01, day 0, was a Thursday.
        let last_sunday = last_day - (last_day + 4).rem_euclid(7);
        i64::from(last_sunday) * MICROS_PER_DAY + MICROS_PER_HOUR
    };
    YEARS.map(|year| (change(year, 3), change(year, 10))).collect()
});

/// The mean year of the calendar.
const MICROS_PER_YEAR: i64 = 31_556_952_000_000;

/// The Europe/London day, in days since 1970-01-01, of microseconds since 1970 UTC.
#[inline]
pub fn london_day(micros: i64) -> i32 {
    if !TABLE.contains(&micros) {
        return london::day_of(Instant(micros)).0;
    }
    let summers = &*SUMMERS;
    // Around New Year this may be the year before or after, but it is winter in both.
    let year = ((micros - TABLE.start) / MICROS_PER_YEAR) as usize;
    let (begins, ends) = summers[year.min(summers.len() - 1)];
    let wall_clock = if (begins..ends).contains(&micros) { micros + MICROS_PER_HOUR } else { micros };
    wall_clock.div_euclid(MICROS_PER_DAY) as i32
}

/// The last microsecond of a London day.
pub fn end_of_london_day(day: i32) -> i64 {
    london::end_of(Day(day)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_become_day_numbers() {
        assert_eq!((from_civil(1970, 1, 1), from_civil(1969, 12, 31), from_civil(2000, 2, 29)), (0, -1, 11_016));
        assert_eq!((from_civil(1600, 1, 1), from_civil(9990, 12, 31)), (-135_140, 2_929_609));
    }

    #[test]
    fn the_table_agrees_with_the_time_zone_database() {
        let hour = MICROS_PER_HOUR;
        for year in 1970..2110 {
            for day in 0..366 {
                for beside in [-hour - 1, -hour, -1, 0, 1, hour - 1, hour] {
                    let instant = i64::from(from_civil(year, 1, 1) + day) * MICROS_PER_DAY + beside;
                    assert_eq!(london_day(instant), london::day_of(Instant(instant)).0);
                }
            }
        }
    }
}
