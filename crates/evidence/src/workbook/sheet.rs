//! Parses one sheet of a workbook into rows on a pipe. Runs in a program of its own where it can.
//!
//! Cells are taken one after the other as they stand in the file: nothing here may allocate by the
//! size that a sheet claims to have.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::others::{CELLS_SHOWN, Other, ROWS_SHOWN, TEXT_SHOWN, bears};

use super::archive::{self, Flaw, SAVE_AGAIN};
use super::{Sheet, cells, stream, xml};
use crate::rows::{LONGEST_CELL, MOST_COLUMNS};

/// One text can stand in a million cells: what a sheet may unfold to as text, in bytes.
const LARGEST_SHEET: u64 = 2 << 30;
const LARGEST_ROW: usize = 64 << 20;

/// Writes the rows of the sheet, and how it ended. An `Err` means that nobody reads any more.
pub fn stream_rows(path: &Path, sheet: &Sheet, out: &mut impl Write) -> io::Result<()> {
    let result = match parse(path, sheet, out) {
        Ok(()) => Ok(()),
        Err(Stop::Flaw(flaw)) => Err(flaw),
        Err(Stop::Gone(error)) => return Err(error),
    };
    stream::write_end(out, &result)
}

enum Stop {
    Flaw(Flaw),
    /// The reading end of the pipe is closed.
    Gone(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Gone(error)
    }
}

fn stop(what: String, remedy: &str) -> Stop {
    Stop::Flaw(Flaw { what, remedy: remedy.to_owned() })
}

fn broken(error: XlsxError) -> Stop {
    match error {
        XlsxError::Password => stop("the workbook is protected by a password".to_owned(), "save it without a password"),
        XlsxError::Io(error) => stop(format!("the workbook cannot be read: {error}"), SAVE_AGAIN),
        XlsxError::Zip(error) => stop(format!("the workbook's archive is broken: {error}"), SAVE_AGAIN),
        error => stop(format!("the workbook is broken: {}", xml::why(&error)), SAVE_AGAIN),
    }
}

fn parse(path: &Path, sheet: &Sheet, out: &mut impl Write) -> Result<(), Stop> {
    archive::inspect(path).map_err(Stop::Flaw)?;
    let file = File::open(path).map_err(|error| stop(format!("cannot be opened: {error}"), ""))?;
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(broken)?;
    let is_1904 = workbook.has_1904_epoch();
    let name = choose(&mut workbook, sheet, is_1904, out)?;
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(broken)?;
    let mut row = SheetRow::new();
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (line, column) = cell.get_position();
        if row.line != Some(line) {
            row.write(out)?;
            row.begin(line)?;
        }
        let space = row.cell(column as usize)?;
        if let Some(space) = space {
            cells::write(cell.get_value(), is_1904, space);
            let bytes = space.len();
            row.count(column as usize, bytes)?;
        }
    }
    row.write(out)?;
    Ok(())
}

/// The sheet asked for; else the one named as the set; else the first, shown or not. The beginnings of the
/// others are written before it: what is not read must be known.
fn choose<R: io::Read + io::Seek>(
    workbook: &mut Xlsx<R>,
    sheet: &Sheet,
    is_1904: bool,
    out: &mut impl Write,
) -> Result<String, Stop> {
    let sheets: Vec<_> =
        workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect();
    let named = |wanted: &str| sheets.iter().position(|sheet| bears(&sheet.name, wanted));
    let listed = || sheets.iter().map(|sheet| format!("{:?}", sheet.name)).collect::<Vec<_>>().join(", ");
    let chosen = match &sheet.wanted {
        Some(wanted) => named(wanted).ok_or_else(|| {
            stop(
                format!("there is no sheet {wanted:?}; the sheets are {}", listed()),
                "name one of them in the mapping",
            )
        })?,
        None => named(&sheet.preferred).unwrap_or_default(),
    };
    if sheets.is_empty() {
        return Err(stop("the workbook has no sheet with cells".to_owned(), ""));
    }
    for (place, other) in sheets.iter().enumerate() {
        let is_read = place == chosen;
        let rows = if is_read { Ok(Vec::new()) } else { beginning(workbook, &other.name, is_1904) };
        let rows = match rows {
            // What a mapping does not ask for may hold what cannot be read.
            Err(Stop::Flaw(_)) if sheet.wanted.is_some() => Vec::new(),
            rows => rows?,
        };
        let is_shown = other.visible == SheetVisible::Visible;
        stream::write_other(out, &Other { name: other.name.clone(), is_read, is_shown, rows })?;
    }
    stream::write_head(out)?;
    Ok(sheets[chosen].name.clone())
}

