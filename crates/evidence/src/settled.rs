//! Quarantined rows that a person has settled: sent again in a mended file, or accepted as unreadable.
//!
//! A settled row stays quarantined in every report; it only no longer keeps its set from being whole.
//! Who settled it, and why, is recorded elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::tally::Tally;

/// The rows settled, by the SHA-256 of their file's bytes: what was settled of one file says nothing of
/// another that bears its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled(BTreeMap<String, Rows>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rows {
    All,
    Of(BTreeSet<u64>),
}

impl Settled {
    pub fn new() -> Settled {
        Settled::default()
    }

    /// Settles every quarantined row that begins on that line of the file. `sha256` is in hexadecimal digits.
    pub fn settle_line(&mut self, sha256: &str, line: u64) {
        let rows = self.0.entry(sha256.to_ascii_lowercase()).or_insert_with(|| Rows::Of(BTreeSet::new()));
        if let Rows::Of(lines) = rows {
            lines.insert(line);
        }
    }

    /// Settles every quarantined row of the file, those too that are not listed.
    pub fn settle_file(&mut self, sha256: &str) {
        self.0.insert(sha256.to_ascii_lowercase(), Rows::All);
    }

    /// How many of a file's quarantined rows are settled. Rows beyond those listed have no known line, so
    /// only settling the whole file settles them.
    pub(crate) fn among(&self, sha256: &str, tally: &Tally) -> u64 {
        match self.0.get(sha256) {
            None => 0,
            Some(Rows::All) => tally.quarantined,
            Some(Rows::Of(lines)) => tally.listed.iter().filter(|listed| lines.contains(&listed.line)).count() as u64,
        }
    }
}
