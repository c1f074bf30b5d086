//! What the machine found, and what a person has said of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::DoneBy;
use super::facts::Facts;
use crate::acts::audit::{ExceptionName, Settled};
use crate::record::{Audit, Record};

/// The clause whose subjects are covert operations themselves.
const OF_COVERT: &str = "5.1.6";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionsTold {
    pub confirmed: Vec<ExceptionTold>,
    pub dismissed: Vec<ExceptionTold>,
    /// Nobody has said anything of these: they are leads, and neither findings nor cleared.
    pub not_settled: Vec<ExceptionTold>,
    /// Those about something covert, which are named nowhere and are in none of the lists.
    pub covert: CovertExceptions,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CovertExceptions {
    pub confirmed: u64,
    pub dismissed: u64,
    pub not_settled: u64,
}

impl CovertExceptions {
    pub fn total(&self) -> u64 {
        self.confirmed + self.dismissed + self.not_settled
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionTold {
    pub name: ExceptionName,
    /// What the test says of it; none where the tests do not find it any more.
    pub detail: Option<String>,
    /// Why it was confirmed or dismissed, and by whom.
    pub settled: Option<SettledTold>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettledTold {
    pub reason: String,
    pub done: DoneBy,
}

pub(super) fn exceptions(record: &Record, audit: &Audit, facts: &Facts) -> ExceptionsTold {
    let mut all: BTreeMap<&ExceptionName, Option<&String>> = audit.exceptions.keys().map(|name| (name, None)).collect();
    all.extend(facts.exceptions.iter().map(|found| (&found.name, Some(&found.detail))));

    let mut told = ExceptionsTold {
        confirmed: Vec::new(),
        dismissed: Vec::new(),
        not_settled: Vec::new(),
        covert: CovertExceptions::default(),
    };
    for (name, detail) in all {
        let settled = audit.exceptions.get(name);
        let (list, covert) = match settled.map(|settled| settled.settled) {
            Some(Settled::Confirmed) => (&mut told.confirmed, &mut told.covert.confirmed),
            Some(Settled::Dismissed) => (&mut told.dismissed, &mut told.covert.dismissed),
            None => (&mut told.not_settled, &mut told.covert.not_settled),
        };
        if is_covert(name, facts) {
            *covert += 1;
            continue;
        }
        list.push(ExceptionTold {
            name: name.clone(),
            detail: detail.cloned(),
            settled: settled
                .map(|settled| SettledTold { reason: settled.reason.clone(), done: DoneBy::of(record, &settled.done) }),
        });
    }
    told
}

pub(super) fn is_covert(name: &ExceptionName, facts: &Facts) -> bool {
    name.clause == OF_COVERT || facts.covert.contains(&name.subject)
}
