//! Commit, seed, draw: the steps of a sample, in the order that nobody could have steered. Which step may be
//! taken, the record says; the arithmetic of a draw is not here.

use std::collections::{BTreeMap, BTreeSet};

use custodes_checks::{Asked, Frame};
use custodes_compliance::acts::audit::{
    Contribution, Drawn, FrameStated, Plan, PlanCommitted, SampleDrawn, SeedContributed, SeedSource, SeedWitnessed,
    Size, Strata,
};
use custodes_compliance::acts::{Act, AuditId, PersonId};
use custodes_compliance::performing::{self, FrameRow, FrameTable};
use custodes_compliance::record::{Audit, Item};
use custodes_compliance::roles::Action;
use custodes_journal::beacon::{BeaconSignature, Round};
use custodes_standard::model::{Clause, Sample};

use super::audits::{clause_of, found, owners, window_of};
use super::checking::{object, threads};
use super::{WorkError, Workspace};

/// What a plan is asked for; the frame is taken from the evidence.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The clause's own rate, where none is given.
    pub size: Option<Size>,
    pub strata: Option<InStrata>,
    pub rationale: String,
    pub risk_assessment: String,
    pub seed_from: Vec<SeedSource>,
    /// Adds to the sample of the plan in force, over what was not drawn.
    pub tops_up: bool,
}

/// Strata by the values of a column, and the sizes of some; the others have the plan's.
#[derive(Debug, Clone)]
pub struct InStrata {
    pub column: String,
    pub sizes: BTreeMap<String, Size>,
}

/// Freezes the population and commits the plan: from here nothing in it can change.
///
/// # Errors
/// When the steps before are missing, the plan lacks something, or a beacon's round is published already.
pub fn commit_plan(
    workspace: &mut Workspace,
    by: &PersonId,
    audit: AuditId,
    planned: &Planned,
) -> Result<u32, WorkError> {
    workspace.permit(by, Action::ConductAudit, Some(&audit))?;
    let (clause, state) = clause_of(&workspace.record, &audit)?;
    performing::check_sources(&planned.seed_from).map_err(|why| why.to_string())?;
    let now = workspace.now()?;
    for source in &planned.seed_from {
        if let SeedSource::Beacon { round } = source {
            round_of(*round)?.not_before(now.0).map_err(|why| why.to_string())?;
        }
    }
    let taken = Taken::of(workspace, clause, &state, planned)?;
    let (table_sha256, _) = workspace.archive.keep_text(&taken.table.to_text())?;
    let digest = taken.table.digest().map_err(|why| why.to_string())?;
    let plan = Plan {
        clause: clause.id.to_owned(),
        from: state.what.from,
        to: state.what.to,
        window_days: taken.window_days,
        strata: planned.strata.as_ref().map(|strata| Strata {
            column: strata.column.clone(),
            sizes: strata.sizes.clone(),
            others: taken.size.clone(),
        }),
        size: taken.size,
        rationale: planned.rationale.clone(),
        risk_assessment: planned.risk_assessment.clone(),
        frame: FrameStated {
            sha256: digest.frame_sha256.to_string(),
            count: digest.count,
            table_sha256: table_sha256.to_string(),
            uncertain: taken.uncertain,
            not_whole: taken.not_whole,
        },
        seed_from: planned.seed_from.clone(),
        evidence: workspace.record.evidence().map(|(id, _)| *id).collect(),
        parameters: workspace.record.parameters_on(state.what.to).map(|(id, _)| *id),
        tops_up: taken.tops_up,
    };
    workspace.act(by, |workspace| {
        let number = workspace.record.audits.get(&audit).map_or(1, |audit| audit.plans.len() as u32 + 1);
        Ok(vec![Act::from(PlanCommitted { audit, number, plan: plan.clone() })])
    })?;
    Ok(workspace.record.audits.get(&audit).map_or(0, |audit| audit.plans.len() as u32))
}

/// What a plan takes from evidence and parameters.
struct Taken {
    table: FrameTable,
    size: Size,
    window_days: Option<i64>,
    uncertain: u64,
    not_whole: Vec<String>,
    tops_up: Option<u32>,
}

