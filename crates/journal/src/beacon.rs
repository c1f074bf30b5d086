//! The public beacon drand quicknet: random numbers that nobody could know before their time, and anybody can
//! check after it.
//!
//! Nothing here fetches a round: its signature is handed in, even typed by hand, and is worth exactly what
//! its verification against the beacon's public key says.

use std::sync::LazyLock;

use blst::BLST_ERROR;
use blst::min_sig::{PublicKey, Signature};

use crate::cosignature::PosixSeconds;
use crate::hash::{Hash, parse_hex, write_hex};
use crate::utc::write_utc;

/// The hash that names the chain quicknet among drand's.
pub const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// When round 1 was published, in seconds since 1970, UTC.
pub const GENESIS: u64 = 1_692_803_367;
/// Seconds from one round to the next.
pub const PERIOD: u64 = 3;
/// What the chain's own description calls how it signs.
pub const SCHEME: &str = "bls-unchained-g1-rfc9380";
/// The group's public key, compressed, in G2.
pub const PUBLIC_KEY: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c\
    8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb\
    5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";

/// The domain separation tag of [`SCHEME`].
const DST: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

static KEY: LazyLock<Option<PublicKey>> =
    LazyLock::new(|| parse_hex::<96>(PUBLIC_KEY).and_then(|bytes| PublicKey::key_validate(&bytes).ok()));

/// The number of a round, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Round(u64);

impl Round {
    /// `None` for 0, and for rounds whose time no calendar here has.
    pub const fn new(number: u64) -> Option<Round> {
        if number >= 1 && number <= (i64::MAX as u64 - GENESIS) / PERIOD { Some(Round(number)) } else { None }
    }

    /// The latest round published at an instant, from its own second on; `None` before the first.
    pub fn at(instant: PosixSeconds) -> Option<Round> {
        instant.get().checked_sub(GENESIS).and_then(|since| Round::new(since / PERIOD + 1))
    }

    /// The first round published at an instant or after it.
    pub fn first_from(instant: PosixSeconds) -> Option<Round> {
        match Round::at(instant) {
            None => Round::new(1),
            Some(round) if round.published_at() >= instant => Some(round),
            Some(round) => Round::new(round.0 + 1),
        }
    }

    pub fn number(self) -> u64 {
        self.0
    }

    /// When the round is published.
    ///
    /// # Panics
    /// Never: every round's time fits.
    pub fn published_at(self) -> PosixSeconds {
        PosixSeconds::new(GENESIS + (self.0 - 1) * PERIOD).expect("Round::new saw to it")
    }

    /// Whether a plan committed at an instant (microseconds since 1970, UTC) can name this round: nobody must
    /// have been able to know it then, so one published at that very instant is too early.
    ///
    /// # Errors
    /// When it was published by then.
    pub fn not_before(self, committed: i64) -> Result<(), AlreadyPublished> {
        if i128::from(self.published_at().get()) * 1_000_000 > i128::from(committed) {
            return Ok(());
        }
        Err(AlreadyPublished { round: self.0, published: self.published_at(), committed: Instant(committed) })
    }

    fn message(self) -> Hash {
        Hash::of(&self.0.to_be_bytes())
    }
}

impl std::fmt::Display for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The round was no secret any more when the plan was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "round {round} of the beacon was published at {published}, and the plan was committed at {committed}: \
     whoever wrote it could have known the draw; name a later round"
)]
pub struct AlreadyPublished {
    round: u64,
    published: PosixSeconds,
    committed: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Instant(i64);

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_utc(i128::from(self.0), f)
    }
}

/// A round's signature, 48 bytes: what the beacon publishes, and all that its random number is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BeaconSignature([u8; 48]);

/// What is wrong with a signature as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistyped {
    #[error("digit {place} is {found:?}, which is not a hexadecimal digit (0 to 9, a to f)")]
    NotADigit { place: usize, found: char },
    #[error("the signature has {found} hexadecimal digits, and must have 96: {}", too(.found))]
    Length { found: usize },
}

fn too(found: &usize) -> &'static str {
    if *found < 96 { "some were left out" } else { "some are there twice" }
}

/// Why a signature is not the beacon's for a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTheBeacon {
    #[error("the signature of round {round} is not a point of the curve: at least one digit is wrong")]
    NotAPoint { round: u64 },
    #[error(
        "the signature is not that of round {round} of the beacon: it belongs to another round or another beacon, \
         or was made up"
    )]
    OtherRound { round: u64 },
}

impl BeaconSignature {
    pub fn new(bytes: [u8; 48]) -> BeaconSignature {
        BeaconSignature(bytes)
    }

    /// Reads 96 hexadecimal digits as a person types them: in groups, on several lines, in capitals.
    ///
    /// # Errors
    /// When they are not 96 hexadecimal digits. Places are counted without spaces, from 1.
    pub fn parse(typed: &str) -> Result<BeaconSignature, Mistyped> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some((place, found)) = digits.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
            return Err(Mistyped::NotADigit { place: place + 1, found });
        }
        parse_hex(&digits.to_ascii_lowercase()).map(BeaconSignature).ok_or(Mistyped::Length { found: digits.len() })
    }

    /// The round's random number, SHA-256 of the signature, once the signature is seen to be the beacon's.
    ///
    /// # Errors
    /// When it is not.
    pub fn verify(&self, round: Round) -> Result<Hash, NotTheBeacon> {
        let not_a_point = |_| NotTheBeacon::NotAPoint { round: round.0 };
        let point = Signature::sig_validate(&self.0, true).map_err(not_a_point)?;
        let other_round = NotTheBeacon::OtherRound { round: round.0 };
        let key = KEY.as_ref().ok_or(other_round)?;
        // Group membership of both was checked as they were read.
        match point.verify(false, &round.message().0, DST, &[], key, false) {
            BLST_ERROR::BLST_SUCCESS => Ok(Hash::of(&self.0)),
            _ => Err(other_round),
        }
    }
}

impl std::fmt::Display for BeaconSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

impl std::fmt::Debug for BeaconSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}
