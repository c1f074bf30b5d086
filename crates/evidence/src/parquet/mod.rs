//! Parquet files: native columns, row group by row group.
//!
//! The file is probed first, in a program of its own under a memory limit, then decoded here. This
//! must not give a value a meaning: what a column is for is decided by the typing of arrays.

mod bytes;
mod probe;
mod thrift;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::basic::{ConvertedType, Encoding, EncodingMask};
use parquet::file::metadata::ColumnChunkMetaData;

use crate::chunk::{Chunk, Columns, Pieces, Reader, Refusal};
use crate::isolation;
use bytes::{Texts, as_bytes};

/// The hidden argument by which the program is asked to probe a Parquet file.
pub const ARGUMENT: &str = "__probe-parquet";

const BATCH_ROWS: usize = 16_384;

/// Embedded Arrow schemas only say how a writer held the data; the file's own types say what it is.
/// So a timestamp is UTC exactly when the file says that it is adjusted to UTC.
fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

/// A Parquet file, ready to be read in pieces. Cheap to share between threads.
#[derive(Debug, Clone)]
pub struct ParquetFile {
    path: PathBuf,
    file: String,
    metadata: ArrowReaderMetadata,
    header: Vec<String>,
    /// The number of the first row of each row group.
    first_rows: Vec<u64>,
}

/// Opens and probes a Parquet file.
///
/// `file` is the name that refusals give. `program`, called with [`ARGUMENT`] and the path, must hand
/// over to [`isolated_main`]; without one the file is probed in this process.
///
/// # Errors
/// A file that is no Parquet file, is encrypted, cut short, or contradicts itself.
pub fn open_pieces(path: &Path, file: &str, program: Option<&Path>) -> Result<ParquetFile, Refusal> {
    let refuse = |what: String| Refusal::new(file, what, "export it again, or as CSV");
    match program {
        Some(program) => probe_in_child(program, path),
        None => unwound(|| probe::probe(path)),
    }
    .map_err(refuse)?;
    let opened = || -> Result<ArrowReaderMetadata, String> {
        let opened = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
        let loaded = ArrowReaderMetadata::load(&opened, options()).map_err(|error| error.to_string())?;
        let plain = with_bytes(&loaded, Texts::Unchecked)?;
        let views = options().with_schema(Arc::new(text_as_views(plain.schema())));
        ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), views).map_err(|error| error.to_string())
    };
    let metadata = unwound(opened).map_err(refuse)?;
    let header = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut first_rows = vec![0];
    for group in metadata.metadata().row_groups() {
        first_rows.push(first_rows[first_rows.len() - 1] + group.num_rows() as u64);
    }
    Ok(ParquetFile { path: path.to_owned(), file: file.to_owned(), metadata, header, first_rows })
}

/// Opens a Parquet file to be read from beginning to end, all columns that are not nested.
///
/// # Errors
/// As [`open_pieces`].
pub fn open(path: &Path, file: &str, program: Option<&Path>) -> Result<Box<dyn Reader>, Refusal> {
    let opened = open_pieces(path, file, program)?;
    let columns: Vec<usize> = (0..opened.header.len()).filter(|&column| !opened.is_nested(column)).collect();
    let all = 0..opened.first_rows[opened.count()];
    Ok(Box::new(opened.reader(opened.metadata.clone(), (0..opened.count()).collect(), &columns, &[all])?))
}

fn with_bytes(metadata: &ArrowReaderMetadata, which: Texts) -> Result<ArrowReaderMetadata, String> {
    let bytes = as_bytes(metadata.metadata(), which).map_err(|error| error.to_string())?;
    ArrowReaderMetadata::try_new(Arc::new(bytes), options()).map_err(|error| error.to_string())
}

fn text_as_views(schema: &Schema) -> Schema {
    let view = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    Schema::new(schema.fields().iter().map(view).collect::<Vec<_>>())
}

/// A file that contradicts itself may make the decoder panic; that is the file's fault, not ours.
fn unwound<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("the Parquet file is broken: its parts contradict each other".to_owned()))
}

fn probe_in_child(program: &Path, path: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    command.arg(ARGUMENT).arg(path).env_clear().stdin(Stdio::null()).stderr(Stdio::null());
    let output = command
        .output()
        .map_err(|error| format!("the program that probes Parquet files cannot be started: {error}"))?;
    match output.stdout.as_slice() {
        b"ok" if output.status.success() => Ok(()),
        b"" => Err(format!("the Parquet file cannot be read: {}", isolation::why(Some(output.status)))),
        what => Err(String::from_utf8_lossy(what).into_owned()),
    }
}

