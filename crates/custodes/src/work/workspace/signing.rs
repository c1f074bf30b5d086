//! What is signed, and what is not: every act ends with a checkpoint, and a program that was killed before it
//! came to that is finished by the next one.

use std::path::Path;

use custodes_evidence::archive::Sha256;
use custodes_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use custodes_journal::entry::NewEntry;
use custodes_journal::hash::Hash;
use custodes_journal::log::{Head, Log};
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::Frontier;
use custodes_store::SqliteLog;

use super::{Workspace, making};
use crate::work::WorkError;
use crate::work::keys::{Keys, Turn};
use crate::work::objects::{gone, named};

impl Workspace {
    /// The signing key.
    ///
    /// # Errors
    /// When this machine's user does not hold it: then one may look, and not write.
    pub(super) fn keys(&self) -> Result<&Keys, WorkError> {
        self.keys.as_ref().ok_or_else(|| {
            "this machine's user does not hold the workspace's key, so nothing can be written (see CUSTODES_KEYS)"
                .into()
        })
    }

    /// So many entries that no program of this key's holder wrote may be signed with the next act: a person
    /// has looked at them.
    pub fn accept_unsigned(&mut self, entries: u64) {
        self.accepted = entries;
    }

    /// Waits until no other program writes with this key, and finishes what one left unsigned: so what is
    /// looked at is never an act that is only half done.
    ///
    /// # Errors
    /// When there are entries that no program of this key's holder wrote.
    pub(super) fn turn(&mut self) -> Result<Turn, WorkError> {
        let turn = self.keys()?.turn()?;
        if let Some(Unsigned { entries, ours }) = self.unsigned()? {
            if !ours && entries != self.accepted {
                return Err(stranger(entries));
            }
            self.sign_in(&turn)?;
        }
        Ok(turn)
    }

    /// What was written after the last checkpoint, if anything was.
    fn unsigned(&self) -> Result<Option<Unsigned>, WorkError> {
        let head = self.log.head()?;
        if head.size.0 == 0 {
            return Ok(None);
        }
        let memory = self.keys()?.memory()?.head();
        let (verifier, kept) = (self.verifier()?, self.log.latest_checkpoint(head.size)?);
        let signed = kept
            .and_then(|(_, note)| SignedCheckpoint::parse(note.as_bytes()).ok())
            .filter(|signed| signed.open(std::slice::from_ref(&verifier)).is_ok())
            .map(|signed| signed.checkpoint().head());
        if signed == Some(head) {
            return Ok(None);
        }
        // An intent that cannot be read vouches for nothing.
        let intended = self.keys()?.intended().ok().flatten();
        let last = signed.map_or(memory.size, |signed| signed.size);
        let entries = head.size.0.saturating_sub(last.0);
        Ok(Some(Unsigned { entries, ours: memory == head || intended == Some(head) }))
    }

    /// Finishes what a killed program left: the checkpoint over what it wrote, files that were to go with a
    /// disposal, the mark of a workspace in the making.
    pub(super) fn finish_what_was_interrupted(&mut self, folder: &Path) {
        // Whoever only looks is not kept from it by what cannot be finished now: the next act says why.
        let _ = self.finish(folder);
    }

    fn finish(&mut self, folder: &Path) -> Result<(), WorkError> {
        if self.keys.is_none() {
            return Ok(());
        }
        match self.unsigned()? {
            Some(Unsigned { ours: true, .. }) => drop(self.turn()?),
            // Nothing is taken away on the word of an entry that nobody signed.
            Some(_) => return Ok(()),
            None => {}
        }
        self.remove_what_was_disposed_of()?;
        making::made(folder)
    }

