//! Whether a workspace is what it was: journal, signatures, the key holder's memory, the evidence store, every
//! draw. It opens nothing for writing and trusts nothing that it finds there, so that a damaged workspace is
//! described and not refused.

mod evidence;
#[cfg(all(test, unix))]
mod tests;
mod witnesses;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use custodes_compliance::acts::Act;
use custodes_compliance::acts::people::WorkspaceOpened;
use custodes_compliance::record::Record;
use custodes_compliance::time::Instant;
use custodes_journal::checkpoint::{Origin, SignedCheckpoint};
use custodes_journal::cosignature::PosixSeconds;
use custodes_journal::entry::Entry;
use custodes_journal::hash::Hash;
use custodes_journal::key::VerifierKey;
use custodes_journal::log::{Head, Log};
use custodes_journal::signer::Memory;
use custodes_journal::tree::{Frontier, LeafIndex, TreeSize};
use custodes_journal::verify::{Defect, Known, Verification, Verifier};
use custodes_store::SqliteLog;

use super::bundle::Opened;
use super::disposed::Disposed;
use super::fold::{self, Fold};
use super::keys::Keys;
use super::redrawing::Once;
use super::workspace::{JOURNAL, is_ahead, read_entry};

use crate::clock;
use crate::words::counted;
pub use witnesses::{Trusted, WitnessedBy, latest_of};

/// With what a workspace is verified.
pub struct With<'a> {
    /// The journal's public keys, as they were handed over; the one that the journal names, where there are none.
    pub keys: &'a [VerifierKey],
    pub witnesses: &'a [VerifierKey],
    /// Checkpoints that were kept elsewhere, by whoever was shown them.
    pub checkpoints: &'a [String],
    /// Where this machine's user keeps signing keys, and the memory of what was signed.
    pub key_folder: Option<&'a Path>,
    /// Told what is being done, and how far it has come.
    pub progress: &'a dyn Fn(&str, u64),
}

/// What holds, and what does not.
#[derive(Debug, Default)]
pub struct Answer {
    /// A few words each: together they are one line.
    pub holds: Vec<String>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
    /// A sentence each.
    pub defects: Vec<String>,
    /// Entries, and the root over them in hexadecimal.
    pub head: Option<(u64, String)>,
    /// The largest checkpoint that a witness cosigned whose key the verifier gave, and when.
    pub witnessed: Option<(TreeSize, PosixSeconds)>,
    /// The witnesses that the workspace says it trusts: its own word, kept apart from what the verifier knows.
    pub trusted: Vec<Trusted>,
}

impl From<Opened> for Answer {
    fn from(opened: Opened) -> Answer {
        let Opened { info, holds, notes, defects, witnessed, trusted, .. } = opened;
        Answer { holds, notes, defects, head: Some((info.size, info.root)), witnessed, trusted }
    }
}

/// Verifies a workspace.
pub fn verify(folder: &Path, with: &With<'_>) -> Answer {
    let mut answer = Answer::default();
    let log = match SqliteLog::open_read_only(&folder.join(JOURNAL)) {
        Ok(log) => log,
        Err(why) => {
            answer.defects.push(format!("the journal cannot be opened: {why}"));
            return answer;
        }
    };
    if let Err(why) = Verifying::new(&log, with, &mut answer).run(folder) {
        answer.defects.push(why);
    }
    answer
}

/// How often one looks whether the journal's present state is signed.
const LOOKS: usize = 20;

struct Verifying<'a> {
    log: &'a SqliteLog,
    with: &'a With<'a>,
    answer: &'a mut Answer,
    head: Head,
    /// How many entries can be read, from the first.
    readable: u64,
    /// The journal's key, if it is on this machine.
    held: Option<VerifierKey>,
}

/// The journal folded anew.
#[derive(Default)]
struct Folded<'a> {
    record: Record,
    once: Once,
    defects: Vec<String>,
    /// The first entry that is dated later than it is now, its time, and how many there are.
    ahead: Option<(u64, Instant, u64)>,
    /// The keys of all witnesses that the journal ever trusted, those dismissed since among them.
    trusted: BTreeSet<String>,
    /// What was kept of an earlier fold, as long as the size that it was kept at is not reached.
    kept: Option<Fold<'a>>,
    kept_holds: bool,
}

