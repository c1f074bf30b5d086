//! The report of one audit as a plain struct, from which every form of it is made: page, PDF, sheet, OSCAL.
//!
//! It is a function of the record and of the [`Facts`]: the same of both give the same report. It names
//! records by their keys and holds no plate. It never speaks of suspected misuse, which has a route of its
//! own, and it never counts a record without a verdict as one that passed.

mod exceptions;
mod facts;
mod items;
mod judges;
mod limits;
mod matters;
mod people;
mod plans;
mod repeat;
mod results;
mod sign_off;
#[cfg(test)]
mod tests;

use serde::Serialize;

use custodes_standard::v3;

use crate::acts::audit::Matter;
use crate::acts::{AuditId, PersonId};
use crate::record::{Audit, Done, Record};
use crate::time::{Day, Instant};

pub use exceptions::{CovertExceptions, ExceptionTold, ExceptionsTold, SettledTold};
pub use facts::{
    AssumedParameter, Checkpoint, ClauseOutcome, Facts, FoundException, InputFile, Looked, NotWhole, SetOtherwise,
    Witnessed,
};
pub use items::{Answer, Attachment, Given, Group, ItemTold, WITHHELD};
pub use judges::Judges;
pub use limits::NotEstablished;
pub use matters::{Answered, Conclusion, FindingTold, NoncomplianceTold, Punctuality, QueryTold, RetestTold, WorkTold};
pub use people::{Independence, Part, Participant, RoleHeld};
pub use plans::{ContributionTold, DrawTold, EvidenceUsed, PlanTold, Reasoned, SeedPart, StrataTold};
pub use repeat::{Repeat, SAMPLER};
pub use results::{GroupResults, QuestionTally, Statement, Tally};
pub use sign_off::{SignOff, VoidedSignOff};

/// Who did something, by id and by the name that the record has now; when; in which entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoneBy {
    pub person: PersonId,
    pub name: String,
    pub at: Instant,
    pub entry: u64,
}

impl DoneBy {
    fn of(record: &Record, done: &Done) -> DoneBy {
        DoneBy { person: done.by.clone(), name: record.name_of(&done.by), at: done.at, entry: done.entry }
    }
}

/// What was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audited {
    pub audit: AuditId,
    /// The LEA; in a national workspace, the office.
    pub lea: String,
    pub clause: String,
    pub title: &'static str,
    /// What the clause asks, in the product's words.
    pub asks: &'static str,
    /// What record the standard wants kept of it.
    pub record: &'static str,
    /// First and last day of the period.
    pub from: Day,
    pub last: Day,
    /// Why the clause and period are audited again.
    pub again_because: Option<String>,
    pub opened: DoneBy,
    /// How far the audit had come: `signed off`.
    pub stage: &'static str,
}

/// Everything that a report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    pub audited: Audited,
    pub made_at: Instant,
    pub program: String,
    pub standard: String,
    pub checkpoint: Checkpoint,
    /// Latest last.
    pub witnessed: Vec<Witnessed>,
    pub people: Vec<Participant>,
    pub conclusion: Option<Conclusion>,
    pub sign_off: Option<SignOff>,
    pub voided: Vec<VoidedSignOff>,
    pub outcome: Option<ClauseOutcome>,
    pub plans: Vec<PlanTold>,
    /// Only the groups that there are, in the order of [`Group::ALL`].
    pub results: Vec<GroupResults>,
    pub exceptions: ExceptionsTold,
    pub queries: Vec<QueryTold>,
    pub findings: Vec<FindingTold>,
    pub nc_report_days: i64,
    pub noncompliances: Vec<NoncomplianceTold>,
    /// Files attached to the audit itself.
    pub attachments: Vec<Attachment>,
    pub not_established: Vec<NotEstablished>,
    pub assumed: Vec<AssumedParameter>,
    pub inputs: Vec<InputFile>,
    pub judges: Judges,
}

