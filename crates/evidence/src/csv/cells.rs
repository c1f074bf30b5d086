//! Takes the rows of a block apart into cells.
//!
//! Cells point into the block; doubled quotation marks are undone in place, which only ever makes a
//! cell shorter. It must not trim or interpret anything.

use arrow::buffer::Buffer;
use memchr::memchr_iter;

use super::blocks::{Block, QUOTE, closing_quote};
use super::mask;
use crate::chunk::{BadRow, CellGrid, Span};

/// A longer cell quarantines its row.
const MAX_CELL: usize = 1 << 20;

const NOT_KEPT: u32 = u32::MAX;

/// Which columns of a file are wanted, and where they go.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// For each column of the file, its place in the grid.
    places: Vec<u32>,
    width: usize,
}

impl Wanted {
    /// All columns of a file.
    pub fn all(columns: usize) -> Wanted {
        Wanted { places: (0..columns as u32).collect(), width: columns }
    }

    /// These columns of a file that has `columns` of them; the grid has them in this order.
    pub fn some(columns: usize, wanted: &[usize]) -> Wanted {
        let mut places = vec![NOT_KEPT; columns];
        for (place, &column) in wanted.iter().enumerate() {
            places[column] = place as u32;
        }
        Wanted { places, width: wanted.len() }
    }
}

/// Takes a block apart. Rows of another length than the header are bad; empty lines are no rows.
pub fn parse(block: Block, separator: u8, wanted: &Wanted) -> CellGrid {
    let mut rows = Rows::new(block, wanted);
    let mut window = 0;
    while window < rows.bytes.len() {
        let mut marks = mask::of(&rows.bytes, window, separator);
        while marks != 0 {
            let place = window + marks.trailing_zeros() as usize;
            marks &= marks - 1;
            if place < rows.resume {
                continue;
            }
            match rows.bytes[place] {
                b'\n' => rows.end_row(place),
                QUOTE => rows.quote(place),
                _ => rows.end_cell(place),
            }
        }
        window += mask::WIDTH;
    }
    rows.finish()
}

/// The cells of one row, trimmed. Bytes that are not UTF-8 are replaced: it is for headers.
pub fn of_row(row: &[u8], separator: u8) -> Vec<String> {
    let mut cells = Vec::new();
    let mut from = 0;
    loop {
        let mut text = Vec::new();
        if row.get(from) == Some(&QUOTE) {
            let closing = closing_quote(row, from).unwrap_or(row.len());
            let mut inner = row[from + 1..closing].iter();
            while let Some(&byte) = inner.next() {
                text.push(byte);
                if byte == QUOTE {
                    inner.next();
                }
            }
            from = (closing + 1).min(row.len());
        }
        let end = memchr::memchr(separator, &row[from..]).map_or(row.len(), |offset| from + offset);
        text.extend_from_slice(&row[from..end]);
        cells.push(String::from_utf8_lossy(&text).trim().to_owned());
        if end == row.len() {
            return cells;
        }
        from = end + 1;
    }
}

struct Rows<'a> {
    bytes: Vec<u8>,
    wanted: &'a Wanted,
    spans: Vec<Span>,
    lines: Vec<u64>,
    /// Where each row ends.
    ends: Vec<u32>,
    bad: Vec<BadRow>,
    line: u64,
    row_start: usize,
    cell_start: usize,
    cells_in_row: usize,
    /// Where the spans of the current row begin.
    row: usize,
    /// Line feeds inside the quotation marks of the current row.
    feeds_in_row: u64,
    /// Where the current cell's quotation marks close.
    closed_at: Option<usize>,
    /// Marks before this place are inside quotation marks.
    resume: usize,
    wrong: Option<&'static str>,
}

impl<'a> Rows<'a> {
    fn new(block: Block, wanted: &'a Wanted) -> Self {
        let likely_rows = block.bytes.len() / 64;
        let likely_cells = (likely_rows * wanted.width).min(block.bytes.len() / 4);
        Rows {
            bytes: block.bytes,
            wanted,
            spans: Vec::with_capacity(likely_cells),
            lines: Vec::with_capacity(likely_rows),
            ends: Vec::with_capacity(likely_rows),
            bad: Vec::new(),
            line: block.line,
            row_start: 0,
            cell_start: 0,
            cells_in_row: 0,
            row: 0,
            feeds_in_row: 0,
            closed_at: None,
            resume: 0,
            wrong: None,
        }
    }

