//! The ticket of a record under a seed: `first_fraction(id, seed)` of consistent sampling.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigUint;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::seed::Seed;

/// As many digits as a `u64` holds of any number.
const LEADING_DIGITS: u32 = 19;
const LEADING: u64 = 10u64.pow(LEADING_DIGITS);
const LEAST_DIGITS: usize = 64;

/// A fraction between 0 and 1: the decimal digits of a SHA-256, zero-padded to at least 64, in reverse.
///
/// Reversed, because the high-order digits of a number below 2²⁵⁶ are not evenly spread, and the
/// low-order ones are. Written and read as `0.` and all its digits, in text and in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ticket {
    // The first 19 digits of the fraction, as an integer: they settle all comparisons but ties.
    leading: u64,
    digest: [u8; 32],
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ticket \"{given}\" is not 0. followed by the reversed digits of a SHA-256: copy it again, whole")]
pub struct TicketError {
    given: String,
}

impl Ticket {
    pub(super) fn of_digest(digest: Digest) -> Ticket {
        let digest = *digest.as_bytes();
        let (limbs, _) = digest.as_chunks::<8>();
        let modulus = u128::from(LEADING);
        let low = limbs.iter().fold(0u128, |rest, limb| (rest << 64 | u128::from(u64::from_be_bytes(*limb))) % modulus);
        let mut low = low as u64;
        let mut leading = 0;
        for _ in 0..LEADING_DIGITS {
            leading = leading * 10 + low % 10;
            low /= 10;
        }
        Ticket { leading, digest }
    }

    /// All the digits after `0.`: 77 or 78 for nearly every record, and never fewer than 64.
    pub fn digits(&self) -> String {
        let digits = BigUint::from_bytes_be(&self.digest).to_string();
        format!("{digits:0>LEAST_DIGITS$}").chars().rev().collect()
    }

    /// `0.410310858`: cut, not rounded, so many digits after the nines that it begins with.
    /// It is how `consistent-sampler` shows a ticket, with 9 digits if nothing is said.
    pub fn shortened(&self, digits: usize) -> String {
        shortened(&self.to_string(), digits)
    }
}

/// The `trim` of `consistent-sampler`, of any fraction written `0.ddd…`.
pub(super) fn shortened(fraction: &str, digits: usize) -> String {
    fraction.chars().take(2 + nines(fraction) + digits).collect()
}

/// The nines that a fraction written `0.ddd…` begins with.
pub(super) fn nines(fraction: &str) -> usize {
    fraction.chars().skip(2).take_while(|digit| *digit == '9').count()
}

impl Ord for Ticket {
    fn cmp(&self, other: &Ticket) -> Ordering {
        self.leading.cmp(&other.leading).then_with(|| match self.digest == other.digest {
            true => Ordering::Equal,
            false => self.digits().cmp(&other.digits()),
        })
    }
}

impl PartialOrd for Ticket {
    fn partial_cmp(&self, other: &Ticket) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0.{}", self.digits())
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({self})")
    }
}

impl TryFrom<String> for Ticket {
    type Error = TicketError;

    fn try_from(given: String) -> Result<Ticket, TicketError> {
        let ticket = given.strip_prefix("0.").and_then(|digits| {
            let reversed: Vec<u8> = digits.bytes().rev().collect();
            let bytes = BigUint::parse_bytes(&reversed, 10)?.to_bytes_be();
            let mut digest = [0; 32];
            digest.get_mut(32usize.checked_sub(bytes.len())?..)?.copy_from_slice(&bytes);
            Some(Ticket::of_digest(Digest::from_bytes(digest)))
        });
        // Signs, missing zeros and a 79th digit are all read by the parser, and write back differently.
        ticket.filter(|ticket| ticket.to_string() == given).ok_or(TicketError { given })
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> String {
        ticket.to_string()
    }
}

/// Gives the tickets under one seed.
#[derive(Clone)]
pub struct Tickets {
    // SHA-256 takes 64 bytes at a time, which is what the seed's hash fills: it is taken in once for all records.
    seeded: Context,
}

impl Tickets {
    pub fn under(seed: &Seed) -> Tickets {
        let mut seeded = Context::new(&SHA256);
        seeded.update(Digest::of(seed.as_str().as_bytes()).to_string().as_bytes());
        Tickets { seeded }
    }

    /// The ticket of a record, or of anything else that has a text of its own, such as a day.
    pub fn ticket(&self, id: &str) -> Ticket {
        let mut hash = self.seeded.clone();
        hash.update(id.as_bytes());
        Ticket::of_digest(hash.finish().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ticket_of(number: &BigUint) -> Ticket {
        let bytes = number.to_bytes_be();
        let mut digest = [0; 32];
        digest[32 - bytes.len()..].copy_from_slice(&bytes);
        Ticket::of_digest(Digest::from_bytes(digest))
    }

    #[test]
    fn the_first_digits_settle_no_tie() {
        let low = BigUint::from(1_234_567_890_123_456_789u64);
        let tied = |high: u64| ticket_of(&(&low + BigUint::from(LEADING) * high));
        assert_eq!(tied(12).leading, tied(21).leading);
        // The twentieth digit decides, which is the lowest of what is left: 12 ends in 2, 21 in 1.
        assert!(tied(21) < tied(12));
        assert!(tied(0) < tied(1));
        assert_eq!(tied(7).cmp(&tied(7)), Ordering::Equal);
    }

    #[test]
    fn a_small_number_is_padded_to_64_digits_before_it_is_reversed() {
        assert_eq!(ticket_of(&BigUint::from(120u8)).to_string(), format!("0.021{}", "0".repeat(61)));
    }

    #[test]
    fn shortening_keeps_the_nines_and_cuts() {
        assert_eq!(shortened("0.9991234567890", 4), "0.9991234");
        assert_eq!(shortened("0.1299", 9), "0.1299");
        assert_eq!(shortened("0.99", 4), "0.99");
    }

    #[test]
    fn a_ticket_that_no_record_could_have_is_refused() {
        let most = format!("0.{}", "9".repeat(78));
        for text in ["", "0.", "0.5", "1.5", "0.12a", most.as_str(), &format!("0.+{}", "1".repeat(64))] {
            assert!(Ticket::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn tickets_order_as_their_digits_do(one: [u8; 32], other: [u8; 32]) {
            let (one, other) = (Ticket::of_digest(Digest::from_bytes(one)), Ticket::of_digest(Digest::from_bytes(other)));
            prop_assert_eq!(one.cmp(&other), one.digits().cmp(&other.digits()));
            prop_assert_eq!(Ticket::try_from(one.to_string()), Ok(one));
            let leading = format!("{:019}", one.leading);
            prop_assert!(one.digits().starts_with(&leading));
        }
    }
}
