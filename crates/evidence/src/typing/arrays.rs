//! Native arrays, as Parquet gives them, under the types of the standard's columns.
//!
//! Strings go through the same rules as the cells of a CSV file. A native value that fits its column
//! is taken as it is; any other is written as text and read by those rules, so that no format is
//! more lenient than another.

use arrow::array::builder::make_view;
use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, StringViewArray};
use arrow::buffer::Buffer;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type,
};
use custodes_standard::evidence::{Column, Kind, Set};

use super::{Mark, Reason, TextSource, TypedColumn, Values, Wrong, abbreviate, days, number, render, type_texts};

/// Types one native column.
pub fn type_array(set: &Set, column: &Column, array: &ArrayRef) -> TypedColumn {
    let kind = column.kind;
    match (kind, array.data_type()) {
        (_, DataType::Utf8View) => type_texts(set, column, &Strings(array.as_string_view())),
        (Kind::Instant, DataType::Timestamp(unit, Some(_))) => {
            instants(array, *unit, Values::Instants, instant_in_range)
        }
        (Kind::Date, DataType::Timestamp(unit, Some(_))) => {
            instants(array, *unit, Values::Days, |micros| instant_in_range(micros).map(days::london_day))
        }
        (Kind::Date, DataType::Date32) => native::<Date32Type, _>(array, 0, Values::Days, day_in_range),
        (Kind::Number | Kind::Latitude | Kind::Longitude, DataType::Float64) => {
            native::<Float64Type, _>(array, 0.0, Values::Numbers, |value| number::in_range(value, kind))
        }
        (Kind::Int | Kind::Count, DataType::Int8) => ints::<Int8Type>(array, kind),
        (Kind::Int | Kind::Count, DataType::Int16) => ints::<Int16Type>(array, kind),
        (Kind::Int | Kind::Count, DataType::Int32) => ints::<Int32Type>(array, kind),
        (Kind::Int | Kind::Count, DataType::Int64) => ints::<Int64Type>(array, kind),
        (Kind::Int | Kind::Count, DataType::UInt8) => ints::<UInt8Type>(array, kind),
        (Kind::Int | Kind::Count, DataType::UInt16) => ints::<UInt16Type>(array, kind),
        (Kind::Int | Kind::Count, DataType::UInt32) => ints::<UInt32Type>(array, kind),
        _ => by_text(set, column, array),
    }
}

/// The strings of an array, null ones as empty texts.
struct Strings<'a>(&'a StringViewArray);

impl TextSource for Strings<'_> {
    fn rows(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn get(&self, row: usize) -> &str {
        if self.0.is_null(row) { "" } else { self.0.value(row) }
    }

    #[inline]
    fn view(&self, row: usize, part: &str) -> u128 {
        // The places of a long view: its length, four bytes of prefix, the buffer, the offset.
        let whole = self.0.views()[row];
        if part.len() == whole as u32 as usize {
            return whole;
        }
        if part.len() <= 12 {
            return make_view(part.as_bytes(), 0, 0);
        }
        let (buffer, offset) = ((whole >> 64) as u32, (whole >> 96) as u32);
        let moved = part.as_ptr().addr() - self.get(row).as_ptr().addr();
        make_view(part.as_bytes(), buffer, offset + moved as u32)
    }

    fn buffers(&self) -> Vec<Buffer> {
        self.0.data_buffers().to_vec()
    }
}

fn by_text(set: &Set, column: &Column, array: &ArrayRef) -> TypedColumn {
    let (texts, not_utf8) = render::texts(array);
    let mut typed = type_texts(set, column, &Strings(&texts));
    for &row in &not_utf8 {
        typed.marks[row as usize] = Mark::Wrong;
        typed.wrong.push(Wrong { row, value: String::new(), reason: Reason::OutOfRange("not UTF-8 text") });
        typed.all_values = false;
    }
    if !not_utf8.is_empty() {
        typed.wrong.sort_by_key(|wrong| wrong.row);
    }
    typed
}

