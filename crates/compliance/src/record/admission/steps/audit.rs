//! The steps of an audit: opened, planned, drawn, judged, completed, signed off.

use custodes_standard::model::{By, Clause, Population as Of, Ratio, Sample};

use super::{Steps, clause, ensure, given};
use crate::acts::audit::{
    AuditCompleted, AuditOpened, Contribution, ItemJudged, Matter, PlanCommitted, SampleDrawn, SeedContributed,
    SeedSource, SeedWitnessed, Settled, Size, Verdict,
};
use crate::acts::people::Kind;
use crate::acts::schedule::Outcome;
use crate::acts::{Act, AuditId};
use crate::record::Record;
use crate::record::admission::{Actor, audit_of, office_of};
use crate::record::audit::{Audit, Stage};

pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    if let Act::AuditOpened(act) = act {
        return opening(record, act);
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
        return attachment(record, &act.to);
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
        Act::AuditCompleted(act) => completion(record, audit, act),
        Act::AuditSignedOff(_) => match audit.stage() {
            Stage::Completed => Ok(()),
            Stage::SignedOff => Err(format!("{id} was signed off before")),
            _ => Err(format!("{id} is not completed: its auditor does that first (custodes audit complete)")),
        },
        Act::ReportIssued(_) => ensure(audit.completed.is_some(), || format!("{id} is not completed yet")),
        _ => Ok(()),
    }
}