    #[cold]
    #[inline(never)]
    fn unclosed(&mut self) {
        self.wrong = Some("a quotation mark is not closed");
        self.resume = self.bytes.len();
    }

    fn quote(&mut self, place: usize) {
        if place != self.cell_start {
            return;
        }
        let Some(closing) = closing_quote(&self.bytes, place) else { return self.unclosed() };
        self.feeds_in_row += memchr_iter(b'\n', &self.bytes[place..closing]).count() as u64;
        self.closed_at = Some(closing);
        self.resume = closing + 1;
    }

    #[inline(always)]
    fn end_cell(&mut self, end: usize) {
        let start = self.cell_start;
        self.cell_start = end + 1;
        let column = self.cells_in_row;
        self.cells_in_row += 1;
        if column == 0 {
            self.row = self.spans.len();
            self.spans.resize(self.row + self.wanted.width, Span::default());
        }
        let place = self.wanted.places.get(column).map_or(NOT_KEPT, |&place| place);
        let closed = self.closed_at.take();
        if place == NOT_KEPT {
            return;
        }
        let span = match closed {
            None => Span { start: start as u32, len: (end - start) as u32 },
            Some(closed) => self.undo_quotes(start, closed, end),
        };
        if span.len as usize > MAX_CELL {
            self.wrong = Some("a cell is longer than 1 MiB");
        }
        self.spans[self.row + place as usize] = span;
    }

    /// The text of a quoted cell: doubled marks are one, and what follows the closing mark belongs to it.
    fn undo_quotes(&mut self, start: usize, closed: usize, end: usize) -> Span {
        let first = start + 1;
        let mut written = first;
        let inner = &mut self.bytes[..closed];
        if memchr::memchr(QUOTE, &inner[first..]).is_none() {
            written = closed;
            // Most often nothing follows the closing mark, and the text stays where it is.
            if closed + 1 == end {
                return Span { start: first as u32, len: (closed - first) as u32 };
            }
        } else {
            let mut read = first;
            while read < closed {
                inner[written] = inner[read];
                written += 1;
                read += if inner[read] == QUOTE { 2 } else { 1 };
            }
        }
        self.bytes.copy_within(closed + 1..end, written);
        written += end - (closed + 1);
        // What is left behind must not begin inside a character: the block is held against UTF-8 as a whole.
        let cut = self.bytes[written..end].iter_mut().take_while(|byte| **byte & 0xC0 == 0x80);
        cut.for_each(|byte| *byte = b' ');
        Span { start: first as u32, len: (written - first) as u32 }
    }

    #[inline]
    fn end_row(&mut self, end: usize) {
        let row_start = std::mem::replace(&mut self.row_start, end + 1);
        let line = self.line;
        self.line += 1 + std::mem::take(&mut self.feeds_in_row);
        let empty = matches!(&self.bytes[row_start..end], [] | [b'\r']);
        if empty {
            self.cell_start = end + 1;
            return;
        }
        self.end_cell(end);
        let cells = std::mem::take(&mut self.cells_in_row);
        if cells != self.wanted.places.len() || self.wrong.is_some() {
            self.bad_row(row_start, end, cells);
        }
        self.lines.push(line);
        self.ends.push(end as u32);
    }

    #[cold]
    #[inline(never)]
    fn bad_row(&mut self, start: usize, end: usize, cells: usize) {
        let ragged = || format!("ragged row: {cells} cells, {} expected", self.wanted.places.len());
        let reason = self.wrong.take().map_or_else(ragged, str::to_owned);
        let shown = &self.bytes[start..end.min(start + 400)];
        let value = String::from_utf8_lossy(shown).trim_end().to_owned();
        self.bad.push(BadRow { row: self.lines.len() as u32, value, reason });
    }