/// 1600-01-01 and the first day after 9990.
const DAYS: std::ops::Range<i32> = -135_140..2_929_610;
const OUT_OF_RANGE: Reason = Reason::OutOfRange("year must be in 1600..9990");

fn day_in_range(day: i32) -> Result<i32, Reason> {
    if DAYS.contains(&day) { Ok(day) } else { Err(OUT_OF_RANGE) }
}

fn instant_in_range(micros: i64) -> Result<i64, Reason> {
    const PER_DAY: i64 = days::MICROS_PER_DAY;
    let all = i64::from(DAYS.start) * PER_DAY..i64::from(DAYS.end) * PER_DAY;
    if all.contains(&micros) { Ok(micros) } else { Err(OUT_OF_RANGE) }
}

fn ints<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef, kind: Kind) -> TypedColumn {
    native::<T, _>(array, 0, Values::Ints, |value| number::count(value.into(), kind))
}

/// Instants in any unit; digits beyond microseconds are dropped.
fn instants<V: Copy + Default>(
    array: &ArrayRef,
    unit: TimeUnit,
    values: fn(Vec<V>) -> Values,
    take: impl Fn(i64) -> Result<V, Reason>,
) -> TypedColumn {
    let scaled = |value: i64| match unit {
        TimeUnit::Nanosecond => take(value.div_euclid(1_000)),
        _ => value.checked_mul(render::micros_per(unit)).ok_or(OUT_OF_RANGE).and_then(&take),
    };
    match unit {
        TimeUnit::Second => native::<TimestampSecondType, _>(array, V::default(), values, scaled),
        TimeUnit::Millisecond => native::<TimestampMillisecondType, _>(array, V::default(), values, scaled),
        TimeUnit::Microsecond => native::<TimestampMicrosecondType, _>(array, V::default(), values, scaled),
        TimeUnit::Nanosecond => native::<TimestampNanosecondType, _>(array, V::default(), values, scaled),
    }
}

