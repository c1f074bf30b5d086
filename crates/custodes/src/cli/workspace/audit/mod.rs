//! `custodes audit`: from opening to sign-off.

mod exceptions;
mod records;

use std::path::PathBuf;

use custodes_compliance::acts::audit::{
    AuditCompleted, AuditHandedOver, AuditSignedOff, ItemsAssigned, QueryAnswered, QueryRaised, Settled,
};
use custodes_compliance::acts::schedule::Outcome;
use custodes_compliance::acts::{Act, AuditId, PersonId, QueryId};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, Session, day, name};
use crate::cli::Mistakes;
use crate::words::counted;
use crate::work::audits::{self, Because};

fn outcome(text: &str) -> Result<Outcome, String> {
    [Outcome::Satisfactory, Outcome::Unsatisfactory]
        .into_iter()
        .find(|outcome| outcome.name() == text.to_lowercase())
        .ok_or_else(|| format!("{text:?}: write satisfactory or unsatisfactory"))
}

/// An audit, from its opening to its sign-off
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Opens an audit of a clause over the period since the previous one
    Open {
        /// The clause, as the standard numbers it: 8.2.4.a
        clause: String,
        /// The first day of the period
        #[arg(long, value_parser = day)]
        from: Day,
        /// The first day after it: a quarter from 2026-07-01 goes to 2026-10-01
        #[arg(long, value_parser = day)]
        to: Day,
        /// Why days that another audit covers are audited again
        #[arg(long, value_name = "REASON")]
        again: Option<String>,
        /// Why the period begins later than the audit before, and days are left out
        #[arg(long, value_name = "REASON")]
        later_because: Option<String>,
        /// Why it ends long before today, and days are left out
        #[arg(long, value_name = "REASON")]
        earlier_because: Option<String>,
    },
    /// Lists the audits and how far they have come
    List,
    /// Shows one audit whole
    Show {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
    },
    /// Another auditor goes on with it
    HandOver {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// Who goes on with it
        #[arg(value_name = "PERSON")]
        to: PersonId,
        /// Why the first does not
        #[arg(long)]
        reason: String,
    },
    /// Puts records on the worklist that no draw chose: all of the clause's, or those pointed at
    Add {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// Records pointed at: they are kept apart, and no rate is estimated from them. "*" stands for the whole,
        /// where a clause's questions are asked of no single record
        keys: Vec<String>,
        /// Every record that the clause is about in the period
        #[arg(long, conflicts_with = "keys")]
        everything: bool,
        /// Why these records are looked at
        #[arg(long)]
        reason: String,
    },
    /// What is to be judged: by whom, and what is open
    Worklist {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
    },
    /// Shows one record as it was taken in, and the questions about it
    Item {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// The record's key, as the worklist has it
        key: String,
    },
    /// Gives records to a reviewer
    Assign {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// Who judges them
        #[arg(long, value_name = "PERSON")]
        to: PersonId,
        /// The records' keys, as the worklist has them
        #[arg(required = true)]
        keys: Vec<String>,
    },
    /// Judges a record: QUESTION=pass, fail or not-assessable, or all=…; or many records, from a file
    Judge {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// The record's key, as the worklist has it
        #[arg(required_unless_present = "from")]
        key: Option<String>,
        /// An answer to each question that the worklist names: reason=fail; or all=pass
        #[arg(required_unless_present = "from", value_name = "QUESTION=VERDICT")]
        verdicts: Vec<String>,
        /// Why it does not pass: needed with fail and not-assessable
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
        /// A CSV file of answers instead, with the columns key, question (or `all`), verdict and note; where one
        /// row may not be recorded, none is
        #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "verdicts", "note"])]
        from: Option<PathBuf>,
    },
    /// Asks somebody who can answer about a record; a clock runs
    Query {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// The record's key, as the worklist has it
        key: String,
        /// Who can answer
        #[arg(long, value_name = "PERSON")]
        to: PersonId,
        /// The last day for the answer
        #[arg(long, value_name = "DAY", value_parser = day)]
        due: Day,
        /// The question
        #[arg(long, value_name = "QUESTION")]
        asks: String,
    },
    /// Answers a query that was put to the person who acts
    Answer {
        #[arg(value_parser = name::<QueryId>)]
        query: QueryId,
        answer: String,
    },
    /// Attaches a file to an audit, a record, a query or a finding
    Attach {
        file: PathBuf,
        /// A1, A1/KEY, Q1, F1 or N1
        #[arg(long)]
        to: String,
        /// What it shows
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// What the machine found in the audited period, and what people said of it
    Exceptions {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
    },
    /// Confirms or dismisses exceptions, with a reason
    Settle {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// confirmed or dismissed
        #[arg(value_name = "WORD", value_parser = exceptions::settled)]
        settled: Settled,
        /// The code; every exception of the clause with it, unless subjects are named
        #[arg(long)]
        code: String,
        /// One of them, by what it is about; may be repeated
        #[arg(long)]
        subject: Vec<String>,
        /// Why it is one, or is none
        #[arg(long)]
        reason: String,
    },
    /// The auditor's word that it is done: findings, extent, action
    Complete {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        /// satisfactory or unsatisfactory
        #[arg(long, value_parser = outcome)]
        outcome: Outcome,
        /// What was found, in words; none where nothing was
        #[arg(long)]
        findings: String,
        /// How far non-compliance reaches; none where there is none
        #[arg(long)]
        extent: String,
        /// What is to be done; none where nothing is
        #[arg(long)]
        action: String,
    },
    /// A second person's sign-off; what is changed later voids it
    SignOff {
        #[arg(value_parser = name::<AuditId>)]
        audit: AuditId,
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
}

pub fn run(place: &Place, verb: Verb) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Verb::Open { clause, from, to, again, later_because, earlier_because } => {
            let by = session.by.clone();
            let because = Because { again, later: later_because, earlier: earlier_because };
            let audit = audits::open(&mut session.workspace, &by, &clause, (from, to), &because)?;
            let (of, _) = audits::clause_of(&session.workspace.record, &audit)?;
            let text = format!("{audit}: audit of {clause}, {}, from {from} up to {to}. Next: {}", of.title, next(of));
            session.say(&text, json!({ "audit": audit }))
        }
        Verb::List => list(&mut session),
        Verb::Show { audit } => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadAudits, Some(&audit))?;
            let (_, state) = audits::clause_of(&session.workspace.record, &audit)?;
            session.say(&shown(&session, &state), json!(state))
        }
        Verb::HandOver { audit, to, reason } => {
            session.act(|_| Ok(Act::from(AuditHandedOver { audit, to: to.clone(), reason: reason.clone() })))?;
            session.say(&format!("{audit} is {to}'s now"), json!({ "audit": audit, "auditor": to }))
        }
        Verb::Add { audit, keys, everything, reason } => records::add(&mut session, audit, keys, everything, &reason),
        Verb::Worklist { audit } => records::worklist(&mut session, audit),
        Verb::Item { audit, key } => records::item(&mut session, audit, &key),
        Verb::Assign { audit, to, keys } => {
            session.act(|_| Ok(Act::from(ItemsAssigned { audit, keys: keys.clone(), to: to.clone() })))?;
            session.say(
                &format!("{} of {audit} for {to} to judge", counted(keys.len(), "record", "records")),
                json!({ "audit": audit, "to": to }),
            )
        }
        Verb::Judge { audit, from: Some(file), .. } => records::judge_from(&mut session, audit, &file),
        Verb::Judge { audit, key, verdicts, note, .. } => {
            records::judge(&mut session, audit, &key.unwrap_or_default(), &verdicts, &note)
        }
        Verb::Query { audit, key, to, due, asks } => {
            session.act(|workspace| {
                let query = workspace.record.next_query();
                let (key, to, asks) = (key.clone(), to.clone(), asks.clone());
                Ok(Act::from(QueryRaised { query, audit, key, to, asks, due }))
            })?;
            let query =
                session.workspace.record.queries.keys().next_back().map(ToString::to_string).unwrap_or_default();
            session.say(&format!("{query} put to {to}, due {due}"), json!({ "query": query }))
        }
        Verb::Answer { query, answer } => {
            session.act(|_| Ok(Act::from(QueryAnswered { query, answer: answer.clone() })))?;
            session.say(&format!("{query} answered"), json!({ "query": query }))
        }
        Verb::Attach { file, to, note } => records::attach(&mut session, &file, &to, &note),
        Verb::Exceptions { audit } => exceptions::list(&mut session, audit),
        Verb::Settle { audit, settled, code, subject, reason } => {
            exceptions::settle(&mut session, audit, settled, &code, &subject, &reason)
        }
        Verb::Complete { audit, outcome, findings, extent, action } => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ConductAudit, Some(&audit))?;
            let population = match outcome {
                Outcome::Satisfactory => audits::population(&session.workspace, &audit)?,
                Outcome::Unsatisfactory => None,
            };
            complete(&mut session, AuditCompleted { audit, outcome, findings, extent, action, population })
        }
        Verb::SignOff { audit, note } => {
            session.act(|_| Ok(Act::from(AuditSignedOff { audit, note: note.clone() })))?;
            session
                .say(&format!("{audit} is signed off, and counts as a review of its clause"), json!({ "audit": audit }))
        }
    }
}

