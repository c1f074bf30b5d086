//! What a check finds.

use std::collections::BTreeMap;

use custodes_compliance::event::Moment;
use custodes_compliance::schedule::Duty;
use custodes_compliance::state::State;
use custodes_compliance::time::Day;
use custodes_standard::model::Clause;

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
    /// Sets that the clause needs and that did not come.
    pub absent: Vec<&'static str>,
    /// Sets that the clause needs and that are not whole.
    pub not_whole: Vec<&'static str>,
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
