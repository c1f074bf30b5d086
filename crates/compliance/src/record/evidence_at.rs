//! The evidence as it was: which imports were in force at some time, and the name of that state.

use std::collections::BTreeSet;

use super::{Done, Import, Record};
use crate::acts::ImportId;
use crate::time::Instant;

/// Up to where the journal is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpTo {
    Now,
    /// Its first entries, so many.
    Entries(u64),
    At(Instant),
}

impl UpTo {
    fn holds(self, done: &Done) -> bool {
        match self {
            UpTo::Now => true,
            UpTo::Entries(entries) => done.entry < entries,
            UpTo::At(instant) => done.at <= instant,
        }
    }
}

/// What had become of an import by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    InForce,
    Withdrawn(&'a Done, &'a str),
    /// By which, when, and why.
    Replaced(ImportId, &'a Done, &'a str),
}

impl Record {
    /// Every import that had been taken in by then, with what had become of it.
    pub fn taken_in(&self, up_to: UpTo) -> impl Iterator<Item = (&ImportId, &Import, Fate<'_>)> {
        let then = self.imports.iter().filter(move |(_, import)| up_to.holds(&import.imported));
        then.map(move |(id, import)| (id, import, self.fate(import, up_to)))
    }

    fn fate<'a>(&'a self, import: &'a Import, up_to: UpTo) -> Fate<'a> {
        if let Some((done, reason)) = import.withdrawn.as_ref().filter(|(done, _)| up_to.holds(done)) {
            return Fate::Withdrawn(done, reason);
        }
        let later = import.replaced_by.and_then(|later| Some((later, self.imports.get(&later)?)));
        match later {
            Some((id, by)) if up_to.holds(&by.imported) => Fate::Replaced(id, &by.imported, &by.what.reason),
            _ => Fate::InForce,
        }
    }

    /// Imports that were disposed of since: whoever names the state of before does not know them.
    pub fn disposed_since(&self, up_to: UpTo) -> Vec<String> {
        let since = self.disposals.values().filter(|disposal| {
            let approved = disposal.approved.as_ref();
            approved.is_some_and(|approved| !up_to.holds(approved))
        });
        let names = since.flat_map(|disposal| &disposal.what.names);
        names.filter(|name| name.parse::<ImportId>().is_ok()).cloned().collect()
    }

    /// A short name for the evidence in force then, by which two statements about it are compared: the beginning of
    /// the SHA-256 over the originals, each with its set and the mapping under which it is read. `None` where an
    /// import is gone that may have been in force.
    pub fn state_of_evidence(&self, up_to: UpTo) -> Option<String> {
        if !self.disposed_since(up_to).is_empty() {
            return None;
        }
        let mut lines = BTreeSet::new();
        let in_force = self.taken_in(up_to).filter(|(_, _, fate)| *fate == Fate::InForce);
        for (_, import, _) in in_force {
            for original in &import.what.originals {
                let set = original.set.as_deref().unwrap_or("-");
                let mapping = original.mapping.as_ref().and_then(|name| {
                    let kept = import.what.mappings.iter().find(|kept| &kept.name == name)?;
                    Some(kept.sha256.as_str())
                });
                lines.insert(format!("{} {set} {}\n", original.sha256, mapping.unwrap_or("-")));
            }
        }
        let text: String = lines.into_iter().collect();
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        Some(digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}
