//! What must hold of every draw.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::draw::{Drawn, Frame, FrameHasher, Seed, draw, draw_again, draw_strata};
use proptest::prelude::*;

fn keys() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("[a-zé😊 -]{1,8}", 0..60)
}

fn drawn<'a>(keys: impl IntoIterator<Item = &'a String>, seed: &str, size: u64) -> Vec<Drawn> {
    draw(keys.into_iter().map(String::as_str), &Seed::recorded(seed), size).unwrap()
}

fn names(sample: &[Drawn]) -> BTreeSet<&str> {
    sample.iter().map(|drawn| drawn.key.as_str()).collect()
}

proptest! {
    #[test]
    fn a_draw_ignores_the_order_of_its_input_and_what_comes_twice(
        (sorted, shuffled) in keys().prop_flat_map(|keys| {
            let twice: Vec<String> = keys.iter().chain(&keys).cloned().collect();
            (Just(keys), Just(twice).prop_shuffle())
        }),
        seed in ".{0,12}",
        size in 0u64..70,
    ) {
        let sample = drawn(&sorted, &seed, size);
        prop_assert_eq!(sample.len() as u64, size.min(sorted.len() as u64));
        prop_assert_eq!(&drawn(&shuffled, &seed, size), &sample);
        let frame = Frame::of(shuffled).unwrap();
        let framed = draw(frame.keys(), &Seed::recorded(seed), size).unwrap();
        prop_assert_eq!(framed, sample);
    }

    #[test]
    fn a_longer_draw_extends_a_shorter_one(keys in keys(), seed in ".{0,12}", shorter in 0u64..60, more in 0u64..20) {
        let (short, long) = (drawn(&keys, &seed, shorter), drawn(&keys, &seed, shorter + more));
        prop_assert_eq!(&long[..short.len()], &short[..]);
        prop_assert!(long.is_sorted_by(|one, next| one.ticket < next.ticket));
    }

    #[test]
    fn a_draw_from_a_part_is_the_part_of_the_draw(keys in keys(), seed in ".{0,12}", first in "[a-z]") {
        let part: Vec<&String> = keys.iter().filter(|key| **key < first).collect();
        let mut whole = drawn(&keys, &seed, u64::MAX);
        whole.retain(|drawn| drawn.key.as_str() < first.as_str());
        prop_assert_eq!(drawn(part, &seed, u64::MAX), whole);
    }

    #[test]
    fn drawing_again_takes_nothing_twice_and_leaves_nothing_out(keys in keys(), size in 0u64..30) {
        let sample = drawn(&keys, "first", size);
        let already = names(&sample);
        let rest = draw_again(keys.iter().map(String::as_str), &already, &Seed::recorded("second"), u64::MAX).unwrap();
        prop_assert!(names(&rest).is_disjoint(&already));
        prop_assert_eq!(rest.len() + already.len(), keys.len());
    }

    #[test]
    fn strata_partition_the_frame_and_each_is_drawn_as_if_alone(keys in keys(), size in 0u64..10) {
        let stratum = |key: &str| ["even", "odd"][key.len() % 2];
        let records = || keys.iter().map(|key| (key.as_str(), stratum(key)));
        let seed = Seed::recorded("314159");
        let sizes = |size| BTreeMap::from(["even", "odd", "none"].map(|stratum| (stratum.to_owned(), size)));
        let whole = draw_strata(records(), &sizes(u64::MAX), &seed).unwrap();
        let all: BTreeSet<&str> = whole.values().flat_map(|sample| names(sample)).collect();
        prop_assert_eq!(all.len(), keys.len());
        prop_assert_eq!(whole.values().map(Vec::len).sum::<usize>(), keys.len());
        for (name, sample) in draw_strata(records(), &sizes(size), &seed).unwrap() {
            let alone = keys.iter().filter(|key| stratum(key) == name);
            prop_assert_eq!(sample, drawn(alone, "314159", size));
        }
    }

    #[test]
    fn a_frame_has_one_hash_whichever_way_it_is_made(keys in keys()) {
        let mut hasher = FrameHasher::new();
        keys.iter().try_for_each(|key| hasher.push(key)).unwrap();
        prop_assert_eq!(Frame::of(keys.into_iter().rev()).unwrap().digest(), hasher.finish());
    }

    #[test]
    fn a_sample_is_read_as_it_is_written(keys in keys()) {
        let sample = drawn(&keys, "seed", 5);
        let json = serde_json::to_string(&sample).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Drawn>>(&json).unwrap(), sample);
    }
}

#[test]
fn a_key_that_no_frame_can_hold_is_not_drawn_either() {
    let refused = |key| draw([key], &Seed::recorded("1"), 1).unwrap_err().to_string();
    assert!(refused("a\nb").contains(r#""a\nb""#));
    assert!(refused("").contains("empty key"));
    assert!(draw(["a\nb"], &Seed::recorded("1"), 0).is_err(), "also where nothing is to be drawn");
}
