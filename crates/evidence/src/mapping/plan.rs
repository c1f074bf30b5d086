//! A mapping bound to the header of one file: for every column of the set, which cells it comes from.

use std::borrow::Cow;
use std::path::Path;

use custodes_standard::evidence::{Column, Kind};
use jiff::civil::Time;

use super::clock::{Pattern, Zone};
use super::condition::{self, Bound};
use super::decimal::Decimal;
use super::recipe::{Recipe, Source, Step, find, fold_value};
use super::{Mapping, Recipes};
use crate::chunk::Refusal;
use crate::csv::HeaderRow;
use crate::header::fold;
use crate::typing::cell::{self, Cell};
use crate::typing::time;

/// What becomes of the rows of a file.
pub struct Plan {
    /// The columns that come out, in the order of the set.
    pub header: Vec<String>,
    /// Required columns that the file does not give.
    pub not_exported: Vec<String>,
    pub skips: Vec<(Vec<Bound>, String)>,
    pub records: Vec<RecordPlan>,
    /// Columns of the file that nothing is taken from.
    pub unused: Vec<String>,
    /// Optional columns with the columns of the file that they come from and that it does not have, in words.
    pub missing: Vec<String>,
}

/// One record of a row.
pub struct RecordPlan {
    pub when: Vec<Bound>,
    /// For each column of the plan's header; `None` is blank.
    pub columns: Vec<Option<Making>>,
}

/// How the text of one column is made from the cells of a row.
pub struct Making {
    name: &'static str,
    kind: Kind,
    end_of_day: bool,
    from: From,
    steps: Vec<Step>,
    /// For each [`Step::Minus`], in order, where its number stands.
    minus: Vec<usize>,
    keep_masks: bool,
}

enum From {
    Cell(usize),
    Cells(Vec<usize>, String),
    Fixed(String),
}

/// What a file is called, for recipes that take a value from its name.
pub struct Name<'a> {
    pub path: &'a Path,
    pub file: &'a str,
}

impl Plan {
    /// # Errors
    /// The file lacks a column that a required one comes from, or a condition looks at.
    pub fn new(mapping: &Mapping, header: &[String], name: &Name<'_>) -> Result<Plan, Refusal> {
        let mut binder = Binder { mapping, header, name, not_exported: Vec::new(), missing: Vec::new() };
        let base = binder.base()?;
        let only = [super::Record { when: Vec::new(), columns: Recipes::new() }];
        let rules: &[super::Record] = if mapping.records.is_empty() { &only } else { &mapping.records };
        let mut records: Vec<Vec<Option<Making>>> = Vec::new();
        let mut kept = vec![false; mapping.set.columns.len()];
        for rule in rules {
            let mut columns = Vec::new();
            for (place, column) in mapping.set.columns.iter().enumerate() {
                let own =
                    rule.columns.get(column.name).map(|recipes| binder.choose(column, recipes)).transpose()?.flatten();
                let making = match own {
                    Some(making) => Some(making),
                    None => base[place].as_ref().map(|recipe| binder.make(column, recipe)).transpose()?,
                };
                kept[place] |= making.is_some();
                columns.push(making);
            }
            records.push(columns);
        }
        let in_order = mapping.set.columns.iter().zip(&kept).filter(|(_, kept)| **kept);
        let names = in_order.map(|(column, _)| column.name.to_owned()).collect();
        let bind = |when: &[super::Condition]| {
            when.iter().map(|one| one.bind(header, name.file)).collect::<Result<Vec<_>, _>>()
        };
        let mut plan = Plan {
            header: names,
            not_exported: Vec::new(),
            skips: Vec::new(),
            records: Vec::new(),
            unused: Vec::new(),
            missing: Vec::new(),
        };
        for (rule, columns) in rules.iter().zip(records) {
            let columns = columns.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(making, _)| making).collect();
            plan.records.push(RecordPlan { when: bind(&rule.when)?, columns });
        }
        for skip in &mapping.skip {
            plan.skips.push((bind(&skip.when)?, skip.because.clone()));
        }
        plan.not_exported = mapping.not_exported.iter().map(|&column| column.to_owned()).collect();
        plan.not_exported.append(&mut binder.not_exported);
        plan.missing.append(&mut binder.missing);
        plan.missing.sort();
        plan.missing.dedup();
        plan.not_exported.retain(|column| !plan.header.contains(column));
        let used: Vec<String> = mapping.names().iter().map(|name| fold(name)).collect();
        // The names of a file without a header are the mapping's own: nobody exported them.
        if !matches!(mapping.input.header, HeaderRow::Named(_)) {
            plan.unused =
                header.iter().filter(|name| !used.contains(&fold(name)) && fold(name) != "lea").cloned().collect();
        }
        Ok(plan)
    }
}

struct Binder<'a> {
    mapping: &'a Mapping,
    header: &'a [String],
    name: &'a Name<'a>,
    not_exported: Vec<String>,
    missing: Vec<String>,
}

