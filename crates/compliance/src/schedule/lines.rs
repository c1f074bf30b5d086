//! One line for each clause of the standard.

use custodes_standard::model::{Check, Clause};
use custodes_standard::v3::CLAUSES;
use serde::Serialize;

use super::items::{Item, Standing};
use super::{Checked, Sources};
use crate::event::Moment;
use crate::state::State;

/// How a clause stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseLine {
    pub clause: &'static str,
    pub title: &'static str,
    /// Who may conduct it; empty where it is part of another's.
    pub conducted_by: &'static str,
    /// `exceptions`, `not_evidenced`, `clear`, `not_applicable`; `None` where no check has run.
    pub state: Option<&'static str>,
    pub overdue: u64,
    pub due_soon: u64,
    pub later: u64,
    /// The earliest date of what is open.
    pub next: Option<Moment>,
    /// When it, or any subject of it, was done last.
    pub last: Option<Moment>,
    pub last_by: Option<String>,
    /// Duties of which it cannot be said whether they are owed, or were done.
    pub uncertain: u64,
    /// Why a clause that comes round again has no date here.
    pub no_dates: Option<String>,
    /// Figures by which it was judged that are not the standard's own.
    pub set_otherwise: Vec<String>,
}

pub(super) fn of(sources: &Sources<'_>, items: &[Item]) -> Vec<ClauseLine> {
    CLAUSES.iter().map(|clause| line(sources, clause, items)).collect()
}

fn line(sources: &Sources<'_>, clause: &'static Clause, items: &[Item]) -> ClauseLine {
    let own: Vec<&Item> = items.iter().filter(|item| item.clause == clause.id).collect();
    let count = |standing| own.iter().filter(|item| item.standing == standing).map(|item| item.count).sum();
    let open = own.iter().filter(|item| item.standing != Standing::Done);
    let done = own.iter().filter_map(|item| {
        item.done
            .as_ref()
            .map(|met| (met.on, &item.done_by))
            .or(item.previous.as_ref().map(|met| (met.on, &item.previous_by)))
    });
    let last = done.max_by_key(|(on, by)| (on.day(), by.is_some(), by.as_ref().map(std::cmp::Reverse)));
    let checked = sources.checked.iter().find(|checked| checked.clause == clause.id);
    ClauseLine {
        clause: clause.id,
        title: clause.title,
        conducted_by: clause.by.name(),
        state: checked.map(|checked| checked.state.name()),
        overdue: count(Standing::Overdue),
        due_soon: count(Standing::DueSoon),
        later: count(Standing::Later),
        next: open.map(|item| item.due).min_by_key(|due| (due.day(), due.to_string())),
        last: last.map(|(on, _)| on),
        last_by: last.and_then(|(_, by)| by.clone()),
        uncertain: own.iter().filter(|item| !item.certain).map(|item| item.count).sum(),
        no_dates: if own.is_empty() { no_dates(clause, checked) } else { None },
        set_otherwise: checked.map(|checked| checked.set_otherwise.clone()).unwrap_or_default(),
    }
}

/// Clauses with neither cadence nor event rule have no dates, and need no reason for that.
fn no_dates(clause: &Clause, checked: Option<&Checked>) -> Option<String> {
    let cadence = clause.checks.iter().any(|check| matches!(check, Check::Cadence { .. }));
    let event = clause.checks.iter().any(|check| matches!(check, Check::Event { .. }));
    if !cadence && !event {
        return None;
    }
    Some(match checked {
        None => "the evidence has not been checked".to_owned(),
        Some(checked) if checked.state == State::NotApplicable => "it does not arise".to_owned(),
        Some(checked) if !checked.absent.is_empty() => {
            format!("no date can be reckoned without evidence of: {}", checked.absent.join(", "))
        }
        Some(_) if event => "nothing happened that is to be reviewed".to_owned(),
        Some(_) => "nothing is owed".to_owned(),
    })
}
