//! Whether an act may be done now, by this person: asked before it is journalled, on every act.
//!
//! Three questions: does a role grant it; does section 3, or another rule that wins over every grant,
//! refuse it; and is it the next step, so that nothing happens out of order.

mod audits;
#[cfg(test)]
mod matrix;
mod steps;
#[cfg(test)]
mod tests;

use super::Record;
use crate::acts::audit::Matter;
use crate::acts::people::Kind;
use crate::acts::{Act, AuditId, PersonId};
use crate::london;
use crate::roles::{Action, Refusal, Role, Standing, independence};
use crate::time::{Day, Instant};

/// Somebody about to act.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    pub person: &'a PersonId,
    pub standing: &'a Standing,
    pub now: Instant,
}

impl Actor<'_> {
    pub fn today(&self) -> Day {
        london::day_of(self.now)
    }

    pub fn name(&self) -> String {
        self.person.to_string()
    }
}

/// To which grant a kind of act belongs; `None` for what nobody is asked about.
pub fn action_of(act: &Act) -> Option<Action> {
    Some(match act {
        Act::WorkspaceOpened(_) | Act::Refused(_) => return None,
        Act::PersonAdded(_)
        | Act::PersonChanged(_)
        | Act::RoleGiven(_)
        | Act::RoleWithdrawn(_)
        | Act::WitnessTrusted(_)
        | Act::WitnessDismissed(_) => Action::ManagePeople,
        Act::ParametersProposed(_) => Action::ProposeParameters,
        Act::ParametersApproved(_) => Action::ApproveParameters,
        Act::DataRequested(_) => Action::RequestData,
        Act::EvidenceImported(_) | Act::EvidenceWithdrawn(_) => Action::TakeInEvidence,
        Act::QuarantineSettled(_) => Action::AnswerForQuarantine,
        Act::DueMoved(_) => Action::MoveDueDate,
        Act::ReviewsRecorded(_) => Action::RecordReview,
        Act::AuditOpened(_)
        | Act::AuditHandedOver(_)
        | Act::PlanCommitted(_)
        | Act::SampleDrawn(_)
        | Act::PlanSuperseded(_)
        | Act::ItemsAdded(_)
        | Act::ItemsAssigned(_)
        | Act::ExceptionsSettled(_)
        | Act::FindingRaised(_)
        | Act::AuditCompleted(_) => Action::ConductAudit,
        Act::SeedContributed(_) | Act::SeedWitnessed(_) => Action::WitnessSeed,
        Act::ItemJudged(_) | Act::QueryRaised(_) => Action::JudgeItems,
        Act::Attached(attached) => match attached.to {
            Matter::Query(_) => Action::AnswerQuery,
            Matter::Noncompliance(_) => Action::WorkNoncompliance,
            Matter::Audit(_) | Matter::Item(..) | Matter::Finding(_) => Action::JudgeItems,
        },
        Act::QueryAnswered(_) => Action::AnswerQuery,
        Act::FindingClosed(_) => Action::CloseFinding,
        Act::AuditSignedOff(_) => Action::SignOff,
        Act::ReportIssued(_) | Act::BundleMade(_) => Action::IssueReport,
        Act::NoncomplianceIdentified(_) | Act::NoncomplianceReported(_) | Act::NoncomplianceClosed(_) => {
            Action::HandleNoncompliance
        }
        Act::NoncomplianceWorked(_) | Act::NoncomplianceRetested(_) => Action::WorkNoncompliance,
        Act::MisuseReported(_) => Action::ReportMisuse,
        Act::MisuseHandled(_) => Action::HandleMisuse,
        Act::HoldPlaced(_) | Act::HoldReleased(_) | Act::DisposalProposed(_) | Act::DisposalApproved(_) => {
            Action::HoldOrDispose
        }
        Act::LeaRegistered(_) | Act::ReturnExpected(_) => Action::RegisterLea,
        Act::BundleReceived(_) => Action::ReceiveBundle,
        Act::DemandMade(_) | Act::DemandMet(_) | Act::DemandEscalated(_) => Action::Demand,
        Act::ExtentSet(_) => Action::SetExtent,
    })
}

