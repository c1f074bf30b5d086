//! `custodes evidence`: what was taken in, what was in force at any time, and originals as they came.

use std::path::PathBuf;

use custodes_compliance::acts::ImportId;
use custodes_compliance::acts::evidence::Original;
use custodes_compliance::london;
use custodes_compliance::record::evidence_at::{Fate, UpTo};
use custodes_compliance::record::{Import, Record};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Instant;
use custodes_report::MARKING;
use serde_json::{Value, json};

use super::evidence::lost_in_words;
use super::{Place, name};
use crate::cli::Mistakes;
use crate::work::evidence;

fn at(text: &str) -> Result<Instant, String> {
    london::parse_day_or_instant(text)
}

/// What was taken in, and what was in force at any time
#[derive(Debug, clap::Subcommand)]
pub enum Evidence {
    /// Lists every import and its files, and names the state of the evidence
    List {
        /// As it was at this instant, or when this London day began; now without it
        #[arg(long, value_name = "DAY|INSTANT", value_parser = at, conflicts_with = "entries")]
        as_of: Option<Instant>,
        /// As it was when the journal had so many entries
        #[arg(id = "entries", long = "at", value_name = "ENTRIES")]
        entries: Option<u64>,
    },
    /// Gives an original back, unchanged
    Original {
        /// The import, like E1
        #[arg(value_parser = name::<ImportId>)]
        import: ImportId,
        /// The file, as the list names it
        file: String,
        /// Where to put it; never over a file that is there
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
}

pub fn run(place: &Place, verb: Evidence) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    let by = session.by.clone();
    match verb {
        Evidence::List { as_of, entries } => {
            session.workspace.permit(&by, Action::ListEvidence, None)?;
            let record = &session.workspace.record;
            let up_to = match (as_of, entries) {
                (Some(instant), _) => UpTo::At(instant),
                (None, Some(entries)) if entries > record.size => {
                    return Err(format!("--at {entries}: the journal has {} entries", record.size).into());
                }
                (None, Some(entries)) => UpTo::Entries(entries),
                (None, None) => UpTo::Now,
            };
            session.say(&text(record, up_to), told(record, up_to))
        }
        Evidence::Original { import, file, out } => {
            let original = evidence::give_back(&mut session.workspace, &by, import, &file, &out)?;
            let text = format!(
                "{MARKING}\n{}: {file} of {import} as it came, {} bytes, SHA-256 {}",
                out.display(),
                original.bytes,
                original.sha256
            );
            session.say(
                &text,
                json!({
                    "marking": MARKING, "import": import, "file": file, "out": out, "bytes": original.bytes,
                    "sha256": original.sha256,
                }),
            )
        }
    }
}

fn when(record: &Record, up_to: UpTo) -> String {
    match up_to {
        UpTo::Now => format!("now, after {} entries of the journal", record.size),
        UpTo::Entries(entries) => format!("after {entries} entries of the journal"),
        UpTo::At(instant) => format!("on {}", london::in_words(instant)),
    }
}

fn text(record: &Record, up_to: UpTo) -> String {
    let mut lines = vec![MARKING.to_owned(), format!("The evidence {}", when(record, up_to))];
    let gone = record.disposed_since(up_to);
    lines.push(match record.state_of_evidence(up_to) {
        Some(state) => format!("State {state}"),
        None => {
            format!("Its state has no name: {} went with a disposal since, and may have been in force", gone.join(", "))
        }
    });
    for (id, import, fate) in record.taken_in(up_to) {
        let answers = import.what.answers.map(|request| format!(", answers {request}")).unwrap_or_default();
        lines.push(format!(
            "\n{id} taken in {} by {}{answers}: {}",
            london::in_words(import.imported.at),
            record.name_of(&import.imported.by),
            fate_in_words(record, &fate)
        ));
        lines.extend(import.what.lost.iter().map(lost_in_words));
        lines.extend(import.what.originals.iter().map(file));
    }
    lines.join("\n")
}

fn fate_in_words(record: &Record, fate: &Fate<'_>) -> String {
    let because = |reason: &str| if reason.is_empty() { String::new() } else { format!(": {reason}") };
    match fate {
        Fate::InForce => "in force".to_owned(),
        Fate::Withdrawn(done, reason) => {
            format!("withdrawn {} by {}{}", done.day(), record.name_of(&done.by), because(reason))
        }
        Fate::Replaced(by, done, reason) => {
            format!("replaced by {by} on {} by {}{}", done.day(), record.name_of(&done.by), because(reason))
        }
    }
}

fn kept(original: &Original) -> u64 {
    let aside = original.quarantined + original.duplicate + original.conflicting;
    original.rows.saturating_sub(aside)
}

fn file(original: &Original) -> String {
    let set = original.set.as_deref().unwrap_or("(no set)");
    format!(
        "  {:<32} {set:<22} {:>9} rows {:>9} kept {:>6} unread  {}",
        original.name,
        original.rows,
        kept(original),
        original.quarantined,
        original.sha256
    )
}

fn told(record: &Record, up_to: UpTo) -> Value {
    let imports = record.taken_in(up_to).map(|(id, import, fate)| told_import(*id, import, &fate));
    json!({
        "marking": MARKING,
        "as_of": match up_to { UpTo::At(instant) => Some(instant), _ => None },
        "entries": match up_to { UpTo::Entries(entries) => Some(entries), UpTo::Now => Some(record.size), UpTo::At(_) => None },
        "state": record.state_of_evidence(up_to),
        "disposed_since": record.disposed_since(up_to),
        "imports": imports.collect::<Vec<_>>(),
    })
}

fn told_import(id: ImportId, import: &Import, fate: &Fate<'_>) -> Value {
    let files = import.what.originals.iter().map(|original| {
        json!({
            "file": original.name, "set": original.set, "mapping": original.mapping, "rows": original.rows,
            "kept": kept(original), "unread": original.quarantined, "bytes": original.bytes,
            "sha256": original.sha256,
        })
    });
    let (is, on, by, reason) = match fate {
        Fate::InForce => ("in force", None, None, None),
        Fate::Withdrawn(done, reason) => ("withdrawn", Some(done.at), None, Some(*reason)),
        Fate::Replaced(by, done, reason) => ("replaced", Some(done.at), Some(*by), Some(*reason)),
    };
    json!({
        "import": id, "taken_in": import.imported.at, "by": import.imported.by, "answers": import.what.answers,
        "replaces": import.what.replaces, "reason": import.what.reason, "lost": import.what.lost,
        "fate": { "is": is, "at": on, "replaced_by": by, "reason": reason },
        "files": files.collect::<Vec<_>>(),
    })
}