    /// Takes away the files that went with disposals, unless something else names them by now; gives how many
    /// there were.
    pub(super) fn remove_what_was_disposed_of(&self) -> Result<u64, WorkError> {
        let (gone, mut removed) = (gone(&self.record), 0);
        if gone.is_empty() {
            return Ok(removed);
        }
        let named = named(&self.record);
        for sha256 in gone.into_iter().filter(|sha256| !named.contains_key(*sha256)) {
            let object: Sha256 = sha256.parse()?;
            if self.archive.holds(&object) {
                self.archive.remove(&object)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Notes what the journal will have come to with these entries, so that they are known for this holder's
    /// own if the program is killed before it signs them.
    pub(super) fn intend(&self, turn: &Turn, entries: &[NewEntry]) -> Result<(), WorkError> {
        let mut frontier = Frontier::read(self.head.size, |level, index| self.log.node(level, index))?;
        entries.iter().for_each(|entry| frontier.append(Hash::of_leaf(&entry.leaf.to_bytes()), |_| {}));
        self.keys()?.intend(turn, Head { size: frontier.size(), root: frontier.root() })
    }

    /// A journal that is older than what was signed, or another one, is not written to.
    pub(super) fn refuse_what_was_rolled_back(&mut self) -> Result<(), WorkError> {
        let keys = self.keys()?;
        let remembered = keys.memory()?.head();
        if !self.holds(remembered)?.1 {
            // The signer says which of the two it is.
            let turn = keys.turn()?;
            self.sign_in(&turn)?;
        }
        Ok(())
    }

    /// How many entries there are now, and whether what was signed is among them. The memory is read first: an
    /// entry is in the journal before anything is remembered of it, so what a busy neighbour signs meanwhile is
    /// never taken for something that went missing.
    fn holds(&self, remembered: Head) -> Result<(u64, bool), WorkError> {
        let has = self.log.head()?.size;
        Ok((has.0, has >= remembered.size && self.root_at(remembered.size)? == remembered.root))
    }

    /// What a reader must know before the journal is believed: that it is older than what this machine's user
    /// signed, or another one. `None` where it is not, and without the key, by which alone it would show.
    pub fn rolled_back(&self) -> Option<String> {
        let keys = self.keys.as_ref()?;
        let remembered = match keys.memory() {
            Ok(memory) => memory.head(),
            Err(why) => return Some(format!("nobody can say whether this journal is an old copy: {why}")),
        };
        let signed = remembered.size.0;
        match self.holds(remembered) {
            Ok((_, true)) => None,
            Ok((has, false)) if has < signed => Some(format!(
                "this journal is an old copy: it has {has} entries, and {signed} were signed with this key; what \
                 follows leaves out the last {}. Bring the newer journal back before anything is taken for true",
                signed - has
            )),
            _ => Some(format!(
                "this journal is not the one that was signed with this key: its first {signed} entries are others \
                 (custodes verify)"
            )),
        }
    }

    /// Signs the present state and keeps the checkpoint; does nothing without the key.
    ///
    /// # Errors
    /// When it does not continue what was signed before, or has entries that this key's holder did not write.
    pub fn sign(&mut self) -> Result<(), WorkError> {
        if self.keys.is_none() {
            return Ok(());
        }
        self.refuse_what_was_rolled_back()?;
        let turn = self.turn()?;
        self.sign_in(&turn)
    }

    pub(super) fn sign_in(&mut self, turn: &Turn) -> Result<(), WorkError> {
        let origin = self.origin()?;
        let signed = self.keys()?.sign(turn, |remembered| offered(&self.log, &origin, remembered))?;
        let size = signed.checkpoint.checkpoint().head().size;
        // A checkpoint of this size may have been cosigned since; signing it again adds nothing.
        if self.log.latest_checkpoint(size)?.is_none_or(|(kept, _)| kept != size) {
            self.log.keep_checkpoint(size, &signed.checkpoint.to_text())?;
        }
        Ok(())
    }

    /// Whether this machine's user holds the key, and the journal is what it signed or goes on from there.
    pub(super) fn continues_what_was_signed(&self) -> bool {
        let remembered = self.keys.as_ref().and_then(|keys| keys.memory().ok()).map(|memory| memory.head());
        remembered.is_some_and(|remembered| self.holds(remembered).is_ok_and(|(_, holds)| holds))
    }
}

/// Entries after the last checkpoint.
struct Unsigned {
    entries: u64,
    /// This key's holder wrote them, as their memory or their intent says.
    ours: bool,
}

fn stranger(entries: u64) -> WorkError {
    let (what, they) = if entries == 1 { ("the last entry is", "it") } else { ("the last entries are", "them") };
    format!(
        "{what} not signed ({entries}), and no program of this key's holder wrote {they}: somebody without the key \
         did, or a program that uses another folder of keys was interrupted or is writing just now; nothing was \
         written. Look at {they} (custodes verify); if they are to stay, act again with --accept-unsigned {entries}"
    )
    .into()
}

/// The journal's present state, and the proof that it continues the one remembered.
fn offered(log: &SqliteLog, origin: &Origin, remembered: Head) -> Result<(Checkpoint, ConsistencyProof), WorkError> {
    let head = log.head()?;
    let proof = if head.size < remembered.size || remembered.size.0 == 0 {
        ConsistencyProof::new(Vec::new())
    } else {
        ConsistencyProof::make(remembered.size, head.size, |level, index| log.node(level, index))
            .map_err(|error| error.to_string())?
    };
    Ok((Checkpoint::new(origin.clone(), head), proof))
}

#[cfg(test)]
mod tests {
    use custodes_compliance::acts::people::{Kind, PersonAdded};
    use custodes_compliance::acts::{Act, Mark, PersonId};

    use crate::work::{Opening, Workspace, random};

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    fn add(workspace: &mut Workspace, id: &str) {
        let added = PersonAdded {
            person: person(id),
            name: id.to_owned(),
            login: None,
            user_ids: Vec::new(),
            mark: Mark::of(random().unwrap()),
        };
        workspace.act(&person("ad1"), |_| Ok(vec![Act::from(added.clone())])).unwrap();
    }

    #[test]
    fn what_another_program_signs_after_the_journal_was_read_is_no_sign_of_an_old_copy() {
        let folder = tempfile::tempdir().unwrap();
        let (place, keys) = (folder.path().join("northmere"), folder.path().join("keys"));
        let opening = Opening {
            kind: Kind::Lea,
            lea: "Northmere".into(),
            administrator: person("ad1"),
            name: "A. Adams".into(),
            login: None,
            keys: keys.clone(),
        };
        let mut first = Workspace::create(&place, opening).unwrap();
        let mut second = Workspace::open(&place, &keys).unwrap();
        add(&mut second, "la1");
        assert_eq!(first.rolled_back(), None, "the journal was read before the other program wrote");
        assert!(first.continues_what_was_signed());
        add(&mut first, "la2");
        assert_eq!(second.rolled_back(), None);
    }
}
