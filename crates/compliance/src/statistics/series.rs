//! Whether a probability is at most a risk: always exactly, and mostly without large integers.
//!
//! A probability is a sum of terms, each a product of fractions. It is reckoned twice with 64 digits of
//! binary precision, once rounding down throughout and once rounding up; where the risk is not
//! between the two results, that settles it. Where it is, the sum is made again with large integers.

use std::ops::Range;

use num_bigint::BigUint;

use super::confidence::Risk;

/// The product of two numbers over the product of two others. None of them is 0.
pub(super) struct Fraction {
    pub over: [u64; 2],
    pub under: [u64; 2],
}

impl Fraction {
    pub fn new(over: u64, under: u64) -> Fraction {
        Fraction { over: [over, 1], under: [under, 1] }
    }

    fn numerator(&self) -> BigUint {
        BigUint::from(u128::from(self.over[0]) * u128::from(self.over[1]))
    }

    fn denominator(&self) -> BigUint {
        BigUint::from(u128::from(self.under[0]) * u128::from(self.under[1]))
    }
}

/// A sum whose first term is the product of `factor(0..factors)`, and whose every further term is the
/// one before it times `step(1..=steps)`.
pub(super) struct Series<F, S> {
    pub factors: u64,
    pub factor: F,
    pub steps: u64,
    pub step: S,
}

impl<F: Fn(u64) -> Fraction, S: Fn(u64) -> Fraction> Series<F, S> {
    pub fn is_at_most(&self, risk: Risk) -> bool {
        self.settled_by_bounds(risk).unwrap_or_else(|| self.settled_exactly(risk))
    }

    /// `None` where the risk is between the bounds.
    fn settled_by_bounds(&self, risk: Risk) -> Option<bool> {
        let risk = Bounds::ONE.times(&Fraction::new(risk.numerator, risk.denominator));
        let mut term = (0..self.factors).fold(Bounds::ONE, |product, index| product.times(&(self.factor)(index)));
        let mut sum = term;
        for index in 1..=self.steps {
            // Every term is positive, so a sum that is too large already stays so.
            if sum.least > risk.most {
                return Some(false);
            }
            term = term.times(&(self.step)(index));
            sum = sum.plus(term);
        }
        if sum.most <= risk.least {
            Some(true)
        } else if sum.least > risk.most {
            Some(false)
        } else {
            None
        }
    }

    fn settled_exactly(&self, risk: Risk) -> bool {
        let first = Product::of(0..self.factors, &self.factor);
        let rest = Sum::of(0..self.steps, &self.step);
        // first × (1 + rest) ≤ risk, without dividing.
        let sum = (rest.numerator + &rest.denominator) * first.numerator * risk.denominator;
        sum <= first.denominator * rest.denominator * risk.numerator
    }
}

/// A product of many fractions, halved again and again so that numbers of like length are multiplied.
struct Product {
    numerator: BigUint,
    denominator: BigUint,
}

impl Product {
    fn of(range: Range<u64>, fraction: &impl Fn(u64) -> Fraction) -> Product {
        match range.end - range.start {
            0 => Product { numerator: BigUint::from(1u8), denominator: BigUint::from(1u8) },
            1 => {
                let fraction = fraction(range.start);
                Product { numerator: fraction.numerator(), denominator: fraction.denominator() }
            }
            length => {
                let middle = range.start + length / 2;
                let low = Product::of(range.start..middle, fraction);
                let high = Product::of(middle..range.end, fraction);
                Product { numerator: low.numerator * high.numerator, denominator: low.denominator * high.denominator }
            }
        }
    }
}

/// The sum over `i` in the range of `step(start + 1) × … × step(i + 1)`, by binary splitting.
struct Sum {
    product: BigUint,
    numerator: BigUint,
    denominator: BigUint,
}

impl Sum {
    fn of(range: Range<u64>, step: &impl Fn(u64) -> Fraction) -> Sum {
        match range.end - range.start {
            0 => Sum { product: BigUint::from(1u8), numerator: BigUint::ZERO, denominator: BigUint::from(1u8) },
            1 => {
                let step = step(range.end);
                Sum { product: step.numerator(), numerator: step.numerator(), denominator: step.denominator() }
            }
            length => {
                let middle = range.start + length / 2;
                let low = Sum::of(range.start..middle, step);
                let high = Sum::of(middle..range.end, step);
                Sum {
                    numerator: low.numerator * &high.denominator + &low.product * high.numerator,
                    product: low.product * high.product,
                    denominator: low.denominator * high.denominator,
                }
            }
        }
    }
}

/// Two numbers, between which the exact one is.
#[derive(Clone, Copy)]
struct Bounds {
    least: Scaled,
    most: Scaled,
}

impl Bounds {
    const ONE: Bounds = Bounds { least: Scaled::ONE, most: Scaled::ONE };

    fn times(self, fraction: &Fraction) -> Bounds {
        let ([a, b], [c, d]) = (fraction.over, fraction.under);
        let scale = |number: Scaled, rounding| {
            let once = number.times(a, c, rounding);
            if b == 1 && d == 1 { once } else { once.times(b, d, rounding) }
        };
        Bounds { least: scale(self.least, Rounding::Down), most: scale(self.most, Rounding::Up) }
    }

