//! Opening an audit: of which clause, and of which days. Whoever chose the days would choose what is looked at.

use custodes_standard::model::{By, Clause, Period, Sample};

use super::{Steps, clause, ensure, given};
use crate::acts::audit::AuditOpened;
use crate::acts::people::Kind;
use crate::cadence::{declared_period, due_before};
use crate::record::Record;
use crate::record::admission::Actor;
use crate::record::audit::Stage;
use crate::time::Day;

/// So many days may lie between the end of the period and the day on which the audit is opened: evidence takes a
/// while to come.
const ENDED_DAYS_AGO: i64 = 31;

pub(super) fn refusals(record: &Record, act: &AuditOpened, actor: &Actor<'_>) -> Steps {
    let clause = clause(&act.clause)?;
    conducted_here(record, clause)?;
    ensure(act.from < act.to, || "the period ends before it begins".to_owned())?;
    let today = actor.today();
    ensure(act.to <= today, || {
        format!(
            "the period ends on {}, and what has not happened yet cannot be audited: end it on {today} (--to)",
            act.to
        )
    })?;
    all_days_since(clause, act, today)?;
    again(record, act)
}

fn conducted_here(record: &Record, clause: &Clause) -> Steps {
    let kind = record.workspace.as_ref().map(|workspace| workspace.what.kind);
    match (clause.by, kind) {
        (By::Auditor, Some(Kind::Lea)) | (By::NationalAuditor, Some(Kind::National)) => Ok(()),
        (By::NationalAuditor, _) => Err(format!("{} is the National Auditor's, in the national workspace", clause.id)),
        (By::Auditor, _) => Err(format!("{} is audited by each LEA, in its own workspace", clause.id)),
        (By::Lea, _) => {
            Err(format!("{} is reviewed by the LEA and is no audit: record it with `custodes review`", clause.id))
        }
        (By::Nobody, _) => Err(format!("{} is no audit of its own: it is part of another's", clause.id)),
    }
}

/// A repeated audit is of all days since the one before; where none is known, of the period in which the clause is
/// audited. Days left out, at either end, need a reason, which the report prints.
fn all_days_since(clause: &Clause, act: &AuditOpened, today: Day) -> Steps {
    let Some(period) = declared_period(clause) else { return Ok(()) };
    let begins = act.previous.unwrap_or_else(|| due_before(act.to, period));
    if begins < act.from {
        let known = match act.previous {
            Some(previous) => {
                format!("{} was audited before on {previous}, and the days since then are the period", clause.id)
            }
            None => {
                format!("no earlier audit of {} is known, and it is repeated every {}", clause.id, in_words(period))
            }
        };
        reason(&act.later_because, "the reason for leaving days out", || {
            format!("{known}: begin there (--from {begins}), or give the reason for leaving days out (--later-because)")
        })?;
    }
    if act.to.plus_days(ENDED_DAYS_AGO) < today {
        reason(&act.earlier_because, "the reason for ending early", || {
            format!(
                "the period ends on {}, and the days since then would not be looked at: end it on {today} (--to), or \
                 give the reason for ending early (--earlier-because)",
                act.to
            )
        })?;
    }
    let Some(previous) = act.previous else { return Ok(()) };
    // The 30 days are chosen among those since the audit before (8.2.4); other audits may look further back.
    let windowed = matches!(clause.sample, Sample::Rate { window_days: Some(_), .. });
    if previous >= act.to || (windowed && act.from < previous) {
        reason(&act.again_because, "the reason for auditing again", || {
            format!(
                "{} was audited before on {previous}: begin there (--from {previous}), or give the reason for auditing \
                 days again that were audited (--again)",
                clause.id
            )
        })?;
    }
    Ok(())
}

/// A second draw of the same days is a visible supersession in the audit that drew first, or another audit once that
/// one is signed off: nobody lets a sample go that they did not like.
fn again(record: &Record, act: &AuditOpened) -> Steps {
    for other in record.audits.values().filter(|other| other.overlaps(&act.clause, act.from, act.to)) {
        let id = other.what.audit;
        reason(&act.again_because, "the reason for auditing again", || {
            format!(
                "{id} already audits {} for days of this period: give a reason to audit them again (--again)",
                act.clause
            )
        })?;
        ensure(other.ever_drawn() == 0 || other.stage() == Stage::SignedOff, || {
            format!(
                "{id} has drawn a sample of days of this period and is not signed off: finish it, or let another draw \
                 take its place there, with the reason (custodes plan supersede {id})"
            )
        })?;
    }
    Ok(())
}

fn reason(stated: &Option<String>, what: &str, otherwise: impl FnOnce() -> String) -> Steps {
    match stated {
        Some(stated) => given(stated, what),
        None => Err(otherwise()),
    }
}

fn in_words(period: Period) -> String {
    match period {
        Period::Days(days) => format!("{days} days"),
        Period::Months(1) => "month".to_owned(),
        Period::Months(months) => format!("{months} months"),
    }
}
