//! The complete subtrees that a tree ends with: all that is needed to append to it and to know its root.

use custodes_journal::hash::Hash;

/// Node (level, index) spans the leaves index·2^level up to (index + 1)·2^level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) level: u8,
    pub(crate) index: u64,
}

/// The peaks of a tree, largest first: one for each bit set in its size.
#[derive(Debug, Clone)]
pub(crate) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Where the peaks of a tree of `size` leaves stand, largest first.
    pub(crate) fn places(size: u64) -> impl Iterator<Item = Place> {
        (0..u64::BITS as u8)
            .rev()
            .filter(move |level| size >> level & 1 == 1)
            .map(move |level| Place { level, index: (size >> level) - 1 })
    }

    /// `peaks` are the hashes at [`Frontier::places`], in that order.
    pub(crate) fn new(size: u64, peaks: Vec<Hash>) -> Frontier {
        debug_assert_eq!(peaks.len(), size.count_ones() as usize);
        Frontier { size, peaks }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn root(&self) -> Hash {
        let from_the_smallest = self.peaks.iter().rev().copied();
        from_the_smallest.reduce(|right, left| Hash::of_node(&left, &right)).unwrap_or_else(Hash::of_nothing)
    }

    /// Adds a leaf, and hands over every complete subtree that it finishes, the leaf's own hash first.
    pub(crate) fn push(&mut self, leaf: Hash, mut each: impl FnMut(Place, Hash)) {
        let (mut level, mut hash) = (0, leaf);
        each(Place { level, index: self.size }, hash);
        while self.size >> level & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            level += 1;
            hash = Hash::of_node(&left, &hash);
            each(Place { level, index: self.size >> level }, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }
}

/// How many complete subtrees, of all sizes, a tree of `size` leaves has.
pub(crate) fn count(size: u64) -> u64 {
    (0..u64::BITS).map(|level| size >> level).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// RFC 6962, section 2.1, as it is written there.
    fn merkle_tree_hash(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of_nothing(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                Hash::of_node(&merkle_tree_hash(left), &merkle_tree_hash(right))
            }
        }
    }

    proptest! {
        #[test]
        fn the_root_and_every_node_are_those_of_rfc_6962(size in 0_u64..300) {
            let leaves: Vec<Hash> = (0..size).map(|leaf| Hash::of_leaf(&leaf.to_be_bytes())).collect();
            let mut frontier = Frontier::new(0, Vec::new());
            let mut nodes = BTreeMap::new();
            for leaf in &leaves {
                frontier.push(*leaf, |place, hash| assert_eq!(nodes.insert(place, hash), None));
            }
            prop_assert_eq!(frontier.root(), merkle_tree_hash(&leaves));
            prop_assert_eq!(nodes.len() as u64, count(size));
            for (Place { level, index }, hash) in &nodes {
                let span = (index << level) as usize..((index + 1) << level) as usize;
                prop_assert_eq!(*hash, merkle_tree_hash(&leaves[span]));
            }
            let peaks = Frontier::places(size).map(|place| nodes[&place]).collect();
            prop_assert_eq!(Frontier::new(size, peaks).root(), frontier.root());
        }
    }
}
