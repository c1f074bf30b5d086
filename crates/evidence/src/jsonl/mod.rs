//! JSON Lines: one object on each line, its keys the columns.
//!
//! Which columns a file has is only known when all of it was seen, and a column that it lacks means
//! something else than a blank cell. So keys are looked through first, up to the point where every
//! wanted one was met: in most files, the first line.

mod json;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead, BufReader, Read};

use crate::chunk::{CellGridBuilder, Chunk, Columns, Reader, Refusal};
use crate::header::fold;
use crate::rows::{LONGEST_CELL, MOST_COLUMNS};
use json::Value;

const LONGEST_LINE: usize = 16 << 20;
const ONE_ON_EACH: &str = "write one object on each line";
const CHUNK_ROWS: usize = 8_192;
const CHUNK_BYTES: usize = 1 << 20;

/// A file's bytes from the beginning, uncompressed.
pub type Input = Box<dyn Read + Send>;

/// Opens a file of JSON Lines.
///
/// `input` gives its bytes and is asked twice. `wanted` are the columns that matter; other keys are
/// reported where they are met. `file` is the name that refusals give.
///
/// # Errors
/// A file that cannot be read, holds one JSON array or no object at all, or has thousands of keys.
pub fn open(
    mut input: impl FnMut() -> Result<Input, Refusal>,
    file: &str,
    wanted: &[&str],
) -> Result<Box<dyn Reader>, Refusal> {
    let wanted: BTreeSet<String> = wanted.iter().map(|name| fold(name)).collect();
    let mut keys = Keys::default();
    let mut lines = Lines::new(input()?, file);
    let (mut any_object, mut first_flaw) = (false, None);
    while let Some((number, line)) = lines.next()? {
        // A line that breaks off may still be the only one to name a column; it is quarantined later.
        let mut found = Vec::new();
        let read = match line {
            Line::Broken(reason) => Err(reason),
            Line::Text(line) if first_flaw.is_none() && !any_object && line.trim_start().starts_with('[') => {
                return Err(Refusal::new(file, "this is one JSON array, not JSON Lines", ONE_ON_EACH));
            }
            Line::Text(line) => json::members(line, |key, _| found.push(key)),
        };
        match read {
            Ok(()) => any_object = true,
            Err(reason) => {
                first_flaw.get_or_insert((number, reason));
                continue;
            }
        }
        for key in found {
            keys.place(key);
        }
        if keys.names.len() > MOST_COLUMNS {
            let what = format!("more than {MOST_COLUMNS} different keys");
            return Err(Refusal::new(file, what, "write each record with the same keys"));
        }
        if wanted.iter().all(|name| keys.folded.contains_key(name)) {
            break;
        }
    }
    if lines.is_empty() {
        return Err(Refusal::new(file, "the file is empty (0 bytes)", "export it again"));
    }
    if let (false, Some((number, reason))) = (any_object, first_flaw) {
        let what = format!("no line is a JSON object that can be read; the first, line {number}: {reason}");
        return Err(Refusal::new(file, what, ONE_ON_EACH));
    }
    if !any_object {
        return Err(Refusal::new(file, "the file holds only empty lines", "export it again, or remove it"));
    }
    let lines = Lines::new(input()?, file);
    Ok(Box::new(JsonLines { lines, keys, wanted, cells: Vec::new(), later: BTreeSet::new(), ordinal: 0, first_row: 0 }))
}

/// The keys of a file, those that fold alike as one.
#[derive(Default)]
struct Keys {
    names: Vec<String>,
    folded: HashMap<String, usize>,
    /// Spellings already met, so that a key is folded once.
    spelt: HashMap<String, usize>,
}

impl Keys {
    fn known(&self, key: &str) -> Option<usize> {
        self.spelt.get(key).copied()
    }

    fn place(&mut self, key: Cow<'_, str>) -> usize {
        if let Some(place) = self.known(&key) {
            return place;
        }
        let next = self.names.len();
        let place = *self.folded.entry(fold(&key)).or_insert(next);
        if place == next {
            self.names.push(key.trim().to_owned());
        }
        self.spelt.insert(key.into_owned(), place);
        place
    }
}

