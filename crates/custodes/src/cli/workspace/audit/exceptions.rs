//! What the machine found under an audit's clause, and what people say of it.

use std::collections::BTreeSet;

use custodes_compliance::acts::audit::{ExceptionName, ExceptionsSettled, Settled};
use custodes_compliance::acts::{Act, AuditId};
use custodes_compliance::roles::Action;
use serde_json::json;

use super::super::Session;
use crate::cli::Mistakes;
use crate::cli::board::could_not;
use crate::words::counted;
use crate::work::{WorkError, audits};

pub fn settled(text: &str) -> Result<Settled, String> {
    match text {
        "confirmed" => Ok(Settled::Confirmed),
        "dismissed" => Ok(Settled::Dismissed),
        _ => Err(format!("{text:?}: write confirmed or dismissed")),
    }
}

/// What the machine found under an audit's clause, in its period.
struct Looked {
    /// Each exception, with what it says.
    found: Vec<(ExceptionName, String)>,
    /// Why it cannot be established whether there are others.
    could_not: Vec<String>,
}

fn looked(session: &Session, audit: AuditId) -> Result<Looked, WorkError> {
    let (clause, state) = audits::clause_of(&session.workspace.record, &audit)?;
    let checked = session.workspace.check(audits::window_of(&state)?, &BTreeSet::from([clause.id]))?;
    let text = |moment: Option<custodes_compliance::event::Moment>| moment.map(|m| m.to_string()).unwrap_or_default();
    let named = checked.outcome.exceptions.iter().map(|exception| {
        let name = ExceptionName {
            clause: exception.clause.to_owned(),
            code: exception.code.to_owned(),
            subject: exception.subject.clone(),
            due: text(exception.due),
            done: text(exception.done),
        };
        (name, exception.detail.clone())
    });
    // Whether this very audit is late or missing is not for itself to settle.
    let own = |name: &ExceptionName| name.code.starts_with("review_") || name.code.starts_with("sample_");
    let could_not = checked.outcome.clauses.first().map(could_not).unwrap_or_default();
    Ok(Looked { found: named.filter(|(name, _)| !own(name)).collect(), could_not })
}

/// Those that nobody has confirmed or dismissed.
pub fn open(session: &mut Session, audit: AuditId) -> Result<Vec<ExceptionName>, WorkError> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ConductAudit, Some(&audit))?;
    let (_, state) = audits::clause_of(&session.workspace.record, &audit)?;
    let found = looked(session, audit)?.found.into_iter().map(|(name, _)| name);
    Ok(found.filter(|name| !state.exceptions.contains_key(name)).collect())
}

pub fn list(session: &mut Session, audit: AuditId) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ReadAudits, Some(&audit))?;
    let (_, state) = audits::clause_of(&session.workspace.record, &audit)?;
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    let Looked { found, could_not } = looked(session, audit)?;
    for (name, detail) in found {
        let settled = state.exceptions.get(&name);
        let word = match settled.map(|settled| settled.settled) {
            Some(Settled::Confirmed) => "confirmed",
            Some(Settled::Dismissed) => "dismissed",
            None => "open",
        };
        lines.push(format!("  {word:<10} {:<26} {:<24} {detail}", name.code, name.subject));
        rows.push(json!({ "exception": name, "detail": detail, "settled": settled }));
    }
    if lines.is_empty() {
        lines.push("The machine found no exception under this clause in the period".to_owned());
    }
    // What was not looked at shows no exception either.
    lines
        .extend(could_not.into_iter().map(|why| format!("  it cannot be established whether there are others: {why}")));
    session.say(&lines.join("\n"), json!(rows))
}

pub fn settle(
    session: &mut Session,
    audit: AuditId,
    settled: Settled,
    code: &str,
    subjects: &[String],
    reason: &str,
) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ConductAudit, Some(&audit))?;
    let wanted = |name: &ExceptionName| name.code == code && (subjects.is_empty() || subjects.contains(&name.subject));
    let exceptions: Vec<ExceptionName> =
        looked(session, audit)?.found.into_iter().map(|(name, _)| name).filter(wanted).collect();
    if exceptions.is_empty() {
        return Err(format!("there is no such exception: custodes audit exceptions {audit}").into());
    }
    let (clause, _) = audits::found(&session.workspace.record, &audit)?;
    let subjects = exceptions.iter().map(|name| name.subject.clone()).collect();
    let owners = audits::owners_of(&session.workspace, clause, &subjects)?;
    session.act(|_| {
        let (exceptions, reason, owners) = (exceptions.clone(), reason.to_owned(), owners.clone());
        Ok(Act::from(ExceptionsSettled { audit, exceptions, settled, reason, owners }))
    })?;
    let word = if settled == Settled::Confirmed { "confirmed" } else { "dismissed" };
    session.say(
        &format!("{word}: {} of {code}", counted(exceptions.len(), "exception", "exceptions")),
        json!({ "audit": audit, "settled": exceptions }),
    )
}
