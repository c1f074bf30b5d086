//! What a random sample says of the population that it was drawn from.

use custodes_standard::model::Ratio;
use serde::{Deserialize, Serialize};

use super::confidence::Confidence;
use super::hypergeometric;
use super::wording::{grouped, is, percentage, records, was};

/// How many records there were, how many were drawn at random and examined, and how many of these were bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Given")]
pub struct Counts {
    population: u64,
    // At most the population.
    drawn: u64,
    // At most the drawn.
    bad: u64,
}

#[derive(Deserialize)]
struct Given {
    population: u64,
    drawn: u64,
    bad: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountsError {
    #[error("{drawn} records were drawn of {population}: count each record once, and take the population of the frame")]
    MoreDrawn { population: u64, drawn: u64 },
    #[error("{bad} records were bad of {drawn} drawn: count only those that were drawn")]
    MoreBad { drawn: u64, bad: u64 },
}

impl Counts {
    /// # Errors
    /// More drawn than there were, or more bad than drawn.
    pub fn new(population: u64, drawn: u64, bad: u64) -> Result<Counts, CountsError> {
        if drawn > population {
            return Err(CountsError::MoreDrawn { population, drawn });
        }
        if bad > drawn {
            return Err(CountsError::MoreBad { drawn, bad });
        }
        Ok(Counts { population, drawn, bad })
    }

    pub fn population(&self) -> u64 {
        self.population
    }

    pub fn drawn(&self) -> u64 {
        self.drawn
    }

    pub fn bad(&self) -> u64 {
        self.bad
    }
}

impl TryFrom<Given> for Counts {
    type Error = CountsError;

    fn try_from(given: Given) -> Result<Counts, CountsError> {
        Counts::new(given.population, given.drawn, given.bad)
    }
}

/// A sample's result at a confidence.
///
/// Only for a random sample, of a size settled before its results were seen: what analytics picked says
/// nothing of the rest, and a sample that grows until it pleases is for [`super::sequential`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    counts: Counts,
    confidence: Confidence,
}

