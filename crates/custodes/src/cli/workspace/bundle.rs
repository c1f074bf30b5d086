//! `custodes bundle`: one file with everything that some audits rest on.

use std::path::PathBuf;

use custodes_compliance::acts::AuditId;
use serde_json::json;

use super::{Place, name};
use crate::cli::Mistakes;
use crate::words::counted;
use crate::work::bundle;

/// Makes one file with everything that audits rest on, to be verified with nothing else than the public key
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// An audit; may be repeated
    #[arg(long, required = true, value_parser = name::<AuditId>)]
    audit: Vec<AuditId>,
    /// The receiver: the next bundle for the same one shows that it continues this one
    #[arg(id = "for whom", long = "for", value_name = "WHOM")]
    for_whom: String,
    /// Make it though an audit is not completed, or no report of it was issued since: the bundle says so
    #[arg(long)]
    interim: bool,
    /// The new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    let Arguments { audit, for_whom, interim, out, .. } = &arguments;
    let made = bundle::make(&mut session.workspace, &by, audit, for_whom, *interim, out)?;
    let audits: Vec<String> = made.info.audits.iter().map(ToString::to_string).collect();
    let text = format!(
        "{}: {}{} of {} for {}\n\
         {} and {}, {} bytes, {}\n\
         SHA-256      {}\n\
         Checkpoint   {}, root {}\n\
         Public key   {}\n\
         Send the file; give the key by another way. The receiver verifies it: custodes verify {} --key KEY",
        made.path.display(),
        if made.info.interim { "INTERIM, " } else { "" },
        audits.join(", "),
        made.info.lea,
        made.info.for_whom,
        counted(made.entries, "entry", "entries"),
        counted(made.files, "file", "files"),
        made.bytes,
        bundle::MARKING,
        made.sha256,
        counted(made.info.size, "entry", "entries"),
        made.info.root,
        made.info.key,
        made.path.file_name().unwrap_or_default().to_string_lossy(),
    );
    let json = json!({
        "file": made.path, "sha256": made.sha256, "bytes": made.bytes, "files": made.files, "entries": made.entries,
        "bundle": made.info,
    });
    session.say(&text, json)
}
