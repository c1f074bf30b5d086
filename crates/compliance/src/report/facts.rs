//! What a report rests on besides the record: what was reckoned from evidence, and what only the machine knows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::acts::PersonId;
use crate::acts::audit::ExceptionName;
use crate::roles::Standing;
use crate::state::State;
use crate::time::Instant;

/// Given by the caller. Nothing here is taken from a clock or a file by the report itself.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When the report is made.
    pub now: Instant,
    /// The program, with its version: `custodes 1.0.0`.
    pub program: String,
    /// Which version of the standard was followed.
    pub standard: String,
    /// Over exactly the entries that the record was folded from.
    pub checkpoint: Checkpoint,
    /// Who cosigned a checkpoint of this journal, in any order.
    pub witnessed: Vec<Witnessed>,
    /// What the tests of the clause gave; none where they were not run.
    pub outcome: Option<ClauseOutcome>,
    /// The exceptions that those tests found.
    pub exceptions: Vec<FoundException>,
    /// Parameters that are assumptions of ours and bear on this clause.
    pub assumed: Vec<AssumedParameter>,
    /// Parameters that bear on this clause and were set otherwise than the standard has them.
    pub set_otherwise: Vec<SetOtherwise>,
    /// How many days a report of non-compliance may take (8.2.8).
    pub nc_report_days: i64,
    /// The files that the outcome was reckoned from.
    pub inputs: Vec<InputFile>,
    /// What the evidence says of each person's access and clearance, and as of when.
    pub standing: BTreeMap<PersonId, Looked>,
    /// By the number of the plan: the records that each stratum had inside the window.
    pub strata: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Subjects that are covert: counted, and named nowhere.
    pub covert: BTreeSet<String>,
}

/// The signed head of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
    /// The verifier key of the signature, as C2SP writes it.
    pub vkey: String,
    /// The checkpoint as it was signed, with the cosignatures it had: a C2SP signed note.
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Witnessed {
    /// How many entries the checkpoint had that was cosigned.
    pub size: u64,
    pub at: Instant,
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseOutcome {
    pub clause: String,
    pub from: Instant,
    pub as_of: Instant,
    #[serde(serialize_with = "by_name")]
    pub state: State,
    pub population: Option<u64>,
    /// Exceptions by their code.
    pub codes: BTreeMap<String, u64>,
    /// Rows or subjects without a verdict, by the code of the test that could give none.
    pub untestable: BTreeMap<String, u64>,
    /// Sets that the clause needs and that did not come.
    pub absent: Vec<String>,
    /// Sets that came and are not whole.
    pub not_whole: Vec<NotWhole>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotWhole {
    pub set: String,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundException {
    pub name: ExceptionName,
    /// A sentence that a person can act on.
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssumedParameter {
    pub name: String,
    pub value: String,
    /// Where the text leaves it open.
    pub source: String,
    pub says: String,
}

/// A figure by which the clause was judged, and the one that is in the text of the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetOtherwise {
    pub name: String,
    pub value: String,
    pub standard: String,
}

/// One file, and what became of its rows: these add up to `rows`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    pub name: String,
    pub set: Option<String>,
    pub sha256: String,
    pub rows: u64,
    pub accepted: u64,
    pub quarantined: u64,
    pub duplicate: u64,
    pub conflicting: u64,
    pub future: u64,
}

/// A person's standing, and the moment of which the evidence tells it.
#[derive(Debug, Clone)]
pub struct Looked {
    pub as_of: Instant,
    pub standing: Standing,
}

fn by_name<S: Serializer>(state: &State, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(state.name())
}
