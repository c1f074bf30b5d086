//! What the record says was disposed of: which entries, under which rule, by whom and approved by whom.

use std::collections::BTreeMap;

use custodes_compliance::record::Record;
use custodes_journal::tree::LeafIndex;
use custodes_journal::verify::DisposedUnder;

use crate::words::counted;

/// Approved disposals, entry by entry.
#[derive(Debug, Default)]
pub struct Disposed {
    pub entries: BTreeMap<LeafIndex, DisposedUnder>,
    /// Disposals that one person made alone.
    pub defects: Vec<String>,
}

impl Disposed {
    pub fn of(record: &Record) -> Disposed {
        let mut disposed = Disposed::default();
        for (id, disposal) in &record.disposals {
            let Some(approved) = &disposal.approved else { continue };
            if approved.by == disposal.proposed.by {
                disposed.defects.push(format!(
                    "disposal {id}: {} both put it forward and approved it, which takes two people",
                    approved.by
                ));
            }
            let under = DisposedUnder {
                rule: format!("{:?}", disposal.what.rule),
                date: approved.day().to_string(),
                by: record.name_of(&disposal.proposed.by),
                approved_by: record.name_of(&approved.by),
            };
            // Namesakes are two people all the same.
            let under = if under.by == under.approved_by && approved.by != disposal.proposed.by {
                DisposedUnder { by: disposal.proposed.by.to_string(), approved_by: approved.by.to_string(), ..under }
            } else {
                under
            };
            for entry in &disposal.what.entries {
                disposed.entries.entry(LeafIndex(*entry)).or_insert_with(|| under.clone());
            }
        }
        disposed
    }

    pub fn covers(&self, entry: u64) -> bool {
        self.entries.contains_key(&LeafIndex(entry))
    }

    /// For each disposal, how many of these entries fell to it.
    pub fn sentences(&self, entries: impl Iterator<Item = u64>) -> Vec<String> {
        let mut counts: BTreeMap<&DisposedUnder, u64> = BTreeMap::new();
        for under in entries.filter_map(|entry| self.entries.get(&LeafIndex(entry))) {
            *counts.entry(under).or_default() += 1;
        }
        let told = |(under, count)| format!("the content of {} was {under}", counted(count, "entry", "entries"));
        counts.into_iter().map(told).collect()
    }
}
