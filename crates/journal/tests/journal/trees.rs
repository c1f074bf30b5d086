//! Trees against the published roots, and against another implementation.

use std::collections::BTreeSet;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use custodes_journal::hash::Hash;
use custodes_journal::tree::{Frontier, TreeSize, root_over};
use proptest::prelude::*;
use sha2::Sha256;

use crate::grown::Grown;

/// github.com/transparency-dev/merkle, testdata: the eight leaves of the Certificate Transparency tests.
pub const CT_LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// github.com/transparency-dev/tessera, testdata/log.
pub const TESSERA_LEAVES: [&str; 15] = [
    "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf", "threeten",
    "fourten", "fivten",
];

#[test]
fn hashes_are_those_of_rfc_6962() {
    // github.com/transparency-dev/merkle, rfc6962/rfc6962_test.go
    for (found, expected) in [
        (Hash::of_nothing(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Hash::of_leaf(b""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (Hash::of_leaf(b"L123456"), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
    ] {
        assert_eq!(found.to_string(), expected);
    }
    // The published node is over N123 and N456, which are not hashes: the prefix is what it shows.
    let node = "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb";
    assert_eq!(Hash::of(b"\x01N123N456").to_string(), node);
    let prefixed = [&[0x01], &[0xaa; 32][..], &[0xbb; 32]].concat();
    assert_eq!(Hash::of_node(&Hash([0xaa; 32]), &Hash([0xbb; 32])), Hash::of(&prefixed));
}

#[test]
fn the_eight_certificate_transparency_leaves_have_the_published_roots() {
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let grown = Grown::of(CT_LEAVES);
    for (size, root) in (1..).zip(roots) {
        assert_eq!(grown.head(size).root.to_string(), root, "{size} leaves");
    }
}

#[test]
fn the_tessera_log_has_the_published_roots() {
    let grown = Grown::of(TESSERA_LEAVES);
    for (size, root) in [
        (1, "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek="),
        (3, "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk="),
        (15, "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="),
    ] {
        assert_eq!(grown.head(size).root.to_base64(), root, "{size} leaves");
    }
}

#[test]
fn a_frontier_is_read_back_from_kept_nodes_at_every_size() {
    let grown = Grown::of((0..=70u8).map(|number| [number]));
    for size in 0..=grown.size() {
        let read = Frontier::read(TreeSize(size), |level, index| grown.node(level, index)).unwrap();
        assert_eq!((read.size(), read.root()), (TreeSize(size), grown.head(size).root));
    }
    let all = Frontier::read(TreeSize(grown.size()), |level, index| grown.node(level, index)).unwrap();
    assert_eq!(&all, grown.frontier());
    Frontier::read(TreeSize(grown.size() + 1), |level, index| grown.node(level, index)).unwrap_err();
}

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
    fn the_root_and_every_complete_subtree_are_those_of_rfc_6962(size in 0_u64..300) {
        let leaves: Vec<Hash> = (0..size).map(|leaf| Hash::of_leaf(&leaf.to_be_bytes())).collect();
        let mut frontier = Frontier::empty();
        let mut complete = Vec::new();
        leaves.iter().for_each(|leaf| frontier.append(*leaf, |node| complete.push(node)));
        prop_assert_eq!(frontier.root(), merkle_tree_hash(&leaves));
        let places: BTreeSet<(u8, u64)> = complete.iter().map(|node| (node.level, node.index)).collect();
        prop_assert_eq!(places.len(), complete.len(), "each is complete once");
        prop_assert_eq!(complete.len() as u64, (0..u64::BITS).map(|level| size >> level).sum::<u64>());
        for node in complete {
            let span = (node.index << node.level) as usize..((node.index + 1) << node.level) as usize;
            prop_assert_eq!(node.hash, merkle_tree_hash(&leaves[span]));
        }
    }

    #[test]
    fn roots_are_those_of_another_implementation(leaves: Vec<Vec<u8>>) {
        let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        leaves.iter().for_each(|leaf| other.push(leaf.clone()));
        let root = root_over(leaves.iter().map(|leaf| Hash::of_leaf(leaf)));
        prop_assert_eq!(root.0.to_vec(), other.root().as_bytes().to_vec());
    }
}
