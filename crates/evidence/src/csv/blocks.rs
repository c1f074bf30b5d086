//! Cuts the text of a CSV file into blocks that begin and end with rows.
//!
//! Only the quotation marks are looked at, so that one thread can cut for many that parse. It must not
//! take rows apart.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// How much is cut at a time. Rows longer than this make longer blocks.
const BLOCK: usize = 1 << 20;

/// From a file of more columns than this less is cut at a time: of such a file even a row of one byte
/// takes room for all its cells.
const NARROW: usize = 64;
const LEAST_BLOCK: usize = 4096;

/// A row longer than this refuses the file: most often a quotation mark was never closed.
pub const MAX_ROW: usize = 16 << 20;

pub const QUOTE: u8 = b'"';

/// Some whole rows.
pub struct Block {
    /// Its number in the file, from 0.
    pub ordinal: u32,
    /// The line on which its first row begins, from 1.
    pub line: u64,
    pub bytes: Vec<u8>,
}

/// Why there is no next block.
pub enum Failure {
    Read(io::Error),
    /// The row that begins on this line does not end within [`MAX_ROW`] bytes.
    EndlessRow(u64),
}

pub struct Blocks<R> {
    source: R,
    separator: u8,
    /// The beginning of the next block: part of a row, or what the header's reader read too far.
    carried: Vec<u8>,
    size: usize,
    ordinal: u32,
    line: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Blocks of what follows in the source, after `carried`, which begins with a row on that line.
    pub fn new(source: R, separator: u8, columns: usize, carried: Vec<u8>, line: u64) -> Self {
        let size = (BLOCK / columns.div_ceil(NARROW).max(1)).max(LEAST_BLOCK);
        Blocks { source, separator, carried, size, ordinal: 0, line, ended: false }
    }

    /// The next block, or `None` after the last. The last may end inside quotation marks.
    pub fn next_block(&mut self) -> Result<Option<Block>, Failure> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut wanted = self.size;
        let end = loop {
            self.fill(&mut bytes, wanted).map_err(Failure::Read)?;
            if self.ended && bytes.len() <= wanted {
                break bytes.len();
            }
            match last_border(&bytes[..wanted], self.separator) {
                Some(border) => break border,
                None if wanted >= MAX_ROW => return Err(Failure::EndlessRow(self.line)),
                None => wanted *= 2,
            }
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        self.carried = Vec::with_capacity(self.size + bytes.len() - end);
        self.carried.extend_from_slice(&bytes[end..]);
        bytes.truncate(end);
        let block = Block { ordinal: self.ordinal, line: self.line, bytes };
        self.ordinal += 1;
        self.line += memchr_iter(b'\n', &block.bytes).count() as u64;
        Ok(Some(block))
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        let mut filled = bytes.len();
        if filled < wanted && !self.ended {
            bytes.resize(wanted, 0);
            while filled < wanted {
                match self.source.read(&mut bytes[filled..]) {
                    Ok(0) => {
                        self.ended = true;
                        break;
                    }
                    Ok(read) => filled += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            bytes.truncate(filled);
        }
        Ok(())
    }
}

/// The place after the last line feed that is not inside quotation marks. The bytes begin with a row.
fn last_border(bytes: &[u8], separator: u8) -> Option<usize> {
    let mut border = None;
    let mut from = 0;
    loop {
        let opening = next_opening(bytes, from, separator);
        if let Some(feed) = memrchr(b'\n', &bytes[from..opening.unwrap_or(bytes.len())]) {
            border = Some(from + feed + 1);
        }
        let Some(opening) = opening else { return border };
        let Some(closing) = closing_quote(bytes, opening) else { return border };
        from = closing + 1;
    }
}

/// The place after the first line feed that is not inside quotation marks.
pub fn first_border(bytes: &[u8], separator: u8) -> Option<usize> {
    let mut from = 0;
    loop {
        let opening = next_opening(bytes, from, separator);
        if let Some(feed) = memchr(b'\n', &bytes[from..opening.unwrap_or(bytes.len())]) {
            return Some(from + feed + 1);
        }
        from = closing_quote(bytes, opening?)? + 1;
    }
}

/// The next quotation mark from a place outside of them that opens a cell: only at its beginning does it.
pub fn next_opening(bytes: &[u8], from: usize, separator: u8) -> Option<usize> {
    memchr_iter(QUOTE, &bytes[from..])
        .map(|offset| from + offset)
        .find(|&place| place == 0 || bytes[place - 1] == separator || bytes[place - 1] == b'\n')
}

/// The quotation mark that closes the cell opened at a place; doubled ones do not.
pub fn closing_quote(bytes: &[u8], opening: usize) -> Option<usize> {
    let mut from = opening + 1;
    loop {
        let place = from + memchr(QUOTE, &bytes[from..])?;
        if bytes.get(place + 1) != Some(&QUOTE) {
            return Some(place);
        }
        from = place + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_is_a_line_feed_outside_quotation_marks() {
        let border = |text: &str| last_border(text.as_bytes(), b',');
        assert_eq!(border("a,b\nc,d"), Some(4));
        assert_eq!(border("a,\"b\nc\",d\ne,\"f\ng"), Some(10));
        assert_eq!(border("\"a\"\"\n\"\"\",b"), None);
        assert_eq!(border("5\" pipe,b\nc,6\" pipe\nd"), Some(20));
    }

    #[test]
    fn blocks_hold_whole_rows_and_every_byte_once() {
        let rows: String = (0..300_000).map(|n| format!("{n},\"two\nlines of {n}\"\n")).collect();
        let mut blocks = Blocks::new(rows.as_bytes(), b',', 2, Vec::new(), 2);
        let (mut whole, mut line) = (Vec::new(), 2);
        while let Ok(Some(block)) = blocks.next_block() {
            assert_eq!((block.bytes.last(), block.line), (Some(&b'\n'), line));
            assert!(block.bytes[0].is_ascii_digit());
            line += block.bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
            whole.extend_from_slice(&block.bytes);
        }
        assert!(whole == rows.as_bytes());
    }

    #[test]
    fn a_row_without_end_is_refused_before_it_fills_the_memory() {
        let endless = io::repeat(b'x').take(1 << 40);
        let mut blocks = Blocks::new(b"\"".chain(endless), b',', 2, Vec::new(), 7);
        assert!(matches!(blocks.next_block(), Err(Failure::EndlessRow(7))));
    }
}