impl Binder<'_> {
    /// For each column of the set the recipe that holds where a record has none of its own.
    fn base(&mut self) -> Result<Vec<Option<Recipe>>, Refusal> {
        let mut base = Vec::new();
        for column in self.mapping.set.columns {
            base.push(match self.mapping.columns.get(column.name) {
                Some(recipes) => self.choose_recipe(column, recipes)?.cloned(),
                None if self.mapping.not_exported.contains(&column.name) => None,
                None => self.passed_through(column)?,
            });
        }
        Ok(base)
    }

    /// A column that the file has under the set's own name.
    fn passed_through(&self, column: &Column) -> Result<Option<Recipe>, Refusal> {
        let names = vec![column.name.to_owned()];
        if find(self.header, &names, self.name.file)?.is_none() {
            return Ok(None);
        }
        let zone = self.mapping.times.zone.clone().filter(|_| column.kind == Kind::Instant);
        let steps = zone.map(|zone| Step::Time { patterns: Vec::new(), zone: Some(zone) }).into_iter().collect();
        Ok(Some(Recipe { source: Source::AnyOf(names), steps, may_be_missing: false, keep_masks: false }))
    }

    fn choose(&mut self, column: &'static Column, recipes: &[Recipe]) -> Result<Option<Making>, Refusal> {
        let recipe = self.choose_recipe(column, recipes)?;
        recipe.map(|recipe| self.make(column, recipe)).transpose()
    }

    /// The first recipe that this file can serve; none where the column is then not exported.
    fn choose_recipe<'r>(&mut self, column: &Column, recipes: &'r [Recipe]) -> Result<Option<&'r Recipe>, Refusal> {
        for recipe in recipes {
            let mut served = true;
            for names in recipe.needs() {
                served &= find(self.header, &names, self.name.file)?.is_some();
            }
            if served {
                return Ok(Some(recipe));
            }
        }
        if recipes.iter().any(|recipe| recipe.may_be_missing) {
            self.not_exported.push(column.name.to_owned());
            return Ok(None);
        }
        let wanted: Vec<String> = recipes.iter().flat_map(Recipe::needs).map(|names| names.join(" or ")).collect();
        if !column.required {
            self.missing.push(format!("{} from {}", column.name, wanted.join(", ")));
            return Ok(None);
        }
        let what = format!("{} comes from {}, which the file does not have", column.name, wanted.join(", "));
        Err(Refusal::new(self.name.file, what, format!("it has {}", self.header.join(", "))))
    }

    fn make(&self, column: &'static Column, recipe: &Recipe) -> Result<Making, Refusal> {
        let place = |names: &[String]| Ok(find(self.header, names, self.name.file)?.unwrap_or_default());
        let from = match &recipe.source {
            Source::AnyOf(names) => From::Cell(place(names)?),
            Source::Joined(names, between) => {
                let places =
                    names.iter().map(|name| place(std::slice::from_ref(name))).collect::<Result<_, Refusal>>()?;
                From::Cells(places, between.clone())
            }
            Source::Value(value) => From::Fixed(value.clone()),
            Source::FileName(pattern) => {
                From::Fixed(self.found_in_name(column, pattern, self.name.path.file_name())?)
            }
            Source::FolderName(pattern) => {
                // The folder that was named on the command line has a name too, even as `.`.
                let whole = std::path::absolute(self.name.path).and_then(|path| path.canonicalize());
                let path = whole.unwrap_or_else(|_| self.name.path.to_owned());
                From::Fixed(self.found_in_name(column, pattern, path.parent().and_then(Path::file_name))?)
            }
        };
        let minus = recipe.steps.iter().filter_map(|step| match step {
            Step::Minus(names) => Some(place(names)),
            _ => None,
        });
        Ok(Making {
            name: column.name,
            kind: column.kind,
            end_of_day: column.date_means_end_of_day,
            from,
            steps: recipe.steps.clone(),
            minus: minus.collect::<Result<_, Refusal>>()?,
            keep_masks: recipe.keep_masks,
        })
    }

    fn found_in_name(
        &self,
        column: &Column,
        pattern: &regex::Regex,
        name: Option<&std::ffi::OsStr>,
    ) -> Result<String, Refusal> {
        let name = name.map(|name| name.to_string_lossy()).unwrap_or_default();
        found(pattern, &name).map(str::to_owned).ok_or_else(|| {
            let what =
                format!("{} comes from the name {name:?}, in which {:?} is not found", column.name, pattern.as_str());
            Refusal::new(self.name.file, what, "rename it, or adapt the mapping")
        })
    }
}

/// The first group of a pattern, or all that it finds.
fn found<'a>(pattern: &regex::Regex, text: &'a str) -> Option<&'a str> {
    let groups = pattern.captures(text)?;
    groups.get(1).or_else(|| groups.get(0)).map(|found| found.as_str())
}

/// Whether all hold, as [`condition::all_hold`].
pub fn all_hold(conditions: &[Bound], cells: &[&str]) -> Option<bool> {
    condition::all_hold(conditions, cells)
}

