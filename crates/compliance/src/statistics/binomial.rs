//! Drawing from a population so large that its size does not matter: the tables that auditors know.
//!
//! It is here to compare with published tables. What the product says of a population comes from its
//! size, by [`super::Evaluation`] and [`super::Goal`], which ask for no larger a sample.

use custodes_standard::model::Ratio;

use super::confidence::Confidence;
use super::planning::{Planned, at_expected_rate};
use super::search;
use super::series::{Fraction, Series};

/// Whether a sample of `drawn` shows at most `found` bad with a probability of at most the risk where
/// `rate` of all records are bad: then that rate, and any higher, is excluded.
pub fn excludes(rate: Ratio, drawn: u64, found: u64, confidence: Confidence) -> bool {
    if found >= drawn || rate.numerator == 0 {
        return false;
    }
    if rate.numerator >= rate.denominator {
        return true;
    }
    let good = rate.denominator - rate.numerator;
    let series = Series {
        factors: drawn,
        factor: |_| Fraction::new(good, rate.denominator),
        steps: found,
        step: |seen| Fraction { over: [drawn - seen + 1, rate.numerator], under: [seen, good] },
    };
    series.is_at_most(confidence.risk())
}

/// The smallest sample that excludes a rate even if it finds `found` bad; `None` beyond `largest`.
pub fn sample_size(rate: Ratio, found: u64, confidence: Confidence, largest: u64) -> Option<u64> {
    search::smallest(found + 1, largest, found + 1, |drawn| excludes(rate, drawn, found, confidence))
}

/// The smallest sample that excludes a rate even if it finds `ceil(expected × its size)` bad; `None`
/// beyond `largest`.
pub fn sample_size_at_rate(rate: Ratio, expected: Ratio, confidence: Confidence, largest: u64) -> Option<Planned> {
    at_expected_rate(expected, largest, |drawn, found| excludes(rate, drawn, found, confidence))
}

/// The smallest rate, in so many parts of the whole, that is excluded by a sample with `found` bad:
/// with 1,000 parts, the upper limit in percent rounded up to one decimal.
pub fn upper_limit_in_parts(parts: u64, drawn: u64, found: u64, confidence: Confidence) -> u64 {
    let excluded = |numerator| excludes(Ratio { numerator, denominator: parts }, drawn, found, confidence);
    search::smallest(1, parts, parts / (drawn + 1), excluded).unwrap_or(parts)
}
