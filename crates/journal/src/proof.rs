//! Inclusion and consistency proofs of RFC 6962, §2.1.1 and §2.1.2: that a leaf is in a tree, and that a
//! tree only ever grew.
//!
//! Whoever verifies needs a root that they trust; no proof here says who vouches for it.

use crate::hash::Hash;
use crate::log::Head;
use crate::tree::{LeafIndex, TreeSize};

/// The hashes beside the way from a leaf to the root, from the leaf upwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InclusionProof(Vec<Hash>);

/// The hashes that lead from one root to a later one, in the order of RFC 6962.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsistencyProof(Vec<Hash>);

/// Why a text is not the lines of a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProofLines {
    #[error("line {line} of the proof is not a hash of 32 bytes in base64: {text:?}")]
    NotAHash { line: usize, text: String },
    #[error("the last line of the proof does not end: part of it is missing")]
    Unended,
}

/// Why a proof could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotProve<E> {
    #[error("no proof for entry {index}: the tree has {size} entries, counted from 0")]
    OutsideTree { index: u64, size: u64 },
    #[error("no proof that a tree of {new} entries continues one of {old}: it is smaller")]
    Shrinks { old: u64, new: u64 },
    #[error(transparent)]
    Node(E),
}

/// Why a leaf is not shown to be in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotIncluded {
    #[error("the tree has no entries, so none can be in it")]
    EmptyTree,
    #[error("entry {index} cannot be in a tree of {size} entries, counted from 0")]
    OutsideTree { index: u64, size: u64 },
    #[error("the proof has {found} hashes, which is not the number that entry {index} of {size} needs")]
    WrongLength { index: u64, size: u64, found: usize },
    #[error("the proof of entry {index} of {size} leads to the root {found}, not to {expected}")]
    OtherRoot { index: u64, size: u64, found: Hash, expected: Hash },
}

/// Why a tree is not shown to continue another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotConsistent {
    #[error("it has {new} entries, fewer than the {old} before")]
    Shrinks { old: u64, new: u64 },
    #[error("at the same size of {size} entries the root was {old} and now is {new}")]
    SameSizeOtherRoot { size: u64, old: Hash, new: Hash },
    #[error("the tree without entries has the root {found}, which is not the root of nothing")]
    NotTheEmptyRoot { found: Hash },
    #[error("the proof from {old} to {new} entries has {found} hashes, which is not the number it needs")]
    WrongLength { old: u64, new: u64, found: usize },
    #[error("the proof from {old} to {new} entries does not start from the earlier root {expected}")]
    OtherOldRoot { old: u64, new: u64, expected: Hash },
    #[error("the proof from {old} to {new} entries does not arrive at the later root {expected}")]
    OtherNewRoot { old: u64, new: u64, expected: Hash },
}

impl InclusionProof {
    pub fn new(hashes: Vec<Hash>) -> InclusionProof {
        InclusionProof(hashes)
    }

    /// # Errors
    /// When a line is not one hash as [`InclusionProof::to_lines`] writes it.
    pub fn parse_lines(lines: &str) -> Result<InclusionProof, NotProofLines> {
        parse_lines(lines).map(InclusionProof)
    }

    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// One hash a line in Base64, each line ended by LF, as C2SP writes proofs.
    pub fn to_lines(&self) -> String {
        self.0.iter().map(|hash| hash.to_base64() + "\n").collect()
    }

    /// Reads complete subtrees by level and index, as [`crate::log::Log::node`] gives them: some two for each
    /// doubling of the size.
    ///
    /// # Errors
    /// When there is no such leaf, or `node` fails.
    pub fn make<E>(
        index: LeafIndex,
        size: TreeSize,
        mut node: impl FnMut(u8, u64) -> Result<Hash, E>,
    ) -> Result<InclusionProof, CannotProve<E>> {
        if index >= LeafIndex(size.0) {
            return Err(CannotProve::OutsideTree { index: index.0, size: size.0 });
        }
        let mut beside = Vec::new();
        let (mut from, mut to) = (0, size.0);
        while to - from > 1 {
            let middle = from + split(to - from);
            if index.0 < middle {
                beside.push((middle, to));
                to = middle;
            } else {
                beside.push((from, middle));
                from = middle;
            }
        }
        hashes_of(beside, &mut node).map(InclusionProof)
    }

    /// # Errors
    /// When the proof does not show, hash for hash, that the leaf has this place in the tree.
    pub fn verify(&self, leaf: &Hash, index: LeafIndex, tree: &Head) -> Result<(), NotIncluded> {
        let (index, size) = (index.0, tree.size.0);
        if size == 0 {
            return Err(NotIncluded::EmptyTree);
        }
        if index >= size {
            return Err(NotIncluded::OutsideTree { index, size });
        }
        match root_from(leaf, index, size, &self.0) {
            None => Err(NotIncluded::WrongLength { index, size, found: self.0.len() }),
            Some(found) if found != tree.root => {
                Err(NotIncluded::OtherRoot { index, size, found, expected: tree.root })
            }
            Some(_) => Ok(()),
        }
    }
}

impl ConsistencyProof {
    pub fn new(hashes: Vec<Hash>) -> ConsistencyProof {
        ConsistencyProof(hashes)
    }

