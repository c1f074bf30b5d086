//! Writing one evidence set as Parquet, in native types: UTC microseconds, dates, whole numbers, doubles.

use std::fs::File;
use std::io;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Builder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;
use custodes_standard::evidence::{Kind, Set};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::table::Cell;

/// Rows that are put together as columns before they are encoded.
const BATCH: usize = 16_384;
/// Small enough that a reader can share a set out between threads.
const ROW_GROUP: usize = 250_000;

pub(crate) struct ParquetTable {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    waiting: usize,
    writer: ArrowWriter<File>,
}

enum ColumnBuilder {
    Text(StringBuilder),
    Int(Int64Builder),
    Instant(TimestampMicrosecondBuilder),
    Date(Date32Builder),
    Number(Float64Builder),
}

impl ParquetTable {
    pub(crate) fn new(file: File, set: &Set) -> io::Result<ParquetTable> {
        let field = |name: &str, kind| Field::new(name, data_type(kind), true);
        let schema =
            Arc::new(Schema::new(set.columns.iter().map(|column| field(column.name, column.kind)).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by("custodes".to_owned())
            .build();
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(as_io)?;
        let columns = set.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        Ok(ParquetTable { schema, columns, waiting: 0, writer })
    }

    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.append(*cell);
        }
        self.waiting += 1;
        if self.waiting == BATCH { self.write_batch() } else { Ok(()) }
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.write_batch()?;
        self.writer.close().map(drop).map_err(as_io)
    }

    fn write_batch(&mut self) -> io::Result<()> {
        self.waiting = 0;
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(as_io)
    }
}

impl ColumnBuilder {
    fn new(kind: Kind) -> ColumnBuilder {
        match kind {
            Kind::Id | Kind::Text | Kind::Enum(_) => ColumnBuilder::Text(StringBuilder::new()),
            Kind::Int | Kind::Count => ColumnBuilder::Int(Int64Builder::new()),
            Kind::Instant => ColumnBuilder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Date => ColumnBuilder::Date(Date32Builder::new()),
            Kind::Number | Kind::Latitude | Kind::Longitude => ColumnBuilder::Number(Float64Builder::new()),
        }
    }

    /// A value that does not fit its column becomes blank; [`crate::table::Table::row`] asserts that none does.
    fn append(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (ColumnBuilder::Text(column), Cell::Text(text)) => column.append_value(text),
            (ColumnBuilder::Text(column), _) => column.append_null(),
            (ColumnBuilder::Int(column), Cell::Int(value)) => column.append_value(value),
            (ColumnBuilder::Int(column), _) => column.append_null(),
            (ColumnBuilder::Instant(column), Cell::At(instant)) => column.append_value(instant),
            (ColumnBuilder::Instant(column), _) => column.append_null(),
            (ColumnBuilder::Date(column), Cell::On(day)) => column.append_value(day.0),
            (ColumnBuilder::Date(column), _) => column.append_null(),
            // Both are exact as doubles, so the quotient is the double nearest to the decimal.
            (ColumnBuilder::Number(column), Cell::Millionths(value)) => column.append_value(value as f64 / 1e6),
            (ColumnBuilder::Number(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(column) => Arc::new(column.finish()),
            ColumnBuilder::Int(column) => Arc::new(column.finish()),
            ColumnBuilder::Instant(column) => Arc::new(column.finish().with_timezone("UTC")),
            ColumnBuilder::Date(column) => Arc::new(column.finish()),
            ColumnBuilder::Number(column) => Arc::new(column.finish()),
        }
    }
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Id | Kind::Text | Kind::Enum(_) => DataType::Utf8,
        Kind::Int | Kind::Count => DataType::Int64,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Date => DataType::Date32,
        Kind::Number | Kind::Latitude | Kind::Longitude => DataType::Float64,
    }
}

fn as_io(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
