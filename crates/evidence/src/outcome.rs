//! What the first scan of a set found out, kept for later scans and the report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::keys::Superseded;
use crate::problem::Problem;
use crate::scan::feed::{Feed, Part};
use crate::tally::Tally;
use crate::typing::{Mark, Values};

/// A row that another row with the same key and different content stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    pub file: String,
    pub line: u64,
    /// The key, its parts divided by ` / `.
    pub key: String,
    /// Where the row is that stands: the last with the key.
    pub stands_file: String,
    pub stands_line: u64,
}

#[derive(Default)]
pub struct Outcome {
    /// By file, as all that follow.
    pub tallies: BTreeMap<usize, Tally>,
    pub files: BTreeMap<usize, Superseded>,
    pub digests: BTreeMap<usize, String>,
    pub notices: BTreeMap<usize, Vec<String>>,
    /// How many rows the source has, where a mapping made another number of records of them.
    pub source_rows: BTreeMap<usize, u64>,
    /// Positions of rows that scans give and that another row stands for.
    pub superseded: Arc<Vec<u64>>,
    /// Positions of rows whose content differs from the one that stands.
    pub conflicting: Arc<Vec<u64>>,
    /// The parts of files in which keys are repeated.
    pub parts: BTreeSet<Part>,
    /// The first of the conflicting rows, in order of file and line.
    pub conflicts: Vec<Conflict>,
}

impl Outcome {
    /// Writes down these conflicting rows, each with the row that stands, as a pass over their chunks shows
    /// them; sorted.
    pub fn list_conflicts(&mut self, feed: Feed, listed: &[(u64, u64)]) -> Result<(), Problem> {
        let standing: BTreeSet<u64> = listed.iter().map(|&(_, stands)| stands).collect();
        let (mut found, mut places) = (Vec::new(), BTreeMap::new());
        let mut rows = feed.rows();
        while let Some((chunk, _)) = rows.next_chunk() {
            for row in 0..chunk.rows {
                let position = chunk.first.0 + row as u64;
                if standing.contains(&position) {
                    places.insert(position, (chunk.file.name.clone(), chunk.line(row)));
                }
                let Ok(place) = listed.binary_search_by_key(&position, |&(superseded, _)| superseded) else { continue };
                let keys = chunk.file.set.columns.iter().zip(&chunk.columns).filter(|(column, _)| column.key);
                let parts: Vec<String> = keys.map(|(_, typed)| shown(&typed.values, typed.marks[row], row)).collect();
                found.push((listed[place], chunk.file.name.clone(), chunk.line(row), parts.join(" / ")));
            }
        }
        found.sort();
        let conflict = |((_, stands), file, line, key): ((u64, u64), String, u64, String)| {
            let (stands_file, stands_line) = places.get(&stands).cloned().unwrap_or_default();
            Conflict { file, line, key, stands_file, stands_line }
        };
        self.conflicts = found.into_iter().map(conflict).collect();
        feed.said().problems.into_iter().next().map_or(Ok(()), Err)
    }
}

fn shown(values: &Values, mark: Mark, row: usize) -> String {
    if mark != Mark::Value {
        return String::new();
    }
    match values {
        Values::Text(texts) => String::from_utf8_lossy(texts.get(row)).into_owned(),
        Values::Instants(at) => custodes_compliance::Instant(at[row]).to_string(),
        Values::Days(on) => custodes_compliance::Day(on[row]).to_string(),
        Values::Numbers(numbers) => numbers[row].to_string(),
        Values::Ints(ints) => ints[row].to_string(),
    }
}
