//! Non-compliance on its clock, and suspected misuse on its confidential route.

use serde::{Deserialize, Serialize};

use super::{AuditId, FindingId, Mark, MisuseId, NoncomplianceId, PersonId};
use crate::time::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncomplianceIdentified {
    pub noncompliance: NoncomplianceId,
    pub mark: Mark,
    pub clause: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingId>,
    /// The 28 days to the National Auditor begin here.
    pub identified_on: Day,
    pub what: String,
}

/// To the National Auditor, with a copy of the audit report (8.2.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncomplianceReported {
    pub noncompliance: NoncomplianceId,
    pub reported_on: Day,
    pub reference: String,
    /// The audit report that went with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// Why it is put on record only now, where it was reported many days before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_because: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncomplianceWorked {
    pub noncompliance: NoncomplianceId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub root_cause: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncomplianceRetested {
    pub noncompliance: NoncomplianceId,
    pub passed: bool,
    pub how: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncomplianceClosed {
    pub noncompliance: NoncomplianceId,
    pub reason: String,
}

/// Seen only by those to whom the confidential route leads, and never by the subject's own line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisuseReported {
    pub misuse: MisuseId,
    pub mark: Mark,
    /// The user id whose use is suspected.
    pub user_id: String,
    /// The person, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Those in the person's own line of command, from whom it is hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub line: Vec<PersonId>,
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisuseHandled {
    pub misuse: MisuseId,
    /// To which body it went, or what became of it.
    pub what: String,
    #[serde(default)]
    pub closed: bool,
}