/// What the child does: `[file]`; `ok`, or what is wrong with the file, on standard output.
pub fn isolated_main(arguments: &[OsString]) -> ExitCode {
    let [path] = arguments else { return ExitCode::from(2) };
    // A panic's own words would only reach a closed pipe.
    std::panic::set_hook(Box::new(|_| {}));
    let answer = unwound(|| probe::probe(Path::new(path))).map_or_else(|what| what, |()| "ok".to_owned());
    let told = std::io::stdout().write_all(answer.as_bytes());
    if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl ParquetFile {
    fn is_nested(&self, column: usize) -> bool {
        self.metadata.schema().field(column).data_type().is_nested()
    }

    /// How a row group is read. Where all of a column's texts stand in its dictionary, each is decoded,
    /// and later typed, once for the whole group.
    fn with_dictionaries(&self, group: usize) -> ArrowReaderMetadata {
        let schema = self.metadata.schema();
        let (file, columns) = (self.metadata.metadata(), self.metadata.metadata().row_group(group).columns());
        let mut fields: Vec<Arc<Field>> = schema.fields().to_vec();
        for (leaf, column) in columns.iter().enumerate() {
            let field = &mut fields[file.file_metadata().schema_descr().get_column_root_idx(leaf)];
            if field.data_type() == &DataType::Utf8View && is_all_dictionary(column) {
                let key = Box::new(DataType::Int32);
                *field = Arc::new(
                    field.as_ref().clone().with_data_type(DataType::Dictionary(key, Box::new(DataType::Utf8))),
                );
            }
        }
        let with = options().with_schema(Arc::new(Schema::new(fields)));
        // It only saves time: a file that cannot be read so is read as any other.
        ArrowReaderMetadata::try_new(Arc::clone(file), with).unwrap_or_else(|_| self.metadata.clone())
    }

    /// Reads these rows of these groups, counted from the beginning of the file.
    fn reader(
        &self,
        metadata: ArrowReaderMetadata,
        groups: Vec<usize>,
        columns: &[usize],
        rows: &[Range<u64>],
    ) -> Result<GroupReader, Refusal> {
        let refuse = |what: String| Refusal::new(&self.file, what, "export it again, or as CSV");
        if let Some(&nested) = columns.iter().find(|&&column| self.is_nested(column)) {
            let what = format!("column {:?} holds lists or records, not single values", self.header[nested]);
            return Err(Refusal::new(&self.file, what, "export it with one value per row and column"));
        }
        let asked = Asked {
            path: self.path.clone(),
            metadata,
            first: groups.first().map_or(0, |&group| self.first_rows[group]),
            end: groups.last().map_or(0, |&group| self.first_rows[group + 1]),
            groups: groups.into_iter().filter(|&group| !Pieces::rows(self, group).is_empty()).collect(),
            columns: columns.to_vec(),
        };
        let rows: VecDeque<Range<u64>> = rows.iter().filter(|rows| !rows.is_empty()).cloned().collect();
        let batches = unwound(|| asked.batches(&rows)).map_err(refuse)?;
        // The decoder gives columns in the order of the file, whatever the order they are asked for in.
        let mut sorted = columns.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let place = |column| sorted.binary_search(column).unwrap_or_default();
        Ok(GroupReader {
            file: self.file.clone(),
            header: columns.iter().map(|&column| self.header[column].clone()).collect(),
            order: columns.iter().map(place).collect(),
            asked,
            are_bytes: false,
            batches,
            ordinal: 0,
            decoded: None,
            rows,
            ended: false,
        })
    }
}

/// What is asked of a file.
struct Asked {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    groups: Vec<usize>,
    columns: Vec<usize>,
    /// The rows of all groups, counted from the beginning of the file.
    first: u64,
    end: u64,
}

impl Asked {
    /// These rows of the groups.
    fn batches(&self, rows: &VecDeque<Range<u64>>) -> Result<ParquetRecordBatchReader, String> {
        let opened = File::open(&self.path).map_err(|error| format!("cannot be opened: {error}"))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, self.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), self.columns.iter().copied());
        let builder = builder.with_projection(mask).with_row_groups(self.groups.clone());
        let mut builder = builder.with_batch_size(BATCH_ROWS);
        let whole = self.groups.is_empty() || (rows.len() == 1 && rows.front() == Some(&(self.first..self.end)));
        if !whole {
            let within = rows.iter().map(|rows| (rows.start - self.first) as usize..(rows.end - self.first) as usize);
            let selection = RowSelection::from_consecutive_ranges(within, (self.end - self.first) as usize);
            builder = builder.with_row_selection(selection);
        }
        builder.build().map_err(|error| format!("the Parquet file is broken: {error}"))
    }
}

