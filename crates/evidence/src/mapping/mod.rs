//! Mappings: how a foreign export becomes a set of evidence, written down in TOML.
//!
//! A mapping says where each column comes from; it is data, and has no say in what a value means
//! for the standard. `docs/mappings.md` describes the file for those who write one.

mod clock;
mod condition;
mod decimal;
mod document;
mod open;
mod pattern;
mod plan;
mod reader;
mod recipe;
mod shipped;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use custodes_standard::evidence::{SETS, Set};

use crate::csv::HeaderRow;
use crate::problem::Problem;
use condition::Condition;
use document::{Document, Item, Table};
use recipe::{Recipe, Times};

pub use open::open;
pub use shipped::SHIPPED;

/// One mapping, ready to be applied.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The shipped name, or the path of the file.
    pub name: String,
    pub set: &'static Set,
    /// Patterns of the files it is for; without any, the files that are the set's by their own name.
    files: Vec<String>,
    /// The files that it is for instead, by their exact relative paths.
    only: Option<BTreeSet<String>>,
    text: Arc<str>,
    input: Input,
    times: Times,
    skip: Vec<Skip>,
    not_exported: Vec<&'static str>,
    columns: Recipes,
    records: Vec<Record>,
}

type Recipes = BTreeMap<&'static str, Vec<Recipe>>;

/// How the foreign file is laid out.
#[derive(Debug, Clone, Default)]
struct Input {
    separator: Option<Separator>,
    header: HeaderRow,
    skip_lines_starting: Vec<String>,
    skip_repeated_header: bool,
    sheet: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Byte(u8),
    /// Any run of white space.
    Spaces,
}

/// Rows that are no records.
#[derive(Debug, Clone)]
struct Skip {
    when: Vec<Condition>,
    because: String,
}

/// One record that a row stands for, when its conditions hold.
#[derive(Debug, Clone)]
struct Record {
    when: Vec<Condition>,
    columns: Recipes,
}

impl Mapping {
    /// The mapping of that shipped name, or in that file.
    ///
    /// # Errors
    /// No such name or file, or the mistakes in it, each with file and line.
    pub fn named(name_or_path: &str) -> Result<Mapping, Vec<Problem>> {
        if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_path) {
            return Mapping::parse(name, text);
        }
        let text = std::fs::read_to_string(Path::new(name_or_path)).map_err(|error| {
            let names = SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let what = format!("there is no shipped mapping of that name, and no file to read: {error}");
            vec![Problem::new(name_or_path, what, format!("shipped mappings are {names}"))]
        })?;
        Mapping::parse(name_or_path, &text)
    }

    /// The mapping in that text; `name` is what its mistakes name.
    ///
    /// # Errors
    /// The mistakes, each with its line.
    pub fn parse(name: &str, text: &str) -> Result<Mapping, Vec<Problem>> {
        let document = Document::new(name, text);
        let mapping = document.parse(|table| read(name, text, table)).flatten();
        let mut problems = document.finish();
        problems.sort_by_key(|problem| line_of(&problem.place));
        match mapping {
            Some(mapping) if problems.is_empty() => Ok(mapping),
            _ => Err(problems),
        }
    }

    /// The text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same mapping for exactly these files, by their paths relative to the folder, whatever its
    /// patterns say: how a file is read again as it was read when it was taken in.
    pub fn only_for(self, files: impl IntoIterator<Item = String>) -> Mapping {
        Mapping { only: Some(files.into_iter().collect()), ..self }
    }

    /// Whether a file, by its path relative to the folder, is adapted by this mapping. `by_name` is the
    /// set that the file would belong to without one.
    pub fn matches(&self, relative: &str, by_name: Option<&Set>) -> bool {
        if let Some(only) = &self.only {
            return only.contains(relative);
        }
        if self.files.is_empty() {
            return by_name.is_some_and(|set| set.name == self.set.name);
        }
        self.files.iter().any(|pattern| pattern::matches(pattern, relative))
    }

    /// What to say where no file is read under it; nothing of one that is bound to its files.
    pub(crate) fn says_that_it_is_unused(&self) -> Option<String> {
        let wanted = match (&self.only, self.files.as_slice()) {
            (Some(_), _) => return None,
            (None, []) => format!("it is for files of the set {}", self.set.name),
            (None, patterns) => {
                let patterns: Vec<String> = patterns.iter().map(|pattern| format!("{pattern:?}")).collect();
                format!("it is for files named {}", patterns.join(", "))
            }
        };
        Some(format!("no file is read under the mapping {}: {wanted}", self.name))
    }

    /// Every column of the foreign file that is made use of.
    fn names(&self) -> Vec<String> {
        let recipes = self
            .records
            .iter()
            .map(|record| &record.columns)
            .chain([&self.columns])
            .flat_map(Recipes::values)
            .flatten();
        let conditions =
            self.skip.iter().map(|skip| &skip.when).chain(self.records.iter().map(|record| &record.when)).flatten();
        let passed = self.set.columns.iter().map(|column| column.name.to_owned());
        let mut names: Vec<String> = recipes.flat_map(Recipe::needs).flatten().collect();
        names.extend(conditions.flat_map(|condition| condition.names().to_vec()));
        names.extend(passed);
        names
    }

    /// The first of several mappings that a file matches.
    pub fn first_for<'a>(mappings: &'a [Mapping], relative: &str, by_name: Option<&Set>) -> Option<&'a Mapping> {
        mappings.iter().find(|mapping| mapping.matches(relative, by_name))
    }
}

fn line_of(place: &str) -> u64 {
    place.rsplit(' ').next().and_then(|line| line.parse().ok()).unwrap_or_default()
}

