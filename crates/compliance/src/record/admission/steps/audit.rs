//! The steps of an audit: opened, planned, drawn, judged, completed, signed off.

use custodes_standard::model::{Ratio, Sample};

use super::{Steps, clause, completing, ensure, given, opening};
use crate::acts::audit::{
    Contribution, ItemJudged, Matter, PlanCommitted, SampleDrawn, SeedContributed, SeedSource, SeedWitnessed, Size,
    Verdict,
};
use crate::acts::{Act, AuditId};
use crate::record::Record;
use crate::record::admission::{Actor, audit_of, office_of};
use crate::record::audit::{Audit, Stage};

pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    if let Act::AuditOpened(act) = act {
        return opening::refusals(record, act, actor);
    }
    if let Act::QueryAnswered(act) = act {
        let query = record.queries.get(&act.query).ok_or_else(|| format!("there is no query {}", act.query))?;
        given(&act.answer, "the answer")?;
        ensure(&query.what.to == actor.person, || format!("{} was put to {}", act.query, query.what.to))?;
        return ensure(query.answered.is_none(), || format!("{} was answered before", act.query));
    }
    if let Act::FindingClosed(act) = act {
        let finding =
            record.findings.get(&act.finding).ok_or_else(|| format!("there is no finding {}", act.finding))?;
        given(&act.reason, "the reason")?;
        return ensure(finding.closed.is_none(), || format!("{} was closed before", act.finding));
    }
    if let Act::Attached(act) = act {
        return attachment(record, &act.to, actor);
    }
    match audit_of(record, act) {
        Some(id) => of_an_audit(record, &id, act, actor),
        None => Ok(()),
    }
}

fn of_an_audit(record: &Record, id: &AuditId, act: &Act, actor: &Actor<'_>) -> Steps {
    let audit = record.audits.get(id).ok_or_else(|| format!("there is no audit {id}"))?;
    match act {
        Act::AuditHandedOver(act) => {
            given(&act.reason, "the reason for handing it over")?;
            let person = record.person(&act.to).ok_or_else(|| format!("{} is not known in this workspace", act.to))?;
            let roles = person.roles_on(actor.today());
            ensure(office_of(record).iter().any(|role| roles.contains(role)), || {
                format!("{} holds no role that conducts audits", act.to)
            })
        }
        Act::PlanCommitted(act) => plan(record, audit, act, actor),
        Act::SeedContributed(act) => seed(audit, act, actor),
        Act::SeedWitnessed(act) => witnessed(audit, act, actor),
        Act::SampleDrawn(act) => draw(audit, act),
        Act::PlanSuperseded(act) => {
            given(&act.reason, "the reason for drawing again")?;
            let (number, _) = audit.plan().ok_or_else(|| format!("{id} has no plan in force"))?;
            ensure(number == act.plan, || format!("the plan in force is number {number}"))
        }
        Act::ItemsAdded(act) => given(&act.reason, "why these records are added"),
        Act::ItemJudged(act) => judgement(audit, act),
        Act::ItemsAssigned(act) => {
            let stranger = act.keys.iter().find(|key| !audit.items.contains_key(*key));
            ensure(stranger.is_none(), || {
                format!("{:?} is not on the worklist of {id}", stranger.map_or("", String::as_str))
            })?;
            let person = record.person(&act.to).ok_or_else(|| format!("{} is not known in this workspace", act.to))?;
            let today = actor.today();
            ensure(person.roles_on(today).iter().any(|role| role.audits()), || {
                format!("{} holds no role that judges items", act.to)
            })
        }
        Act::QueryRaised(act) => {
            given(&act.asks, "the question")?;
            ensure(audit.items.contains_key(&act.key), || format!("{:?} is not on the worklist of {id}", act.key))?;
            ensure(record.person(&act.to).is_some(), || format!("{} is not known in this workspace", act.to))
        }
        Act::ExceptionsSettled(act) => given(&act.reason, "the reason"),
        Act::FindingRaised(act) => {
            given(&act.finds, "what was found")?;
            let stranger = act.items.iter().find(|key| !audit.items.contains_key(*key));
            ensure(stranger.is_none(), || {
                format!("{:?} is not on the worklist of {id}", stranger.map_or("", String::as_str))
            })?;
            given(&act.extent, "its extent")?;
            given(&act.action, "the action to be taken")
        }
        Act::AuditCompleted(act) => completing::refusals(record, audit, act),
        Act::AuditSignedOff(_) => match audit.stage() {
            Stage::Completed => Ok(()),
            Stage::SignedOff => Err(format!("{id} was signed off before")),
            _ => Err(format!("{id} is not completed: its auditor does that first (custodes audit complete)")),
        },
        Act::ReportIssued(_) => ensure(audit.completed.is_some(), || format!("{id} is not completed yet")),
        _ => Ok(()),
    }
}

