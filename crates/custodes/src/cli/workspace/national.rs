//! `custodes national`: all LEAs at a glance: what came, what is late, which figures may be compared.

use custodes_compliance::acts::schedule::Outcome;
use custodes_compliance::national::{Came, ClauseFigures, Lea, National};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day};
use crate::cli::Mistakes;
use crate::words::{counted, grouped};
use crate::work::audits::today;

/// All LEAs: returns, punctuality, audits due, demands, and figures beside what made them
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One LEA only
    #[arg(long, value_name = "NAME")]
    lea: Option<String>,
    /// As on another day
    #[arg(long, value_parser = day)]
    as_of: Option<Day>,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ReadNational, None)?;
    let now = session.workspace.looking_at();
    let as_of = arguments.as_of.unwrap_or_else(today);
    let nc_report_days = session.workspace.parameters_at(now)?.whole("nc_report_days");
    let mut view = National::of(&session.workspace.record, as_of, nc_report_days);
    if let Some(only) = &arguments.lea {
        view.leas.retain(|lea| &lea.lea == only);
        if view.leas.is_empty() {
            return Err(format!("{only:?} is not in the register: custodes lea list").into());
        }
        // Beside nothing, figures cannot be compared; they are still shown with what made them.
        for clause in &mut view.figures {
            clause.figures.retain(|figure| &figure.lea == only);
        }
        view.figures.retain(|clause| !clause.figures.is_empty());
    }
    session.say(&text(&view), json!(view))
}

fn text(view: &National) -> String {
    let mut lines = vec![format!("OFFICIAL-SENSITIVE\nAll LEAs on {}", view.as_of)];
    if view.leas.is_empty() {
        lines.push("The register is empty: custodes lea register".to_owned());
    }
    view.leas.iter().for_each(|lea| lea_lines(lea, &mut lines));
    if !view.figures.is_empty() {
        lines.push(
            "\nFigures side by side (failed of examined; the latest audit of each LEA that was signed off)".to_owned(),
        );
        view.figures.iter().for_each(|clause| figure_lines(clause, &mut lines));
    }
    lines.join("\n")
}

fn days(number: i64) -> String {
    counted(number, "day", "days")
}

fn lea_lines(lea: &Lea, lines: &mut Vec<String>) {
    lines.push(format!("\n{} ({})", lea.name, lea.lea));
    what_came(lea, lines);
    for matter in &lea.noncompliances {
        let state = if matter.closed { "closed" } else { "open" };
        lines.push(format!(
            "  non-compliance {} of {}, identified {}, due {}: by receipt {} ({} on {}); as the LEA states {}; {state}",
            matter.noncompliance,
            matter.clause,
            matter.identified_on,
            matter.due,
            matter.by_receipt.in_words(),
            matter.receipt,
            matter.received_on,
            matter.as_stated.in_words(),
        ));
    }
    audit_lines(lea, lines);
    for demand in &lea.demands {
        let state = match (demand.met_on, demand.days_late) {
            (Some(on), 0) => format!("met {on}"),
            (Some(on), late) => format!("met {on}, {} late", days(late)),
            (None, 0) => "open".to_owned(),
            (None, late) => format!("OVERDUE, {} late", days(late)),
        };
        lines.push(format!("  demand         {} {}, due {}: {state}", demand.demand, demand.what, demand.due));
    }
}

fn what_came(lea: &Lea, lines: &mut Vec<String>) {
    lines.push(match &lea.last_bundle {
        Some(last) => format!(
            "  last bundle    {} on {}, proving {}",
            last.receipt,
            last.received_on,
            counted(last.size, "entry", "entries")
        ),
        None => "  last bundle    none came yet".to_owned(),
    });
    lines.push(match &lea.last_witnessed {
        Some(last) => format!("  last witnessed up to entry {}, {}", last.size, last.at),
        None => "  last witnessed never here".to_owned(),
    });
    for refused in &lea.refused_since {
        let why = refused.defects.join("; ");
        lines.push(format!("  REFUSED        {} on {}: {why}", refused.receipt, refused.received_on));
    }
    for expected in &lea.returns {
        let state = match &expected.came {
            Came::Expected => "expected".to_owned(),
            Came::Received { receipt, on, days_late: 0 } => format!("received {on} as {receipt}"),
            Came::Received { receipt, on, days_late } => {
                format!("received {on} as {receipt}, {} LATE", days(*days_late))
            }
            Came::Missing { days_late } => format!("MISSING, {} late", days(*days_late)),
        };
        lines.push(format!("  return         {}, due {}: {state}", expected.what, expected.due));
    }
}

fn audit_lines(lea: &Lea, lines: &mut Vec<String>) {
    for told in &lea.audits {
        lines.push(format!("  audit          {} ({})", super::lea::stated(&told.audit, &told.remarks), told.receipt));
    }
    for due in lea.overdue_audits() {
        let (last, by) = (due.last.map(|day| day.to_string()), due.due.map(|day| day.to_string()));
        lines.push(format!(
            "  OVERDUE        {} ({}): audited last on {}, due {}, {} late",
            due.clause,
            due.title,
            last.unwrap_or_default(),
            by.unwrap_or_default(),
            days(due.days_late)
        ));
    }
    let unknown: Vec<&str> = lea.cadence.iter().filter(|due| due.last.is_none()).map(|due| due.clause).collect();
    if !unknown.is_empty() {
        lines.push(format!("  no audit known of {}", unknown.join(", ")));
    }
}

fn figure_lines(clause: &ClauseFigures, lines: &mut Vec<String>) {
    lines.push(format!("  {}", clause.clause));
    if !clause.unlike.is_empty() {
        lines.push(format!("    NOT made alike, not to be compared: they differ in {}", clause.unlike.join(", ")));
    }
    if clause.periods_differ {
        lines.push("    the periods are not all of one length".to_owned());
    }
    for figure in &clause.figures {
        let rate = figure.rate.map_or("no rate".to_owned(), |rate| rate.to_string());
        let outcome = figure.outcome.map_or("outcome not stated", Outcome::name);
        let planned = figure.planned.as_ref().map_or("no sample planned".to_owned(), |size| format!("planned {size}"));
        let remarks: String = figure.remarks.iter().map(|remark| format!("; {}", remark.to_uppercase())).collect();
        let set: Vec<String> = figure.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let set = if set.is_empty() { "what it rests on by default".to_owned() } else { set.join(", ") };
        lines.push(format!(
            "    {:<16} {} of {}: {rate}; {outcome}; {} in the population, {planned}, {} to {}; {set}{remarks}",
            figure.lea,
            grouped(figure.failed),
            grouped(figure.examined),
            grouped(figure.population),
            figure.from,
            figure.to
        ));
    }
}
