//! What a check finds.

use std::collections::BTreeMap;

use custodes_compliance::event::Moment;
use custodes_compliance::schedule::Duty;
use custodes_compliance::state::State;
use custodes_compliance::time::{Day, Instant};
use custodes_standard::model::{Clause, Pattern};

/// One departure that a machine found: a lead for a person, not yet a finding.
///
/// Ordered by clause, code, subject and due date, as text, byte by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub clause: &'static str,
    pub code: &'static str,
    pub subject: String,
    /// For the codes of the cadence and event rules only.
    pub due: Option<Moment>,
    pub done: Option<Moment>,
    /// For the cadence rule only.
    pub days_late: Option<i64>,
    /// A short sentence that a person can act on.
    pub detail: String,
}

impl Exception {
    /// What makes two exceptions the same.
    pub fn identity(&self) -> (&str, &str, &str, String, String) {
        let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string()).unwrap_or_default();
        (self.clause, self.code, &self.subject, text(self.due), text(self.done))
    }
}

/// What is known of one clause.
#[derive(Debug, Clone)]
pub struct ClauseOutcome {
    pub clause: &'static Clause,
    pub state: State,
    pub population: u64,
    /// What the standard asks a person to judge; `None` where it asks for no sample, or a draw must
    /// choose the window first.
    pub sample_size: Option<u64>,
    /// When the LEA's next review is due.
    pub due: Option<Day>,
    pub codes: BTreeMap<&'static str, u64>,
    /// Per code, the rows or subjects on which no verdict could be given.
    pub untestable: BTreeMap<&'static str, u64>,
    /// Parameters whose value is assumed and on which this result rests.
    pub assumed: Vec<String>,
    /// Parameters on which this result rests and whose figure is not the one in the text of the standard.
    pub set_otherwise: Vec<&'static str>,
    /// Sets that the clause needs and that did not come.
    pub absent: Vec<&'static str>,
    /// Sets that the clause needs and that are not whole.
    pub not_whole: Vec<&'static str>,
    /// What is shown to whoever reviews, without weight for the state; empty for most clauses.
    pub patterns: Vec<Shown>,
}

/// What was found of one pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub pattern: &'static Pattern,
    /// How many times it was found.
    pub found: u64,
    /// The largest, largest first.
    pub listed: Vec<Instance>,
    /// Among how many failures it was looked for.
    pub looked_at: u64,
    /// Failures that it was not looked for among: a value was withheld or blank, or they are too old.
    pub left_out: u64,
    /// The set without which it cannot be looked for, where none came.
    pub absent: Option<&'static str>,
}

/// One time that a pattern was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The user, or the source.
    pub subject: String,
    pub failures: u64,
    pub first: Instant,
    pub last: Instant,
    /// How many different users, where that makes the pattern.
    pub users: Option<u64>,
    /// How many nights in a row, where that makes the pattern.
    pub nights: Option<u64>,
    /// The success that followed, where that makes the pattern.
    pub success: Option<Instant>,
}

/// What a check found, clause by clause in the standard's order.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub clauses: Vec<ClauseOutcome>,
    /// In the order of [`Exception`], each once.
    pub exceptions: Vec<Exception>,
    /// Every obligation of the cadence and event rules in the window, and the one that is open; in the order
    /// of [`custodes_compliance::schedule::order`], each once.
    pub duties: Vec<Duty>,
}