fn plan(record: &Record, audit: &Audit, act: &PlanCommitted, actor: &Actor<'_>) -> Steps {
    let plan = &act.plan;
    let clause = clause(&plan.clause)?;
    ensure(plan.clause == audit.what.clause, || format!("the audit is of {}", audit.what.clause))?;
    ensure(act.number as usize == audit.plans.len() + 1, || {
        format!("the next plan is number {}", audit.plans.len() + 1)
    })?;
    let Sample::Rate { rationale, .. } = clause.sample else {
        return Err(format!(
            "{} has no sample to be drawn: put what it is about on the worklist (custodes audit add)",
            clause.id
        ));
    };
    if rationale {
        given(&plan.rationale, "the rationale of the rate")?;
        given(&plan.risk_assessment, "the assessment of the risk of non-compliance and of misuse")?;
    }
    ensure(plan.frame.count > 0, || "there is no record to draw from: record the audit without a sample".to_owned())?;
    let is_nothing = |size: &Size| match size {
        Size::Number(number) => *number == 0,
        Size::Rate(rate) => Ratio::parse(rate).is_some_and(|rate| rate.numerator == 0),
        Size::Everything => false,
    };
    let nothing = match &plan.strata {
        None => is_nothing(&plan.size),
        Some(strata) => strata.sizes.values().chain([&strata.others]).all(is_nothing),
    };
    ensure(!nothing, || {
        "a sample of no record shows nothing: leave the size out for the clause's own rate".to_owned()
    })?;
    ensure(!plan.seed_from.is_empty(), || {
        "say where the seed will come from: dice, a beacon round, secrets".to_owned()
    })?;
    for source in &plan.seed_from {
        if let SeedSource::Dice { witness: person } | SeedSource::Secret { party: person, .. } = source {
            ensure(record.person(person).is_some(), || format!("{person} is not known in this workspace"))?;
        }
        if let SeedSource::Dice { witness } = source {
            ensure(*witness != audit.auditor && witness != actor.person, || {
                format!("{witness} conducts the audit, and the witness of the dice is another person")
            })?;
        }
    }
    match (audit.plan(), plan.tops_up) {
        (Some((number, earlier)), Some(tops_up)) => ensure(tops_up == number && earlier.drawn.is_some(), || {
            format!("plan {tops_up} has drawn no sample to add to")
        }),
        (Some((number, earlier)), None) if earlier.drawn.is_some() => Err(format!(
            "plan {number} has drawn already: add to its sample (--top-up), or let a second draw take its place, with a \
             reason (custodes plan supersede)"
        )),
        (Some((number, _)), None) => {
            Err(format!("plan {number} is committed and cannot be changed: supersede it, with a reason"))
        }
        (None, Some(tops_up)) => Err(format!("there is no plan {tops_up} in force to add to")),
        (None, None) => Ok(()),
    }
}

fn seed(audit: &Audit, act: &SeedContributed, actor: &Actor<'_>) -> Steps {
    let (number, plan) =
        audit.plan().ok_or("the plan comes before the seed: commit it first (custodes plan commit)")?;
    ensure(number == act.plan, || format!("the plan in force is number {number}"))?;
    let source = plan.plan.seed_from.get(act.source).ok_or("the plan names no such source")?;
    ensure(!plan.contributions.contains_key(&act.source), || "this part of the seed is there already".to_owned())?;
    match (source, &act.contribution) {
        (SeedSource::Dice { witness }, Contribution::Dice { witness: stated, .. }) => {
            ensure(witness == stated, || format!("the plan names {witness} as the witness of the dice"))?;
            ensure(actor.person != witness, || "the witness watches the dice and does not enter them".to_owned())
        }
        (SeedSource::Beacon { round }, Contribution::Beacon { round: stated, .. }) => {
            ensure(round == stated, || format!("the plan names round {round}"))
        }
        (SeedSource::Secret { party, .. }, Contribution::Secret { party: stated, .. }) => {
            ensure(party == stated && party == actor.person, || format!("this secret is {party}'s to reveal"))
        }
        _ => Err("the plan says that this part of the seed comes from elsewhere".to_owned()),
    }
}

