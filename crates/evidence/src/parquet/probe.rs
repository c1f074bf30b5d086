//! Looks through a Parquet file before it is trusted: every size and offset that it states is held
//! against the file itself. Runs in a program of its own where it can.
//!
//! This reads the footer and the head of every page. Files that are small enough to be cheap, and
//! those in an encoding that can unfold without saying so, are decoded once as a trial.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};

use super::bytes::{Texts, as_bytes};
use super::thrift::{self, DELTA_BYTE_ARRAY, DICTIONARY_PAGE, INDEX_PAGE};
use super::{BATCH_ROWS, options};
use crate::rows::MOST_COLUMNS;

/// What is wrong with a file, in words.
pub type Flaw = String;

const LARGEST_PAGE: i64 = 256 << 20;
/// Dictionaries stay in memory, one for each column, while a row group is read; writers stop at one or a few MiB.
const LARGEST_DICTIONARY: i64 = 64 << 20;
const LARGEST_FOOTER: u64 = 64 << 20;
const LONGEST_PAGE_HEAD: u64 = 8 << 20;
/// Even rows that all say the same take a bit somewhere: more than this per byte is a lie or a trap.
const MOST_ROWS_PER_BYTE: u64 = 1_000;
const SMALL_ENOUGH_TO_TRY: u64 = 4 << 20;

/// Checks the file; `Err` says what is wrong with it.
pub fn probe(path: &Path) -> Result<(), Flaw> {
    let mut file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    let length = file.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
    let end_of_data = check_ends(&mut file, length)?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(broken)?;
    check_footer(&metadata, length)?;
    let mut unfolds = false;
    // Of a row group without rows a writer need not say where its columns are, and nobody reads it.
    for group in metadata.row_groups().iter().filter(|group| group.num_rows() > 0) {
        for column in group.columns() {
            unfolds |= check_column(&mut file, column, end_of_data)?;
        }
    }
    if unfolds || length <= SMALL_ENOUGH_TO_TRY { try_to_decode(file) } else { Ok(()) }
}

fn broken(error: impl std::fmt::Display) -> Flaw {
    format!("the Parquet file is broken: {error}")
}

fn check_ends(file: &mut File, length: u64) -> Result<u64, Flaw> {
    if length == 0 {
        return Err("the file is empty (0 bytes)".to_owned());
    }
    let (mut start, mut end) = ([0; 4], [0; 8]);
    let read = file.read_exact(&mut start).and_then(|()| file.seek(SeekFrom::Start(length.saturating_sub(8))));
    read.and_then(|_| file.read_exact(&mut end)).map_err(|_| "the Parquet file is cut short".to_owned())?;
    if &start == b"PARE" || &end[4..] == b"PARE" {
        return Err("the Parquet file is encrypted".to_owned());
    }
    if &start != b"PAR1" {
        return Err("this is not a Parquet file".to_owned());
    }
    if &end[4..] != b"PAR1" || length < 12 {
        return Err("the Parquet file is cut short: its end is missing".to_owned());
    }
    let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    if footer > length - 12 || footer > LARGEST_FOOTER {
        return Err(format!("the Parquet file is broken: a footer of {footer} bytes in a file of {length}"));
    }
    Ok(length - 8 - footer)
}

fn check_footer(metadata: &ParquetMetaData, length: u64) -> Result<(), Flaw> {
    let columns = metadata.file_metadata().schema_descr().num_columns();
    if columns > MOST_COLUMNS {
        return Err(format!("{columns} columns; at most {MOST_COLUMNS} are read"));
    }
    let stated = metadata.file_metadata().num_rows();
    let mut counted = 0i64;
    for group in metadata.row_groups() {
        let rows = group.num_rows();
        counted =
            counted.checked_add(rows).filter(|_| rows >= 0).ok_or_else(|| broken("a row group's count of rows"))?;
        if group.columns().len() != columns {
            return Err(broken("a row group lacks a column"));
        }
    }
    if stated != counted {
        return Err(broken(format!("it states {stated} rows and holds {counted}")));
    }
    if counted as u64 > length.saturating_mul(MOST_ROWS_PER_BYTE) {
        return Err(format!("the Parquet file claims {counted} rows in {length} bytes"));
    }
    Ok(())
}

