//! How one column of a set comes about: where its text is taken from, and what is done to it.

use std::collections::BTreeMap;

use custodes_standard::evidence::{Column, Kind};
use jiff::tz::TimeZone;
use regex::Regex;

use super::clock::{Doubt, Pattern, Zone};
use super::decimal::Decimal;
use super::document::{Item, Table};
use crate::chunk::Refusal;
use crate::header::fold;

/// One way to make a column. Of several the first whose sources the file has is taken.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub source: Source,
    pub steps: Vec<Step>,
    /// A file without the source column is not refused: the column is then not exported.
    pub may_be_missing: bool,
    /// A mask in one of several joined cells stays in the text, instead of withholding it all.
    pub keep_masks: bool,
}

#[derive(Debug, Clone)]
pub enum Source {
    /// The first of these columns that the file has.
    AnyOf(Vec<String>),
    /// All of these, with the text between them; blank ones are left out.
    Joined(Vec<String>, String),
    Value(String),
    /// What the pattern finds in the file's name.
    FileName(Regex),
    /// What the pattern finds in the name of the folder that the file lies in.
    FolderName(Regex),
}

#[derive(Debug, Clone)]
pub enum Step {
    /// That line of the cell, from 1.
    Line(usize),
    /// That part of the cell, from 1, between these texts.
    Part(usize, String),
    /// What the pattern finds: its first group, or all of it. Nothing found is blank.
    Match(Regex),
    Translate {
        folded: BTreeMap<String, String>,
        otherwise: Option<String>,
    },
    /// Takes away the number in the first of these columns that the file has.
    Minus(Vec<String>),
    Multiply(Decimal),
    Time {
        patterns: Vec<Pattern>,
        zone: Option<Zone>,
    },
}

/// Times of the whole mapping, where a column does not say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Times {
    pub zone: Option<Zone>,
    pub twice: Doubt,
    pub never: Doubt,
}

impl Times {
    pub fn read(table: &Table<'_>) -> Times {
        let mut times = Times {
            zone: None,
            twice: doubt(table, "when_clocks_go_back"),
            never: doubt(table, "when_clocks_go_forward"),
        };
        times.zone = zone(table, &times);
        times
    }
}

fn doubt(table: &Table<'_>, key: &str) -> Doubt {
    let Some(item) = table.get(key) else { return Doubt::Quarantine };
    match item.text(key).as_deref() {
        Some("quarantine") | None => Doubt::Quarantine,
        Some("earlier") => Doubt::Earlier,
        Some("later") => Doubt::Later,
        Some(other) => {
            let what = format!("{key} cannot be {other:?}");
            item.document.problem(item.at, what, "it is \"quarantine\", \"earlier\" or \"later\"");
            Doubt::Quarantine
        }
    }
}

fn zone(table: &Table<'_>, times: &Times) -> Option<Zone> {
    let item = table.get("zone")?;
    let name = item.text("zone")?;
    match TimeZone::get(&name) {
        Ok(zone) => Some(Zone { zone, name, twice: times.twice, never: times.never }),
        Err(_) => {
            item.document.problem(
                item.at,
                format!("there is no time zone {name:?}"),
                "write it as UTC, Europe/London, America/New_York…",
            );
            None
        }
    }
}

/// Reads the recipes of one column: a column name, a table, or a list of either.
pub fn read(item: Item<'_>, column: &'static Column, times: &Times) -> Vec<Recipe> {
    item.list().into_iter().filter_map(|item| read_one(item, column, times)).collect()
}

fn read_one(item: Item<'_>, column: &'static Column, times: &Times) -> Option<Recipe> {
    if let toml::de::DeValue::Table(_) = item.value {
        return item.table(column.name, |table| read_table(table, column, times))?;
    }
    let name = item.text(column.name)?;
    let mut steps = Vec::new();
    push_time(&mut steps, Vec::new(), times.zone.clone(), column, false);
    Some(Recipe { source: Source::AnyOf(vec![name]), steps, may_be_missing: false, keep_masks: false })
}

fn read_table(table: &Table<'_>, column: &'static Column, times: &Times) -> Option<Recipe> {
    let source = source(table, column);
    let mut steps = Vec::new();
    steps.extend(table.number("line").map(|line| Step::Line(line as usize)));
    let separator = table.text("separated_by");
    match (table.number("part"), separator) {
        (Some(part), Some(separator)) if !separator.is_empty() => steps.push(Step::Part(part as usize, separator)),
        (None, None) => {}
        _ => table.document.problem(
            table.at,
            "part and separated_by belong together",
            "write both, as in part = 2, separated_by = \" - \"",
        ),
    }
    steps.extend(pattern(table, "match").map(Step::Match));
    steps.extend(translate(table));
    let minus = table.texts("minus");
    if !minus.is_empty() {
        steps.push(Step::Minus(minus));
    }
    if let Some(item) = table.get("multiply_by") {
        match item.text("multiply_by").as_deref().and_then(Decimal::parse) {
            Some(factor) => steps.push(Step::Multiply(factor)),
            None => item.document.problem(item.at, "multiply_by must be a number", ""),
        }
    }
    read_time(table, column, times, &mut steps);
    let (may_be_missing, keep_masks) = (table.truth("may_be_missing"), table.truth("keep_masks"));
    Some(Recipe {
        source: source?,
        steps,
        may_be_missing: may_be_missing == Some(true),
        keep_masks: keep_masks == Some(true),
    })
}

