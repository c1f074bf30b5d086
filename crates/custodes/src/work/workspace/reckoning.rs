//! What time it is for the journal: its entries never go back in time, and clocks do.

use std::ops::ControlFlow;

use custodes_compliance::time::Instant;
use custodes_journal::log::Log;
use custodes_journal::tree::{LeafIndex, TreeSize};

use super::{Workspace, read_entry};
use crate::clock;
use crate::words::counted;
use crate::work::WorkError;

/// A clock that is set back by more than this is not believed.
const BACKWARDS: i64 = 300 * 1_000_000;

/// Whether an entry is dated so much later than it is now that one of two clocks must be wrong.
pub fn is_ahead(entry: Instant, now: Instant) -> bool {
    now.0 < entry.0 - BACKWARDS
}

impl Workspace {
    /// The time of the next entry: the clock's, but never before the latest entry's.
    ///
    /// # Errors
    /// When the clock is behind by more than minutes.
    pub fn now(&self) -> Result<Instant, WorkError> {
        let now = clock::now();
        match self.record.latest {
            Some(latest) if is_ahead(latest, now) => Err(format!(
                "this machine's clock says {now}, but the journal's latest entry was made at {latest}, and no entry is \
                 dated before another: set the clock right, if it is wrong; if it is right, the clock was ahead when \
                 that entry was made: what is there can be read and verified, and docs/decisions/0011-workspace.md \
                 says how to go on"
            )
            .into()),
            Some(latest) => Ok(now.max(latest)),
            None => Ok(now),
        }
    }

    /// The time at which somebody looks: that of an act; but a clock that is behind the journal keeps nobody from
    /// reading.
    pub fn looking_at(&self) -> Instant {
        self.now().unwrap_or_else(|_| clock::now())
    }

    /// What a reader must know of entries that are dated later than it is now; `None` where there are none.
    pub fn dated_ahead(&self) -> Option<String> {
        let (now, latest) = (clock::now(), self.record.latest?);
        if !is_ahead(latest, now) {
            return None;
        }
        let (mut before, mut from) = (0, self.head.size.0);
        // They are in the order of their times.
        while before < from {
            let middle = u64::midpoint(before, from);
            match self.time_of(middle) {
                Some(at) if is_ahead(at, now) => from = middle,
                _ => before = middle + 1,
            }
        }
        let after = match self.head.size.0.saturating_sub(from + 1) {
            0 => String::new(),
            more => format!(", and {} after it", counted(more, "entry", "entries")),
        };
        Some(format!(
            "entry {from} is dated {}{after}, and this machine's clock says {now}: the clock was ahead then, or is \
             behind now; until {latest} nothing can be written",
            self.time_of(from).unwrap_or(latest)
        ))
    }

    fn time_of(&self, entry: u64) -> Option<Instant> {
        let mut time = None;
        let read = self.log.read(LeafIndex(entry), TreeSize(entry + 1), &mut |entry| {
            time = read_entry(&entry).ok().map(|(at, _, _)| at);
            ControlFlow::Break(())
        });
        read.ok().and(time)
    }
}
