//! Cases: small forces and what the standard makes of them, written for an auditor to read.
//!
//! The format is described in `crates/standard/cases/README.md`. This module reads it and lays a
//! case out as a folder of evidence. It must not know how evidence is judged: whoever runs the
//! cases brings the engine.

mod calendar;
mod fill;
mod folder;
mod parse;

use std::path::{Path, PathBuf};

pub use folder::lay_out;

/// One case: a title, the evidence that matters to it, and what must come of it.
#[derive(Debug)]
pub struct Case {
    /// Name of the `.case` file, without its folder.
    pub file: String,
    /// Line of the title, counted from 1.
    pub line: usize,
    pub title: String,
    /// Whether the quiet force stands behind the tables of the case.
    pub quiet_force: bool,
    /// Start of the window, as written: a London date or an instant.
    pub from: String,
    pub as_of: String,
    /// Lines of the parameters file.
    pub parameters: Vec<String>,
    pub tables: Vec<Table>,
    /// Sets that came with a header and no rows.
    pub empty: Vec<String>,
    /// Sets of the quiet force that did not come in this case.
    pub absent: Vec<String>,
    /// Columns that were not exported: set and column.
    pub not_exported: Vec<(String, String)>,
    pub expectations: Vec<Expectation>,
}

/// Rows of one set, with the columns that matter.
#[derive(Debug)]
pub struct Table {
    pub set: String,
    /// Added to the rows that are there already, rather than standing instead of the quiet force's.
    pub also: bool,
    pub every: Option<Every>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub line: usize,
}

/// Every row of a table repeated at an interval, up to and including a date.
#[derive(Debug, Clone)]
pub struct Every {
    pub count: i64,
    pub months: bool,
    pub until: String,
}

/// What must come of a case, for one clause.
#[derive(Debug)]
pub struct Expectation {
    pub clause: String,
    pub of: Expected,
    pub line: usize,
}

#[derive(Debug)]
pub enum Expected {
    /// Exactly these; each is a subject, and as many of due, done and days late as are written.
    Exceptions {
        code: String,
        listed: Vec<Vec<String>>,
    },
    Untestable {
        code: String,
        count: u64,
    },
    State(String),
    Population(u64),
    Sample(Option<u64>),
    Due(Option<String>),
}

/// The folder of the `.case` files.
pub fn cases_folder() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate has a parent folder");
    crates.join("standard").join("cases")
}

/// Every case of every `.case` file, in order of file name and line; or all that is wrong with them.
pub fn read_all() -> Result<Vec<Case>, Vec<String>> {
    let folder = cases_folder();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(|error| vec![format!("{}: {error}", folder.display())])?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .collect();
    paths.sort();
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match std::fs::read_to_string(&path) {
            Ok(text) => match parse::file(&file, &text) {
                Ok(found) => cases.extend(found),
                Err(found) => problems.extend(found),
            },
            Err(error) => problems.push(format!("{file}: {error}")),
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

/// The cases of a text, as if it were the file of that name. Errors give file and line.
#[allow(dead_code, reason = "only the tests of the format itself use it")]
pub fn read_text(file: &str, text: &str) -> Result<Vec<Case>, Vec<String>> {
    parse::file(file, text)
}
