//! Conditions on the cells of a row: which rows are skipped, and which records a row stands for.

use regex::Regex;

use super::document::Table;
use super::recipe::{find, fold_value, pattern};
use crate::chunk::Refusal;
use crate::typing::cell::{self, Cell};

/// What one cell must be.
#[derive(Debug, Clone)]
pub struct Condition {
    columns: Vec<String>,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    /// One of these, case and surrounding white space aside.
    Is(Vec<String>),
    IsNot(Vec<String>),
    Matches(Regex),
    Blank(bool),
}

impl Condition {
    pub fn read(table: &Table<'_>) -> Option<Condition> {
        let columns = table.texts("column");
        let list = |key: &str| {
            table.get(key).map(|item| item.texts(key).iter().map(|text| fold_value(text)).collect::<Vec<_>>())
        };
        let tests = [
            list("is").map(Test::Is),
            list("is_not").map(Test::IsNot),
            pattern(table, "matches").map(Test::Matches),
            table.truth("blank").map(Test::Blank),
        ];
        let mut tests = tests.into_iter().flatten();
        match (tests.next(), tests.next()) {
            (Some(test), None) if !columns.is_empty() => Some(Condition { columns, test }),
            _ => {
                table.document.problem(table.at, "a condition needs column and one of is, is_not, matches, blank", "");
                None
            }
        }
    }

    pub fn names(&self) -> &[String] {
        &self.columns
    }

    /// The condition, bound to the place of its column.
    pub fn bind(&self, header: &[String], file: &str) -> Result<Bound, Refusal> {
        let place = find(header, &self.columns, file)?.ok_or_else(|| {
            let what = format!("the mapping asks for a column {:?} that the file does not have", self.columns[0]);
            Refusal::new(file, what, format!("it has {}", header.join(", ")))
        })?;
        Ok(Bound { place, test: self.test.clone() })
    }
}

/// A condition under a header.
pub struct Bound {
    place: usize,
    test: Test,
}

impl Bound {
    /// Whether the condition holds; `None` when the cell is withheld, so that nobody can say.
    pub fn holds(&self, cells: &[&str]) -> Option<bool> {
        let text = match cell::read(cells[self.place]) {
            Cell::Withheld => return None,
            Cell::Blank => "",
            Cell::Value(text) => text,
        };
        Some(match &self.test {
            Test::Is(values) => values.contains(&fold_value(text)),
            Test::IsNot(values) => !values.contains(&fold_value(text)),
            Test::Matches(pattern) => pattern.is_match(text),
            Test::Blank(wanted) => text.is_empty() == *wanted,
        })
    }
}

/// Whether all hold; `None` when one cannot be told and no other settles it.
pub fn all_hold(conditions: &[Bound], cells: &[&str]) -> Option<bool> {
    let mut settled = Some(true);
    for condition in conditions {
        match condition.holds(cells) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => settled = None,
        }
    }
    settled
}
