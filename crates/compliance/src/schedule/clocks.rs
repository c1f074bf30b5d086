//! The other clocks that run: audits, queries, non-compliance, data, records. All from the record alone.
//!
//! The name of a matter, its people and its dates; never what it says.

use std::collections::{BTreeMap, BTreeSet};

use custodes_standard::v3;
use serde::Serialize;

use super::Sources;
use crate::acts::{
    AuditId, DisposalId, FindingId, HoldId, ImportId, NoncomplianceId, PersonId, ProposalId, QueryId, RequestId,
};
use crate::record::audit::Stage;
use crate::record::{Audit, Counted, Record};
use crate::time::Day;

/// An audit that is not signed off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenAudit {
    pub audit: AuditId,
    pub clause: String,
    pub title: &'static str,
    /// The first day of its period, and the first day after it.
    pub from: Day,
    pub to: Day,
    pub stage: &'static str,
    pub opened_on: Day,
    pub opened_by: String,
    pub age_days: i64,
    /// Records on its list, and those not judged on every question.
    pub items: u64,
    pub unjudged: u64,
    /// Of those, by the name of the person to whom they are assigned.
    pub unjudged_by: BTreeMap<String, u64>,
    pub unassigned: u64,
    /// Sign-offs that a later edit made void.
    pub voided: u64,
    /// Who conducts it now.
    pub auditor: String,
    /// Why it stands still: its auditor may not audit any longer. Empty when it does not.
    pub suspended: Vec<String>,
}

/// A query that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenQuery {
    pub query: QueryId,
    pub audit: AuditId,
    pub clause: String,
    pub to: String,
    pub raised_on: Day,
    pub due: Day,
    /// Negative when it is past.
    pub days_left: i64,
}

/// Non-compliance that is not closed, or not reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenNoncompliance {
    pub noncompliance: NoncomplianceId,
    pub clause: String,
    pub identified_on: Day,
    /// The last day on which its report to the National Auditor is in time (8.2.8).
    pub report_due: Day,
    pub reported_on: Option<Day>,
    /// When that was put on record, where it was another day.
    pub stated_on: Option<Day>,
    /// It comes of an audit, and was reported without that audit's report.
    pub lacks_audit_report: bool,
    /// Until the report is due; negative when it is past. Reported: as on the day of the report.
    pub days_left: i64,
    pub owner: Option<String>,
    pub action_due: Option<Day>,
    /// Whether the latest test after the action passed; `None` without one.
    pub retested: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenFinding {
    pub finding: FindingId,
    pub audit: AuditId,
    pub clause: String,
    pub raised_by: String,
    pub raised_on: Day,
    pub age_days: i64,
}

/// Rows of one import that could not be read, and that nobody has answered for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnsettledRows {
    pub import: ImportId,
    pub file: String,
    pub set: Option<String>,
    pub rows: u64,
    pub imported_on: Day,
}

/// A request for data that no import has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenRequest {
    pub request: RequestId,
    pub set: String,
    pub from_whom: String,
    pub requested_on: Day,
    pub due: Day,
    /// Negative when it is past.
    pub days_left: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldInForce {
    pub hold: HoldId,
    /// Everything, where none is named.
    pub audits: Vec<AuditId>,
    pub placed_by: String,
    pub placed_on: Day,
}

/// A disposal that a second person has to approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PendingDisposal {
    pub disposal: DisposalId,
    pub proposed_by: String,
    pub proposed_on: Day,
    pub entries: u64,
    /// A legal hold on everything stands against it.
    pub held: bool,
}

/// Parameters that a second person has to approve: until then they hold for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PendingParameters {
    pub proposal: ProposalId,
    pub proposed_by: String,
    pub proposed_on: Day,
    pub holds_from: Day,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Clocks {
    /// Those that stand still first; then by stage, then the oldest first.
    pub audits: Vec<OpenAudit>,
    /// The one due first comes first; so do the others that have a date.
    pub queries: Vec<OpenQuery>,
    /// Those that are not reported first.
    pub noncompliance: Vec<OpenNoncompliance>,
    pub findings: Vec<OpenFinding>,
    pub unsettled: Vec<UnsettledRows>,
    pub requests: Vec<OpenRequest>,
    /// Answered, with another number of rows than was counted.
    pub miscounted: Vec<Counted>,
    pub holds: Vec<HoldInForce>,
    pub disposals: Vec<PendingDisposal>,
    pub parameters: Vec<PendingParameters>,
}

