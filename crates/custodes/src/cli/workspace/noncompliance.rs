//! `custodes noncompliance`: on its 28 days to the National Auditor, and until it is closed.

use custodes_compliance::acts::matter::{
    NoncomplianceClosed, NoncomplianceIdentified, NoncomplianceReported, NoncomplianceRetested, NoncomplianceWorked,
};
use custodes_compliance::acts::{Act, AuditId, FindingId, Mark, NoncomplianceId, PersonId};
use custodes_compliance::record::Noncompliance as Noncompliant;
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, Session, day, name};
use crate::cli::Mistakes;
use crate::words::counted;
use crate::work::{WorkError, audits::today, random};

/// 8.2.8 asks that it does.
const WITHOUT_REPORT: &str = "no audit report went with it";

/// Non-compliance, on its 28 days to the National Auditor
#[derive(Debug, clap::Subcommand)]
pub enum Noncompliance {
    /// Puts non-compliance on record; the clock runs from the day on which it was identified
    Identify {
        /// The clause, as the standard numbers it: 8.2.4.a
        clause: String,
        /// What it is, in a sentence
        what: String,
        /// The day on which it was identified; today without it
        #[arg(long, value_name = "DAY", value_parser = day)]
        on: Option<Day>,
        /// The finding that it comes from
        #[arg(long, value_parser = name::<FindingId>)]
        finding: Option<FindingId>,
    },
    /// It was reported to the National Auditor, with the audit report
    Report {
        #[arg(value_parser = name::<NoncomplianceId>)]
        noncompliance: NoncomplianceId,
        /// The reference of the letter or message
        #[arg(long)]
        reference: String,
        /// The day on which it was reported; today without it
        #[arg(long, value_name = "DAY", value_parser = day)]
        on: Option<Day>,
        /// The audit report that went with it: its SHA-256, or the audit, for the report of it that was issued last
        #[arg(long, value_name = "SHA256|A1")]
        report: Option<String>,
        /// Why it is put on record only now; needed where it was reported more than 7 days ago
        #[arg(long, value_name = "TEXT")]
        late_because: Option<String>,
    },
    /// Its root cause, what is done, by whom, by when
    Work {
        #[arg(value_parser = name::<NoncomplianceId>)]
        noncompliance: NoncomplianceId,
        /// Why it came about
        #[arg(long, default_value = "", hide_default_value = true)]
        root_cause: String,
        /// What is done about it
        #[arg(long, default_value = "", hide_default_value = true)]
        action: String,
        /// Who sees to it
        #[arg(long, value_name = "PERSON")]
        owner: Option<PersonId>,
        /// By when
        #[arg(long, value_name = "DAY", value_parser = day)]
        due: Option<Day>,
    },
    /// It was tested again
    Retest {
        #[arg(value_parser = name::<NoncomplianceId>)]
        noncompliance: NoncomplianceId,
        /// How it was tested
        #[arg(long)]
        how: String,
        /// The test failed; it passed without this
        #[arg(long)]
        failed: bool,
    },
    /// Closes it; another person than recorded it
    Close {
        #[arg(value_parser = name::<NoncomplianceId>)]
        noncompliance: NoncomplianceId,
        #[arg(long)]
        reason: String,
    },
    /// Lists all, the most urgent first
    List,
}

pub fn noncompliance(place: &Place, verb: Noncompliance) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Noncompliance::Identify { clause, what, on, finding } => {
            identify(&mut session, &clause, &what, on.unwrap_or_else(today), finding)
        }
        Noncompliance::Report { noncompliance, reference, on, report, late_because } => {
            let reported_on = on.unwrap_or_else(today);
            let report_sha256 = report;
            let what = NoncomplianceReported { noncompliance, reported_on, reference, report_sha256, late_because };
            reported(&mut session, &what)
        }
        Noncompliance::Work { noncompliance, root_cause, action, owner, due } => {
            session.act(|_| {
                let (root_cause, action, owner) = (root_cause.clone(), action.clone(), owner.clone());
                Ok(Act::from(NoncomplianceWorked { noncompliance, root_cause, action, owner, due }))
            })?;
            session.say(&format!("{noncompliance}: on record"), json!({ "noncompliance": noncompliance }))
        }
        Noncompliance::Retest { noncompliance, how, failed } => {
            session
                .act(|_| Ok(Act::from(NoncomplianceRetested { noncompliance, passed: !failed, how: how.clone() })))?;
            session.say(
                &format!("{noncompliance}: tested again, {}", if failed { "and it failed" } else { "with success" }),
                json!({ "noncompliance": noncompliance, "passed": !failed }),
            )
        }
        Noncompliance::Close { noncompliance, reason } => {
            session.act(|_| Ok(Act::from(NoncomplianceClosed { noncompliance, reason: reason.clone() })))?;
            session.say(&format!("{noncompliance} closed"), json!({ "noncompliance": noncompliance }))
        }
        Noncompliance::List => list(&mut session),
    }
}

