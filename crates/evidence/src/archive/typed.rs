//! Typed rows as Parquet: the same rows give the same bytes, on any number of threads.
//!
//! Where batches and row groups end depends on the rows alone. `position` is the rank of the row among
//! those of its set that stand, so that it depends on nothing else either.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, UInt64Array};
use arrow::compute::concat_batches;
use custodes_standard::evidence::Set;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::incoming::{Incoming, IncomingFile};
use crate::problem::Problem;
use crate::schema::schema;
use crate::table::{Table, alone};

/// The metadata under which a typed object says of which set it is.
pub const SET: &str = "custodes.set";

/// A batch ends after so many rows, or so many bytes of text.
const BATCH_ROWS: usize = 8_192;
const BATCH_BYTES: usize = 16 << 20;
/// A row group ends after so many batches, or so many bytes of text.
const GROUP_BATCHES: usize = 16;
const GROUP_BYTES: usize = 128 << 20;

/// Writes a set's table.
///
/// # Errors
/// The file cannot be written, or the table cannot be read.
pub fn write(set: &'static Set, table: &Table, to: PathBuf) -> Result<(Incoming, u64), Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        let what = format!("its typed rows cannot be written: {error}");
        Problem::new(set.name, what, "make room where the evidence store is")
    };
    let file = IncomingFile::create(to).map_err(|error| failed(&error))?;
    let writer = ArrowWriter::try_new(file, schema(set), Some(properties(set))).map_err(|error| failed(&error))?;
    let mut writing = Writing { set, writer, pending: Vec::new(), rows: 0, bytes: 0, group: (0, 0), written: 0 };
    for batch in table.batches()? {
        writing.take(&batch?).map_err(|error| failed(&error))?;
    }
    writing.write_pending().map_err(|error| failed(&error))?;
    let written = writing.written;
    let file = writing.writer.into_inner().map_err(|error| failed(&error))?;
    Ok((file.finish().map_err(|error| failed(&error))?, written))
}

fn properties(set: &Set) -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("custodes typed evidence 1".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(vec![KeyValue::new(SET.to_owned(), set.name.to_owned())]))
        .build()
}

struct Writing {
    set: &'static Set,
    writer: ArrowWriter<IncomingFile>,
    pending: Vec<RecordBatch>,
    /// Rows and bytes of text that are pending.
    rows: usize,
    bytes: usize,
    /// Batches and bytes of text in the row group.
    group: (usize, usize),
    written: u64,
}

impl Writing {
    fn take(&mut self, batch: &RecordBatch) -> parquet::errors::Result<()> {
        let weights = weights(batch);
        let mut from = 0;
        for (row, weight) in weights.into_iter().enumerate() {
            self.rows += 1;
            self.bytes += weight;
            if self.rows == BATCH_ROWS || self.bytes >= BATCH_BYTES {
                self.pending.push(batch.slice(from, row + 1 - from));
                self.write_pending()?;
                from = row + 1;
            }
        }
        if from < batch.num_rows() {
            // A slice would keep the whole batch in memory.
            self.pending.push(alone(&batch.slice(from, batch.num_rows() - from))?);
        }
        Ok(())
    }

    fn write_pending(&mut self) -> parquet::errors::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let schema = schema(self.set);
        let batch = concat_batches(&schema, &std::mem::take(&mut self.pending))?;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        columns.pop();
        let end = self.written + batch.num_rows() as u64;
        columns.push(Arc::new(UInt64Array::from_iter_values(self.written..end)));
        self.writer.write(&RecordBatch::try_new(schema, columns)?)?;
        self.written = end;
        self.group = (self.group.0 + 1, self.group.1 + self.bytes);
        (self.rows, self.bytes) = (0, 0);
        if self.group.0 >= GROUP_BATCHES || self.group.1 >= GROUP_BYTES {
            self.writer.flush()?;
            self.group = (0, 0);
        }
        Ok(())
    }
}

/// The bytes of text in each row.
fn weights(batch: &RecordBatch) -> Vec<usize> {
    let mut weights = vec![0; batch.num_rows()];
    for text in batch.columns().iter().filter_map(|column| column.as_string_view_opt()) {
        for (weight, length) in weights.iter_mut().zip(text.lengths()) {
            *weight += length as usize;
        }
    }
    weights
}
