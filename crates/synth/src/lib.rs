//! A made-up police force, Northmere Constabulary: a year of evidence, shaped like the real thing, in which the
//! departures from the standard are known because they were planted.
//!
//! The same [`Plan`] gives the same bytes on any machine: the crate reads no clock, holds no floating-point
//! mathematics and draws every number from the seed, the set and the row. The large sets stream, so fifty
//! million searches need no more memory than fifty. It judges nothing: what a departure is stands in the
//! standard, and this crate must not use the code that looks for them.

mod accounts;
mod calendar;
mod cameras;
mod draw;
mod force;
mod key;
mod lists;
mod logons;
mod parquet_table;
mod people;
mod plan;
mod records;
mod reviews;
mod schedule;
mod search_plan;
mod searches;
mod spread;
mod standing;
mod systems;
mod table;
mod words;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use calendar::{Day, FIRST_YEAR, LAST_YEAR};
pub use plan::{FEWEST_SEARCHES, Format, MOST_SEARCHES, Plan, SEARCHES_AT_SCALE_ONE, Scale};

use force::{Force, Output};
use key::Key;
use reviews::Book;
use search_plan::SearchPlan;

/// The folder of evidence, inside the folder that was asked for.
pub const EVIDENCE: &str = "evidence";
/// The key: `clause,code,subject,due,done`, in the order in which `check` lists exceptions. It stands beside
/// the evidence, never in it.
pub const DEPARTURES: &str = "departures.csv";
/// The parameters under which the key holds.
pub const PARAMETERS: &str = "parameters.toml";

const PARAMETERS_TEXT: &str = "\
# Northmere Constabulary is made up. This sets what the defaults leave open, so that a search of too long a
# period can be found; everything else keeps its default.
[search_span_max_days]
\"priority and volume crime\" = 30
";

/// How far the writing has come: given now and then for large sets, and once for every finished one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub set: &'static str,
    pub rows: u64,
    /// The rows that the set will have, as far as known.
    pub of: u64,
}

/// A set that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub set: &'static str,
    pub rows: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub evidence: PathBuf,
    pub departures: PathBuf,
    pub parameters: PathBuf,
    /// Every set, in the order in which it was finished.
    pub sets: Vec<Written>,
    /// The number of departures in the key.
    pub planted: u64,
    pub from: Day,
    pub as_of: Day,
}

/// Why a force could not be made.
#[derive(Debug)]
pub enum SynthError {
    /// The plan asks for what cannot be.
    Plan(String),
    /// There is something already; a made-up force must not be mixed with other evidence.
    NotEmpty(PathBuf),
    Write {
        folder: PathBuf,
        source: io::Error,
    },
}

impl fmt::Display for SynthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SynthError::Plan(problem) => formatter.write_str(problem),
            SynthError::NotEmpty(folder) => {
                write!(formatter, "{} is not empty: name a new folder for the made-up force", folder.display())
            }
            SynthError::Write { folder, source } => write!(formatter, "cannot write to {}: {source}", folder.display()),
        }
    }
}

impl std::error::Error for SynthError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SynthError::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Writes `evidence/` with every set, `departures.csv` and `parameters.toml` into `out`, which must be new or empty.
///
/// # Errors
///
/// When the plan cannot be carried out, `out` holds something already, or cannot be written to.
pub fn write(out: &Path, plan: &Plan, progress: &mut dyn FnMut(Progress)) -> Result<Summary, SynthError> {
    if let Some(problem) = plan.problem() {
        return Err(SynthError::Plan(problem));
    }
    let failed = |source| SynthError::Write { folder: out.to_owned(), source };
    let evidence = out.join(EVIDENCE);
    fs::create_dir_all(out).map_err(failed)?;
    if fs::read_dir(out).map_err(failed)?.next().is_some() {
        return Err(SynthError::NotEmpty(out.to_owned()));
    }
    fs::create_dir(&evidence).map_err(failed)?;
    make(out, evidence, plan, progress).map_err(failed)
}

fn make(out: &Path, evidence: PathBuf, plan: &Plan, progress: &mut dyn FnMut(Progress)) -> io::Result<Summary> {
    let force = Force::new(plan);
    let mut output =
        Output { folder: evidence, key: Key::default(), book: Book::default(), written: Vec::new(), progress };
    let cameras = cameras::write(&force, &mut output)?;
    systems::write(&force, &mut output, &cameras)?;
    lists::write(&force, &mut output, &cameras)?;
    people::write(&force, &mut output)?;
    let users = accounts::write(&force, &mut output)?;
    people::write_privilege_changes(&force, &mut output)?;
    records::write(&force, &mut output, &users)?;
    let searches = SearchPlan::new(&force);
    searches::write(&searches, &users, &mut output)?;
    logons::write(&force, &mut output, &users)?;
    standing::enter(&force, &mut output);
    reviews::write(&force, &mut output)?;
    let departures = out.join(DEPARTURES);
    let planted = output.key.write(&departures, &searches)?;
    let parameters = out.join(PARAMETERS);
    fs::write(&parameters, PARAMETERS_TEXT)?;
    let Output { folder, written, .. } = output;
    Ok(Summary {
        evidence: folder,
        departures,
        parameters,
        sets: written,
        planted,
        from: force.from,
        as_of: force.as_of,
    })
}
