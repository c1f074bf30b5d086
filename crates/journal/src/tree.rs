//! The RFC 6962 tree over leaf hashes: how it grows, and what its root is.
//!
//! Nothing here holds a list of all hashes, nor knows what a leaf says.

use crate::hash::Hash;

/// How many leaves a tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash)]
pub struct TreeSize(pub u64);

/// The place of a leaf, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash)]
pub struct LeafIndex(pub u64);

/// A complete subtree: the node (`level`, `index`) spans the leaves from index·2^level up to
/// (index + 1)·2^level. It never changes again once it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    pub level: u8,
    pub index: u64,
    pub hash: Hash,
}

/// All that must be remembered of a tree to append to it and to say its root: the roots of the largest
/// complete subtrees it falls into, at most 64 of them, however large it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One for each 1 in the size's binary form, the largest subtree first.
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// That of the tree without leaves.
    pub fn empty() -> Frontier {
        Frontier::default()
    }

    /// That of a tree whose complete subtrees somebody kept; reads at most 64 of them.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn read<E>(size: TreeSize, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Frontier, E> {
        let subtrees = (0..64u8)
            .rev()
            .filter(|level| size.0 >> level & 1 == 1)
            .map(|level| node(level, (size.0 >> level) - 1))
            .collect::<Result<_, _>>()?;
        Ok(Frontier { size: size.0, subtrees })
    }

    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// The RFC 6962 Merkle tree hash over all leaves so far.
    pub fn root(&self) -> Hash {
        let smallest_first = self.subtrees.iter().rev().copied();
        smallest_first.reduce(|right, left| Hash::of_node(&left, &right)).unwrap_or_else(Hash::of_nothing)
    }

    /// Appends a leaf by its hash, and hands over each subtree that is complete with it: the leaf itself
    /// first (level 0), then upwards.
    pub fn append(&mut self, leaf: Hash, mut complete: impl FnMut(Node)) {
        let mut node = Node { level: 0, index: self.size, hash: leaf };
        complete(node);
        while node.index & 1 == 1
            && let Some(left) = self.subtrees.pop()
        {
            node = Node { level: node.level + 1, index: node.index >> 1, hash: Hash::of_node(&left, &node.hash) };
            complete(node);
        }
        self.subtrees.push(node.hash);
        self.size += 1;
    }
}

/// The root over leaves given by their hashes.
pub fn root_over(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::empty();
    leaves.into_iter().for_each(|leaf| frontier.append(leaf, |_| {}));
    frontier.root()
}
