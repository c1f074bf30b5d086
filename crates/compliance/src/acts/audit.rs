//! The life of an audit: opened, planned, drawn, judged, completed, signed off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::schedule::Outcome;
use super::{AuditId, FindingId, ImportId, Mark, NoncomplianceId, PersonId, ProposalId, QueryId};
use crate::time::{Day, Instant};

/// An audit of one clause over one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditOpened {
    pub audit: AuditId,
    pub mark: Mark,
    pub clause: String,
    /// The first day of the period since the previous audit.
    pub from: Day,
    /// The first day after it.
    pub to: Day,
    /// Why this is another audit of a clause and period that have one already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_because: Option<String>,
    /// When the clause was audited before, as evidence and journal had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Day>,
    /// Why the period begins later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later_because: Option<String>,
    /// Why it ends long before the day on which the audit is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_because: Option<String>,
}

/// Another auditor goes on with it: because the first may not any longer, or is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHandedOver {
    pub audit: AuditId,
    pub to: PersonId,
    pub reason: String,
}

/// How many are to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// ceil(rate × records), at least 1 where there are any: `2 %`, `1/7`.
    Rate(String),
    Number(u64),
    Everything,
}

/// A stratum is a value of one column; each has a size of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strata {
    pub column: String,
    pub sizes: BTreeMap<String, Size>,
    /// For the values that are not named.
    pub others: Size,
}

/// Where a part of the seed will come from, said before it exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum SeedSource {
    /// At least 20 decimal digits, rolled before a witness.
    Dice { witness: PersonId },
    /// A round of the drand quicknet beacon that is not published yet.
    Beacon { round: u64 },
    /// A secret that a party has committed to by its SHA-256, to be revealed.
    Secret { party: PersonId, sha256: String },
}

/// The population, frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameStated {
    /// Over the distinct keys, sorted by bytes, each followed by LF.
    pub sha256: String,
    pub count: u64,
    /// The frame with each key's day and stratum, as an object of the evidence archive.
    pub table_sha256: String,
    /// Rows of which it cannot be said whether they belong.
    #[serde(default)]
    pub uncertain: u64,
    /// Why the evidence behind it cannot be taken to be whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_whole: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub clause: String,
    /// The first day of the period, and the first day after it.
    pub from: Day,
    pub to: Day,
    /// The sample is drawn from so many consecutive days, chosen by the draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_days: Option<i64>,
    pub size: Size,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strata: Option<Strata>,
    /// Why this rate or size.
    pub rationale: String,
    /// The LEA's assessment of the risk of non-compliance and of misuse.
    pub risk_assessment: String,
    pub frame: FrameStated,
    pub seed_from: Vec<SeedSource>,
    /// The evidence that the frame was taken from.
    pub evidence: Vec<ImportId>,
    /// The approved parameters that held; none are the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<ProposalId>,
    /// A plan of this audit whose sample is added to: what it drew is not drawn again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tops_up: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCommitted {
    pub audit: AuditId,
    /// From 1, within the audit.
    pub number: u32,
    pub plan: Plan,
}

/// What arrived after the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Contribution {
    Dice {
        digits: String,
        witness: PersonId,
    },
    /// The signature proves the round; its SHA-256 is the randomness.
    Beacon {
        round: u64,
        signature: String,
        randomness: String,
    },
    Secret {
        party: PersonId,
        secret: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedContributed {
    pub audit: AuditId,
    pub plan: u32,
    /// Which of the plan's sources it is, from 0.
    pub source: usize,
    pub contribution: Contribution,
}

/// The witness, who watched the dice, says for themself what was rolled: the digits again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedWitnessed {
    pub audit: AuditId,
    pub plan: u32,
    pub source: usize,
    pub digits: String,
}

/// A record to be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    pub key: String,
    /// The user ids whose own search, account or request it is: they do not judge it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratum: Option<String>,
}

/// The sample, which anybody can draw again from the plan, the frame and the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleDrawn {
    pub audit: AuditId,
    pub plan: u32,
    pub seed: String,
    /// The first and the last day of the window that the draw chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<(Day, Day)>,
    /// Records of the frame inside the window.
    pub population: u64,
    /// In the order of their tickets.
    pub sample: Vec<Drawn>,
}

/// A plan is given up: what it drew stays to be seen, and the next plan of the audit says why it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSuperseded {
    pub audit: AuditId,
    pub plan: u32,
    pub reason: String,
}

/// How a record came into an audit, when not by the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Added {
    /// The clause asks for every one.
    Everything,
    /// Pointed at by analytics or suspicion: kept apart, and no rate is estimated from it.
    Targeted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemsAdded {
    pub audit: AuditId,
    pub how: Added,
    pub items: Vec<Drawn>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemsAssigned {
    pub audit: AuditId,
    pub keys: Vec<String>,
    pub to: PersonId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    NotAssessable,
}

impl Verdict {
    pub const ALL: [Verdict; 3] = [Verdict::Pass, Verdict::Fail, Verdict::NotAssessable];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotAssessable => "not assessable",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemJudged {
    pub audit: AuditId,
    pub key: String,
    /// A question of the clause, by its name.
    pub question: String,
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What something hangs on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    Audit(AuditId),
    Item(AuditId, String),
    Query(QueryId),
    Finding(FindingId),
    Noncompliance(NoncomplianceId),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub to: Matter,
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRaised {
    pub query: QueryId,
    pub audit: AuditId,
    pub key: String,
    pub to: PersonId,
    pub asks: String,
    pub due: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryAnswered {
    pub query: QueryId,
    pub answer: String,
}

/// Which machine-found departure is meant: what makes two of them the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExceptionName {
    pub clause: String,
    pub code: String,
    pub subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub due: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub done: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It is non-compliance.
    Confirmed,
    /// It is not, and the reason says why.
    Dismissed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionsSettled {
    pub audit: AuditId,
    pub exceptions: Vec<ExceptionName>,
    pub settled: Settled,
    pub reason: String,
    /// The user ids whose own searches, accounts or requests these are about: they do not settle them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

/// What was found, how far it reaches, what is to be done: as 8.2.9 asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRaised {
    pub finding: FindingId,
    pub audit: AuditId,
    pub finds: String,
    pub extent: String,
    pub action: String,
    /// The records it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingClosed {
    pub finding: FindingId,
    pub reason: String,
}

/// The auditor's own word that it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCompleted {
    pub audit: AuditId,
    pub outcome: Outcome,
    pub findings: String,
    pub extent: String,
    pub action: String,
    /// What the clause is about in the period, where that is records; `None` where no sample or worklist is
    /// taken from the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
}

/// The records that an audit had to look at, as the evidence had them when it was completed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    pub records: u64,
    /// Those of them that are not on the worklist.
    pub not_on_worklist: u64,
    /// How many of them the standard asks to be drawn and judged, by the rate in force.
    #[serde(default)]
    pub asked: u64,
    /// Rows of which it cannot be said whether they belong.
    #[serde(default)]
    pub uncertain: u64,
    /// Why the evidence cannot be taken to be whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_whole: Vec<String>,
}

/// A second person has looked. What is changed afterwards voids it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSignedOff {
    pub audit: AuditId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportIssued {
    pub audit: AuditId,
    pub sha256: String,
    pub bytes: u64,
    /// The checkpoint that it rests on: entries, and the root over them in hexadecimal.
    pub size: u64,
    pub root: String,
    pub at: Instant,
}
