//! The records that a sample is drawn among: those of a clause's population, one by one.
//!
//! `check` counts them; a frame names them. Both ask the same conditions of the same rows, so a frame of
//! the whole window holds as many records as the population counts.

mod members;
mod row_frame;
#[cfg(test)]
mod tests;

use custodes_compliance::time::Day;
use custodes_evidence::Report;
use custodes_evidence::record;
use custodes_standard::evidence::{Kind, Set};
use custodes_standard::model::{Check, Clause, Population, Sample};

use crate::CheckError;
use crate::check::Run;
use crate::engine::Engine;
use crate::parameters::Parameters;
use crate::passes::{self, Passes};
use crate::reviews::Reviews;
use crate::source::Source;
use crate::window::Window;
use members::Part;
pub use members::{Frame, Member};

/// Which records are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// One that asks for a sample, or questions about each record.
    pub clause: &'static Clause,
    /// Only records whose deciding time falls on these London days, both included. A record without that
    /// time falls on every day, as it falls in every window.
    pub days: Option<(Day, Day)>,
    /// The column by whose value records are told apart.
    pub stratum: Option<&'a str>,
}

/// The frame of a clause's sample. Superseded, quarantined and future rows are in none.
///
/// # Errors
/// The clause asks for no sample, the set has no such column for strata, or the evidence cannot be read.
pub fn frame(
    source: &Source,
    window: Window,
    parameters: &Parameters,
    threads: usize,
    asked: &Asked<'_>,
) -> Result<Frame, CheckError> {
    let set = set_of(asked.clause)?;
    if let Some(name) = asked.stratum
        && set.column(name).is_none()
    {
        let names: Vec<&str> = set.columns.iter().map(|column| column.name).collect();
        let what = format!("{} has no column {name:?} to make strata of", set.name);
        return Err(CheckError::Frame(format!("{what}; its columns are {}", names.join(", "))));
    }
    let engine = Engine::new(threads).map_err(CheckError::Threads)?;
    let mut not_whole = source.why_not_whole(set)?;
    let parts = match asked.clause.population {
        _ if !source.has(set) => Vec::new(),
        Population::Rows { given, .. } => {
            let rows = row_frame::RowFrame { source, window, parameters, set, given, asked };
            rows.parts(&engine).map_err(|error| error.of(set))?
        }
        _ => {
            let (part, more) = judged(source, window, parameters, &engine, set, asked)?;
            not_whole.extend(more);
            vec![part]
        }
    };
    Ok(Frame::of(parts, not_whole))
}

/// The set whose rows a clause's sample is drawn among.
fn set_of(clause: &'static Clause) -> Result<&'static Set, CheckError> {
    let events = clause.checks.iter().find_map(|check| match check {
        Check::Event { events, .. } => events.needs.first().copied(),
        _ => None,
    });
    let set = match (clause.sample, clause.population) {
        // No sample, but questions about each record: an audit may put all of them on its worklist.
        (Sample::None, Population::Rows { of, .. }) if !clause.judgements.is_empty() => Some(of),
        // Nor here, where an event rule asks for a review of each account.
        (Sample::None, Population::Judged) if !clause.judgements.is_empty() => events,
        (Sample::None, _) | (_, Population::Query { .. }) => None,
        (_, Population::Rows { of, .. }) => Some(of),
        (_, Population::Judged) => events.filter(|set| set.key().count() == 1),
    };
    set.ok_or_else(|| {
        CheckError::Frame(format!("{} asks for no sample, and its records are not looked at one by one", clause.id))
    })
}

/// The subject under which a record's exceptions and reviews go: its key, of an account without the time
/// at which it was authorised.
pub fn subject_of<'a>(set: &Set, key: &'a str) -> &'a str {
    if set.name == "accounts" { key.rsplit_once('/').map_or(key, |(subject, _)| subject) } else { key }
}

/// What an event rule judged, of a set that is small and has a key of one column; and why it cannot be
/// said whether the clause arises.
fn judged(
    source: &Source,
    window: Window,
    parameters: &Parameters,
    engine: &Engine,
    set: &'static Set,
    asked: &Asked<'_>,
) -> Result<(Part, Vec<String>), CheckError> {
    let clause = asked.clause;
    let failed = CheckError::query(clause.id);
    passes::register_tables(engine, source, &[clause])?;
    let reviews = Reviews::read(engine).map_err(CheckError::query("reviews"))?;
    let mut report = Report::default();
    let mut more = Vec::new();
    // The rule counts what there is to judge without its reviews; the other sets decide whether it arises.
    for needed in clause.needs.iter().filter(|needed| **needed != set && needed.name != "reviews") {
        let reasons = source.why_not_whole(needed)?;
        more.extend(reasons.iter().cloned());
        if source.has(needed) && !reasons.is_empty() {
            report.not_whole.insert(needed.name, reasons);
        }
    }
    let passes = Passes::default();
    let run = Run { engine, source, window, parameters, passes: &passes, reviews: &reviews, report: &report };
    let judged = run.judged(clause)?;
    let strata = strata(engine, set, asked.stratum).map_err(&failed)?;
    let mut part = Part::default();
    for (subject, happened) in judged {
        let day = happened.day();
        if asked.days.is_none_or(|(first, last)| first <= day && day <= last) {
            let stratum = strata.get(&subject).cloned().flatten();
            part.push(0, Some(day), stratum.as_deref(), |key| key.push_str(&subject));
        }
    }
    Ok((part, more))
}

/// What stands in a column, by key.
fn strata(
    engine: &Engine,
    set: &Set,
    column: Option<&str>,
) -> datafusion::common::Result<std::collections::HashMap<String, Option<String>>> {
    let (Some(column), Some(key)) = (column, set.key().next()) else { return Ok(Default::default()) };
    let answer =
        engine.query(&format!("SELECT {} AS key, {} FROM {}", key.name, stratum_columns(set, column), set.name))?;
    let batch = answer.batch();
    let cells = (0..batch.num_rows()).map(|row| {
        let mut key = String::new();
        record::write_key(&mut key, batch.column_by_name("key").into_iter(), row);
        (key, stratum_in(batch, row))
    });
    Ok(cells.collect())
}

/// The columns that tell a record's stratum, as a query selects them.
fn stratum_columns(set: &Set, column: &str) -> String {
    let textual = set.column(column).is_some_and(|column| column.required || column.kind.is_textual());
    let given = if textual { "NULL".to_owned() } else { format!("{column}_given") };
    format!("{column} AS stratum, CAST({given} AS BOOLEAN) AS stratum_given")
}

fn stratum_in(batch: &arrow::array::RecordBatch, row: usize) -> Option<String> {
    record::cell_of(batch.column_by_name("stratum")?, batch.column_by_name("stratum_given"), row)
}

/// The expression for the London day of a row's deciding time.
fn day_of(set: &Set) -> String {
    match set.deciding() {
        Some(column) if column.kind == Kind::Instant => format!("{}_day", column.name),
        Some(column) => column.name.to_owned(),
        None => "CAST(NULL AS DATE)".to_owned(),
    }
}