fn read(name: &str, text: &str, table: &Table<'_>) -> Option<Mapping> {
    // A description for people; it has no effect.
    table.text("says");
    let set = read_set(table);
    let files = table.texts("files");
    let times = table.get("times").and_then(|item| item.table("times", Times::read)).unwrap_or_default();
    let input = table.get("input").and_then(|item| item.table("input", read_input)).unwrap_or_default();
    let skip = list(table, "skip").into_iter().filter_map(|item| item.table("skip", read_skip)?).collect();
    // Without a set nothing can be said about columns; they are asked for so as not to seem unknown.
    let (columns, records, excused) = (table.get("columns"), list(table, "records"), table.get("not_exported"));
    let set = set?;
    let columns =
        columns.and_then(|item| item.table("columns", |table| read_columns(table, set, &times))).unwrap_or_default();
    let record = |item: Item<'_>| item.table("records", |table| read_record(table, set, &times));
    let records: Vec<Record> = records.into_iter().filter_map(record).collect();
    let not_exported = excused.map(|item| read_not_exported(item, set, &columns)).unwrap_or_default();
    let (name, text) = (name.to_owned(), Arc::from(text));
    Some(Mapping { name, set, files, only: None, text, input, times, skip, not_exported, columns, records })
}

fn list<'a>(table: &Table<'a>, key: &str) -> Vec<Item<'a>> {
    table.get(key).map(|item| item.list()).unwrap_or_default()
}

fn read_set(table: &Table<'_>) -> Option<&'static Set> {
    let Some(item) = table.get("set") else {
        table.document.problem(
            0,
            "the mapping does not say which set the rows become",
            "write set = \"searches\", or another",
        );
        return None;
    };
    let name = item.text("set")?;
    let set = Set::named(&name);
    if set.is_none() {
        let names = SETS.iter().map(|set| set.name).collect::<Vec<_>>().join(", ");
        item.document.problem(item.at, format!("there is no set {name:?}"), format!("the sets are {names}"));
    }
    set
}

fn read_input(table: &Table<'_>) -> Input {
    let separator = table.get("separator").and_then(|item| {
        let text = item.text("separator")?;
        Some(match text.as_str() {
            "comma" | "," => Separator::Byte(b','),
            "semicolon" | ";" => Separator::Byte(b';'),
            "tab" | "\t" => Separator::Byte(b'\t'),
            "bar" | "|" => Separator::Byte(b'|'),
            "spaces" => Separator::Spaces,
            _ => {
                item.document.problem(
                    item.at,
                    format!("separator cannot be {text:?}"),
                    "it is comma, semicolon, tab, bar or spaces",
                );
                return None;
            }
        })
    });
    let (line, columns) = (table.number("header_line"), table.texts("columns"));
    let header = match (line, columns.is_empty()) {
        (Some(_), false) => {
            table.document.problem(
                table.at,
                "header_line and columns exclude each other",
                "a file without a header has columns",
            );
            HeaderRow::First
        }
        (Some(line), true) => HeaderRow::Line(line),
        (None, false) => HeaderRow::Named(columns),
        (None, true) => HeaderRow::First,
    };
    Input {
        separator,
        header,
        skip_lines_starting: table.texts("skip_lines_starting"),
        skip_repeated_header: table.truth("skip_repeated_header") == Some(true),
        sheet: table.text("sheet"),
    }
}

fn read_skip(table: &Table<'_>) -> Option<Skip> {
    let because = table.text("because");
    let when = read_conditions(table)?;
    Some(Skip { when, because: because.unwrap_or_else(|| "the mapping skips them".to_owned()) })
}

/// Either `when`, a condition or a list of them, or one condition written out in the table itself.
fn read_conditions(table: &Table<'_>) -> Option<Vec<Condition>> {
    let Some(when) = table.get("when") else {
        return Condition::read(table).map(|condition| vec![condition]);
    };
    Some(when.list().into_iter().filter_map(|item| item.table("when", Condition::read)?).collect())
}

fn read_columns(table: &Table<'_>, set: &'static Set, times: &Times) -> Recipes {
    let mut recipes = Recipes::new();
    for (name, at, item) in table.entries() {
        match set.column(&name) {
            Some(column) => drop(recipes.insert(column.name, recipe::read(item, column, times))),
            None => unknown_column(table.document, at, &name, set),
        }
    }
    recipes
}

fn unknown_column(document: &Document<'_>, at: usize, name: &str, set: &Set) {
    let names = set.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    document.problem(at, format!("{} has no column {name:?}", set.name), format!("its columns are {names}"));
}

fn read_record(table: &Table<'_>, set: &'static Set, times: &Times) -> Record {
    let columns = table.get("columns").and_then(|item| item.table("columns", |table| read_columns(table, set, times)));
    let when = table.get("when").map(|item| item.list()).unwrap_or_default();
    let when = when.into_iter().filter_map(|item| item.table("when", Condition::read)?).collect();
    Record { when, columns: columns.unwrap_or_default() }
}

fn read_not_exported(item: Item<'_>, set: &'static Set, columns: &Recipes) -> Vec<&'static str> {
    let mut found = Vec::new();
    for name in item.texts("not_exported") {
        match set.column(&name) {
            Some(column) if columns.contains_key(column.name) => {
                item.document.problem(
                    item.at,
                    format!("{name} is both mapped and not exported"),
                    "keep one of the two",
                );
            }
            Some(column) => found.push(column.name),
            None => unknown_column(item.document, item.at, &name, set),
        }
    }
    found
}

#[cfg(test)]
mod tests;
