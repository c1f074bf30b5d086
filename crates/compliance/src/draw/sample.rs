//! The sample: the smallest tickets of a frame, whatever order its keys come in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::frame::{KeyError, RecordKey, check};
use super::seed::Seed;
use super::ticket::{Ticket, Tickets};

/// A record that was drawn, and the ticket that drew it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Drawn {
    // First, because a sample is in the order of its tickets; equal tickets fall back on the key.
    pub ticket: Ticket,
    pub key: RecordKey,
}

/// Keeps the smallest tickets of the keys that come by, and holds no more of them than the sample needs.
///
/// The result does not depend on the order of the keys, and a key that comes twice is drawn once.
pub struct Draw {
    tickets: Tickets,
    size: u64,
    smallest: BTreeSet<Drawn>,
}

impl Draw {
    /// A draw of `size` records, or of all of them if there are fewer.
    pub fn new(seed: &Seed, size: u64) -> Draw {
        Draw { tickets: Tickets::under(seed), size, smallest: BTreeSet::new() }
    }

    /// # Errors
    /// A key that no frame can hold: empty, or with a line feed.
    pub fn offer(&mut self, key: &str) -> Result<(), KeyError> {
        check(key)?;
        let ticket = self.tickets.ticket(key);
        let full = self.smallest.len() as u64 >= self.size;
        if full && self.smallest.last().is_none_or(|largest| ticket > largest.ticket) {
            return Ok(());
        }
        self.smallest.insert(Drawn { ticket, key: RecordKey::parse(key)? });
        if self.smallest.len() as u64 > self.size {
            self.smallest.pop_last();
        }
        Ok(())
    }

    /// The sample, smallest ticket first.
    pub fn finish(self) -> Vec<Drawn> {
        self.smallest.into_iter().collect()
    }
}

/// The `size` smallest tickets among the keys, smallest first; all of them if there are fewer.
///
/// A larger size under the same seed gives the same list, longer: so a sample is topped up by drawing
/// again with the same seed, as long as its size was settled before any result was seen.
///
/// # Errors
/// A key that no frame can hold: empty, or with a line feed.
pub fn draw<'a>(keys: impl IntoIterator<Item = &'a str>, seed: &Seed, size: u64) -> Result<Vec<Drawn>, KeyError> {
    let mut draw = Draw::new(seed, size);
    keys.into_iter().try_for_each(|key| draw.offer(key))?;
    Ok(draw.finish())
}

/// A further draw over what was not drawn yet, for a size that was chosen after results were seen.
///
/// It needs a plan of its own, whose frame is what is left, and a seed of its own.
///
/// # Errors
/// A key that no frame can hold: empty, or with a line feed.
pub fn draw_again<'a>(
    keys: impl IntoIterator<Item = &'a str>,
    already: &BTreeSet<&str>,
    seed: &Seed,
    size: u64,
) -> Result<Vec<Drawn>, KeyError> {
    draw(keys.into_iter().filter(|key| !already.contains(key)), seed, size)
}
