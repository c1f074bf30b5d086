//! The workspace itself, the people in it, and the parameters that hold.

use serde::{Deserialize, Serialize};

use super::{Act, Mark, PersonId, ProposalId};
use crate::roles::Role;
use crate::time::Day;

/// Whose workspace it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One LEA's: its Local Auditor, managers and reviewers.
    Lea,
    /// The National Auditor's, over all LEAs.
    National,
}

/// The first entry of every journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceOpened {
    pub kind: Kind,
    /// The LEA's name; for a national workspace, the office's.
    pub lea: String,
    /// The journal's name in its checkpoints.
    pub origin: String,
    /// The verifier key of its checkpoints, as C2SP writes it.
    pub key: String,
    /// Which version of the standard it follows.
    pub standard: String,
    /// The program that opened it, with its version.
    pub program: String,
    pub mark: Mark,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAdded {
    pub person: PersonId,
    pub name: String,
    /// The machine's log-in name: who is logged in so, may act as this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The user ids of this person on NAS and NSAP, besides those that the evidence gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<String>,
    pub mark: Mark,
}

/// What is given replaces what was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChanged {
    pub person: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<String>>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGiven {
    pub person: PersonId,
    pub role: Role,
    pub from: Day,
    /// The first day on which it is held no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// A deputy acts in the place of this person, by this appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_for: Option<PersonId>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleWithdrawn {
    pub person: PersonId,
    pub role: Role,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The kind of the act that was refused.
    pub kind: String,
    /// What it was about, in a few words: never the content of the act.
    pub about: String,
    /// Why: one sentence each.
    pub reasons: Vec<String>,
}

impl Refused {
    pub fn of(act: &Act, about: String, reasons: Vec<String>) -> Refused {
        Refused { kind: act.kind().to_owned(), about, reasons }
    }
}

/// Parameters put forward by one person, to be approved by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParametersProposed {
    pub proposal: ProposalId,
    /// The whole file, as TOML: what it does not name keeps its default.
    pub toml: String,
    /// Windows that end on this day or later are judged by it.
    pub holds_from: Day,
    pub rationale: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParametersApproved {
    pub proposal: ProposalId,
}

/// From now on this witness's cosignatures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessTrusted {
    /// The verifier key of the witness, as C2SP writes it, handed over out of band.
    pub key: String,
    /// Who it is, and how its key was handed over.
    pub reason: String,
}

/// From now on this witness's cosignatures count no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessDismissed {
    pub key: String,
    pub reason: String,
}
