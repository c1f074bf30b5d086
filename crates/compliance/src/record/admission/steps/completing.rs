//! Completing an audit: everything is answered, and "satisfactory" is said only where what the clause is about was
//! looked at and nothing was found.

use custodes_standard::model::{Clause, Population as Of, Sample};

use super::{Steps, clause, ensure, given};
use crate::acts::AuditId;
use crate::acts::audit::{AuditCompleted, Population, Verdict};
use crate::acts::schedule::Outcome;
use crate::record::Record;
use crate::record::audit::Audit;

const OTHERWISE: &str = "so the outcome cannot be satisfactory";

pub(super) fn refusals(record: &Record, audit: &Audit, act: &AuditCompleted) -> Steps {
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
    let found = audit.found_wrong(&record.findings);
    if act.outcome == Outcome::Unsatisfactory {
        let stated = !act.findings.trim().trim_end_matches('.').eq_ignore_ascii_case("none");
        return ensure(found || stated, || {
            "nothing was found wrong, so the outcome is not unsatisfactory: say what the findings are, or complete it as \
             satisfactory"
                .to_owned()
        });
    }
    // A false "satisfactory" is the worst that could be written here.
    ensure(!found, || {
        "records failed, in a sample or in one that was given up, exceptions were confirmed or findings were raised, so \
         the outcome cannot be satisfactory"
            .to_owned()
    })?;
    let (from, to) = (audit.what.from, audit.what.to);
    let mut others = record.audits.values().filter(|other| other.what.audit != id);
    let other = others.find(|other| other.overlaps(clause.id, from, to) && other.found_wrong(&record.findings));
    ensure(other.is_none(), || {
        let other = other.map(|other| other.what.audit.to_string()).unwrap_or_default();
        format!("{other} found something wrong on days of this period, so the outcome cannot be satisfactory")
    })?;
    let verdicts = |wanted| audit.worklist().filter(|(_, item)| item.verdict(&questions) == Some(wanted)).count();
    let unassessed = verdicts(Verdict::NotAssessable);
    ensure(unassessed == 0, || {
        format!("of the records judged {unassessed} could not be assessed, so the outcome cannot be satisfactory")
    })?;
    looked_at(clause, audit, act)
}

/// Whether the audit looked at what the clause is about: a sample of it, drawn, or all of it.
fn looked_at(clause: &Clause, audit: &Audit, act: &AuditCompleted) -> Steps {
    let id = audit.what.audit;
    if matches!(clause.sample, Sample::None) && !matches!(clause.population, Of::Judged) {
        let asks: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
        return ensure(asks.is_empty() || audit.worklist().next().is_some(), || {
            format!(
                "nobody has answered what {} asks ({}), {OTHERWISE}: put the records on the worklist, or \"*\" for the \
                 whole (custodes audit add {id}), and judge them",
                clause.id,
                asks.join(", "),
            )
        });
    }
    let Some(population) = &act.population else {
        return Err(format!("nobody has reckoned which records {} is about, {OTHERWISE}", clause.id));
    };
    ensure(population.not_whole.is_empty(), || {
        format!(
            "it cannot be said which records {} is about, {OTHERWISE}: {}",
            clause.id,
            population.not_whole.join("; ")
        )
    })?;
    ensure(population.uncertain == 0, || {
        format!("of {} rows it cannot be said whether {} is about them, {OTHERWISE}", population.uncertain, clause.id)
    })?;
    match audit.plan() {
        Some((_, plan)) if plan.drawn.is_some() => sample_is_enough(audit, population, plan.plan.frame.count),
        _ => all_is_on_the_worklist(clause, id, population),
    }
}

fn sample_is_enough(audit: &Audit, population: &Population, frozen: u64) -> Steps {
    let examined = audit.random_sample().len() as u64;
    ensure(examined >= population.asked, || {
        format!(
            "of {} records the standard asks for {} to be judged, and {examined} were drawn, {OTHERWISE} (custodes plan \
             commit --top-up)",
            population.records, population.asked
        )
    })?;
    ensure(examined > 0, || {
        format!(
            "none of the {frozen} records of the period lies in the days that the draw chose, and none was examined, \
             {OTHERWISE}: let another draw take its place (custodes plan supersede)"
        )
    })
}

fn all_is_on_the_worklist(clause: &Clause, id: AuditId, population: &Population) -> Steps {
    let (records, missing) = (population.records, population.not_on_worklist);
    match clause.sample {
        Sample::Rate { .. } => ensure(records == 0, || {
            format!(
                "{} is about {records} records, and no sample of them is drawn, {OTHERWISE} (custodes plan commit)",
                clause.id
            )
        }),
        _ => ensure(missing == 0, || {
            format!(
                "{} is about {records} records, and {missing} of them are not on the worklist, {OTHERWISE} (custodes \
                 audit add {id} --everything)",
                clause.id
            )
        }),
    }
}
