//! C2SP cosignatures (`cosignature/v1`): a witness's word that a checkpoint continued all it had seen of that
//! journal, and when.
//!
//! Nothing here decides whether it does; that is [`crate::witness`]. The time is an argument.

use crate::checkpoint::Checkpoint;
use crate::key::{SignerKey, VerifierKey};
use crate::note::Signature;
use crate::utc::write_utc;

/// Seconds since 1970, UTC; at most 2^63 − 1, the last that a cosignature may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PosixSeconds(u64);

impl PosixSeconds {
    /// `None` past 2^63 − 1.
    pub const fn new(seconds: u64) -> Option<PosixSeconds> {
        if seconds <= i64::MAX as u64 { Some(PosixSeconds(seconds)) } else { None }
    }

    pub const fn get(self) -> u64 {
        self.0
    }
}

/// `2026-01-02 03:04:05 UTC`.
impl std::fmt::Display for PosixSeconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_utc(i128::from(self.0) * 1_000_000, f)
    }
}

/// A witness's private key. It has the text of an ordinary one, and signs nothing but checkpoints with a time.
#[derive(Debug)]
pub struct Cosigner {
    key: SignerKey,
    verifier: VerifierKey,
}

impl Cosigner {
    pub fn new(key: SignerKey) -> Cosigner {
        Cosigner { verifier: key.cosigning_verifier(), key }
    }

    /// The public half, of type 0x04, for those who check.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Cosigns without asking whether it may: [`crate::witness::Witness::add_checkpoint`] does.
    pub(crate) fn cosign(&self, checkpoint: &Checkpoint, time: PosixSeconds) -> Signature {
        let signature = self.key.sign(message(&checkpoint.to_text(), time).as_bytes());
        Signature::new(&self.verifier, [&time.0.to_be_bytes(), &signature[..]].concat())
    }
}

/// The time of a cosignature over the text, if it holds.
pub(crate) fn check(text: &str, bytes: &[u8], key: &VerifierKey) -> Option<PosixSeconds> {
    let (time, signature) = bytes.split_first_chunk()?;
    let time = PosixSeconds::new(u64::from_be_bytes(*time))?;
    key.signed(message(text, time).as_bytes(), signature).then_some(time)
}

fn message(text: &str, time: PosixSeconds) -> String {
    format!("cosignature/v1\ntime {}\n{text}", time.0)
}
