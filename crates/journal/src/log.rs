//! What a store of the journal must be able to do. SQLite and PostgreSQL stand behind it alike.

use crate::entry::{Entry, NewEntry};
use crate::hash::Hash;
use crate::tree::{LeafIndex, TreeSize};

/// How far the journal has come: the size of its tree and the root over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub size: TreeSize,
    pub root: Hash,
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Where the first of the entries stands.
    pub first: LeafIndex,
    pub head: Head,
    /// The same key had been written before: nothing was added, and this is where it stands.
    pub repeated: bool,
}

/// What only one writer may decide: the entries are written if the journal still is where the writer saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever others wrote in between.
    Anything,
    /// Nobody wrote since: else [`LogError::Moved`], and the writer looks again.
    Head(Head),
}

/// An append-only journal in a store. Acknowledged means durable.
pub trait Log {
    /// # Errors
    /// When the store cannot be read.
    fn head(&self) -> Result<Head, LogError>;

    /// Appends all of the entries, in one transaction, or none. With a `key` that was used before, nothing
    /// is added: a commit can be durable although its answer was lost.
    ///
    /// # Errors
    /// [`LogError::Moved`] when the expectation does not hold; else when the store cannot be written.
    fn append(&mut self, entries: &[NewEntry], expect: Expect, key: Option<&str>) -> Result<Appended, LogError>;

    /// Hands over the entries from `from` up to and without `to`, in order, until `each` says stop.
    ///
    /// # Errors
    /// When the store cannot be read, or `each` fails.
    fn read(
        &self,
        from: LeafIndex,
        to: TreeSize,
        each: &mut dyn FnMut(Entry) -> std::ops::ControlFlow<()>,
    ) -> Result<(), LogError>;

    /// The hash of a complete subtree: `level` 0 are leaf hashes; node (l, i) spans leaves i·2^l to (i+1)·2^l.
    ///
    /// # Errors
    /// When it is not there, or the store cannot be read.
    fn node(&self, level: u8, index: u64) -> Result<Hash, LogError>;

    /// Keeps a signed checkpoint (a signed note, with any cosignatures). One of the same size is replaced.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn keep_checkpoint(&mut self, size: TreeSize, note: &str) -> Result<(), LogError>;

    /// The checkpoints kept, by size, ascending.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn checkpoints(&self) -> Result<Vec<(TreeSize, String)>, LogError>;

    /// The latest checkpoint of at most this size.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn latest_checkpoint(&self, up_to: TreeSize) -> Result<Option<(TreeSize, String)>, LogError>;

    /// Deletes content and salt of entries, leaving no byte of them behind, and appends the record of it in
    /// the same transaction. The leaves stay.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn dispose(&mut self, of: &[LeafIndex], record: &[NewEntry], expect: Expect) -> Result<Appended, LogError>;

    /// Small facts that can be made again from the journal (a fold up to some size): never a source of truth.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn derived(&self, name: &str) -> Result<Option<Vec<u8>>, LogError>;

    /// Keeps such a fact, or with `None` no longer. Not where the journal has moved on from the head that it was
    /// made of: what another program disposed of meanwhile must not come back. Gives whether it was kept.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn keep_derived(&mut self, name: &str, bytes: Option<&[u8]>, made_of: Head) -> Result<bool, LogError>;
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("the journal moved on: another program wrote to it ({} entries, {} expected)", .found.size.0, .expected.size.0)]
    Moved { expected: Head, found: Head },
    #[error("the journal is not as it must be: {0}")]
    Damaged(String),
    #[error("{doing}: {cause}")]
    Store { doing: String, cause: Box<dyn std::error::Error + Send + Sync> },
}
