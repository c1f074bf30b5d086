//! What is wrong with supplied evidence, in a form that terminal, page and report can all show.

use std::fmt;

use crate::chunk::Refusal;

/// Something about the evidence that keeps it from being used. Data, so that many can be told at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, folder or set that it is about.
    pub place: String,
    /// What is wrong, quoting values; lower case, no full stop.
    pub what: String,
    /// What can be done about it; may be empty.
    pub remedy: String,
}

impl Problem {
    pub fn new(place: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Problem { place: place.into(), what: what.into(), remedy: remedy.into() }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem { place: refusal.file, what: refusal.what, remedy: refusal.remedy }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name of a file may hold anything, a line feed too.
        for c in self.place.chars() {
            if c.is_control() { write!(f, "\\u{:04x}", u32::from(c))? } else { write!(f, "{c}")? }
        }
        write!(f, ": {}", self.what)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

impl std::error::Error for Problem {}
