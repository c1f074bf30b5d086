//! `custodes demand` and `custodes extent`: what the National Auditor asks of LEAs, and what controllers see.

use std::path::PathBuf;

use custodes_compliance::acts::national::{
    Demand as Is, DemandEscalated, DemandMade, DemandMet, Extent as Shown, ExtentSet,
};
use custodes_compliance::acts::{Act, DemandId, PersonId};
use custodes_compliance::national::controllers::{AuditTold, ControllersReport};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day, name};
use crate::cli::Mistakes;
use crate::words::{counted, grouped};
use crate::work::audits::today;
use crate::work::outgoing;

/// Records or answers demanded of an LEA
#[derive(Debug, clap::Subcommand)]
pub enum Demand {
    /// Demands records of audit (8.2.10), or an answer
    Make {
        /// The LEA, by its short name
        lea: String,
        /// What is demanded
        #[arg(long)]
        what: String,
        /// The last day for it
        #[arg(long, value_name = "DAY", value_parser = day)]
        due: Day,
        /// It is a question, not a demand for records
        #[arg(long)]
        query: bool,
    },
    /// Puts on record that it was met
    Met {
        #[arg(value_parser = name::<DemandId>)]
        demand: DemandId,
        #[arg(long)]
        how: String,
    },
    /// Takes it to somebody who can see to it
    Escalate {
        #[arg(value_parser = name::<DemandId>)]
        demand: DemandId,
        #[arg(long, value_name = "WHOM")]
        to: String,
        #[arg(long)]
        reason: String,
    },
    /// Lists what was demanded, and what came
    List,
}

pub fn demand(place: &Place, verb: Demand) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Demand::Make { lea, what, due, query } => {
            let is = if query { Is::Query } else { Is::Records };
            let done = session.act(|workspace| {
                let demand = DemandId::after(workspace.record.demands.keys().next_back());
                Ok(Act::from(DemandMade { demand, lea: lea.clone(), is, what: what.clone(), due }))
            })?;
            let made = session.workspace.record.demands.iter().find(|(_, of)| of.made.entry == done.entry);
            let demand = made.map(|(id, _)| id.to_string()).unwrap_or_default();
            session.say(&format!("{demand}: asked of {lea}, due {due}"), json!({ "demand": demand, "due": due }))
        }
        Demand::Met { demand, how } => {
            session.act(|_| Ok(Act::from(DemandMet { demand, how: how.clone() })))?;
            session.say(&format!("{demand} is met"), json!({ "demand": demand }))
        }
        Demand::Escalate { demand, to, reason } => {
            session.act(|_| Ok(Act::from(DemandEscalated { demand, to: to.clone(), reason: reason.clone() })))?;
            session.say(&format!("{demand} went to {to}"), json!({ "demand": demand, "to": to }))
        }
        Demand::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadNational, None)?;
            let (record, today) = (&session.workspace.record, today());
            let lines = record.demands.iter().map(|(id, demand)| {
                let state = match &demand.met {
                    Some((done, how)) => format!("met {}: {how}", done.day()),
                    None if today > demand.what.due => {
                        format!("OVERDUE, {} late", counted(today.days_since(demand.what.due), "day", "days"))
                    }
                    None => "open".to_owned(),
                };
                let gone: String =
                    demand.escalated.iter().map(|(done, to, _)| format!("; to {to} on {}", done.day())).collect();
                format!("{id:<5} {:<16} due {}  {}: {state}{gone}", demand.what.lea, demand.what.due, demand.what.what)
            });
            let lines: Vec<String> = lines.collect();
            let text = if lines.is_empty() { "Nothing was demanded".to_owned() } else { lines.join("\n") };
            session.say(&text, json!(record.demands))
        }
    }
}

fn shown(text: &str) -> Result<Shown, String> {
    match text {
        "nothing" => Ok(Shown::Nothing),
        "figures" => Ok(Shown::Figures),
        "findings" => Ok(Shown::Findings),
        "everything" => Ok(Shown::Everything),
        _ => Err(format!("{text:?} is no extent; it is nothing, figures, findings or everything")),
    }
}

fn extent_name(extent: Shown) -> &'static str {
    match extent {
        Shown::Nothing => "nothing",
        Shown::Figures => "figures",
        Shown::Findings => "findings",
        Shown::Everything => "everything",
    }
}

/// How much of the National Auditor's own audits a controller is shown (8.3.3)
#[derive(Debug, clap::Subcommand)]
pub enum Extent {
    /// Sets it, from now on: nothing, figures, findings or everything; a controller who set theirs is the only one
    /// who changes it
    Set {
        controller: PersonId,
        #[arg(value_parser = shown)]
        extent: Shown,
        /// The LEA whose controller it is; without it, a lead controller
        #[arg(long, value_name = "NAME")]
        lea: Option<String>,
    },
    /// Lists what each controller has set
    List,
}

