//! The plans of an audit, in force or given up: what was settled before the seed, the seed, the draw.

use custodes_standard::model::Ratio;
use custodes_standard::v3;
use serde::Serialize;

use super::DoneBy;
use super::items::{ItemTold, Teller};
use super::repeat::{Repeat, repeat};
use crate::acts::audit::{Contribution, FrameStated, Plan, SeedSource, Size};
use crate::acts::{ImportId, ProposalId};
use crate::performing::ratio;
use crate::record::Record;
use crate::record::audit::PlanState;
use crate::statistics::what_the_rate_buys;
use crate::time::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanTold {
    /// From 1, within the audit.
    pub number: u32,
    pub committed: DoneBy,
    /// Why it was given up, and by whom; none while it is in force.
    pub superseded: Option<Reasoned>,
    /// The plan whose sample it adds to.
    pub tops_up: Option<u32>,
    pub size: String,
    pub window_days: Option<i64>,
    pub strata: Option<StrataTold>,
    pub rationale: String,
    pub risk_assessment: String,
    pub frame: FrameStated,
    pub evidence: Vec<EvidenceUsed>,
    /// The approved parameters that held; none are the defaults.
    pub parameters: Option<ProposalId>,
    pub seed: Vec<SeedPart>,
    pub drawn: Option<DrawTold>,
    /// The records that it drew and that are not part of the sample any more.
    pub set_aside: Vec<ItemTold>,
}

/// Something that was done, and the reason given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reasoned {
    pub done: DoneBy,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrataTold {
    pub column: String,
    /// Each named value with its size.
    pub sizes: Vec<(String, String)>,
    pub others: String,
}

/// An import that the frame was taken from, and what became of it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceUsed {
    pub import: ImportId,
    /// None where the journal's entry was disposed of.
    pub imported: Option<DoneBy>,
    /// Name and SHA-256 of each file.
    pub originals: Vec<(String, String)>,
    pub withdrawn: Option<Reasoned>,
    pub replaced_by: Option<ImportId>,
    /// Rows of the sets that the clause needs that could not be read and that nobody has answered for.
    pub unsettled: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeedPart {
    /// Where the plan said that it would come from.
    pub source: String,
    pub contribution: Option<ContributionTold>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContributionTold {
    /// As it is joined into the seed.
    pub text: String,
    /// The signature that proves a beacon's round, in hexadecimal.
    pub signature: Option<String>,
    pub done: DoneBy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawTold {
    pub done: DoneBy,
    pub seed: String,
    /// First and last day.
    pub window: Option<(Day, Day)>,
    /// Records of the frame inside the window.
    pub population: u64,
    pub drawn: u64,
    /// What such a rate says even if nothing is found, where the plan gave a rate.
    pub rate_buys: Option<String>,
    pub repeat: Repeat,
}

pub(super) fn plans(teller: &Teller<'_>) -> Vec<PlanTold> {
    let record = teller.record;
    let told = |(place, state): (usize, &PlanState)| {
        let number = place as u32 + 1;
        let plan = &state.plan;
        PlanTold {
            number,
            committed: DoneBy::of(record, &state.committed),
            superseded: state
                .superseded
                .as_ref()
                .map(|(done, reason)| Reasoned { done: DoneBy::of(record, done), reason: reason.clone() }),
            tops_up: plan.tops_up,
            size: size(&plan.size),
            window_days: plan.window_days,
            strata: plan.strata.as_ref().map(|strata| StrataTold {
                column: strata.column.clone(),
                sizes: strata.sizes.iter().map(|(name, each)| (name.clone(), size(each))).collect(),
                others: size(&strata.others),
            }),
            rationale: plan.rationale.clone(),
            risk_assessment: plan.risk_assessment.clone(),
            frame: plan.frame.clone(),
            evidence: plan.evidence.iter().map(|import| evidence(record, plan, *import)).collect(),
            parameters: plan.parameters,
            seed: seed(record, state),
            drawn: drawn(record, state),
            set_aside: if state.superseded.is_some() { teller.set_aside(number) } else { Vec::new() },
        }
    };
    teller.audit.plans.iter().enumerate().map(told).collect()
}

fn size(size: &Size) -> String {
    match size {
        Size::Rate(rate) => format!("{rate} of the records, rounded up"),
        Size::Number(1) => "1 record".to_owned(),
        Size::Number(number) => format!("{number} records"),
        Size::Everything => "every record".to_owned(),
    }
}

fn evidence(record: &Record, plan: &Plan, import: ImportId) -> EvidenceUsed {
    let found = record.imports.get(&import);
    let needs = v3::clause(&plan.clause).map_or(&[][..], |clause| clause.needs);
    EvidenceUsed {
        import,
        imported: found.map(|found| DoneBy::of(record, &found.imported)),
        originals: found.map_or_else(Vec::new, |found| {
            found.what.originals.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect()
        }),
        withdrawn: found
            .and_then(|found| found.withdrawn.as_ref())
            .map(|(done, reason)| Reasoned { done: DoneBy::of(record, done), reason: reason.clone() }),
        replaced_by: found.and_then(|found| found.replaced_by),
        unsettled: found.map_or(0, |found| needs.iter().map(|set| found.unread(set.name)).sum()),
    }
}

fn seed(record: &Record, state: &PlanState) -> Vec<SeedPart> {
    let told = |(place, source): (usize, &SeedSource)| SeedPart {
        source: match source {
            SeedSource::Dice { witness } => format!("dice rolled before {}", record.name_of(witness)),
            SeedSource::Beacon { round } => format!("round {round} of the drand quicknet beacon"),
            SeedSource::Secret { party, sha256 } => {
                format!("a secret of {}, committed to by its SHA-256 {sha256}", record.name_of(party))
            }
        },
        contribution: state.contributions.get(&place).map(|(done, contribution)| {
            let (text, signature) = match contribution {
                Contribution::Dice { digits, .. } => (digits.clone(), None),
                Contribution::Beacon { randomness, signature, .. } => (randomness.clone(), Some(signature.clone())),
                Contribution::Secret { secret, .. } => (secret.clone(), None),
            };
            ContributionTold { text, signature, done: DoneBy::of(record, done) }
        }),
    };
    state.plan.seed_from.iter().enumerate().map(told).collect()
}

fn drawn(record: &Record, state: &PlanState) -> Option<DrawTold> {
    let (done, sample) = state.drawn.as_ref()?;
    Some(DrawTold {
        done: DoneBy::of(record, done),
        seed: sample.seed.clone(),
        window: sample.window,
        population: sample.population,
        drawn: sample.sample.len() as u64,
        rate_buys: rate(&state.plan).map(|rate| what_the_rate_buys(rate, sample.population)),
        repeat: repeat(&state.plan, sample),
    })
}

/// The rate of a plan without strata: each stratum has its own.
fn rate(plan: &Plan) -> Option<Ratio> {
    match (&plan.size, &plan.strata) {
        (Size::Rate(text), None) => ratio(text).filter(|rate| rate.is_at_most_one()),
        _ => None,
    }
}
