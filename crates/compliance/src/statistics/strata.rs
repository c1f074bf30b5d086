//! What samples in strata say together.

use super::confidence::Confidence;
use super::evaluation::Counts;
use super::hypergeometric;
use super::wording::{grouped, is, records, was};

/// The results of the strata of one population, each drawn at random at a rate of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrataEvaluation<'a> {
    strata: &'a [Counts],
    confidence: Confidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the strata together have more than {} records: count each record in one stratum", u64::MAX)]
pub struct StrataTooLarge;

impl<'a> StrataEvaluation<'a> {
    /// # Errors
    /// Strata of more records than can be counted.
    pub fn new(strata: &'a [Counts], confidence: Confidence) -> Result<StrataEvaluation<'a>, StrataTooLarge> {
        let population = strata.iter().try_fold(0u64, |sum, counts| sum.checked_add(counts.population()));
        population.map(|_| StrataEvaluation { strata, confidence }).ok_or(StrataTooLarge)
    }

    /// The strata summed. Of the sum no rate is estimated, unless all strata were drawn at one rate.
    pub fn total(&self) -> Counts {
        let sum = |count: fn(&Counts) -> u64| self.strata.iter().map(count).sum();
        Counts::new(sum(Counts::population), sum(Counts::drawn), sum(Counts::bad))
            .expect("sums of counts are in their order")
    }

    /// The sum of the strata's largest numbers of bad records that cannot be excluded.
    ///
    /// Each stratum's is taken at its share of the risk, so that all hold at once, and with them the sum.
    /// A stratum of which all was examined takes no share.
    pub fn upper_limit(&self) -> u64 {
        let sampled = self.strata.iter().filter(|counts| counts.drawn() < counts.population()).count() as u64;
        let risk = self.confidence.risk().among(sampled);
        let limit =
            |counts: &Counts| hypergeometric::upper_limit(counts.population(), counts.drawn(), counts.bad(), risk);
        self.strata.iter().map(limit).sum()
    }

    /// One sentence, without its full stop.
    pub fn sentence(&self) -> String {
        let total = self.total();
        if total.population() == 0 {
            return "there were no records to examine".to_owned();
        }
        let strata = match self.strata.len() {
            1 => "1 stratum".to_owned(),
            strata => format!("{} strata", grouped(strata as u64)),
        };
        let bad = if total.bad() == 0 { "none".to_owned() } else { grouped(total.bad()) };
        let were = if total.bad() == 0 { "was" } else { was(total.bad()) };
        let found = format!("{bad} of the {} drawn in {strata} {were} bad", records(total.drawn()));
        if total.drawn() == total.population() {
            return format!("{found}, and these are all the records there were");
        }
        let (confidence, limit, whole) = (self.confidence, self.upper_limit(), records(total.population()));
        if limit == total.bad() {
            return format!("{found}; at {confidence} confidence no other of all {whole} is bad");
        }
        let (limit, are) = (grouped(limit), is(limit));
        format!(
            "{found}; at {confidence} confidence the samples cannot exclude that up to {limit} of all {whole} {are} bad"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Evaluation;
    use custodes_standard::model::Ratio;

    fn counts(strata: &[(u64, u64, u64)]) -> Vec<Counts> {
        strata.iter().map(|(population, drawn, bad)| Counts::new(*population, *drawn, *bad).unwrap()).collect()
    }

    fn limit(strata: &[(u64, u64, u64)]) -> u64 {
        StrataEvaluation::new(&counts(strata), Confidence::NINETY_FIVE_PERCENT).unwrap().upper_limit()
    }

    #[test]
    fn one_stratum_says_what_a_sample_says() {
        let one = counts(&[(1000, 50, 2)])[0];
        assert_eq!(limit(&[(1000, 50, 2)]), Evaluation::new(one, Confidence::NINETY_FIVE_PERCENT).upper_limit());
    }

    #[test]
    fn strata_share_the_risk_and_a_whole_one_takes_no_share() {
        let at = |percent: &str, (population, drawn, bad)| {
            let confidence = Confidence::new(Ratio::parse(percent).unwrap()).unwrap();
            Evaluation::new(Counts::new(population, drawn, bad).unwrap(), confidence).upper_limit()
        };
        let (small, large) = ((200, 40, 1), (1000, 50, 0));
        assert_eq!(limit(&[small, large]), at("97.5 %", small) + at("97.5 %", large));
        assert_eq!(limit(&[small, (30, 30, 4)]), at("95 %", small) + 4);
    }

    #[test]
    fn strata_are_told_in_one_sentence() {
        let told = |strata: &[(u64, u64, u64)]| {
            StrataEvaluation::new(&counts(strata), Confidence::NINETY_FIVE_PERCENT).unwrap().sentence()
        };
        assert_eq!(
            told(&[(10, 10, 1), (5, 5, 0)]),
            "1 of the 15 records drawn in 2 strata was bad, and these are all the records there were"
        );
        assert_eq!(told(&[]), "there were no records to examine");
        assert!(told(&[(100, 10, 0), (50, 10, 0)]).starts_with("none of the 20 records drawn in 2 strata was bad; at 95 % confidence the samples cannot exclude that up to "));
    }

    #[test]
    fn strata_beyond_counting_are_refused() {
        let strata = counts(&[(u64::MAX, 0, 0), (1, 0, 0)]);
        assert_eq!(StrataEvaluation::new(&strata, Confidence::NINETY_FIVE_PERCENT), Err(StrataTooLarge));
    }
}