impl Taken {
    fn of(
        workspace: &Workspace,
        clause: &'static Clause,
        audit: &Audit,
        planned: &Planned,
    ) -> Result<Taken, WorkError> {
        let Sample::Rate { parameter, window_days, .. } = clause.sample else {
            return Err(format!("{} has no sample to be drawn: its records are judged all", clause.id).into());
        };
        let window = window_of(audit)?;
        let parameters = workspace.parameters_at(window.as_of)?;
        let size = planned.size.clone().unwrap_or_else(|| Size::Rate(parameters.rate(parameter).to_string()));
        if planned.tops_up {
            let (number, plan) = audit.plan().ok_or("there is no plan to add to")?;
            let drawn =
                plan.drawn.as_ref().map(|(_, drawn)| drawn).ok_or("the plan in force has drawn no sample to add to")?;
            let wanted = planned.strata.as_ref().map(|strata| &strata.column);
            let frozen = plan.plan.strata.as_ref().map(|strata| &strata.column);
            if wanted.is_some() && wanted != frozen {
                return Err(format!(
                    "what plan {number} left undrawn was frozen {}: add to it without other strata",
                    frozen.map_or("without strata".to_owned(), |column| format!("in strata by {column}"))
                )
                .into());
            }
            let table = frame_table(workspace, &plan.plan)?;
            let left = table.rows().iter().filter(|row| {
                let inside =
                    drawn.window.is_none_or(|(first, last)| row.day.is_some_and(|day| first <= day && day <= last));
                inside && !audit.items.get(&row.key).is_some_and(Item::is_random)
            });
            let table = FrameTable::of(left.cloned().collect());
            known_strata(&table, planned.strata.as_ref())?;
            return Ok(Taken {
                table,
                size,
                window_days: None,
                uncertain: 0,
                not_whole: Vec::new(),
                tops_up: Some(number),
            });
        }
        let view = workspace.view()?;
        let column = planned.strata.as_ref().map(|strata| strata.column.as_str());
        let asked = Asked { clause, days: None, stratum: column };
        let frame = custodes_checks::frame(&view.source(window)?, window, &parameters, threads(), &asked)?;
        let (uncertain, not_whole) = (frame.cannot_be_said, frame.not_whole.clone());
        let window_days = window_days.map(|name| parameters.whole(name));
        let table = table_of(&frame, column.is_some());
        known_strata(&table, planned.strata.as_ref())?;
        Ok(Taken { table, size, window_days, uncertain, not_whole, tops_up: None })
    }
}

/// A size for a stratum that has no record is a slip of the pen, and would be passed over in silence.
fn known_strata(table: &FrameTable, strata: Option<&InStrata>) -> Result<(), WorkError> {
    let Some(strata) = strata else { return Ok(()) };
    let there: BTreeSet<&str> = table.rows().iter().filter_map(|row| row.stratum.as_deref()).collect();
    match strata.sizes.keys().find(|value| !there.contains(value.as_str())) {
        None => Ok(()),
        Some(stranger) => {
            let there: Vec<String> = there.iter().map(|value| format!("{value:?}")).collect();
            Err(format!("no record has {stranger:?} in {}; its values are {}", strata.column, there.join(", ")).into())
        }
    }
}

fn table_of(frame: &Frame, in_strata: bool) -> FrameTable {
    // A value that cannot be known is a stratum too: nobody may leave those records out of the draw.
    let stratum = |value: Option<&str>| in_strata.then(|| value.unwrap_or("(withheld)").to_owned());
    let rows = frame.members().map(|member| FrameRow {
        key: member.key.to_owned(),
        day: member.day,
        stratum: stratum(member.stratum),
    });
    FrameTable::of(rows.collect())
}

/// A plan's frame, as it was frozen.
///
/// # Errors
/// When it is missing or damaged.
pub fn frame_table(workspace: &Workspace, plan: &Plan) -> Result<FrameTable, WorkError> {
    let text = workspace.archive.text(&object(&plan.frame.table_sha256)?)?;
    Ok(FrameTable::parse(&text).map_err(|why| why.to_string())?)
}

fn round_of(round: u64) -> Result<Round, WorkError> {
    Round::new(round).ok_or_else(|| WorkError::Said(format!("the beacon has no round {round}")))
}

