//! `custodes report`: the audit report, as a page that prints well.

use std::path::PathBuf;

use custodes_compliance::acts::AuditId;
use serde_json::json;

use super::{Place, name};
use crate::cli::Mistakes;
use crate::work::{outgoing, reporting};

/// Issues the report of a completed audit
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[arg(value_parser = name::<AuditId>)]
    audit: AuditId,
    /// The new file
    #[arg(long, value_name = "FILE.html")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    let out = &arguments.out;
    if out.extension().and_then(|ending| ending.to_str()) != Some("html") {
        return Err(format!(
            "--out: {} must end in .html: the report is a page, which a browser prints",
            out.display()
        )
        .into());
    }
    // Before it is issued: what was handed out stays as it is.
    if outgoing::is_there(out) {
        return Err(format!("{}: there is a file of that name already: name a new one", out.display()).into());
    }
    let issued = reporting::issue(&mut session.workspace, &by, arguments.audit)?;
    outgoing::put_new(out, issued.html.as_bytes())?;
    let text = format!("Report of {} written to {}\n  sha256 {}", arguments.audit, out.display(), issued.sha256);
    session.say(&text, json!({ "audit": arguments.audit, "file": arguments.out, "sha256": issued.sha256 }))
}