fn witnessed(audit: &Audit, act: &SeedWitnessed, actor: &Actor<'_>) -> Steps {
    let (number, plan) =
        audit.plan().ok_or("the plan comes before the seed: commit it first (custodes plan commit)")?;
    ensure(number == act.plan, || format!("the plan in force is number {number}"))?;
    let Some((witness, digits)) = plan.unwitnessed(act.source) else {
        return Err("no dice wait for a witness: the auditor enters what was rolled first".to_owned());
    };
    ensure(witness == actor.person, || format!("the plan names {witness} as the witness of the dice"))?;
    ensure(digits == act.digits, || {
        "these are not the digits that were entered: if you saw others fall, the plan must be superseded".to_owned()
    })
}

fn draw(audit: &Audit, act: &SampleDrawn) -> Steps {
    let (number, plan) =
        audit.plan().ok_or("the plan comes before the draw: commit it first (custodes plan commit)")?;
    ensure(number == act.plan, || format!("the plan in force is number {number}"))?;
    ensure(plan.drawn.is_none(), || {
        format!(
            "plan {number} has drawn already: a second draw needs a new plan, with a reason (custodes plan supersede)"
        )
    })?;
    let awaited = plan.awaited().next();
    ensure(awaited.is_none(), || match awaited.and_then(|source| plan.unwitnessed(source)) {
        Some((witness, _)) => {
            format!("the seed comes before the draw, and {witness} has not confirmed the dice (custodes seed confirm)")
        }
        None => "the seed comes before the draw, and a part of it is awaited (custodes seed)".to_owned(),
    })
}

/// A file hangs on something that is there.
fn attachment(record: &Record, to: &Matter, actor: &Actor<'_>) -> Steps {
    let audit_of = |id| record.audits.get(id).ok_or_else(|| format!("there is no audit {id}"));
    match to {
        Matter::Audit(id) => audit_of(id).map(drop),
        Matter::Item(id, key) => {
            ensure(audit_of(id)?.items.contains_key(key), || format!("{key:?} is not on the worklist of {id}"))
        }
        Matter::Query(id) => {
            let query = record.queries.get(id).ok_or_else(|| format!("there is no query {id}"))?;
            ensure(&query.what.to == actor.person, || format!("{id} was put to {}", query.what.to))
        }
        Matter::Finding(id) => ensure(record.findings.contains_key(id), || format!("there is no finding {id}")),
        Matter::Noncompliance(id) => {
            ensure(record.noncompliances.contains_key(id), || format!("there is no non-compliance {id}"))
        }
    }
}

fn judgement(audit: &Audit, act: &ItemJudged) -> Steps {
    let id = audit.what.audit;
    let clause = clause(&audit.what.clause)?;
    ensure(audit.is_on_worklist(&act.key), || format!("{:?} is not on the worklist of {id}", act.key))?;
    let known = clause.judgements.iter().any(|question| question.name == act.question);
    ensure(known, || {
        let names: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
        format!("{} asks no question {:?}; it asks: {}", clause.id, act.question, names.join(", "))
    })?;
    let before = audit.items.get(&act.key).and_then(|item| item.judged.get(&act.question));
    match before {
        // What was said before stays on record, and whoever reads both has to know why.
        Some(before) if before.verdict != act.verdict => {
            let (by, on) = (&before.done.by, before.done.day());
            given(&act.note, &format!("a note on why {} is judged otherwise than by {by} on {on}", act.question))
        }
        _ if act.verdict != Verdict::Pass => given(&act.note, "a note on why it does not pass"),
        _ => Ok(()),
    }
}
