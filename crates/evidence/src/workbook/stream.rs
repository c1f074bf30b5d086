//! The rows of a workbook as bytes on a pipe, from the program that parses it to the one that asked.
//!
//! First, for each sheet, `S`: its name, whether it is read, whether it is shown, and its first rows, of
//! those that are not read; `H` says that the rows follow. Rows: `R`, line, number of cells, then each cell's length and text; numbers are 32-bit, little end
//! first. `B`, line, value and reason tell of a row that cannot be taken apart. `E` ends the stream; `X` gives a refusal instead. A stream that just stops was cut short.

use std::io::{self, BufReader, Read, Write};

use super::archive::Flaw;
use super::others::{CELLS_SHOWN, Other, ROWS_SHOWN, Sheets};
use super::{Binds, Sheet};
use crate::chunk::Refusal;
use crate::rows::{LONGEST_CELL, Row, Rows};

pub fn write_other(out: &mut impl Write, other: &Other) -> io::Result<()> {
    out.write_all(b"S")?;
    write_text(out, &other.name)?;
    out.write_all(&[u8::from(other.is_read), u8::from(other.is_shown)])?;
    out.write_all(&(other.rows.len() as u32).to_le_bytes())?;
    for row in &other.rows {
        out.write_all(&(row.len() as u32).to_le_bytes())?;
        row.iter().try_for_each(|cell| write_text(out, cell))?;
    }
    Ok(())
}

pub fn write_head(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"H")
}

pub fn write_row(out: &mut impl Write, line: u32, cells: &[String]) -> io::Result<()> {
    out.write_all(b"R")?;
    out.write_all(&line.to_le_bytes())?;
    out.write_all(&(cells.len() as u32).to_le_bytes())?;
    for cell in cells {
        write_text(out, cell)?;
    }
    Ok(())
}

pub fn write_bad_row(out: &mut impl Write, line: u32, value: &str, reason: &str) -> io::Result<()> {
    out.write_all(b"B")?;
    out.write_all(&line.to_le_bytes())?;
    write_text(out, value)?;
    write_text(out, reason)
}

fn write_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(&(text.len() as u32).to_le_bytes())?;
    out.write_all(text.as_bytes())
}

pub fn write_end(out: &mut impl Write, result: &Result<(), Flaw>) -> io::Result<()> {
    match result {
        Ok(()) => out.write_all(b"E")?,
        Err(flaw) => {
            out.write_all(b"X")?;
            write_text(out, &flaw.what)?;
            write_text(out, &flaw.remedy)?;
        }
    }
    out.flush()
}

/// What is at the other end of the pipe; asked how it ended when the stream stops short.
pub trait Source: Send {
    fn why_it_ended(&mut self) -> String;
}

/// Rows read from the pipe.
pub struct Stream<R> {
    from: BufReader<R>,
    source: Box<dyn Source>,
    file: String,
    cell: Vec<u8>,
    sheets: Sheets,
    ended: bool,
}

impl<R: Read + Send> Stream<R> {
    pub fn new(from: R, source: Box<dyn Source>, file: &str) -> Self {
        Stream {
            from: BufReader::with_capacity(256 << 10, from),
            source,
            file: file.to_owned(),
            cell: Vec::new(),
            sheets: Sheets::default(),
            ended: false,
        }
    }

    /// Reads what is said of the sheets, up to the rows of the one that is read.
    ///
    /// # Errors
    /// The workbook is refused, or another of its sheets holds rows of the same table.
    pub fn past_other_sheets(mut self, asked: &Sheet, binds: Binds<'_>) -> Result<Self, Refusal> {
        loop {
            match self.other() {
                Ok(Ok(Some(other))) => self.sheets.add(other, binds),
                Ok(Ok(None)) => break,
                Ok(Err(refusal)) => return Err(refusal),
                Err(_) => return Err(self.cut_short()),
            }
        }
        self.sheets.refuse_rival(&self.file, asked)?;
        Ok(self)
    }

    fn other(&mut self) -> io::Result<Result<Option<Other>, Refusal>> {
        match self.tag()? {
            b'S' => {}
            b'H' => return Ok(Ok(None)),
            b'X' => return Ok(Err(self.refusal()?)),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
        let name = self.string()?;
        let (is_read, is_shown) = (self.tag()? != 0, self.tag()? != 0);
        let mut rows = Vec::new();
        for _ in 0..self.at_most(ROWS_SHOWN)? {
            let cells = self.at_most(CELLS_SHOWN)?;
            rows.push((0..cells).map(|_| self.string()).collect::<io::Result<Vec<_>>>()?);
        }
        Ok(Ok(Some(Other { name, is_read, is_shown, rows })))
    }

    /// A number that the other end keeps small.
    fn at_most(&mut self, limit: usize) -> io::Result<usize> {
        let number = self.number()? as usize;
        if number > limit { Err(io::ErrorKind::InvalidData.into()) } else { Ok(number) }
    }

    fn tag(&mut self) -> io::Result<u8> {
        let mut tag = [0];
        self.from.read_exact(&mut tag)?;
        Ok(tag[0])
    }

    fn refusal(&mut self) -> io::Result<Refusal> {
        let (what, remedy) = (self.string()?, self.string()?);
        Ok(Refusal::new(&self.file, what, remedy))
    }

    fn cut_short(&mut self) -> Refusal {
        let what = format!("the workbook cannot be read: {}", self.source.why_it_ended());
        Refusal::new(&self.file, what, "save it again in a spreadsheet program, or export it as CSV")
    }

    fn number(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.from.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn string(&mut self) -> io::Result<String> {
        self.text()?;
        Ok(String::from_utf8_lossy(&self.cell).into_owned())
    }

    fn text(&mut self) -> io::Result<()> {
        let len = self.number()? as usize;
        // The other end keeps to the limit; a longer one means that it no longer does what it should.
        if len > LONGEST_CELL {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.cell.resize(len, 0);
        self.from.read_exact(&mut self.cell)
    }

    fn read(&mut self, row: &mut Row) -> io::Result<Result<bool, Refusal>> {
        match self.tag()? {
            b'E' => {
                self.ended = true;
                Ok(Ok(false))
            }
            b'X' => Ok(Err(self.refusal()?)),
            b'B' => {
                row.clear(u64::from(self.number()?));
                let (value, reason) = (self.string()?, self.string()?);
                row.spoil(value, reason);
                Ok(Ok(true))
            }
            b'R' => {
                row.clear(u64::from(self.number()?));
                for _ in 0..self.number()? {
                    self.text()?;
                    row.push(&self.cell);
                }
                Ok(Ok(true))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl<R: Read + Send> Rows for Stream<R> {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, Refusal> {
        if self.ended {
            return Ok(false);
        }
        self.read(row).unwrap_or_else(|_| Err(self.cut_short()))
    }

    fn notices(&mut self) -> Vec<String> {
        self.sheets.notices()
    }
}
