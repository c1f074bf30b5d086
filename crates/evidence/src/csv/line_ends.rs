//! Line ends of other times: text whose rows end with a carriage return alone is made to end them with
//! line feeds, before anything looks for rows.
//!
//! Only a file whose first row ends so is touched; in any other a lone carriage return is a character of
//! its cell. It must not know what a separator divides.

use std::io::{self, Read};

use super::blocks::{QUOTE, closing_quote};

const RETURN: u8 = b'\r';
const FEED: u8 = b'\n';

/// Where the separator is not known yet, a quotation mark after any of these may open a cell.
const SEPARATORS: &[u8] = b",;\t|";

/// How the first row of a text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstEnd {
    /// With a line feed, perhaps after a carriage return; or it is the only row.
    Feed,
    /// With a carriage return and nothing else.
    Return,
    /// More of the text must be seen.
    NotSeen,
}

/// How the first row that is not empty ends. `ended` says that there is no more text than this.
pub fn of_first_row(text: &[u8], ended: bool) -> FirstEnd {
    let last = if ended { FirstEnd::Feed } else { FirstEnd::NotSeen };
    let mut place = text.iter().take_while(|byte| matches!(**byte, FEED | RETURN)).count();
    let mut before = FEED;
    while let Some(&byte) = text.get(place) {
        match byte {
            FEED => return FirstEnd::Feed,
            RETURN => {
                return match text.get(place + 1) {
                    Some(&FEED) => FirstEnd::Feed,
                    Some(_) => FirstEnd::Return,
                    None if ended => FirstEnd::Return,
                    None => FirstEnd::NotSeen,
                };
            }
            QUOTE if opens_after(before) => match closing_quote(text, place) {
                Some(closing) => place = closing,
                None => return last,
            },
            _ => {}
        }
        before = text[place];
        place += 1;
    }
    last
}

fn opens_after(byte: u8) -> bool {
    matches!(byte, FEED | RETURN) || SEPARATORS.contains(&byte)
}

/// A text with every carriage return outside of quotation marks, and the line feed that may follow it,
/// as one line feed.
pub struct Feeds<R> {
    source: R,
    quotes: bool,
    inside: bool,
    before: u8,
    after_return: bool,
}

impl<R: Read> Feeds<R> {
    /// Of a CSV file: what stands in quotation marks stays as it is.
    pub fn of_cells(source: R) -> Self {
        Feeds { source, quotes: true, inside: false, before: FEED, after_return: false }
    }

    /// Of a text without quotation marks, such as a log.
    pub fn of_lines(source: R) -> Self {
        Feeds { quotes: false, ..Feeds::of_cells(source) }
    }

    /// The byte that stands for this one; none for the line feed of a pair.
    fn one(&mut self, byte: u8) -> Option<u8> {
        let follows = std::mem::take(&mut self.after_return);
        if self.quotes && byte == QUOTE {
            // A doubled mark closes and opens at once, so both can be told apart only by what went before.
            self.inside = if self.inside { false } else { opens_after(self.before) || self.before == QUOTE };
        }
        let made = match byte {
            RETURN if !self.inside => {
                self.after_return = true;
                FEED
            }
            FEED if follows => return None,
            byte => byte,
        };
        self.before = made;
        Some(made)
    }
}

impl<R: Read> Read for Feeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.source.read(buffer)?;
            let mut kept = 0;
            for place in 0..read {
                if let Some(byte) = self.one(buffer[place]) {
                    buffer[kept] = byte;
                    kept += 1;
                }
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a few bytes at a time, as a pipe may.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let some = buffer.len().min(2);
            self.0.read(&mut buffer[..some])
        }
    }

    fn feeds(text: &str) -> String {
        let mut made = String::new();
        Feeds::of_cells(Slow(text.as_bytes())).read_to_string(&mut made).unwrap();
        made
    }

    #[test]
    fn the_end_of_the_first_row_is_told_outside_of_quotation_marks() {
        for (text, end) in [
            ("a,b\rc,d\r", FirstEnd::Return),
            ("a,b\r", FirstEnd::Return),
            ("\r\r\"a\rb\",c\r1,2", FirstEnd::Return),
            ("a,b\r\nc,d\r", FirstEnd::Feed),
            ("a,\"b\rc\"\nd,e\r", FirstEnd::Feed),
            ("a,b", FirstEnd::Feed),
            ("a,\"b\rc", FirstEnd::Feed),
            ("5\" pipe\rx", FirstEnd::Return),
        ] {
            assert_eq!(of_first_row(text.as_bytes(), true), end, "{text:?}");
        }
        assert_eq!(of_first_row(b"a,b\r", false), FirstEnd::NotSeen);
        assert_eq!(of_first_row(b"a,b", false), FirstEnd::NotSeen);
    }

    #[test]
    fn returns_become_feeds_and_what_is_quoted_stays() {
        assert_eq!(feeds("a,b\rc,d\r\ne,f\r\rg,h\n"), "a,b\nc,d\ne,f\n\ng,h\n");
        assert_eq!(feeds("\"a\rb\",\"say \"\"x\"\"\r\"\r5\" pipe\rz"), "\"a\rb\",\"say \"\"x\"\"\r\"\n5\" pipe\nz");
        let mut made = String::new();
        Feeds::of_lines(&b"1 \"2\r3 4\r"[..]).read_to_string(&mut made).unwrap();
        assert_eq!(made, "1 \"2\n3 4\n");
    }
}
