//! What a rate that is laid down buys: what a sample of that size leaves open though nothing bad is found.

use custodes_standard::model::Ratio;

use super::confidence::{Confidence, Risk};
use super::hypergeometric;
use super::wording::{grouped, records};

/// A rate of a population, and what its sample would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoughtByRate {
    rate: Ratio,
    population: u64,
    confidence: Confidence,
}

/// The sentence at 95 %, to stand beside every sample.
pub fn what_the_rate_buys(rate: Ratio, population: u64) -> String {
    BoughtByRate::new(rate, population, Confidence::NINETY_FIVE_PERCENT).sentence()
}

/// The same of a sample whose size was given as a number: `2 of 51 records with none bad …`.
pub fn what_a_number_buys(drawn: u64, population: u64) -> String {
    let rate = Ratio { numerator: drawn, denominator: population.max(1) };
    BoughtByRate::new(rate, population, Confidence::NINETY_FIVE_PERCENT).told_of(&grouped(drawn))
}

impl BoughtByRate {
    pub fn new(rate: Ratio, population: u64, confidence: Confidence) -> BoughtByRate {
        BoughtByRate { rate, population, confidence }
    }

    /// The sample's size: the rate of the population rounded up, and no more than all of it.
    pub fn drawn(&self) -> u64 {
        self.rate.sample_size(self.population).min(self.population)
    }

    /// The largest number of bad records that the sample could not exclude if it had `found` bad.
    /// `None` where the sample has not so many records.
    pub fn upper_limit(&self, found: u64) -> Option<u64> {
        let risk = self.confidence.risk();
        (found <= self.drawn()).then(|| hypergeometric::upper_limit(self.population, self.drawn(), found, risk))
    }

    /// How likely the sample is to show at least one bad record if `bad` of the population are: in tenths of a
    /// percent, rounded half up. Of `bad` that are more than the population, all are meant.
    pub fn chance_of_seeing_one(&self, bad: u64) -> u64 {
        let bad = bad.min(self.population);
        // The chance of missing them all is at most 1 - (m - 1/2) / 1000 just where the chance of seeing one rounds to m or more.
        let rounds_to = |tenths: u64| {
            let risk = Risk { numerator: 2001 - 2 * tenths, denominator: 2000 };
            hypergeometric::excludes(self.population, bad, self.drawn(), 0, risk)
        };
        if bad == 0 || self.drawn() == 0 {
            return 0;
        }
        let (mut least, mut most) = (0, 1000u64);
        while least < most {
            let middle = (least + most).div_ceil(2);
            if rounds_to(middle) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        least
    }

    /// `5 % of 1,000 records with none bad still leaves up to 56 bad, at 95 % confidence`
    pub fn sentence(&self) -> String {
        self.told_of(&self.rate.to_string())
    }

    fn told_of(&self, rate: &str) -> String {
        let (population, drawn) = (records(self.population), self.drawn());
        if self.population == 0 {
            return format!("{rate} of no records is no sample");
        }
        if drawn == self.population {
            return format!("{rate} of {population} is all of them, and leaves nothing open");
        }
        let left = match self.upper_limit(0) {
            Some(0) | None => "leaves none".to_owned(),
            Some(limit) => format!("still leaves up to {}", grouped(limit)),
        };
        format!("{rate} of {population} with none bad {left} bad, at {} confidence", self.confidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_in_one_sentence() {
        let rate = |text| Ratio::parse(text).unwrap();
        let told = [
            (("5 %", 100), "5 % of 100 records with none bad still leaves up to 44 bad, at 95 % confidence"),
            (("5 %", 1000), "5 % of 1,000 records with none bad still leaves up to 56 bad, at 95 % confidence"),
            (("5 %", 5000), "5 % of 5,000 records with none bad still leaves up to 58 bad, at 95 % confidence"),
            (("95 %", 20), "95 % of 20 records with none bad leaves none bad, at 95 % confidence"),
            (("5 %", 1), "5 % of 1 record is all of them, and leaves nothing open"),
            (("5 %", 0), "5 % of no records is no sample"),
        ];
        assert_eq!(
            what_a_number_buys(2, 51),
            "2 of 51 records with none bad still leaves up to 39 bad, at 95 % confidence"
        );
        for ((text, population), expected) in told {
            assert_eq!(what_the_rate_buys(rate(text), population), expected);
        }
    }

    #[test]
    fn the_chance_of_seeing_one_goes_from_never_to_always() {
        let bought = BoughtByRate::new(Ratio::percent(5), 100, Confidence::NINETY_FIVE_PERCENT);
        assert_eq!(
            [0, 1, 5, 95, 96, 100, 1000].map(|bad| bought.chance_of_seeing_one(bad)),
            [0, 50, 230, 1000, 1000, 1000, 1000]
        );
        assert_eq!(bought.upper_limit(6), None);
    }
}
