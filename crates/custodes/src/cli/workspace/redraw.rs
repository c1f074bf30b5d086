//! `custodes redraw`: the draws of an audit performed again, from a bundle alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use custodes_compliance::acts::AuditId;
use custodes_compliance::acts::audit::Contribution;
use custodes_compliance::performing::{self, FrameTable, Performed};
use custodes_compliance::record::PlanState;
use custodes_journal::key::VerifierKey;
use serde_json::json;

use super::name;
use crate::cli::{COULD_NOT_RUN, Mistakes, OutputFormat, RAN, print};
use crate::words::{counted, grouped};
use crate::work::bundle;

/// Performs the draws of an audit again, from a bundle alone, and prints them
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    #[arg(long, value_name = "A1", value_parser = name::<AuditId>)]
    audit: AuditId,
    /// The public key of the LEA's journal; without it, the bundle's own
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// The answer on standard output
    #[arg(long, value_enum, default_value = "table")]
    format: OutputFormat,
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let key = arguments.key.as_deref().map(|key| VerifierKey::parse(key.trim())).transpose()?;
    let opened = bundle::open(&arguments.bundle, key.as_ref(), &[])?;
    let parts = bundle::parts(&arguments.bundle)?;
    let audit = opened.record.audits.get(&arguments.audit).ok_or_else(|| {
        let there: Vec<String> = opened.record.audits.keys().map(ToString::to_string).collect();
        format!("there is no audit {} in this bundle; it holds {}", arguments.audit, there.join(", "))
    })?;
    if audit.plans.is_empty() {
        return Err(format!("{} has no plan, so nothing was drawn", arguments.audit).into());
    }
    let (mut lines, mut draws, mut same) = (Vec::new(), Vec::new(), true);
    for (place, plan) in audit.plans.iter().enumerate() {
        let number = place + 1;
        let Some(frame) = parts.frames.get(&(arguments.audit, number)) else {
            lines.push(format!("plan {number}: its frame is not in the bundle, so it cannot be drawn again"));
            same = false;
            continue;
        };
        if plan.drawn.is_none() {
            lines.push(format!("plan {number}: nothing was drawn by it"));
            continue;
        }
        let performed = perform(plan, frame)?;
        let agrees = agrees(plan, &performed);
        same &= agrees;
        told(number, plan, &performed, agrees, &mut lines);
        draws.push(json!({
            "plan": number,
            "seed": performed.seed.as_str(),
            "window": performed.window.map(|window| (window.first, window.last)),
            "population": performed.population,
            "sample": performed.sample.iter().map(|(key, _)| key).collect::<Vec<_>>(),
            "same": agrees,
        }));
    }
    lines.extend(opened.defects.iter().map(|defect| format!("does not hold: {defect}")));
    match arguments.format {
        OutputFormat::Table => print(&format!("{}\n", lines.join("\n")))?,
        OutputFormat::Json => {
            print(&format!("{:#}\n", json!({ "audit": arguments.audit, "draws": draws, "defects": opened.defects })))?
        }
    }
    Ok(if same && opened.defects.is_empty() { RAN } else { COULD_NOT_RUN })
}

fn perform(plan: &PlanState, frame: &str) -> Result<Performed, Mistakes> {
    let table = FrameTable::parse(frame)?;
    let contributions: BTreeMap<usize, &Contribution> =
        plan.contributions.iter().map(|(part, (_, given))| (*part, given)).collect();
    Ok(performing::perform(&plan.plan, &contributions, &table)?)
}

/// Whether it is what the journal says was drawn.
fn agrees(plan: &PlanState, performed: &Performed) -> bool {
    let Some((_, drawn)) = &plan.drawn else { return false };
    let keys = drawn.sample.iter().map(|drawn| &drawn.key);
    performed.seed.as_str() == drawn.seed
        && performed.window.map(|window| (window.first, window.last)) == drawn.window
        && performed.population == drawn.population
        && performed.sample.len() == drawn.sample.len()
        && performed.sample.iter().map(|(key, _)| key).eq(keys)
}

fn told(number: usize, plan: &PlanState, performed: &Performed, agrees: bool, lines: &mut Vec<String>) {
    let verdict = if agrees { "the same as the journal says" } else { "NOT what the journal says" };
    lines.push(format!(
        "plan {number}: {} of {} drawn again, {verdict}",
        grouped(performed.sample.len() as u64),
        counted(performed.population, "record", "records")
    ));
    lines.push(format!("  committed {} as entry {}", plan.committed.at, plan.committed.entry));
    lines.push(format!("  seed {}", performed.seed.as_str()));
    if let Some(window) = performed.window {
        lines.push(format!("  window {} to {}", window.first, window.last));
    }
    lines.extend(performed.sample.iter().map(|(key, stratum)| match stratum {
        Some(stratum) => format!("  {key:<24} {stratum}"),
        None => format!("  {key}"),
    }));
}
