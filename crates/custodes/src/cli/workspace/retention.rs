//! `custodes hold` and `custodes dispose`: two years, legal hold, and disposal by two people.

use custodes_compliance::acts::retention::{DisposalProposed, HoldPlaced, HoldReleased};
use custodes_compliance::acts::{Act, AuditId, DisposalId, HoldId, ImportId};
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, Session, day, name};
use crate::cli::Mistakes;
use crate::words::counted;
use crate::work::Wanted;

/// Nothing that a hold covers is disposed of
#[derive(Debug, clap::Subcommand)]
pub enum Hold {
    /// Places a legal hold on audits and what they found; on everything, where none is named
    Place {
        /// The audits; everything without one
        #[arg(value_parser = name::<AuditId>)]
        audit: Vec<AuditId>,
        /// Who asked for it, and why
        #[arg(long)]
        reason: String,
    },
    /// Releases it
    Release {
        #[arg(value_parser = name::<HoldId>)]
        hold: HoldId,
        /// Why it is over
        #[arg(long)]
        reason: String,
    },
}

pub fn hold(place: &Place, verb: Hold) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Hold::Place { audit, reason } => {
            session.act(|workspace| {
                let hold = HoldId::after(workspace.record.holds.keys().next_back());
                Ok(Act::from(HoldPlaced { hold, audits: audit.clone(), reason: reason.clone() }))
            })?;
            let hold = session.workspace.record.holds.keys().next_back().map(ToString::to_string).unwrap_or_default();
            let covers = if audit.is_empty() {
                "nothing at all".to_owned()
            } else {
                format!("nothing of {}", audit.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            };
            session
                .say(&format!("{hold} placed: {covers} is disposed of until it is released"), json!({ "hold": hold }))
        }
        Hold::Release { hold, reason } => {
            session.act(|_| Ok(Act::from(HoldReleased { hold, reason: reason.clone() })))?;
            session.say(&format!("{hold} released"), json!({ "hold": hold }))
        }
    }
}

/// Disposal after the retention time, by two people
#[derive(Debug, clap::Subcommand)]
pub enum Dispose {
    /// Puts forward what is older than the retention time: finished audits, reviews, closed non-compliance
    Propose {
        /// What was finished before this day; two years ago without it, and never later than that
        #[arg(long, value_parser = day)]
        before: Option<Day>,
    },
    /// Puts forward evidence that is out of force and that nothing kept rests on, by a rule of the LEA's own
    Evidence {
        /// The imports, withdrawn or replaced before
        #[arg(value_parser = name::<ImportId>, required = true)]
        import: Vec<ImportId>,
        /// The LEA's rule, in words: the standard has none for evidence
        #[arg(long)]
        rule: String,
    },
    /// Approves what another person put forward, and does it: content and files go, the proofs stay
    Approve {
        #[arg(value_parser = name::<DisposalId>)]
        disposal: DisposalId,
    },
}

pub fn dispose(place: &Place, verb: Dispose) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Dispose::Propose { before } => propose(&mut session, &Wanted::Records { before }),
        Dispose::Evidence { import, rule } => propose(&mut session, &Wanted::Evidence { imports: import, rule }),
        Dispose::Approve { disposal } => {
            let by = session.by.clone();
            let made = session.workspace.approve_disposal(&by, disposal)?;
            let what = &made.what;
            let text = format!(
                "{disposal} is done, by the rule {:?}: gone for good is {}\n\
                 The journal still proves what was there, and when it went (custodes verify)",
                what.rule,
                content_of(what.entries.len(), made.files),
            );
            session.say(
                &text,
                json!({ "disposal": disposal, "entries": what.entries, "names": what.names, "files": made.files }),
            )
        }
    }
}

fn propose(session: &mut Session, wanted: &Wanted) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    let proposed = session.workspace.propose_disposal(&by, wanted)?;
    let DisposalProposed { disposal, before, entries, objects, names, .. } = &proposed.what;
    let since = match wanted {
        Wanted::Records { .. } => "finished",
        Wanted::Evidence { .. } => "taken in",
    };
    let mut lines = vec![
        format!("{disposal} put forward: {}, {since} before {before}", of_each_kind(names)),
        format!("  with that goes {}", content_of(entries.len(), objects.len() as u64)),
    ];
    for (hold, kept) in &proposed.held.held {
        lines.push(format!("  kept by the legal hold {hold}: {}", of_each_kind(kept)));
    }
    lines.push(format!("It is done when a second person approves it: custodes dispose approve {disposal}"));
    let held = &proposed.held.held;
    session.say(
        &lines.join("\n"),
        json!({ "disposal": disposal, "names": names, "entries": entries, "objects": objects, "held": held }),
    )
}

/// `the content of 3 entries of the journal, and 2 files of the evidence store`
fn content_of(entries: usize, files: u64) -> String {
    let entries = format!("the content of {} of the journal", counted(entries, "entry", "entries"));
    match files {
        0 => entries,
        files => format!("{entries}, and {} of the evidence store", counted(files, "file", "files")),
    }
}

/// Names of a kind up to which all are listed.
const LISTED: usize = 6;

/// `2 audits (A1, A3), 61 reviews`: many of a kind are only counted.
fn of_each_kind(names: &[String]) -> String {
    const KINDS: [(char, &str, &str); 6] = [
        ('A', "audit", "audits"),
        ('Q', "query", "queries"),
        ('F', "finding", "findings"),
        ('N', "non-compliance", "non-compliances"),
        ('R', "review", "reviews"),
        ('E', "import", "imports"),
    ];
    let told = KINDS.iter().filter_map(|(letter, one, many)| {
        let of: Vec<&str> = names.iter().filter(|name| name.starts_with(*letter)).map(String::as_str).collect();
        match of.len() {
            0 => None,
            few if few <= LISTED => Some(format!("{} ({})", counted(few, one, many), of.join(", "))),
            many_of => Some(counted(many_of, one, many)),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}