impl Evaluation {
    pub fn new(counts: Counts, confidence: Confidence) -> Evaluation {
        Evaluation { counts, confidence }
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The rate found, bad over drawn, not reduced. `None` where nothing was drawn.
    pub fn rate_found(&self) -> Option<Ratio> {
        let Counts { drawn, bad, .. } = self.counts;
        (drawn > 0).then_some(Ratio { numerator: bad, denominator: drawn })
    }

    /// The largest number of bad records in the population that the sample cannot exclude (exact
    /// hypergeometric, one-sided). With any more, so few would be found with a probability of at most the risk.
    pub fn upper_limit(&self) -> u64 {
        let Counts { population, drawn, bad } = self.counts;
        hypergeometric::upper_limit(population, drawn, bad, self.confidence.risk())
    }

    /// The smallest number of bad records in the population that the sample cannot exclude (exact
    /// hypergeometric, one-sided: together with the upper limit it holds at twice the risk).
    pub fn lower_limit(&self) -> u64 {
        let Counts { population, drawn, bad } = self.counts;
        hypergeometric::lower_limit(population, drawn, bad, self.confidence.risk())
    }

    /// One sentence, without its full stop: the rate found, and the largest number that the sample cannot exclude.
    pub fn sentence(&self) -> String {
        let Counts { population, drawn, bad } = self.counts;
        if population == 0 {
            return "there were no records to examine".to_owned();
        }
        if drawn == 0 {
            let all = if population == 1 { "it".to_owned() } else { format!("all {}", grouped(population)) };
            return format!(
                "none of the {} was drawn, so nothing excludes that {all} {} bad",
                records(population),
                is(population)
            );
        }
        let found = self.found();
        if drawn == population {
            return found;
        }
        let (confidence, limit) = (self.confidence, self.upper_limit());
        let whole = records(population);
        if limit == population {
            return format!("{found}; at {confidence} confidence the sample cannot exclude that all {whole} are bad");
        }
        if limit == 0 {
            return format!("{found}; at {confidence} confidence none of all {whole} is bad");
        }
        if limit == bad {
            return format!("{found}; at {confidence} confidence no other of all {whole} is bad");
        }
        let (limit, are) = (if limit == 1 { "1".to_owned() } else { format!("up to {}", grouped(limit)) }, is(limit));
        format!("{found}; at {confidence} confidence the sample cannot exclude that {limit} of all {whole} {are} bad")
    }

    /// `2 of the 50 records drawn were bad (4 %)`, or of all records, if all were drawn.
    fn found(&self) -> String {
        let Counts { population, drawn, bad } = self.counts;
        let rate = percentage(bad, drawn);
        if drawn == population {
            return match (drawn, bad) {
                (1, 0) => "the only record was examined, and was not bad".to_owned(),
                (1, _) => "the only record was examined, and was bad".to_owned(),
                (_, 0) => format!("all {} were examined, and none was bad", records(drawn)),
                _ if bad == drawn => format!("all {} were examined, and all were bad", records(drawn)),
                _ => format!("all {} were examined, and {} {} bad ({rate})", records(drawn), grouped(bad), was(bad)),
            };
        }
        match (drawn, bad) {
            (1, 0) => "the 1 record drawn was not bad".to_owned(),
            (1, _) => "the 1 record drawn was bad".to_owned(),
            (_, 0) => format!("none of the {} drawn was bad", records(drawn)),
            _ if bad == drawn => format!("all {} drawn were bad ({rate})", records(drawn)),
            _ => format!("{} of the {} drawn {} bad ({rate})", grouped(bad), records(drawn), was(bad)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(population: u64, drawn: u64, bad: u64) -> String {
        let counts = Counts::new(population, drawn, bad).unwrap();
        Evaluation::new(counts, Confidence::NINETY_FIVE_PERCENT).sentence()
    }

    #[test]
    fn a_sample_is_told_in_one_sentence() {
        let told = [
            (
                (1000, 50, 0),
                "none of the 50 records drawn was bad; at 95 % confidence the sample cannot exclude that up to 56 of all 1,000 records are bad",
            ),
            (
                (1000, 50, 2),
                "2 of the 50 records drawn were bad (4 %); at 95 % confidence the sample cannot exclude that up to 118 of all 1,000 records are bad",
            ),
            (
                (1000, 50, 1),
                "1 of the 50 records drawn was bad (2 %); at 95 % confidence the sample cannot exclude that up to 89 of all 1,000 records are bad",
            ),
            (
                (100, 5, 5),
                "all 5 records drawn were bad (100 %); at 95 % confidence the sample cannot exclude that all 100 records are bad",
            ),
            (
                (10, 1, 0),
                "the 1 record drawn was not bad; at 95 % confidence the sample cannot exclude that up to 9 of all 10 records are bad",
            ),
            (
                (10, 1, 1),
                "the 1 record drawn was bad; at 95 % confidence the sample cannot exclude that all 10 records are bad",
            ),
            ((20, 19, 0), "none of the 19 records drawn was bad; at 95 % confidence none of all 20 records is bad"),
            (
                (20, 18, 0),
                "none of the 18 records drawn was bad; at 95 % confidence the sample cannot exclude that 1 of all 20 records is bad",
            ),
        ];
        for ((population, drawn, bad), expected) in told {
            assert_eq!(sentence(population, drawn, bad), expected);
        }
    }

    #[test]
    fn where_all_or_none_were_examined_nothing_is_left_to_chance() {
        let told = [
            ((0, 0, 0), "there were no records to examine"),
            ((1, 0, 0), "none of the 1 record was drawn, so nothing excludes that it is bad"),
            ((100, 0, 0), "none of the 100 records was drawn, so nothing excludes that all 100 are bad"),
            ((1, 1, 0), "the only record was examined, and was not bad"),
            ((1, 1, 1), "the only record was examined, and was bad"),
            ((100, 100, 0), "all 100 records were examined, and none was bad"),
            ((100, 100, 1), "all 100 records were examined, and 1 was bad (1 %)"),
            ((100, 100, 3), "all 100 records were examined, and 3 were bad (3 %)"),
            ((100, 100, 100), "all 100 records were examined, and all were bad"),
        ];
        for ((population, drawn, bad), expected) in told {
            assert_eq!(sentence(population, drawn, bad), expected);
        }
    }

    #[test]
    fn counts_that_cannot_be_are_refused() {
        assert_eq!(Counts::new(3, 4, 0), Err(CountsError::MoreDrawn { population: 3, drawn: 4 }));
        assert_eq!(Counts::new(5, 4, 5), Err(CountsError::MoreBad { drawn: 4, bad: 5 }));
        let read = serde_json::from_str::<Counts>(r#"{"population":5,"drawn":4,"bad":1}"#).unwrap();
        assert_eq!(read, Counts::new(5, 4, 1).unwrap());
        assert!(serde_json::from_str::<Counts>(r#"{"population":5,"drawn":4,"bad":9}"#).is_err());
    }

    #[test]
    fn the_rate_found_is_a_fraction_of_the_drawn() {
        let evaluation =
            |drawn, bad| Evaluation::new(Counts::new(100, drawn, bad).unwrap(), Confidence::NINETY_FIVE_PERCENT);
        assert_eq!(evaluation(50, 2).rate_found(), Some(Ratio { numerator: 2, denominator: 50 }));
        assert_eq!(evaluation(0, 0).rate_found(), None);
    }
}
