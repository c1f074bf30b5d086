//! Proofs against published ones, another implementation, and everything that is almost one.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof as OtherConsistency, InclusionProof as OtherInclusion};
use custodes_journal::hash::Hash;
use custodes_journal::log::Head;
use custodes_journal::proof::{
    CannotProve, ConsistencyProof, InclusionProof, NotConsistent, NotIncluded, NotProofLines,
};
use custodes_journal::tree::{LeafIndex, TreeSize};
use proptest::prelude::*;
use sha2::Sha256;

use crate::grown::{Absent, Grown, flips};
use crate::trees::CT_LEAVES;

/// github.com/transparency-dev/merkle, testdata/inclusion and testdata/consistency, happy-path.json.
const INCLUSION: [(u64, u64, &str); 3] = [
    (
        5,
        8,
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\nyoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n\
         037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n",
    ),
    (2, 3, "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=\n"),
    (
        1,
        5,
        "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nXwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=\n\
         vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n",
    ),
];
const CONSISTENCY: [(u64, u64, &str); 4] = [
    (
        1,
        8,
        "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=\nXwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=\n\
         a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=\n",
    ),
    (
        6,
        8,
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=\nyoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n\
         037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n",
    ),
    (2, 5, "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=\nvBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"),
    (
        6,
        7,
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=\nsIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=\n\
         037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n",
    ),
];

#[test]
fn published_proofs_are_made_and_verified() {
    let grown = Grown::of(CT_LEAVES);
    for (index, size, lines) in INCLUSION {
        let proof = InclusionProof::parse_lines(lines).unwrap();
        assert_eq!(grown.inclusion(index, size), proof);
        assert_eq!(proof.to_lines(), lines);
        let leaf = Hash::of_leaf(CT_LEAVES[index as usize]);
        assert_eq!(proof.verify(&leaf, LeafIndex(index), &grown.head(size)), Ok(()));
    }
    for (old, new, lines) in CONSISTENCY {
        let proof = ConsistencyProof::parse_lines(lines).unwrap();
        assert_eq!(grown.consistency(old, new), proof);
        assert_eq!(proof.to_lines(), lines);
        assert_eq!(proof.verify(&grown.head(old), &grown.head(new)), Ok(()));
    }
}

fn numbers(count: u8) -> Grown {
    Grown::of((0..count).map(|number| [number]))
}

/// Proofs that differ from a good one: a bit flipped, one hash less, one more, two exchanged, none.
fn spoilt(hashes: &[Hash]) -> Vec<Vec<Hash>> {
    let mut spoilt = vec![[hashes, &[Hash::of_nothing()]].concat(), [&[Hash::of_nothing()], hashes].concat()];
    for place in 0..hashes.len() {
        let with = |changed: &[Hash]| [&hashes[..place], changed, &hashes[place + 1..]].concat();
        spoilt.extend(flips(&hashes[place].0).map(|flipped| with(&[Hash(flipped.try_into().unwrap())])));
        spoilt.extend([with(&[]), with(&[hashes[place], hashes[place]])]);
        if place > 0 {
            let mut exchanged = hashes.to_vec();
            exchanged.swap(place - 1, place);
            spoilt.push(exchanged);
        }
    }
    spoilt
}

#[test]
fn nothing_that_is_almost_an_inclusion_proof_verifies() {
    let grown = numbers(11);
    for size in 1..=grown.size() {
        for index in 0..size {
            let (proof, leaf) = (grown.inclusion(index, size), Hash::of_leaf(&[index as u8]));
            for hashes in spoilt(proof.hashes()) {
                InclusionProof::new(hashes).verify(&leaf, LeafIndex(index), &grown.head(size)).unwrap_err();
            }
            for other in (0..=size + 1).filter(|other| *other != index) {
                proof.verify(&leaf, LeafIndex(other), &grown.head(size)).unwrap_err();
            }
            for flipped in flips(&leaf.0) {
                let leaf = Hash(flipped.try_into().unwrap());
                proof.verify(&leaf, LeafIndex(index), &grown.head(size)).unwrap_err();
            }
        }
    }
}

#[test]
fn nothing_that_is_almost_a_consistency_proof_verifies() {
    let grown = numbers(11);
    for new in 0..=grown.size() {
        for old in 0..=new {
            let (proof, before, after) = (grown.consistency(old, new), grown.head(old), grown.head(new));
            assert_eq!(proof.verify(&before, &after), Ok(()));
            for hashes in spoilt(proof.hashes()) {
                ConsistencyProof::new(hashes).verify(&before, &after).unwrap_err();
            }
            for flipped in flips(&after.root.0) {
                let root = Hash(flipped.try_into().unwrap());
                let refused = proof.verify(&before, &Head { root, ..after });
                // Everything continues a journal that nobody has seen, so the first root is taken as it is.
                assert_eq!(refused.is_ok(), old == 0 && new > 0, "{old} to {new}");
                proof.verify(&Head { root, ..before }, &after).unwrap_err();
            }
        }
    }
}