impl Clocks {
    pub(super) fn of(sources: &Sources<'_>) -> Clocks {
        let (record, today) = (sources.record, sources.today());
        Clocks {
            audits: audits(sources, today),
            queries: queries(record, today),
            noncompliance: noncompliance(record, today, sources.nc_report_days),
            findings: findings(record, today),
            unsettled: unsettled(record),
            requests: requests(record, today),
            miscounted: miscounted(record),
            holds: holds(record),
            disposals: disposals(record),
            parameters: parameters(record),
        }
    }
}

fn clause_of(record: &Record, audit: AuditId) -> String {
    record.audits.get(&audit).map_or_else(String::new, |audit| audit.what.clause.clone())
}

fn audits(sources: &Sources<'_>, today: Day) -> Vec<OpenAudit> {
    let record = sources.record;
    let mut open: Vec<(Stage, OpenAudit)> = record
        .audits
        .values()
        .filter(|audit| audit.signed_off.is_none())
        .map(|audit| {
            let suspended = sources.suspended.get(&audit.what.audit).cloned().unwrap_or_default();
            (audit.stage(), OpenAudit { suspended, ..open_audit(record, audit, today) })
        })
        .collect();
    open.sort_by_key(|(stage, audit)| (audit.suspended.is_empty(), *stage, audit.opened_on, audit.audit));
    open.into_iter().map(|(_, audit)| audit).collect()
}

fn open_audit(record: &Record, audit: &Audit, today: Day) -> OpenAudit {
    let clause = v3::clause(&audit.what.clause);
    let questions: Vec<&str> =
        clause.map_or(&[][..], |clause| clause.judgements).iter().map(|question| question.name).collect();
    let unjudged: Vec<Option<&PersonId>> = audit
        .worklist()
        .filter(|(_, item)| item.verdict(&questions).is_none())
        .map(|(_, item)| item.assigned.as_ref())
        .collect();
    let mut unjudged_by = BTreeMap::new();
    for person in unjudged.iter().flatten() {
        *unjudged_by.entry(record.name_of(person)).or_default() += 1;
    }
    OpenAudit {
        audit: audit.what.audit,
        clause: audit.what.clause.clone(),
        title: clause.map_or("", |clause| clause.title),
        from: audit.what.from,
        to: audit.what.to,
        stage: audit.stage().name(),
        opened_on: audit.opened.day(),
        opened_by: record.name_of(&audit.opened.by),
        age_days: today.days_since(audit.opened.day()),
        items: audit.worklist().count() as u64,
        unjudged: unjudged.len() as u64,
        unassigned: unjudged.iter().filter(|person| person.is_none()).count() as u64,
        unjudged_by,
        voided: audit.voided.len() as u64,
        auditor: record.name_of(&audit.auditor),
        suspended: Vec::new(),
    }
}

fn queries(record: &Record, today: Day) -> Vec<OpenQuery> {
    let mut open: Vec<OpenQuery> = record
        .queries
        .iter()
        .filter(|(_, query)| query.answered.is_none())
        .map(|(id, query)| OpenQuery {
            query: *id,
            audit: query.what.audit,
            clause: clause_of(record, query.what.audit),
            to: record.name_of(&query.what.to),
            raised_on: query.raised.day(),
            due: query.what.due,
            days_left: query.what.due.days_since(today),
        })
        .collect();
    open.sort_by_key(|query| (query.due, query.query));
    open
}

fn noncompliance(record: &Record, today: Day, nc_report_days: i64) -> Vec<OpenNoncompliance> {
    let open = record.noncompliances.iter().filter(|(_, matter)| matter.closed.is_none() || matter.reported.is_none());
    let mut open: Vec<OpenNoncompliance> = open
        .map(|(id, matter)| {
            let reported_on = matter.reported.as_ref().map(|(_, reported)| reported.reported_on);
            let report_due = matter.report_due(nc_report_days);
            let latest = |of: fn(&crate::acts::matter::NoncomplianceWorked) -> bool| {
                matter.worked.iter().rev().map(|(_, worked)| worked).find(|worked| of(worked))
            };
            OpenNoncompliance {
                noncompliance: *id,
                clause: matter.what.clause.clone(),
                identified_on: matter.what.identified_on,
                report_due,
                reported_on,
                stated_on: matter.stated_on(),
                lacks_audit_report: matter.lacks_audit_report(),
                days_left: report_due.days_since(reported_on.unwrap_or(today)),
                owner: latest(|worked| worked.owner.is_some())
                    .and_then(|worked| worked.owner.as_ref())
                    .map(|owner| record.name_of(owner)),
                action_due: latest(|worked| worked.due.is_some()).and_then(|worked| worked.due),
                retested: matter.retested.last().map(|(_, test)| test.passed),
            }
        })
        .collect();
    open.sort_by_key(|matter| (matter.reported_on.is_some(), matter.report_due, matter.noncompliance));
    open
}