/// Walks the pages of one column of one row group. Whether its values can unfold beyond their pages.
fn check_column(file: &mut File, column: &ColumnChunkMetaData, end_of_data: u64) -> Result<bool, Flaw> {
    let name = column.column_path().string();
    let wrong = |what: &str| broken(format!("column {name}: {what}"));
    if let Some(packed) = not_unpacked(column.compression()) {
        return Err(format!(
            "column {name:?} is compressed with {packed}, and only snappy, gzip, lz4 and zstd are read"
        ));
    }
    let start = column.dictionary_page_offset().unwrap_or(i64::MAX).min(column.data_page_offset());
    let (start, size) = match (u64::try_from(start), u64::try_from(column.compressed_size())) {
        (Ok(start), Ok(size)) if start >= 4 => (start, size),
        _ => return Err(wrong("a negative offset or size")),
    };
    let end =
        start.checked_add(size).filter(|&end| end <= end_of_data).ok_or_else(|| wrong("it ends beyond the data"))?;
    let (mut place, mut values, mut unfolds) = (start, 0i64, false);
    while place < end && values < column.num_values() {
        let head = page_head(file, place, end).ok_or_else(|| wrong("a page without a head"))?;
        if head.unpacked < 0 || head.packed < 0 || head.values < 0 {
            return Err(wrong("a page of negative size"));
        }
        let largest = if head.kind == DICTIONARY_PAGE { LARGEST_DICTIONARY } else { LARGEST_PAGE };
        if head.unpacked > largest {
            return Err(wrong(&format!("a page of {} MiB; at most {} are read", head.unpacked >> 20, largest >> 20)));
        }
        place += head.length as u64 + head.packed as u64;
        if place > end {
            return Err(wrong("a page ends beyond its column"));
        }
        if !matches!(head.kind, DICTIONARY_PAGE | INDEX_PAGE) {
            values = values.saturating_add(head.values);
            unfolds |= head.encoding == DELTA_BYTE_ARRAY;
        }
    }
    if values != column.num_values() {
        return Err(wrong(&format!("{} values stated, {values} found", column.num_values())));
    }
    Ok(unfolds)
}

/// The name of a compression that the decoder is built without.
fn not_unpacked(compression: Compression) -> Option<&'static str> {
    match compression {
        Compression::UNCOMPRESSED
        | Compression::SNAPPY
        | Compression::GZIP(_)
        | Compression::LZ4
        | Compression::LZ4_RAW
        | Compression::ZSTD(_) => None,
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
    }
}

fn page_head(file: &mut File, place: u64, end: u64) -> Option<thrift::PageHead> {
    // A head is a few dozen bytes, unless it carries statistics of long texts.
    let mut bytes = Vec::new();
    for room in [256, 16 << 10, LONGEST_PAGE_HEAD] {
        bytes.clear();
        file.seek(SeekFrom::Start(place)).ok()?;
        file.take(room.min(end - place)).read_to_end(&mut bytes).ok()?;
        if let Some(head) = thrift::page_head(&bytes) {
            return Some(head);
        }
    }
    None
}

fn try_to_decode(file: File) -> Result<(), Flaw> {
    let plain = ArrowReaderMetadata::load(&file, options()).map_err(broken)?;
    // A text that is not UTF-8 spoils its row only, and that is found when it is typed.
    let bytes = as_bytes(plain.metadata(), Texts::All).map_err(broken)?;
    let metadata = ArrowReaderMetadata::try_new(Arc::new(bytes), options()).map_err(broken)?;
    let groups = metadata.metadata().row_groups().iter().enumerate();
    let groups = groups.filter(|(_, group)| group.num_rows() > 0).map(|(place, _)| place).collect();
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_row_groups(groups);
    for batch in builder.with_batch_size(BATCH_ROWS).build().map_err(broken)? {
        batch.map_err(broken)?;
    }
    Ok(())
}
