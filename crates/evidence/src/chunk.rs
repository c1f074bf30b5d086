//! What a reader of any format hands over: runs of rows, in file order, before they have types.
//!
//! A reader is sequential and says nothing about meaning. It must not trim, translate or type a
//! cell: that happens afterwards, in parallel, and alike for every format.

use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;

/// A file that cannot be read. Nothing of the file counts as evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The file, relative to the evidence folder, with `/`.
    pub file: String,
    /// What is wrong, quoting the value.
    pub what: String,
    /// What the person who holds the file can do; may be empty.
    pub remedy: String,
}

impl Refusal {
    pub fn new(file: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Refusal { file: file.into(), what: what.into(), remedy: remedy.into() }
    }
}

/// Rows of one file, in file order.
pub trait Reader: Send {
    /// The names of the columns, as the file writes them. Known once the reader is open.
    fn header(&self) -> &[String];

    /// The next rows, or `None` after the last. Chunks of 4,000 to 32,000 rows serve best.
    fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal>;

    /// Columns of the set that a mapping declares as not exported: they may be missing although required.
    fn not_exported(&self) -> &[String] {
        &[]
    }

    /// How many rows the file itself has, where that is another number than the reader hands over. Asked for
    /// after the last chunk.
    fn source_rows(&self) -> Option<u64> {
        None
    }

    /// What the reader noticed and did not use, as sentences without a full stop. Asked for after the last chunk.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A file whose parts can be read independently of each other, such as the row groups of a Parquet file.
pub trait Pieces: Send + Sync {
    /// The names of the columns, as the file writes them.
    fn header(&self) -> &[String];

    /// How many pieces there are.
    fn count(&self) -> usize;

    /// The rows of a piece, numbered from the beginning of the file.
    fn rows(&self, piece: usize) -> Range<u64>;

    /// Reads these rows of one piece; the ranges lie in it, ascend and do not overlap. Only the columns
    /// at these places of [`Pieces::header`], in this order, are in the chunks, and [`Reader::header`]
    /// names only them. `first_row` of each chunk counts from the beginning of the file.
    fn open(&self, piece: usize, columns: &[usize], rows: &[Range<u64>]) -> Result<Box<dyn Reader>, Refusal>;
}

/// A run of rows of one file.
#[derive(Debug)]
pub struct Chunk {
    /// Its number in the file, from 0.
    pub ordinal: u32,
    /// The number of its first row in the file, from 0; the header is not counted.
    pub first_row: u64,
    pub columns: Columns,
}

/// The cells of a chunk, under the reader's header.
#[derive(Debug)]
pub enum Columns {
    /// Text cells, as CSV, JSON Lines and workbooks give them.
    Cells(CellGrid),
    /// Native columns, as Parquet gives them: one array for each name of the header, in its order.
    Arrays(RecordBatch),
}

/// Where the text of a cell stands in the grid's buffer, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub len: u32,
}

/// A row that cannot be taken apart into cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its number in the grid.
    pub row: u32,
    /// The text of the row, or of the part that is wrong; shortened later.
    pub value: String,
    /// Why, as shown to the user.
    pub reason: String,
}

/// Text cells over one shared buffer, row by row. Every cell is valid UTF-8.
///
/// Arrow's string views can point into the buffer, so a cell that needs no change is never copied.
#[derive(Debug)]
pub struct CellGrid {
    /// Invariant: every span lies in the buffer and is valid UTF-8 on its own.
    buffer: Buffer,
    spans: Vec<Span>,
    width: usize,
    /// For each row the line of the file on which it begins, from 1.
    lines: Vec<u64>,
    /// In order of row. Their cells are empty.
    bad: Vec<BadRow>,
}

impl CellGrid {
    /// A grid over a buffer that already holds the cells. A row with bytes that are not UTF-8 becomes a bad row.
    ///
    /// `spans` holds `width` spans for each of `lines`; `bad` is in order of row. The buffer must be
    /// shorter than 2 GiB, which is what a string view can address.
    ///
    /// # Panics
    /// When a span lies outside the buffer, or the numbers of spans and lines do not agree.
    pub fn new(buffer: Buffer, width: usize, spans: Vec<Span>, lines: Vec<u64>, bad: Vec<BadRow>) -> CellGrid {
        CellGrid::of_rows(buffer, width, spans, lines, bad, &[])
    }

    /// The same over a buffer of whole rows, of which only some cells are in the grid. `ends` says for each row
    /// where it ends: bytes that are not UTF-8 make it a bad row in whatever cell they stand.
    ///
    /// # Panics
    /// As [`CellGrid::new`].
    pub fn of_rows(
        buffer: Buffer,
        width: usize,
        spans: Vec<Span>,
        lines: Vec<u64>,
        bad: Vec<BadRow>,
        ends: &[u32],
    ) -> CellGrid {
        assert_eq!(spans.len(), width * lines.len(), "a span for every cell");
        assert!(i32::try_from(buffer.len()).is_ok(), "a grid holds less than 2 GiB");
        let end = buffer.len() as u64;
        let inside = |span: &Span| u64::from(span.start) + u64::from(span.len) <= end;
        assert!(spans.iter().all(inside), "every cell lies in the buffer");
        let mut grid = CellGrid { buffer, spans, width, lines, bad };
        for row in grid.bad.iter().map(|bad| bad.row as usize) {
            grid.spans[row * width..(row + 1) * width].fill(Span::default());
        }
        grid.refuse_rows_that_are_not_utf8(ends);
        grid
    }

