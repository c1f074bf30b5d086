//! Findings, queries, non-compliance on its clock, and the auditor's own conclusion.

use serde::Serialize;

use super::DoneBy;
use super::exceptions::is_covert;
use super::facts::Facts;
use super::items::{Attachment, Teller, named_unless_covert};
use super::people::of_audit;
use super::plans::Reasoned;
use crate::acts::audit::{ExceptionName, Matter};
use crate::acts::schedule::Outcome;
use crate::acts::{FindingId, NoncomplianceId, QueryId};
use crate::london::day_of;
use crate::record::Noncompliance;
use crate::time::Day;

/// The auditor's word: what 8.2.9 asks the record of an audit to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conclusion {
    pub outcome: Outcome,
    pub findings: String,
    pub extent: String,
    pub action: String,
    pub done: DoneBy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingTold {
    pub finding: FindingId,
    pub finds: String,
    pub extent: String,
    pub action: String,
    /// Keys of the records that it rests on.
    pub items: Vec<String>,
    pub exceptions: Vec<ExceptionName>,
    /// Exceptions it rests on that are covert, and are not named.
    pub covert_exceptions: u64,
    pub raised: DoneBy,
    pub closed: Option<Reasoned>,
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueryTold {
    pub query: QueryId,
    pub key: String,
    /// To whom it was put, by name.
    pub to: String,
    pub asks: String,
    pub due: Day,
    pub raised: DoneBy,
    pub answered: Option<Answered>,
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    pub answer: String,
    pub done: DoneBy,
    pub late: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoncomplianceTold {
    pub noncompliance: NoncomplianceId,
    pub clause: String,
    /// The finding it came from; none where it was recorded for the clause without one.
    pub finding: Option<FindingId>,
    pub what: String,
    pub identified_on: Day,
    /// The last day on which the report to the National Auditor is in time.
    pub report_due: Day,
    pub punctuality: Punctuality,
    pub reference: Option<String>,
    pub report_sha256: Option<String>,
    pub worked: Vec<WorkTold>,
    pub retested: Vec<RetestTold>,
    pub closed: Option<Reasoned>,
    pub attachments: Vec<Attachment>,
}

/// How the report to the National Auditor stands against its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Punctuality {
    InTime { reported_on: Day },
    Late { reported_on: Day, days: i64 },
    Awaited { days_left: i64 },
    Overdue { days: i64 },
}

impl Punctuality {
    fn of(matter: &Noncompliance, facts: &Facts) -> Punctuality {
        let due = matter.report_due(facts.nc_report_days);
        match &matter.reported {
            Some((_, reported)) if reported.reported_on > due => {
                Punctuality::Late { reported_on: reported.reported_on, days: reported.reported_on.days_since(due) }
            }
            Some((_, reported)) => Punctuality::InTime { reported_on: reported.reported_on },
            None => match due.days_since(day_of(facts.now)) {
                left @ 0.. => Punctuality::Awaited { days_left: left },
                past => Punctuality::Overdue { days: -past },
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkTold {
    pub root_cause: String,
    pub action: String,
    /// By name.
    pub owner: Option<String>,
    pub due: Option<Day>,
    pub done: DoneBy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetestTold {
    pub passed: bool,
    pub how: String,
    pub done: DoneBy,
}

pub(super) fn conclusion(teller: &Teller<'_>) -> Option<Conclusion> {
    let (done, completed) = teller.audit.completed.as_ref()?;
    Some(Conclusion {
        outcome: completed.outcome,
        findings: completed.findings.clone(),
        extent: completed.extent.clone(),
        action: completed.action.clone(),
        done: DoneBy::of(teller.record, done),
    })
}

pub(super) fn findings(teller: &Teller<'_>, facts: &Facts) -> Vec<FindingTold> {
    let record = teller.record;
    let told = |(id, finding): (&FindingId, &crate::record::Finding)| {
        let (covert, named): (Vec<_>, Vec<_>) =
            finding.what.exceptions.iter().cloned().partition(|name| is_covert(name, facts));
        FindingTold {
            finding: *id,
            finds: finding.what.finds.clone(),
            extent: finding.what.extent.clone(),
            action: finding.what.action.clone(),
            items: finding.what.items.iter().map(|key| named_unless_covert(key, &facts.covert)).collect(),
            exceptions: named,
            covert_exceptions: covert.len() as u64,
            raised: DoneBy::of(record, &finding.raised),
            closed: finding
                .closed
                .as_ref()
                .map(|(done, reason)| Reasoned { done: DoneBy::of(record, done), reason: reason.clone() }),
            attachments: teller.attachments(|to| *to == Matter::Finding(*id)),
        }
    };
    teller.audit.findings(&record.findings).map(told).collect()
}

pub(super) fn queries(teller: &Teller<'_>, facts: &Facts) -> Vec<QueryTold> {
    let record = teller.record;
    let told = |(id, query): (&QueryId, &crate::record::Query)| QueryTold {
        query: *id,
        key: named_unless_covert(&query.what.key, &facts.covert),
        to: record.name_of(&query.what.to),
        asks: query.what.asks.clone(),
        due: query.what.due,
        raised: DoneBy::of(record, &query.raised),
        answered: query.answered.as_ref().map(|(done, answer)| Answered {
            answer: answer.clone(),
            done: DoneBy::of(record, done),
            late: done.day() > query.what.due,
        }),
        attachments: teller.attachments(|to| *to == Matter::Query(*id)),
    };
    of_audit(teller.audit, record).map(told).collect()
}

pub(super) fn noncompliances(teller: &Teller<'_>, facts: &Facts) -> Vec<NoncomplianceTold> {
    let belonging = teller.record.noncompliances.iter().filter(|(_, matter)| belongs(teller, matter, facts));
    belonging.map(|(id, matter)| noncompliance(teller, facts, *id, matter)).collect()
}

/// From a finding of this audit; or for its clause, without a finding, while the audit went on.
fn belongs(teller: &Teller<'_>, matter: &Noncompliance, facts: &Facts) -> bool {
    let audit = teller.audit;
    match matter.what.finding {
        Some(finding) => {
            teller.record.findings.get(&finding).is_some_and(|finding| finding.what.audit == audit.what.audit)
        }
        None => {
            let until = audit.completed.as_ref().map_or_else(|| day_of(facts.now), |(done, _)| done.day());
            matter.what.clause == audit.what.clause && (audit.opened.day()..=until).contains(&matter.what.identified_on)
        }
    }
}

fn noncompliance(teller: &Teller<'_>, facts: &Facts, id: NoncomplianceId, matter: &Noncompliance) -> NoncomplianceTold {
    let record = teller.record;
    let reported = matter.reported.as_ref().map(|(_, reported)| reported);
    NoncomplianceTold {
        noncompliance: id,
        clause: matter.what.clause.clone(),
        finding: matter.what.finding,
        what: matter.what.what.clone(),
        identified_on: matter.what.identified_on,
        report_due: matter.report_due(facts.nc_report_days),
        punctuality: Punctuality::of(matter, facts),
        reference: reported.map(|reported| reported.reference.clone()),
        report_sha256: reported.and_then(|reported| reported.report_sha256.clone()),
        worked: matter
            .worked
            .iter()
            .map(|(done, worked)| WorkTold {
                root_cause: worked.root_cause.clone(),
                action: worked.action.clone(),
                owner: worked.owner.as_ref().map(|owner| record.name_of(owner)),
                due: worked.due,
                done: DoneBy::of(record, done),
            })
            .collect(),
        retested: matter
            .retested
            .iter()
            .map(|(done, test)| RetestTold {
                passed: test.passed,
                how: test.how.clone(),
                done: DoneBy::of(record, done),
            })
            .collect(),
        closed: matter
            .closed
            .as_ref()
            .map(|(done, reason)| Reasoned { done: DoneBy::of(record, done), reason: reason.clone() }),
        attachments: teller.attachments(|to| *to == Matter::Noncompliance(id)),
    }
}
