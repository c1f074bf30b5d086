//! Exports, from plain structs: what leaves Custodes in files.
//!
//! This crate must not judge, query or read evidence, and reads no clock. CSV, JSON Lines and Parquet
//! are exact data for machines; workbooks are for people, so nothing in them can become a formula, and
//! they are marked.

pub mod calendar;
mod documents;
mod exceptions;
#[cfg(test)]
mod read_back;

pub use documents::{Sheet, write_csv_document, write_text, write_workbook};
pub use exceptions::{ExceptionRow, ExportError, Format, write_exceptions, write_rows};

/// The marking on whatever leaves.
pub const MARKING: &str = "OFFICIAL-SENSITIVE";
