//! Numbers as text: a decimal point, no thousands mark, an exponent if need be; never NaN or infinity.

use custodes_standard::evidence::Kind;

use super::reason::Reason;

/// A finite number of a [`Kind::Number`], [`Kind::Latitude`] or [`Kind::Longitude`] column.
pub fn number(text: &str, kind: Kind) -> Result<f64, Reason> {
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let value = if plain { text.parse().map_err(|_| Reason::NotOf(Kind::Number))? } else { f64::NAN };
    in_range(value, kind)
}

/// A number that is in range for its kind. Minus nought becomes nought, so that equal values are equal.
pub fn in_range(value: f64, kind: Kind) -> Result<f64, Reason> {
    let limit = match kind {
        Kind::Latitude => 90.0,
        Kind::Longitude => 180.0,
        _ => f64::MAX,
    };
    if !value.is_finite() {
        Err(Reason::NotOf(Kind::Number))
    } else if value.abs() > limit {
        Err(Reason::NotOf(kind))
    } else {
        Ok(value + 0.0)
    }
}

/// A whole number of a [`Kind::Int`] or [`Kind::Count`] column.
pub fn int(text: &str, kind: Kind) -> Result<i64, Reason> {
    let value = text.parse().map_err(|_| Reason::NotOf(kind))?;
    count(value, kind)
}

/// A whole number that is not negative where it counts something.
pub fn count(value: i64, kind: Kind) -> Result<i64, Reason> {
    if value < 0 && kind == Kind::Count { Err(Reason::NegativeCount) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_decimal_point_and_perhaps_an_exponent() {
        for (text, value) in [("5", 5.0), ("-0.25", -0.25), ("1e3", 1000.0), (".5", 0.5), ("+2", 2.0), ("1E-2", 0.01)] {
            assert_eq!(number(text, Kind::Number), Ok(value));
        }
        assert!(number("-0", Kind::Number).unwrap().is_sign_positive());
        for text in ["51,5", "1 000", "NaN", "inf", "1e999", "0x10", "1_000", "--1", "٣", "infinity"] {
            assert_eq!(number(text, Kind::Number), Err(Reason::NotOf(Kind::Number)), "{text}");
        }
    }

    #[test]
    fn degrees_stay_on_the_globe() {
        assert_eq!(number("-90", Kind::Latitude), Ok(-90.0));
        assert_eq!(number("90.0001", Kind::Latitude), Err(Reason::NotOf(Kind::Latitude)));
        assert_eq!(number("-180.5", Kind::Longitude), Err(Reason::NotOf(Kind::Longitude)));
    }

    #[test]
    fn a_whole_number_has_no_point_and_a_count_is_not_negative() {
        assert_eq!(int("007", Kind::Int), Ok(7));
        assert_eq!(int("-3", Kind::Int), Ok(-3));
        assert_eq!(int("-3", Kind::Count), Err(Reason::NegativeCount));
        for text in ["12.5", "5.0", "1e3", "one", "9223372036854775808", ""] {
            assert_eq!(int(text, Kind::Count), Err(Reason::NotOf(Kind::Count)));
        }
    }
}
