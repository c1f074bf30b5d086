//! Looks through the XML of a workbook's sheets, each to its end.
//!
//! The library that gives the cells takes elements as they come: it misses no closing one, and stops where the
//! rows first end. What it would pass over in silence is refused here. This must not look at a cell.

use std::io::{BufRead, BufReader, Read, Seek};

use calamine::XlsxError;
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::escape::EscapeError;
use quick_xml::events::Event;

use super::archive::{Flaw, SAVE_AGAIN, flaw};

/// In how many elements of a sheet one may lie; in real ones it is about ten.
const DEEPEST: usize = 256;

/// Refuses a workbook of which a sheet is not whole.
pub fn inspect<R: Read + Seek>(archive: &mut zip::ZipArchive<R>) -> Result<(), Flaw> {
    for place in 0..archive.len() {
        let broken = |error| flaw(format!("the workbook's archive is broken: {error}"), SAVE_AGAIN);
        let part = archive.by_index(place).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        if let Err(what) = Part::default().read(BufReader::with_capacity(64 << 10, part)) {
            return Err(flaw(format!("the workbook is broken: {what} in its part {name}"), SAVE_AGAIN));
        }
    }
    Ok(())
}

/// What was met of a part so far.
#[derive(Default)]
struct Part {
    depth: usize,
    /// The outermost element was met.
    begun: bool,
    /// The part is a sheet.
    is_sheet: bool,
    /// The place of the rows was met.
    rows: bool,
}

impl Part {
    /// What is wrong with a part that is a sheet; of others nothing is.
    fn read(&mut self, part: impl BufRead) -> Result<(), String> {
        let mut xml = Reader::from_reader(part);
        let mut buffer = Vec::with_capacity(1024);
        let ended = loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Eof) => break self.end(),
                Ok(event) => {
                    if let Err(what) = self.take(&event) {
                        break Err(what);
                    }
                    // Of what is no sheet, the first element is enough.
                    if self.begun && !self.is_sheet {
                        return Ok(());
                    }
                }
                Err(error) => break Err(said(&error)),
            }
        };
        if self.is_sheet { ended } else { Ok(()) }
    }

    fn take(&mut self, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(element) => {
                self.element(element.name().as_ref(), element.local_name().as_ref())?;
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(format!("elements lie in more than {DEEPEST} others"));
                }
            }
            Event::Empty(element) => self.element(element.name().as_ref(), element.local_name().as_ref())?,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Text(text) if self.depth == 0 && !text.as_ref().trim().is_empty() => {
                return Err("text stands outside of all elements".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, name: &str, local: &str) -> Result<(), String> {
        if self.depth == 0 && std::mem::replace(&mut self.begun, true) {
            return Err(format!("an element <{name}> follows its end"));
        }
        self.is_sheet |= local == "worksheet" && self.depth == 0;
        if local == "sheetData" && std::mem::replace(&mut self.rows, true) {
            return Err("rows stand in two places (<sheetData>)".to_owned());
        }
        if local == "row" && self.depth == 1 {
            return Err("a row stands outside of the others (<sheetData>)".to_owned());
        }
        Ok(())
    }

    fn end(&self) -> Result<(), String> {
        if self.depth > 0 { Err("an element is never closed".to_owned()) } else { Ok(()) }
    }
}

fn said(error: &Error) -> String {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("<{expected}> is closed by </{found}>")
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => format!("</{found}> closes nothing"),
        Error::IllFormed(IllFormedError::UnclosedReference) => "an & that begins nothing stands".to_owned(),
        Error::Escape(EscapeError::UnrecognizedEntity(_, name)) => {
            format!("&{}; means nothing", name.trim_matches(['&', ';']))
        }
        Error::Escape(_) => "a character is written in a way that XML does not know".to_owned(),
        Error::Encoding(_) => "bytes that are not UTF-8 stand".to_owned(),
        Error::Io(_) => "packed bytes that cannot be unpacked stand".to_owned(),
        _ => "XML that is not well formed stands".to_owned(),
    }
}

/// What is wrong with a workbook, said by what its sender can look for.
pub fn why(error: &XlsxError) -> String {
    match error {
        XlsxError::NotAWorksheet(_) => "a sheet has no place for rows (<sheetData>)".to_owned(),
        XlsxError::Xml(error) => format!("{} in one of its parts", said(error)),
        XlsxError::XmlAttr(_) | XlsxError::Encoding(_) => {
            "XML that is not well formed stands in one of its parts".to_owned()
        }
        XlsxError::XmlEof(name) => format!("one of its parts ends before its <{name}> is closed"),
        XlsxError::UnexpectedNode(what) | XlsxError::Unexpected(what) => {
            format!("one of its parts is not made as those of a workbook are ({what})")
        }
        XlsxError::Unrecognized { typ, val } => format!("{val:?} is no {typ} that a workbook has"),
        XlsxError::FileNotFound(name) | XlsxError::WorksheetNotFound(name) => {
            format!("it names a part that it does not have, {name:?}")
        }
        XlsxError::RelationshipNotFound => "it does not say where its parts are".to_owned(),
        XlsxError::CellTAttribute(kind) => format!("a cell is of a type that no workbook has, {kind:?}"),
        XlsxError::CellError(value) => format!("a cell shows an error that no workbook has, {value:?}"),
        XlsxError::Parse(_) | XlsxError::ParseFloat(_) | XlsxError::ParseInt(_) => {
            "a number in it cannot be read".to_owned()
        }
        XlsxError::Alphanumeric(_)
        | XlsxError::NumericColumn(_)
        | XlsxError::RangeWithoutColumnComponent
        | XlsxError::RangeWithoutRowComponent
        | XlsxError::ColumnNumberOverflow
        | XlsxError::RowNumberOverflow
        | XlsxError::DimensionCount(_) => "the place of a cell cannot be read".to_owned(),
        _ => "its parts contradict each other".to_owned(),
    }
}
