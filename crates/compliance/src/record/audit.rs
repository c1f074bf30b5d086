//! One audit, from its opening to its sign-off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Done;
use crate::acts::audit::{
    Added, Attached, AuditCompleted, AuditOpened, Contribution, ExceptionName, FindingRaised, Plan, QueryRaised,
    ReportIssued, SampleDrawn, Settled, Verdict,
};
use crate::acts::{FindingId, PersonId, QueryId};
use crate::time::Day;

/// A committed plan and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanState {
    pub plan: Plan,
    pub committed: Done,
    /// By the number of the source.
    pub contributions: BTreeMap<usize, (Done, Contribution)>,
    /// The dice that their witness has confirmed, by the number of the source.
    #[serde(default)]
    pub witnessed: BTreeMap<usize, Done>,
    pub drawn: Option<(Done, SampleDrawn)>,
    pub superseded: Option<(Done, String)>,
}

impl PlanState {
    /// The sources whose part of the seed is not complete: nothing was contributed, or the witness of the dice
    /// has not confirmed them. One person's word for what was rolled would be that person's choice.
    pub fn awaited(&self) -> impl Iterator<Item = usize> {
        (0..self.plan.seed_from.len())
            .filter(|source| !self.contributions.contains_key(source) || self.unwitnessed(*source).is_some())
    }

    /// The dice of this source, where their witness has yet to confirm them: who that is, and the digits.
    pub fn unwitnessed(&self, source: usize) -> Option<(&PersonId, &str)> {
        match &self.contributions.get(&source)?.1 {
            Contribution::Dice { digits, witness } if !self.witnessed.contains_key(&source) => Some((witness, digits)),
            _ => None,
        }
    }
}

/// How an item came to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CameBy {
    /// By the plan's draw.
    Draw {
        plan: u32,
        stratum: Option<String>,
    },
    Added {
        how: Added,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub verdict: Verdict,
    pub note: String,
    pub done: Done,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub came_by: CameBy,
    /// The user ids whose own record it is.
    pub owners: Vec<String>,
    pub assigned: Option<PersonId>,
    /// The latest judgement on each question, by its name.
    pub judged: BTreeMap<String, Judged>,
    /// Judgements that another verdict took the place of, with their questions, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<(String, Judged)>,
}

impl Item {
    pub fn is_random(&self) -> bool {
        matches!(self.came_by, CameBy::Draw { .. })
    }

    /// Takes a judgement; one that said otherwise is kept beside it.
    pub fn judge(&mut self, question: String, judged: Judged) {
        let before = self.judged.insert(question.clone(), judged);
        if let Some(before) = before.filter(|before| before.verdict != self.judged[&question].verdict) {
            self.changed.push((question, before));
        }
    }

    /// Whether it fails on any question, as it is judged now.
    pub fn fails(&self) -> bool {
        self.judged.values().any(|judged| judged.verdict == Verdict::Fail)
    }

    /// The verdict on the record as a whole: one failure fails it; until all is answered there is none.
    pub fn verdict(&self, questions: &[&str]) -> Option<Verdict> {
        let mut whole = Verdict::Pass;
        for question in questions {
            match self.judged.get(*question)?.verdict {
                Verdict::Fail => return Some(Verdict::Fail),
                Verdict::NotAssessable => whole = Verdict::NotAssessable,
                Verdict::Pass => {}
            }
        }
        Some(whole)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledException {
    pub settled: Settled,
    pub reason: String,
    pub done: Done,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub what: AuditOpened,
    pub opened: Done,
    /// Who conducts it now.
    pub auditor: PersonId,
    /// In the order of their numbers, from 1.
    pub plans: Vec<PlanState>,
    /// By the record's key.
    pub items: BTreeMap<String, Item>,
    #[serde(with = "as_pairs")]
    pub exceptions: BTreeMap<ExceptionName, SettledException>,
    pub attachments: Vec<(Done, Attached)>,
    pub completed: Option<(Done, AuditCompleted)>,
    pub signed_off: Option<(Done, String)>,
    /// Sign-offs that a later edit made void: who signed, and the edit.
    pub voided: Vec<(Done, Done)>,
    pub reports: Vec<(Done, ReportIssued)>,
}

/// How far an audit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Opened,
    PlanCommitted,
    SeedComplete,
    Drawn,
    Completed,
    SignedOff,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Opened => "opened, no plan committed",
            Stage::PlanCommitted => "plan committed, seed awaited",
            Stage::SeedComplete => "seed complete, not drawn",
            Stage::Drawn => "being judged",
            Stage::Completed => "completed, sign-off awaited",
            Stage::SignedOff => "signed off",
        }
    }
}

impl Audit {
    /// The plan in force: the latest that was not superseded.
    pub fn plan(&self) -> Option<(u32, &PlanState)> {
        let at = self.plans.iter().rposition(|plan| plan.superseded.is_none())?;
        Some((at as u32 + 1, &self.plans[at]))
    }

