//! Logs whose columns are divided by white space, line by line.

use std::io::{BufRead, BufReader, Read};

use crate::chunk::Refusal;
use crate::csv::line_ends::Feeds;
use crate::rows::{LONGEST_CELL, MOST_COLUMNS, Row, Rows};
use crate::stream;

/// The lines of a log as rows.
pub struct Spaced {
    input: BufReader<Box<dyn Read + Send>>,
    file: String,
    line: Vec<u8>,
    number: u64,
}

impl Spaced {
    pub fn new(input: Box<dyn Read + Send>, file: &str) -> Self {
        // A carriage return alone ends a line too, or a whole log would be its own header.
        let lines: Box<dyn Read + Send> = Box::new(Feeds::of_lines(input));
        Spaced { input: BufReader::with_capacity(256 << 10, lines), file: file.to_owned(), line: Vec::new(), number: 0 }
    }
}

impl Rows for Spaced {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, Refusal> {
        self.line.clear();
        let cannot = |error| stream::unreadable(&self.file, &error);
        let read = (&mut self.input).take(LONGEST_CELL as u64 + 1).read_until(b'\n', &mut self.line).map_err(cannot)?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        row.clear(self.number);
        if read > LONGEST_CELL {
            self.input.skip_until(b'\n').map_err(cannot)?;
            row.spoil("", "a line of more than 1 MiB");
            return Ok(true);
        }
        let cells = self.line.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty());
        cells.take(MOST_COLUMNS).for_each(|cell| row.push(cell));
        Ok(true)
    }
}
