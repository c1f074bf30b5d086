//! Rows before they are a grid: one at a time, with the line on which each stands.
//!
//! Formats that are read row by row (workbooks, logs, anything under a mapping) give [`Rows`];
//! [`Headed`] finds the header among them and turns the rest into chunks. It must not trim,
//! translate or type a cell.

use crate::chunk::{CellGridBuilder, Chunk, Columns, Reader, Refusal};
use crate::csv::HeaderRow;

/// A table of evidence is a handful of columns; nothing real comes near this many.
pub const MOST_COLUMNS: usize = 10_000;
/// A cell longer than this (bytes) is no cell of a record.
pub const LONGEST_CELL: usize = 1 << 20;
/// A chunk is handed over when it holds this many rows or bytes, whichever comes first.
const CHUNK_ROWS: usize = 8_192;
const CHUNK_BYTES: usize = 1 << 20;

/// One row: its cells stand one after the other in a buffer that is used again for the next row.
#[derive(Debug, Default)]
pub struct Row {
    /// The line of the file (the row of the sheet) on which it begins, from 1.
    pub line: u64,
    text: Vec<u8>,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    /// Why the row cannot be taken apart, with the text that shows it.
    pub flaw: Option<Flaw>,
}

/// What is wrong with a whole row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub value: String,
    pub reason: String,
}

impl Row {
    pub fn clear(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.ends.clear();
        self.flaw = None;
    }

    pub fn push(&mut self, cell: &[u8]) {
        self.text.extend_from_slice(cell);
        self.ends.push(self.text.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The cell at that place; blank beyond the last.
    pub fn cell(&self, place: usize) -> &[u8] {
        let Some(&end) = self.ends.get(place) else { return b"" };
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.text[start..end]
    }

    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|place| self.cell(place))
    }

    /// Whether every cell is empty or white space.
    pub fn is_blank(&self) -> bool {
        self.flaw.is_none() && self.cells().all(|cell| String::from_utf8_lossy(cell).trim().is_empty())
    }

    pub fn spoil(&mut self, value: impl Into<String>, reason: impl Into<String>) {
        self.flaw = Some(Flaw { value: value.into(), reason: reason.into() });
    }
}

/// A file read row by row.
pub trait Rows: Send {
    /// Fills in the next row; `false` after the last.
    fn next_row(&mut self, row: &mut Row) -> Result<bool, Refusal>;

    /// What was noticed beside the rows, as sentences without a full stop.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

impl<R: Rows + ?Sized> Rows for Box<R> {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, Refusal> {
        (**self).next_row(row)
    }

    fn notices(&mut self) -> Vec<String> {
        (**self).notices()
    }
}

/// How a table stands in its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    pub header: HeaderRow,
    /// Rows whose first cell begins so (comments, rules) are skipped, also before the header.
    pub skip_beginning: Vec<String>,
}

/// Rows under a header, as chunks.
pub struct Headed<R> {
    rows: R,
    layout: Layout,
    header: Vec<String>,
    row: Row,
    ordinal: u32,
    first_row: u64,
    /// Lines below the header that are no rows, by how they begin.
    skipped: u64,
}

impl<R: Rows> Headed<R> {
    /// Reads up to the header. `file` is the name that refusals give.
    pub fn open(mut rows: R, file: &str, layout: Layout) -> Result<Self, Refusal> {
        let mut row = Row::default();
        let header = match &layout.header {
            HeaderRow::Named(names) => names.clone(),
            _ => find_header(&mut rows, &mut row, file, &layout)?,
        };
        Ok(Headed { rows, layout, header, row, ordinal: 0, first_row: 0, skipped: 0 })
    }

