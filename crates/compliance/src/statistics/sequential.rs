//! Looking at a sample again and again as it grows, and stopping when it says enough.
//!
//! The limits of [`super::Evaluation`] hold for one look, at a size settled beforehand. These hold at all
//! looks at once, and are wider for it. They are the prior-posterior-ratio confidence sequence for
//! sampling without replacement (Waudby-Smith and Ramdas, arXiv 2006.04347) with a uniform prior:
//! a number of bad records is excluded once its posterior probability is at most the risk times its prior.

use std::ops::RangeInclusive;

use super::confidence::Confidence;
use super::evaluation::Counts;
use super::hypergeometric;
use super::search;

/// The numbers of bad records in the population that are not excluded, two-sided, at any time.
///
/// The records must have been examined in the order of their tickets. Never empty.
pub fn not_excluded(counts: Counts, confidence: Confidence) -> RangeInclusive<u64> {
    let (population, drawn, found) = (counts.population(), counts.drawn(), counts.bad());
    if drawn == 0 {
        return 0..=population;
    }
    // With a uniform prior on 0..=N the ratio of posterior to prior is the probability of the very
    // result, times (drawn + 1): no sum is needed.
    let excluded =
        |bad| hypergeometric::exactly_is_at_most(population, bad, drawn, found, drawn + 1, confidence.risk());
    // The posterior rises up to here and falls from here on.
    let (least, most) = (found, population - (drawn - found));
    let likeliest = u128::from(found) * (u128::from(population) + 1) / u128::from(drawn);
    let likeliest = u64::try_from(likeliest).unwrap_or(most).clamp(least, most);
    let stride = population / (drawn + 1);
    let above = search::smallest(likeliest, most, stride, excluded).map_or(most, |bad| bad - 1);
    let below = search::smallest(0, likeliest - least, stride, |down| excluded(likeliest - down));
    below.map_or(least, |down| likeliest - down + 1)..=above
}
