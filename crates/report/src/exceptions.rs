//! Lists of exceptions, as CSV, JSON Lines, Parquet and XLSX.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{Format as CellFormat, Workbook, Worksheet, XlsxError};

use crate::MARKING;

/// One exception, as text.
#[derive(Debug, Clone)]
pub struct ExceptionRow {
    pub clause: &'static str,
    pub code: &'static str,
    pub subject: String,
    /// A date, or a UTC instant ending in `Z`; empty where the code has none.
    pub due: String,
    pub done: String,
    pub days_late: Option<i64>,
    pub detail: String,
}

pub(crate) const COLUMNS: [&str; 7] = ["clause", "code", "subject", "due", "done", "days_late", "detail"];

/// What a file is to be, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
    Parquet,
    Xlsx,
}

impl Format {
    /// `None` for an ending that is not known.
    pub fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            "parquet" => Some(Format::Parquet),
            "xlsx" => Some(Format::Xlsx),
            _ => None,
        }
    }
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
}

impl ExceptionRow {
    fn texts(&self) -> [String; 7] {
        [
            self.clause.to_owned(),
            self.code.to_owned(),
            self.subject.clone(),
            self.due.clone(),
            self.done.clone(),
            self.days_late.map(|days| days.to_string()).unwrap_or_default(),
            self.detail.clone(),
        ]
    }
}

/// Writes exceptions in the order given.
///
/// # Errors
/// When the file cannot be written; nothing is left half-written under the name.
pub fn write_exceptions(path: &Path, format: Format, rows: &[ExceptionRow]) -> Result<(), ExportError> {
    match format {
        Format::Csv | Format::JsonLines => write_rows(path, format, &COLUMNS, rows.iter().map(ExceptionRow::texts)),
        Format::Parquet => replace(path, |file| parquet(file, rows)),
        Format::Xlsx => replace(path, |mut file| {
            file.write_all(&workbook(rows)?)?;
            Ok(())
        }),
    }
}

/// Writes rows of text as CSV, or else as JSON Lines.
///
/// # Errors
/// When the file cannot be written; nothing is left half-written under the name.
pub fn write_rows<const N: usize>(
    path: &Path,
    format: Format,
    columns: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), ExportError> {
    replace(path, |file| {
        let mut out = BufWriter::new(file);
        if format == Format::JsonLines {
            for row in rows {
                let object: serde_json::Map<_, _> =
                    columns.iter().zip(row).map(|(name, text)| ((*name).to_owned(), text.into())).collect();
                serde_json::to_writer(&mut out, &object)?;
                out.write_all(b"\n")?;
            }
        } else {
            let mut csv = csv::Writer::from_writer(&mut out);
            csv.write_record(columns)?;
            for row in rows {
                csv.write_record(&row)?;
            }
            csv.flush()?;
        }
        Ok(out.flush()?)
    })
}

/// Writes beside the name first: whoever interrupts us leaves the old file, or none.
pub(crate) fn replace(path: &Path, write: impl FnOnce(File) -> Result<(), ExportError>) -> Result<(), ExportError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    let written = File::create(unfinished).map_err(ExportError::from).and_then(write);
    match written {
        Ok(()) => Ok(std::fs::rename(unfinished, path)?),
        Err(error) => {
            // Nothing more can be done about a file that can be neither written nor removed.
            let _ = std::fs::remove_file(unfinished);
            Err(error)
        }
    }
}

fn parquet(file: File, rows: &[ExceptionRow]) -> Result<(), ExportError> {
    let text = |of: &dyn Fn(&ExceptionRow) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row)).filter(|text| !text.is_empty())).collect::<StringArray>())
    };
    let days: Int64Array = rows.iter().map(|row| row.days_late).collect();
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("clause", text(&|row| row.clause), false),
        ("code", text(&|row| row.code), false),
        ("subject", text(&|row| &row.subject), true),
        ("due", text(&|row| &row.due), true),
        ("done", text(&|row| &row.done), true),
        ("days_late", Arc::new(days), true),
        ("detail", text(&|row| &row.detail), true),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

/// A sheet holds 1,048,576 rows, the first of them the header.
const ROWS_PER_SHEET: usize = 1_048_575;

fn workbook(rows: &[ExceptionRow]) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    // The date of writing would make two runs over the same evidence differ.
    let epoch = rust_xlsxwriter::ExcelDateTime::from_ymd(2025, 3, 1)?;
    workbook
        .set_properties(&rust_xlsxwriter::DocProperties::new().set_title("Exceptions").set_creation_datetime(&epoch));
    let chunks: Vec<&[ExceptionRow]> = if rows.is_empty() { vec![rows] } else { rows.chunks(ROWS_PER_SHEET).collect() };
    for (n, chunk) in chunks.iter().enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(if n == 0 { "exceptions".to_owned() } else { format!("exceptions {}", n + 1) })?;
        fill(sheet, chunk)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, rows: &[ExceptionRow]) -> Result<(), XlsxError> {
    sheet.set_header(format!("&C{MARKING}")).set_footer(format!("&C{MARKING}&RPage &P of &N"));
    sheet.set_landscape().set_freeze_panes(1, 0)?;
    let bold = CellFormat::new().set_bold();
    for (column, (name, width)) in COLUMNS.iter().zip([10, 28, 30, 24, 24, 10, 80]).enumerate() {
        sheet.write_string_with_format(0, column as u16, *name, &bold)?;
        sheet.set_column_width(column as u16, width)?;
    }
    for (n, row) in rows.iter().enumerate() {
        for (column, text) in row.texts().iter().enumerate() {
            // Strings only: a subject that begins with `=` stays a subject.
            sheet.write_string(n as u32 + 1, column as u16, text)?;
        }
    }
    Ok(())
}
