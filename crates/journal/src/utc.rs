//! Instants as people read them. No calendar but this is needed here, so none is brought in.

use std::fmt::{Formatter, Result};

const DAY: i128 = 86_400_000_000;

/// `2026-01-02 03:04:05 UTC`, with a fraction if there is one, from microseconds since 1970.
pub(crate) fn write_utc(microseconds: i128, f: &mut Formatter<'_>) -> Result {
    let (year, month, day) = date(microseconds.div_euclid(DAY));
    let seconds = microseconds.rem_euclid(DAY) / 1_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
    match microseconds.rem_euclid(1_000_000) {
        0 => f.write_str(" UTC"),
        fraction => write!(f, ".{fraction:06} UTC"),
    }
}

/// The Gregorian date of a day counted from 1970-01-01. Years are taken to begin in March, so that a leap day
/// is the last of its year and the months before it follow one rule.
fn date(day: i128) -> (i128, i128, i128) {
    let day = day + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i128::from(month <= 2);
    (year, month, day_of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Utc(i128);

    impl std::fmt::Display for Utc {
        fn fmt(&self, f: &mut Formatter<'_>) -> Result {
            write_utc(self.0, f)
        }
    }

    #[test]
    fn instants_read_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_164_799, "2024-02-28 23:59:59 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (1_709_251_200, "2024-03-01 00:00:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (1_776_688_245, "2026-04-20 12:30:45 UTC"),
        ] {
            assert_eq!(Utc(seconds * 1_000_000).to_string(), text);
        }
        assert_eq!(Utc(1).to_string(), "1970-01-01 00:00:00.000001 UTC");
    }
}
