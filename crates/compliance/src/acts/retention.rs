//! What leaves, what is held back, and what is disposed of after its time.

use serde::{Deserialize, Serialize};

use super::{AuditId, DisposalId, HoldId, Mark};
use crate::time::Day;

/// Written before the bundle is, so that the bundle can hold this entry and a checkpoint over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleMade {
    /// Over the list of the contents: a line for each, its hash, two spaces, its name.
    pub sha256: String,
    /// The bytes of the contents together.
    pub bytes: u64,
    pub audits: Vec<AuditId>,
    pub for_whom: String,
    /// The journal's size that it carries, this entry included.
    pub size: u64,
    /// Each file of the bundle that is neither an entry nor a proof: its name, and the SHA-256 of its bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<(String, String)>,
    /// The entries that it carries besides this one, as runs from first to last: nobody who passes it on can
    /// leave one of them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<(u64, u64)>,
    /// An audit in it is not finished, or no report of it was issued since it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interim: bool,
    /// The annual return on cameras (4.2) is among the contents, of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_return: Option<ReturnPeriod>,
    /// The program that makes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
}

/// The time of which an annual return tells: its first day, and the first day after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnPeriod {
    pub from: Day,
    pub to: Day,
}

/// Nothing that a hold covers is disposed of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldPlaced {
    pub hold: HoldId,
    /// Everything, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<AuditId>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReleased {
    pub hold: HoldId,
    pub reason: String,
}

/// Put forward by one person; done when another approves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisposalProposed {
    pub disposal: DisposalId,
    pub mark: Mark,
    /// Under which rule: the standard's two years, or another, in words.
    pub rule: String,
    /// Everything that these hold was finished, or taken in, before this day.
    pub before: Day,
    /// The entries whose content goes, ascending.
    pub entries: Vec<u64>,
    /// Objects of the archive that nothing else needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// The matters that go, by their names: they say nothing of anybody, and are not given again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// Written in the same transaction in which the content goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisposalApproved {
    pub disposal: DisposalId,
}
