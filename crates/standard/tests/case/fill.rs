//! Completes the rows of a case: columns that a table does not name take the benign value of
//! `cases/benign.rows`, so that a case shows only what matters to it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::calendar::Moment;
use super::{Case, Every, Table, cases_folder, parse};
use custodes_standard::evidence::Set;

/// Whole rows of each set that the case has, every declared column in order.
pub type Filled = BTreeMap<String, Vec<Vec<String>>>;

/// The evidence of a case, the quiet force's included where it is given.
pub fn evidence(case: &Case) -> Result<Filled, String> {
    let benign = benign()?;
    let mut filled = if case.quiet_force { quiet_force()?.clone() } else { Filled::new() };
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for table in case.tables.iter().filter(|table| table.set != "manifest") {
        let before = counted.get(table.set.as_str()).copied().unwrap_or(0);
        let rows = benign.fill(table, "", before)?;
        counted.insert(&table.set, before + rows.len());
        let held = filled.entry(table.set.clone()).or_default();
        if before == 0 && !table.also {
            held.clear();
        }
        held.extend(rows);
    }
    for set in &case.empty {
        filled.insert(set.clone(), Vec::new());
    }
    for set in &case.absent {
        filled.remove(set);
    }
    Ok(filled)
}

fn benign() -> Result<&'static Benign, String> {
    static BENIGN: OnceLock<Result<Benign, String>> = OnceLock::new();
    BENIGN.get_or_init(Benign::read).as_ref().map_err(String::clone)
}

fn quiet_force() -> Result<&'static Filled, String> {
    static QUIET: OnceLock<Result<Filled, String>> = OnceLock::new();
    let read = || {
        let mut filled = Filled::new();
        for table in read_tables("quiet.force")? {
            let rows = benign()?.fill(&table, "q", filled.get(&table.set).map_or(0, Vec::len))?;
            filled.entry(table.set).or_default().extend(rows);
        }
        Ok(filled)
    };
    QUIET.get_or_init(read).as_ref().map_err(String::clone)
}

fn read_tables(file: &str) -> Result<Vec<Table>, String> {
    let path = cases_folder().join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse::tables(file, &text)
}

/// The benign value of every column of every set.
struct Benign(BTreeMap<String, Vec<String>>);

impl Benign {
    fn read() -> Result<Benign, String> {
        let mut sets = BTreeMap::new();
        for table in read_tables("benign.rows")? {
            let set = Set::named(&table.set).ok_or(format!("benign.rows: `{}` is no set", table.set))?;
            let row = table.rows.first().ok_or(format!("benign.rows: `{}` has no row", table.set))?;
            let value = |name: &str| {
                let index = table.header.iter().position(|column| column == name);
                index.map_or(String::new(), |index| row[index].clone())
            };
            sets.insert(table.set.clone(), set.columns.iter().map(|column| value(column.name)).collect());
        }
        Ok(Benign(sets))
    }

    fn fill(&self, table: &Table, prefix: &str, before: usize) -> Result<Vec<Vec<String>>, String> {
        let set = Set::named(&table.set).ok_or(format!("`{}` is no set", table.set))?;
        let benign = self.0.get(&table.set).ok_or(format!("benign.rows has no `{}`", table.set))?;
        let mut filled: Vec<Vec<String>> = Vec::new();
        for row in repeated(table)? {
            let number = before + filled.len() + 1;
            let given = |name: &str| {
                let index = table.header.iter().position(|column| column == name);
                index.map(|index| row[index].clone())
            };
            let mut whole: Vec<String> = Vec::new();
            for (column, benign) in set.columns.iter().zip(benign) {
                let value = match given(column.name) {
                    Some(value) => value,
                    None => {
                        moved(benign, &given, &|name| value_of(set, self, name)).replace("{n}", &format!("{number}"))
                    }
                };
                let numbered = column.key && given(column.name).is_none() && benign.contains("{n}");
                whole.push(if numbered { format!("{prefix}{value}") } else { value });
            }
            filled.push(whole);
        }
        Ok(filled)
    }
}

fn value_of(set: &Set, benign: &Benign, name: &str) -> Option<String> {
    let index = set.columns.iter().position(|column| column.name == name)?;
    Some(benign.0.get(set.name)?[index].clone())
}

/// `searched_at - 24 h` follows the row's own column, or the benign value where that is not a plain time.
fn moved(benign: &str, given: &dyn Fn(&str) -> Option<String>, otherwise: &dyn Fn(&str) -> Option<String>) -> String {
    let words: Vec<&str> = benign.split_whitespace().collect();
    let [column, sign @ ("+" | "-"), hours, "h"] = words.as_slice() else { return benign.to_owned() };
    let Ok(hours) = hours.parse::<i64>() else { return benign.to_owned() };
    let base = given(column)
        .as_deref()
        .and_then(whole_seconds)
        .or_else(|| otherwise(column).as_deref().and_then(whole_seconds));
    let hours = if *sign == "-" { -hours } else { hours };
    base.map_or(benign.to_owned(), |base| base.plus_hours(hours).to_string())
}

/// A UTC instant cut to its second; `None` for anything else.
fn whole_seconds(text: &str) -> Option<Moment> {
    let (second, fraction) = text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    fraction.bytes().all(|byte| byte.is_ascii_digit()).then(|| Moment::parse(&format!("{second}Z")))?
}

fn repeated(table: &Table) -> Result<Vec<Vec<String>>, String> {
    let Some(Every { count, months, until }) = &table.every else { return Ok(table.rows.clone()) };
    let deciding = Set::named(&table.set).and_then(Set::deciding).map(|column| column.name);
    let index = table.header.iter().position(|name| Some(name.as_str()) == deciding);
    let index = index.ok_or(format!("line {}: a repeated table names its deciding time", table.line))?;
    let until = Moment::parse(until).ok_or(format!("line {}: `{until}` is not a date", table.line))?;
    let mut rows = Vec::new();
    for row in &table.rows {
        let first = Moment::parse(&row[index]).ok_or(format!("line {}: `{}` is not a time", table.line, row[index]))?;
        for step in 0.. {
            let moment = if *months { first.plus_months(step * count) } else { first.plus_hours(step * count * 24) };
            if !moment.not_after_day_of(until) {
                break;
            }
            let mut row = row.clone();
            row[index] = moment.to_string();
            rows.push(row);
        }
    }
    Ok(rows)
}
