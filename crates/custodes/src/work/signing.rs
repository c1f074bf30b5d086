//! What a workspace signs, and what it believes because it was signed: checkpoints that continue each other,
//! and the kept fold.

use std::ops::ControlFlow;

use custodes_compliance::acts::{Act, Content};
use custodes_journal::checkpoint::{Checkpoint, Origin};
use custodes_journal::hash::Hash;
use custodes_journal::key::VerifierKey;
use custodes_journal::log::{Head, Log};
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::{Frontier, LeafIndex, TreeSize};
use custodes_store::SqliteLog;

use super::workspace::Workspace;
use super::{WorkError, fold};

impl Workspace {
    /// A journal that is older than what was signed, or another one, is not written to.
    pub(super) fn refuse_what_was_rolled_back(&mut self) -> Result<(), WorkError> {
        let Some(keys) = &self.keys else { return Ok(()) };
        let memory = keys.memory()?;
        let remembered = memory.head();
        if self.head.size < remembered.size || self.root_at(remembered.size)? != remembered.root {
            // The signer says which of the two it is.
            self.sign()?;
        }
        Ok(())
    }

    /// Signs the present state and keeps the checkpoint.
    ///
    /// # Errors
    /// When it does not continue what was signed before.
    pub fn sign(&mut self) -> Result<(), WorkError> {
        let Some(keys) = &self.keys else { return Ok(()) };
        let origin = self.origin()?;
        let signed = keys.sign(|remembered| offered(&self.log, &origin, remembered))?;
        let size = signed.checkpoint.checkpoint().head().size;
        // A checkpoint of this size may have been cosigned since; signing it again adds nothing.
        if self.log.latest_checkpoint(size)?.is_none_or(|(kept, _)| kept != size) {
            self.log.keep_checkpoint(size, &signed.checkpoint.to_text())?;
        }
        Ok(())
    }

    pub(super) fn keep_record(&mut self) -> Result<(), WorkError> {
        let Some(keys) = &self.keys else { return Ok(()) };
        if self.record.size < self.kept + fold::EVERY {
            return Ok(());
        }
        if let Some(bytes) = fold::seal(&self.record, self.head, keys.signer()) {
            self.log.keep_derived(fold::NAME, Some(&bytes))?;
            self.kept = self.record.size;
        }
        Ok(())
    }
    pub(super) fn take_up_kept_record(&mut self) -> Result<(), WorkError> {
        // The key by which the fold was signed is named by the journal's own first entry.
        let Some(bytes) = self.log.derived(fold::NAME)? else { return Ok(()) };
        let Some(key) = self.key_of_first_entry()? else { return Ok(()) };
        let Some((record, head)) = fold::unseal(&bytes, &key) else { return Ok(()) };
        if head.size <= self.head.size && self.root_at(head.size)? == head.root && record.size == head.size.0 {
            self.kept = record.size;
            self.record = record;
        }
        Ok(())
    }

    fn key_of_first_entry(&self) -> Result<Option<VerifierKey>, WorkError> {
        let mut key = None;
        self.log.read(LeafIndex(0), TreeSize(self.head.size.0.min(1)), &mut |entry| {
            let content = entry.content.and_then(|content| serde_json::from_slice::<Content>(&content.bytes).ok());
            if let Some(Content { act: Act::WorkspaceOpened(opened), .. }) = content {
                key = VerifierKey::parse(&opened.key).ok();
            }
            ControlFlow::Continue(())
        })?;
        Ok(key)
    }

    /// The root of the tree as it was at a smaller size.
    fn root_at(&self, size: TreeSize) -> Result<Hash, WorkError> {
        Ok(Frontier::read(size, |level, index| self.log.node(level, index))?.root())
    }
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
