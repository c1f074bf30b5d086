//! One row of evidence as text: its key, and what stands in each column.
//!
//! Frames, samples, work lists and bundles name a row by its key and show its values. Both are written
//! here, once, so that they mean the same everywhere.

use std::collections::BTreeMap;
use std::io::{self, Write};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use custodes_compliance::{Day, Instant};
use custodes_standard::evidence::{Column, Set};

use crate::workbook::write_number;

/// What is written for a value that was withheld or not exported; it reads back as withheld.
const UNKNOWN: &str = "WITHHELD";

/// One row of a set, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    set: &'static Set,
    key: String,
    /// In declared order: `None` where it cannot be known, empty where it was blank.
    cells: Vec<Option<String>>,
}

impl Record {
    /// The row of a batch in the engine's columns of its set. A column that the batch lacks cannot be known.
    pub fn of_row(set: &'static Set, batch: &RecordBatch, row: usize) -> Record {
        let arrays: Vec<Option<&ArrayRef>> = set.key().map(|column| batch.column_by_name(column.name)).collect();
        let mut key = String::new();
        write_key(&mut key, arrays.into_iter().flatten(), row);
        let cells = set.columns.iter().map(|column| cell(column, batch, row)).collect();
        Record { set, key, cells }
    }

    /// The values of the key's columns in declared order, divided by `/`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Each column with what stands there: empty where it was blank, `None` where it was withheld or not
    /// exported. Instants are in UTC, and numbers as short as they can be written exactly.
    pub fn cells(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        self.set.columns.iter().zip(&self.cells).map(|(column, cell)| (column.name, cell.as_deref()))
    }

    /// What stands in a column; `None` as of [`Record::cells`], and for a column that the set does not have.
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells().find(|(name, _)| *name == column)?.1
    }
}

/// Writes records of one set as CSV: all declared columns, rows in byte order of their keys, LF, quotation
/// marks only where they are needed. Read back, each row has the same key and the same verdicts.
///
/// # Errors
/// As of the writer.
pub fn write_csv(set: &Set, records: &BTreeMap<String, Record>, out: &mut impl Write) -> io::Result<()> {
    let names: Vec<&str> = set.columns.iter().map(|column| column.name).collect();
    writeln!(out, "{}", names.join(","))?;
    for record in records.values() {
        for (place, cell) in record.cells.iter().enumerate() {
            if place > 0 {
                out.write_all(b",")?;
            }
            write_cell(cell.as_deref().unwrap_or(UNKNOWN), out)?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn write_cell(text: &str, out: &mut impl Write) -> io::Result<()> {
    if text.contains([',', ';', '\t', '"', '\n', '\r']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

/// Appends the key of a row: the values of these columns, divided by `/`.
pub fn write_key<'a>(out: &mut String, columns: impl Iterator<Item = &'a ArrayRef>, row: usize) {
    for (part, column) in columns.enumerate() {
        if part > 0 {
            out.push('/');
        }
        write_value(out, column, row);
    }
}

/// What stands in a declared column of a row of the engine's columns: `None` where it cannot be known,
/// empty where it was blank.
pub fn cell(column: &Column, batch: &RecordBatch, row: usize) -> Option<String> {
    cell_of(batch.column_by_name(column.name)?, batch.column_by_name(&format!("{}_given", column.name)), row)
}

/// The same of a column and the companion that says whether a value was given.
pub fn cell_of(values: &ArrayRef, given: Option<&ArrayRef>, row: usize) -> Option<String> {
    if !values.is_null(row) {
        let mut text = String::new();
        write_value(&mut text, values, row);
        return Some(text);
    }
    let given = given?.as_boolean_opt()?;
    (given.is_valid(row) && !given.value(row)).then(String::new)
}

/// Appends a value that is not null, of one of the types that engine columns have.
fn write_value(out: &mut String, array: &ArrayRef, row: usize) {
    match array.data_type() {
        DataType::Utf8View => out.push_str(array.as_string_view().value(row)),
        DataType::Utf8 => out.push_str(array.as_string::<i32>().value(row)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            out.push_str(&Instant(array.as_primitive::<TimestampMicrosecondType>().value(row)).to_string());
        }
        DataType::Date32 => out.push_str(&Day(array.as_primitive::<Date32Type>().value(row)).to_string()),
        DataType::Int64 => out.push_str(&array.as_primitive::<Int64Type>().value(row).to_string()),
        DataType::Float64 => write_number(array.as_primitive::<Float64Type>().value(row), out),
        other => unreachable!("no engine column is {other}"),
    }
}
