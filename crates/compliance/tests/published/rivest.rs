//! Rivest's older sampler, which elections in Colorado use. The product does not draw by it; it shows that
//! the published figures that stand beside the others can be trusted.

use std::collections::BTreeSet;

use custodes_compliance::draw::Digest;
use num_bigint::BigUint;

use super::{count, list, text, vectors};

fn picks(seed: &str, least: u64, most: u64) -> impl Iterator<Item = u64> {
    (1u64..).map(move |number| {
        let hash = BigUint::from_bytes_be(Digest::of(format!("{seed},{number}").as_bytes()).as_bytes());
        least + u64::try_from(hash % (most - least + 1)).expect("a remainder is below its divisor")
    })
}

#[test]
fn the_older_sampler_picks_as_published() {
    let file = vectors("rivest_sampler_py");
    for case in list(&file["with_repeats"]) {
        let published: Vec<u64> = list(&case["first3"]).iter().map(count).collect();
        let picked: Vec<u64> = picks(text(&case["seed"]), 1, count(&case["total"])).take(3).collect();
        assert_eq!(picked, published, "seed {}", case["seed"]);
    }
    for case in list(&file["without_repeats"]) {
        let published: Vec<u64> = list(&case["first47"]).iter().map(count).collect();
        let mut seen = BTreeSet::new();
        let picked =
            picks(text(&case["seed"]), count(&case["min"]), count(&case["max"])).filter(|pick| seen.insert(*pick));
        assert_eq!(picked.take(47).collect::<Vec<_>>(), published);
    }
}
