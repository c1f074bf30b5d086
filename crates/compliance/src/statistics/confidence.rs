//! How sure a statement about a population must be.

use std::fmt;

use custodes_standard::model::Ratio;

/// A probability strictly between 0 and 1, such as 95 %. The risk is what is left: 5 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confidence(Ratio);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the confidence {given} is not between 0 % and 100 %: 95 % is usual")]
pub struct ConfidenceError {
    given: String,
}

impl Confidence {
    pub const NINETY_FIVE_PERCENT: Confidence = Confidence(Ratio::percent(95));

    /// # Errors
    /// A confidence of nothing, or of certainty, which no sample gives.
    pub fn new(confidence: Ratio) -> Result<Confidence, ConfidenceError> {
        if confidence.numerator == 0 || confidence.numerator >= confidence.denominator {
            return Err(ConfidenceError { given: confidence.to_string() });
        }
        Ok(Confidence(confidence))
    }

    pub fn ratio(self) -> Ratio {
        self.0
    }

    pub(super) fn risk(self) -> Risk {
        Risk { numerator: self.0.denominator - self.0.numerator, denominator: self.0.denominator }
    }
}

/// `95 %`
impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The probability of being wrong that is accepted, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Risk {
    pub numerator: u64,
    pub denominator: u64,
}

impl Risk {
    /// Shared equally among statements that must all hold at once.
    pub fn among(self, statements: u64) -> Risk {
        // A denominator beyond 64 bits would take more statements than there is memory for.
        Risk { denominator: self.denominator.saturating_mul(statements.max(1)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_is_neither_nothing_nor_certainty() {
        for text in ["0 %", "100 %", "120 %"] {
            let refused = Confidence::new(Ratio::parse(text).unwrap()).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("the confidence {text} is not")), "{refused}");
        }
        let confidence = Confidence::new(Ratio::parse("97.5 %").unwrap()).unwrap();
        assert_eq!(confidence.to_string(), "97.5 %");
        assert_eq!(confidence.risk(), Risk { numerator: 1, denominator: 40 });
    }
}