fn complete(session: &mut Session, completed: AuditCompleted) -> Result<u8, Mistakes> {
    let audit = completed.audit;
    let open = exceptions::open(session, audit)?;
    if !open.is_empty() {
        let (clause, _) = audits::clause_of(&session.workspace.record, &audit)?;
        return Err(format!(
            "{} of {} neither confirmed nor dismissed yet: custodes audit exceptions {audit} lists them, \
             custodes audit settle answers",
            counted(open.len(), "exception", "exceptions"),
            clause.id,
        )
        .into());
    }
    session.act(|_| Ok(Act::from(completed.clone())))?;
    session.say(
        &format!("{audit} is completed; a second person signs it off (custodes audit sign-off)"),
        json!({ "audit": audit }),
    )
}

fn next(clause: &custodes_standard::model::Clause) -> &'static str {
    match clause.sample {
        custodes_standard::model::Sample::Rate { .. } => "custodes plan commit",
        custodes_standard::model::Sample::All => "custodes audit add --everything",
        custodes_standard::model::Sample::None => {
            "custodes audit add, custodes audit judge, custodes audit exceptions, then custodes audit complete"
        }
    }
}

fn list(session: &mut Session) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ListAudits, None)?;
    let audits = &session.workspace.record.audits;
    let lines = audits.iter().map(|(id, audit)| {
        let judged = audit.worklist().filter(|(_, item)| !item.judged.is_empty()).count();
        format!(
            "{id:<5} {:<8} {} up to {}  {:<28} {judged} of {} begun",
            audit.what.clause,
            audit.what.from,
            audit.what.to,
            audit.stage().name(),
            counted(audit.worklist().count(), "record", "records")
        )
    });
    let text: Vec<String> = lines.collect();
    let rows: Vec<_> = audits.iter().map(|(id, audit)| json!({ "audit": id, "clause": audit.what.clause, "from": audit.what.from, "to": audit.what.to, "stage": audit.stage().name() })).collect();
    session.say(&if text.is_empty() { "No audit was opened yet".to_owned() } else { text.join("\n") }, json!(rows))
}