/// Why no report can be made. What an audit lacks is no error: the report says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    #[error("there is no audit {audit} in this workspace: `custodes audit list` shows those there are")]
    NoAudit { audit: AuditId },
    #[error(
        "audit {audit} is of clause {clause:?}, which version 3.0 of the standard does not have: use the version of the program that opened it"
    )]
    NoClause { audit: AuditId, clause: String },
    #[error(
        "the journal was opened by no entry that can be read, so nobody can say whose audit {audit} is: verify the workspace"
    )]
    NoWorkspace { audit: AuditId },
    #[error(
        "the checkpoint is over {checkpoint} entries and the record over {record}: make the report from a checkpoint of the same journal and size"
    )]
    OtherCheckpoint { checkpoint: u64, record: u64 },
    #[error(
        "the outcome is of clause {outcome} and audit {audit} of {clause}: give the outcome of the audit's own clause"
    )]
    OtherClause { audit: AuditId, clause: String, outcome: String },
}

impl AuditReport {
    /// The report of an audit as it stands, completed or not.
    ///
    /// # Errors
    /// An audit or clause that is not there; facts about something else than this record and audit.
    pub fn of(record: &Record, audit: &AuditId, facts: Facts) -> Result<AuditReport, ReportError> {
        let id = *audit;
        let audit = record.audits.get(audit).ok_or(ReportError::NoAudit { audit: id })?;
        let clause = v3::clause(&audit.what.clause)
            .ok_or_else(|| ReportError::NoClause { audit: id, clause: audit.what.clause.clone() })?;
        check(record, audit, &facts)?;
        let workspace = record.workspace.as_ref().ok_or(ReportError::NoWorkspace { audit: id })?;

        let questions = clause.judgements;
        let teller = items::Teller { record, audit, questions, covert: &facts.covert };
        let plans = plans::plans(&teller);
        let results = results::results(audit, questions, &facts, |group| teller.items(group));
        let people = people::participants(record, audit, &facts);
        let exceptions = exceptions::exceptions(record, audit, &facts);
        let unsettled_exceptions = exceptions.not_settled.len() as u64 + exceptions.covert.not_settled;
        let told = limits::Told { plans: &plans, results: &results, people: &people, unsettled_exceptions };
        let targeted = results.iter().any(|results| results.group == Group::Targeted);
        let drawn = plans.iter().any(|plan| plan.drawn.is_some());

        Ok(AuditReport {
            audited: Audited {
                audit: id,
                lea: workspace.what.lea.clone(),
                clause: clause.id.to_owned(),
                title: clause.title,
                asks: clause.asks,
                record: clause.record,
                from: audit.what.from,
                last: audit.what.to.plus_days(-1),
                again_because: audit.what.again_because.clone(),
                opened: DoneBy::of(record, &audit.opened),
                stage: audit.stage().name(),
            },
            conclusion: matters::conclusion(&teller),
            sign_off: sign_off::sign_off(record, audit),
            voided: sign_off::voided(record, audit),
            queries: matters::queries(&teller, &facts),
            findings: matters::findings(&teller, &facts),
            nc_report_days: facts.nc_report_days,
            noncompliances: matters::noncompliances(&teller, &facts),
            attachments: teller.attachments(|to| *to == Matter::Audit(id)),
            not_established: limits::limits(&teller, &facts, &told),
            judges: judges::judges(facts.outcome.is_some(), drawn, targeted),
            made_at: facts.now,
            people,
            plans,
            results,
            exceptions,
            witnessed: in_order(facts.witnessed),
            outcome: facts.outcome,
            program: facts.program,
            standard: facts.standard,
            checkpoint: facts.checkpoint,
            assumed: facts.assumed,
            inputs: facts.inputs,
        })
    }

    /// The records of one group, where there are any.
    pub fn group(&self, group: Group) -> Option<&GroupResults> {
        self.results.iter().find(|results| results.group == group)
    }
}

fn check(record: &Record, audit: &Audit, facts: &Facts) -> Result<(), ReportError> {
    if facts.checkpoint.size != record.size {
        return Err(ReportError::OtherCheckpoint { checkpoint: facts.checkpoint.size, record: record.size });
    }
    match &facts.outcome {
        Some(outcome) if outcome.clause != audit.what.clause => Err(ReportError::OtherClause {
            audit: audit.what.audit,
            clause: audit.what.clause.clone(),
            outcome: outcome.clause.clone(),
        }),
        _ => Ok(()),
    }
}

fn in_order(mut witnessed: Vec<Witnessed>) -> Vec<Witnessed> {
    witnessed.sort();
    witnessed
}
