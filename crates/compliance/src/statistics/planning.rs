//! Planning a sample: the smallest that would show, at a confidence, that not too many are bad.

use custodes_standard::model::Ratio;

use super::confidence::Confidence;
use super::hypergeometric;
use super::search;
use super::wording::{grouped, is, records};

/// What a sample is to show: that no more than a tolerable number of a population's records are bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    population: u64,
    // Below the population: that no more than all records are bad needs no showing.
    tolerable: u64,
    confidence: Confidence,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GoalError {
    #[error("no more than {tolerable} of {population} records can be bad in any case: tolerate fewer than there are")]
    NothingToShow { population: u64, tolerable: u64 },
    #[error(
        "a rate below {rate} of {population} records is below 1 record: to show that none is bad, examine them all"
    )]
    BelowOne { population: u64, rate: Ratio },
}

/// A size of sample, and the number of bad records among them up to which it still shows what it is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub drawn: u64,
    pub expected: u64,
}

/// A size of sample that shows the goal, beside others for more bad records among those drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// So many bad ones may be found, and it is still shown.
    pub expected: u64,
    pub drawn: u64,
    /// With one more found, the largest number of bad records in the population that could not be excluded;
    /// `None` where all records are drawn, and nothing is left open.
    pub otherwise: Option<u64>,
}

impl Goal {
    /// To show that no more than `tolerable` of the population's records are bad.
    ///
    /// # Errors
    /// A number that all records together do not exceed.
    pub fn no_more_than(tolerable: u64, population: u64, confidence: Confidence) -> Result<Goal, GoalError> {
        if tolerable >= population {
            return Err(GoalError::NothingToShow { population, tolerable });
        }
        Ok(Goal { population, tolerable, confidence })
    }

    /// To show that fewer than a rate of the population's records are bad, which is how published tables
    /// take a tolerable rate: 5 % of 1,000 tolerates 49.
    ///
    /// # Errors
    /// A rate of more than 1, or one of less than a record.
    pub fn fewer_than(rate: Ratio, population: u64, confidence: Confidence) -> Result<Goal, GoalError> {
        let excluded = (u128::from(rate.numerator) * u128::from(population)).div_ceil(u128::from(rate.denominator));
        match u64::try_from(excluded) {
            Ok(0) => Err(GoalError::BelowOne { population, rate }),
            Ok(excluded) => Goal::no_more_than(excluded - 1, population, confidence),
            Err(_) => Err(GoalError::NothingToShow { population, tolerable: population }),
        }
    }

    pub fn population(&self) -> u64 {
        self.population
    }

    pub fn tolerable(&self) -> u64 {
        self.tolerable
    }

    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// The smallest sample that shows it even if `expected` of its records are bad. `None` where more are
    /// expected in the sample than are tolerable in the population: no sample shows it then.
    pub fn sample_size(&self, expected: u64) -> Option<u64> {
        hypergeometric::sample_size(self.population, self.tolerable + 1, expected, self.confidence)
    }

    /// The smallest sample that shows it even if `ceil(expected × its size)` of its records are bad.
    pub fn sample_size_at_rate(&self, expected: Ratio) -> Option<Planned> {
        at_expected_rate(expected, self.population, |drawn, found| self.is_shown_by(drawn, found))
    }

    /// Whether a sample of `drawn` with `found` bad shows it.
    pub fn is_shown_by(&self, drawn: u64, found: u64) -> bool {
        let risk = self.confidence.risk();
        drawn <= self.population
            && found <= drawn
            && hypergeometric::excludes(self.population, self.tolerable + 1, drawn, found, risk)
    }

    /// The sizes to choose among: for `expected` bad ones, and for a few more; without those that no sample
    /// shows, and without more than one that is the whole population.
    pub fn choices(&self, expected: u64, at_most: usize) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        for expected in (expected..=self.tolerable).take(at_most) {
            let Some(drawn) = self.sample_size(expected) else { break };
            let all = drawn == self.population;
            let open = || hypergeometric::upper_limit(self.population, drawn, expected + 1, self.confidence.risk());
            choices.push(Choice { expected, drawn, otherwise: (!all).then(open) });
            if all {
                break;
            }
        }
        choices
    }

    /// `57 records with none bad would show, at 95 % confidence, that no more than 49 of 1,000 records are bad`
    pub fn sentence(&self, expected: u64) -> String {
        let claim = self.claim();
        let found = match expected {
            0 => "none".to_owned(),
            expected => format!("no more than {}", grouped(expected)),
        };
        match self.sample_size(expected) {
            None => format!("no sample with {} bad could show that {claim}: expect fewer", grouped(expected)),
            Some(all) if all == self.population => {
                format!("only all {}, with {found} bad, would show that {claim}", records(all))
            }
            Some(drawn) => {
                format!(
                    "{} with {found} bad would show, at {} confidence, that {claim}",
                    records(drawn),
                    self.confidence
                )
            }
        }
    }

    /// What each choice can show and cannot, in words, without a full stop.
    pub fn told(&self, choice: &Choice) -> String {
        let whole = records(self.population);
        let Some(otherwise) = choice.otherwise else {
            return format!("all {whole}: then it is known how many are bad");
        };
        let found = match choice.expected {
            0 => "if none of them is bad".to_owned(),
            expected => format!("if no more than {} of them {} bad", grouped(expected), is(expected)),
        };
        format!(
            "{}, {found}; with {} bad, up to {} of {whole} could be",
            records(choice.drawn),
            grouped(choice.expected + 1),
            grouped(otherwise)
        )
    }

    /// `no more than 49 of 1,000 records are bad`
    pub fn claim(&self) -> String {
        let whole = records(self.population);
        match self.tolerable {
            0 => format!("none of {whole} is bad"),
            tolerable => format!("no more than {} of {whole} {} bad", grouped(tolerable), is(tolerable)),
        }
    }
}

/// The smallest sample that shows something with `ceil(expected × its size)` bad, if it is at most `largest`.
///
/// Between two sizes at which one more bad record is expected, a larger sample shows more; across such a
/// size it may show less. So each such stretch is looked at on its own, from the first.
pub(super) fn at_expected_rate(
    expected: Ratio,
    largest: u64,
    is_shown_by: impl Fn(u64, u64) -> bool,
) -> Option<Planned> {
    let (numerator, denominator) = (u128::from(expected.numerator), u128::from(expected.denominator));
    let mut found = u64::from(numerator > 0);
    loop {
        let (first, last) = if numerator == 0 {
            (1, largest)
        } else {
            let last_with = |found: u64| u128::from(found) * denominator / numerator;
            let first = u64::try_from(last_with(found - 1) + 1).ok()?;
            (first, u64::try_from(last_with(found)).map_or(largest, |last| last.min(largest)))
        };
        if first > largest {
            return None;
        }
        if first <= last && is_shown_by(last, found) {
            let drawn = search::smallest(first, last, found + 1, |drawn| is_shown_by(drawn, found))?;
            return Some(Planned { drawn, expected: found });
        }
        if numerator == 0 {
            return None;
        }
        found += 1;
    }
}
