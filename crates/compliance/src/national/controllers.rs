//! The National Auditor's own audits (8.3.3 to 8.3.5), told to a controller to the extent that they set.

use custodes_standard::model::By;
use custodes_standard::v3;
use serde::Serialize;

use super::Fraction;
use crate::acts::audit::Verdict;
use crate::acts::national::{Extent, ExtentSet};
use crate::acts::schedule::Outcome;
use crate::acts::{AuditId, PersonId};
use crate::record::{Audit, Finding, Record, Recorded};
use crate::time::Day;

/// What one controller is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControllersReport {
    pub office: String,
    pub controller: String,
    /// The LEA whose controller it is; none for a lead controller.
    pub lea: Option<String>,
    pub extent: Extent,
    /// Since when it is so.
    pub set_on: Day,
    /// Who set it: the controller, or the National Auditor for one who had set nothing.
    pub set_by: String,
    pub by_controller: bool,
    /// The audits that were signed off; none where the extent is nothing.
    pub audits: Vec<AuditTold>,
}

/// One audit. What the extent leaves out is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditTold {
    pub audit: AuditId,
    pub clause: String,
    pub title: &'static str,
    pub from: Day,
    pub to: Day,
    pub completed_on: Day,
    pub outcome: Outcome,
    /// Records on the worklist, those on which a verdict was given, and those that failed.
    pub records: u64,
    pub examined: u64,
    pub failed: u64,
    pub rate: Option<Fraction>,
    pub findings: Vec<FindingTold>,
    /// The auditor's conclusion: findings, extent, action.
    pub conclusion: Option<Conclusion>,
    pub items: Vec<ItemTold>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conclusion {
    pub findings: String,
    pub extent: String,
    pub action: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingTold {
    pub finding: String,
    pub finds: String,
    pub extent: String,
    pub action: String,
    pub closed_on: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemTold {
    pub key: String,
    pub question: String,
    pub verdict: Verdict,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSet {
    #[error("{0} is not known in this workspace")]
    Unknown(PersonId),
    #[error("{0} has not said how much of these audits to be shown: custodes extent set")]
    NoExtent(PersonId),
}

impl Recorded<ExtentSet> {
    /// Whether it is the controller's own word.
    pub fn by_controller(&self) -> bool {
        self.done.by == self.what.controller
    }
}

impl ControllersReport {
    /// # Errors
    /// When the controller is not known, or no extent was set.
    pub fn of(record: &Record, controller: &PersonId, lea: Option<&str>) -> Result<ControllersReport, NotSet> {
        record.person(controller).ok_or_else(|| NotSet::Unknown(controller.clone()))?;
        let set = record
            .extents
            .iter()
            .find(|set| &set.what.controller == controller && set.what.lea.as_deref() == lea)
            .ok_or_else(|| NotSet::NoExtent(controller.clone()))?;
        let extent = set.what.extent;
        let own = record.audits.values().filter(|audit| {
            audit.signed_off.is_some()
                && v3::clause(&audit.what.clause).is_some_and(|clause| clause.by == By::NationalAuditor)
        });
        let audits = match extent {
            Extent::Nothing => Vec::new(),
            _ => own.filter_map(|audit| audit_told(record, audit, extent)).collect(),
        };
        Ok(ControllersReport {
            office: record.workspace.as_ref().map(|workspace| workspace.what.lea.clone()).unwrap_or_default(),
            controller: record.name_of(controller),
            lea: lea.map(|lea| record.leas.get(lea).map_or_else(|| lea.to_owned(), |lea| lea.what.name.clone())),
            extent,
            set_on: set.done.day(),
            set_by: record.name_of(&set.done.by),
            by_controller: set.by_controller(),
            audits,
        })
    }
}

fn audit_told(record: &Record, audit: &Audit, extent: Extent) -> Option<AuditTold> {
    let (completed, conclusion) = audit.completed.as_ref()?;
    let clause = v3::clause(&audit.what.clause)?;
    let questions: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
    let verdicts: Vec<Option<Verdict>> = audit.worklist().map(|(_, item)| item.verdict(&questions)).collect();
    let failed = verdicts.iter().filter(|verdict| **verdict == Some(Verdict::Fail)).count() as u64;
    let judged = |verdict: &&Option<Verdict>| matches!(verdict, Some(Verdict::Pass | Verdict::Fail));
    let examined = verdicts.iter().filter(judged).count() as u64;
    let shows_findings = matches!(extent, Extent::Findings | Extent::Everything);
    let findings = audit.findings(&record.findings).filter(|_| shows_findings);
    let items = audit.worklist().filter(|_| extent == Extent::Everything);
    Some(AuditTold {
        audit: audit.what.audit,
        clause: audit.what.clause.clone(),
        title: clause.title,
        from: audit.what.from,
        to: audit.what.to,
        completed_on: completed.day(),
        outcome: conclusion.outcome,
        records: verdicts.len() as u64,
        examined,
        failed,
        rate: Fraction::of(failed, examined),
        findings: findings.map(|(id, finding)| finding_told(id.to_string(), finding)).collect(),
        conclusion: shows_findings.then(|| Conclusion {
            findings: conclusion.findings.clone(),
            extent: conclusion.extent.clone(),
            action: conclusion.action.clone(),
        }),
        items: items
            .flat_map(|(key, item)| {
                item.judged.iter().map(|(question, judged)| ItemTold {
                    key: key.clone(),
                    question: question.clone(),
                    verdict: judged.verdict,
                    note: judged.note.clone(),
                })
            })
            .collect(),
    })
}

fn finding_told(finding: String, of: &Finding) -> FindingTold {
    FindingTold {
        finding,
        finds: of.what.finds.clone(),
        extent: of.what.extent.clone(),
        action: of.what.action.clone(),
        closed_on: of.closed.as_ref().map(|(done, _)| done.day()),
    }
}
