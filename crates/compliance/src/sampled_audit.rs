//! Records of sampled audits: how many records there were, how many were examined, in which window.
//!
//! `None` in an outer option is a value that cannot be known (withheld, or not exported); a blank is
//! `Some(None)`.

use crate::time::Day;
use custodes_standard::model::Ratio;

/// One review of a sampled clause, subject `*`, in the window.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    pub population: Option<Option<i64>>,
    pub examined: Option<Option<i64>>,
    pub rationale: Option<&'a str>,
    pub window_from: Option<Option<Day>>,
    pub window_to: Option<Option<Day>>,
    pub reviewed: Day,
    /// The clause's latest `*` review dated before this one, or the window's first date.
    pub previous: Day,
}

/// What the clause asks of the record.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub rate: Ratio,
    /// The clause samples inside a window of so many consecutive days.
    pub window_days: Option<i64>,
    /// Where the sample's size is the LEA's choice, the reason for it must be written down.
    pub rationale: bool,
}

/// Each code with its verdict: `Some(true)` fires, `None` cannot be said.
pub type Verdicts = [(&'static str, Option<bool>); 4];

pub fn verdicts(record: &Record<'_>, asked: &Asked) -> Verdicts {
    [
        ("sample_not_recorded", not_recorded(record, asked)),
        ("sample_too_small", too_small(record, asked)),
        ("rationale_missing", if asked.rationale { record.rationale.map(str::is_empty) } else { Some(false) }),
        ("sample_window_short", window_short(record, asked)),
    ]
}

/// `true` wins over "unknown", which wins over `false`: the OR of three-valued logic.
fn any(verdicts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for verdict in verdicts {
        match verdict {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(false) }
}

fn not_recorded(record: &Record<'_>, asked: &Asked) -> Option<bool> {
    let blank_count = |count: Option<Option<i64>>| count.map(|value| value.is_none());
    let blank_day = |day: Option<Option<Day>>| day.map(|value| value.is_none());
    let mut parts = vec![blank_count(record.population), blank_count(record.examined)];
    if asked.window_days.is_some() {
        parts.extend([blank_day(record.window_from), blank_day(record.window_to)]);
    }
    any(parts)
}

fn too_small(record: &Record<'_>, asked: &Asked) -> Option<bool> {
    match (record.population, record.examined) {
        (Some(None), _) | (_, Some(None)) => Some(false),
        // Nothing to examine: however many were, they were enough.
        (Some(Some(0)), _) => Some(false),
        (Some(Some(population)), Some(Some(examined))) => {
            Some(examined < asked.rate.sample_size(population as u64) as i64)
        }
        _ => None,
    }
}

fn window_short(record: &Record<'_>, asked: &Asked) -> Option<bool> {
    let Some(wanted) = asked.window_days else { return Some(false) };
    if record.reviewed.days_since(record.previous) < wanted {
        return Some(false);
    }
    match (record.window_from, record.window_to) {
        (Some(None), _) | (_, Some(None)) => Some(false),
        (Some(Some(first)), Some(Some(last))) => Some(last.days_since(first) + 1 < wanted),
        _ => None,
    }
}
