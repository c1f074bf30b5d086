//! A tree that keeps its nodes as a store would, and keys made from a byte.

use std::collections::BTreeMap;

use custodes_journal::hash::Hash;
use custodes_journal::key::{KeyName, SignerKey};
use custodes_journal::log::Head;
use custodes_journal::proof::{ConsistencyProof, InclusionProof};
use custodes_journal::tree::{Frontier, LeafIndex, TreeSize};

#[derive(Default)]
pub struct Grown {
    nodes: BTreeMap<(u8, u64), Hash>,
    frontier: Frontier,
    heads: Vec<Head>,
}

impl Grown {
    pub fn of<L: AsRef<[u8]>>(leaves: impl IntoIterator<Item = L>) -> Grown {
        let mut grown = Grown::default();
        grown.heads.push(Head { size: TreeSize(0), root: Hash::of_nothing() });
        for leaf in leaves {
            grown.frontier.append(Hash::of_leaf(leaf.as_ref()), |node| {
                assert_eq!(grown.nodes.insert((node.level, node.index), node.hash), None, "a node is complete once");
            });
            grown.heads.push(Head { size: grown.frontier.size(), root: grown.frontier.root() });
        }
        grown
    }

    pub fn size(&self) -> u64 {
        self.frontier.size().0
    }

    pub fn head(&self, size: u64) -> Head {
        self.heads[size as usize]
    }

    pub fn latest(&self) -> Head {
        self.head(self.size())
    }

    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    pub fn node(&self, level: u8, index: u64) -> Result<Hash, Absent> {
        self.nodes.get(&(level, index)).copied().ok_or(Absent)
    }

    pub fn inclusion(&self, index: u64, size: u64) -> InclusionProof {
        InclusionProof::make(LeafIndex(index), TreeSize(size), |level, index| self.node(level, index)).unwrap()
    }

    pub fn consistency(&self, old: u64, new: u64) -> ConsistencyProof {
        ConsistencyProof::make(TreeSize(old), TreeSize(new), |level, index| self.node(level, index)).unwrap()
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("no such node")]
pub struct Absent;

pub fn key(name: &str, seed: u8) -> SignerKey {
    SignerKey::from_seed(KeyName::parse(name).unwrap(), [seed; 32])
}

/// Every copy of the bytes in which one bit is the other way round.
pub fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}
