//! Every record that was looked at, by its key, with what was said of it.

use std::collections::{BTreeMap, BTreeSet};

use custodes_standard::model::Judgement;
use serde::Serialize;

use super::DoneBy;
use crate::acts::audit::{Added, Matter, Verdict};
use crate::record::audit::{CameBy, Judged};
use crate::record::{Audit, Item, Record};

/// How records came into the audit. A rate is estimated from the first alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Drawn at random by a plan in force.
    Random,
    /// Every record that the clause asks for.
    Everything,
    /// Pointed at by analytics or suspicion.
    Targeted,
}

impl Group {
    pub const ALL: [Group; 3] = [Group::Random, Group::Everything, Group::Targeted];

    /// As a heading has it.
    pub fn title(self) -> &'static str {
        match self {
            Group::Random => "Drawn at random",
            Group::Everything => "Every record that the clause asks for",
            Group::Targeted => "Targeted",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemTold {
    pub key: String,
    /// The plan that drew it.
    pub plan: Option<u32>,
    pub stratum: Option<String>,
    /// Why it was added, where it was not drawn.
    pub added_because: Option<String>,
    /// To whom it was assigned, by name.
    pub assigned: Option<String>,
    /// On the record as a whole: none while a question is open, unless one has failed.
    pub verdict: Option<Verdict>,
    /// One for each question of the clause, in its order.
    pub answers: Vec<Answer>,
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub question: String,
    /// None where nobody has answered.
    pub given: Option<Given>,
}

impl Answer {
    pub fn verdict(&self) -> Option<Verdict> {
        self.given.as_ref().map(|given| given.verdict)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Given {
    pub verdict: Verdict,
    pub note: String,
    pub done: DoneBy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    pub note: String,
    pub done: DoneBy,
}

/// What has to be known of an audit to tell its records.
pub(super) struct Teller<'a> {
    pub record: &'a Record,
    pub audit: &'a Audit,
    pub questions: &'static [Judgement],
    pub covert: &'a BTreeSet<String>,
}

impl Teller<'_> {
    /// The records of one group: drawn ones in the order of the draws, others by their keys.
    pub fn items(&self, group: Group) -> Vec<ItemTold> {
        let worklist: BTreeMap<&String, &Item> = self.audit.worklist().collect();
        if group != Group::Random {
            let of_group = worklist.iter().filter(|(_, item)| group_of(item) == group);
            return of_group.map(|(key, item)| self.told(key, item)).collect();
        }
        let in_force = self.audit.plans.iter().filter(|plan| plan.superseded.is_none());
        let drawn = in_force.filter_map(|plan| plan.drawn.as_ref()).flat_map(|(_, sample)| &sample.sample);
        let mut seen = BTreeSet::new();
        drawn
            .filter_map(|drawn| worklist.get_key_value(&drawn.key))
            .filter(|(key, item)| item.is_random() && seen.insert(**key))
            .map(|(key, item)| self.told(key, item))
            .collect()
    }

    /// What a plan that was given up had drawn, and no plan in force has drawn again.
    pub fn set_aside(&self, number: u32) -> Vec<ItemTold> {
        let drawn = self.audit.plans.get(number as usize - 1).and_then(|plan| plan.drawn.as_ref());
        let keys = drawn.iter().flat_map(|(_, sample)| &sample.sample).map(|drawn| &drawn.key);
        keys.filter_map(|key| self.audit.items.get_key_value(key))
            .filter(|(_, item)| matches!(item.came_by, CameBy::Draw { plan, .. } if plan == number))
            .map(|(key, item)| self.told(key, item))
            .collect()
    }

    fn told(&self, key: &str, item: &Item) -> ItemTold {
        let (plan, stratum, added_because) = match &item.came_by {
            CameBy::Draw { plan, stratum } => (Some(*plan), stratum.clone(), None),
            CameBy::Added { reason, .. } => (None, None, Some(reason.clone())),
        };
        let names: Vec<&str> = self.questions.iter().map(|question| question.name).collect();
        let hung_on = Matter::Item(self.audit.what.audit, key.to_owned());
        ItemTold {
            key: named_unless_covert(key, self.covert),
            plan,
            stratum,
            added_because,
            assigned: item.assigned.as_ref().map(|person| self.record.name_of(person)),
            verdict: item.verdict(&names),
            answers: names.iter().map(|name| self.answer(name, item.judged.get(*name))).collect(),
            attachments: self.attachments(|to| *to == hung_on),
        }
    }

    fn answer(&self, question: &str, judged: Option<&Judged>) -> Answer {
        let given = judged.map(|judged| Given {
            verdict: judged.verdict,
            note: judged.note.clone(),
            done: DoneBy::of(self.record, &judged.done),
        });
        Answer { question: question.to_owned(), given }
    }

    pub fn attachments(&self, of: impl Fn(&Matter) -> bool) -> Vec<Attachment> {
        let hung = self.audit.attachments.iter().filter(|(_, attached)| of(&attached.to));
        hung.map(|(done, attached)| Attachment {
            name: attached.name.clone(),
            sha256: attached.sha256.clone(),
            bytes: attached.bytes,
            note: attached.note.clone(),
            done: DoneBy::of(self.record, done),
        })
        .collect()
    }
}

/// What stands in the place of a covert camera's or operation's name.
pub const WITHHELD: &str = "withheld (covert)";

pub(super) fn named_unless_covert(name: &str, covert: &BTreeSet<String>) -> String {
    if covert.contains(name) { WITHHELD.to_owned() } else { name.to_owned() }
}

fn group_of(item: &Item) -> Group {
    match &item.came_by {
        CameBy::Draw { .. } => Group::Random,
        CameBy::Added { how: Added::Everything, .. } => Group::Everything,
        CameBy::Added { how: Added::Targeted, .. } => Group::Targeted,
    }
}
