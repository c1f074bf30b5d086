//! Names of people and of matters. A value of these types was looked at once, at the edge, and holds.

use serde::{Deserialize, Serialize};

/// Why a text is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    #[error("{text:?} is no {what}: these look like {like}")]
    Numbered { text: String, what: &'static str, like: &'static str },
    #[error("{text:?} is no id of a person: 1 to 200 characters, no control characters, no space at either end")]
    Person { text: String },
    #[error("{text:?} is no mark: 32 lower-case hexadecimal digits")]
    Mark { text: String },
}

/// The id under which the force knows a person: that of `auditors.person_id` and `accounts.person_id`.
// Invariant: 1 to 200 characters, none of them a control character, no white space at either end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonId(String);

impl PersonId {
    /// # Errors
    /// When the text is empty, longer than 200 characters, or holds control characters.
    pub fn parse(text: &str) -> Result<PersonId, NotAName> {
        let fits =
            (1..=200).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control);
        if fits { Ok(PersonId(text.to_owned())) } else { Err(NotAName::Person { text: text.to_owned() }) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The random name that stands in the leaves for a person or a matter, so that they name nobody.
// Invariant: 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark(String);

impl Mark {
    pub fn of(random: [u8; 16]) -> Mark {
        Mark(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// # Errors
    /// When the text is anything but 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Mark, NotAName> {
        let fits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if fits { Ok(Mark(text.to_owned())) } else { Err(NotAName::Mark { text: text.to_owned() }) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn bytes(&self) -> [u8; 16] {
        std::array::from_fn(|place| u8::from_str_radix(&self.0[2 * place..2 * place + 2], 16).unwrap_or_default())
    }
}

macro_rules! text_forms {
    ($($name:ident),+) => {$(
        impl TryFrom<String> for $name {
            type Error = NotAName;
            fn try_from(text: String) -> Result<$name, NotAName> {
                $name::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAName;
            fn from_str(text: &str) -> Result<$name, NotAName> {
                $name::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )+};
}

text_forms!(PersonId, Mark);

impl std::fmt::Display for PersonId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Matters are numbered as they come, each kind by itself: a letter, then a number from 1.
macro_rules! numbered {
    ($($(#[$doc:meta])* $name:ident $letter:literal $what:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(try_from = "String", into = "String")]
            pub struct $name(u32);

            impl $name {
                pub const LETTER: &'static str = $letter;
                pub const WHAT: &'static str = $what;

                /// The one after `last`; the first, after none.
                pub fn after(last: Option<&$name>) -> $name {
                    $name(last.map_or(1, |last| last.0.saturating_add(1)))
                }

                /// # Errors
                /// When the text is not the letter and a number from 1 without leading zeros.
                pub fn parse(text: &str) -> Result<$name, NotAName> {
                    let number = text.strip_prefix(Self::LETTER).and_then(|digits| digits.parse().ok());
                    match number.map($name) {
                        Some(id) if id.0 > 0 && id.to_string() == text => Ok(id),
                        _ => Err(NotAName::Numbered {
                            text: text.to_owned(),
                            what: $what,
                            like: concat!($letter, "1"),
                        }),
                    }
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    write!(f, concat!($letter, "{}"), self.0)
                }
            }

            text_forms!($name);
        )+
    };
}

numbered! {
    /// Evidence taken in at once.
    ImportId "E" "import";
    /// A request for data.
    RequestId "D" "data request";
    /// A set of parameters put forward.
    ProposalId "P" "set of parameters";
    AuditId "A" "audit";
    /// A question to somebody who can answer it.
    QueryId "Q" "query";
    FindingId "F" "finding";
    NoncomplianceId "N" "non-compliance";
    /// A suspicion of misuse, on its confidential route.
    MisuseId "M" "report of misuse";
    /// A review that is not an audit, recorded here.
    ReviewId "R" "review";
    HoldId "H" "legal hold";
    DisposalId "X" "disposal";
    /// The National Auditor's receipt for a bundle.
    ReceiptId "B" "receipt";
    /// What the National Auditor asks of an LEA.
    DemandId "K" "demand";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_name_has_one_spelling() {
        assert_eq!(AuditId::parse("A12").map(|id| id.to_string()), Ok("A12".to_owned()));
        for text in ["", "A", "A0", "A01", "a1", "A+1", "F1", "A1 ", "A99999999999"] {
            assert!(AuditId::parse(text).is_err(), "{text}");
        }
        assert_eq!(AuditId::after(AuditId::parse("A9").ok().as_ref()).to_string(), "A10");
    }

    #[test]
    fn a_person_is_named_without_control_characters() {
        assert!(PersonId::parse("p 07").is_ok());
        for text in ["", " p", "p\n", &"p".repeat(201)] {
            assert!(PersonId::parse(text).is_err(), "{text:?}");
        }
    }
}