    fn refuse_rows_that_are_not_utf8(&mut self, ends: &[u32]) {
        let bytes = self.buffer.as_slice();
        // A span of a valid text is valid when neither of its ends cuts a character in two.
        let whole = simdutf8::basic::from_utf8(bytes).is_ok();
        let at_border = |place: usize| bytes.get(place).is_none_or(|byte| byte & 0xC0 != 0x80);
        let valid = |span: &Span| {
            let (start, end) = (span.start as usize, span.start as usize + span.len as usize);
            if whole {
                at_border(start) && at_border(end)
            } else {
                simdutf8::basic::from_utf8(&bytes[start..end]).is_ok()
            }
        };
        if whole && self.spans.iter().all(valid) {
            return;
        }
        let (mut found, mut start) = (Vec::new(), 0);
        for row in 0..self.lines.len() {
            let cells = &mut self.spans[row * self.width..(row + 1) * self.width];
            let of_cell = cells.iter().find(|span| !valid(span)).map(|wrong| {
                let start = wrong.start as usize;
                &bytes[start..start + (wrong.len as usize).min(400)]
            });
            let of_row = ends.get(row).and_then(|&end| {
                let whole = &bytes[std::mem::replace(&mut start, end as usize)..end as usize];
                let wrong = std::str::from_utf8(whole).err()?.valid_up_to();
                Some(&whole[wrong.saturating_sub(20)..whole.len().min(wrong + 60)])
            });
            let Some(wrong) = of_cell.or(of_row) else { continue };
            cells.fill(Span::default());
            if self.bad.binary_search_by_key(&row, |bad| bad.row as usize).is_err() {
                let value = String::from_utf8_lossy(wrong).trim().to_owned();
                found.push(BadRow { row: row as u32, value, reason: "not UTF-8 text".to_owned() });
            }
        }
        self.bad.extend(found);
        self.bad.sort_by_key(|bad| bad.row);
    }

    /// How many rows there are, bad ones included.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// How many cells each row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The line of the file on which a row begins, from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    pub fn bad_rows(&self) -> &[BadRow] {
        &self.bad
    }

    /// The buffer that the spans point into.
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    pub fn span(&self, row: usize, column: usize) -> Span {
        self.spans[row * self.width + column]
    }

    /// The text of a cell, untrimmed.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let span = self.span(row, column);
        let bytes = &self.buffer.as_slice()[span.start as usize..span.start as usize + span.len as usize];
        // SAFETY: every span is valid UTF-8 on its own: the constructor empties those that are not.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }
}

/// Builds a grid cell by cell, for readers that produce text of their own.
#[derive(Debug)]
pub struct CellGridBuilder {
    width: usize,
    bytes: Vec<u8>,
    spans: Vec<Span>,
    lines: Vec<u64>,
    bad: Vec<BadRow>,
    in_row: usize,
}

impl CellGridBuilder {
    /// A builder for rows of `width` cells.
    pub fn new(width: usize) -> Self {
        CellGridBuilder { width, bytes: Vec::new(), spans: Vec::new(), lines: Vec::new(), bad: Vec::new(), in_row: 0 }
    }

    /// The next cell of the current row.
    pub fn push_cell(&mut self, cell: &[u8]) {
        if self.in_row < self.width {
            let start = self.bytes.len() as u32;
            self.bytes.extend_from_slice(cell);
            self.spans.push(Span { start, len: cell.len() as u32 });
        }
        self.in_row += 1;
    }

    /// Ends the current row, which begins on that line. A row with too few or too many cells is bad.
    pub fn end_row(&mut self, line: u64) {
        if self.in_row == self.width {
            self.lines.push(line);
            self.in_row = 0;
        } else {
            let reason = format!("ragged row: {} cells, {} expected", self.in_row, self.width);
            self.bad_row(line, String::new(), reason);
        }
    }

    /// Ends the current row as one that cannot be read; cells pushed for it are dropped.
    pub fn bad_row(&mut self, line: u64, value: impl Into<String>, reason: impl Into<String>) {
        let row = self.lines.len();
        self.spans.truncate(row * self.width);
        self.spans.resize((row + 1) * self.width, Span::default());
        self.lines.push(line);
        self.bad.push(BadRow { row: row as u32, value: value.into(), reason: reason.into() });
        self.in_row = 0;
    }

    /// Ended rows so far.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Bytes held so far: readers hand over a chunk when this passes about 1 MiB.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub fn finish(self) -> CellGrid {
        CellGrid::new(Buffer::from_vec(self.bytes), self.width, self.spans, self.lines, self.bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_grid_gives_its_cells_back() {
        let mut builder = CellGridBuilder::new(2);
        builder.push_cell(b"a");
        builder.push_cell("é".as_bytes());
        builder.end_row(2);
        builder.push_cell(b"only one");
        builder.end_row(3);
        let grid = builder.finish();
        assert_eq!((grid.rows(), grid.cell(0, 0), grid.cell(0, 1), grid.line(1)), (2, "a", "é", 3));
        assert_eq!(grid.bad_rows()[0].reason, "ragged row: 1 cells, 2 expected");
        assert_eq!(grid.cell(1, 0), "");
    }

    #[test]
    fn a_cell_that_is_not_utf8_spoils_only_its_row() {
        for cells in [[b"\xC3".as_slice(), b"\xA9"], [b"ok", b"\xFF"]] {
            let mut builder = CellGridBuilder::new(2);
            cells.iter().for_each(|cell| builder.push_cell(cell));
            builder.end_row(2);
            builder.push_cell(b"x");
            builder.push_cell(b"y");
            builder.end_row(3);
            let grid = builder.finish();
            assert_eq!((grid.bad_rows().len(), grid.bad_rows()[0].row), (1, 0));
            assert_eq!((grid.cell(0, 0), grid.cell(0, 1), grid.cell(1, 1)), ("", "", "y"));
        }
    }
}
