//! The one place where the cases meet the engine.

use std::collections::BTreeMap;
use std::path::Path;

/// What `check` is asked, in the words of its command line.
pub struct Options {
    /// A London date or an instant.
    pub from: String,
    pub as_of: String,
    /// The text of the parameters file; empty for the defaults.
    pub parameters: String,
}

/// What `check` came to.
pub struct Outcome {
    pub exceptions: Vec<Exception>,
    /// By clause id.
    pub clauses: BTreeMap<String, ClauseOutcome>,
}

/// One exception as the exceptions file writes it: blank where there is no value.
pub struct Exception {
    pub clause: String,
    pub code: String,
    pub subject: String,
    pub due: String,
    pub done: String,
    pub days_late: String,
}

pub struct ClauseOutcome {
    /// `exceptions`, `clear`, `not_evidenced` or `not_applicable`.
    pub state: String,
    pub population: u64,
    pub sample_size: Option<u64>,
    /// `YYYY-MM-DD`
    pub due: Option<String>,
    /// Rows or subjects without a verdict, by code.
    pub untestable: BTreeMap<String, u64>,
}

/// Checks a folder of evidence. Errors say why it could not be checked at all.
pub fn run_check(folder: &Path, _options: &Options) -> Result<Outcome, String> {
    Err(format!("{}: the engine is not wired to the cases yet", folder.display()))
}
