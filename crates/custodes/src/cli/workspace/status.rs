//! `custodes status`: what is due, overdue, done: the board, or a calendar feed.

use std::collections::{BTreeMap, BTreeSet};

use custodes_checks::Window;
use custodes_compliance::acts::AuditId;
use custodes_compliance::london;
use custodes_compliance::record::admission;
use custodes_compliance::roles::Action;
use custodes_compliance::schedule::{Board, Checked, Covert, Sources};
use custodes_compliance::time::{Day, Instant};

use super::Place;
use crate::cli::{Mistakes, print, status_board};
use crate::work::{WorkError, Workspace, witnessing};

fn at(text: &str) -> Result<Instant, String> {
    london::parse_day_or_instant(text)
}

/// How the board is given.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// A calendar feed.
    Ics,
}

/// What is due, overdue, done, by whom, and what waits for whom
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The board as it was, or will be, at this instant: a day, or an instant; now without it
    #[arg(long, value_parser = at)]
    as_of: Option<Instant>,
    /// So many days ahead are shown as soon due
    #[arg(long, value_name = "N", default_value = "28")]
    days_ahead: i64,
    /// Name covert cameras, for readers who are cleared for them
    #[arg(long)]
    covert: bool,
    /// As a calendar feed, for a diary: dates, and nothing personal
    #[arg(long)]
    ics: bool,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ReadBoard, None)?;
    let now = session.workspace.now()?;
    let as_of = arguments.as_of.unwrap_or(now);
    let window = Window::new(london::months_before(as_of, 12), as_of)?;
    let checked = session.workspace.check(window, &BTreeSet::new())?;
    let said: Vec<Checked> = checked
        .outcome
        .clauses
        .iter()
        .map(|clause| Checked { clause: clause.clause.id, state: clause.state, absent: clause.absent.clone() })
        .collect();
    let suspended = suspended(&mut session.workspace, london::day_of(as_of))?;
    let mut sources = Sources::new(&session.workspace.record, &checked.outcome.duties, &said, as_of);
    sources.days_ahead = arguments.days_ahead;
    sources.nc_report_days = checked.parameters.whole("nc_report_days");
    sources.covert = if arguments.covert { Covert::Named } else { Covert::Counted };
    sources.suspended = suspended;
    let board = Board::of(&sources);
    let last = witnessing::last_witnessed(&session.workspace)?;
    let witnessed = witnessing::sentence(last.as_ref(), session.workspace.head().size.0, now);
    let form = match (arguments.ics, session.format) {
        (true, _) => Form::Ics,
        (false, crate::cli::OutputFormat::Json) => Form::Json,
        (false, crate::cli::OutputFormat::Table) => Form::Table,
    };
    let text = match form {
        Form::Table => format!("{}\nThis journal: {witnessed}\n", status_board::text(&board)),
        Form::Json => {
            let mut told = serde_json::to_value(&board)?;
            told["witnessed"] = witnessed.into();
            format!("{told:#}\n")
        }
        Form::Ics => status_board::calendar(&board, now)?,
    };
    print(&text)?;
    Ok(crate::cli::RAN)
}

/// Open audits whose auditor may not audit any longer, by what the account evidence says of them.
fn suspended(workspace: &mut Workspace, on: Day) -> Result<BTreeMap<AuditId, Vec<String>>, WorkError> {
    let open = workspace.record.audits.iter().filter(|(_, audit)| audit.signed_off.is_none());
    let open: Vec<_> = open.map(|(id, audit)| (*id, audit.auditor.clone())).collect();
    let mut suspended = BTreeMap::new();
    for (id, auditor) in open {
        let standing = workspace.standing_of(&auditor)?;
        let why = admission::suspended(&workspace.record, &id, &standing, on);
        if !why.is_empty() {
            suspended.insert(id, why.iter().map(ToString::to_string).collect());
        }
    }
    Ok(suspended)
}