fn identify(
    session: &mut Session,
    clause: &str,
    what: &str,
    on: Day,
    finding: Option<FindingId>,
) -> Result<u8, Mistakes> {
    let mark = Mark::of(random()?);
    session.act(|workspace| {
        Ok(Act::from(NoncomplianceIdentified {
            noncompliance: workspace.record.next_noncompliance(),
            mark: mark.clone(),
            clause: clause.to_owned(),
            finding,
            identified_on: on,
            what: what.to_owned(),
        }))
    })?;
    let days = report_days(session)?;
    let newest = session.workspace.record.noncompliances.iter().next_back();
    let (id, due) =
        newest.map_or(Default::default(), |(id, matter)| (id.to_string(), matter.report_due(days).to_string()));
    session.say(
        &format!("{id} identified on {on}: to the National Auditor, with the audit report, by {due}"),
        json!({ "noncompliance": id, "report_due": due }),
    )
}

fn reported(session: &mut Session, what: &NoncomplianceReported) -> Result<u8, Mistakes> {
    let (noncompliance, on) = (what.noncompliance, what.reported_on);
    let before = session.workspace.record.noncompliances.get(&noncompliance).is_some_and(|of| of.reported.is_some());
    let report_sha256 = what.report_sha256.as_deref().map(|named| report_named(session, named)).transpose()?;
    session.act(|_| Ok(Act::from(NoncomplianceReported { report_sha256: report_sha256.clone(), ..what.clone() })))?;
    let days = report_days(session)?;
    let matter = session.workspace.record.noncompliances.get(&noncompliance);
    let late = matter.map_or(0, |matter| on.days_since(matter.report_due(days)));
    let word =
        if late > 0 { format!("{} late", counted(late.unsigned_abs(), "day", "days")) } else { "in time".to_owned() };
    let stated_on = matter.and_then(Noncompliant::stated_on);
    let lacks = matter.is_some_and(Noncompliant::lacks_audit_report);
    let text = if before {
        format!("{noncompliance}: the audit report followed on {on}; it was reported before")
    } else {
        let stated = stated_on.map_or(String::new(), |day| format!(" (stated on {day})"));
        let without = if lacks {
            format!("; {WITHOUT_REPORT}, for which 8.2.8 asks: name it before {noncompliance} is closed (--report)")
        } else {
            String::new()
        };
        format!("{noncompliance} reported on {on}, {word}{stated}{without}")
    };
    session.say(
        &text,
        json!({
            "noncompliance": noncompliance, "reported_on": on, "days_late": late.max(0), "stated_on": stated_on,
            "lacks_audit_report": lacks,
        }),
    )
}

/// The SHA-256 of a report: as it was given, or of the one issued last of the audit that was named.
fn report_named(session: &mut Session, named: &str) -> Result<String, WorkError> {
    let Ok(audit) = named.parse::<AuditId>() else { return Ok(named.to_owned()) };
    // Whoever may not report is not told which reports there are.
    let by = session.by.clone();
    session.workspace.permit(&by, Action::HandleNoncompliance, None)?;
    let issued = session.workspace.record.audits.get(&audit).and_then(|audit| audit.reports.last());
    let (_, report) = issued.ok_or_else(|| format!("no report of {audit} was issued: custodes report {audit}"))?;
    Ok(report.sha256.clone())
}

fn list(session: &mut Session) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::WorkNoncompliance, None)?;
    let (days, today) = (report_days(session)?, today());
    let record = &session.workspace.record;
    let mut matters: Vec<_> = record.noncompliances.iter().collect();
    matters.sort_by_key(|(id, matter)| {
        (matter.closed.is_some(), matter.reported.is_some(), matter.report_due(days), **id)
    });
    let lines = matters.iter().map(|(id, matter)| {
        let due = matter.report_due(days);
        let state = match (&matter.closed, &matter.reported) {
            (Some(_), _) => "closed".to_owned(),
            (None, Some((_, reported))) => {
                let stated = matter.stated_on().map_or(String::new(), |day| format!(", stated on {day}"));
                let without = if matter.lacks_audit_report() { format!(", {WITHOUT_REPORT}") } else { String::new() };
                format!("reported on {}{stated}{without}", reported.reported_on)
            }
            (None, None) if today > due => {
                format!("NOT REPORTED, {} past its date {due}", counted(today.days_since(due), "day", "days"))
            }
            (None, None) => {
                format!("to be reported by {due}, {} left", counted(due.days_since(today), "day", "days"))
            }
        };
        format!("{id:<5} {:<8} {state}: {}", matter.what.clause, matter.what.what)
    });
    let text: Vec<String> = lines.collect();
    session.say(
        &if text.is_empty() { "No non-compliance is on record".to_owned() } else { text.join("\n") },
        json!(record.noncompliances),
    )
}

/// Within how many days non-compliance is reported, by the parameters of today.
fn report_days(session: &Session) -> Result<i64, crate::work::WorkError> {
    let now = session.workspace.looking_at();
    Ok(session.workspace.parameters_at(now)?.whole("nc_report_days"))
}
