//! A whole set as batches in order of position: in memory while it is small, else in a file.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, SchemaRef, UInt64Type};
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;

use crate::problem::Problem;

/// Typed data beyond this goes to the temporary folder.
const IN_MEMORY: usize = 64 << 20;

/// Batches of a set in order of position.
pub struct Table {
    schema: SchemaRef,
    kept: Kept,
    /// Rows at these positions are left out.
    without: Arc<Vec<u64>>,
}

enum Kept {
    Memory(Vec<RecordBatch>),
    /// A file, and the places of its batches in order of position.
    File(PathBuf, Vec<usize>),
}

impl Table {
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Whether the batches are in memory rather than in the temporary folder.
    pub fn is_in_memory(&self) -> bool {
        matches!(self.kept, Kept::Memory(_))
    }

    /// The batches, read again from the temporary folder where they did not fit into memory.
    ///
    /// # Errors
    /// The temporary folder cannot be read.
    pub fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch, Problem>> + Send + '_>, Problem> {
        let without = move |batch: RecordBatch| self.leave_out(batch);
        match &self.kept {
            Kept::Memory(batches) => Ok(Box::new(batches.iter().cloned().map(without))),
            Kept::File(path, order) => {
                let file = File::open(path).map_err(|error| failed(&error))?;
                let mut reader = FileReader::try_new(file, None).map_err(|error| failed(&error))?;
                Ok(Box::new(order.iter().map(move |&place| {
                    reader.set_index(place).map_err(|error| failed(&error))?;
                    let batch = reader.next().ok_or_else(|| failed(&"a batch is missing"))?;
                    self.leave_out(batch.map_err(|error| failed(&error))?)
                })))
            }
        }
    }

    fn leave_out(&self, batch: RecordBatch) -> Result<RecordBatch, Problem> {
        let Some(positions) = batch.column_by_name("position").filter(|_| !self.without.is_empty()) else {
            return Ok(batch);
        };
        let positions: &UInt64Array = positions.as_primitive::<UInt64Type>();
        let kept: BooleanArray =
            positions.values().iter().map(|position| Some(self.without.binary_search(position).is_err())).collect();
        filter_record_batch(&batch, &kept).map_err(|error| failed(&error))
    }
}

/// The position of a batch's first row, in the column of that place; batches without rows have none.
pub fn first_position(batch: &RecordBatch, column: usize) -> u64 {
    batch.column(column).as_primitive::<UInt64Type>().values().first().copied().unwrap_or_default()
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    let what = format!("typed evidence cannot be kept in the temporary folder: {error}");
    Problem::new("the temporary folder", what, "make room there, or name another temporary folder")
}

/// Takes batches in any order, from any thread.
pub struct TableBuilder {
    schema: SchemaRef,
    folder: PathBuf,
    gathered: Mutex<Gathered>,
}

#[derive(Default)]
struct Gathered {
    batches: Vec<(u64, RecordBatch)>,
    bytes: usize,
    writer: Option<FileWriter<File>>,
    /// Position of the first row of each batch written.
    written: Vec<u64>,
}

impl TableBuilder {
    pub fn new(schema: SchemaRef, folder: PathBuf) -> Self {
        TableBuilder { schema, folder, gathered: Mutex::default() }
    }

    /// Adds a batch whose rows follow that position.
    pub fn add(&self, position: u64, batch: RecordBatch) -> Result<(), Problem> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let batch = alone(&batch).map_err(|error| failed(&error))?;
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.bytes += batch.get_array_memory_size();
        gathered.batches.push((position, batch));
        if gathered.bytes > IN_MEMORY {
            self.spill(&mut gathered)?;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("batches.arrow")
    }

    fn spill(&self, gathered: &mut Gathered) -> Result<(), Problem> {
        if gathered.writer.is_none() {
            fs::create_dir_all(&self.folder).map_err(|error| failed(&error))?;
            let file = File::create(self.path()).map_err(|error| failed(&error))?;
            gathered.writer = Some(FileWriter::try_new(file, &self.schema).map_err(|error| failed(&error))?);
        }
        gathered.bytes = 0;
        for (position, batch) in std::mem::take(&mut gathered.batches) {
            if let Some(writer) = &mut gathered.writer {
                writer.write(&batch).map_err(|error| failed(&error))?;
            }
            gathered.written.push(position);
        }
        Ok(())
    }

    /// The table of all batches, without the rows at these positions (sorted).
    pub fn finish(self, without: Arc<Vec<u64>>) -> Result<Table, Problem> {
        let mut gathered = std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        if gathered.writer.is_some() {
            self.spill(&mut gathered)?;
        }
        let kept = match gathered.writer.take() {
            Some(mut writer) => {
                writer.finish().map_err(|error| failed(&error))?;
                let mut order: Vec<usize> = (0..gathered.written.len()).collect();
                order.sort_by_key(|&place| gathered.written[place]);
                Kept::File(self.path(), order)
            }
            None => {
                gathered.batches.sort_by_key(|(position, _)| *position);
                Kept::Memory(gathered.batches.into_iter().map(|(_, batch)| batch).collect())
            }
        };
        Ok(Table { schema: self.schema, kept, without })
    }
}

/// A batch whose texts do not keep the whole block of the file in memory that they were cut from.
pub(crate) fn alone(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let own = |array: &ArrayRef| -> ArrayRef {
        match array.data_type() {
            DataType::Utf8View => Arc::new(array.as_string_view().gc()),
            _ => Arc::clone(array),
        }
    };
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(batch.schema(), batch.columns().iter().map(own).collect(), &options)
}

#[cfg(test)]
mod tests {
    use arrow::array::StringViewArray;
    use arrow::datatypes::{Field, Schema};

    use super::*;

    #[test]
    fn batches_come_back_in_order_without_what_is_left_out_from_memory_or_file() {
        let folder = tempfile::tempdir().unwrap();
        let schema = Arc::new(Schema::new(vec![
            Field::new("text", DataType::Utf8View, true),
            Field::new("position", DataType::UInt64, false),
        ]));
        for rows_each in [2, 100_000] {
            let builder = TableBuilder::new(schema.clone(), folder.path().join(rows_each.to_string()));
            for part in [7u64, 3, 0, 5, 1, 2, 6, 4] {
                let positions = UInt64Array::from_iter_values((0..rows_each).map(|row| part * 1_000_000 + row));
                let texts = StringViewArray::from_iter_values(
                    (0..rows_each).map(|row| format!("a longer text {part} {row:080}")),
                );
                let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(texts), Arc::new(positions)]).unwrap();
                builder.add(part * 1_000_000, batch).unwrap();
            }
            let table = builder.finish(Arc::new(vec![3_000_001])).unwrap();
            assert_eq!(matches!(table.kept, Kept::File(..)), rows_each > 2);
            let batches: Vec<RecordBatch> = table.batches().unwrap().map(Result::unwrap).collect();
            let positions: Vec<u64> = batches
                .iter()
                .flat_map(|batch| batch.column(1).as_primitive::<UInt64Type>().values().to_vec())
                .collect();
            assert_eq!(positions.len() as u64, 8 * rows_each - 1);
            assert!(positions.is_sorted() && !positions.contains(&3_000_001));
        }
    }
}
