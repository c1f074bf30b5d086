//! Instants and dates as text: RFC 3339 with its offset, to the microsecond, and `YYYY-MM-DD`.
//!
//! Written by hand because most of a large log is times: one pass over the bytes, no allocation.

use custodes_standard::evidence::Kind;

use super::days;
use super::reason::Reason;

/// The years that are accepted; what is written outside them is a slip of the keyboard.
const YEARS: std::ops::RangeInclusive<u32> = 1600..=9990;

const NO_INSTANT: Reason = Reason::NotOf(Kind::Instant);
const NO_DATE: Reason = Reason::NotOf(Kind::Date);

/// Microseconds since 1970 UTC of an instant. Digits beyond microseconds are dropped.
pub fn instant(text: &str) -> Result<i64, Reason> {
    let bytes = text.as_bytes();
    let Some((day, rest)) = civil_day(bytes) else {
        return Err(NO_INSTANT);
    };
    let (micros, rest) = time_of_day(rest)?;
    let day = day?;
    let offset = match rest {
        [] => return Err(Reason::NoOffset),
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (Some(hours), Some(minutes)) = (two(*h1, *h2), two(*m1, *m2)) else { return Err(NO_INSTANT) };
            if hours > 23 || minutes > 59 {
                return Err(Reason::OutOfRange("an offset must be in -23:59..+23:59"));
            }
            let offset = i64::from(hours * 60 + minutes) * 60_000_000;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return Err(NO_INSTANT),
    };
    Ok(i64::from(day) * days::MICROS_PER_DAY + micros - offset)
}

/// The London day of a date, or of the instant that stands in its place.
pub fn date(text: &str) -> Result<i32, Reason> {
    match civil_day(text.as_bytes()) {
        Some((day, [])) => day,
        Some(_) => match instant(text) {
            Ok(micros) => Ok(days::london_day(micros)),
            Err(NO_INSTANT) => Err(NO_DATE),
            Err(other) => Err(other),
        },
        None => Err(NO_DATE),
    }
}

/// The last microsecond of a London day, where an instant is wanted and a bare date stands.
pub fn end_of_date(text: &str) -> Option<Result<i64, Reason>> {
    match civil_day(text.as_bytes()) {
        Some((day, [])) => Some(day.map(days::end_of_london_day)),
        _ => None,
    }
}

/// The day at the front of the text, and what follows; `None` when there is none.
#[inline(always)]
fn civil_day(bytes: &[u8]) -> Option<(Result<i32, Reason>, &[u8])> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = bytes else { return None };
    let year = two(*y1, *y2)? * 100 + two(*y3, *y4)?;
    let (month, day) = (two(*m1, *m2)?, two(*d1, *d2)?);
    let result = if !YEARS.contains(&year) {
        Err(Reason::OutOfRange("year must be in 1600..9990"))
    } else if !(1..=12).contains(&month) {
        Err(Reason::OutOfRange("month must be in 1..12"))
    } else if day < 1 || day > days::length_of_month(year, month) {
        Err(Reason::OutOfRange("day is out of range for month"))
    } else {
        Ok(days::from_civil(year, month, day))
    };
    Some((result, rest))
}