fn source(table: &Table<'_>, column: &Column) -> Option<Source> {
    let from = table.texts("from");
    let join = table.text("join");
    let value = table.text("value");
    let file = pattern(table, "file_name");
    let folder = pattern(table, "folder_name");
    let given = [!from.is_empty(), value.is_some(), file.is_some(), folder.is_some()];
    if given.iter().filter(|&&given| given).count() != 1 {
        let what = format!("{} needs exactly one of from, value, file_name, folder_name", column.name);
        table.document.problem(table.at, what, "");
        return None;
    }
    Some(match (join, value, file, folder) {
        (Some(join), None, None, None) => Source::Joined(from, join),
        (None, Some(value), ..) => Source::Value(value),
        (None, _, Some(file), _) => Source::FileName(file),
        (None, _, _, Some(folder)) => Source::FolderName(folder),
        (None, None, None, None) => Source::AnyOf(from),
        (Some(_), ..) => {
            table.document.problem(table.at, "join belongs to a list of columns in from", "");
            return None;
        }
    })
}

pub fn pattern(table: &Table<'_>, key: &str) -> Option<Regex> {
    let item = table.get(key)?;
    let text = item.text(key)?;
    let regex = regex::RegexBuilder::new(&text).size_limit(1 << 20).build();
    regex
        .inspect_err(|_| item.document.problem(item.at, format!("{key} is not a regular expression: {text:?}"), ""))
        .ok()
}

fn translate(table: &Table<'_>) -> Option<Step> {
    let otherwise = table.text("otherwise");
    let Some(item) = table.get("translate") else {
        if otherwise.is_some() {
            table.document.problem(table.at, "otherwise belongs to translate", "");
        }
        return None;
    };
    let folded = item.table("translate", |words| {
        let pair = |(from, _, to): (String, usize, Item<'_>)| Some((fold_value(&from), to.text("a translation")?));
        words.entries().into_iter().filter_map(pair).collect()
    })?;
    Some(Step::Translate { folded, otherwise })
}

/// Values are compared without regard to case and surrounding white space.
pub fn fold_value(text: &str) -> String {
    text.trim().to_lowercase()
}

fn read_time(table: &Table<'_>, column: &Column, times: &Times, steps: &mut Vec<Step>) {
    let own = zone(table, times).or_else(|| times.zone.clone());
    let Some(item) = table.get("time") else {
        push_time(steps, Vec::new(), own, column, table.get("value").is_some());
        return;
    };
    let texts = item.texts("time");
    let parsed = texts
        .iter()
        .filter_map(|text| Pattern::parse(text).inspect_err(|what| item.document.problem(item.at, what, "")).ok());
    let patterns: Vec<Pattern> = parsed.collect();
    if column.kind == Kind::Instant && own.is_none() {
        let what = format!("{} has a time pattern but no zone", column.name);
        item.document.problem(item.at, what, "say zone = \"UTC\", or in which place the system's clock stands");
    }
    steps.push(Step::Time { patterns, zone: own });
}

fn push_time(steps: &mut Vec<Step>, patterns: Vec<Pattern>, zone: Option<Zone>, column: &Column, constant: bool) {
    if column.kind == Kind::Instant && zone.is_some() && !constant {
        steps.push(Step::Time { patterns, zone });
    }
}

impl Recipe {
    /// The columns of the file that this recipe takes its text from, for each the names it may have.
    pub fn needs(&self) -> Vec<Vec<String>> {
        let mut needs = match &self.source {
            Source::AnyOf(names) => vec![names.clone()],
            Source::Joined(names, _) => names.iter().map(|name| vec![name.clone()]).collect(),
            _ => Vec::new(),
        };
        needs.extend(self.steps.iter().filter_map(|step| match step {
            Step::Minus(names) => Some(names.clone()),
            _ => None,
        }));
        needs
    }
}

/// The place in a header of the first of these names that it has.
///
/// # Errors
/// Two columns of the file have that name.
pub fn find(header: &[String], names: &[String], file: &str) -> Result<Option<usize>, Refusal> {
    for name in names {
        let mut found =
            header.iter().enumerate().filter(|(_, found)| fold(found) == fold(name)).map(|(place, _)| place);
        if let (Some(first), second) = (found.next(), found.next()) {
            let Some(second) = second else { return Ok(Some(first)) };
            let what =
                format!("{:?} and {:?} are both the column {name:?} of the mapping", header[first], header[second]);
            return Err(Refusal::new(file, what, "rename or remove one of them"));
        }
    }
    Ok(None)
}
