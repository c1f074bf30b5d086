//! `manifest.csv`: what the source says that it sent.

use std::collections::BTreeMap;

use crate::chunk::Refusal;
use crate::csv::{Csv, Layout, Wanted, parse};
use crate::discovery::Found;
use crate::header::fold;
use crate::problem::Problem;
use crate::typing::{abbreviate, time};
use custodes_compliance::Day;

const COLUMNS: [&str; 5] = ["file", "rows", "sha256", "period_from", "period_to"];

/// What a manifest states of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The manifest, and the line in it.
    pub place: String,
    /// The file, relative to the folder.
    pub file: String,
    pub rows: Option<u64>,
    /// In lower case.
    pub sha256: Option<String>,
    /// First and last London day, both included.
    pub period: Option<(i32, i32)>,
}

/// Reads a manifest, with what a person should know of it. Files are named relative to its folder.
///
/// # Errors
/// The file is refused, two of its columns are the same, or a value in it is not of its type; half a
/// period; a file that is stated but did not come.
pub fn read(manifest: &Found, all: &[Found]) -> Result<(Vec<Stated>, Vec<String>), Vec<Problem>> {
    let refused = |refusal: Refusal| vec![Problem::from(refusal)];
    let wanted = |name: &str| COLUMNS.contains(&name);
    let mut csv = Csv::open(&manifest.path, &manifest.name, &Layout::default(), &wanted, None).map_err(refused)?;
    let header: Vec<String> = csv.header.iter().map(|name| fold(name)).collect();
    let places = COLUMNS.map(|column| header.iter().position(|name| *name == fold(column)));
    for (column, place) in COLUMNS.iter().zip(places) {
        let second = place.and_then(|first| Some((first, header.iter().rposition(|name| *name == fold(column))?)));
        if let Some((first, second)) = second.filter(|(first, second)| first < second) {
            let what = format!("{:?} and {:?} are both the column {column:?}", csv.header[first], csv.header[second]);
            return Err(refused(Refusal::new(&manifest.name, what, "remove one of them")));
        }
    }
    let notices = unknown_columns(&manifest.name, &csv.header).into_iter().collect();
    if places[0].is_none() {
        return Err(refused(Refusal::new(
            &manifest.name,
            "the required column file is missing",
            "name each file that was sent",
        )));
    }
    let (mut stated, mut problems) = (Vec::new(), Vec::new());
    while let Some(block) = csv.next_block().map_err(refused)? {
        let grid = parse(block, csv.separator, &Wanted::all(header.len()));
        for row in 0..grid.rows() {
            let place = format!("{} line {}", manifest.name, grid.line(row));
            if let Some(bad) = grid.bad_rows().iter().find(|bad| bad.row as usize == row) {
                problems.push(Problem::new(place, bad.reason.clone(), "correct the manifest"));
                continue;
            }
            let cell = |column: usize| places[column].map_or("", |place| grid.cell(row, place).trim());
            match Stated::from_cells(&place, &manifest.name, [0, 1, 2, 3, 4].map(cell), all) {
                Ok(one) => stated.push(one),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() { Ok((stated, notices)) } else { Err(problems) }
}

/// A misspelt column states nothing: it is named, so that nobody relies on it.
fn unknown_columns(manifest: &str, header: &[String]) -> Option<String> {
    let known = COLUMNS.map(fold);
    let unknown = header.iter().filter(|name| !name.is_empty() && !known.contains(&fold(name)));
    let shown: Vec<String> = unknown.map(|name| format!("{:?}", abbreviate(name))).take(20).collect();
    let columns = COLUMNS.join(", ");
    (!shown.is_empty())
        .then(|| format!("{manifest}: columns not used: {}; a manifest has the columns {columns}", shown.join(", ")))
}

impl Stated {
    fn from_cells(place: &str, manifest: &str, cells: [&str; 5], all: &[Found]) -> Result<Stated, Problem> {
        let wrong = |column: usize, wanted: &str| {
            let what = format!("{} is {:?}, not {wanted}", COLUMNS[column], abbreviate(cells[column]));
            Problem::new(place, what, "correct the manifest")
        };
        let rows = match cells[1] {
            "" => None,
            text => Some(text.parse().map_err(|_| wrong(1, "a number of rows"))?),
        };
        let sha256 = match cells[2] {
            "" => None,
            text if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Some(text.to_ascii_lowercase())
            }
            _ => return Err(wrong(2, "64 hexadecimal digits")),
        };
        let day = |column: usize| match cells[column] {
            "" => Ok(None),
            text => time::date(text).map(Some).map_err(|_| wrong(column, "a date like 2026-08-01")),
        };
        let half = |given: usize, missing: usize| {
            let (given, shown, missing) = (COLUMNS[given], cells[given], COLUMNS[missing]);
            Problem::new(
                place,
                format!("{given} is {shown:?}, and {missing} is not stated"),
                "state both days, or neither",
            )
        };
        let period = match (day(3)?, day(4)?) {
            (Some(from), Some(to)) if from > to => return Err(wrong(4, "on or after period_from")),
            (Some(_), None) => return Err(half(3, 4)),
            (None, Some(_)) => return Err(half(4, 3)),
            (from, to) => from.zip(to),
        };
        if cells[0].is_empty() {
            return Err(Problem::new(place, "file is blank", "name the file"));
        }
        let named = cells[0].replace('\\', "/");
        let named = named.strip_prefix("./").unwrap_or(&named);
        let beside =
            manifest.rsplit_once('/').map_or_else(|| named.to_owned(), |(folder, _)| format!("{folder}/{named}"));
        let came = |name: &str| all.iter().any(|found| found.name == name);
        match [beside.as_str(), named].into_iter().find(|name| came(name)) {
            Some(file) => Ok(Stated { place: place.to_owned(), file: file.to_owned(), rows, sha256, period }),
            None => {
                let what = format!("{named:?} is stated but did not come");
                Err(Problem::new(place, what, "ask the source for it, or for a new manifest"))
            }
        }
    }

    /// Compares what is stated with what came.
    pub fn compare(&self, rows: Option<u64>, sha256: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let (Some(stated), Some(rows)) = (self.rows, rows)
            && stated != rows
        {
            let what = format!("{stated} rows are stated for {}, {rows} came", self.file);
            problems.push(Problem::new(&self.place, what, "ask the source for the whole file"));
        }
        if let Some(stated) = &self.sha256
            && stated != sha256
        {
            let what = format!("SHA-256 {stated} is stated for {}, what came has {sha256}", self.file);
            problems.push(Problem::new(&self.place, what, "ask the source for the file as it was sent"));
        }
        problems
    }
}

/// The days of a window that the periods of a set's files do not cover, as a sentence; `None` when they
/// cover it, or are not stated for every file.
pub fn uncovered(stated: &[Stated], files: &[&str], first: i32, last: i32) -> Option<String> {
    let mut of_file: BTreeMap<&str, Vec<(i32, i32)>> = BTreeMap::new();
    for stated in stated {
        if let Some(period) = stated.period {
            of_file.entry(&stated.file).or_default().push(period);
        }
    }
    let mut periods = Vec::new();
    for file in files {
        periods.extend(of_file.get(file)?);
    }
    periods.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = first;
    for &(from, to) in &periods {
        if from > next && next <= last {
            gaps.push((next, last.min(from - 1)));
        }
        next = next.max(to.saturating_add(1));
    }
    if next <= last {
        gaps.push((next, last));
    }
    let named: Vec<String> = gaps.iter().map(|&(from, to)| format!("{} to {}", Day(from), Day(to))).collect();
    (!named.is_empty()).then(|| format!("the periods that the manifest states leave out {}", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(file: &str, period: Option<(i32, i32)>) -> Stated {
        Stated { place: String::new(), file: file.to_owned(), rows: None, sha256: None, period }
    }

    #[test]
    fn periods_cover_the_window_when_their_union_has_no_gap() {
        let two = [stated("a", Some((0, 9))), stated("b", Some((10, 20)))];
        assert_eq!(uncovered(&two, &["a", "b"], 3, 20), None);
        assert!(uncovered(&two, &["a", "b"], 3, 21).unwrap().ends_with("1970-01-22 to 1970-01-22"));
        let gap = [stated("a", Some((12, 20))), stated("b", Some((0, 9)))];
        assert!(uncovered(&gap, &["a", "b"], 3, 15).unwrap().ends_with("1970-01-11 to 1970-01-12"));
        assert_eq!(uncovered(&gap, &["a", "b"], 12, 15), None);
    }

    #[test]
    fn periods_say_nothing_unless_every_file_of_the_set_has_one() {
        let one = [stated("a", Some((0, 1))), stated("b", None)];
        assert_eq!(uncovered(&one, &["a", "b"], 0, 100), None);
        assert_eq!(uncovered(&one, &["a", "c"], 0, 100), None);
        assert!(uncovered(&one, &["a"], 0, 100).is_some());
    }
}