    pub fn stage(&self) -> Stage {
        if self.signed_off.is_some() {
            Stage::SignedOff
        } else if self.completed.is_some() {
            Stage::Completed
        } else if let Some((_, plan)) = self.plan() {
            match (&plan.drawn, plan.awaited().next()) {
                (Some(_), _) => Stage::Drawn,
                (None, None) => Stage::SeedComplete,
                (None, Some(_)) => Stage::PlanCommitted,
            }
        } else if self.items.is_empty() {
            Stage::Opened
        } else {
            Stage::Drawn
        }
    }

    /// The objects of the evidence store that it names: frames, reports, attachments.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        let frames = self.plans.iter().map(|plan| plan.plan.frame.table_sha256.as_str());
        let reports = self.reports.iter().map(|(_, report)| report.sha256.as_str());
        let attached = self.attachments.iter().map(|(_, attached)| attached.sha256.as_str());
        frames.chain(reports).chain(attached)
    }

    /// Whether it is of the same clause as another, and of some of the same days.
    pub fn overlaps(&self, clause: &str, from: Day, to: Day) -> bool {
        self.what.clause == clause && self.what.from < to && from < self.what.to
    }

    /// The records that its plans have drawn, those given up among them.
    pub fn ever_drawn(&self) -> u64 {
        self.plans.iter().filter_map(|plan| plan.drawn.as_ref()).map(|(_, drawn)| drawn.sample.len() as u64).sum()
    }

    /// Whether something was found wrong: a record fails, of a plan in force or given up, an exception was confirmed,
    /// or a finding raised.
    pub fn found_wrong(&self, findings: &BTreeMap<FindingId, Finding>) -> bool {
        self.items.values().any(Item::fails)
            || self.exceptions.values().any(|settled| settled.settled == Settled::Confirmed)
            || self.findings(findings).next().is_some()
    }

    /// The items that a person has to answer for: drawn by a plan in force, or added.
    pub fn worklist(&self) -> impl Iterator<Item = (&String, &Item)> {
        self.items.iter().filter(|(_, item)| self.answers_for(item))
    }

    /// Whether a record is among them.
    pub fn is_on_worklist(&self, key: &str) -> bool {
        self.items.get(key).is_some_and(|item| self.answers_for(item))
    }

    fn answers_for(&self, item: &Item) -> bool {
        match item.came_by {
            CameBy::Draw { plan, .. } => {
                self.plans.get(plan as usize - 1).is_some_and(|plan| plan.superseded.is_none())
            }
            CameBy::Added { .. } => true,
        }
    }

    /// The sample of the plans in force, with the population it stands for: the basis of a rate.
    pub fn random_sample(&self) -> Vec<(&String, &Item)> {
        self.worklist().filter(|(_, item)| item.is_random()).collect()
    }

    /// Whether this person opened or conducts the audit, or did any step of it that another must look at.
    pub fn is_work_of(&self, person: &PersonId, findings: &BTreeMap<FindingId, Finding>) -> bool {
        let by = |done: &Done| &done.by == person;
        &self.auditor == person
            || by(&self.opened)
            || self.completed.as_ref().is_some_and(|(done, _)| by(done))
            || self
                .plans
                .iter()
                .any(|plan| by(&plan.committed) || plan.drawn.as_ref().is_some_and(|(done, _)| by(done)))
            || self.items.values().any(|item| {
                item.judged.values().chain(item.changed.iter().map(|(_, judged)| judged)).any(|judged| by(&judged.done))
            })
            || self.exceptions.values().any(|settled| by(&settled.done))
            || self.findings(findings).any(|(_, finding)| by(&finding.raised))
    }

    /// Where a settlement or judgement is changed afterwards, the word of both persons is void.
    pub(super) fn edited(&mut self, by: &Done) {
        if let Some((signed, _)) = self.signed_off.take() {
            self.voided.push((signed, by.clone()));
        }
        self.completed = None;
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    pub what: QueryRaised,
    pub raised: Done,
    pub answered: Option<(Done, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub what: FindingRaised,
    pub raised: Done,
    pub closed: Option<(Done, String)>,
}

impl Audit {
    /// The findings of this audit, in order.
    pub fn findings<'a>(
        &self,
        all: &'a BTreeMap<FindingId, Finding>,
    ) -> impl Iterator<Item = (&'a FindingId, &'a Finding)> + use<'a> {
        let id = self.what.audit;
        all.iter().filter(move |(_, finding)| finding.what.audit == id)
    }

    /// The queries of this audit that nobody has answered.
    pub fn open_queries<'a>(
        &self,
        all: &'a BTreeMap<QueryId, Query>,
    ) -> impl Iterator<Item = (&'a QueryId, &'a Query)> + use<'a> {
        let id = self.what.audit;
        all.iter().filter(move |(_, query)| query.what.audit == id && query.answered.is_none())
    }
}

/// JSON has only texts as keys of a map.
mod as_pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(from: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(from)?.into_iter().collect())
    }
}
