//! A sample in strata, by purpose, department or risk band: the same tickets, and the size of each stratum.

use std::collections::BTreeMap;

use custodes_standard::model::Ratio;

use super::frame::KeyError;
use super::sample::{Draw, Drawn};
use super::seed::Seed;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrataError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the record {key:?} is in the stratum {stratum:?}, for which the plan gives no size: give it one, or 0")]
    NoSize { key: String, stratum: String },
}

/// The size of each stratum at one rate: rounded up in each, so that none with a record goes unexamined.
pub fn stratum_sizes(rate: Ratio, counts: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(stratum, count)| (stratum.clone(), rate.sample_size(*count))).collect()
}

/// The smallest tickets of each stratum, smallest first. A stratum with fewer records than its size
/// gives all of them, and one with none gives an empty sample.
///
/// `records` are (key, stratum).
///
/// # Errors
/// A key that no frame can hold, or a record whose stratum has no size.
pub fn draw_strata<'a>(
    records: impl IntoIterator<Item = (&'a str, &'a str)>,
    sizes: &BTreeMap<String, u64>,
    seed: &Seed,
) -> Result<BTreeMap<String, Vec<Drawn>>, StrataError> {
    let mut draws: BTreeMap<&str, Draw> =
        sizes.iter().map(|(stratum, size)| (stratum.as_str(), Draw::new(seed, *size))).collect();
    for (key, stratum) in records {
        let no_size = || StrataError::NoSize { key: key.to_owned(), stratum: stratum.to_owned() };
        draws.get_mut(stratum).ok_or_else(no_size)?.offer(key)?;
    }
    Ok(draws.into_iter().map(|(stratum, draw)| (stratum.to_owned(), draw.finish())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(sizes: &[(&str, u64)]) -> BTreeMap<String, u64> {
        sizes.iter().map(|(stratum, size)| ((*stratum).to_owned(), *size)).collect()
    }

    #[test]
    fn a_rate_is_rounded_up_in_each_stratum() {
        let counts = sizes(&[("high", 101), ("low", 1), ("none", 0)]);
        assert_eq!(stratum_sizes(Ratio::percent(5), &counts), sizes(&[("high", 6), ("low", 1), ("none", 0)]));
    }

    #[test]
    fn a_stratum_without_a_size_is_refused_by_name() {
        let seed = Seed::recorded("314159");
        let refused = draw_strata([("a", "high"), ("b", "low")], &sizes(&[("high", 1)]), &seed);
        assert_eq!(refused, Err(StrataError::NoSize { key: "b".into(), stratum: "low".into() }));
    }

    #[test]
    fn a_stratum_with_fewer_records_than_its_size_gives_them_all() {
        let seed = Seed::recorded("314159");
        let samples = draw_strata([("a", "high"), ("b", "high")], &sizes(&[("high", 5), ("low", 3)]), &seed).unwrap();
        assert_eq!(samples["high"].len(), 2);
        assert_eq!(samples["low"], []);
    }
}
