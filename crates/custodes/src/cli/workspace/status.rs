//! `custodes status`: what is due, overdue, done: the board, or a calendar feed.

use std::collections::BTreeMap;

use custodes_compliance::acts::AuditId;
use custodes_compliance::london;
use custodes_compliance::record::admission;
use custodes_compliance::record::evidence_at::UpTo;
use custodes_compliance::roles::Action;
use custodes_compliance::schedule::{Board, Covert, Sources};
use custodes_compliance::time::{Day, Instant};

use super::{Place, Site};
use crate::cli::{Mistakes, OutputFormat, print, status_board};
use crate::work::last_check::{AsOf, Said};
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
    /// A calendar feed, for a diary: dates, and nothing personal.
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
    /// Read the evidence again, though nothing changed that the board rests on
    #[arg(long)]
    read_again: bool,
    /// The answer on standard output
    #[arg(long = "format", value_name = "FORM", value_enum, default_value = "table")]
    form: Form,
    /// As a calendar feed, for a diary: the same as --format ics
    #[arg(long)]
    ics: bool,
    #[command(flatten)]
    site: Site,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let form = if arguments.ics { Form::Ics } else { arguments.form };
    let format = if matches!(form, Form::Json) { OutputFormat::Json } else { OutputFormat::Table };
    let mut session = Place { site: arguments.site, format }.session()?;
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ReadBoard, None)?;
    if arguments.covert {
        session.workspace.permit(&by, Action::ReadCovert, None)?;
    }
    let now = session.workspace.looking_at();
    let as_of = arguments.as_of.map_or(AsOf::Now(now), AsOf::Asked);
    let said = session.workspace.check_for_board(as_of, arguments.read_again)?;
    let suspended = suspended(&mut session.workspace, london::day_of(as_of.instant()))?;
    let mut sources = Sources::new(&session.workspace.record, &said.duties, &said.clauses, as_of.instant());
    sources.days_ahead = arguments.days_ahead;
    sources.nc_report_days = said.parameters.whole("nc_report_days");
    sources.covert = if arguments.covert { Covert::Named } else { Covert::Counted };
    sources.suspended = suspended;
    let board = Board::of(&sources);
    let last = witnessing::last_witnessed(&session.workspace)?;
    let witnessed = witnessing::sentence(last.as_ref(), session.workspace.head().size.0, now);
    // By which the board can be held against a listing of the evidence.
    let state = session.workspace.record.state_of_evidence(UpTo::Now);
    let text = match form {
        Form::Table => {
            let board = status_board::text(&board);
            let warning = session.warning.as_ref().map(|warning| format!("WARNING: {warning}\n\n"));
            let warning = warning.unwrap_or_default();
            let state = state.as_ref().map(|state| format!("state {state}, ")).unwrap_or_default();
            format!("{warning}{board}\nThis journal: {witnessed}\nThe evidence: {state}{}\n", read(&said))
        }
        Form::Json => {
            let mut told = serde_json::to_value(&board)?;
            told["witnessed"] = witnessed.into();
            told["evidence_read_as_of"] = said.read_as_of.to_string().into();
            told["evidence_kept"] = said.kept.into();
            told["evidence_state"] = state.into();
            format!("{:#}\n", session.warned(told))
        }
        Form::Ics => status_board::calendar(&board, now)?,
    };
    session.warn();
    print(&text)?;
    Ok(crate::cli::RAN)
}

/// When the states of clauses are from: what falls due is reckoned to the minute all the same.
fn read(said: &Said) -> String {
    if said.clauses.is_empty() {
        return "none is in force, so no clause is checked: custodes import takes it in".to_owned();
    }
    let read = format!("read as of {}", london::in_words(said.read_as_of));
    if said.kept {
        format!("{read}; not read again, since nothing changed that the board rests on (--read-again)")
    } else {
        read
    }
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
