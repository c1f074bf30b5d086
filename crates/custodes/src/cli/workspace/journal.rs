//! `custodes journal`: who did what, when, and what was refused, entry by entry, without what it says of anybody.

use custodes_compliance::roles::Action;
use serde_json::json;

use super::Place;
use crate::cli::Mistakes;
use crate::work::reading::{Line, Looked, Wanted};

/// How many entries are shown where nobody says from which.
const LAST: usize = 50;
/// Of one entry, so many matters are shown; `--format json` gives all.
const MATTERS: usize = 6;

/// Lists the journal's entries: who did what, when, and what was refused
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only what was refused, with the reasons
    #[arg(long)]
    refused: bool,
    /// From this entry on
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// So many of the last; 50 where --from is not given
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Only what is about this matter: A1, E2, Q1, a person's id
    #[arg(long, value_name = "MATTER")]
    about: Option<String>,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ReadJournal, None)?;
    let last = arguments.last.or_else(|| arguments.from.is_none().then_some(LAST));
    let wanted = Wanted { refused: arguments.refused, from: arguments.from.unwrap_or(0), last, about: arguments.about };
    let Looked { lines, before } = session.workspace.read_journal(&by, &wanted)?;
    let mut text = vec![format!("The journal of {} entries", session.workspace.head().size.0)];
    if before > 0 {
        text.push(format!("{before} earlier ones are not shown: --last N, or --from 0"));
    }
    if lines.is_empty() {
        text.push("No entry is like that".to_owned());
    }
    text.extend(lines.iter().map(in_words));
    session.say(&text.join("\n"), json!(lines))
}

fn in_words(line: &Line) -> String {
    let Line { entry, at, who, kind, about, refused, disposed, .. } = line;
    let mut matters = about.iter().take(MATTERS).map(String::as_str).collect::<Vec<_>>().join(" ");
    if about.len() > MATTERS {
        matters.push_str(" …");
    }
    let mut text = format!("{entry:>7}  {at}  {:<20} {kind:<22} {matters}", who.as_deref().unwrap_or("-"));
    if let Some(under) = disposed {
        text = format!("{}  ({under})", text.trim_end());
    }
    if let Some(what) = refused {
        text = format!("{} {what}", text.trim_end());
    }
    let mut lines = vec![text.trim_end().to_owned()];
    lines.extend(line.reasons.iter().map(|reason| format!("{:>9}{reason}", "")));
    lines.join("\n")
}
