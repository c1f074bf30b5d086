//! Writing one evidence set, row after row, as CSV or Parquet.
//!
//! A table holds one buffer of CSV, or one row group of Parquet, and never a whole set.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use custodes_standard::evidence::{Kind, Set};

use crate::calendar::{Day, Micros, write_day, write_instant};
use crate::parquet_table::ParquetTable;
use crate::plan::Format;

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Blank,
    Text(&'a str),
    Int(i64),
    At(Micros),
    On(Day),
    /// A number in millionths: exact in decimals, and rounded once where a column is binary.
    Millionths(i64),
}

impl<'a> Cell<'a> {
    /// Text, where the empty string is blank.
    pub(crate) fn text(value: &'a str) -> Cell<'a> {
        if value.is_empty() { Cell::Blank } else { Cell::Text(value) }
    }

    pub(crate) fn at(value: Option<Micros>) -> Cell<'a> {
        value.map_or(Cell::Blank, Cell::At)
    }

    pub(crate) fn on(value: Option<Day>) -> Cell<'a> {
        value.map_or(Cell::Blank, Cell::On)
    }

    pub(crate) fn int(value: Option<i64>) -> Cell<'a> {
        value.map_or(Cell::Blank, Cell::Int)
    }

    /// Whether a column of that type can be given this value natively.
    pub(crate) fn fits(self, kind: Kind) -> bool {
        match self {
            Cell::Blank => true,
            Cell::Text(_) => kind.is_textual(),
            Cell::Int(_) => matches!(kind, Kind::Int | Kind::Count),
            Cell::At(_) => kind == Kind::Instant,
            Cell::On(_) => kind == Kind::Date,
            Cell::Millionths(_) => matches!(kind, Kind::Number | Kind::Latitude | Kind::Longitude),
        }
    }
}

pub(crate) struct Table {
    set: &'static Set,
    rows: u64,
    output: Output,
}

enum Output {
    Csv(CsvTable),
    Parquet(Box<ParquetTable>),
}

impl Table {
    pub(crate) fn create(folder: &Path, set: &'static Set, format: Format) -> io::Result<Table> {
        let file = File::create(folder.join(format!("{}.{}", set.name, format.extension())))?;
        let output = match format {
            Format::Csv => {
                let names: Vec<&str> = set.columns.iter().map(|column| column.name).collect();
                Output::Csv(CsvTable::new(file, &names))
            }
            Format::Parquet => Output::Parquet(Box::new(ParquetTable::new(file, set)?)),
        };
        Ok(Table { set, rows: 0, output })
    }

    /// Writes the next row: one cell for each column of the set, in the set's order.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.set.columns.len(), "{}", self.set.name);
        debug_assert!(cells.iter().zip(self.set.columns).all(|(cell, column)| cell.fits(column.kind)), "{cells:?}");
        self.rows += 1;
        match &mut self.output {
            Output::Csv(table) => table.row(cells),
            Output::Parquet(table) => table.row(cells),
        }
    }

    pub(crate) fn finish(self) -> io::Result<u64> {
        match self.output {
            Output::Csv(mut table) => table.flush()?,
            Output::Parquet(table) => table.finish()?,
        }
        Ok(self.rows)
    }
}

/// RFC 4180, with `\n` between rows.
pub(crate) struct CsvTable {
    file: File,
    buffer: Vec<u8>,
}

const BUFFERED: usize = 1 << 20;

impl CsvTable {
    pub(crate) fn new(file: File, header: &[&str]) -> CsvTable {
        let mut buffer = Vec::with_capacity(BUFFERED + 4096);
        buffer.extend_from_slice(header.join(",").as_bytes());
        buffer.push(b'\n');
        CsvTable { file, buffer }
    }

    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let out = &mut self.buffer;
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            match *cell {
                Cell::Blank => {}
                Cell::Text(text) => write_text(out, text),
                Cell::Int(value) => write!(out, "{value}")?,
                Cell::At(instant) => write_instant(out, instant),
                Cell::On(day) => write_day(out, day),
                Cell::Millionths(value) => write_millionths(out, value)?,
            }
        }
        out.push(b'\n');
        if out.len() >= BUFFERED { self.flush() } else { Ok(()) }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for &byte in bytes {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn write_millionths(out: &mut Vec<u8>, value: i64) -> io::Result<()> {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 1_000_000, value.unsigned_abs() % 1_000_000);
    if rest == 0 {
        return write!(out, "{sign}{whole}");
    }
    let fraction = format!("{rest:06}");
    write!(out, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
}
