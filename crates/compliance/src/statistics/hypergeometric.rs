//! Drawing without replacement from a population of known size: the exact distribution of what is found.

use super::confidence::{Confidence, Risk};
use super::search;
use super::series::{Fraction, Series};

/// Whether a sample of `drawn` from `population` records, of which `bad` are bad, shows at most `found` of
/// them with a probability of at most the risk: then `bad` or more are excluded.
pub(super) fn excludes(population: u64, bad: u64, drawn: u64, found: u64, risk: Risk) -> bool {
    let good = population - bad;
    // So many bad ones are seen in any case, because the good ones do not fill the sample.
    let least = drawn.saturating_sub(good);
    if found < least {
        return true;
    }
    if found >= drawn.min(bad) {
        return false;
    }
    // The probability of seeing the least is C(top, factors) / C(population, factors), in one of four
    // ways that are equal; the shortest is taken.
    let (factors, top) = if least == 0 {
        (drawn.min(bad), population - drawn.max(bad))
    } else if population - drawn <= good {
        (population - drawn, bad)
    } else {
        (good, drawn)
    };
    let series = Series {
        factors,
        factor: |index| Fraction::new(top - index, population - index),
        steps: found - least,
        step: |index| {
            let seen = least + index;
            Fraction { over: [bad - seen + 1, drawn - seen + 1], under: [seen, good + seen - drawn] }
        },
    };
    series.is_at_most(risk)
}

/// The largest number of bad records in the population that a sample with `found` bad cannot exclude,
/// one-sided: with any more, so few would be found with a probability of at most the risk.
pub(super) fn upper_limit(population: u64, drawn: u64, found: u64, risk: Risk) -> u64 {
    let most = population - (drawn - found);
    let stride = population / (drawn + 1);
    let excluded = search::smallest(found + 1, most, stride, |bad| excludes(population, bad, drawn, found, risk));
    excluded.map_or(most, |bad| bad - 1)
}

/// The smallest number of bad records that a sample with `found` bad cannot exclude, one-sided.
pub(super) fn lower_limit(population: u64, drawn: u64, found: u64, risk: Risk) -> u64 {
    // What is said of the bad ones from above is said of the good ones from below.
    population - upper_limit(population, drawn, drawn - found, risk)
}

/// The smallest sample that excludes `bad` or more bad records even if it finds `found`.
///
/// `None` where no sample can: `found` are expected of no more than `found`, or there are not so many records.
pub(super) fn sample_size(population: u64, bad: u64, found: u64, confidence: Confidence) -> Option<u64> {
    if bad > population || found >= bad {
        return None;
    }
    let stride = population / bad * (found + 1);
    search::smallest(found + 1, population, stride, |drawn| excludes(population, bad, drawn, found, confidence.risk()))
}

/// Whether a sample of `drawn` that shows exactly `found` bad has a probability, times `weight`, of at
/// most the risk.
pub(super) fn exactly_is_at_most(population: u64, bad: u64, drawn: u64, found: u64, weight: u64, risk: Risk) -> bool {
    let good = population - bad;
    if bad < found || good < drawn - found {
        return true;
    }
    // C(drawn, found) × bad…(bad − found + 1) × good…(good − (drawn − found) + 1) / population…(population − drawn + 1)
    let series = Series {
        factors: drawn + 1,
        factor: |index| {
            if index == drawn {
                Fraction::new(weight, 1)
            } else if index < found {
                Fraction { over: [bad - index, drawn - index], under: [population - index, index + 1] }
            } else {
                Fraction::new(good - (index - found), population - index)
            }
        },
        steps: 0,
        step: |_| Fraction::new(1, 1),
    };
    series.is_at_most(risk)
}
