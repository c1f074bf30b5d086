//! `custodes witness`: another party vouches that the journal only ever grew; and being that other party.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use custodes_journal::key::VerifierKey;
use custodes_journal::tree::TreeSize;
use custodes_journal::witness::Refusal;
use serde_json::json;

use super::Place;
use crate::cli::{Mistakes, OutputFormat, RAN, print};
use crate::clock;
use crate::words::counted;
use crate::work::witness::{WitnessFolder, origin_of};
use crate::work::witness_server;
use crate::work::witnessing::{self, Witnessed};

/// No request and no answer is longer.
const LONGEST: u64 = 64 * 1024;

/// Another party vouches that the journal only ever grew; and being that other party
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Says how long ago this journal was witnessed, and who is trusted to
    Status,
    /// Prints the request to a witness, to be carried by hand
    Request {
        /// How many entries the witness saw last; those last witnessed without it
        #[arg(long, value_name = "N")]
        from_size: Option<u64>,
        /// On the checkpoint of so many entries, one that was signed: that of a bundle; the latest without it
        #[arg(long, value_name = "N")]
        to_size: Option<u64>,
    },
    /// Takes a witness's answer in: a file, or `-` for standard input
    Add {
        #[arg(value_name = "FILE|-")]
        answer: PathBuf,
    },
    /// Asks a witness over HTTP, and takes its answer in
    Send {
        #[arg(value_name = "URL")]
        url: String,
    },
    /// Lets a witness's cosignatures count from now on
    Trust {
        /// The witness's public key, as its keeper handed it over
        #[arg(value_name = "VKEY")]
        key: String,
        /// Who it is, and how the key was handed over
        #[arg(long)]
        reason: String,
    },
    /// Lets them count no longer
    Dismiss {
        #[arg(value_name = "VKEY")]
        key: String,
        #[arg(long)]
        reason: String,
    },
    /// Makes a witness, with a key of its own, in a new folder apart from every workspace
    Init {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The witness's name, best like a web address: witness.example/northmere
        #[arg(long)]
        name: String,
    },
    /// Lets a witness cosign a journal from now on
    Know {
        /// The journal's public key, as its keeper handed it over
        #[arg(value_name = "VKEY")]
        key: String,
        /// The witness's folder
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Answers a request by hand: prints the signature lines
    Cosign {
        /// The request: a file, or `-` for standard input
        #[arg(value_name = "REQUEST|-")]
        request: PathBuf,
        /// The witness's folder
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// The public key of the journal, where the witness does not know it yet
        #[arg(long, value_name = "VKEY")]
        log: Option<String>,
    },
    /// Answers requests over HTTP until interrupted
    Serve {
        /// The witness's folder
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// On which address: port 0 takes a free one
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7380")]
        listen: SocketAddr,
    },
}

pub fn run(place: &Place, verb: Verb) -> Result<u8, Mistakes> {
    match verb {
        Verb::Status => status(place),
        Verb::Request { from_size, to_size } => {
            let mut workspace = place.open()?;
            let last = || Ok::<_, Mistakes>(witnessing::last_witnessed(&workspace)?.map_or(0, |last| last.size));
            let from = from_size.map_or_else(last, Ok)?;
            let request = witnessing::request(&mut workspace, TreeSize(from), to_size.map(TreeSize))?;
            // The text is carried as it is, to the byte, in either form.
            match place.format {
                OutputFormat::Table => print(&request.to_text())?,
                OutputFormat::Json => print(&format!("{:#}\n", json!({ "from": from, "request": request.to_text() })))?,
            }
            Ok(RAN)
        }
        Verb::Add { answer } => {
            let mut workspace = place.open()?;
            let lines = String::from_utf8(read(&answer)?)
                .map_err(|_| format!("{}: this is not a text, and no witness's answer", answer.display()))?;
            let witnessed = witnessing::add(&mut workspace, &signature_lines(&lines))?;
            said(place, &witnessed)
        }
        Verb::Send { url } => {
            let mut workspace = place.open()?;
            let witnessed = witnessing::send(&mut workspace, &url)?;
            said(place, &witnessed)
        }
        Verb::Trust { key, reason } => {
            let mut session = place.session()?;
            let by = session.by.clone();
            let key = witnessing::trust(&mut session.workspace, &by, &key, &reason)?;
            session.say(
                &format!("{} is trusted as a witness from now on", key.name()),
                json!({ "witness": key.to_string() }),
            )
        }
        Verb::Dismiss { key, reason } => {
            let mut session = place.session()?;
            let by = session.by.clone();
            witnessing::dismiss(&mut session.workspace, &by, &key, &reason)?;
            session.say("This witness's cosignatures count no longer", json!({ "witness": key.trim() }))
        }
        Verb::Init { folder, name } => init(place, &folder, &name),
        Verb::Know { key, dir } => {
            let key = VerifierKey::parse(key.trim())?;
            WitnessFolder::open(&dir)?.know(&key)?;
            say(
                place,
                &format!("The journal {} is cosigned from now on", key.name()),
                &json!({ "journal": key.to_string() }),
            )
        }
        Verb::Cosign { request, dir, log } => cosign(place, &request, &dir, log.as_deref()),
        Verb::Serve { dir, listen } => {
            let witness = WitnessFolder::open(&dir)?;
            // What was seen is looked at now, not at the first request.
            witness.seen()?;
            witness_server::serve(witness, listen, |address| {
                let line = format!("Answering on http://{address}/add-checkpoint until interrupted\n");
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
            })?;
            Ok(RAN)
        }
    }
}