    fn plus(self, other: Bounds) -> Bounds {
        Bounds { least: self.least.plus(other.least, Rounding::Down), most: self.most.plus(other.most, Rounding::Up) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounding {
    Down,
    Up,
}

/// A positive number, mantissa × 2^exponent, so that fields in this order compare as the numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Scaled {
    exponent: i64,
    // Its highest bit is always set.
    mantissa: u64,
}

impl Scaled {
    const ONE: Scaled = Scaled { exponent: -63, mantissa: 1 << 63 };

    /// `number` has at least 64 binary digits; `inexact` says that a fraction of its unit is lost already.
    fn of(number: u128, exponent: i64, inexact: bool, rounding: Rounding) -> Scaled {
        let shift = 64 - number.leading_zeros();
        let cut_off = number & ((1 << shift) - 1) != 0 || inexact;
        let mantissa = ((number >> shift) as u64).checked_add(u64::from(cut_off && rounding == Rounding::Up));
        let exponent = exponent + i64::from(shift);
        match mantissa {
            Some(mantissa) => Scaled { exponent, mantissa },
            // Rounded up to 2⁶⁴.
            None => Scaled { exponent: exponent + 1, mantissa: 1 << 63 },
        }
    }

    fn times(self, over: u64, under: u64, rounding: Rounding) -> Scaled {
        let product = u128::from(self.mantissa) * u128::from(over);
        // As long as it can be, so that the quotient has its 64 digits.
        let shift = product.leading_zeros();
        let (product, under) = (product << shift, u128::from(under));
        Scaled::of(product / under, self.exponent - i64::from(shift), !product.is_multiple_of(under), rounding)
    }

    fn plus(self, other: Scaled, rounding: Rounding) -> Scaled {
        let (large, small) = (self.max(other), self.min(other));
        let apart = large.exponent - small.exponent;
        // Room for the carry, and for 63 binary digits below those of the larger.
        let (room, whole) = (63, u128::from(large.mantissa) << 63);
        if apart >= 127 {
            return Scaled::of(whole, large.exponent - room, true, rounding);
        }
        let small = u128::from(small.mantissa) << 63;
        let cut_off = small & ((1u128 << apart) - 1) != 0;
        Scaled::of(whole + (small >> apart), large.exponent - room, cut_off, rounding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    fn compared(scaled: Scaled, numerator: &BigUint, denominator: &BigUint) -> Ordering {
        let mantissa = BigUint::from(scaled.mantissa);
        match u64::try_from(scaled.exponent) {
            Ok(shift) => ((mantissa << shift) * denominator).cmp(numerator),
            Err(_) => (mantissa * denominator).cmp(&(numerator << scaled.exponent.unsigned_abs())),
        }
    }

    fn series(terms: &[(u64, u64)]) -> Series<impl Fn(u64) -> Fraction, impl Fn(u64) -> Fraction> {
        let fraction = |index: u64| Fraction::new(terms[index as usize].0, terms[index as usize].1);
        Series { factors: 1, factor: fraction, steps: terms.len() as u64 - 1, step: fraction }
    }

    #[test]
    fn a_sum_that_equals_the_risk_is_at_most_it() {
        // 1/6 + 1/6 × 1/2 = 1/4
        let sum = series(&[(1, 6), (1, 2)]);
        let risk = |numerator, denominator| Risk { numerator, denominator };
        assert_eq!(sum.settled_by_bounds(risk(1, 4)), None);
        assert!(sum.is_at_most(risk(1, 4)));
        assert!(!sum.is_at_most(risk(249_999_999_999_999_999, 1_000_000_000_000_000_000)));
        assert!(sum.is_at_most(risk(250_000_000_000_000_001, 1_000_000_000_000_000_000)));
    }

    proptest! {
        #[test]
        fn the_bounds_enclose_the_exact_number(
            fractions in prop::collection::vec((1u64.., 1u64..), 1..40),
            added in (1u64.., 1u64..),
        ) {
            let fraction = |index: u64| Fraction::new(fractions[index as usize].0, fractions[index as usize].1);
            let exact = Product::of(0..fractions.len() as u64, &fraction);
            let bounds = (0..fractions.len() as u64).fold(Bounds::ONE, |product, index| product.times(&fraction(index)));
            prop_assert_ne!(compared(bounds.least, &exact.numerator, &exact.denominator), Ordering::Greater);
            prop_assert_ne!(compared(bounds.most, &exact.numerator, &exact.denominator), Ordering::Less);
            let sum = bounds.plus(Bounds::ONE.times(&Fraction::new(added.0, added.1)));
            let numerator = &exact.numerator * added.1 + &exact.denominator * added.0;
            let denominator = &exact.denominator * added.1;
            prop_assert_ne!(compared(sum.least, &numerator, &denominator), Ordering::Greater);
            prop_assert_ne!(compared(sum.most, &numerator, &denominator), Ordering::Less);
        }

        #[test]
        fn bounds_that_settle_it_agree_with_the_exact_sum(
            terms in prop::collection::vec((1u64..50, 1u64..50), 1..12),
            numerator in 1u64..100,
            denominator in 1u64..100,
        ) {
            let (sum, risk) = (series(&terms), Risk { numerator, denominator });
            if let Some(settled) = sum.settled_by_bounds(risk) {
                prop_assert_eq!(settled, sum.settled_exactly(risk));
            }
        }
    }
}
