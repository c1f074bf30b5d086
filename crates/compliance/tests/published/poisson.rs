//! Poisson sizes that `jfa` publishes. The product has no use for that distribution; its figures stand
//! beside the others, and come out by rationals too.

use num_bigint::BigUint;

/// Whether e^-mean × Σ mean^i / i! over i ≤ found is at most 5 %, of a mean in hundredths.
fn is_shown_at_95_percent(mean_in_hundredths: u64, found: u64) -> bool {
    // Enough of the series of e^mean that what is left out is far below a billionth of it.
    const TERMS: u64 = 200;
    let partial = |last: u64| -> BigUint {
        let mut term = BigUint::from(10u8).pow(60);
        let mut sum = term.clone();
        for index in 1..=last {
            term = term * mean_in_hundredths / (index * 100);
            sum += &term;
        }
        sum
    };
    partial(found) * 20u32 <= partial(TERMS)
}

#[test]
fn poisson_sizes_of_jfa_are_reproduced() {
    for (tolerable_percent, found, size) in [(1, 0, 300), (5, 0, 60), (5, 2, 126)] {
        let smallest = (1..).find(|drawn| is_shown_at_95_percent(drawn * tolerable_percent, found));
        assert_eq!(smallest, Some(size), "{tolerable_percent} % with {found}");
    }
}
