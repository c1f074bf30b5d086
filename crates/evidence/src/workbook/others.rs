//! The sheets of a workbook that are not read: whether one of them holds rows of the same table, and what
//! is said of them.
//!
//! One sheet is read. Rows on another would be missed by nobody, and a clause could read clear for want of
//! them; so they refuse the workbook where nothing says which sheet is meant, and are named where something
//! does, as any other cells are.

use super::{Binds, Sheet};
use crate::chunk::Refusal;
use crate::typing::abbreviate;

/// How many rows of such a sheet are looked at: a title may stand above its header.
pub const ROWS_SHOWN: usize = 16;
/// How many columns of it.
pub const CELLS_SHOWN: usize = 1_000;
/// How many characters of a cell.
pub const TEXT_SHOWN: usize = 200;
/// How many sheets are named.
const NAMED: usize = 20;

/// One sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub name: String,
    /// It is the one whose rows follow.
    pub is_read: bool,
    pub is_shown: bool,
    /// Its first rows that are not blank; none of the sheet that is read.
    pub rows: Vec<Vec<String>>,
}

/// What is known of the sheets of a workbook so far.
#[derive(Debug, Default)]
pub struct Sheets {
    read: Option<(String, bool)>,
    /// With cells, and not read.
    passed_over: Vec<String>,
    more: usize,
    /// Not read, and with rows under a header that fits.
    rivals: Vec<String>,
}

/// Whether a sheet bears a name, whatever its case and whether a space, `-`, `_` or nothing divides words.
pub fn bears(sheet: &str, name: &str) -> bool {
    let folded = |name: &str| name.to_lowercase().replace([' ', '_', '-'], "");
    !name.is_empty() && folded(sheet) == folded(name)
}

impl Sheets {
    pub fn add(&mut self, other: Other, binds: Binds<'_>) {
        if other.is_read {
            self.read = Some((other.name, other.is_shown));
            return;
        }
        if other.rows.is_empty() {
            return;
        }
        // A header that no row follows has none to lose.
        let may_head = other.rows.len() - 1;
        let is_rival = other.rows[..may_head].iter().any(|row| binds(row));
        if self.passed_over.len() < NAMED || (is_rival && self.rivals.len() < NAMED) {
            let hidden = if other.is_shown { "" } else { " (hidden)" };
            let rows = if is_rival { ", with rows under the same columns" } else { "" };
            self.passed_over.push(format!("{:?}{hidden}{rows}", abbreviate(&other.name)));
        } else {
            self.more += 1;
        }
        if is_rival {
            self.rivals.push(other.name);
        }
    }

    /// # Errors
    /// Another sheet holds rows of the same table, and nothing says which one is meant: no mapping, nor the name
    /// of the set on one of them alone.
    pub fn refuse_rival(&self, file: &str, asked: &Sheet) -> Result<(), Refusal> {
        let read = self.read.as_ref().map_or("", |(name, _)| name);
        let settled = bears(read, &asked.preferred);
        let rival = self.rivals.iter().find(|rival| !settled || bears(rival, &asked.preferred));
        let (Some(rival), None) = (rival, &asked.wanted) else { return Ok(()) };
        let what = format!(
            "the sheet {:?} has rows under the columns of this evidence, but only one sheet is read: {:?}",
            abbreviate(rival),
            abbreviate(read)
        );
        let remedy = format!(
            "put all rows on one sheet, save each sheet as a file of its own, or call the one that counts {:?}; \
             a mapping can name it too",
            asked.preferred
        );
        Err(Refusal::new(file, what, remedy))
    }

    /// What a person should know, as sentences without a full stop.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        let Some((read, is_shown)) = &self.read else { return notices };
        let read = abbreviate(read);
        if !is_shown {
            notices.push(format!("the sheet that is read, {read:?}, is hidden"));
        }
        if !self.passed_over.is_empty() {
            let more = if self.more > 0 { format!(" and {} more", self.more) } else { String::new() };
            let sheets = self.passed_over.join(", ");
            notices.push(format!("only the sheet {read:?} is read; not read, though it holds cells: {sheets}{more}"));
        }
        notices
    }
}
