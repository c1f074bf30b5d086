//! `custodes finding`: raised, and closed by another person.

use custodes_compliance::acts::audit::{FindingClosed, FindingRaised, Settled};
use custodes_compliance::acts::{Act, AuditId, FindingId};
use serde_json::json;

use super::{Place, name};
use crate::cli::Mistakes;

/// What was found: its extent, and what is to be done
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Raises a finding of an audit
    Raise {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        finds: String,
        #[arg(long)]
        extent: String,
        #[arg(long)]
        action: String,
        /// A record it rests on; may be repeated
        #[arg(long, value_name = "KEY")]
        item: Vec<String>,
    },
    /// Closes a finding; another person than raised it
    Close {
        #[arg(value_parser = name::<FindingId>)]
        finding: FindingId,
        #[arg(long)]
        reason: String,
    },
}

pub fn run(place: &Place, verb: Verb) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Verb::Raise { audit, finds, extent, action, item } => {
            session.act(|workspace| {
                let confirmed = workspace.record.audits.get(&audit).into_iter().flat_map(|audit| &audit.exceptions);
                let confirmed = confirmed.filter(|(_, settled)| settled.settled == Settled::Confirmed);
                Ok(Act::from(FindingRaised {
                    finding: FindingId::after(workspace.record.findings.keys().next_back()),
                    audit,
                    finds: finds.clone(),
                    extent: extent.clone(),
                    action: action.clone(),
                    items: item.clone(),
                    exceptions: confirmed.map(|(name, _)| name.clone()).collect(),
                }))
            })?;
            let finding =
                session.workspace.record.findings.keys().next_back().map(ToString::to_string).unwrap_or_default();
            let text = format!(
                "{finding} raised; if it is non-compliance, its 28 days begin now: custodes noncompliance identify --finding {finding}"
            );
            session.say(&text, json!({ "finding": finding }))
        }
        Verb::Close { finding, reason } => {
            session.act(|_| Ok(Act::from(FindingClosed { finding, reason: reason.clone() })))?;
            session.say(&format!("{finding} closed"), json!({ "finding": finding }))
        }
    }
}