impl Pieces for ParquetFile {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn count(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    fn rows(&self, piece: usize) -> Range<u64> {
        self.first_rows[piece]..self.first_rows[piece + 1]
    }

    fn open(&self, piece: usize, columns: &[usize], rows: &[Range<u64>]) -> Result<Box<dyn Reader>, Refusal> {
        Ok(Box::new(self.reader(self.with_dictionaries(piece), vec![piece], columns, rows)?))
    }
}

/// Whether every value of a column of a row group stands in its dictionary, as the file says. Where that
/// is untrue the decoder makes a dictionary of its own.
fn is_all_dictionary(column: &ColumnChunkMetaData) -> bool {
    // The decoder of dictionaries holds against UTF-8 only what is declared in this way.
    let declared = column.column_descr().converted_type() == ConvertedType::UTF8;
    let only = |mask: &EncodingMask| mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY);
    declared && column.dictionary_page_offset().is_some() && column.page_encoding_stats_mask().is_some_and(only)
}

/// Some rows of a file.
struct GroupReader {
    file: String,
    header: Vec<String>,
    /// Where each column of the header stands in what the decoder gives.
    order: Vec<usize>,
    asked: Asked,
    /// Texts are read as bytes, because one of them is not UTF-8.
    are_bytes: bool,
    batches: ParquetRecordBatchReader,
    ordinal: u32,
    /// What the decoder gave and was not handed over yet.
    decoded: Option<RecordBatch>,
    /// The rows still to come; no range is empty.
    rows: VecDeque<Range<u64>>,
    ended: bool,
}

impl GroupReader {
    fn decode(&mut self) -> Result<Option<RecordBatch>, Refusal> {
        let mut decoded = self.next_batch();
        if let Err(first) = &decoded
            && !self.are_bytes
        {
            // One text that is not UTF-8 spoils its row only: the rows to come are read again, as bytes.
            self.are_bytes = true;
            let again = unwound(|| {
                self.asked.metadata = with_bytes(&self.asked.metadata, Texts::All)?;
                self.asked.batches(&self.rows)
            });
            let first = first.clone();
            decoded = again.and_then(|batches| {
                self.batches = batches;
                self.next_batch()
            });
            decoded = decoded.map_err(|_| first);
        }
        decoded.map_err(|what| {
            self.ended = true;
            Refusal::new(&self.file, what, "export it again, or as CSV")
        })
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        let next = || self.batches.next().transpose().map_err(|error| format!("the Parquet file is broken: {error}"));
        let batch = unwound(next)?;
        let stated = self.rows.front().is_some();
        match batch {
            Some(_) if !stated => Err("the Parquet file is broken: it holds more rows than it states".to_owned()),
            None if stated => Err("the Parquet file is broken: it holds fewer rows than it states".to_owned()),
            batch => batch.map(|batch| batch.project(&self.order)).transpose().map_err(|error| error.to_string()),
        }
    }
}

impl Reader for GroupReader {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal> {
        if self.ended {
            return Ok(None);
        }
        let batch = match self.decoded.take() {
            Some(batch) => Some(batch),
            None => self.decode()?,
        };
        let (Some(batch), Some(rows)) = (batch, self.rows.front_mut()) else {
            self.ended = true;
            return Ok(None);
        };
        // A chunk's rows follow one another in the file; the decoder puts those of several ranges together.
        let here = usize::try_from(rows.end - rows.start).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
        let first_row = rows.start;
        rows.start += here as u64;
        if rows.is_empty() {
            self.rows.pop_front();
        }
        self.decoded = (here < batch.num_rows()).then(|| batch.slice(here, batch.num_rows() - here));
        let chunk = Chunk { ordinal: self.ordinal, first_row, columns: Columns::Arrays(batch.slice(0, here)) };
        self.ordinal += 1;
        Ok(Some(chunk))
    }
}

#[cfg(test)]
mod tests;
