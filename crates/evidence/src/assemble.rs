//! Typed chunks become Arrow batches in the engine's schema.
//!
//! Here the two readings that depend on as-of and on the column are applied: an ending later than as-of
//! has not happened, and some columns read as blank where they are unknown.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringViewArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use custodes_standard::evidence::{Column, Set};

use crate::fate::AsOf;
use crate::position::Position;
use crate::schema::EngineColumn;
use crate::typing::days::london_day;
use crate::typing::{Mark, Texts, TypedColumn, Values};

/// What a batch is to hold.
#[derive(Debug, Clone)]
pub struct Projection {
    pub schema: SchemaRef,
    pub columns: Vec<EngineColumn>,
}

impl Projection {
    /// These places of the engine's schema of a set, in this order.
    pub fn new(set: &Set, places: &[usize]) -> Result<Projection, ArrowError> {
        let all = crate::schema::engine_columns(set);
        let schema = Arc::new(crate::schema::schema(set).project(places)?);
        Ok(Projection { schema, columns: places.iter().map(|&place| all[place]).collect() })
    }

    /// Whether anything of a declared column is asked for.
    pub fn needs(&self, declared: usize) -> bool {
        self.columns.iter().any(|column| match *column {
            EngineColumn::Value(place) | EngineColumn::Given(place) | EngineColumn::Day(place) => place == declared,
            EngineColumn::Position => false,
        })
    }
}

/// A batch with every row of a chunk, in the projection's columns. Rows that are quarantined are among
/// them, with values that mean nothing: the caller filters them out.
pub fn batch(
    set: &Set,
    projection: &Projection,
    columns: &[TypedColumn],
    rows: usize,
    first: Position,
    as_of: AsOf,
) -> Result<RecordBatch, ArrowError> {
    let array = |column: &EngineColumn| -> ArrayRef {
        match *column {
            EngineColumn::Value(place) => value(&columns[place], &marks(set, place, &columns[place], as_of)),
            EngineColumn::Given(place) => given(&marks(set, place, &columns[place], as_of)),
            EngineColumn::Day(place) => day(&columns[place], &marks(set, place, &columns[place], as_of)),
            EngineColumn::Position => Arc::new(UInt64Array::from_iter_values(first.0..first.0 + rows as u64)),
        }
    };
    let arrays = projection.columns.iter().map(array).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(projection.schema.clone(), arrays, &options)
}

/// Columns that read as blank where they are withheld or not exported: a camera is in service until it
/// is known to be decommissioned, and an account without a known holder stands for itself.
fn unknown_is_blank(set: &Set, column: &Column) -> bool {
    matches!((set.name, column.name), ("cameras", "decommissioned_on") | ("accounts", "person_id"))
}

fn marks<'a>(set: &Set, place: usize, typed: &'a TypedColumn, as_of: AsOf) -> Cow<'a, [Mark]> {
    let column = &set.columns[place];
    if unknown_is_blank(set, column) || column.ending {
        let read = |(row, &mark): (usize, &Mark)| match mark {
            Mark::Withheld if unknown_is_blank(set, column) => Mark::Blank,
            Mark::Value if column.ending && as_of.is_before(&typed.values, row) => Mark::Blank,
            mark => mark,
        };
        Cow::Owned(typed.marks.iter().enumerate().map(read).collect())
    } else {
        Cow::Borrowed(&typed.marks)
    }
}

fn where_marked(marks: &[Mark], is: impl Fn(Mark) -> bool) -> BooleanBuffer {
    BooleanBuffer::collect_bool(marks.len(), |row| is(marks[row]))
}

fn known(marks: &[Mark]) -> Option<NullBuffer> {
    let valid = NullBuffer::new(where_marked(marks, |mark| mark == Mark::Value));
    (valid.null_count() > 0).then_some(valid)
}

fn value(typed: &TypedColumn, marks: &[Mark]) -> ArrayRef {
    match &typed.values {
        Values::Text(texts) => Arc::new(strings(texts, marks)),
        Values::Instants(at) => {
            Arc::new(TimestampMicrosecondArray::new(at.clone().into(), known(marks)).with_timezone("UTC"))
        }
        Values::Days(on) => Arc::new(Date32Array::new(on.clone().into(), known(marks))),
        Values::Numbers(numbers) => Arc::new(Float64Array::new(numbers.clone().into(), known(marks))),
        Values::Ints(ints) => Arc::new(Int64Array::new(ints.clone().into(), known(marks))),
    }
}

fn strings(texts: &Texts, marks: &[Mark]) -> StringViewArray {
    let valid = NullBuffer::new(where_marked(marks, |mark| matches!(mark, Mark::Value | Mark::Blank)));
    let nulls = (valid.null_count() > 0).then_some(valid);
    let views = ScalarBuffer::from(texts.views.clone());
    // SAFETY: the views of `Texts` are well formed, lie in its buffers and show valid UTF-8.
    unsafe { StringViewArray::new_unchecked(views, texts.buffers.clone(), nulls) }
}

fn given(marks: &[Mark]) -> ArrayRef {
    let valid = NullBuffer::new(where_marked(marks, |mark| mark != Mark::Withheld));
    let values = where_marked(marks, |mark| mark == Mark::Value);
    Arc::new(BooleanArray::new(values, (valid.null_count() > 0).then_some(valid)))
}

fn day(typed: &TypedColumn, marks: &[Mark]) -> ArrayRef {
    let Values::Instants(at) = &typed.values else { unreachable!("only instants have a day beside them") };
    let of = |(&at, &mark)| if mark == Mark::Value { london_day(at) } else { 0 };
    let days: Vec<i32> = at.iter().zip(marks).map(of).collect();
    Arc::new(Date32Array::new(days.into(), known(marks)))
}