impl<'a> Verifying<'a> {
    fn new(log: &'a SqliteLog, with: &'a With<'a>, answer: &'a mut Answer) -> Verifying<'a> {
        let head = Head { size: TreeSize(0), root: Hash::of_nothing() };
        Verifying { log, with, answer, head, readable: 0, held: None }
    }

    fn run(&mut self, folder: &Path) -> Result<(), String> {
        self.head = self.log.head().map_err(|why| why.to_string())?;
        let origin = self.origin();
        // The memory first, then checkpoints, then the head: what other programs write meanwhile is never
        // taken for something that went missing.
        let memory = origin.as_ref().ok().and_then(|origin| self.memory(origin));
        let mut checkpoints = self.one_moment()?;
        let kept = checkpoints.len();
        for note in self.with.checkpoints {
            match SignedCheckpoint::parse(note.as_bytes()) {
                Ok(signed) => checkpoints.push((signed.checkpoint().head().size, note.clone())),
                Err(why) => self.answer.defects.push(format!("the checkpoint that was given: {why}")),
            }
        }
        let progress = self.with.progress;
        if let Err(why) = self.log.examine_telling(&mut |_| progress("the tree", 1)) {
            self.answer.defects.push(why.to_string());
        }
        let fold = self.log.derived(fold::NAME).ok().flatten();
        let folded = self.fold(fold.as_deref());
        self.answer.defects.extend(folded.defects);
        self.answer.defects.extend(folded.once.defects);
        if let Some((first, at, count)) = folded.ahead {
            let entries = counted(count, "entry is", "entries are");
            self.answer.notes.push(format!(
                "{entries} dated later than this machine's clock says it is, from entry {first} on ({at}): the clock was \
                 ahead then, or is behind now"
            ));
        }
        let record = folded.record;
        if folded.kept_holds {
            self.answer.holds.push("the kept fold is what the entries give".to_owned());
        }
        let origin = origin?;
        self.journal(&origin, memory.as_ref(), &checkpoints, &record, &folded.trusted);
        self.unknown_witnesses(&checkpoints, kept, &origin, &folded.trusted);
        self.reports(&record);
        self.evidence(&record, folder);
        Ok(())
    }

    /// The checkpoints, and the head when they were read: an act in between is signed by the time that one
    /// looks again.
    fn one_moment(&mut self) -> Result<Vec<(TreeSize, String)>, String> {
        let mut checkpoints = Vec::new();
        for _ in 0..LOOKS {
            checkpoints = self.log.checkpoints().map_err(|why| why.to_string())?;
            self.head = self.log.head().map_err(|why| why.to_string())?;
            if checkpoints.last().is_some_and(|(size, _)| *size == self.head.size) {
                break;
            }
        }
        Ok(checkpoints)
    }

    /// Reads every entry, and says of which nothing can be made.
    fn fold<'k>(&mut self, kept: Option<&'k [u8]>) -> Folded<'k> {
        let mut folded = Folded { kept: kept.and_then(|bytes| self.kept_fold(bytes)), ..Folded::default() };
        let (progress, now) = (self.with.progress, clock::now());
        let (readable, unreadable) = self.read(&mut |entry| {
            let index = entry.index.0;
            folded.record.size = index;
            match read_entry(&entry) {
                Ok((at, subject, content)) => {
                    if is_ahead(at, now) {
                        folded.ahead.get_or_insert((index, at, 0)).2 += 1;
                    }
                    if let Some(content) = &content {
                        folded.once.see(index, &content.act);
                        if let Act::WitnessTrusted(trusted) = &content.act {
                            folded.trusted.insert(trusted.key.clone());
                        }
                    }
                    folded.record.apply(at, &subject, content);
                }
                Err(why) => {
                    folded.defects.push(format!("entry {index}: {why}"));
                    folded.record.size = index + 1;
                }
            }
            if folded.kept.as_ref().is_some_and(|kept| kept.head.size.0 == folded.record.size)
                && let Some(kept) = folded.kept.take()
            {
                folded.kept_holds = kept.is(&folded.record);
                if !folded.kept_holds {
                    folded.defects.push(format!(
                        "the kept fold is not what the first {} entries give: it was changed",
                        kept.head.size.0
                    ));
                }
            }
            progress("the journal", 1);
        });
        self.readable = readable;
        if let Some(why) = unreadable {
            // Nodes and leaves were looked at before, and say the same of the same entry.
            self.answer.defects.retain(|defect| *defect != why);
            folded.defects.push(format!("{why}; what comes after {readable} entries cannot be verified"));
        }
        folded
    }

    /// Hands over every entry up to the first that cannot be read; gives how many, and why there are no more.
    fn read(&self, each: &mut dyn FnMut(Entry)) -> (u64, Option<String>) {
        let (next, size) = (Cell::new(0), self.head.size);
        let mut take = |entry: Entry| {
            next.set(entry.index.0 + 1);
            each(entry);
            ControlFlow::Continue(())
        };
        if self.log.read(LeafIndex(0), size, &mut take).is_ok() {
            return (next.get(), None);
        }
        // Entries come many at once: those before the bad one are there one by one.
        while next.get() < size.0 {
            if let Err(why) = self.log.read(LeafIndex(next.get()), TreeSize(next.get() + 1), &mut take) {
                return (next.get(), Some(why.to_string()));
            }
        }
        (next.get(), None)
    }

    /// What opening the workspace would take up instead of reading the entries.
    fn kept_fold<'k>(&mut self, bytes: &'k [u8]) -> Option<Fold<'k>> {
        let key = self.named_key()?;
        let Some(fold) = Fold::open(bytes, &key) else {
            if fold::is_of_this_version(bytes) {
                self.answer.defects.push(
                    "the kept fold is not signed by the journal's key, or was changed (it is not used)".to_owned(),
                );
            } else {
                self.answer.notes.push(
                    "the kept fold is of another version of the program, or damaged; it is not used, and is made anew"
                        .to_owned(),
                );
            }
            return None;
        };
        if fold.head.size > self.head.size || self.root_at(fold.head.size) != Some(fold.head.root) {
            let size = fold.head.size.0;
            self.answer.defects.push(format!("the kept fold is of {size} entries that are not the journal's"));
            return None;
        }
        Some(fold)
    }

    /// What the journal's first entry says of it.
    fn opening(&self) -> Option<WorkspaceOpened> {
        let mut opening = None;
        let one = TreeSize(self.head.size.0.min(1));
        let _ = self.log.read(LeafIndex(0), one, &mut |entry| {
            if let Ok((_, _, Some(content))) = read_entry(&entry)
                && let Act::WorkspaceOpened(opened) = content.act
            {
                opening = Some(opened);
            }
            ControlFlow::Continue(())
        });
        opening
    }

    fn named_key(&self) -> Option<VerifierKey> {
        VerifierKey::parse(&self.opening()?.key).ok()
    }

    fn root_at(&self, size: TreeSize) -> Option<Hash> {
        Frontier::read(size, |level, index| self.log.node(level, index)).ok().map(|frontier| frontier.root())
    }

    /// Leaves, commitments, roots, signatures, cosignatures, and what the key's holder remembers.
    fn journal(
        &mut self,
        origin: &Origin,
        memory: Option<&Memory>,
        checkpoints: &[(TreeSize, String)],
        record: &Record,
        trusted: &BTreeSet<String>,
    ) {
        let keys = self.journal_keys();
        let witnesses = self.witness_keys(trusted);
        let disposed = Disposed::of(record);
        // What is said of entries that cannot be read is no defect of its own, and accuses nobody.
        let whole = self.readable == self.head.size.0;
        let can_be_said = |size: TreeSize| whole || size.0 <= self.readable;
        let memory = memory.filter(|memory| can_be_said(memory.head().size));
        let checkpoints: Vec<(TreeSize, String)> =
            checkpoints.iter().filter(|(size, _)| !keys.is_empty() && can_be_said(*size)).cloned().collect();
        let known = Known {
            origin,
            journal_keys: &keys,
            witness_keys: &witnesses,
            checkpoints: &checkpoints,
            head: whole.then_some(self.head),
            memory,
            disposals: &disposed.entries,
        };
        let mut verifier = Verifier::new(known);
        let progress = self.with.progress;
        // Where entries cannot be read, the fold has said so already.
        self.read(&mut |entry| {
            verifier.entry(&entry);
            progress("the journal again", 1);
        });
        let Verification { verified, defects } = verifier.finish();
        self.answer.head = Some((verified.size.0, verified.root.to_string()));
        self.witnessed(record, &verified);
        self.answer.holds.insert(
            0,
            format!(
                "{} of {origin}, {} with their content and {} disposed of, root {}; {}",
                counted(verified.size.0, "entry", "entries"),
                verified.kept,
                verified.disposed,
                verified.root,
                counted(verified.checkpoints, "checkpoint", "checkpoints")
            ),
        );
        for (under, count) in &verified.disposals {
            self.answer.notes.push(format!("the content of {} was {under}", counted(*count, "entry", "entries")));
        }
        if memory.is_some() && !defects.iter().any(is_of_memory) {
            self.answer.holds.push("it continues what the key's holder remembers".to_owned());
        }
        self.answer.defects.extend(disposed.defects.into_iter().chain(defects.iter().map(ToString::to_string)));
        let signed = checkpoints.iter().map(|(size, _)| *size).max().unwrap_or(TreeSize(0));
        if whole && !keys.is_empty() && signed < verified.size {
            self.unsigned(verified.size.0 - signed.0, origin, memory);
        }
    }

    /// Entries after the last checkpoint. Those that the key's holder was writing when a program was killed are
    /// told from those of anybody else.
    fn unsigned(&mut self, entries: u64, origin: &Origin, memory: Option<&Memory>) {
        let keys = self.with.key_folder.and_then(|folder| Keys::open(folder, origin.as_str()).ok().flatten());
        let intended = keys.and_then(|keys| keys.intended().ok().flatten());
        if memory.is_some_and(|memory| memory.head() == self.head) || intended == Some(self.head) {
            self.answer.notes.push(format!(
                "the last {entries} entries are the key holder's own, as their memory says, and are not signed yet: a \
                 program was interrupted before it signed them, or is about to; the next command signs them"
            ));
        } else {
            self.answer.defects.push(format!(
                "the last {} not signed: a program was interrupted before it signed, or somebody without the key \
                 added something; look at it, then the key's holder signs it (--accept-unsigned {entries})",
                match entries {
                    1 => "entry is".to_owned(),
                    more => format!("{more} entries are"),
                }
            ));
        }
    }

    /// The journal's name: what its first entry says, or, if that is not readable, its checkpoints.
    fn origin(&self) -> Result<Origin, String> {
        let named = self.opening().and_then(|opened| Origin::parse(&opened.origin).ok());
        let signed = || {
            let checkpoints = self.log.checkpoints().unwrap_or_default();
            let mut parsed = checkpoints.iter().filter_map(|(_, note)| SignedCheckpoint::parse(note.as_bytes()).ok());
            parsed.next().map(|signed| signed.checkpoint().origin().clone())
        };
        named.or_else(signed).ok_or_else(|| "neither an entry nor a checkpoint says which journal it is".to_owned())
    }

    fn journal_keys(&mut self) -> Vec<VerifierKey> {
        let named = self.named_key();
        if self.with.keys.is_empty() {
            if let Some(held) = &self.held {
                self.answer
                    .notes
                    .push(format!("no key was given: signatures were checked by the key held here: {held}"));
                return vec![held.clone()];
            }
            match &named {
                Some(key) => self.answer.notes.push(format!(
                    "no key was given: signatures were checked by the key that the journal itself names, which \
                     proves nothing about whose it is; compare it with the one handed over (--key): {key}"
                )),
                None => self.answer.defects.push(
                    "the journal names no key that can be read, so no signature was checked: give the key (--key)"
                        .to_owned(),
                ),
            }
            return named.into_iter().collect();
        }
        if let Some(named) = named.filter(|named| !self.with.keys.contains(named)) {
            self.answer
                .defects
                .push(format!("the journal says that its key is {named}, which is not a key that was given"));
        }
        self.with.keys.to_vec()
    }

    fn memory(&mut self, origin: &Origin) -> Option<Memory> {
        let keys = match Keys::open(self.with.key_folder?, origin.as_str()) {
            Ok(keys) => keys,
            Err(why) => {
                self.answer.defects.push(why.to_string());
                return None;
            }
        };
        let Some(keys) = keys else {
            self.answer
                .notes
                .push("the signing key is not on this machine, so what its holder remembers was not asked".to_owned());
            return None;
        };
        self.held = Some(keys.verifier().clone());
        if self.named_key().is_some_and(|named| named != *keys.verifier()) {
            self.answer
                .defects
                .push(format!("the journal names another key than the one held here, {}", keys.verifier()));
        }
        if let Err(why) = keys.intended() {
            self.answer.defects.push(why.to_string());
        }
        match keys.memory() {
            Ok(memory) => Some(memory),
            Err(why) => {
                self.answer.defects.push(why.to_string());
                None
            }
        }
    }
}

fn is_of_memory(defect: &Defect) -> bool {
    matches!(defect, Defect::RolledBack { .. } | Defect::Rewritten { .. } | Defect::MemoryOtherOrigin { .. })
}
