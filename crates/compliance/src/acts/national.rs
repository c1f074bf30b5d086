//! The National Auditor's work over all LEAs.

use serde::{Deserialize, Serialize};

use super::audit::Size;
use super::retention::ReturnPeriod;
use super::schedule::Outcome;
use super::{DemandId, Mark, PersonId, ReceiptId};
use crate::time::{Day, Instant};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaRegistered {
    /// A short name, unique in the register.
    pub lea: String,
    pub name: String,
    /// The verifier key of its journal, as it was handed over out of band.
    pub key: String,
    pub contact: String,
    pub mark: Mark,
}

/// One matter of an LEA, as its verified bundle states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedNoncompliance {
    pub noncompliance: String,
    pub clause: String,
    pub identified_on: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_on: Option<Day>,
    /// When that was put on record, where it was another day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_on: Option<Day>,
    /// It comes of an audit, and was reported without that audit's report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lacks_audit_report: bool,
    #[serde(default)]
    pub closed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedAudit {
    pub audit: String,
    pub clause: String,
    pub from: Day,
    pub to: Day,
    pub completed_at: Instant,
    pub signed_off: bool,
    pub population: u64,
    pub examined: u64,
    pub failed: u64,
    pub findings: u64,
    /// Receipts of earlier programs do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The rate or size to which the plan in force draws; none where no sample was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Size>,
    /// Of what the machine pointed at: how much a person confirmed, and how much they dismissed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceptions: Option<ExceptionsTold>,
}

/// The exceptions that a machine found among the records of an audit, as people settled them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionsTold {
    pub confirmed: u64,
    pub dismissed: u64,
}

/// What an LEA's bundle said, after it was verified. The receipt acknowledges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleReceived {
    pub receipt: ReceiptId,
    pub lea: String,
    pub sha256: String,
    pub bytes: u64,
    /// The size and root of the LEA's journal that it proves.
    pub size: u64,
    pub root: String,
    pub made_at: Instant,
    /// Why it was refused; empty when everything held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<StatedAudit>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noncompliances: Vec<StatedNoncompliance>,
    /// Parameters that differ from the defaults, so that figures are compared beside what made them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
    /// The annual return on cameras (4.2) that it holds, by the period of which that tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_return: Option<ReturnPeriod>,
    /// Which returns it is, as they were expected: by `what`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<String>,
    /// When its checkpoint was cosigned by the National Auditor's witness, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed_at: Option<Instant>,
    /// The cosignature: signature lines, which the LEA adds to its checkpoint.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cosignature: String,
}

/// What a return has to hold, so that no other bundle is taken for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    /// The annual return on cameras (4.2).
    AnnualReturn,
    /// What its words say: people see whether it is that.
    #[default]
    Other,
}

/// A return that an LEA owes, and by when (4.2, or one the National Auditor asks for).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnExpected {
    pub lea: String,
    pub what: String,
    pub due: Day,
    #[serde(default)]
    pub kind: ReturnKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Records of audit, on request (8.2.10).
    Records,
    /// A question.
    Query,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandMade {
    pub demand: DemandId,
    pub lea: String,
    pub is: Demand,
    pub what: String,
    pub due: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandMet {
    pub demand: DemandId,
    pub how: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandEscalated {
    pub demand: DemandId,
    pub to: String,
    pub reason: String,
}

/// How much of the National Auditor's own audits a controller wishes to see (8.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    Nothing,
    Figures,
    Findings,
    Everything,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtentSet {
    pub controller: PersonId,
    /// The LEA whose controller it is; none for a lead controller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lea: Option<String>,
    pub extent: Extent,
}