fn opening(record: &Record, act: &AuditOpened) -> Steps {
    let clause = clause(&act.clause)?;
    let kind = record.workspace.as_ref().map(|workspace| workspace.what.kind);
    match (clause.by, kind) {
        (By::Auditor, Some(Kind::Lea)) | (By::NationalAuditor, Some(Kind::National)) => {}
        (By::NationalAuditor, _) => {
            return Err(format!("{} is the National Auditor's, in the national workspace", clause.id));
        }
        (By::Auditor, _) => return Err(format!("{} is audited by each LEA, in its own workspace", clause.id)),
        (By::Lea, _) => {
            return Err(format!(
                "{} is reviewed by the LEA and is no audit: record it with `custodes review`",
                clause.id
            ));
        }
        (By::Nobody, _) => return Err(format!("{} is no audit of its own: it is part of another's", clause.id)),
    }
    ensure(act.from < act.to, || "the period ends before it begins".to_owned())?;
    // Whoever chose when the period begins would choose among which days the draw chooses.
    if let (Sample::Rate { window_days: Some(_), .. }, Some(previous)) = (clause.sample, act.previous)
        && previous < act.from
    {
        match &act.later_because {
            Some(reason) => given(reason, "the reason for leaving days out")?,
            None => {
                return Err(format!(
                    "{} was audited before on {previous}, and the days since then are the period: begin there \
                     (--from {previous}), or give the reason for leaving days out (--later-because)",
                    clause.id
                ));
            }
        }
    }
    let other = record
        .audits
        .values()
        .find(|audit| audit.what.clause == act.clause && audit.what.from < act.to && act.from < audit.what.to);
    match (other, &act.again_because) {
        (Some(other), None) => Err(format!(
            "{} already audits {} for days of this period: give a reason to audit them again (--again)",
            other.what.audit, act.clause
        )),
        (Some(_), Some(reason)) => given(reason, "the reason for auditing again"),
        (None, _) => Ok(()),
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
        return Err(format!("{} has no sample to be drawn: its records are judged all", clause.id));
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
fn attachment(record: &Record, to: &Matter) -> Steps {
    let audit_of = |id| record.audits.get(id).ok_or_else(|| format!("there is no audit {id}"));
    match to {
        Matter::Audit(id) => audit_of(id).map(drop),
        Matter::Item(id, key) => {
            ensure(audit_of(id)?.items.contains_key(key), || format!("{key:?} is not on the worklist of {id}"))
        }
        Matter::Query(id) => ensure(record.queries.contains_key(id), || format!("there is no query {id}")),
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
    if act.verdict != Verdict::Pass {
        given(&act.note, "a note on why it does not pass")?;
    }
    Ok(())
}

fn completion(record: &Record, audit: &Audit, act: &AuditCompleted) -> Steps {
    let id = audit.what.audit;
    given(&act.findings, "the findings (write \"none\" where there are none)")?;
    given(&act.extent, "the extent of non-compliance (write \"none\" where there is none)")?;
    given(&act.action, "the action to be taken (write \"none\" where there is none)")?;
    let clause = clause(&audit.what.clause)?;
    let questions: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
    if matches!(clause.sample, Sample::Rate { .. }) && !audit.plans.is_empty() {
        ensure(audit.plan().is_some_and(|(_, plan)| plan.drawn.is_some()), || "the sample is not drawn".to_owned())?;
    }
    let open = audit.worklist().filter(|(_, item)| item.verdict(&questions).is_none()).count();
    ensure(open == 0, || match open {
        1 => format!("1 record on the worklist of {id} is not judged on every question (custodes audit worklist {id})"),
        _ => format!(
            "{open} records on the worklist of {id} are not judged on every question (custodes audit worklist {id})"
        ),
    })?;
    let queries = audit.open_queries(&record.queries).count();
    ensure(queries == 0, || match queries {
        1 => format!("1 query of {id} is not answered"),
        _ => format!("{queries} queries of {id} are not answered"),
    })?;
    if act.outcome == Outcome::Unsatisfactory {
        return Ok(());
    }
    // A false "satisfactory" is the worst that could be written here.
    let verdicts = |wanted| audit.worklist().filter(|(_, item)| item.verdict(&questions) == Some(wanted)).count();
    let confirmed = audit.exceptions.values().any(|settled| settled.settled == Settled::Confirmed);
    let found = verdicts(Verdict::Fail) > 0 || confirmed || audit.findings(&record.findings).next().is_some();
    ensure(!found, || {
        "records failed, exceptions were confirmed or findings were raised, so the outcome cannot be satisfactory"
            .to_owned()
    })?;
    let unassessed = verdicts(Verdict::NotAssessable);
    ensure(unassessed == 0, || {
        format!("of the records judged {unassessed} could not be assessed, so the outcome cannot be satisfactory")
    })?;
    looked_at(clause, audit, act)
}

/// Whether the audit looked at what the clause is about: a sample of it, drawn, or all of it.
fn looked_at(clause: &Clause, audit: &Audit, act: &AuditCompleted) -> Steps {
    let otherwise = "so the outcome cannot be satisfactory";
    if matches!(clause.sample, Sample::None)
        && !clause.judgements.is_empty()
        && !matches!(clause.population, Of::Judged)
    {
        let asks: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
        return ensure(audit.worklist().next().is_some(), || {
            format!(
                "nobody has answered what {} asks ({}), {otherwise}: put the records on the worklist, or \"*\" for the \
                 whole (custodes audit add {}), and judge them",
                clause.id,
                asks.join(", "),
                audit.what.audit
            )
        });
    }
    if matches!(clause.sample, Sample::None) {
        return Ok(());
    }
    let Some(population) = &act.population else {
        return Err(format!("nobody has reckoned which records {} is about, {otherwise}", clause.id));
    };
    if audit.plan().is_some_and(|(_, plan)| plan.drawn.is_some()) {
        let examined = audit.random_sample().len() as u64;
        return ensure(examined >= population.asked, || {
            format!(
                "of {} records the standard asks for {} to be judged, and {examined} were drawn, {otherwise} (custodes \
                 plan commit --top-up)",
                population.records, population.asked
            )
        });
    }
    ensure(population.not_whole.is_empty(), || {
        format!(
            "it cannot be said which records {} is about, {otherwise}: {}",
            clause.id,
            population.not_whole.join("; ")
        )
    })?;
    ensure(population.uncertain == 0, || {
        format!("of {} rows it cannot be said whether {} is about them, {otherwise}", population.uncertain, clause.id)
    })?;
    let missing = population.not_on_worklist;
    match clause.sample {
        Sample::Rate { .. } => ensure(population.records == 0, || {
            format!(
                "{} is about {} records, and no sample of them is drawn, {otherwise} (custodes plan commit)",
                clause.id, population.records
            )
        }),
        _ => ensure(missing == 0, || {
            format!(
                "{} is about {} records, and {missing} of them are not on the worklist, {otherwise} (custodes audit add \
                 {} --everything)",
                clause.id, population.records, audit.what.audit
            )
        }),
    }
}
