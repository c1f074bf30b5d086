//! What must hold of every limit and every plan.

use custodes_compliance::statistics::{Confidence, Counts, Evaluation, Goal, sequential};
use num_bigint::BigUint;
use num_traits::One;
use proptest::prelude::*;

const CONFIDENCE: Confidence = Confidence::NINETY_FIVE_PERCENT;

fn counts() -> impl Strategy<Value = (u64, u64, u64)> {
    (1u64..150)
        .prop_flat_map(|population| (Just(population), 0..=population))
        .prop_flat_map(|(population, drawn)| (Just(population), Just(drawn), 0..=drawn))
}

fn evaluation(population: u64, drawn: u64, bad: u64) -> Evaluation {
    Evaluation::new(Counts::new(population, drawn, bad).unwrap(), CONFIDENCE)
}

fn choose(from: u64, take: u64) -> BigUint {
    if take > from {
        return BigUint::ZERO;
    }
    (0..take).fold(BigUint::one(), |product, index| product * (from - index) / (index + 1))
}

/// Whether at most `found` of `bad` are seen with a probability of at most 5 %, by the definition.
fn is_excluded((population, drawn, found): (u64, u64, u64), bad: u64) -> bool {
    let ways = |seen| choose(bad, seen) * choose(population - bad, drawn - seen);
    (0..=found).map(ways).sum::<BigUint>() * 20u32 <= choose(population, drawn)
}

proptest! {
    #[test]
    fn the_upper_limit_is_the_largest_number_that_the_definition_does_not_exclude((population, drawn, bad) in counts()) {
        let largest = (0..=population).rev().find(|number| !is_excluded((population, drawn, bad), *number));
        prop_assert_eq!(Some(evaluation(population, drawn, bad).upper_limit()), largest);
    }

    #[test]
    fn more_found_raise_the_limits_and_more_drawn_lower_the_upper_one((population, drawn, bad) in counts()) {
        let here = evaluation(population, drawn, bad);
        prop_assert!(bad <= here.lower_limit() && here.lower_limit() <= here.upper_limit());
        prop_assert!(here.upper_limit() <= population - (drawn - bad));
        if bad < drawn {
            prop_assert!(evaluation(population, drawn, bad + 1).upper_limit() >= here.upper_limit());
            prop_assert!(evaluation(population, drawn, bad + 1).lower_limit() >= here.lower_limit());
        }
        if drawn < population {
            prop_assert!(evaluation(population, drawn + 1, bad).upper_limit() <= here.upper_limit());
        }
    }

    #[test]
    fn where_all_were_examined_the_limits_are_what_was_found(population in 0u64..500, bad in 0u64..500) {
        let bad = bad.min(population);
        let all = evaluation(population, population, bad);
        prop_assert_eq!((all.lower_limit(), all.upper_limit()), (bad, bad));
    }

    #[test]
    fn a_planned_size_shows_it_and_one_less_does_not(population in 2u64..400, tolerable in 0u64..400, expected in 0u64..6) {
        let tolerable = tolerable % population;
        let goal = Goal::no_more_than(tolerable, population, CONFIDENCE).unwrap();
        match goal.sample_size(expected) {
            None => prop_assert!(expected > tolerable),
            Some(drawn) => {
                prop_assert!(evaluation(population, drawn, expected).upper_limit() <= tolerable);
                let smaller = drawn - 1;
                prop_assert!(expected > smaller || evaluation(population, smaller, expected).upper_limit() > tolerable);
            }
        }
    }

    #[test]
    fn limits_that_hold_at_every_look_are_those_of_the_definition((population, drawn, found) in counts()) {
        let ways = |bad: u64| choose(bad, found) * choose(population - bad, drawn - found);
        let kept = |bad: &u64| ways(*bad) * 20u32 * (drawn + 1) > choose(population, drawn);
        let kept: Vec<u64> = (0..=population).filter(kept).collect();
        let limits = sequential::not_excluded(Counts::new(population, drawn, found).unwrap(), CONFIDENCE);
        prop_assert_eq!(limits.collect::<Vec<_>>(), kept);
    }
}

#[test]
fn the_sizes_to_choose_among_are_few_and_each_says_what_it_leaves_open() {
    let goal = Goal::no_more_than(49, 1000, CONFIDENCE).unwrap();
    let choices = goal.choices(0, 3);
    assert_eq!(
        choices.iter().map(|choice| (choice.expected, choice.drawn)).collect::<Vec<_>>(),
        [(0, 57), (1, 90), (2, 119)]
    );
    for choice in &choices {
        let open = |found| {
            let counts = Counts::new(1000, choice.drawn, found).unwrap();
            Evaluation::new(counts, CONFIDENCE).upper_limit()
        };
        assert!(open(choice.expected) <= 49, "what was to be shown is shown");
        assert_eq!(choice.otherwise, Some(open(choice.expected + 1)));
        assert!(choice.otherwise > Some(49), "and not with one more");
    }
    let told: Vec<String> = Goal::no_more_than(0, 3, CONFIDENCE)
        .unwrap()
        .choices(0, 4)
        .iter()
        .map(|choice| Goal::no_more_than(0, 3, CONFIDENCE).unwrap().told(choice))
        .collect();
    assert_eq!(told, ["all 3 records: then it is known how many are bad"]);
    let small = Goal::no_more_than(1, 10, CONFIDENCE).unwrap();
    assert_eq!(small.choices(0, 4).len(), 2);
    assert!(small.choices(2, 4).is_empty(), "more are expected than can be borne");
}

#[test]
fn a_plan_is_told_in_one_sentence() {
    let told = |tolerable, population, expected| {
        Goal::no_more_than(tolerable, population, CONFIDENCE).unwrap().sentence(expected)
    };
    assert_eq!(
        told(49, 1000, 0),
        "57 records with none bad would show, at 95 % confidence, that no more than 49 of 1,000 records are bad"
    );
    assert_eq!(
        told(49, 1000, 2),
        "119 records with no more than 2 bad would show, at 95 % confidence, that no more than 49 of 1,000 records are bad"
    );
    assert_eq!(told(0, 10, 0), "only all 10 records, with none bad, would show that none of 10 records is bad");
    assert_eq!(
        told(1, 10, 2),
        "no sample with 2 bad could show that no more than 1 of 10 records is bad: expect fewer"
    );
}

#[test]
fn a_goal_that_shows_nothing_is_refused() {
    let refused = Goal::no_more_than(10, 10, CONFIDENCE).unwrap_err().to_string();
    assert!(refused.starts_with("no more than 10 of 10 records can be bad in any case"), "{refused}");
    let rate = custodes_standard::model::Ratio::percent;
    assert!(Goal::fewer_than(rate(0), 10, CONFIDENCE).is_err());
    assert!(Goal::fewer_than(rate(200), 10, CONFIDENCE).is_err());
    assert_eq!(Goal::fewer_than(rate(100), 10, CONFIDENCE).map(|goal| goal.tolerable()), Ok(9));
}