fn findings(record: &Record, today: Day) -> Vec<OpenFinding> {
    let open = record.findings.iter().filter(|(_, finding)| finding.closed.is_none());
    let mut open: Vec<OpenFinding> = open
        .map(|(id, finding)| OpenFinding {
            finding: *id,
            audit: finding.what.audit,
            clause: clause_of(record, finding.what.audit),
            raised_by: record.name_of(&finding.raised.by),
            raised_on: finding.raised.day(),
            age_days: today.days_since(finding.raised.day()),
        })
        .collect();
    open.sort_by_key(|finding| (finding.raised_on, finding.finding));
    open
}

fn unsettled(record: &Record) -> Vec<UnsettledRows> {
    let mut all = Vec::new();
    for (id, import) in record.evidence() {
        for original in import.what.originals.iter().filter(|original| original.quarantined > 0) {
            // No lines settled: every row of the file waits, also those that the list had no room for.
            let rows = match import.settled_lines(&original.name) {
                None => 0,
                Some(settled) => original.quarantined.saturating_sub(lines_of(import, &original.name, &settled)),
            };
            if rows > 0 {
                all.push(UnsettledRows {
                    import: *id,
                    file: original.name.clone(),
                    set: original.set.clone(),
                    rows,
                    imported_on: import.imported.day(),
                });
            }
        }
    }
    all
}

/// How many of the listed lines of a file are among these.
fn lines_of(import: &crate::record::Import, file: &str, settled: &BTreeSet<u64>) -> u64 {
    let listed: BTreeSet<u64> =
        import.what.quarantine.iter().filter(|row| row.file == file).map(|row| row.line).collect();
    listed.intersection(settled).count() as u64
}

fn requests(record: &Record, today: Day) -> Vec<OpenRequest> {
    let answered: BTreeSet<RequestId> = record.evidence().filter_map(|(_, import)| import.what.answers).collect();
    let open = record.requests.iter().filter(|(id, _)| !answered.contains(id));
    let mut open: Vec<OpenRequest> = open
        .map(|(id, request)| OpenRequest {
            request: *id,
            set: request.what.set.clone(),
            from_whom: request.what.from_whom.clone(),
            requested_on: request.done.day(),
            due: request.what.due,
            days_left: request.what.due.days_since(today),
        })
        .collect();
    open.sort_by_key(|request| (request.due, request.request));
    open
}

fn miscounted(record: &Record) -> Vec<Counted> {
    let counted = record.requests.keys().filter_map(|request| Counted::of(record, *request));
    counted.filter(|counted| !counted.agrees()).collect()
}

fn holds(record: &Record) -> Vec<HoldInForce> {
    let in_force = record.holds.iter().filter(|(_, hold)| hold.released.is_none());
    in_force
        .map(|(id, hold)| HoldInForce {
            hold: *id,
            audits: hold.what.audits.clone(),
            placed_by: record.name_of(&hold.placed.by),
            placed_on: hold.placed.day(),
        })
        .collect()
}

fn disposals(record: &Record) -> Vec<PendingDisposal> {
    let pending = record.disposals.iter().filter(|(_, disposal)| disposal.approved.is_none());
    pending
        .map(|(id, disposal)| PendingDisposal {
            disposal: *id,
            proposed_by: record.name_of(&disposal.proposed.by),
            proposed_on: disposal.proposed.day(),
            entries: disposal.what.entries.len() as u64,
            held: record.held(None).is_some(),
        })
        .collect()
}

fn parameters(record: &Record) -> Vec<PendingParameters> {
    let pending = record.proposals.iter().filter(|(_, proposal)| proposal.approved.is_none());
    pending
        .map(|(id, proposal)| PendingParameters {
            proposal: *id,
            proposed_by: record.name_of(&proposal.proposed.by),
            proposed_on: proposal.proposed.day(),
            holds_from: proposal.holds_from,
        })
        .collect()
}
