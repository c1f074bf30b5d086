//! `custodes misuse`: what is suspected goes a confidential route.

use custodes_compliance::acts::matter::{MisuseHandled, MisuseReported};
use custodes_compliance::acts::{Act, AuditId, Mark, MisuseId, PersonId};
use custodes_compliance::roles::Action;
use serde_json::json;

use super::{Place, name};
use crate::cli::Mistakes;
use crate::work::random;

/// Suspected misuse: a confidential route, hidden from the person concerned and their line
#[derive(Debug, clap::Subcommand)]
pub enum Misuse {
    /// Reports a suspicion
    Report {
        /// The user id whose use is suspected
        user_id: String,
        /// The person concerned, if they are known in this workspace: it is hidden from them
        #[arg(long)]
        person: Option<PersonId>,
        /// Somebody in the person's own line of command, from whom it is hidden; may be repeated
        #[arg(long, value_name = "PERSON")]
        line: Vec<PersonId>,
        /// What is suspected
        #[arg(long)]
        what: String,
        /// The audit in which it came up
        #[arg(long, value_parser = name::<AuditId>)]
        audit: Option<AuditId>,
    },
    /// To which body it went, or what became of it
    Handle {
        #[arg(value_parser = name::<MisuseId>)]
        misuse: MisuseId,
        /// What was done
        #[arg(long)]
        what: String,
        /// Nothing more is to be done
        #[arg(long)]
        close: bool,
    },
    /// Lists those that the person who acts may see
    List,
}

pub fn misuse(place: &Place, verb: Misuse) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Misuse::Report { user_id, person, line, what, audit } => {
            let mark = Mark::of(random()?);
            session.act(|workspace| {
                Ok(Act::from(MisuseReported {
                    misuse: MisuseId::after(workspace.record.misuse.keys().next_back()),
                    mark: mark.clone(),
                    user_id: user_id.clone(),
                    person: person.clone(),
                    line: line.clone(),
                    what: what.clone(),
                    audit,
                }))
            })?;
            let id = session.workspace.record.misuse.keys().next_back().map(ToString::to_string).unwrap_or_default();
            session.say(&format!("{id} reported, in confidence"), json!({ "misuse": id }))
        }
        Misuse::Handle { misuse, what, close } => {
            session.act(|_| Ok(Act::from(MisuseHandled { misuse, what: what.clone(), closed: close })))?;
            session.say(&format!("{misuse}: on record"), json!({ "misuse": misuse }))
        }
        Misuse::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::HandleMisuse, None)?;
            let standing = session.workspace.standing_of(&by)?;
            let shown = session
                .workspace
                .record
                .misuse
                .iter()
                .filter(|(_, misuse)| !misuse.is_hidden_from(&by, &standing.user_ids));
            let shown: Vec<_> = shown.collect();
            let record = &session.workspace.record;
            let mut text = Vec::new();
            for (id, misuse) in &shown {
                let state = if misuse.closed() { "closed" } else { "open" };
                text.push(format!("{id:<5} {state:<7} {}: {}", misuse.what.user_id, misuse.what.what));
                for (done, handled) in &misuse.handled {
                    let closed = if handled.closed { "; closed" } else { "" };
                    text.push(format!("      {} {}: {}{closed}", done.day(), record.name_of(&done.by), handled.what));
                }
            }
            session.say(
                &if text.is_empty() { "Nothing that you may see".to_owned() } else { text.join("\n") },
                json!(shown),
            )
        }
    }
}
