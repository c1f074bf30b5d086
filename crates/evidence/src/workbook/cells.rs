//! Writes a workbook's cell as the text that a careful person would have typed into a CSV file.
//!
//! Numbers carry no `.0`, dates are `YYYY-MM-DD`, times have no offset because a workbook has none
//! to give. This must not guess a zone or trim a text.

use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime};
use jiff::civil::Date;

/// Appends the text of a cell; a cell without a value appends nothing.
pub fn write(cell: &DataRef<'_>, is_1904: bool, out: &mut String) {
    match cell {
        DataRef::Empty => {}
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => out.push_str(text),
        DataRef::SharedString(text) => out.push_str(text),
        DataRef::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        DataRef::Int(value) => append(out, format_args!("{value}")),
        DataRef::Float(value) => number(*value, out),
        DataRef::DateTime(value) => date_time(value, is_1904, out),
        DataRef::Error(error) => append(out, format_args!("{error}")),
    }
}

/// The shortest decimal that is this number; a whole number has no point.
pub fn number(value: f64, out: &mut String) {
    let value = if value == 0.0 { 0.0 } else { value };
    // Beyond this a plain decimal is a row of zeros that says less than the exponent.
    if value != 0.0 && !(1e-15..1e21).contains(&value.abs()) {
        append(out, format_args!("{value:e}"));
    } else {
        append(out, format_args!("{value}"));
    }
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

const DAY: i64 = 86_400_000_000;

fn date_time(value: &ExcelDateTime, is_1904: bool, out: &mut String) {
    let serial = value.as_f64();
    if !serial.is_finite() || !(0.0..2_958_466.0).contains(&serial) {
        return number(serial, out);
    }
    let (mut day, mut of_day) = (serial.floor() as i64, snapped((serial - serial.floor()) * DAY as f64));
    if of_day >= DAY {
        (day, of_day) = (day + 1, of_day - DAY);
    }
    if value.is_duration() {
        return clock(day * DAY + of_day, out);
    }
    // A time of day alone has day 0, which is no date anyone means.
    if day == 0 && of_day > 0 && !is_1904 {
        return clock(of_day, out);
    }
    match date(day, is_1904) {
        Some(date) => append(out, format_args!("{date}")),
        None => out.push_str("1900-02-29"),
    }
    if of_day > 0 {
        out.push(' ');
        clock(of_day, out);
    }
}

/// A serial is a binary fraction of a day, good to about a microsecond, of a time that was set to
/// the millisecond: so a microsecond from a whole millisecond is that millisecond.
fn snapped(micros: f64) -> i64 {
    let micros = micros.round() as i64;
    let nearest = (micros + 500).div_euclid(1_000) * 1_000;
    if (micros - nearest).abs() <= 2 { nearest } else { micros }
}

/// `HH:MM:SS`, with as many digits of the second as there are.
fn clock(micros: i64, out: &mut String) {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    append(out, format_args!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60));
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        append(out, format_args!(".{}", digits.trim_end_matches('0')));
    }
}

/// The day of a serial. Serial 60 is 29 February 1900, a day that was kept for the sake of an older
/// program and never was: there is no date for it.
fn date(day: i64, is_1904: bool) -> Option<Date> {
    let epoch = match (is_1904, day) {
        (true, _) => Date::constant(1904, 1, 1),
        (false, 60) => return None,
        (false, ..60) => Date::constant(1899, 12, 31),
        (false, _) => Date::constant(1899, 12, 30),
    };
    epoch.checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    fn text(cell: DataRef<'_>) -> String {
        let mut out = String::new();
        write(&cell, false, &mut out);
        out
    }

    fn serial(value: f64, is_1904: bool) -> String {
        let mut out = String::new();
        let value = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, is_1904);
        write(&DataRef::DateTime(value), is_1904, &mut out);
        out
    }

    #[test]
    fn numbers_carry_no_point_zero_and_no_noise() {
        assert_eq!(text(DataRef::Float(5.0)), "5");
        assert_eq!(text(DataRef::Float(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(text(DataRef::Float(-0.0)), "0");
        assert_eq!(text(DataRef::Float(1e300)), "1e300");
        assert_eq!(text(DataRef::Bool(true)), "true");
    }

    #[test]
    fn a_serial_is_a_date_or_a_time_without_offset() {
        assert_eq!(serial(45832.0, false), "2025-06-24");
        assert_eq!(serial(45_826.001_444_317_13, false), "2025-06-18 00:02:04.789");
        assert_eq!(serial(45832.5, false), "2025-06-24 12:00:00");
        assert_eq!(serial(0.75, false), "18:00:00");
        assert_eq!(serial(45832.0 - 1462.0, true), "2025-06-24");
    }

    #[test]
    fn the_day_that_never_was_is_no_date() {
        assert_eq!(serial(59.0, false), "1900-02-28");
        assert_eq!(serial(60.0, false), "1900-02-29");
        assert_eq!(serial(61.0, false), "1900-03-01");
    }

    #[test]
    fn an_impossible_serial_stays_a_number() {
        assert_eq!(serial(-5.0, false), "-5");
        assert_eq!(serial(1e12, false), "1000000000000");
    }
}
