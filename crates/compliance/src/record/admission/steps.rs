//! The order of steps: what must have happened before, and what may not have. Each refusal says what to do.

mod national;
mod retention;

use crate::acts::Act;
use crate::acts::audit::{Contribution, ItemJudged, PlanCommitted, SampleDrawn, SeedContributed, SeedSource};
use crate::acts::people::Kind;
use crate::record::audit::{Audit, Stage};
use crate::record::{Record, admission::Actor};
use custodes_standard::model::{By, Clause, Sample};
use custodes_standard::v3;

type Steps = Result<(), String>;

/// Why it is not the next step.
pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Vec<String> {
    let looked = match act {
        Act::PersonAdded(_) | Act::PersonChanged(_) | Act::RoleGiven(_) | Act::RoleWithdrawn(_) => people(record, act),
        Act::WitnessTrusted(_) | Act::WitnessDismissed(_) => witnesses(record, act),
        Act::ParametersApproved(_) => parameters(record, act),
        Act::EvidenceImported(_) | Act::EvidenceWithdrawn(_) | Act::QuarantineSettled(_) => evidence(record, act),
        Act::ReviewsRecorded(_) | Act::DueMoved(_) => reviews(record, act, actor),
        Act::NoncomplianceIdentified(_)
        | Act::NoncomplianceReported(_)
        | Act::NoncomplianceWorked(_)
        | Act::NoncomplianceRetested(_)
        | Act::NoncomplianceClosed(_)
        | Act::MisuseHandled(_) => matters(record, act, actor),
        Act::HoldPlaced(_) | Act::HoldReleased(_) | Act::DisposalProposed(_) | Act::DisposalApproved(_) => {
            retention::refusals(record, act)
        }
        Act::LeaRegistered(_)
        | Act::BundleReceived(_)
        | Act::ReturnExpected(_)
        | Act::DemandMade(_)
        | Act::DemandMet(_)
        | Act::DemandEscalated(_)
        | Act::ExtentSet(_) => national::refusals(record, act, actor),
        _ => audit(record, act, actor),
    };
    looked.err().into_iter().collect()
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Steps {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn given(text: &str, what: &str) -> Steps {
    ensure(!text.trim().is_empty(), || format!("{what} is missing: it has to be written down"))
}

fn people(record: &Record, act: &Act) -> Steps {
    let known = |person| record.person(person).ok_or_else(|| format!("{person} is not known in this workspace"));
    match act {
        Act::PersonAdded(act) => {
            given(&act.name, "the person's name")?;
            ensure(record.person(&act.person).is_none(), || format!("{} is there already", act.person))?;
            let taken = act
                .login
                .as_ref()
                .and_then(|login| record.people.iter().find(|(_, person)| person.login.as_ref() == Some(login)));
            ensure(taken.is_none(), || "this log-in name belongs to another person".to_owned())
        }
        Act::PersonChanged(act) => known(&act.person).and_then(|_| given(&act.reason, "the reason")),
        Act::RoleGiven(act) => {
            known(&act.person)?;
            given(&act.reason, "the reason for the appointment")?;
            ensure(act.until.is_none_or(|until| act.from < until), || {
                "the role would end before it begins".to_owned()
            })?;
            match &act.deputy_for {
                Some(deputy_for) => known(deputy_for).and_then(|principal| {
                    ensure(principal.holdings.iter().any(|holding| holding.role == act.role), || {
                        format!("{deputy_for} does not hold the role, so nobody can deputise in it")
                    })
                }),
                None => Ok(()),
            }
        }
        Act::RoleWithdrawn(act) => {
            let person = known(&act.person)?;
            given(&act.reason, "the reason")?;
            ensure(
                person.holdings.iter().any(|holding| holding.role == act.role && holding.withdrawn.is_none()),
                || format!("{} does not hold the role of {}", act.person, act.role.title()),
            )
        }
        _ => Ok(()),
    }
}

fn witnesses(record: &Record, act: &Act) -> Steps {
    match act {
        Act::WitnessTrusted(act) => {
            given(&act.reason, "who the witness is, and how the key was handed over,")?;
            ensure(!record.witnesses.contains_key(&act.key), || "this witness is trusted already".to_owned())
        }
        Act::WitnessDismissed(act) => {
            given(&act.reason, "the reason")?;
            ensure(record.witnesses.contains_key(&act.key), || "this witness is not trusted here".to_owned())
        }
        _ => Ok(()),
    }
}

fn parameters(record: &Record, act: &Act) -> Steps {
    let Act::ParametersApproved(act) = act else { return Ok(()) };
    let proposal = record.proposals.get(&act.proposal).ok_or_else(|| format!("there is no {}", act.proposal))?;
    ensure(proposal.approved.is_none(), || format!("{} was approved before", act.proposal))
}

fn evidence(record: &Record, act: &Act) -> Steps {
    let import = |id| record.imports.get(id).ok_or_else(|| format!("there is no import {id}"));
    match act {
        Act::EvidenceImported(act) => match &act.replaces {
            Some(replaced) => ensure(import(replaced)?.in_force(), || format!("{replaced} is not in force any longer")),
            None => Ok(()),
        },
        Act::EvidenceWithdrawn(act) => {
            given(&act.reason, "the reason")?;
            ensure(import(&act.import)?.in_force(), || format!("{} is not in force any longer", act.import))
        }
        Act::QuarantineSettled(act) => {
            given(&act.reason, "the reason")?;
            let import = import(&act.import)?;
            let rows = || import.what.quarantine.iter().filter(|row| row.file == act.file);
            ensure(rows().next().is_some(), || format!("{:?} of {} has no quarantined rows", act.file, act.import))?;
            let stranger = act.lines.iter().find(|line| !rows().any(|row| row.line == **line));
            ensure(stranger.is_none(), || {
                format!("line {} of {:?} is not quarantined", stranger.copied().unwrap_or_default(), act.file)
            })
        }
        _ => Ok(()),
    }
}

fn reviews(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    match act {
        Act::ReviewsRecorded(act) => {
            let kind = record.workspace.as_ref().map(|workspace| workspace.what.kind);
            ensure(kind != Some(Kind::National), || {
                "reviews of an LEA are recorded in its own workspace, not in the National Auditor's".to_owned()
            })?;
            ensure(!act.reviews.is_empty(), || "no review is named".to_owned())?;
            for review in &act.reviews {
                let clause = clause(&review.clause)?;
                ensure(clause.by == By::Lea, || {
                    format!(
                        "{} is conducted by the {}: it needs an audit (custodes audit open)",
                        clause.id,
                        clause.by.name()
                    )
                })?;
                ensure(review.at <= actor.now, || "a review of the future cannot be recorded".to_owned())?;
                ensure(!record.reviews.contains_key(&review.review), || format!("{} is there already", review.review))?;
            }
            Ok(())
        }
        Act::DueMoved(act) => {
            clause(&act.clause)?;
            given(&act.reason, "the reason")?;
            ensure(act.to != act.scheduled, || "the date is the scheduled one".to_owned())
        }
        _ => Ok(()),
    }
}

fn clause(id: &str) -> Result<&'static Clause, String> {
    v3::clause(id).ok_or_else(|| format!("the standard has no clause {id:?}; `custodes standard` lists them"))
}

fn audit(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
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
    let Some(id) = super::audit_of(record, act) else { return Ok(()) };
    let audit = record.audits.get(&id).ok_or_else(|| format!("there is no audit {id}"))?;
    match act {
        Act::AuditHandedOver(act) => {
            given(&act.reason, "the reason for handing it over")?;
            let person = record.person(&act.to).ok_or_else(|| format!("{} is not known in this workspace", act.to))?;
            let roles = person.roles_on(actor.today());
            ensure(super::office_of(record).iter().any(|role| roles.contains(role)), || {
                format!("{} holds no role that conducts audits", act.to)
            })
        }
        Act::PlanCommitted(act) => plan(record, audit, act),
        Act::SeedContributed(act) => seed(audit, act, actor),
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
                format!("{:?} is not on the worklist of {id}", stranger.map_or("", |key| key))
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

fn opening(record: &Record, act: &crate::acts::audit::AuditOpened) -> Steps {
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

fn plan(record: &Record, audit: &Audit, act: &PlanCommitted) -> Steps {
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
    ensure(!plan.seed_from.is_empty(), || {
        "say where the seed will come from: dice, a beacon round, secrets".to_owned()
    })?;
    for source in &plan.seed_from {
        if let SeedSource::Dice { witness: person } | SeedSource::Secret { party: person, .. } = source {
            ensure(record.person(person).is_some(), || format!("{person} is not known in this workspace"))?;
        }
    }
    match (audit.plan(), plan.tops_up) {
        (Some((number, earlier)), Some(tops_up)) => ensure(tops_up == number && earlier.drawn.is_some(), || {
            format!("plan {tops_up} has drawn no sample to add to")
        }),
        (Some((number, earlier)), None) if earlier.drawn.is_some() => Err(format!(
            "plan {number} has drawn already: add to its sample (--top-up), or let a second draw take its place, with a reason (custodes plan supersede)"
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
    ensure(awaited.is_none(), || {
        "the seed comes before the draw, and a part of it is awaited (custodes seed)".to_owned()
    })
}

fn judgement(audit: &Audit, act: &ItemJudged) -> Steps {
    let id = audit.what.audit;
    let clause = clause(&audit.what.clause)?;
    ensure(audit.worklist().any(|(key, _)| *key == act.key), || {
        format!("{:?} is not on the worklist of {id}", act.key)
    })?;
    let known = clause.judgements.iter().any(|question| question.name == act.question);
    ensure(known, || {
        let names: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
        format!("{} asks no question {:?}; it asks: {}", clause.id, act.question, names.join(", "))
    })?;
    if act.verdict != crate::acts::audit::Verdict::Pass {
        given(&act.note, "a note on why it does not pass")?;
    }
    Ok(())
}

fn completion(record: &Record, audit: &Audit, act: &crate::acts::audit::AuditCompleted) -> Steps {
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
    let failed = audit.worklist().any(|(_, item)| item.verdict(&questions) == Some(crate::acts::audit::Verdict::Fail));
    let found = failed || audit.findings(&record.findings).next().is_some();
    ensure(!found || act.outcome == crate::acts::schedule::Outcome::Unsatisfactory, || {
        "records failed or findings were raised, so the outcome cannot be satisfactory".to_owned()
    })
}

fn matters(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    let known = |id| record.noncompliances.get(id).ok_or_else(|| format!("there is no non-compliance {id}"));
    match act {
        Act::NoncomplianceIdentified(act) => {
            clause(&act.clause)?;
            given(&act.what, "what the non-compliance is")?;
            ensure(act.identified_on <= actor.today(), || "it cannot be identified in the future".to_owned())?;
            match &act.finding {
                Some(finding) => {
                    ensure(record.findings.contains_key(finding), || format!("there is no finding {finding}"))
                }
                None => Ok(()),
            }
        }
        Act::NoncomplianceReported(act) => {
            let matter = known(&act.noncompliance)?;
            given(&act.reference, "the reference of the report")?;
            ensure(matter.reported.is_none(), || format!("{} was reported before", act.noncompliance))?;
            ensure(act.reported_on <= actor.today(), || "it cannot have been reported in the future".to_owned())?;
            ensure(act.reported_on >= matter.what.identified_on, || {
                "it was reported before it was identified".to_owned()
            })
        }
        Act::NoncomplianceWorked(act) => {
            ensure(known(&act.noncompliance)?.closed.is_none(), || format!("{} is closed", act.noncompliance))
        }
        Act::NoncomplianceRetested(act) => {
            given(&act.how, "how it was tested again")?;
            ensure(known(&act.noncompliance)?.closed.is_none(), || format!("{} is closed", act.noncompliance))
        }
        Act::NoncomplianceClosed(act) => {
            let matter = known(&act.noncompliance)?;
            given(&act.reason, "the reason")?;
            ensure(matter.closed.is_none(), || format!("{} was closed before", act.noncompliance))?;
            ensure(matter.reported.is_some(), || {
                format!("{} is not reported to the National Auditor", act.noncompliance)
            })?;
            let worked = |told: fn(&crate::acts::matter::NoncomplianceWorked) -> &String| {
                matter.worked.iter().any(|(_, worked)| !told(worked).trim().is_empty())
            };
            ensure(worked(|worked| &worked.root_cause), || "its root cause is not recorded".to_owned())?;
            ensure(worked(|worked| &worked.action), || "what was done about it is not recorded".to_owned())?;
            ensure(matter.retested.last().is_some_and(|(_, test)| test.passed), || {
                "it was not tested again with success".to_owned()
            })
        }
        Act::MisuseHandled(act) => {
            given(&act.what, "what was done")?;
            ensure(record.misuse.contains_key(&act.misuse), || format!("there is no report of misuse {}", act.misuse))
        }
        _ => Ok(()),
    }
}
