//! CSV: the separator is found from the header, quotation marks may hold line feeds, and blocks of rows
//! can be taken apart by many threads at once.
//!
//! It must not know what a column means; it only counts how many names of the header are wanted.

mod blocks;
mod cells;
mod header;
pub(crate) mod line_ends;
mod mask;

use std::io::{self, Read};
use std::path::Path;

pub use blocks::Block;
pub use cells::{Wanted, parse};

use crate::chunk::{Chunk, Columns, Reader, Refusal};
use crate::stream::{self, Digest};
use blocks::{Blocks, Failure, MAX_ROW};
use line_ends::FirstEnd;

/// How a file is laid out, where that is known beforehand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// `None`: the one of `,`, `;` and tab that divides the header best.
    pub separator: Option<u8>,
    pub header: HeaderRow,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HeaderRow {
    /// The first line that is not empty.
    #[default]
    First,
    /// The row that begins on this line, from 1; what stands before it is not read.
    Line(u64),
    /// There is none: the columns are called so.
    Named(Vec<String>),
}

/// A CSV file with its header read.
pub struct Csv {
    pub header: Vec<String>,
    pub separator: u8,
    file: String,
    blocks: Blocks<Box<dyn Read + Send>>,
}

impl Csv {
    /// Opens a file and reads its header. Of the possible separators the one that finds most `wanted`
    /// names is taken, and among equals the one that finds most cells.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or its header has too many columns, no end, or a quotation mark
    /// that swallows rows.
    pub fn open(
        path: &Path,
        file: &str,
        layout: &Layout,
        wanted: &dyn Fn(&str) -> bool,
        digest: Option<Digest>,
    ) -> Result<Csv, Refusal> {
        let mut source = stream::open(path, file, digest)?;
        let mut start = Vec::new();
        let mut size = 64 * 1024;
        let mut first_end = FirstEnd::NotSeen;
        loop {
            let ended = fill(&mut source, &mut start, size).map_err(|error| stream::unreadable(file, &error))?;
            if first_end == FirstEnd::NotSeen {
                first_end = line_ends::of_first_row(&start, ended);
                if first_end == FirstEnd::Return {
                    let read = io::Cursor::new(std::mem::take(&mut start));
                    source = Box::new(line_ends::Feeds::of_cells(read.chain(source)));
                    continue;
                }
            }
            if let Some(found) = header::find(&start, ended, layout, wanted) {
                found.refuse_flaws(file, &start)?;
                let line = 1 + memchr::memchr_iter(b'\n', &start[..found.end]).count() as u64;
                let (header, separator) = (found.names, found.separator);
                let blocks = Blocks::new(source, separator, header.len(), start.split_off(found.end), line);
                return Ok(Csv { header, separator, file: file.to_owned(), blocks });
            }
            if ended {
                return Err(header::missing(file, &start, layout));
            }
            if size >= MAX_ROW {
                return Err(endless(file, 1));
            }
            size *= 2;
        }
    }

    /// The next block of rows, to be taken apart with [`parse`].
    pub fn next_block(&mut self) -> Result<Option<Block>, Refusal> {
        self.blocks.next_block().map_err(|failure| match failure {
            Failure::Read(error) => stream::unreadable(&self.file, &error),
            Failure::EndlessRow(line) => endless(&self.file, line),
        })
    }
}

fn endless(file: &str, line: u64) -> Refusal {
    let what = format!("the row that begins on line {line} does not end within {} MiB", MAX_ROW >> 20);
    Refusal::new(file, what, "look for a quotation mark that is never closed, or a cell that is far too long")
}

/// Opens a CSV file as a reader of text cells.
///
/// # Errors
/// As [`Csv::open`].
pub fn open(path: &Path, file: &str, layout: &Layout) -> Result<Box<dyn Reader>, Refusal> {
    let csv = Csv::open(path, file, layout, &|_| false, None)?;
    let wanted = Wanted::all(csv.header.len());
    Ok(Box::new(Sequential { csv, wanted, first_row: 0 }))
}

struct Sequential {
    csv: Csv,
    wanted: Wanted,
    first_row: u64,
}

impl Reader for Sequential {
    fn header(&self) -> &[String] {
        &self.csv.header
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal> {
        let Some(block) = self.csv.next_block()? else { return Ok(None) };
        let ordinal = block.ordinal;
        let grid = parse(block, self.csv.separator, &self.wanted);
        let first_row = self.first_row;
        self.first_row += grid.rows() as u64;
        Ok(Some(Chunk { ordinal, first_row, columns: Columns::Cells(grid) }))
    }
}

/// Reads until `bytes` has that size; whether the source has ended.
fn fill(source: &mut impl Read, bytes: &mut Vec<u8>, size: usize) -> io::Result<bool> {
    let wanted = size - bytes.len();
    let read = source.by_ref().take(wanted as u64).read_to_end(bytes)?;
    Ok(read < wanted)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn opened(text: &str, layout: &Layout, wanted: &[&str]) -> Result<(Vec<String>, u8, Vec<String>), Refusal> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut csv = Csv::open(file.path(), "x.csv", layout, &|name| wanted.contains(&name), None)?;
        let mut rows = Vec::new();
        while let Some(block) = csv.next_block()? {
            let grid = parse(block, csv.separator, &Wanted::all(csv.header.len()));
            for row in 0..grid.rows() {
                let cells: Vec<&str> = (0..grid.width()).map(|column| grid.cell(row, column).trim()).collect();
                rows.push(format!("{} {}", grid.line(row), cells.join("|")));
            }
        }
        Ok((csv.header, csv.separator, rows))
    }