#[test]
fn each_refusal_says_what_it_is() {
    let grown = numbers(8);
    let [nothing, one, four, eight] = [0, 1, 4, 8].map(|size| grown.head(size));
    let proof = grown.inclusion(2, 8);
    let leaf = Hash::of_leaf(&[2]);
    assert_eq!(proof.verify(&leaf, LeafIndex(0), &nothing), Err(NotIncluded::EmptyTree));
    assert_eq!(proof.verify(&leaf, LeafIndex(8), &eight), Err(NotIncluded::OutsideTree { index: 8, size: 8 }));
    let wrong_length = NotIncluded::WrongLength { index: 2, size: 4, found: 3 };
    assert_eq!(proof.verify(&leaf, LeafIndex(2), &four), Err(wrong_length));
    assert!(matches!(proof.verify(&leaf, LeafIndex(3), &eight), Err(NotIncluded::OtherRoot { .. })));

    let proof = grown.consistency(4, 8);
    let other = Head { root: Hash::of(b"another"), ..four };
    assert_eq!(proof.verify(&eight, &four), Err(NotConsistent::Shrinks { old: 8, new: 4 }));
    let same_size = NotConsistent::SameSizeOtherRoot { size: 4, old: other.root, new: four.root };
    assert_eq!(ConsistencyProof::default().verify(&other, &four), Err(same_size));
    let wrong_length = |old, new| Err(NotConsistent::WrongLength { old, new, found: 1 });
    assert_eq!(proof.verify(&four, &four), wrong_length(4, 4));
    assert_eq!(proof.verify(&nothing, &four), wrong_length(0, 4));
    assert_eq!(proof.verify(&one, &four), wrong_length(1, 4));
    let not_empty = NotConsistent::NotTheEmptyRoot { found: four.root };
    assert_eq!(proof.verify(&Head { size: TreeSize(0), ..four }, &eight), Err(not_empty));
    let six = grown.head(6);
    let lie = Head { root: Hash::of(b"another"), ..six };
    let old_root = NotConsistent::OtherOldRoot { old: 6, new: 8, expected: lie.root };
    assert_eq!(grown.consistency(6, 8).verify(&lie, &eight), Err(old_root));
    let new_root = NotConsistent::OtherNewRoot { old: 4, new: 8, expected: lie.root };
    assert_eq!(proof.verify(&four, &Head { root: lie.root, ..eight }), Err(new_root));
}

#[test]
fn proofs_that_cannot_be_made_are_refused() {
    let grown = numbers(3);
    let node = |level, index| grown.node(level, index);
    let outside = Err(CannotProve::OutsideTree { index: 3, size: 3 });
    assert_eq!(InclusionProof::make(LeafIndex(3), TreeSize(3), node), outside);
    let shrinks = Err(CannotProve::Shrinks { old: 3, new: 2 });
    assert_eq!(ConsistencyProof::make(TreeSize(3), TreeSize(2), node), shrinks);
    let absent = Err(CannotProve::Node(Absent));
    assert_eq!(InclusionProof::make(LeafIndex(3), TreeSize(4), |_, _| Err(Absent)), absent);
}

#[test]
fn the_largest_sizes_are_refused_without_harm() {
    let proof = numbers(9).consistency(5, 9);
    let head = |size| Head { size: TreeSize(size), root: Hash::of(b"x") };
    proof.verify(&head(u64::MAX - 1), &head(u64::MAX)).unwrap_err();
    InclusionProof::default().verify(&Hash::of(b"x"), LeafIndex(u64::MAX - 1), &head(u64::MAX)).unwrap_err();
}

#[test]
fn proof_lines_are_whole_lines_of_base64() {
    let line = "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=\n";
    assert_eq!(ConsistencyProof::parse_lines(line.trim()), Err(NotProofLines::Unended));
    for (lines, at) in [(format!("{line}\n"), 2), (line.replace('=', ""), 1), (line.replace('\n', "\r\n"), 1)] {
        let refused = ConsistencyProof::parse_lines(&lines);
        assert!(matches!(refused, Err(NotProofLines::NotAHash { line, .. }) if line == at), "{lines:?} {refused:?}");
    }
}

proptest! {
    #[test]
    fn proofs_are_those_of_another_implementation(
        leaves in proptest::collection::vec(any::<Vec<u8>>(), 1..150),
        one: prop::sample::Index,
        other: prop::sample::Index,
    ) {
        let grown = Grown::of(&leaves);
        let (old, new) = (1 + one.index(leaves.len()), 1 + other.index(leaves.len()));
        let (old, new) = (old.min(new), old.max(new));
        let tree = |size: usize| {
            let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            leaves[..size].iter().for_each(|leaf| tree.push(leaf.clone()));
            tree
        };
        let (before, after) = (tree(old), tree(new));
        let bytes = |hashes: &[Hash]| hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();

        let index = old - 1;
        let ours = bytes(grown.inclusion(index as u64, new as u64).hashes());
        prop_assert_eq!(&ours, &after.prove_inclusion(index).as_bytes().to_vec());
        let theirs = OtherInclusion::try_from_bytes(ours).unwrap();
        prop_assert!(after.root().verify_inclusion(&leaves[index], index as u64, &theirs).is_ok());

        let ours = bytes(grown.consistency(old as u64, new as u64).hashes());
        prop_assert_eq!(&ours, &after.prove_consistency(new - old).as_bytes().to_vec());
        let theirs = OtherConsistency::try_from_bytes(ours).unwrap();
        prop_assert!(after.root().verify_consistency(&before.root(), &theirs).is_ok());
        prop_assert_eq!(
            grown.consistency(old as u64, new as u64).verify(&grown.head(old as u64), &grown.head(new as u64)),
            Ok(())
        );
    }
}
