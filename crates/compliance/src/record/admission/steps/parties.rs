//! Others whom an act counts on: they must be able to do what is waited for, or it would be waited for in vain.

use super::Steps;
use crate::acts::audit::SeedSource;
use crate::acts::{Act, PersonId};
use crate::record::Record;
use crate::record::admission::Actor;
use crate::roles::Action;

pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    match act {
        Act::QueryRaised(act) => can(record, &act.to, Action::AnswerQuery, actor),
        Act::PlanCommitted(act) => act.plan.seed_from.iter().try_for_each(|source| match source {
            SeedSource::Dice { witness } => can(record, witness, Action::WitnessSeed, actor),
            SeedSource::Secret { party, .. } => can(record, party, Action::WitnessSeed, actor),
            SeedSource::Beacon { .. } => Ok(()),
        }),
        _ => Ok(()),
    }
}

/// Whether somebody holds a role by which they may do it.
fn can(record: &Record, person: &PersonId, action: Action, actor: &Actor<'_>) -> Steps {
    let known = record.person(person).ok_or_else(|| format!("{person} is not known in this workspace"))?;
    let roles = action.granted_to();
    if roles.iter().any(|role| known.holds(*role, actor.today())) {
        return Ok(());
    }
    let roles: Vec<&str> = roles.iter().map(|role| role.title()).collect();
    Err(format!(
        "{person} holds no role that lets them {}: name somebody else, or have one of these given to them first: {}",
        action.name(),
        roles.join(", ")
    ))
}