/// A cell from which no value can be made.
pub struct Unfit {
    pub value: String,
    pub reason: String,
}

impl Making {
    fn unfit(&self, value: &str, why: String) -> Unfit {
        Unfit { value: value.to_owned(), reason: format!("{}: {why}", self.name) }
    }

    /// The text of the column for a row. Withheld cells stay withheld, and what cannot be understood
    /// stays as it is: typing will say so.
    ///
    /// # Errors
    /// The value, and why it is none, where typing could not know.
    pub fn text<'a>(&'a self, cells: &[&'a str]) -> Result<Cow<'a, str>, Unfit> {
        let mut text = self.source(cells);
        let mut minus = self.minus.iter();
        for step in &self.steps {
            let number = if let Step::Minus(_) = step { minus.next() } else { None };
            let value = match cell::read(&text) {
                Cell::Withheld if !matches!(self.from, From::Fixed(_)) => return Ok(text),
                Cell::Withheld | Cell::Blank => "",
                Cell::Value(value) => value,
            };
            if value.is_empty() && !matches!(step, Step::Translate { .. }) {
                return Ok(Cow::Borrowed(""));
            }
            let made = match step {
                Step::Line(line) => value.lines().nth(line - 1).unwrap_or_default().trim().to_owned(),
                Step::Part(part, separator) => {
                    value.split(separator.as_str()).nth(part - 1).unwrap_or_default().trim().to_owned()
                }
                Step::Match(pattern) => found(pattern, value).unwrap_or_default().to_owned(),
                Step::Translate { folded, otherwise } => match folded.get(&fold_value(value)).or(otherwise.as_ref()) {
                    Some(translated) => translated.clone(),
                    None => continue,
                },
                Step::Minus(_) => match number.map(|&place| cell::read(cells[place])) {
                    Some(Cell::Value(other)) => match (Decimal::parse(value), Decimal::parse(other)) {
                        (Some(number), Some(other)) => {
                            number.minus(other).map(|made| made.to_string()).unwrap_or_default()
                        }
                        _ => return Err(self.unfit(value, format!("this minus {other:?} is no number"))),
                    },
                    // What was to be taken away is not known, so nor is the difference.
                    _ => return Ok(Cow::Borrowed("***")),
                },
                Step::Multiply(factor) => match Decimal::parse(value).and_then(|number| number.times(*factor)) {
                    Some(made) => made.to_string(),
                    None => continue,
                },
                Step::Time { patterns, zone } => {
                    match self.time(value, patterns, zone.as_ref()).map_err(|why| self.unfit(value, why))? {
                        Some(made) => made,
                        None => continue,
                    }
                }
            };
            text = Cow::Owned(made);
        }
        Ok(text)
    }

    fn source<'a>(&'a self, cells: &[&'a str]) -> Cow<'a, str> {
        match &self.from {
            From::Fixed(value) => Cow::Borrowed(value),
            From::Cell(place) => Cow::Borrowed(cells[*place]),
            From::Cells(places, between) => {
                let mut joined = String::new();
                for &place in places {
                    let text = match cell::read(cells[place]) {
                        Cell::Blank => continue,
                        Cell::Withheld if !self.keep_masks => return Cow::Borrowed(cells[place]),
                        Cell::Withheld => cells[place].trim(),
                        Cell::Value(text) => text,
                    };
                    if !joined.is_empty() {
                        joined.push_str(between);
                    }
                    joined.push_str(text);
                }
                Cow::Owned(joined)
            }
        }
    }

    /// A time in the form that typing reads; `None` leaves the text as it is.
    fn time(&self, text: &str, patterns: &[Pattern], zone: Option<&Zone>) -> Result<Option<String>, String> {
        if time::instant(text).is_ok() {
            return Ok(None);
        }
        let read = patterns
            .iter()
            .find_map(|pattern| pattern.read(text))
            .or_else(|| PLAIN.iter().find_map(|pattern| pattern.read(text)));
        let Some((date, of_day)) = read else { return Ok(None) };
        match (self.kind, of_day, zone) {
            (Kind::Instant, None, _) if self.end_of_day => Ok(Some(date.to_string())),
            (Kind::Instant, of_day, Some(zone)) => {
                zone.instant(date.to_datetime(of_day.unwrap_or(Time::midnight()))).map(Some)
            }
            (Kind::Date, Some(of_day), Some(zone)) => zone.instant(date.to_datetime(of_day)).map(Some),
            (Kind::Instant, Some(_), None) => Ok(None),
            _ => Ok(Some(date.to_string())),
        }
    }
}

/// How workbooks and most databases write times; understood wherever a zone is given.
static PLAIN: std::sync::LazyLock<Vec<Pattern>> = std::sync::LazyLock::new(|| {
    let patterns = ["YYYY-MM-DD hh:mm:ss", "YYYY-MM-DD'T'hh:mm:ss", "YYYY-MM-DD hh:mm", "YYYY-MM-DD"];
    patterns.iter().filter_map(|pattern| Pattern::parse(pattern).ok()).collect()
});
