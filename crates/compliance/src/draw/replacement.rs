//! Consistent sampling with replacement: a record that was drawn gets a larger ticket, and goes back.
//!
//! No audit here draws so. It is kept because published draws do, and reproducing them shows that the
//! tickets are theirs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::digest::Digest;
use super::seed::Seed;
use super::ticket::{Ticket, Tickets, nines, shortened};

/// A fraction between 0 and 1, written `0.ddd…` with as many digits as it needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fraction(String);

impl Fraction {
    /// The fraction that SHA-256 gives a text: `sha256_uniform` of `consistent-sampler`.
    pub fn of_text(text: &str) -> Fraction {
        Fraction(Ticket::of_digest(Digest::of(text.as_bytes())).to_string())
    }

    /// `0.` and decimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Fraction> {
        let digits = text.strip_prefix("0.")?;
        let well_formed = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        well_formed.then(|| Fraction(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A larger fraction, decided by this one alone: `next_fraction` of `consistent-sampler`.
    ///
    /// All but the leading nines is replaced by hashes in counter mode, until the result is larger.
    pub fn successor(&self) -> Fraction {
        let Fraction(this) = self;
        let kept = &this[..2 + nines(this)];
        // The zero is for a fraction that is all nines.
        let floor = format!("{this}0");
        let mut counter = 1u64;
        loop {
            let hashed = Fraction::of_text(&format!("{this}:{counter}"));
            let candidate = format!("{kept}{}", &hashed.0[2..]);
            if candidate > floor {
                return Fraction(candidate);
            }
            counter += 1;
        }
    }

    /// Cut to so many digits after the nines that it begins with.
    pub fn shortened(&self, digits: usize) -> String {
        shortened(&self.0, digits)
    }
}

/// One draw: the same record comes again with a larger fraction and the next generation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redrawn {
    pub fraction: Fraction,
    pub id: String,
    /// How often the record has been drawn, this time included.
    pub generation: u64,
}

/// Draws without end, unless there is nothing to draw from.
pub struct WithReplacement {
    tickets: BinaryHeap<Reverse<Redrawn>>,
}

impl WithReplacement {
    pub fn new<'a>(ids: impl IntoIterator<Item = &'a str>, seed: &Seed) -> WithReplacement {
        let tickets = Tickets::under(seed);
        let first = |id: &str| {
            let fraction = Fraction(tickets.ticket(id).to_string());
            Reverse(Redrawn { fraction, id: id.to_owned(), generation: 1 })
        };
        WithReplacement { tickets: ids.into_iter().map(first).collect() }
    }
}

impl Iterator for WithReplacement {
    type Item = Redrawn;

    fn next(&mut self) -> Option<Redrawn> {
        let Reverse(drawn) = self.tickets.pop()?;
        let (fraction, generation) = (drawn.fraction.successor(), drawn.generation + 1);
        self.tickets.push(Reverse(Redrawn { fraction, id: drawn.id.clone(), generation }));
        Some(drawn)
    }
}