fn native<T: ArrowPrimitiveType, V: Copy>(
    array: &ArrayRef,
    nothing: V,
    values: fn(Vec<V>) -> Values,
    take: impl Fn(T::Native) -> Result<V, Reason>,
) -> TypedColumn {
    let native: &PrimitiveArray<T> = array.as_primitive();
    let mut taken = vec![nothing; native.len()];
    let mut marks = vec![Mark::Value; native.len()];
    let mut wrong = Vec::new();
    for (row, &value) in native.values().iter().enumerate() {
        if native.is_null(row) {
            marks[row] = Mark::Blank;
            continue;
        }
        match take(value) {
            Ok(value) => taken[row] = value,
            Err(reason) => {
                marks[row] = Mark::Wrong;
                let mut text = String::new();
                let _ = render::write(array, row, &mut text);
                wrong.push(Wrong { row: row as u32, value: abbreviate(&text), reason });
            }
        }
    }
    let all_values = native.null_count() == 0 && wrong.is_empty();
    TypedColumn { values: values(taken), marks, wrong, all_values, errors: 0 }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, TimestampMicrosecondArray,
        TimestampNanosecondArray, UInt64Array,
    };
    use custodes_standard::evidence::{ACCOUNTS, CAMERAS, PERFORMANCE_TESTS, SEARCHES};

    use super::*;

    fn typed(set: &Set, column: &str, array: impl Array + 'static) -> TypedColumn {
        type_array(set, set.column(column).unwrap(), &(Arc::new(array) as ArrayRef))
    }

    fn texts(column: &TypedColumn) -> Vec<&str> {
        let Values::Text(texts) = &column.values else { panic!("a textual column") };
        (0..column.rows()).map(|row| std::str::from_utf8(texts.get(row)).unwrap()).collect()
    }

    #[test]
    fn strings_are_trimmed_masked_and_viewed_in_place() {
        let long = "  a text of more than twelve bytes ";
        let array = StringViewArray::from(vec![Some(" a "), Some(long), None, Some("***"), Some("")]);
        let column = typed(&SEARCHES, "reason", array);
        assert_eq!(texts(&column), ["a", long.trim(), "", "", ""]);
        assert_eq!(column.marks, [Mark::Value, Mark::Value, Mark::Blank, Mark::Withheld, Mark::Blank]);
    }

    #[test]
    fn numbers_in_text_and_id_columns_have_no_point_zero() {
        assert_eq!(texts(&typed(&SEARCHES, "search_id", Float64Array::from(vec![5.0, 5.5]))), ["5", "5.5"]);
        assert_eq!(texts(&typed(&SEARCHES, "search_id", UInt64Array::from(vec![u64::MAX]))), ["18446744073709551615"]);
        assert_eq!(texts(&typed(&SEARCHES, "reason", BooleanArray::from(vec![true]))), ["true"]);
        let decimal = Decimal128Array::from(vec![1200, 1250]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(texts(&typed(&SEARCHES, "reason", decimal)), ["12", "12.5"]);
    }

    #[test]
    fn a_whole_float_is_an_int_and_a_broken_one_is_wrong() {
        let column = typed(&PERFORMANCE_TESTS, "observed", Float64Array::from(vec![5.0, 5.5, -1.0]));
        assert_eq!(column.marks, [Mark::Value, Mark::Wrong, Mark::Wrong]);
        assert_eq!(column.wrong[1].reason, Reason::NegativeCount);
        let column = typed(&PERFORMANCE_TESTS, "observed", Int64Array::from(vec![Some(7), None]));
        assert!(matches!(&column.values, Values::Ints(values) if values[0] == 7));
        assert_eq!(column.marks, [Mark::Value, Mark::Blank]);
    }

    #[test]
    fn an_instant_is_utc_or_a_time_without_offset() {
        let utc = TimestampNanosecondArray::from(vec![1_785_573_000_000_000_999]).with_timezone("UTC");
        let column = typed(&SEARCHES, "searched_at", utc);
        assert!(matches!(&column.values, Values::Instants(at) if at[0] == 1_785_573_000_000_000));
        let column = typed(&SEARCHES, "searched_at", TimestampMicrosecondArray::from(vec![1_785_573_000_000_000]));
        assert_eq!((column.wrong[0].reason, column.wrong[0].value.as_str()), (Reason::NoOffset, "2026-08-01T08:30:00"));
        let far = TimestampMicrosecondArray::from(vec![i64::MAX]).with_timezone("UTC");
        assert_eq!(typed(&SEARCHES, "searched_at", far).marks, [Mark::Wrong]);
    }

    #[test]
    fn a_date_is_a_date_and_an_instant_has_its_london_one() {
        let column = typed(&CAMERAS, "installed_on", Date32Array::from(vec![20_000, i32::MAX]));
        assert_eq!(column.marks, [Mark::Value, Mark::Wrong]);
        let utc = TimestampMicrosecondArray::from(vec![1_782_862_200_000_000]).with_timezone("UTC");
        let column = typed(&CAMERAS, "installed_on", utc);
        assert!(matches!(&column.values, Values::Days(days) if days[0] == 20_635));
        let left = typed(&ACCOUNTS, "left_at", Date32Array::from(vec![20_000]));
        assert_eq!(left.marks, [Mark::Value]);
        assert_eq!(typed(&ACCOUNTS, "closed_at", Date32Array::from(vec![20_000])).marks, [Mark::Wrong]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_wrong() {
        let column = typed(&SEARCHES, "reason", BinaryArray::from(vec![b"ok".as_slice(), b"\xFF"]));
        assert_eq!((texts(&column)[0], column.marks[1]), ("ok", Mark::Wrong));
    }
}
