//! The second person's word, and words that a later change made void.

use serde::Serialize;

use super::DoneBy;
use super::people::of_audit;
use crate::acts::audit::Settled;
use crate::record::{Audit, Done, Record};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignOff {
    pub done: DoneBy,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoidedSignOff {
    pub signed: DoneBy,
    /// What was changed afterwards.
    pub because: String,
    pub changed: DoneBy,
}

pub(super) fn sign_off(record: &Record, audit: &Audit) -> Option<SignOff> {
    let (done, note) = audit.signed_off.as_ref()?;
    Some(SignOff { done: DoneBy::of(record, done), note: note.clone() })
}

pub(super) fn voided(record: &Record, audit: &Audit) -> Vec<VoidedSignOff> {
    let told = |(signed, change): &(Done, Done)| VoidedSignOff {
        signed: DoneBy::of(record, signed),
        because: change_at(record, audit, change.entry),
        changed: DoneBy::of(record, change),
    };
    audit.voided.iter().map(told).collect()
}

/// What stands in that entry. Of an answer or a settlement only the latest is in the record, so one that
/// was changed again since is told in general words; the journal has it.
fn change_at(record: &Record, audit: &Audit, entry: u64) -> String {
    for (place, plan) in audit.plans.iter().enumerate() {
        let number = place + 1;
        if plan.committed.entry == entry {
            return format!("plan {number} was committed");
        }
        if plan.superseded.as_ref().is_some_and(|(done, _)| done.entry == entry) {
            return format!("plan {number} was given up");
        }
        if plan.drawn.as_ref().is_some_and(|(done, _)| done.entry == entry) {
            return format!("the sample of plan {number} was drawn");
        }
    }
    for (key, item) in &audit.items {
        let answer = item.judged.iter().find(|(_, judged)| judged.done.entry == entry);
        if let Some((question, judged)) = answer {
            return format!("record {key} was judged anew on {question:?}: {}", judged.verdict.name());
        }
    }
    if let Some(settled) = audit.exceptions.values().find(|settled| settled.done.entry == entry) {
        return match settled.settled {
            Settled::Confirmed => "exceptions were confirmed".to_owned(),
            Settled::Dismissed => "exceptions were dismissed".to_owned(),
        };
    }
    if let Some((id, _)) = of_audit(audit, record).find(|(_, query)| query.raised.entry == entry) {
        return format!("query {id} was put");
    }
    if let Some((id, _)) = audit.findings(&record.findings).find(|(_, finding)| finding.raised.entry == entry) {
        return format!("finding {id} was raised");
    }
    "the audit was changed".to_owned()
}
