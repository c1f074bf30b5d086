//! `custodes bundle`: one file with everything that some audits rest on.

use std::path::PathBuf;

use custodes_checks::Window;
use custodes_compliance::acts::AuditId;
use custodes_compliance::acts::retention::ReturnPeriod;
use custodes_compliance::london::midnight;
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day, name};
use crate::cli::{Mistakes, annual_return};
use crate::words::counted;
use crate::work::audits::today;
use crate::work::bundle::{self, AnnualReturn, Asked};
use crate::work::{WorkError, Workspace};

/// Makes one file with everything that audits rest on, to be verified with nothing else than the public key
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// An audit; may be repeated
    #[arg(long, required_unless_present = "annual return", value_parser = name::<AuditId>)]
    audit: Vec<AuditId>,
    /// Draws up the annual return on cameras (4.2) from the evidence in force, and puts it in; covert cameras are
    /// counted only
    #[arg(id = "annual return", long = "return", requires = "from", requires = "to")]
    annual_return: bool,
    /// The first day of which the return tells
    #[arg(long, value_name = "DAY", value_parser = day, requires = "annual return")]
    from: Option<Day>,
    /// The day up to which, and without which, it tells
    #[arg(long, value_name = "DAY", value_parser = day, requires = "annual return")]
    to: Option<Day>,
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
    let annual_return = match (arguments.annual_return, arguments.from, arguments.to) {
        (true, Some(from), Some(to)) => {
            session.workspace.permit(&by, Action::IssueReport, None)?;
            Some(drawn_up(&session.workspace, ReturnPeriod { from, to })?)
        }
        _ => None,
    };
    let Arguments { audit, for_whom, interim, out, .. } = &arguments;
    let asked = Asked { audits: audit, for_whom, interim: *interim, annual_return: annual_return.as_ref() };
    let made = bundle::make(&mut session.workspace, &by, asked, out)?;
    let text = format!(
        "{}: {}{} of {} for {}\n\
         {} and {}, {}, {}\n\
         SHA-256      {}\n\
         Checkpoint   {}, root {}\n\
         Public key   {}\n\
         Send the file; give the key by another way. The receiver verifies it: custodes verify {} --key KEY",
        made.path.display(),
        if made.info.interim { "INTERIM, " } else { "" },
        made.info.holds(),
        made.info.lea,
        made.info.for_whom,
        counted(made.entries, "entry", "entries"),
        counted(made.files, "file", "files"),
        counted(made.bytes, "byte", "bytes"),
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

/// The return of a time that is over.
fn drawn_up(workspace: &Workspace, period: ReturnPeriod) -> Result<AnnualReturn, WorkError> {
    if period.to > today() {
        return Err(format!("--to {}: the time of which the return tells is not over yet", period.to).into());
    }
    let window = Window::new(midnight(period.from), midnight(period.to))?;
    let (page, json) = annual_return::of_workspace(workspace, window)?;
    Ok(AnnualReturn { period, page, json })
}