    fn push_row(&self, grid: &mut CellGridBuilder) {
        let width = self.header.len();
        let row = &self.row;
        if let Some(flaw) = &row.flaw {
            grid.bad_row(row.line, flaw.value.clone(), flaw.reason.clone());
            return;
        }
        // Spreadsheets and logs leave out trailing blank cells, and carry blank ones beyond the table.
        if let Some(extra) = (width..row.len()).find(|&place| !trimmed(row.cell(place)).is_empty()) {
            let value = trimmed(row.cell(extra)).into_owned();
            grid.bad_row(row.line, value, format!("ragged row: a value in column {}, {width} expected", extra + 1));
            return;
        }
        (0..width).for_each(|place| grid.push_cell(row.cell(place)));
        grid.end_row(row.line);
    }
}

fn trimmed(cell: &[u8]) -> std::borrow::Cow<'_, str> {
    match String::from_utf8_lossy(cell) {
        std::borrow::Cow::Borrowed(text) => text.trim().into(),
        std::borrow::Cow::Owned(text) => text.trim().to_owned().into(),
    }
}

fn is_skipped(row: &Row, layout: &Layout) -> bool {
    let first = trimmed(row.cell(0));
    layout.skip_beginning.iter().any(|beginning| first.starts_with(beginning.as_str()))
}

fn find_header(rows: &mut impl Rows, row: &mut Row, file: &str, layout: &Layout) -> Result<Vec<String>, Refusal> {
    while rows.next_row(row)? {
        let here = match layout.header {
            HeaderRow::Line(line) if row.line > line => {
                let what = format!("line {line}, where the header should stand, is blank");
                return Err(Refusal::new(file, what, "say in the mapping which line holds the header"));
            }
            HeaderRow::Line(line) => row.line == line,
            _ => !row.is_blank() && !is_skipped(row, layout),
        };
        if !here {
            continue;
        }
        if let Some(flaw) = &row.flaw {
            return Err(Refusal::new(file, format!("the header cannot be read: {}", flaw.reason), ""));
        }
        let mut names: Vec<String> = row.cells().map(|cell| trimmed(cell).into_owned()).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        if names.len() > MOST_COLUMNS {
            let what = format!("{} columns; at most {MOST_COLUMNS} are read", names.len());
            return Err(Refusal::new(file, what, "export only the columns that the set asks for"));
        }
        return Ok(names);
    }
    if let (HeaderRow::Line(line), 1..) = (&layout.header, row.line) {
        let what = format!("the header should stand on line {line}, but the last row is on line {}", row.line);
        return Err(Refusal::new(file, what, "correct header_line in the mapping"));
    }
    Err(Refusal::new(file, "there is no header row", "export the table with its column names in the first row"))
}

impl<R: Rows> Reader for Headed<R> {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal> {
        let mut grid = CellGridBuilder::new(self.header.len());
        while grid.rows() < CHUNK_ROWS && grid.bytes() < CHUNK_BYTES && self.rows.next_row(&mut self.row)? {
            if self.row.is_blank() {
                continue;
            }
            if self.row.flaw.is_none() && is_skipped(&self.row, &self.layout) {
                self.skipped += 1;
                continue;
            }
            self.push_row(&mut grid);
        }
        if grid.rows() == 0 {
            return Ok(None);
        }
        let chunk = Chunk { ordinal: self.ordinal, first_row: self.first_row, columns: Columns::Cells(grid.finish()) };
        self.ordinal += 1;
        if let Columns::Cells(grid) = &chunk.columns {
            self.first_row += grid.rows() as u64;
        }
        Ok(Some(chunk))
    }

    fn notices(&mut self) -> Vec<String> {
        let mut notices = self.rows.notices();
        notices.extend(skipped_lines(self.skipped, &self.layout.skip_beginning));
        notices
    }
}

/// What is said of lines that a mapping takes for no rows.
pub fn skipped_lines(count: u64, beginnings: &[String]) -> Option<String> {
    let beginnings: Vec<String> = beginnings.iter().map(|beginning| format!("{beginning:?}")).collect();
    let passed_over = if count == 1 {
        "1 line was passed over because it begins".to_owned()
    } else {
        format!("{count} lines were passed over because they begin")
    };
    (count > 0).then(|| format!("{passed_over} with {}", beginnings.join(" or ")))
}
