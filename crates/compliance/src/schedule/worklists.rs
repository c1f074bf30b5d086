//! Work that arrives by itself: what happened, and is to be reviewed one by one.

use std::collections::BTreeMap;

use custodes_standard::model::Check;
use custodes_standard::v3::CLAUSES;
use serde::Serialize;

use super::Sources;
use super::items::{Item, Standing};
use crate::acts::AuditId;
use crate::event::Moment;

/// One subject that waits for its review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub subject: String,
    pub happened: Option<Moment>,
    pub due: Moment,
    pub overdue: bool,
    /// Days left until it is due, or since it was.
    pub days: i64,
    /// `false` where a value was withheld on which it hangs whether the review is owed.
    pub certain: bool,
    /// The open audit that has it on its list.
    pub audit: Option<AuditId>,
}

/// What one clause of the event rule asks to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worklist {
    pub clause: &'static str,
    pub title: &'static str,
    pub conducted_by: &'static str,
    pub overdue: u64,
    /// Of all that wait, those that no open audit has taken up.
    pub untaken: u64,
    /// The one due first comes first.
    pub waiting: Vec<Waiting>,
}

/// The clauses of the event rule for which somebody waits.
pub(super) fn of(sources: &Sources<'_>, items: &[Item]) -> Vec<Worklist> {
    let by_event = CLAUSES.iter().filter(|clause| clause.checks.iter().any(|c| matches!(c, Check::Event { .. })));
    by_event
        .filter_map(|clause| {
            let taken = taken(sources, clause.id);
            let open = items.iter().filter(|item| item.clause == clause.id && item.standing != Standing::Done);
            let mut waiting: Vec<Waiting> = open
                .map(|item| Waiting {
                    subject: item.subject.clone(),
                    happened: item.happened,
                    due: item.due,
                    overdue: item.standing == Standing::Overdue,
                    days: item.days,
                    certain: item.certain,
                    audit: taken.get(item.subject.as_str()).copied(),
                })
                .collect();
            waiting.sort_by_cached_key(|one| (one.due.day(), one.due.to_string(), one.subject.clone()));
            (!waiting.is_empty()).then(|| Worklist {
                clause: clause.id,
                title: clause.title,
                conducted_by: clause.by.name(),
                overdue: waiting.iter().filter(|one| one.overdue).count() as u64,
                untaken: waiting.iter().filter(|one| one.audit.is_none()).count() as u64,
                waiting,
            })
        })
        .collect()
}

/// The records of open audits of the clause.
fn taken<'a>(sources: &Sources<'a>, clause: &str) -> BTreeMap<&'a str, AuditId> {
    let open =
        sources.record.audits.iter().filter(|(_, audit)| audit.what.clause == clause && audit.signed_off.is_none());
    open.flat_map(|(id, audit)| audit.worklist().map(move |(key, _)| (key.as_str(), *id))).collect()
}