/// The audit that an act is about.
pub fn audit_of(record: &Record, act: &Act) -> Option<AuditId> {
    match act {
        Act::AuditOpened(act) => Some(act.audit),
        Act::AuditHandedOver(act) => Some(act.audit),
        Act::PlanCommitted(act) => Some(act.audit),
        Act::SeedContributed(act) => Some(act.audit),
        Act::SeedWitnessed(act) => Some(act.audit),
        Act::SampleDrawn(act) => Some(act.audit),
        Act::PlanSuperseded(act) => Some(act.audit),
        Act::ItemsAdded(act) => Some(act.audit),
        Act::ItemsAssigned(act) => Some(act.audit),
        Act::ItemJudged(act) => Some(act.audit),
        Act::QueryRaised(act) => Some(act.audit),
        Act::ExceptionsSettled(act) => Some(act.audit),
        Act::FindingRaised(act) => Some(act.audit),
        Act::AuditCompleted(act) => Some(act.audit),
        Act::AuditSignedOff(act) => Some(act.audit),
        Act::ReportIssued(act) => Some(act.audit),
        Act::QueryAnswered(act) => record.queries.get(&act.query).map(|query| query.what.audit),
        Act::FindingClosed(act) => record.findings.get(&act.finding).map(|finding| finding.what.audit),
        Act::Attached(act) => match &act.to {
            Matter::Audit(audit) | Matter::Item(audit, _) => Some(*audit),
            Matter::Query(query) => record.queries.get(query).map(|query| query.what.audit),
            Matter::Finding(finding) => record.findings.get(finding).map(|finding| finding.what.audit),
            Matter::Noncompliance(_) => None,
        },
        _ => None,
    }
}

/// Why this person may not do this now; empty when nothing stands against it. `standing_of` says what the
/// evidence says of anybody, now.
pub fn refusals(
    record: &Record,
    act: &Act,
    actor: &Actor<'_>,
    standing_of: &dyn Fn(&PersonId) -> Standing,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Some(action) = action_of(act) {
        refusals.extend(permission(record, action, clause_of(record, act).as_deref(), actor));
    }
    refusals.extend(other_office(record, act, actor));
    refusals.extend(audits::refusals(record, act, actor));
    refusals.extend(of_others(record, act, actor, standing_of));
    // Whoever is refused anyway is not told by one reason more that something is hidden from them.
    if refusals.len() > 1 {
        refusals.retain(|refusal| !matches!(refusal, Refusal::OwnLine { .. }));
    }
    // What is out of order is said only to those who may do it at all.
    if refusals.is_empty() {
        refusals.extend(steps::refusals(record, act, actor).into_iter().map(Refusal::NotNow));
    }
    refusals
}

/// Each LEA's audits are its own auditors', the National Auditor's nobody else's (3.a: the office appointed
/// for it), whatever other part a person has here.
fn other_office(record: &Record, act: &Act, actor: &Actor<'_>) -> Vec<Refusal> {
    if action_of(act) != Some(Action::ConductAudit) {
        return Vec::new();
    }
    let office = office_of(record);
    let holds = |roles: &[Role]| {
        let person = record.person(actor.person);
        person.is_some_and(|person| roles.iter().any(|role| person.holds(*role, actor.today())))
    };
    // Who conducts audits nowhere was told so.
    if holds(office) || !holds(Action::ConductAudit.granted_to()) {
        return Vec::new();
    }
    let action = Action::ConductAudit.name();
    vec![Refusal::NoRole { person: actor.name(), action, roles: office }]
}

/// Who conducts audits in this workspace.
pub fn office_of(record: &Record) -> &'static [Role] {
    match record.workspace.as_ref().map(|workspace| workspace.what.kind) {
        Some(Kind::National) => &[Role::NationalAuditor],
        _ => &[Role::LocalAuditor],
    }
}