    /// # Errors
    /// When a line is not one hash as [`ConsistencyProof::to_lines`] writes it.
    pub fn parse_lines(lines: &str) -> Result<ConsistencyProof, NotProofLines> {
        parse_lines(lines).map(ConsistencyProof)
    }

    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// One hash a line in Base64, each line ended by LF, as C2SP writes proofs.
    pub fn to_lines(&self) -> String {
        self.0.iter().map(|hash| hash.to_base64() + "\n").collect()
    }

    /// Empty when `old` is 0 (anything continues nothing) or equal to `new`.
    ///
    /// # Errors
    /// When `old` is larger than `new`, or `node` fails.
    pub fn make<E>(
        old: TreeSize,
        new: TreeSize,
        mut node: impl FnMut(u8, u64) -> Result<Hash, E>,
    ) -> Result<ConsistencyProof, CannotProve<E>> {
        if old > new {
            return Err(CannotProve::Shrinks { old: old.0, new: new.0 });
        }
        if old.0 == 0 || old == new {
            return Ok(ConsistencyProof::default());
        }
        let mut beside = Vec::new();
        let (mut from, mut to) = (0, new.0);
        while to != old.0 {
            let middle = from + split(to - from);
            if old.0 <= middle {
                beside.push((middle, to));
                to = middle;
            } else {
                beside.push((from, middle));
                from = middle;
            }
        }
        // What remains is the last complete part of the old tree. If it is all of it, its root is known.
        if from > 0 {
            beside.push((from, to));
        }
        hashes_of(beside, &mut node).map(ConsistencyProof)
    }

    /// # Errors
    /// When the proof does not show, hash for hash, that `new` continues `old`.
    pub fn verify(&self, old: &Head, new: &Head) -> Result<(), NotConsistent> {
        let (from, to) = (old.size.0, new.size.0);
        if from > to {
            return Err(NotConsistent::Shrinks { old: from, new: to });
        }
        for tree in [old, new] {
            if tree.size.0 == 0 && tree.root != Hash::of_nothing() {
                return Err(NotConsistent::NotTheEmptyRoot { found: tree.root });
            }
        }
        if from == to && old.root != new.root {
            return Err(NotConsistent::SameSizeOtherRoot { size: to, old: old.root, new: new.root });
        }
        let wrong_length = NotConsistent::WrongLength { old: from, new: to, found: self.0.len() };
        if from == 0 || from == to {
            return if self.0.is_empty() { Ok(()) } else { Err(wrong_length) };
        }
        let (old_root, new_root) = roots_from(Some(&old.root), from, to, &self.0).ok_or(wrong_length)?;
        if old_root != old.root {
            return Err(NotConsistent::OtherOldRoot { old: from, new: to, expected: old.root });
        }
        if new_root != new.root {
            return Err(NotConsistent::OtherNewRoot { old: from, new: to, expected: new.root });
        }
        Ok(())
    }
}

fn parse_lines(lines: &str) -> Result<Vec<Hash>, NotProofLines> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let lines = lines.strip_suffix('\n').ok_or(NotProofLines::Unended)?;
    let hash = |(place, text): (usize, &str)| {
        Hash::parse_base64(text).ok_or_else(|| NotProofLines::NotAHash { line: place + 1, text: text.to_owned() })
    };
    lines.split('\n').enumerate().map(hash).collect()
}

/// Where RFC 6962 splits a range of leaves: the largest power of two below its length, which is 2 or more.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// The ranges were noted from the root downwards; proofs run upwards.
fn hashes_of<E>(
    ranges: Vec<(u64, u64)>,
    node: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, CannotProve<E>> {
    ranges.into_iter().rev().map(|(from, to)| range(from, to, node).map_err(CannotProve::Node)).collect()
}

/// The hash over the leaves from `from` up to `to`, where `from` is a multiple of a power of two that is
/// no smaller than the range.
fn range<E>(from: u64, to: u64, node: &mut impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
    let length = to - from;
    if length.is_power_of_two() {
        let level = length.trailing_zeros() as u8;
        return node(level, from >> level);
    }
    let middle = from + split(length);
    let left = range(from, middle, node)?;
    Ok(Hash::of_node(&left, &range(middle, to, node)?))
}

/// The root that a proof leads to, from the definition of PATH read backwards; `None` if it has too few or
/// too many hashes.
fn root_from(leaf: &Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if size == 1 {
        return proof.is_empty().then_some(*leaf);
    }
    let (beside, below) = proof.split_last()?;
    let middle = split(size);
    Some(if index < middle {
        Hash::of_node(&root_from(leaf, index, middle, below)?, beside)
    } else {
        Hash::of_node(beside, &root_from(leaf, index - middle, size - middle, below)?)
    })
}

/// The old and the new root that a proof leads to, from the definition of SUBPROOF read backwards. `whole` is
/// the old tree's root as long as the part looked at still is the whole of the old tree.
fn roots_from(whole: Option<&Hash>, old: u64, new: u64, proof: &[Hash]) -> Option<(Hash, Hash)> {
    if old == new {
        return match (whole, proof) {
            (Some(root), []) | (None, [root]) => Some((*root, *root)),
            _ => None,
        };
    }
    let (beside, below) = proof.split_last()?;
    let middle = split(new);
    Some(if old <= middle {
        let (old_root, new_root) = roots_from(whole, old, middle, below)?;
        (old_root, Hash::of_node(&new_root, beside))
    } else {
        let (old_root, new_root) = roots_from(None, old - middle, new - middle, below)?;
        (Hash::of_node(beside, &old_root), Hash::of_node(beside, &new_root))
    })
}