struct JsonLines {
    lines: Lines,
    keys: Keys,
    wanted: BTreeSet<String>,
    /// The cells of the line at hand, by column.
    cells: Vec<Option<String>>,
    /// Unknown keys that were first met after the columns were settled.
    later: BTreeSet<String>,
    ordinal: u32,
    first_row: u64,
}

impl Reader for JsonLines {
    fn header(&self) -> &[String] {
        &self.keys.names
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal> {
        let width = self.keys.names.len();
        let mut grid = CellGridBuilder::new(width);
        while grid.rows() < CHUNK_ROWS && grid.bytes() < CHUNK_BYTES {
            let Some((number, line)) = self.lines.next()? else { break };
            let read = match line {
                Line::Text(line) => read_line(line, &mut self.keys, &self.wanted, &mut self.cells, &mut self.later),
                Line::Broken(reason) => Err((String::new(), reason.to_owned())),
            };
            match read {
                Ok(()) => {
                    (0..width)
                        .for_each(|place| grid.push_cell(self.cells[place].as_deref().unwrap_or_default().as_bytes()));
                    grid.end_row(number);
                }
                Err((value, reason)) => grid.bad_row(number, value, reason),
            }
        }
        if grid.rows() == 0 {
            return Ok(None);
        }
        let (ordinal, first_row) = (self.ordinal, self.first_row);
        self.ordinal += 1;
        self.first_row += grid.rows() as u64;
        Ok(Some(Chunk { ordinal, first_row, columns: Columns::Cells(grid.finish()) }))
    }

    fn notices(&mut self) -> Vec<String> {
        self.later.iter().map(|key| format!("key {key:?} is not used")).collect()
    }
}

/// Fills in the cells of one line; else the value that is wrong, and why.
fn read_line(
    line: &str,
    keys: &mut Keys,
    wanted: &BTreeSet<String>,
    cells: &mut Vec<Option<String>>,
    later: &mut BTreeSet<String>,
) -> Result<(), (String, String)> {
    cells.clear();
    cells.resize(keys.names.len(), None);
    let mut wrong = None;
    let done = json::members(line, |key, value| {
        let known = keys.known(&key).or_else(|| keys.folded.get(&fold(&key)).copied());
        let Some(place) = known else {
            if later.len() < 100 {
                later.insert(key.into_owned());
            }
            return;
        };
        let text = match value {
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => plain_number(number),
            Value::Text(text) => text.into_owned(),
            Value::Nested if !wanted.contains(&fold(&key)) => String::new(),
            Value::Nested => {
                wrong.get_or_insert((String::new(), format!("{key} holds a list or record, not a single value")));
                return;
            }
        };
        if text.len() > LONGEST_CELL {
            wrong.get_or_insert((String::new(), format!("{key} is longer than {} KiB", LONGEST_CELL >> 10)));
        } else if cells[place].is_some() {
            wrong.get_or_insert((text, format!("{key} stands twice in one object")));
        } else {
            cells[place] = Some(text);
        }
    });
    match (done, wrong) {
        (Err(reason), _) => Err((line.trim().chars().take(200).collect(), reason.to_owned())),
        (Ok(()), Some(wrong)) => Err(wrong),
        (Ok(()), None) => Ok(()),
    }
}

/// A number as it would stand in a CSV file: whole ones with all their digits and no `.0`.
fn plain_number(text: &str) -> String {
    if !text.contains(['.', 'e', 'E']) {
        return if text == "-0" { "0".to_owned() } else { text.to_owned() };
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => {
            let mut plain = String::new();
            crate::workbook::write_number(value, &mut plain);
            plain
        }
        _ => text.to_owned(),
    }
}

/// The lines of a file, of which no single one can exhaust memory.
struct Lines {
    input: BufReader<Input>,
    file: String,
    number: u64,
    line: Vec<u8>,
}

enum Line<'a> {
    Text(&'a str),
    Broken(&'static str),
}

impl Lines {
    fn new(input: Input, file: &str) -> Self {
        let input = BufReader::with_capacity(1 << 20, input);
        Lines { input, file: file.to_owned(), number: 0, line: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.number == 0
    }

    /// The next line that is not blank, with its number from 1.
    fn next(&mut self) -> Result<Option<(u64, Line<'_>)>, Refusal> {
        loop {
            self.line.clear();
            let cannot = |error: io::Error| Refusal::new(&self.file, format!("cannot be read: {error}"), "");
            let read =
                (&mut self.input).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut self.line).map_err(cannot)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if read > LONGEST_LINE {
                self.input.skip_until(b'\n').map_err(cannot)?;
                return Ok(Some((self.number, Line::Broken("a line of more than 16 MiB"))));
            }
            let start = if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            if self.line[start..].iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let text = simdutf8::basic::from_utf8(&self.line[start..]);
            break Ok(Some((self.number, text.map_or(Line::Broken("not UTF-8 text"), Line::Text))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(text: &str, wanted: &[&str]) -> Result<Box<dyn Reader>, Refusal> {
        let text = text.to_owned();
        open(|| Ok(Box::new(io::Cursor::new(text.clone().into_bytes())) as Input), "x.jsonl", wanted)
    }

    fn rows(reader: &mut dyn Reader) -> Vec<String> {
        let Some(Chunk { columns: Columns::Cells(grid), .. }) = reader.next_chunk().unwrap() else { return Vec::new() };
        let row = |row| match grid.bad_rows().iter().find(|bad| bad.row as usize == row) {
            Some(bad) => format!("{}: {}", grid.line(row), bad.reason),
            None => (0..grid.width()).map(|place| grid.cell(row, place)).collect::<Vec<_>>().join("|"),
        };
        (0..grid.rows()).map(row).collect()
    }

    #[test]
    fn columns_are_the_union_of_the_keys_and_missing_ones_are_blank() {
        let text =
            "\u{feff}{\"case_id\":1,\"x\":[]}\n\n{\"Case-ID\":\"b\",\"investigation\":5.0}\r\n{\"case_id\":null}";
        let mut reader = reader(text, &["case_id", "investigation"]).unwrap();
        assert_eq!(reader.header(), ["case_id", "x", "investigation"]);
        assert_eq!(rows(reader.as_mut()), ["1||", "b||5", "||"]);
    }

    #[test]
    fn a_line_that_is_no_record_spoils_only_itself() {
        let text = "{\"a\":1}\n{\"a\":1\n{\"a\":{}}\n{\"a\":1,\"A\":2}\n7\n{\"a\":12345678901234567890}";
        let mut reader = reader(text, &["a"]).unwrap();
        let rows = rows(reader.as_mut());
        assert_eq!((rows[0].as_str(), rows[5].as_str()), ("1", "12345678901234567890"));
        assert!(
            rows[1].starts_with("2: ") && rows[2].contains("list or record") && rows[3].contains("twice"),
            "{rows:?}"
        );
        assert!(rows[4].starts_with("5: not a JSON object"));
    }

    #[test]
    fn a_json_array_and_an_empty_file_are_refused() {
        assert!(reader("[{\"a\":1}]", &["a"]).err().unwrap().what.contains("JSON array"));
        assert!(reader("", &["a"]).err().unwrap().what.contains("0 bytes"));
        assert!(reader("\n \r\n", &["a"]).err().unwrap().what.contains("only empty lines"));
    }

    #[test]
    fn a_file_without_one_object_is_refused_with_what_is_wrong_with_its_first_line() {
        for (text, reason) in [
            ("\nhello\nworld\n", "line 2: not a JSON object"),
            ("{\"a\":1\n{\"a\"\n", "line 1: "),
            ("7\n[1]\n", "line 1: not a JSON object"),
        ] {
            let refusal = reader(text, &["a"]).err().unwrap();
            let wanted = format!("no line is a JSON object that can be read; the first, {reason}");
            assert!(refusal.what.starts_with(&wanted), "{refusal:?}");
        }
        let bytes = || Ok(Box::new(io::Cursor::new(b"{\"a\":\"\xFF\"}\n".to_vec())) as Input);
        let refusal = open(bytes, "x.jsonl", &["a"]).err().unwrap();
        assert!(refusal.what.ends_with("line 1: not UTF-8 text"), "{refusal:?}");
    }

    #[test]
    fn a_huge_line_is_one_bad_row() {
        let text = format!("{{\"a\":1}}\n{}\n{{\"a\":2}}\n", "x".repeat(LONGEST_LINE + 10));
        let mut reader = reader(&text, &["a"]).unwrap();
        assert_eq!(rows(reader.as_mut()), ["1", "2: a line of more than 16 MiB", "2"]);
    }
}
