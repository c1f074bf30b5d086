//! Decimal numbers as they are written, so that a difference has no digits that nobody measured.

/// `mantissa × 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// A number with a decimal point or an exponent, of at most 30 digits.
    pub fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (sign, whole) = match whole.as_bytes().first()? {
            b'-' => (-1, &whole[1..]),
            b'+' => (1, &whole[1..]),
            _ => (1, whole),
        };
        let written = format!("{whole}{fraction}");
        if written.is_empty()
            || written.len() > 30
            || !written.bytes().all(|byte| byte.is_ascii_digit())
            || exponent.abs() > 60
        {
            return None;
        }
        Some(Decimal { mantissa: sign * written.parse::<i128>().ok()?, exponent: exponent - fraction.len() as i32 })
    }

    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        let exponent = self.exponent.min(other.exponent);
        let scaled = |number: Decimal| {
            if number.mantissa == 0 {
                return Some(0);
            }
            number.mantissa.checked_mul(10i128.checked_pow((number.exponent - exponent) as u32)?)
        };
        Some(Decimal { mantissa: scaled(self)?.checked_sub(scaled(other)?)?, exponent })
    }

    pub fn times(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal { mantissa: self.mantissa.checked_mul(other.mantissa)?, exponent: self.exponent + other.exponent })
    }
}

/// Without exponent and without zeros that say nothing.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        if self.mantissa == 0 {
            return f.write_str("0");
        }
        if self.exponent >= 0 {
            return write!(f, "{sign}{digits}{}", "0".repeat(self.exponent as usize));
        }
        let places = self.exponent.unsigned_abs() as usize;
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn differences_are_exact() {
        assert_eq!(number("-1.250e+00").minus(number("-0.000e+00")).unwrap().to_string(), "-1.25");
        assert_eq!(number("-8.076e-07").minus(number("1.250e+00")).unwrap().to_string(), "-1.2500008076");
        assert_eq!(number("0.000352").times(number("-1")).unwrap().to_string(), "-0.000352");
        assert_eq!(number("12e3").times(number("0.001")).unwrap().to_string(), "12");
        assert_eq!(number("0").minus(number("0.0")).unwrap().to_string(), "0");
    }

    #[test]
    fn what_is_no_number_has_none() {
        for text in ["", "-", "1,5", "1e999", "x", "1.2.3", "e5"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
