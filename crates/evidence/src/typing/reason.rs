//! Why a cell, and with it its row, is quarantined.

use std::fmt;

use custodes_standard::evidence::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Blank,
    Withheld,
    NotExported,
    NotOf(Kind),
    NegativeCount,
    NoOffset,
    /// A part of a date or time that is out of its range.
    OutOfRange(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Blank => f.write_str("a required value is blank"),
            Reason::Withheld => f.write_str("a key or deciding time is withheld"),
            Reason::NotExported => f.write_str("a key or deciding time is not exported"),
            Reason::NegativeCount => f.write_str("a negative count"),
            Reason::NoOffset => f.write_str("a time without offset"),
            Reason::OutOfRange(sentence) => f.write_str(sentence),
            Reason::NotOf(kind) => match kind {
                Kind::Id => f.write_str("not an id (1 to 200 characters, no control characters)"),
                Kind::Text => f.write_str("not text"),
                Kind::Number => f.write_str("not a number"),
                Kind::Latitude => f.write_str("not a latitude (-90 to 90)"),
                Kind::Longitude => f.write_str("not a longitude (-180 to 180)"),
                Kind::Int | Kind::Count => f.write_str("not an integer"),
                Kind::Instant => f.write_str("not an instant (2026-08-01T09:30:00+01:00)"),
                Kind::Date => f.write_str("not a date (2026-08-01)"),
                Kind::Enum(values) => write!(f, "not one of {}", values.join(", ")),
            },
        }
    }
}

/// The first 80 characters of a value, which is all that a listing shows of it.
pub fn abbreviate(value: &str) -> String {
    value.chars().take(80).collect()
}
