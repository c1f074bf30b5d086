//! Who had a part in the audit, and why they were allowed to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::DoneBy;
use super::facts::Facts;
use crate::acts::PersonId;
use crate::acts::audit::Contribution;
use crate::record::people::Holding;
use crate::record::{Audit, Done, Person, Record};
use crate::roles::{Clearance, Role, independence};
use crate::time::{Day, Instant};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Participant {
    pub person: PersonId,
    pub name: String,
    /// What they did in this audit, in the order in which they first did it.
    pub did: Vec<Part>,
    /// The roles that they held while they did it.
    pub roles: Vec<RoleHeld>,
    pub independence: Independence,
}

/// One kind of thing that somebody did, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub what: &'static str,
    pub times: u64,
    pub first: Instant,
    pub last: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleHeld {
    pub role: Role,
    pub from: Day,
    /// The first day on which it was held no longer.
    pub until: Option<Day>,
    /// Whose place a deputy takes: id and name.
    pub deputy_for: Option<(PersonId, String)>,
    pub reason: String,
    pub given: DoneBy,
    pub withdrawn: Option<DoneBy>,
}

/// What the evidence says for or against a person in an auditor's part (section 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Independence {
    /// They did nothing that asks for it.
    NotAsked,
    /// The evidence of their accounts and clearance was not looked at for this report.
    NotLookedAt,
    /// Cleared until that day, and no open user account on NAS or NSAP.
    Shown {
        as_of: Instant,
        cleared_until: Day,
    },
    Against {
        as_of: Instant,
        reasons: Vec<String>,
    },
}

/// One thing that somebody did, and whether it is an auditor's part.
struct Deed<'a> {
    done: &'a Done,
    what: &'static str,
    of_an_auditor: bool,
}

pub(super) fn participants(record: &Record, audit: &Audit, facts: &Facts) -> Vec<Participant> {
    let mut by_person: BTreeMap<&PersonId, Vec<Deed<'_>>> = BTreeMap::new();
    for deed in deeds(record, audit) {
        by_person.entry(&deed.done.by).or_default().push(deed);
    }
    let mut participants: Vec<(u64, Participant)> = by_person
        .into_iter()
        .map(|(person, mut deeds)| {
            deeds.sort_by_key(|deed| deed.done.entry);
            (deeds[0].done.entry, participant(record, audit, facts, person, &deeds))
        })
        .collect();
    participants.sort_by_key(|(first, _)| *first);
    participants.into_iter().map(|(_, participant)| participant).collect()
}