/// Puts a part of the seed on record, once it was checked.
///
/// # Errors
/// When it is not what the plan promised, or its step has not come.
pub fn contribute(
    workspace: &mut Workspace,
    by: &PersonId,
    audit: AuditId,
    source: usize,
    given: &Given,
) -> Result<(), WorkError> {
    let (_, state) = clause_of(&workspace.record, &audit)?;
    let planned = state.plan().and_then(|(number, plan)| Some((number, plan.plan.seed_from.get(source)?.clone())));
    let contribution = match (&planned, given) {
        (Some((_, SeedSource::Dice { .. })), Given::Dice { digits, witness }) => {
            let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
            Contribution::Dice { digits, witness: witness.clone() }
        }
        (Some((_, SeedSource::Beacon { round })), Given::Beacon { signature }) => {
            let signature = BeaconSignature::parse(signature).map_err(|why| why.to_string())?;
            let randomness = signature.verify(round_of(*round)?).map_err(|why| why.to_string())?;
            Contribution::Beacon { round: *round, signature: signature.to_string(), randomness: randomness.to_string() }
        }
        (Some((_, SeedSource::Secret { .. })), Given::Secret { secret }) => {
            Contribution::Secret { party: by.clone(), secret: secret.clone() }
        }
        (Some(_), _) => return Err("the plan says that this part of the seed comes from elsewhere".into()),
        (None, _) => return Err("the plan comes before the seed: commit it first (custodes plan commit)".into()),
    };
    if let Some((_, plan)) = state.plan() {
        // What could not be joined later is refused now.
        performing::check_part(&plan.plan, source, &contribution).map_err(|why| match why {
            performing::PerformError::Seed { why, .. } => why,
            other => other.to_string(),
        })?;
    }
    workspace.act(by, |workspace| {
        let plan = workspace.record.audits.get(&audit).and_then(Audit::plan).map_or(0, |(number, _)| number);
        Ok(vec![Act::from(SeedContributed { audit, plan, source, contribution: contribution.clone() })])
    })?;
    Ok(())
}

/// The witness of the dice confirms what was rolled.
///
/// # Errors
/// When nothing waits for this person, or the digits are others.
pub fn confirm(workspace: &mut Workspace, by: &PersonId, audit: AuditId, digits: &str) -> Result<(), WorkError> {
    let (_, state) = found(&workspace.record, &audit)?;
    let (plan, source) = match state.plan() {
        Some((number, plan)) => {
            let waits = |source: &usize| plan.unwitnessed(*source).is_some_and(|(witness, _)| witness == by);
            (number, (0..plan.plan.seed_from.len()).find(waits).unwrap_or(0))
        }
        None => (0, 0),
    };
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    workspace.act(by, |_| Ok(vec![Act::from(SeedWitnessed { audit, plan, source, digits: digits.clone() })]))?;
    Ok(())
}

/// What somebody gives to a seed.
#[derive(Debug, Clone)]
pub enum Given {
    Dice { digits: String, witness: PersonId },
    Beacon { signature: String },
    Secret { secret: String },
}

/// Draws the sample of the plan in force.
///
/// # Errors
/// When a step before it is missing, or the frame is not the one frozen.
pub fn draw(workspace: &mut Workspace, by: &PersonId, audit: AuditId) -> Result<SampleDrawn, WorkError> {
    let (clause, state) = clause_of(&workspace.record, &audit)?;
    let prepared = match state.plan() {
        // The steps are asked of the record below; here there may be nothing to draw from yet.
        Some((number, plan)) if plan.drawn.is_none() && plan.awaited().next().is_none() => {
            let table = frame_table(workspace, &plan.plan)?;
            let contributions = plan.contributions.iter().map(|(part, (_, given))| (*part, given)).collect();
            let performed = performing::perform(&plan.plan, &contributions, &table).map_err(|why| why.to_string())?;
            let keys: BTreeSet<String> = performed.sample.iter().map(|(key, _)| key.clone()).collect();
            let owners = owners(workspace, clause, &keys)?;
            SampleDrawn {
                audit,
                plan: number,
                seed: performed.seed.as_str().to_owned(),
                window: performed.window.map(|window| (window.first, window.last)),
                population: performed.population,
                sample: performed
                    .sample
                    .into_iter()
                    .map(|(key, stratum)| Drawn { owners: owners.get(&key).cloned().unwrap_or_default(), key, stratum })
                    .collect(),
            }
        }
        other => SampleDrawn {
            audit,
            plan: other.map_or(0, |(number, _)| number),
            seed: String::new(),
            window: None,
            population: 0,
            sample: Vec::new(),
        },
    };
    workspace.act(by, |_| Ok(vec![Act::from(prepared.clone())]))?;
    Ok(prepared)
}
