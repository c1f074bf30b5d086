//! Rules that win over every grant: one's own records, one's own findings, assigned items, second persons.

use super::{Actor, office_of};
use crate::acts::audit::Matter;
use crate::acts::{Act, AuditId, PersonId};
use crate::record::{Item, Record};
use crate::roles::{Refusal, Role};

pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Vec<Refusal> {
    let same = |what| vec![Refusal::SamePerson { person: actor.name(), what }];
    match act {
        Act::ItemJudged(judged) => item(record, &judged.audit, &judged.key, actor),
        Act::QueryRaised(raised) => item(record, &raised.audit, &raised.key, actor),
        Act::ItemsAssigned(assigned) => {
            let items = record.audits.get(&assigned.audit).map(|audit| &audit.items);
            let own = |key: &&String| {
                let item = items.and_then(|items| items.get(*key));
                item.is_some_and(|item| is_own(record, &assigned.to, &[], item))
            };
            let refused = |key: &String| Refusal::OwnRecord { person: assigned.to.to_string(), key: key.clone() };
            assigned.keys.iter().filter(own).map(refused).collect()
        }
        Act::ExceptionsSettled(settled) => {
            let own = settled.owners.iter().find(|owner| owns(record, actor.person, &actor.standing.user_ids, owner));
            let about = |owner: &String| match settled.exceptions.as_slice() {
                [one] => one.subject.clone(),
                _ => format!("one of these exceptions (of {owner})"),
            };
            own.map(|owner| Refusal::OwnRecord { person: actor.name(), key: about(owner) }).into_iter().collect()
        }
        Act::Attached(attached) => match &attached.to {
            Matter::Item(audit, key) => item(record, audit, key, actor),
            Matter::Audit(_) | Matter::Finding(_) if only_reviews(record, actor) => {
                let action = "attach files to more than the records assigned to them";
                vec![Refusal::NoRole { person: actor.name(), action, roles: office_of(record) }]
            }
            _ => Vec::new(),
        },
        Act::RoleGiven(given) if &given.person == actor.person => same("giving a role"),
        Act::FindingClosed(closed) => match record.findings.get(&closed.finding) {
            Some(finding) if &finding.raised.by == actor.person => same("closing a finding"),
            _ => Vec::new(),
        },
        Act::AuditSignedOff(signed) => match record.audits.get(&signed.audit) {
            Some(audit) if audit.is_work_of(actor.person, &record.findings) => same("signing an audit off"),
            _ => Vec::new(),
        },
        Act::ParametersApproved(approved) => match record.proposals.get(&approved.proposal) {
            Some(proposal) if &proposal.proposed.by == actor.person => same("approving parameters"),
            _ => Vec::new(),
        },
        Act::DisposalApproved(approved) => match record.disposals.get(&approved.disposal) {
            Some(disposal) if &disposal.proposed.by == actor.person => same("a disposal"),
            _ => Vec::new(),
        },
        Act::NoncomplianceClosed(closed) => match record.noncompliances.get(&closed.noncompliance) {
            Some(matter) if &matter.recorded.by == actor.person => same("closing a non-compliance"),
            _ => Vec::new(),
        },
        Act::MisuseHandled(handled) => match record.misuse.get(&handled.misuse) {
            Some(misuse) if misuse.is_hidden_from(actor.person, &actor.standing.user_ids) => {
                vec![Refusal::OwnLine { person: actor.name(), misuse: handled.misuse.to_string() }]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What stands against somebody who judges a record, or looks at it to judge it.
pub(super) fn item(record: &Record, audit: &AuditId, key: &str, actor: &Actor<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let Some(item) = record.audits.get(audit).and_then(|audit| audit.items.get(key)) else { return refusals };
    if is_own(record, actor.person, &actor.standing.user_ids, item) {
        refusals.push(Refusal::OwnRecord { person: actor.name(), key: key.to_owned() });
    }
    if only_reviews(record, actor) && item.assigned.as_ref() != Some(actor.person) {
        refusals.push(Refusal::NotAssigned { person: actor.name(), key: key.to_owned() });
    }
    refusals
}

fn only_reviews(record: &Record, actor: &Actor<'_>) -> bool {
    record.person(actor.person).is_some_and(|person| {
        let roles = person.roles_on(actor.today());
        roles.contains(&Role::Reviewer)
            && !roles.contains(&Role::LocalAuditor)
            && !roles.contains(&Role::NationalAuditor)
    })
}

/// Whether one of the record's user ids is the person's, by the evidence or by what was registered here.
fn is_own(record: &Record, person: &PersonId, from_evidence: &[String], item: &Item) -> bool {
    item.owners.iter().any(|owner| owns(record, person, from_evidence, owner))
}

fn owns(record: &Record, person: &PersonId, from_evidence: &[String], owner: &String) -> bool {
    let registered = record.person(person).map_or(&[][..], |person| &person.user_ids);
    owner == person.as_str() || from_evidence.contains(owner) || registered.contains(owner)
}
