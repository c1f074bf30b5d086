//! The header of a CSV file: where it stands, what divides its cells, and whether it can be one.

use super::blocks::{self, QUOTE, closing_quote, next_opening};
use super::{HeaderRow, Layout, cells};
use crate::chunk::Refusal;
use crate::header::MAX_COLUMNS;

/// What divides the cells of the files that need no mapping.
const USUAL: [u8; 3] = [b',', b';', b'\t'];

pub struct Header {
    pub names: Vec<String>,
    pub separator: u8,
    /// Where the rows begin.
    pub end: usize,
    /// Where the row that was read stands.
    row: (usize, usize),
}

/// The header in the beginning of a text; `None` where it does not end in it. `ended` says that there is
/// no more text than this.
pub fn find(bytes: &[u8], ended: bool, layout: &Layout, wanted: &dyn Fn(&str) -> bool) -> Option<Header> {
    let (named, told) = if matches!(layout.header, HeaderRow::Line(_)) { (None, 0) } else { told_separator(bytes) };
    let skipped = match layout.header {
        HeaderRow::Line(line) if line > 1 => {
            let mut feeds = memchr::memchr_iter(b'\n', bytes);
            feeds.nth(usize::try_from(line - 2).ok()?)? + 1
        }
        _ => told,
    };
    let candidates = layout.separator.or(named).map_or(USUAL.to_vec(), |separator| vec![separator]);
    let found = candidates.into_iter().filter_map(|separator| {
        let (names, start, end) = first_row(bytes, skipped, ended, separator)?;
        let known = names.iter().filter(|name| wanted(name)).count();
        Some(((known, names.len()), Header { names, separator, end, row: (start, end) }))
    });
    // Of equals the first is kept.
    let best = found.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let header = best?.1;
    Some(match &layout.header {
        HeaderRow::Named(names) => Header { names: names.clone(), end: told, row: (told, told), ..header },
        _ => header,
    })
}

/// Spreadsheet programs write a first line `sep=;` for each other: the separator that it names, and where
/// the next line begins.
fn told_separator(bytes: &[u8]) -> (Option<u8>, usize) {
    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |feed| feed + 1);
    let line = bytes[..end].trim_ascii_end();
    // A tab is white space, and the last of its line.
    let line = if line.len() == 4 && bytes.get(4) == Some(&b'\t') { &bytes[..5] } else { line };
    let inner = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match inner {
        [word @ .., separator]
            if word.eq_ignore_ascii_case(b"sep=")
                && (separator.is_ascii_punctuation() || *separator == b'\t')
                && *separator != QUOTE =>
        {
            (Some(*separator), end)
        }
        _ => (None, 0),
    }
}

/// The cells of the first row that is not empty, where it begins, and where the next does.
fn first_row(bytes: &[u8], from: usize, ended: bool, separator: u8) -> Option<(Vec<String>, usize, usize)> {
    let blank = bytes[from..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let start = from + blank;
    let end = match blocks::first_border(&bytes[start..], separator) {
        Some(border) => start + border,
        None if ended && start < bytes.len() => bytes.len(),
        None => return None,
    };
    Some((cells::of_row(&bytes[start..end], separator), start, end))
}

impl Header {
    /// Refuses what would take rows for names: a header that swallowed them is a set without rows, which
    /// reads as if nothing had happened.
    pub fn refuse_flaws(&self, file: &str, text: &[u8]) -> Result<(), Refusal> {
        let row = &text[self.row.0..self.row.1];
        if let Some(mark) = stray_quote(row, self.separator) {
            let line = 1 + memchr::memchr_iter(b'\n', &text[..self.row.0 + mark]).count();
            let shown: String = String::from_utf8_lossy(&row[mark..]).chars().take_while(|c| *c != '\n').collect();
            let what = format!(
                "the quotation mark in the header on line {line}, before {:?}, takes in the lines that follow",
                crate::typing::abbreviate(shown.trim().trim_start_matches('"'))
            );
            return Err(Refusal::new(file, what, "close it, or take it out, and export the file again"));
        }
        let returns = self.names.iter().find(|name| name.contains('\r') && !name.contains('\n'));
        if let Some(name) = returns {
            let what = format!("the header name {:?} holds a carriage return", crate::typing::abbreviate(name));
            return Err(Refusal::new(file, what, "save the file with one kind of line end"));
        }
        if self.names.len() > MAX_COLUMNS {
            let what = format!("the header has {} columns; at most {MAX_COLUMNS} are read", self.names.len());
            return Err(Refusal::new(file, what, "export only the columns that the set declares"));
        }
        Ok(())
    }
}

/// A quotation mark that opens a cell and is not closed, or that is closed by one which was to open
/// another: such a cell goes on over lines, and holds separators or is followed by text.
fn stray_quote(row: &[u8], separator: u8) -> Option<usize> {
    let mut from = 0;
    while let Some(opening) = next_opening(row, from, separator) {
        let Some(closing) = closing_quote(row, opening) else { return Some(opening) };
        let inner = &row[opening + 1..closing];
        let after = row[closing + 1..].iter().find(|byte| !matches!(byte, b' ' | b'\r'));
        let closes = after.is_none_or(|byte| *byte == separator || *byte == b'\n');
        if inner.iter().any(|byte| matches!(byte, b'\n' | b'\r')) && (!closes || inner.contains(&separator)) {
            return Some(opening);
        }
        from = closing + 1;
    }
    None
}

/// Why no header was found in a text that was read to its end.
pub fn missing(file: &str, text: &[u8], layout: &Layout) -> Refusal {
    let unfinished = usize::from(text.last().is_some_and(|last| *last != b'\n'));
    let lines = memchr::memchr_iter(b'\n', text).count() + unfinished;
    match layout.header {
        HeaderRow::Line(line) if text.iter().any(|byte| !byte.is_ascii_whitespace()) => {
            let are = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
            let what = format!("the header should stand on line {line} or below, but the file has {are}");
            Refusal::new(file, what, "correct header_line in the mapping")
        }
        _ => Refusal::new(file, "the file has no header: it holds only empty lines", "export it again"),
    }
}