/// The time of day in microseconds, and what follows it.
#[inline(always)]
fn time_of_day(bytes: &[u8]) -> Result<(i64, &[u8]), Reason> {
    let [b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = bytes else { return Err(NO_INSTANT) };
    let (Some(hour), Some(minute), Some(second)) = (two(*h1, *h2), two(*m1, *m2), two(*s1, *s2)) else {
        return Err(NO_INSTANT);
    };
    if hour > 23 {
        return Err(Reason::OutOfRange("hour must be in 0..23"));
    }
    if minute > 59 {
        return Err(Reason::OutOfRange("minute must be in 0..59"));
    }
    if second > 59 {
        return Err(Reason::OutOfRange("second must be in 0..59"));
    }
    let (fraction, rest) = fraction(rest)?;
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    Ok((seconds * 1_000_000 + fraction, rest))
}

#[inline(always)]
fn fraction(bytes: &[u8]) -> Result<(i64, &[u8]), Reason> {
    let [b'.', digits @ ..] = bytes else { return Ok((0, bytes)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return Err(NO_INSTANT);
    }
    let kept = digits[..count].iter().take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    const SCALE: [i64; 7] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    Ok((kept * SCALE[count.min(6)], &digits[count..]))
}

#[inline(always)]
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_carries_its_offset() {
        let wanted = Ok(1_785_573_000_000_000);
        for text in [
            "2026-08-01T08:30:00Z",
            "2026-08-01T09:30:00+01:00",
            "2026-08-01 09:30:00+01:00",
            "2026-08-01t08:30:00z",
            "2026-08-01T03:00:00.000-05:30",
            "2026-08-01T08:30:00.0000009Z",
            "2026-08-01T08:30:00-00:00",
        ] {
            assert_eq!(instant(text), wanted, "{text}");
        }
        assert_eq!(instant("1970-01-01T00:00:00.123456789Z"), Ok(123_456));
        assert_eq!(instant("1969-12-31T23:59:59.5Z"), Ok(-500_000));
    }

    #[test]
    fn a_time_without_offset_is_told_apart_from_nonsense() {
        for text in ["2026-02-03 10:00:00", "2026-03-29T01:30:00", "2026-03-29T01:30:00.25"] {
            assert_eq!(instant(text), Err(Reason::NoOffset), "{text}");
        }
        let nonsense = [
            "yesterday",
            "2026-02-03",
            "2026-02-03T10:00Z",
            "2026-02-03T10:00:00.Z",
            "2026-02-03T10:00:00+01",
            "2026-02-03T10:00:00+0100",
            "2026-02-03T10:00:00,5Z",
            "2026-02-03T10:00:00 Z",
            "2026-2-3T10:00:00Z",
            "+2026-02-03T10:00:00Z",
            "2026-02-03T10:00:00Z[UTC]",
            "2026-02-03T1é:00:00Z",
        ];
        for text in nonsense {
            assert_eq!(instant(text), Err(NO_INSTANT), "{text}");
        }
    }

    #[test]
    fn parts_out_of_range_are_named() {
        for (text, says) in [
            ("2026-02-03T25:00:00Z", "hour must be in 0..23"),
            ("2026-02-03T24:00:00Z", "hour must be in 0..23"),
            ("2026-02-03T10:60:00Z", "minute must be in 0..59"),
            ("2026-12-31T23:59:60Z", "second must be in 0..59"),
            ("2026-02-29T10:00:00Z", "day is out of range for month"),
            ("2026-13-01T10:00:00Z", "month must be in 1..12"),
            ("1599-12-31T10:00:00Z", "year must be in 1600..9990"),
            ("9991-01-01T10:00:00Z", "year must be in 1600..9990"),
            ("2026-02-03T10:00:00+24:00", "an offset must be in -23:59..+23:59"),
        ] {
            assert_eq!(instant(text), Err(Reason::OutOfRange(says)), "{text}");
        }
    }

    #[test]
    fn a_date_may_be_given_as_an_instant_and_is_then_its_london_day() {
        assert_eq!(date("1970-01-02"), Ok(1));
        assert_eq!(date("2026-06-30T23:30:00Z"), date("2026-07-01"));
        assert_eq!(date("2026-01-31T23:30:00Z"), date("2026-01-31"));
        assert_eq!(date("2026-06-30T23:30:00"), Err(Reason::NoOffset));
        assert_eq!(date("30/06/2026"), Err(NO_DATE));
        assert_eq!(date("2023-02-29"), Err(Reason::OutOfRange("day is out of range for month")));
        assert_eq!(end_of_date("2026-07-01"), Some(instant("2026-07-01T23:59:59.999999+01:00")));
    }
}