    #[test]
    fn the_separator_is_the_one_that_finds_wanted_names() {
        for (text, separator) in [("a,b\n1,2\n", b','), ("a;b\n1;2\n", b';'), ("a\tb\n1\t2\n", b'\t')] {
            let (header, found, rows) = opened(text, &Layout::default(), &["a", "b"]).unwrap();
            assert_eq!((header, found, rows), (vec!["a".into(), "b".into()], separator, vec!["2 1|2".to_owned()]));
        }
        let (header, ..) = opened("a;b, or c, or d, or e;f\n", &Layout::default(), &["a", "f"]).unwrap();
        assert_eq!(header, ["a", "b, or c, or d, or e", "f"]);
        let (header, ..) = opened("\"a;x\",b\n", &Layout::default(), &[]).unwrap();
        assert_eq!(header, ["a;x", "b"]);
    }

    #[test]
    fn a_header_may_hold_line_feeds_and_stand_after_empty_lines() {
        let (header, _, rows) = opened("\r\n\n\"a\nb\",c\r\n1,2\r\n", &Layout::default(), &[]).unwrap();
        assert_eq!((header, rows), (vec!["a\nb".into(), "c".into()], vec!["5 1|2".to_owned()]));
    }

    #[test]
    fn a_header_alone_has_no_rows_and_no_header_is_refused() {
        assert_eq!(opened("a,b", &Layout::default(), &[]).unwrap().2, Vec::<String>::new());
        assert!(opened("\n\r\n", &Layout::default(), &[]).unwrap_err().what.contains("no header"));
        assert!(opened("\u{feff}", &Layout::default(), &[]).unwrap_err().what.contains("no header"));
    }

    #[test]
    fn a_header_can_stand_further_down_or_be_given() {
        let layout = Layout { header: HeaderRow::Line(3), ..Layout::default() };
        assert_eq!(opened("made by X\n\na,b\n1,2\n", &layout, &[]).unwrap().2, ["4 1|2"]);
        let layout = Layout { separator: Some(b' '), header: HeaderRow::Named(vec!["p".into(), "q".into()]) };
        let (header, _, rows) = opened("1 2\n3 4\n", &layout, &[]).unwrap();
        assert_eq!((header, rows), (vec!["p".into(), "q".into()], vec!["1 1|2".to_owned(), "2 3|4".to_owned()]));
    }

    #[test]
    fn rows_may_end_with_a_carriage_return_alone() {
        let (header, separator, rows) = opened("a;b\r1;\"x\ry\"\r\r3;4\r", &Layout::default(), &["a", "b"]).unwrap();
        assert_eq!((header, separator), (vec!["a".into(), "b".into()], b';'));
        assert_eq!(rows, ["2 1|x\ry", "4 3|4"]);
        let long: String = (0..40_000).map(|n| format!("{n},x\r")).collect();
        assert_eq!(opened(&format!("a,b\r{long}"), &Layout::default(), &["a", "b"]).unwrap().2.len(), 40_000);
        // Of any other file a lone return is a character of its cell.
        assert_eq!(opened("a,b\n1,x\ry\n", &Layout::default(), &["a", "b"]).unwrap().2, ["2 1|x\ry"]);
    }

    #[test]
    fn a_quotation_mark_that_swallows_rows_into_the_header_refuses_the_file() {
        for text in [
            "a,\"b\n1,2\n3,4\n",
            "\"a,b\n1,2\n",
            "a,\"b\r1,2\r3,4\r",
            "a,\"b\n1,2\n3,\"4\"\n5,6\n",
            "a,\"b\n1,2\n3,\"\n5,6\n",
        ] {
            let refusal = opened(text, &Layout::default(), &["a", "b"]).unwrap_err();
            assert!(refusal.what.contains("quotation mark in the header"), "{text:?}: {}", refusal.what);
        }
        assert_eq!(opened("a,\"b\nc\"\n1,2\n", &Layout::default(), &["a"]).unwrap().2, ["3 1|2"]);
    }

    #[test]
    fn a_line_that_names_the_separator_is_obeyed_and_is_no_header() {
        for (text, separator) in [("sep=;\r\na;b,c\r\n1;2\r\n", b';'), ("\"SEP=|\"\na|b,c\n1|2\n", b'|')] {
            let (header, found, rows) = opened(text, &Layout::default(), &["a", "c"]).unwrap();
            assert_eq!((header, found, rows), (vec!["a".into(), "b,c".into()], separator, vec!["3 1|2".to_owned()]));
        }
        assert_eq!(opened("sep=,b\n1,2\n", &Layout::default(), &[]).unwrap().0, ["sep=", "b"]);
    }

    #[test]
    fn a_header_line_beyond_the_end_is_told_with_the_number_of_lines() {
        let layout = Layout { header: HeaderRow::Line(500), ..Layout::default() };
        let refusal = opened("a,b\n1,2\n3,4\n", &layout, &[]).unwrap_err();
        assert!(refusal.what.contains("line 500") && refusal.what.contains("3 lines"), "{}", refusal.what);
    }

    #[test]
    fn a_million_columns_are_refused() {
        let refusal = opened(&"a,".repeat(1_000_000), &Layout::default(), &[]).unwrap_err();
        assert_eq!(refusal.what, "the header has 1000001 columns; at most 10000 are read");
    }
}