fn participant(record: &Record, audit: &Audit, facts: &Facts, id: &PersonId, deeds: &[Deed<'_>]) -> Participant {
    let mut did: Vec<Part> = Vec::new();
    for deed in deeds {
        match did.iter_mut().find(|part| part.what == deed.what) {
            Some(part) => {
                part.times += 1;
                part.last = deed.done.at;
            }
            None => did.push(Part { what: deed.what, times: 1, first: deed.done.at, last: deed.done.at }),
        }
    }
    let asked = deeds.iter().any(|deed| deed.of_an_auditor);
    Participant {
        person: id.clone(),
        name: record.name_of(id),
        did,
        roles: record.person(id).map_or_else(Vec::new, |person| roles(record, person, deeds)),
        independence: if asked { shown(audit, facts, id) } else { Independence::NotAsked },
    }
}

fn roles(record: &Record, person: &Person, deeds: &[Deed<'_>]) -> Vec<RoleHeld> {
    let told = |holding: &Holding| RoleHeld {
        role: holding.role,
        from: holding.from,
        until: holding.until,
        deputy_for: holding.deputy_for.clone().map(|other| (other.clone(), record.name_of(&other))),
        reason: holding.reason.clone(),
        given: DoneBy::of(record, &holding.given),
        withdrawn: holding.withdrawn.as_ref().map(|done| DoneBy::of(record, done)),
    };
    let held = |holding: &&Holding| deeds.iter().any(|deed| held_at(holding, deed.done));
    person.holdings.iter().filter(held).map(told).collect()
}

/// Unlike [`Holding::on`], which asks of today: a role withdrawn since was still held then.
fn held_at(holding: &Holding, done: &Done) -> bool {
    let day = done.day();
    holding.given.entry <= done.entry
        && holding.from <= day
        && holding.until.is_none_or(|until| day < until)
        && holding.withdrawn.as_ref().is_none_or(|withdrawn| done.entry < withdrawn.entry)
}

fn shown(audit: &Audit, facts: &Facts, id: &PersonId) -> Independence {
    let Some(looked) = facts.standing.get(id) else { return Independence::NotLookedAt };
    let (as_of, day) = (looked.as_of, crate::london::day_of(looked.as_of));
    let against = independence(id.as_str(), &looked.standing, Some(&audit.what.clause), day);
    match looked.standing.clearance {
        Clearance::HeldUntil(cleared_until) if against.is_empty() => Independence::Shown { as_of, cleared_until },
        _ => Independence::Against { as_of, reasons: against.iter().map(ToString::to_string).collect() },
    }
}

fn deeds<'a>(record: &'a Record, audit: &'a Audit) -> Vec<Deed<'a>> {
    let mut deeds = Vec::new();
    let mut auditor = |done: &'a Done, what| deeds.push(Deed { done, what, of_an_auditor: true });
    auditor(&audit.opened, "opened the audit");
    for plan in &audit.plans {
        auditor(&plan.committed, "committed a plan");
        if let Some((done, _)) = &plan.superseded {
            auditor(done, "gave up a plan");
        }
        if let Some((done, _)) = &plan.drawn {
            auditor(done, "drew a sample");
        }
    }
    for item in audit.items.values() {
        for judged in item.judged.values().chain(item.changed.iter().map(|(_, judged)| judged)) {
            auditor(&judged.done, "answered questions about records");
        }
    }
    for settled in audit.exceptions.values() {
        auditor(&settled.done, "confirmed or dismissed exceptions");
    }
    for (_, query) in of_audit(audit, record) {
        auditor(&query.raised, "put queries");
    }
    for (_, finding) in audit.findings(&record.findings) {
        auditor(&finding.raised, "raised findings");
    }
    if let Some((done, _)) = &audit.completed {
        auditor(done, "completed the audit");
    }
    deeds.extend(others(record, audit));
    deeds
}

fn others<'a>(record: &'a Record, audit: &'a Audit) -> Vec<Deed<'a>> {
    let mut deeds = Vec::new();
    let mut other = |done: &'a Done, what| deeds.push(Deed { done, what, of_an_auditor: false });
    for (done, contribution) in audit.plans.iter().flat_map(|plan| plan.contributions.values()) {
        let what = match contribution {
            Contribution::Dice { .. } => "entered the dice of a seed",
            Contribution::Beacon { .. } => "entered a beacon's round",
            Contribution::Secret { .. } => "revealed a secret for a seed",
        };
        other(done, what);
    }
    for done in audit.plans.iter().flat_map(|plan| plan.witnessed.values()) {
        other(done, "watched the dice of a seed, and entered the same digits");
    }
    for (_, query) in of_audit(audit, record) {
        if let Some((done, _)) = &query.answered {
            other(done, "answered queries");
        }
    }
    for (_, finding) in audit.findings(&record.findings) {
        if let Some((done, _)) = &finding.closed {
            other(done, "closed findings");
        }
    }
    for (done, _) in &audit.attachments {
        other(done, "attached files");
    }
    for (signed, _) in &audit.voided {
        other(signed, "signed the audit off, which was made void later");
    }
    if let Some((done, _)) = &audit.signed_off {
        other(done, "signed the audit off");
    }
    deeds
}

pub(super) fn of_audit<'a>(
    audit: &Audit,
    record: &'a Record,
) -> impl Iterator<Item = (&'a crate::acts::QueryId, &'a crate::record::Query)> + use<'a> {
    let id = audit.what.audit;
    record.queries.iter().filter(move |(_, query)| query.what.audit == id)
}
