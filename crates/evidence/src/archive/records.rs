//! Single rows of what was taken in, by their keys.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};

use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use custodes_standard::evidence::Set;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};

use super::typed::SET;
use super::{Archive, Sha256};
use crate::problem::Problem;
use crate::record::{Record, write_key};

const BATCH_ROWS: usize = 8_192;

impl Archive {
    /// The rows of these keys, by key: `typed` are the set's typed tables, in the order of their imports,
    /// and of rows with one key the one of the last import stands. A key that no row has is left out.
    ///
    /// Each table is held against its name before a row of it is shown.
    ///
    /// # Errors
    /// A table is missing, damaged, or not of this set.
    pub fn records(
        &self,
        set: &'static Set,
        typed: &[Sha256],
        keys: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Record>, Problem> {
        let mut records = BTreeMap::new();
        for object in typed {
            self.verify(object)?;
            let failed = |error: &dyn std::fmt::Display| {
                let what = format!("its rows cannot be read: {error}");
                Problem::new(format!("object {object}"), what, format!("name the typed rows of {}", set.name))
            };
            let file = File::open(self.path_of(object)).map_err(|error| failed(&error))?;
            for batch in matching(set, file, keys).map_err(|error| failed(&error))? {
                let batch = batch.map_err(|error| failed(&error))?;
                records.extend((0..batch.num_rows()).map(|row| {
                    let record = Record::of_row(set, &batch, row);
                    (record.key().to_owned(), record)
                }));
            }
        }
        Ok(records)
    }
}

/// The typed rows of a set, and of no other.
fn typed_rows_of(set: &'static Set, file: File) -> Result<ParquetRecordBatchReaderBuilder<File>, String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let said = metadata.into_iter().flatten().find(|pair| pair.key == SET).and_then(|pair| pair.value.clone());
    if said.as_deref() != Some(set.name) {
        return Err(format!("they are of {}", said.as_deref().unwrap_or("no set")));
    }
    Ok(builder)
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, arrow::error::ArrowError>>>;

/// Only the keys of all rows are decoded; the other columns only of rows that are wanted.
fn matching(set: &'static Set, file: File, keys: &BTreeSet<String>) -> Result<Batches, String> {
    let builder = typed_rows_of(set, file)?;
    let names: Vec<&'static str> = set.key().map(|column| column.name).collect();
    let projection = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    let wanted: HashSet<String> = keys.iter().cloned().collect();
    let mut key = String::new();
    let is_wanted = move |batch: RecordBatch| -> Result<BooleanArray, arrow::error::ArrowError> {
        let columns: Vec<&ArrayRef> = names.iter().filter_map(|name| batch.column_by_name(name)).collect();
        let found = (0..batch.num_rows()).map(|row| {
            key.clear();
            write_key(&mut key, columns.iter().copied(), row);
            Some(wanted.contains(&key))
        });
        Ok(found.collect())
    };
    let filter = RowFilter::new(vec![Box::new(ArrowPredicateFn::new(projection, is_wanted))]);
    let reader = builder.with_batch_size(BATCH_ROWS).with_row_filter(filter).build();
    Ok(Box::new(reader.map_err(|error| error.to_string())?))
}

impl Archive {
    /// Every row of a small set, by key; of rows with one key the one of the last table stands.
    ///
    /// # Errors
    /// As of [`Archive::records`].
    pub fn every_record(&self, set: &'static Set, typed: &[Sha256]) -> Result<BTreeMap<String, Record>, Problem> {
        let mut records = BTreeMap::new();
        for object in typed {
            self.verify(object)?;
            let failed = |error: &dyn std::fmt::Display| {
                let what = format!("its rows cannot be read: {error}");
                Problem::new(format!("object {object}"), what, format!("name the typed rows of {}", set.name))
            };
            let file = File::open(self.path_of(object)).map_err(|error| failed(&error))?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(file)
                .and_then(|builder| builder.with_batch_size(BATCH_ROWS).build())
                .map_err(|error| failed(&error))?;
            for batch in reader {
                let batch = batch.map_err(|error| failed(&error))?;
                records.extend((0..batch.num_rows()).map(|row| {
                    let record = Record::of_row(set, &batch, row);
                    (record.key().to_owned(), record)
                }));
            }
        }
        Ok(records)
    }
}

impl Archive {
    /// How many keys of some typed tables no row of others has. It takes 8 bytes for each key of the others.
    ///
    /// # Errors
    /// As of [`Archive::records`].
    pub fn keys_gone(&self, set: &'static Set, before: &[Sha256], now: &[Sha256]) -> Result<u64, Problem> {
        let mut there = Vec::new();
        for object in now {
            self.each_key(set, object, &mut |key| there.push(hashed(key)))?;
        }
        there.sort_unstable();
        let mut gone = 0;
        for object in before {
            self.each_key(set, object, &mut |key| gone += u64::from(there.binary_search(&hashed(key)).is_err()))?;
        }
        Ok(gone)
    }

    fn each_key(&self, set: &'static Set, object: &Sha256, each: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        self.verify(object)?;
        let read = |each: &mut dyn FnMut(&str)| -> Result<(), String> {
            let file = File::open(self.path_of(object)).map_err(|error| error.to_string())?;
            let builder = typed_rows_of(set, file)?;
            let names: Vec<&'static str> = set.key().map(|column| column.name).collect();
            let projection = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
            let reader = builder.with_projection(projection).with_batch_size(BATCH_ROWS).build();
            let mut key = String::new();
            for batch in reader.map_err(|error| error.to_string())? {
                let batch = batch.map_err(|error| error.to_string())?;
                let columns: Vec<&ArrayRef> = names.iter().filter_map(|name| batch.column_by_name(name)).collect();
                for row in 0..batch.num_rows() {
                    key.clear();
                    write_key(&mut key, columns.iter().copied(), row);
                    each(&key);
                }
            }
            Ok(())
        };
        read(each).map_err(|error| {
            let what = format!("its rows cannot be read: {error}");
            Problem::new(format!("object {object}"), what, format!("name the typed rows of {}", set.name))
        })
    }
}

fn hashed(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key.as_bytes());
    hasher.finish()
}