pub fn extent(place: &Place, verb: Extent) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Extent::Set { controller, extent, lea } => {
            session.act(|_| Ok(Act::from(ExtentSet { controller: controller.clone(), lea: lea.clone(), extent })))?;
            let text = format!("{controller} is shown {} from now on", extent_name(extent));
            session.say(&text, json!({ "controller": controller, "lea": lea, "extent": extent }))
        }
        Extent::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadNational, None)?;
            let record = &session.workspace.record;
            let lines = record.extents.iter().map(|set| {
                let of = set.what.lea.as_deref().unwrap_or("lead controller");
                let name = record.name_of(&set.what.controller);
                format!(
                    "{:<16} {name:<24} {of:<20} {} since {}, set by {}",
                    set.what.controller,
                    extent_name(set.what.extent),
                    set.done.day(),
                    if set.by_controller() { "themself".to_owned() } else { record.name_of(&set.done.by) },
                )
            });
            let lines: Vec<String> = lines.collect();
            let text = if lines.is_empty() {
                "No controller has said how much to be shown".to_owned()
            } else {
                lines.join("\n")
            };
            session.say(&text, json!(record.extents))
        }
    }
}

/// The National Auditor's own audits, told to a controller to the extent that they set
#[derive(Debug, clap::Args)]
pub struct Report {
    /// The controller
    #[arg(long, value_name = "PERSON")]
    to: PersonId,
    /// The LEA whose controller it is; without it, a lead controller
    #[arg(long, value_name = "NAME")]
    lea: Option<String>,
    /// Write it as a page too
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub fn report(arguments: Report) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    // A controller reads their own; whatever they were shown beyond it would go past the extent.
    let action = if by == arguments.to { Action::ReadShown } else { Action::IssueReport };
    session.workspace.permit(&by, action, None)?;
    let report = ControllersReport::of(&session.workspace.record, &arguments.to, arguments.lea.as_deref())?;
    if let Some(file) = &arguments.html {
        outgoing::put_new(file, custodes_pages::controllers_report(&report).as_bytes())?;
    }
    session.say(&report_text(&report), json!(report))
}

fn report_text(report: &ControllersReport) -> String {
    let whose = report.lea.as_ref().map_or_else(|| "lead controller".to_owned(), |lea| format!("controller of {lea}"));
    let mut lines = vec![
        "OFFICIAL-SENSITIVE".to_owned(),
        format!("Audits of the National Auditor ({}), for {}, {whose}", report.office, report.controller),
        format!("Shown: {}, as {} set on {}", extent_name(report.extent), who_set_it(report), report.set_on),
    ];
    if report.extent == Shown::Nothing {
        lines.push("Nothing is shown".to_owned());
    } else if report.audits.is_empty() {
        lines.push("No audit of 8.3.3 to 8.3.5 is signed off yet".to_owned());
    }
    report.audits.iter().for_each(|audit| audit_lines(audit, &mut lines));
    lines.join("\n")
}

fn who_set_it(report: &ControllersReport) -> String {
    if report.by_controller {
        return "the controller".to_owned();
    }
    format!("{} (not the controller, who has set nothing)", report.set_by)
}

fn audit_lines(audit: &AuditTold, lines: &mut Vec<String>) {
    lines.push(format!("{} of {} ({}), {} to {}", audit.audit, audit.clause, audit.title, audit.from, audit.to));
    let rate = audit.rate.map_or("no rate".to_owned(), |rate| rate.to_string());
    lines.push(format!(
        "  completed {}, {}: {}, {} examined, {} failed, {rate}",
        audit.completed_on,
        audit.outcome.name(),
        counted(audit.records, "record", "records"),
        grouped(audit.examined),
        grouped(audit.failed)
    ));
    for finding in &audit.findings {
        let closed = finding.closed_on.map_or("open".to_owned(), |on| format!("closed {on}"));
        lines.push(format!(
            "  {}: {}; extent: {}; action: {}; {closed}",
            finding.finding, finding.finds, finding.extent, finding.action
        ));
    }
    if let Some(conclusion) = &audit.conclusion {
        lines.push(format!(
            "  findings: {}; extent: {}; action: {}",
            conclusion.findings, conclusion.extent, conclusion.action
        ));
    }
    for item in &audit.items {
        let note = if item.note.is_empty() { String::new() } else { format!(": {}", item.note) };
        lines.push(format!("  {} {} {}{note}", item.key, item.question, item.verdict.name()));
    }
}
