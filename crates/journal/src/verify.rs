//! Whether a journal is what it was: every leaf, root, signature and commitment computed again.
//!
//! Nothing here trusts the store, reads a file, or keeps more of the journal than a frontier and the roots
//! that somebody signed: a million entries take no more memory than ten, if all is well.

use std::collections::{BTreeMap, BTreeSet};

use crate::checkpoint::{Origin, SignedCheckpoint};
use crate::cosignature::PosixSeconds;
pub use crate::defect::{Defect, DisposedUnder, LeafTime};
use crate::entry::{Entry, Leaf, commitment};
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::log::Head;
use crate::signer::Memory;
use crate::tree::{Frontier, LeafIndex, TreeSize};

/// What is known besides the entries.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The journal's name, which its checkpoints must bear.
    pub origin: &'a Origin,
    /// The journal's public keys, all that it ever had.
    pub journal_keys: &'a [VerifierKey],
    /// The public keys of the witnesses, of type 0x04.
    pub witness_keys: &'a [VerifierKey],
    /// The checkpoints kept, each with the size it is kept as.
    pub checkpoints: &'a [(TreeSize, String)],
    /// What the store says the journal has come to, where a store is asked.
    pub head: Option<Head>,
    /// What the holder of the signing key remembers, where they were asked.
    pub memory: Option<&'a Memory>,
    /// Which entries the journal records as disposed of.
    pub disposals: &'a BTreeMap<LeafIndex, DisposedUnder>,
}

/// What holds of a journal, as far as it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub size: TreeSize,
    /// Computed from the leaves.
    pub root: Hash,
    /// Entries whose content is there, and is what was committed to.
    pub kept: u64,
    /// Entries whose content is gone, and whose disposal is recorded.
    pub disposed: u64,
    /// Those, by the disposal they fell to.
    pub disposals: BTreeMap<DisposedUnder, u64>,
    /// Checkpoints that are signed, and over just these entries.
    pub checkpoints: u64,
    /// The largest of them: what comes after it is not signed yet.
    pub signed: Option<TreeSize>,
    /// The largest that a known witness cosigned, and when: what comes after it could still be rewritten by
    /// whoever holds key and machine.
    pub witnessed: Option<(TreeSize, PosixSeconds)>,
    /// The same of each witness that cosigned anything, by its key as it is written.
    pub witnessed_by: BTreeMap<String, (TreeSize, PosixSeconds)>,
}

/// One line.
impl std::fmt::Display for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Verified { size, root, kept, disposed, checkpoints, signed, witnessed, .. } = self;
        write!(f, "{} entries, {kept} with their content and {disposed} disposed of, root {root}; ", size.0)?;
        match signed {
            Some(signed) => write!(f, "{checkpoints} checkpoints hold, the last over {} entries; ", signed.0)?,
            None => f.write_str("not signed; ")?,
        }
        match witnessed {
            Some((size, time)) => write!(f, "witnessed up to {} entries on {time}", size.0),
            None => f.write_str("not witnessed"),
        }
    }
}

/// What was found: what holds, and everything that does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    pub verified: Verified,
    /// Those of entries first, in their order.
    pub defects: Vec<Defect>,
}

/// Verifies a journal in one pass over its entries.
pub fn verify(known: Known<'_>, entries: impl IntoIterator<Item = Entry>) -> Verification {
    let mut verifier = Verifier::new(known);
    entries.into_iter().for_each(|entry| verifier.entry(&entry));
    verifier.finish()
}

/// The same for those who hand over one entry at a time, as [`crate::log::Log::read`] does.
#[derive(Debug)]
pub struct Verifier<'a> {
    known: Known<'a>,
    checkpoints: Vec<(TreeSize, SignedCheckpoint)>,
    /// The sizes whose roots are still to come, and the roots of those that came.
    awaited: BTreeSet<TreeSize>,
    roots: BTreeMap<TreeSize, Hash>,
    frontier: Frontier,
    next: u64,
    before: Option<LeafTime>,
    kept: u64,
    disposals: BTreeMap<DisposedUnder, u64>,
    defects: Vec<Defect>,
    later_defects: Vec<Defect>,
}

