//! `custodes parameters`: figures that are agreed, with the day from which they hold.

use std::path::PathBuf;

use custodes_checks::Parameters;
use custodes_compliance::acts::people::{ParametersApproved, ParametersProposed};
use custodes_compliance::acts::{Act, ProposalId};
use custodes_compliance::london;
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day, name};
use crate::cli::Mistakes;

/// Thresholds and rates, put forward by one person and approved by another
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Puts a parameters file forward
    Propose {
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        /// Windows that end on this day or later are judged by it
        #[arg(long, value_parser = day)]
        holds_from: Day,
        /// Why these figures, and where they come from
        #[arg(long)]
        rationale: String,
    },
    /// Approves what another person put forward
    Approve {
        #[arg(value_parser = name::<ProposalId>)]
        proposal: ProposalId,
    },
    /// Lists what was put forward and approved
    List,
}

pub fn run(place: &Place, verb: Verb) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Verb::Propose { file, holds_from, rationale } => {
            let toml = std::fs::read_to_string(&file)
                .map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
            Parameters::read(&toml).map_err(|mistakes| {
                Mistakes(mistakes.iter().map(|mistake| format!("{}: {mistake}", file.display())).collect())
            })?;
            session.act(|workspace| {
                let proposal = ProposalId::after(workspace.record.proposals.keys().next_back());
                let (toml, rationale) = (toml.clone(), rationale.clone());
                Ok(Act::from(ParametersProposed { proposal, toml, holds_from, rationale }))
            })?;
            let proposal = session.workspace.record.proposals.keys().next_back().map(ToString::to_string);
            let proposal = proposal.unwrap_or_default();
            let before = session.workspace.parameters_at(london::midnight(holds_from))?;
            let dropped = dropped(&before, &Parameters::read(&toml).unwrap_or_default());
            let mut text = format!(
                "{proposal} put forward; it holds when a senior manager approves it (custodes parameters approve {proposal})"
            );
            for (name, value, default) in &dropped {
                text.push_str(&format!("\n  {name} goes back from {value} to {default}: this file does not set it"));
            }
            let dropped: Vec<&str> = dropped.iter().map(|(name, ..)| *name).collect();
            session.say(&text, json!({ "proposal": proposal, "holds_from": holds_from, "back_to_default": dropped }))
        }
        Verb::Approve { proposal } => {
            session.act(|_| Ok(Act::from(ParametersApproved { proposal })))?;
            session.say(&format!("{proposal} approved"), json!({ "proposal": proposal }))
        }
        Verb::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadBoard, None)?;
            let record = &session.workspace.record;
            let lines = record.proposals.iter().map(|(id, proposal)| {
                let approved = match &proposal.approved {
                    Some(done) => format!("approved by {} on {}", record.name_of(&done.by), done.day()),
                    None => "not approved".to_owned(),
                };
                format!(
                    "{id:<5} holds from {}, put forward by {}, {approved}",
                    proposal.holds_from,
                    record.name_of(&proposal.proposed.by)
                )
            });
            let text: Vec<String> = lines.collect();
            let text = if text.is_empty() {
                "Nothing was put forward: every parameter has its default (docs/parameters.md)".to_owned()
            } else {
                text.join("\n")
            };
            session.say(&text, json!(record.proposals))
        }
    }
}

/// What was set before and is not set any longer: a file holds all that is set, and stands for the one before.
fn dropped(before: &Parameters, after: &Parameters) -> Vec<(&'static str, String, String)> {
    let default = Parameters::default();
    // Lists are shown in a word, so values are told apart by all that is in them.
    let whole = |parameters: &Parameters, name: &str| format!("{:?}", parameters.get(name).map(|set| &set.value));
    let shown = |parameters: &Parameters, name: &str| {
        parameters.get(name).map(|setting| setting.value.to_string()).unwrap_or_default()
    };
    let names = default.iter().map(|(name, _)| name);
    names
        .filter(|name| whole(after, name) == whole(&default, name) && whole(before, name) != whole(&default, name))
        .map(|name| (name, shown(before, name), shown(&default, name)))
        .collect()
}
