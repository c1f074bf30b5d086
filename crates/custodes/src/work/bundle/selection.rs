//! Which entries of a journal a bundle carries: the audits' own, and what they rest on. Suspected misuse is
//! confidential, and never leaves with a bundle.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use custodes_compliance::acts::{Act, AuditId, Content, ImportId, Mark};
use custodes_compliance::record::{Import, Record};
use custodes_journal::log::Log;
use custodes_journal::tree::{LeafIndex, TreeSize};

use crate::work::WorkError;
use crate::work::workspace::read_entry;

/// What every bundle carries, whichever the audits: who people are and what they may do, by which parameters
/// was judged, what the LEA reviewed and reported, and what was disposed of.
const ALWAYS: &[&str] = &[
    "workspace.opened",
    "person.added",
    "person.changed",
    "role.given",
    "role.withdrawn",
    "witness.trusted",
    "parameters.proposed",
    "parameters.approved",
    "data.requested",
    "reviews.recorded",
    "due.moved",
    "noncompliance.identified",
    "noncompliance.reported",
    "noncompliance.worked",
    "noncompliance.retested",
    "noncompliance.closed",
    "disposal.proposed",
    "disposal.approved",
];

struct Selection<'a> {
    /// The audits' own matter.
    marks: BTreeSet<&'a Mark>,
    imports: BTreeSet<ImportId>,
    /// What belongs to the audits without bearing their mark.
    attachments: BTreeSet<u64>,
    previous: Option<u64>,
}

/// The entries of a bundle for these audits, ascending.
///
/// # Errors
/// When the journal cannot be read.
pub fn select(
    log: &impl Log,
    record: &Record,
    audits: &[AuditId],
    previous: Option<u64>,
) -> Result<BTreeSet<u64>, WorkError> {
    let of = || audits.iter().filter_map(|id| record.audits.get(id));
    let selection = Selection {
        marks: of().map(|audit| &audit.what.mark).collect(),
        imports: imports_since(record, audits),
        attachments: of().flat_map(|audit| audit.attachments.iter().map(|(done, _)| done.entry)).collect(),
        previous,
    };
    let mut selected = BTreeSet::new();
    let mut wrong = None;
    log.read(LeafIndex(0), TreeSize(record.size), &mut |entry| match wants(&selection, &entry) {
        Ok(true) => {
            selected.insert(entry.index.0);
            ControlFlow::Continue(())
        }
        Ok(false) => ControlFlow::Continue(()),
        Err(why) => {
            wrong = Some(format!("entry {}: {why}; `custodes verify` says more", entry.index.0));
            ControlFlow::Break(())
        }
    })?;
    wrong.map_or(Ok(selected), |wrong| Err(wrong.into()))
}

/// The imports in force, and those that a plan of the audits was committed with.
pub fn imports(record: &Record, audits: &[AuditId]) -> BTreeSet<ImportId> {
    let plans = audits.iter().filter_map(|id| record.audits.get(id)).flat_map(|audit| &audit.plans);
    let planned = plans.flat_map(|plan| plan.plan.evidence.iter().copied());
    record.evidence().map(|(id, _)| *id).chain(planned).collect()
}

/// Those, and every import that was in force at some time since the first of the audits was opened: what was taken out
/// of force meanwhile is told too, with who did it and why.
fn imports_since(record: &Record, audits: &[AuditId]) -> BTreeSet<ImportId> {
    let opened = audits.iter().filter_map(|id| record.audits.get(id)).map(|audit| audit.opened.entry).min();
    let ended = |import: &Import| {
        let withdrawn = import.withdrawn.as_ref().map(|(done, _)| done.entry);
        let replaced = import.replaced_by.and_then(|by| record.imports.get(&by)).map(|by| by.imported.entry);
        withdrawn.into_iter().chain(replaced).min()
    };
    let since = record.imports.iter().filter(|(_, import)| ended(import).is_none_or(|ended| Some(ended) >= opened));
    since.map(|(id, _)| *id).chain(imports(record, audits)).collect()
}

fn wants(selection: &Selection<'_>, entry: &custodes_journal::entry::Entry) -> Result<bool, String> {
    let (_, subject, content) = read_entry(entry)?;
    let kind = custodes_journal::entry::Leaf::parse(&entry.leaf).map_err(|error| error.to_string())?.kind;
    // What was refused stays with the LEA, although it is a part of the audit that it was about.
    if kind.starts_with("misuse.") || kind == "act.refused" {
        return Ok(false);
    }
    if selection.marks.contains(&subject) || ALWAYS.contains(&kind.as_str()) {
        return Ok(true);
    }
    Ok(content.is_some_and(|Content { act, .. }| selection.wants(entry.index.0, &act)))
}

impl Selection<'_> {
    fn wants(&self, index: u64, act: &Act) -> bool {
        match act {
            Act::EvidenceImported(act) => self.imports.contains(&act.import),
            Act::EvidenceWithdrawn(act) => self.imports.contains(&act.import),
            Act::QuarantineSettled(act) => self.imports.contains(&act.import),
            Act::Attached(_) => self.attachments.contains(&index),
            Act::BundleMade(_) => self.previous == Some(index),
            _ => false,
        }
    }
}

/// Numbers as runs from first to last.
pub fn runs(numbers: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hold_every_number_once() {
        assert_eq!(runs(&BTreeSet::from([0, 1, 2, 5, 7, 8])), [(0, 2), (5, 5), (7, 8)]);
        assert!(runs(&BTreeSet::new()).is_empty());
    }

    #[test]
    fn what_always_goes_with_a_bundle_are_kinds_of_acts_and_none_is_confidential() {
        for kind in ALWAYS {
            assert!(Act::KINDS.contains(kind) && !kind.starts_with("misuse"), "{kind}");
        }
    }
}
