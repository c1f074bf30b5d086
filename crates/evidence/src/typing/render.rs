//! A native value as the text that would stand in a CSV file.
//!
//! So that a value means the same whichever format it came in: what has no fast way of its own is
//! written as text and read by the rules for text.

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder};
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::workbook::write_number;

/// The texts of an array, null ones staying null, and the rows whose bytes are not UTF-8 (empty here).
pub fn texts(array: &ArrayRef) -> (StringViewArray, Vec<u32>) {
    let (mut builder, mut not_utf8, mut text) =
        (StringViewBuilder::with_capacity(array.len()), Vec::new(), String::new());
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        text.clear();
        if write(array, row, &mut text).is_err() {
            not_utf8.push(row as u32);
        }
        builder.append_value(&text);
    }
    (builder.finish(), not_utf8)
}

/// The bytes of a value are not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct NotUtf8;

/// Appends a value that is not null.
pub fn write(array: &ArrayRef, row: usize, out: &mut String) -> Result<(), NotUtf8> {
    let bytes = match array.data_type() {
        DataType::Float64 => {
            write_number(array.as_primitive::<Float64Type>().value(row), out);
            return Ok(());
        }
        DataType::Float32 => {
            // The shortest decimal of the number as it was stored, not of its wider neighbour.
            let value = array.as_primitive::<Float32Type>().value(row);
            let wide = value.to_string().parse().unwrap_or(f64::from(value));
            write_number(wide, out);
            return Ok(());
        }
        DataType::Timestamp(unit, zone) => {
            write_time(micros(array, *unit, row), zone.is_some(), out);
            return Ok(());
        }
        DataType::Date32 => {
            write_date(array.as_primitive::<Date32Type>().value(row), out);
            return Ok(());
        }
        DataType::Binary => array.as_binary::<i32>().value(row),
        DataType::LargeBinary => array.as_binary::<i64>().value(row),
        DataType::BinaryView => array.as_binary_view().value(row),
        DataType::FixedSizeBinary(_) => array.as_fixed_size_binary().value(row),
        _ => {
            write_displayed(array, row, out);
            return Ok(());
        }
    };
    out.push_str(simdutf8::basic::from_utf8(bytes).map_err(|_| NotUtf8)?);
    Ok(())
}

fn write_time(micros: Option<i64>, utc: bool, out: &mut String) {
    let Some(time) = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()) else {
        out.push_str("a time out of range");
        return;
    };
    if utc {
        out.push_str(&time.to_string());
    } else {
        let civil: DateTime = jiff::tz::TimeZone::UTC.to_datetime(time);
        out.push_str(&civil.to_string());
    }
}

fn write_date(days: i32, out: &mut String) {
    let date = jiff::Span::new().try_days(days).and_then(|span| Date::constant(1970, 1, 1).checked_add(span));
    match date {
        Ok(date) => out.push_str(&date.to_string()),
        Err(_) => out.push_str("a date out of range"),
    }
}

fn write_displayed(array: &ArrayRef, row: usize, out: &mut String) {
    let options = FormatOptions::default();
    let Ok(formatter) = ArrayFormatter::try_new(array, &options) else { return };
    let text = formatter.value(row).to_string();
    let decimal = matches!(
        array.data_type(),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..)
    );
    match decimal && text.contains('.') {
        true => out.push_str(text.trim_end_matches('0').trim_end_matches('.')),
        false => out.push_str(&text),
    }
}

fn micros(array: &ArrayRef, unit: TimeUnit, row: usize) -> Option<i64> {
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row).checked_mul(1_000_000),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row).checked_mul(1_000),
        TimeUnit::Microsecond => Some(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        TimeUnit::Nanosecond => Some(array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000)),
    }
}

/// What a unit of time is in microseconds, upwards.
pub(super) const fn micros_per(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond | TimeUnit::Nanosecond => 1,
    }
}
