//! Evidence taken in, asked for, and put right.

use serde::{Deserialize, Serialize};

use super::{ImportId, Mark, RequestId};
use crate::time::Day;

/// What is wanted, from whom, by when; how it is to be extracted, and what it will be counted against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataRequested {
    pub request: RequestId,
    /// The evidence set, by its name.
    pub set: String,
    pub what: String,
    pub from_whom: String,
    pub due: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub independent_count: Option<u64>,
}

/// One file as it came, and what became of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Where it lies among the others of its import, with `/`.
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    /// The set that it belongs to; none for a manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// The name of the mapping under which it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    #[serde(default)]
    pub rows: u64,
    #[serde(default)]
    pub quarantined: u64,
    #[serde(default)]
    pub duplicate: u64,
    #[serde(default)]
    pub conflicting: u64,
}

/// The typed form of one set of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub set: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
}

/// A mapping, under the hash of its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingKept {
    pub name: String,
    pub sha256: String,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The original's name.
    pub file: String,
    pub line: u64,
    pub column: String,
    pub value: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceImported {
    pub import: ImportId,
    pub mark: Mark,
    pub originals: Vec<Original>,
    pub typed: Vec<Typed>,
    /// The mappings that were applied, by name, each kept as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<MappingKept>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<Quarantined>,
    /// Quarantined rows beyond those listed.
    #[serde(default)]
    pub quarantine_unlisted: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<RequestId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extracted_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub independent_count: Option<u64>,
    /// An earlier import that this one stands in for: a mended file, a fuller export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ImportId>,
    /// Why it stands in for that one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What that one had, and the evidence in force has no longer: the sets of which something is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
}

/// Of a set, what went with a replaced import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub set: String,
    /// Rows that stood in the replaced import, and that stand in the one that replaces it.
    pub rows_before: u64,
    pub rows: u64,
    /// Keys of which no row is in force any longer.
    pub keys_gone: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceWithdrawn {
    pub import: ImportId,
    pub reason: String,
}

/// A person answers for rows that could not be read: from then on they no longer leave their set incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineSettled {
    pub import: ImportId,
    /// The original's name.
    pub file: String,
    /// The lines that are settled; all of the file's, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
    pub reason: String,
}
