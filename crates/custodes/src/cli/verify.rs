//! `custodes verify`: what holds in one line, and what does not in a line each. It needs no workspace, no
//! network, and nobody's permission.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use custodes_compliance::time::MICROS_PER_DAY;
use custodes_journal::cosignature::PosixSeconds;
use custodes_journal::key::{Algorithm, VerifierKey};
use custodes_journal::tree::TreeSize;
use serde_json::json;

use super::progress::Progress;
use super::workspace::Place;
use super::{Mistakes, OutputFormat, RAN, print};
use crate::clock;
use crate::words::{counted, grouped};
use crate::work::bundle;
use crate::work::verifying::{self, Answer, Trusted, With};

/// Says whether a workspace or a bundle is what it was: every entry, signature, file and draw
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A workspace's folder or a bundle; without it, the workspace of --workspace or CUSTODES_WORKSPACE, else
    /// the present folder
    #[arg(value_name = "DIR|BUNDLE")]
    what: Option<PathBuf>,
    /// The journal's public key as it was handed over, or a file with it; may be repeated
    #[arg(long, value_name = "VKEY|FILE")]
    key: Vec<String>,
    /// A witness's public key, or a file with it; may be repeated
    #[arg(long, value_name = "VKEY|FILE")]
    witness: Vec<String>,
    /// A checkpoint of a workspace that was kept elsewhere: by a witness, or from an earlier bundle; may be
    /// repeated
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let keys = read_keys(&arguments.key, "--key")?;
    let witnesses = read_keys(&arguments.witness, "--witness")?;
    if let Some(witness) = witnesses.iter().find(|key| key.algorithm() != Algorithm::CosignatureV1) {
        return Err(format!("--witness: {witness} is the key of a journal, not of a witness").into());
    }
    let what = arguments.what.clone().unwrap_or_else(|| arguments.place.folder());
    let is_bundle = what.is_file();
    let answer = if is_bundle {
        if !arguments.checkpoint.is_empty() {
            return Err(
                "--checkpoint: a bundle does not hold the entries that would be compared; name a workspace".into()
            );
        }
        Answer::from(bundle::open_with(&what, &keys, &witnesses)?)
    } else if what.is_dir() {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .map_err(|error| format!("--checkpoint {}: it cannot be read: {error}", path.display()))
        };
        let checkpoints = arguments.checkpoint.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // Without a folder for keys there is no memory to be asked either.
        let key_folder = arguments.place.keys().ok();
        workspace(&what, &keys, &witnesses, &checkpoints, key_folder.as_deref())
    } else {
        return Err(format!("{}: there is no such folder or file", what.display()).into());
    };
    // Where nothing could be looked at, nothing is said to hold, nor to be unwitnessed.
    let unopened = answer.head.is_none() && answer.holds.is_empty();
    match arguments.place.format {
        OutputFormat::Table if unopened => {}
        OutputFormat::Table => print(&text(&answer))?,
        OutputFormat::Json => {
            let json = json!({
                "what": if is_bundle { "bundle" } else { "workspace" },
                "path": what,
                "holds": answer.defects.is_empty(),
                "held": answer.holds,
                "size": answer.head.as_ref().map(|(size, _)| size),
                "root": answer.head.as_ref().map(|(_, root)| root),
                "witnessed": answer.witnessed.map(|(size, time)| json!({ "size": size.0, "at": time.to_string(), "days_ago": days_since(time) })),
                "trusted": answer.trusted.iter().map(|trusted| json!({
                    "witness": trusted.key,
                    "given": trusted.given,
                    "size": trusted.witnessed.map(|(size, _)| size.0),
                    "at": trusted.witnessed.map(|(_, time)| time.to_string()),
                })).collect::<Vec<_>>(),
                "notes": answer.notes,
                "defects": answer.defects,
            });
            print(&format!("{json:#}\n"))?;
        }
    }
    match answer.defects.len() {
        _ if unopened => Err(format!("{}: {}", what.display(), answer.defects.join("; ")).into()),
        0 => Ok(RAN),
        1 => Err(format!("{}: one thing does not hold", what.display()).into()),
        many => Err(format!("{}: {many} things do not hold", what.display()).into()),
    }
}

