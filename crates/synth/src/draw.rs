//! Draws that depend only on the seed, the set and the row, so any row can be made without the rows before it.
//!
//! Whole numbers throughout: no machine, compiler or library version may change a byte of what is written.

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// What is being drawn; each has its own stream of numbers.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Stream {
    Camera = 1,
    Clock,
    Location,
    Performance,
    Deployment,
    Covert,
    Holding,
    Onward,
    MobileTransfer,
    Failure,
    List,
    MobileList,
    Account,
    Leaver,
    Dormant,
    PrivilegeChange,
    LogonTime,
    Logon,
    Report,
    SearchBlock,
    SearchTime,
    Search,
    Retention,
    Disclosure,
    ReadChange,
    PrivilegedAccess,
    Session,
    Review,
    Audit,
    Noncompliance,
    Weight,
}

/// SplitMix64, started afresh for each row.
#[derive(Debug, Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64, stream: Stream, row: u64) -> Draw {
        Draw(mix(mix(seed.wrapping_add((stream as u64).wrapping_mul(GOLDEN))).wrapping_add(row.wrapping_mul(GOLDEN))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// From 0 to `limit - 1`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        debug_assert!(low <= high);
        low + self.below((high - low + 1) as u64) as i64
    }

    /// The same for counts of days.
    pub(crate) fn days(&mut self, low: i32, high: i32) -> i32 {
        self.between(low.into(), high.into()) as i32
    }

    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
