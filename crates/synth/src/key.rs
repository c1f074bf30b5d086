//! The key: every departure that was planted, in the order in which `check` lists exceptions.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::calendar::{Day, Micros, rfc3339};
use crate::search_plan::SearchPlan;
use crate::table::{Cell, CsvTable};

/// One planted departure. Compares by the bytes of clause, code, subject, due: the order of the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Departure {
    clause: &'static str,
    code: &'static str,
    subject: String,
    due: String,
    done: String,
}

/// The departures of all sets but `searches`, whose departures are worked out again as the key is written.
#[derive(Debug, Default)]
pub(crate) struct Key {
    departures: BTreeSet<Departure>,
}

impl Key {
    pub(crate) fn plant(&mut self, clause: &'static str, code: &'static str, subject: impl Into<String>) {
        self.insert(clause, code, subject.into(), String::new(), String::new());
    }

    /// A departure of a rule that reckons in dates.
    pub(crate) fn plant_due(
        &mut self,
        clause: &'static str,
        code: &'static str,
        subject: impl Into<String>,
        due: Day,
        done: Option<Day>,
    ) {
        let done = done.map(|day| day.to_string()).unwrap_or_default();
        self.insert(clause, code, subject.into(), due.to_string(), done);
    }

    /// A departure of a rule that reckons in hours.
    pub(crate) fn plant_due_at(
        &mut self,
        clause: &'static str,
        code: &'static str,
        subject: impl Into<String>,
        due: Micros,
        done: Option<Micros>,
    ) {
        self.insert(clause, code, subject.into(), rfc3339(due), done.map(rfc3339).unwrap_or_default());
    }

    fn insert(&mut self, clause: &'static str, code: &'static str, subject: String, due: String, done: String) {
        self.departures.insert(Departure { clause, code, subject, due, done });
    }

    /// Writes `clause,code,subject,due,done`, and says how many departures there are.
    ///
    /// A (clause, code) is planted either here or among the searches, never in both, so whole groups
    /// are put in order and nothing has to be merged row by row.
    pub(crate) fn write(&self, path: &Path, searches: &SearchPlan<'_>) -> io::Result<u64> {
        let mut table = CsvTable::new(File::create(path)?, &["clause", "code", "subject", "due", "done"]);
        let mut groups: BTreeSet<(&str, &str)> =
            self.departures.iter().map(|departure| (departure.clause, departure.code)).collect();
        groups.extend(searches.codes());
        let mut written = 0;
        for (clause, code) in groups {
            for departure in self.departures.iter().filter(|each| (each.clause, each.code) == (clause, code)) {
                let Departure { subject, due, done, .. } = departure;
                table.row(&[clause, code, subject, due, done].map(Cell::text))?;
                written += 1;
            }
            for subject in searches.departing(clause, code) {
                table.row(&[clause, code, &subject, "", ""].map(Cell::text))?;
                written += 1;
            }
        }
        table.flush()?;
        Ok(written)
    }
}
