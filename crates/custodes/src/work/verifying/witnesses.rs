//! Who vouched for the journal: the witnesses whose keys the verifier gave, and, apart from them, those that
//! the workspace says it trusts.
//!
//! A workspace that names its own witness proves nothing to a stranger: whoever could rewrite it could name a
//! witness of their own. To its own people, who trusted that witness by an act, it says how much could still be
//! rewritten. So both are checked, and never counted together.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::record::Record;
use custodes_journal::checkpoint::{Origin, SignedCheckpoint};
use custodes_journal::cosignature::PosixSeconds;
use custodes_journal::key::VerifierKey;
use custodes_journal::note::Signature;
use custodes_journal::tree::TreeSize;
use custodes_journal::verify::Verified;

use super::Verifying;
use crate::work::witnessing;

/// The latest checkpoint that each witness cosigned, by its key as it is written.
pub type WitnessedBy = BTreeMap<String, (TreeSize, PosixSeconds)>;

/// A witness that a workspace or a bundle says it trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    pub name: String,
    /// Its verifier key, as it is written.
    pub key: String,
    /// Whether the verifier gave this key too, so that it counts for them.
    pub given: bool,
    /// The largest checkpoint that it cosigned, and when.
    pub witnessed: Option<(TreeSize, PosixSeconds)>,
}

impl Trusted {
    /// Those of a record, with what each cosigned.
    pub fn of(record: &Record, given: &[VerifierKey], by: &WitnessedBy) -> Vec<Trusted> {
        let told = |key: VerifierKey| {
            let text = key.to_string();
            let witnessed = by.get(&text).copied();
            Trusted { name: key.name().to_string(), given: given.contains(&key), key: text, witnessed }
        };
        witnessing::trusted(record).into_iter().map(told).collect()
    }
}

/// The latest that any of these keys cosigned.
pub fn latest_of(keys: &[VerifierKey], by: &WitnessedBy) -> Option<(TreeSize, PosixSeconds)> {
    keys.iter().filter_map(|key| by.get(&key.to_string()).copied()).max()
}

impl Verifying<'_> {
    /// The keys by which cosignatures are checked: those given, and all that the journal ever trusted. A
    /// cosignature that does not hold is a defect, whoever it is of.
    pub(super) fn witness_keys(&self, trusted: &BTreeSet<String>) -> Vec<VerifierKey> {
        let mut keys = self.with.witnesses.to_vec();
        for key in trusted.iter().filter_map(|key| VerifierKey::parse(key).ok()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    pub(super) fn witnessed(&mut self, record: &Record, verified: &Verified) {
        self.answer.witnessed = latest_of(self.with.witnesses, &verified.witnessed_by);
        self.answer.trusted = Trusted::of(record, self.with.witnesses, &verified.witnessed_by);
    }

    /// Signatures on checkpoints of nobody who is known. Those that the workspace kept (`kept` of them come
    /// first) bear only what it took in, from witnesses that it trusted; on others anything may stand.
    pub(super) fn unknown_witnesses(
        &mut self,
        checkpoints: &[(TreeSize, String)],
        kept: usize,
        origin: &Origin,
        trusted: &BTreeSet<String>,
    ) {
        let known = self.witness_keys(trusted);
        let is_known = |signature: &Signature| {
            signature.name().as_str() == origin.as_str()
                || known.iter().any(|key| key.name() == signature.name() && key.id() == signature.id())
        };
        let whole = self.readable == self.head.size.0;
        let mut names = BTreeSet::new();
        for (place, (size, note)) in checkpoints.iter().enumerate() {
            let Ok(signed) = SignedCheckpoint::parse(note.as_bytes()) else { continue };
            for signature in signed.note().signatures().iter().filter(|signature| !is_known(signature)) {
                let name = signature.name().to_string();
                if place < kept && whole {
                    self.answer.defects.push(format!(
                        "checkpoint of {} entries: {name} cosigned it, and this journal never trusted that key as a \
                         witness's: the checkpoint was changed",
                        size.0
                    ));
                } else {
                    names.insert(name);
                }
            }
        }
        for name in names {
            self.answer
                .notes
                .push(format!("{name} cosigned, but its key was not given (--witness), so that was not checked"));
        }
    }
}