fn shown(session: &Session, audit: &custodes_compliance::record::Audit) -> String {
    let record = &session.workspace.record;
    let mut lines = vec![
        format!("{}  {} from {} up to {}", audit.what.audit, audit.what.clause, audit.what.from, audit.what.to),
        format!(
            "  {}; opened by {} on {}; auditor {}",
            audit.stage().name(),
            record.name_of(&audit.opened.by),
            audit.opened.day(),
            record.name_of(&audit.auditor)
        ),
    ];
    for (place, plan) in audit.plans.iter().enumerate() {
        let state = match (&plan.superseded, &plan.drawn) {
            (Some((done, reason)), _) => format!("superseded on {}: {reason}", done.day()),
            (None, Some((done, drawn))) => {
                format!("{} of {} drawn on {}", drawn.sample.len(), drawn.population, done.day())
            }
            (None, None) => "not drawn yet".to_owned(),
        };
        let adds = plan.plan.tops_up.map(|number| format!(", which adds to plan {number}")).unwrap_or_default();
        let strata = plan.plan.strata.as_ref().map(|of| format!(" in strata by {}", of.column)).unwrap_or_default();
        let frozen = counted(plan.plan.frame.count, "record", "records");
        lines.push(format!("  plan {}{adds}: {frozen} frozen{strata}, {state}", place + 1));
        let drawn = plan.drawn.as_ref().filter(|_| plan.superseded.is_none());
        let buys = drawn.and_then(|(_, drawn)| super::plan::what_it_buys(&plan.plan, drawn));
        lines.extend(buys.map(|sentence| format!("    {sentence}")));
    }
    for (id, finding) in audit.findings(&record.findings) {
        let state = if finding.closed.is_some() { "closed" } else { "open" };
        lines.push(format!("  {id} ({state}): {}", finding.what.finds));
    }
    if let Some((done, completed)) = &audit.completed {
        lines.push(format!(
            "  completed by {} on {}: {}",
            record.name_of(&done.by),
            done.day(),
            completed.outcome.name()
        ));
    }
    if let Some((done, _)) = &audit.signed_off {
        lines.push(format!("  signed off by {} on {}", record.name_of(&done.by), done.day()));
    }
    for (signed, edited) in &audit.voided {
        lines.push(format!(
            "  the sign-off of {} on {} was voided by a change on {}",
            record.name_of(&signed.by),
            signed.day(),
            edited.day()
        ));
    }
    lines.join("\n")
}