/// The signature lines of an answer that came in a letter, or as part of a receipt.
fn signature_lines(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("\u{2014} "));
    let found: String = lines.map(|line| format!("{line}\n")).collect();
    if found.is_empty() { text.to_owned() } else { found }
}

fn say(place: &Place, text: &str, json: &serde_json::Value) -> Result<u8, Mistakes> {
    match place.format {
        OutputFormat::Json => print(&format!("{json:#}\n"))?,
        OutputFormat::Table => print(&format!("{text}\n"))?,
    }
    Ok(RAN)
}

fn said(place: &Place, witnessed: &Witnessed) -> Result<u8, Mistakes> {
    let Witnessed { size, at, by } = witnessed;
    let text =
        format!("{by} cosigned the journal up to entry {size} at {at}: nothing before that can be rewritten unseen");
    say(place, &text, &json!({ "witness": by, "size": size, "at": at.to_string() }))
}

fn status(place: &Place) -> Result<u8, Mistakes> {
    let workspace = place.open()?;
    let last = witnessing::last_witnessed(&workspace)?;
    let size = workspace.head().size.0;
    let sentence = witnessing::sentence(last.as_ref(), size, workspace.looking_at());
    let mut lines = vec![format!("This journal of {}: {sentence}", counted(size, "entry", "entries"))];
    let witnesses = witnessing::trusted(&workspace.record);
    if witnesses.is_empty() {
        lines.push("No witness is trusted here: an administrator names one (custodes witness trust VKEY)".to_owned());
    }
    lines.extend(witnesses.iter().map(|key| format!("Trusted witness  {key}")));
    let last = last.map(|last| json!({ "witness": last.by, "size": last.size, "at": last.at.to_string() }));
    let keys: Vec<String> = witnesses.iter().map(ToString::to_string).collect();
    say(
        place,
        &lines.join("\n"),
        &json!({ "size": size, "last_witnessed": last, "sentence": sentence, "trusted": keys }),
    )
}

fn init(place: &Place, folder: &Path, name: &str) -> Result<u8, Mistakes> {
    let (_, key) = WitnessFolder::create(folder, name)?;
    let text = format!(
        "Witness {} made in {}, readable by you alone. Keep it on another machine than the journals.\n\
         Public key   {key}\n\
         \n\
         Give the public key to the keepers of the journals (custodes witness trust), and take theirs in\n\
         (custodes witness know VKEY --dir {}). Never put an old copy of this folder back: a witness that forgot\n\
         can be shown a rewritten journal.",
        key.name(),
        folder.display(),
        folder.display(),
    );
    say(place, &text, &json!({ "witness": key.to_string(), "folder": folder }))
}

fn cosign(place: &Place, request: &Path, dir: &Path, log: Option<&str>) -> Result<u8, Mistakes> {
    let witness = WitnessFolder::open(dir)?;
    if let Some(log) = log {
        witness.know(&VerifierKey::parse(log.trim())?)?;
    }
    let request = read(request)?;
    match witness.answer(&request, clock::now())? {
        Ok(lines) => {
            match place.format {
                OutputFormat::Table => print(&lines)?,
                OutputFormat::Json => print(&format!("{:#}\n", json!({ "lines": lines })))?,
            }
            Ok(RAN)
        }
        Err(refusal) => Err(not_cosigned(&refusal, &request).into()),
    }
}

/// What a person can do about it.
fn not_cosigned(refusal: &Refusal, request: &[u8]) -> String {
    match refusal {
        Refusal::OtherOldSize { seen, .. } => {
            format!("{refusal} (on the journal's side: custodes witness request --from-size {seen})")
        }
        Refusal::UnknownOrigin(_) => format!("{refusal} (custodes witness know VKEY, or --log VKEY)"),
        Refusal::SameSizeOtherRoot(_) | Refusal::NotConsistent(_) => {
            let journal = origin_of(request).map(|origin| format!(" {origin}")).unwrap_or_default();
            format!(
                "{refusal}: what this witness had seen of the journal{journal} was rewritten; keep the request and tell the auditor"
            )
        }
        other => other.to_string(),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Mistakes> {
    let mut bytes = Vec::new();
    let failed = |error| format!("{}: cannot be read: {error}", path.display());
    if path == Path::new("-") {
        std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > LONGEST {
        return Err(format!("{}: this is far too long for a request or an answer", path.display()).into());
    }
    Ok(bytes)
}
