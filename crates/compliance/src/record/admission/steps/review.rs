//! A review that is no audit: whether it is one that the clause asks for, and recorded while it is fresh.

use custodes_standard::model::{Check, Clause, MetBy};

use super::{Steps, ensure, given};
use crate::acts::schedule::Reviewed;
use crate::record::Record;
use crate::record::admission::Actor;
use crate::{london, schedule::RECORDED_WITHIN};

pub(super) fn may_be_recorded(record: &Record, clause: &Clause, review: &Reviewed, actor: &Actor<'_>) -> Steps {
    if let Some(sets) = met_by_records_alone(clause) {
        return Err(format!(
            "no review of {} is asked for: the rows of {sets} meet it, camera by camera: import those (custodes import)",
            clause.id
        ));
    }
    if let (Some(population), Some(examined)) = (review.population, review.examined) {
        ensure(examined <= population, || {
            format!(
                "{examined} records cannot have been examined of {population}: --examined is a part of --population"
            )
        })?;
    }
    let (looked, today) = (london::day_of(review.at), actor.today());
    let opened = record.workspace.as_ref().map(|workspace| workspace.done.day());
    let late = if opened.is_some_and(|opened| looked < opened) {
        format!("{looked} is before this workspace was opened")
    } else if today.days_since(looked) > RECORDED_WITHIN {
        format!("{looked} is more than {RECORDED_WITHIN} days ago")
    } else {
        return Ok(());
    };
    match &review.late_because {
        Some(reason) => given(reason, "why it is recorded so late"),
        None => Err(format!("{late}: say why it is recorded only now (--late-because)")),
    }
}

/// The sets whose rows meet everything that the clause asks for in time; `None` where a review meets something.
fn met_by_records_alone(clause: &Clause) -> Option<String> {
    let mut sets: Vec<&str> = Vec::new();
    for check in clause.checks {
        match check {
            Check::Cadence { met_by: MetBy::Records { needs, .. }, .. } => {
                sets.extend(needs.iter().map(|set| set.name));
            }
            Check::Cadence { met_by: MetBy::Reviews, .. } | Check::Event { .. } | Check::SampledAudit => return None,
            _ => {}
        }
    }
    (!sets.is_empty()).then(|| sets.join(", "))
}