/// What section 3 says against somebody else whom the act gives an auditor's part, or who conducts the audit.
fn of_others(
    record: &Record,
    act: &Act,
    actor: &Actor<'_>,
    standing_of: &dyn Fn(&PersonId) -> Standing,
) -> Vec<Refusal> {
    let today = actor.today();
    let clause = clause_of(record, act);
    let conflicts = |person: &PersonId| independence(person.as_str(), &standing_of(person), clause.as_deref(), today);
    match act {
        Act::RoleGiven(given) if given.role.audits() => conflicts(&given.person),
        Act::ItemsAssigned(assigned) => conflicts(&assigned.to),
        Act::AuditHandedOver(handed_over) => conflicts(&handed_over.to),
        Act::QueryAnswered(_) | Act::AuditOpened(_) | Act::ReportIssued(_) => Vec::new(),
        _ => {
            // An audit stands still while the person who conducts it may not audit.
            let audit = audit_of(record, act).and_then(|id| record.audits.get(&id));
            let Some(audit) = audit.filter(|audit| &audit.auditor != actor.person) else { return Vec::new() };
            let why: Vec<String> = conflicts(&audit.auditor).iter().map(ToString::to_string).collect();
            if why.is_empty() {
                return Vec::new();
            }
            vec![Refusal::Suspended { audit: audit.what.audit.to_string(), why: why.join("; ") }]
        }
    }
}

/// Whether a role grants it, and section 3 lets the person exercise the part by which it is granted.
pub fn permission(record: &Record, action: Action, clause: Option<&str>, actor: &Actor<'_>) -> Vec<Refusal> {
    let Some(person) = record.person(actor.person) else {
        return vec![Refusal::Unknown { person: actor.name() }];
    };
    let held = person.roles_on(actor.today());
    let by: Vec<Role> = held.into_iter().filter(|role| action.granted_to().contains(role)).collect();
    if by.is_empty() {
        return vec![Refusal::NoRole { person: actor.name(), action: action.name(), roles: action.granted_to() }];
    }
    // Somebody who may do it in another part needs no auditor's independence for it.
    if by.iter().any(|role| !role.audits()) || !needs_independence(action) {
        return Vec::new();
    }
    independence(&actor.name(), actor.standing, clause, actor.today())
}

/// Whether somebody may do or see something of an audit that is no act; of one of its records, where `key` names
/// one: then the rules of judging hold for looking too.
pub fn looking(
    record: &Record,
    action: Action,
    audit: Option<&AuditId>,
    key: Option<&str>,
    actor: &Actor<'_>,
) -> Vec<Refusal> {
    let clause = audit.and_then(|audit| record.audits.get(audit)).map(|audit| audit.what.clause.as_str());
    let mut refusals = permission(record, action, clause, actor);
    if let (Some(audit), Some(key)) = (audit, key) {
        refusals.extend(audits::item(record, audit, key, actor));
    }
    refusals
}

/// Whether what the evidence says of the person may stand against it. Taking in the very evidence by which
/// independence is shown cannot wait for it.
pub fn needs_independence(action: Action) -> bool {
    !matches!(
        action,
        Action::TakeInEvidence
            | Action::ListEvidence
            | Action::RequestData
            | Action::ReadRequests
            | Action::AnswerForQuarantine
            | Action::ReadBoard
            | Action::ReadNational
            | Action::ReadShown
            | Action::RegisterLea
            | Action::ReceiveBundle
    )
}

/// Why an audit stands still: its auditor may not audit any longer. Empty when it does not.
pub fn suspended(record: &Record, audit: &AuditId, standing_of_auditor: &Standing, today: Day) -> Vec<Refusal> {
    let Some(audit) = record.audits.get(audit) else { return Vec::new() };
    independence(audit.auditor.as_str(), standing_of_auditor, Some(&audit.what.clause), today)
}

fn clause_of(record: &Record, act: &Act) -> Option<String> {
    if let Act::AuditOpened(opened) = act {
        return Some(opened.clause.clone());
    }
    let audit = audit_of(record, act)?;
    record.audits.get(&audit).map(|audit| audit.what.clause.clone())
}