/// The first rows of a sheet that are not blank, without blank cells at their ends and with long texts cut.
fn beginning<R: io::Read + io::Seek>(
    workbook: &mut Xlsx<R>,
    name: &str,
    is_1904: bool,
) -> Result<Vec<Vec<String>>, Stop> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(broken)?;
    let (mut rows, mut line): (Vec<Vec<String>>, _) = (Vec::new(), None);
    let mut text = String::new();
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (at, column) = cell.get_position();
        text.clear();
        cells::write(cell.get_value(), is_1904, &mut text);
        if text.trim().is_empty() || column as usize >= CELLS_SHOWN {
            continue;
        }
        if line != Some(at) {
            if rows.len() == ROWS_SHOWN {
                break;
            }
            line = Some(at);
            rows.push(Vec::new());
        }
        if let Some(row) = rows.last_mut() {
            row.resize(column as usize + 1, String::new());
            row[column as usize] = text.chars().take(TEXT_SHOWN).collect();
        }
    }
    Ok(rows)
}

/// The row being collected. Only cells up to the last that is there take room.
struct SheetRow {
    line: Option<u32>,
    cells: Vec<String>,
    used: usize,
    bytes: usize,
    too_long: Option<usize>,
    whole: u64,
}

impl SheetRow {
    fn new() -> Self {
        SheetRow { line: None, cells: Vec::new(), used: 0, bytes: 0, too_long: None, whole: 0 }
    }

    fn begin(&mut self, line: u32) -> Result<(), Stop> {
        if self.line.is_some_and(|before| before > line) || line >= 1 << 20 {
            return Err(stop(
                format!("the sheet's rows are out of order at row {}", line.saturating_add(1)),
                "save it again in a spreadsheet program",
            ));
        }
        self.cells[..self.used].iter_mut().for_each(String::clear);
        (self.line, self.used, self.bytes, self.too_long) = (Some(line), 0, 0, None);
        Ok(())
    }

    /// The space for the text of a cell; none when the row is spoilt already.
    fn cell(&mut self, column: usize) -> Result<Option<&mut String>, Stop> {
        if column >= 16_384 {
            return Err(stop(
                "a cell stands beyond the last column of a sheet".to_owned(),
                "save it again in a spreadsheet program",
            ));
        }
        if self.too_long.is_some() {
            return Ok(None);
        }
        self.used = self.used.max(column + 1);
        if self.cells.len() < self.used {
            self.cells.resize_with(self.used, String::new);
        }
        self.cells[column].clear();
        Ok(Some(&mut self.cells[column]))
    }

    fn count(&mut self, column: usize, bytes: usize) -> Result<(), Stop> {
        self.bytes += bytes;
        self.whole += bytes as u64;
        if bytes > LONGEST_CELL || self.bytes > LARGEST_ROW {
            self.too_long = Some(column);
        }
        if self.whole > LARGEST_SHEET {
            return Err(stop(
                "the sheet unfolds to more than 2 GiB of text: it looks like a decompression bomb".to_owned(),
                "export large tables as CSV or Parquet",
            ));
        }
        Ok(())
    }

    fn write(&mut self, out: &mut impl Write) -> Result<(), Stop> {
        let Some(line) = self.line else { return Ok(()) };
        if let Some(column) = self.too_long {
            let start: String = self.cells[column].chars().take(200).collect();
            let reason = format!("the cell in column {} is longer than {} KiB", column + 1, LONGEST_CELL >> 10);
            stream::write_bad_row(out, line + 1, &start, &reason)?;
            // One such text is not kept for the sake of rows to come.
            self.cells[column] = String::new();
            return Ok(());
        }
        let trailing = self.cells[..self.used].iter().rev().take_while(|cell| cell.trim().is_empty()).count();
        let used = self.used - trailing;
        if used > MOST_COLUMNS {
            return Err(stop(
                format!("row {} has {used} columns; at most {MOST_COLUMNS} are read", line + 1),
                "export only the columns that the set asks for",
            ));
        }
        if used > 0 {
            stream::write_row(out, line + 1, &self.cells[..used])?;
        }
        Ok(())
    }
}