impl<'a> Verifier<'a> {
    pub fn new(known: Known<'a>) -> Verifier<'a> {
        let mut checkpoints = Vec::new();
        let mut unreadable = Vec::new();
        for (size, note) in known.checkpoints {
            match SignedCheckpoint::parse(note.as_bytes()) {
                Ok(checkpoint) => checkpoints.push((*size, checkpoint)),
                Err(cause) => unreadable.push(Defect::CheckpointUnreadable { size: size.0, cause }),
            }
        }
        let signed = checkpoints.iter().map(|(_, checkpoint)| checkpoint.checkpoint().head().size);
        let awaited = signed.chain(known.memory.map(|memory| memory.head().size)).collect();
        let mut verifier = Verifier {
            known,
            checkpoints,
            awaited,
            roots: BTreeMap::new(),
            frontier: Frontier::empty(),
            next: 0,
            before: None,
            kept: 0,
            disposals: BTreeMap::new(),
            defects: Vec::new(),
            later_defects: unreadable,
        };
        verifier.note_root();
        verifier
    }

    /// The next entry.
    pub fn entry(&mut self, entry: &Entry) {
        let (expected, found) = (self.next, entry.index.0);
        if found > expected {
            self.defects.push(Defect::EntryMissing { expected, found });
        } else if found < expected {
            self.defects.push(Defect::EntryOutOfOrder { expected, found });
        }
        self.next = self.next.max(found.saturating_add(1));
        self.frontier.append(Hash::of_leaf(&entry.leaf), |_| {});
        self.note_root();
        let leaf = Leaf::parse(&entry.leaf).ok();
        match &leaf {
            Some(leaf) => self.time(found, LeafTime(leaf.time)),
            None => self.defects.push(Defect::NotALeaf { index: found }),
        }
        self.content(entry, leaf.as_ref());
    }

    /// Against the entry before, not the latest of all: one entry dated ahead is one defect, not a thousand.
    fn time(&mut self, index: u64, time: LeafTime) {
        if let Some(before) = self.before.replace(time).filter(|before| time < *before) {
            self.defects.push(Defect::TimeBackwards { index, time, before });
        }
    }

    fn content(&mut self, entry: &Entry, leaf: Option<&Leaf>) {
        let index = entry.index.0;
        let under = self.known.disposals.get(&entry.index);
        if let Some(DisposedUnder { by, approved_by, .. }) = under
            && by == approved_by
        {
            self.defects.push(Defect::DisposedByOne { index, by: by.clone() });
        }
        match (&entry.content, under) {
            (Some(_), Some(under)) => self.defects.push(Defect::StillThere { index, under: under.clone() }),
            (None, None) => self.defects.push(Defect::ContentMissing { index }),
            (None, Some(under)) => match self.disposals.get_mut(under) {
                Some(count) => *count += 1,
                None => drop(self.disposals.insert(under.clone(), 1)),
            },
            (Some(_), None) => {}
        }
        if let (Some(content), Some(leaf)) = (&entry.content, leaf) {
            if commitment(&content.salt, &content.bytes) == leaf.commitment {
                self.kept += 1;
            } else {
                self.defects.push(Defect::OtherContent { index });
            }
        }
    }

    fn note_root(&mut self) {
        let size = self.frontier.size();
        if self.awaited.remove(&size) {
            self.roots.insert(size, self.frontier.root());
        }
    }

    /// What was found, when there are no more entries.
    pub fn finish(mut self) -> Verification {
        let mut verified = Verified {
            size: self.frontier.size(),
            root: self.frontier.root(),
            kept: self.kept,
            disposed: self.disposals.values().sum(),
            disposals: std::mem::take(&mut self.disposals),
            checkpoints: 0,
            signed: None,
            witnessed: None,
            witnessed_by: BTreeMap::new(),
        };
        let size = verified.size.0;
        for index in self.known.disposals.range(LeafIndex(self.next)..).map(|(index, _)| index.0) {
            self.defects.push(Defect::DisposalOfNothing { index, size });
        }
        self.defects.append(&mut self.later_defects);
        for (kept_as, checkpoint) in &self.checkpoints {
            match self.checkpoint(*kept_as, checkpoint) {
                Err(defect) => self.defects.push(defect),
                Ok(witnesses) => {
                    verified.checkpoints += 1;
                    verified.signed = verified.signed.max(Some(*kept_as));
                    for (witness, time) in witnesses {
                        let latest = Some((*kept_as, time));
                        verified.witnessed = verified.witnessed.max(latest);
                        let by = verified.witnessed_by.entry(witness).or_insert((*kept_as, time));
                        *by = (*by).max((*kept_as, time));
                    }
                }
            }
        }
        self.defects.extend(self.head(&verified));
        self.defects.extend(self.memory(&verified));
        Verification { verified, defects: self.defects }
    }

    /// Which witnesses cosigned it, by their keys, and when.
    fn checkpoint(&self, kept_as: TreeSize, signed: &SignedCheckpoint) -> Result<Vec<(String, PosixSeconds)>, Defect> {
        let (origin, head) = (signed.checkpoint().origin(), signed.checkpoint().head());
        let size = head.size.0;
        if head.size != kept_as {
            return Err(Defect::CheckpointOtherSize { kept_as: kept_as.0, says: size });
        }
        if origin != self.known.origin {
            let (found, expected) = (origin.to_string(), self.known.origin.to_string());
            return Err(Defect::CheckpointOtherOrigin { size, found, expected });
        }
        let not_signed = |cause| Defect::CheckpointNotSigned { size, cause };
        signed.open(self.known.journal_keys).map_err(not_signed)?;
        let witnesses = signed.note().verified(self.known.witness_keys).map_err(not_signed)?;
        match self.roots.get(&head.size) {
            None => Err(Defect::CheckpointAhead { size, entries: self.frontier.size().0 }),
            Some(found) if *found != head.root => {
                Err(Defect::CheckpointOtherRoot { size, signed: head.root, found: *found })
            }
            Some(_) => {
                Ok(witnesses.into_iter().filter_map(|witness| Some((witness.key.to_string(), witness.time?))).collect())
            }
        }
    }

    fn head(&self, verified: &Verified) -> Option<Defect> {
        let said = self.known.head?;
        if said.size != verified.size {
            return Some(Defect::HeadOtherSize { said: said.size.0, size: verified.size.0 });
        }
        (said.root != verified.root).then_some(Defect::HeadOtherRoot { said: said.root, root: verified.root })
    }

    fn memory(&self, verified: &Verified) -> Option<Defect> {
        let memory = self.known.memory?;
        if memory.origin() != self.known.origin {
            let (found, expected) = (memory.origin().to_string(), self.known.origin.to_string());
            return Some(Defect::MemoryOtherOrigin { found, expected });
        }
        let remembered = memory.head();
        match self.roots.get(&remembered.size) {
            None => Some(Defect::RolledBack { remembered: remembered.size.0, size: verified.size.0 }),
            Some(root) if *root != remembered.root => Some(Defect::Rewritten { remembered: remembered.size.0 }),
            Some(_) => None,
        }
    }
}
