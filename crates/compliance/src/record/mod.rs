//! The state of a workspace: a fold over its journal, and nothing else.
//!
//! [`Record::apply`] takes one act after another. It does not ask whether the act was allowed: that was
//! asked before it was journalled (see [`admission`]), and what stands in the journal happened.

pub mod admission;
mod apply;
pub mod audit;
pub mod evidence_at;
pub mod matters;
mod names;
pub mod people;
pub mod retention;
mod subject;
pub mod taken_in;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::acts::evidence::{DataRequested, Original, Quarantined, Typed};
use crate::acts::national::{BundleReceived, DemandMade, ExtentSet, LeaRegistered, ReturnExpected};
use crate::acts::people::{WitnessTrusted, WorkspaceOpened};
use crate::acts::retention::{BundleMade, HoldPlaced};
use crate::acts::schedule::{DueMoved, Reviewed};
use crate::acts::{
    AuditId, DemandId, DisposalId, FindingId, HoldId, ImportId, Mark, MisuseId, NoncomplianceId, PersonId, ProposalId,
    QueryId, ReceiptId, RequestId, ReviewId,
};
use crate::time::{Day, Instant};

pub use audit::{Audit, Finding, Item, PlanState, Query};
pub use matters::{Misuse, Noncompliance};
pub use people::Person;
pub use retention::{Disposable, Disposal};
pub use taken_in::{Counted, Import};

/// Who did something, when, and in which entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub by: PersonId,
    pub at: Instant,
    /// The entry's index.
    pub entry: u64,
}

impl Done {
    /// The London day on which it was done.
    pub fn day(&self) -> Day {
        crate::london::day_of(self.at)
    }
}

/// Something that was put on record, with who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded<T> {
    pub done: Done,
    pub what: T,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub toml: String,
    pub holds_from: Day,
    pub rationale: String,
    pub proposed: Done,
    pub approved: Option<Done>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub what: HoldPlaced,
    pub placed: Done,
    pub released: Option<(Done, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandState {
    pub what: DemandMade,
    pub made: Done,
    pub met: Option<(Done, String)>,
    pub escalated: Vec<(Done, String, String)>,
}

/// Everything that the journal says, up to some entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How many entries went into it.
    pub size: u64,
    /// When the latest of them was made.
    pub latest: Option<Instant>,
    /// Entries whose content was disposed of, so that nothing of them is here.
    pub disposed: BTreeSet<u64>,
    pub workspace: Option<Recorded<WorkspaceOpened>>,
    pub people: BTreeMap<PersonId, Person>,
    pub refusals: u64,
    /// The witnesses whose cosignatures count, by their verifier keys.
    pub witnesses: BTreeMap<String, Recorded<WitnessTrusted>>,
    pub proposals: BTreeMap<ProposalId, Proposal>,
    pub requests: BTreeMap<RequestId, Recorded<DataRequested>>,
    pub imports: BTreeMap<ImportId, Import>,
    pub reviews: BTreeMap<ReviewId, Recorded<Reviewed>>,
    /// By clause and subject.
    pub moved: BTreeMap<String, BTreeMap<String, Vec<Recorded<DueMoved>>>>,
    pub audits: BTreeMap<AuditId, Audit>,
    pub queries: BTreeMap<QueryId, Query>,
    pub findings: BTreeMap<FindingId, Finding>,
    pub noncompliances: BTreeMap<NoncomplianceId, Noncompliance>,
    pub misuse: BTreeMap<MisuseId, Misuse>,
    pub bundles: Vec<Recorded<BundleMade>>,
    pub holds: BTreeMap<HoldId, Hold>,
    pub disposals: BTreeMap<DisposalId, Disposal>,
    /// The register of LEAs, by short name.
    pub leas: BTreeMap<String, Recorded<LeaRegistered>>,
    pub receipts: BTreeMap<ReceiptId, Recorded<BundleReceived>>,
    pub returns: Vec<Recorded<ReturnExpected>>,
    pub demands: BTreeMap<DemandId, DemandState>,
    /// The latest word of each controller, by person and LEA.
    pub extents: Vec<Recorded<ExtentSet>>,
    /// Which entries belong to which matter: what is disposed of together.
    pub entries_of: BTreeMap<Mark, Vec<u64>>,
}

impl Record {
    /// The approved parameters that hold for a window ending on this day.
    pub fn parameters_on(&self, day: Day) -> Option<(&ProposalId, &Proposal)> {
        self.proposals
            .iter()
            .filter(|(_, proposal)| proposal.approved.is_some() && proposal.holds_from <= day)
            .max_by_key(|(id, proposal)| (proposal.holds_from, proposal.approved.as_ref().map(|done| done.entry), *id))
    }

    /// As JSON: the same record is always written in the same bytes.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write_json(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        Ok(serde_json::to_writer(to, self)?)
    }

    /// What [`Record::write_json`] wrote; `None` where it is not that.
    pub fn read_json(bytes: &[u8]) -> Option<Record> {
        serde_json::from_slice(bytes).ok()
    }

    /// The imports in force: not withdrawn, and not stood in for by a later one.
    pub fn evidence(&self) -> impl Iterator<Item = (&ImportId, &Import)> {
        self.imports.iter().filter(|(_, import)| import.in_force())
    }

    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(id)
    }

    /// A person's name, or their id where nobody gave one.
    pub fn name_of(&self, id: &PersonId) -> String {
        self.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone())
    }
}

/// Originals and typed tables of all imports in force, for those who lay evidence out.
pub fn originals(record: &Record) -> impl Iterator<Item = (&ImportId, &Original)> {
    record.evidence().flat_map(|(id, import)| import.what.originals.iter().map(move |original| (id, original)))
}

pub fn typed<'a>(record: &'a Record, set: &'a str) -> impl Iterator<Item = (&'a ImportId, &'a Typed)> {
    record
        .evidence()
        .flat_map(|(id, import)| import.what.typed.iter().map(move |typed| (id, typed)))
        .filter(move |(_, typed)| typed.set == set)
}

/// Rows that could not be read and that nobody has answered for.
pub fn unsettled(record: &Record) -> impl Iterator<Item = (&ImportId, &Quarantined)> {
    record.evidence().flat_map(|(id, import)| import.unsettled().map(move |row| (id, row)))
}

/// How many rows of a set, in the evidence in force, could not be read without anybody having answered for them.
pub fn unread(record: &Record, set: &str) -> u64 {
    record.evidence().map(|(_, import)| import.unread(set)).sum()
}