fn workspace(
    folder: &Path,
    keys: &[VerifierKey],
    witnesses: &[VerifierKey],
    checkpoints: &[String],
    key_folder: Option<&Path>,
) -> Answer {
    let progress = Progress::counting("entries and files");
    let told = |what: &str, so_much: u64| progress.read(what, so_much);
    let silent = |_: &str, _: u64| {};
    let with = With {
        keys,
        witnesses,
        checkpoints,
        key_folder,
        progress: if std::io::stderr().is_terminal() { &told } else { &silent },
    };
    let answer = verifying::verify(folder, &with);
    progress.done();
    answer
}

/// A key as it stands, or a file with one.
fn read_keys(given: &[String], option: &str) -> Result<Vec<VerifierKey>, Mistakes> {
    let mut keys = Vec::new();
    let mut mistakes = Vec::new();
    for text in given {
        let file = std::fs::read_to_string(text);
        match VerifierKey::parse(file.as_deref().map_or(text.trim(), str::trim)) {
            Ok(key) => keys.push(key),
            Err(why) => mistakes.push(format!("{option}: {why}")),
        }
    }
    if mistakes.is_empty() { Ok(keys) } else { Err(Mistakes(mistakes)) }
}

fn text(answer: &Answer) -> String {
    let mut lines = Vec::new();
    let verdict = if answer.defects.is_empty() { "Everything holds" } else { "Holds" };
    lines.push(format!("{verdict}: {}", answer.holds.join("; ")));
    lines.push(witnessed(answer.witnessed, answer.head.as_ref().map_or(0, |(size, _)| *size)));
    let size = answer.head.as_ref().map_or(0, |(size, _)| *size);
    lines.extend(answer.trusted.iter().filter(|trusted| !trusted.given).map(|trusted| trusted_line(trusted, size)));
    lines.extend(answer.notes.iter().map(|note| format!("Note: {note}")));
    lines.extend(answer.defects.iter().map(|defect| format!("Does not hold: {defect}")));
    lines.join("\n") + "\n"
}

fn witnessed(witnessed: Option<(TreeSize, PosixSeconds)>, size: u64) -> String {
    let Some((up_to, time)) = witnessed else {
        return "Witnessed: never by a witness whose key was given; whoever holds key and machine could still rewrite all of it".to_owned();
    };
    let ago = ago(time);
    match size.saturating_sub(up_to.0) {
        0 => format!("Witnessed: {ago}, on {time}, all {}", entries(up_to.0)),
        after => format!(
            "Witnessed: {ago}, on {time}, up to {}; the {} after them could still be rewritten by whoever holds key and machine",
            entries(up_to.0),
            grouped(after)
        ),
    }
}

fn entries(number: u64) -> String {
    counted(number, "entry", "entries")
}

fn ago(time: PosixSeconds) -> String {
    match days_since(time) {
        0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// Never to be taken for the line above it: what a workspace says of its own witnesses convinces only those who
/// know that it trusts them.
fn trusted_line(trusted: &Trusted, size: u64) -> String {
    let name = &trusted.name;
    let said = match trusted.witnessed {
        None => format!("{name} has cosigned nothing that is here"),
        Some((up_to, time)) => match size.saturating_sub(up_to.0) {
            0 => format!("{name} cosigned all {} {}, on {time}", entries(up_to.0), ago(time)),
            after => format!(
                "{name} cosigned up to {} {}, on {time}; the {} after them could still be rewritten",
                entries(up_to.0),
                ago(time),
                grouped(after)
            ),
        },
    };
    format!(
        "Trusted by this workspace itself: {said}. To anybody else that proves nothing: have the witness's key from \
         the witness, and give it (--witness)"
    )
}

/// Whole days; 0 too for a witness whose clock is ahead of this one.
fn days_since(time: PosixSeconds) -> i64 {
    let then = i64::try_from(time.get()).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    (clock::now().0.saturating_sub(then) / MICROS_PER_DAY).max(0)
}