    fn finish(mut self) -> CellGrid {
        let end = self.bytes.len();
        if self.row_start < end {
            self.end_row(end);
        }
        CellGrid::of_rows(Buffer::from_vec(self.bytes), self.wanted.width, self.spans, self.lines, self.bad, &self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(text: &str, columns: usize) -> (Vec<Vec<String>>, Vec<u64>, Vec<BadRow>) {
        let block = Block { ordinal: 0, line: 2, bytes: text.as_bytes().to_vec() };
        let grid = parse(block, b',', &Wanted::all(columns));
        let row = |row| (0..columns).map(|column| grid.cell(row, column).to_owned()).collect();
        let lines = (0..grid.rows()).map(|row| grid.line(row)).collect();
        ((0..grid.rows()).map(row).collect(), lines, grid.bad_rows().to_vec())
    }

    #[test]
    fn quoted_cells_hold_separators_line_feeds_and_doubled_marks() {
        let (rows, lines, bad) = rows_of("a,\"b,\nc\",\"say \"\"hi\"\"\"\r\n\"\",\"\"\"\",z", 3);
        assert_eq!(rows, [["a", "b,\nc", "say \"hi\"\r"], ["", "\"", "z"]]);
        assert_eq!((lines, bad), (vec![2, 4], vec![]));
    }

    #[test]
    fn a_cell_that_lost_its_doubled_marks_leaves_no_half_of_a_character_behind() {
        let block = Block { ordinal: 0, line: 2, bytes: "\"\"\"é\",b\n".as_bytes().to_vec() };
        let grid = parse(block, b',', &Wanted::all(2));
        assert_eq!((grid.cell(0, 0), grid.bad_rows()), ("\"é", [].as_slice()));
        assert!(std::str::from_utf8(grid.buffer().as_slice()).is_ok());
    }

    #[test]
    fn a_mark_inside_a_cell_is_only_a_character() {
        let (rows, _, bad) = rows_of("5\" pipe,b\n\"x\" y,\"p\"q\"\n", 2);
        assert_eq!(
            (rows, bad),
            (vec![vec!["5\" pipe".into(), "b".to_owned()], vec!["x y".into(), "pq\"".into()]], vec![])
        );
    }

    #[test]
    fn empty_lines_are_no_rows_and_a_line_of_separators_is() {
        let (rows, lines, bad) = rows_of("\n\r\n,\na,b\n\n", 2);
        assert_eq!(
            (rows, lines, bad),
            (vec![vec![String::new(); 2], vec!["a".into(), "b".into()]], vec![4, 5], vec![])
        );
    }

    #[test]
    fn ragged_rows_are_bad_and_the_rest_goes_on() {
        let (rows, lines, bad) = rows_of("a\nb,c\nd,e,f\ng,h", 2);
        assert_eq!(rows, [["", ""], ["b", "c"], ["", ""], ["g", "h"]]);
        assert_eq!(lines, [2, 3, 4, 5]);
        assert_eq!(bad[0], BadRow { row: 0, value: "a".into(), reason: "ragged row: 1 cells, 2 expected".into() });
        assert_eq!((bad[1].row, bad[1].value.as_str()), (2, "d,e,f"));
    }

    #[test]
    fn a_mark_that_never_closes_spoils_its_row_only() {
        let (rows, _, bad) = rows_of("a,b\nc,\"d\n,e\n", 2);
        assert_eq!((rows.len(), bad.len(), bad[0].reason.as_str()), (2, 1, "a quotation mark is not closed"));
    }

    #[test]
    fn an_overlong_cell_spoils_its_row_only() {
        let text = format!("a,{}\nc,d\n", "x".repeat(MAX_CELL + 1));
        let (rows, _, bad) = rows_of(&text, 2);
        assert_eq!((rows[1][1].as_str(), bad[0].reason.as_str()), ("d", "a cell is longer than 1 MiB"));
    }

    #[test]
    fn only_wanted_columns_are_kept_in_the_wanted_order() {
        let block = Block { ordinal: 0, line: 2, bytes: b"a,\"b\"\"\",c\nd,e,f\n".to_vec() };
        let grid = parse(block, b',', &Wanted::some(3, &[2, 0]));
        assert_eq!((grid.width(), grid.cell(0, 0), grid.cell(0, 1), grid.cell(1, 0)), (2, "c", "a", "f"));
    }
}
