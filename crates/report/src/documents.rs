//! Documents for people, as tables in a row: a workbook with a sheet for each, or one CSV.

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as CellFormat, Workbook};

use crate::MARKING;
use crate::exceptions::{ExportError, replace};

/// One table of a document.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// At most 31 characters, as spreadsheets have it.
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Writes the tables under one another, each with its name above, and the marking first and last. It is
/// meant to be opened in a spreadsheet, so a cell that would become a formula there has an apostrophe put
/// before it.
///
/// # Errors
/// When the file cannot be written; nothing is left half-written under the name.
pub fn write_csv_document(path: &Path, sheets: &[Sheet]) -> Result<(), ExportError> {
    replace(path, |file| {
        let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(file);
        csv.write_record([MARKING])?;
        for sheet in sheets {
            csv.write_record([""])?;
            csv.write_record([harmless(&sheet.name)])?;
            csv.write_record(sheet.columns.iter().map(|name| harmless(name)))?;
            for row in &sheet.rows {
                csv.write_record(row.iter().map(|cell| harmless(cell)))?;
            }
        }
        csv.write_record([""])?;
        csv.write_record([MARKING])?;
        Ok(csv.flush()?)
    })
}

/// A plain number may begin with a sign; any other text that a spreadsheet would take for a formula is kept
/// from becoming one.
fn harmless(cell: &str) -> String {
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if !number && (begins(cell) || begins(cell.trim_start())) { format!("'{cell}") } else { cell.to_owned() }
}

/// Writes a workbook with a sheet for each table. Every cell is text, so none can become a formula.
///
/// # Errors
/// When the file cannot be written, or a table has more rows than a sheet; nothing is left half-written.
pub fn write_workbook(path: &Path, title: &str, sheets: &[Sheet]) -> Result<(), ExportError> {
    let mut workbook = Workbook::new();
    // The date of writing would make two runs over the same evidence differ.
    let epoch = ExcelDateTime::from_ymd(2025, 3, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&epoch));
    let bold = CellFormat::new().set_bold();
    for table in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&table.name)?;
        sheet.set_header(format!("&C{MARKING}")).set_footer(format!("&C{MARKING}&RPage &P of &N"));
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_freeze_panes(2, 0)?;
        sheet.write_string_with_format(0, 0, MARKING, &bold)?;
        for (column, name) in table.columns.iter().enumerate() {
            sheet.write_string_with_format(1, column as u16, name, &bold)?;
            sheet.set_column_width(column as u16, 18)?;
        }
        for (n, row) in table.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                sheet.write_string(n as u32 + 2, column as u16, cell)?;
            }
        }
        sheet.write_string_with_format(table.rows.len() as u32 + 3, 0, MARKING, &bold)?;
    }
    let bytes = workbook.save_to_buffer()?;
    replace(path, |mut file| Ok(file.write_all(&bytes)?))
}

/// Writes a text as it is.
///
/// # Errors
/// When the file cannot be written; nothing is left half-written under the name.
pub fn write_text(path: &Path, text: &str) -> Result<(), ExportError> {
    replace(path, |mut file| Ok(file.write_all(text.as_bytes())?))
}
