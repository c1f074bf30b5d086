//! C2SP `tlog-witness`: another party cosigns a checkpoint once it has seen that it continues the last one.
//! The same texts go over HTTP or by hand.
//!
//! Nothing here opens a connection or writes a file. The witness's caller reads what was seen, asks, and
//! writes what is seen now as one step that no other request can come between, and only then answers.

use std::collections::BTreeMap;

use crate::checkpoint::{NotACheckpoint, Origin, SignedCheckpoint};
use crate::cosignature::{Cosigner, PosixSeconds};
use crate::hash::{Hash, parse_decimal};
use crate::key::{Algorithm, VerifierKey};
use crate::log::Head;
use crate::note::{NotANote, NotSigned, Signature};
use crate::proof::{ConsistencyProof, NotConsistent, NotProofLines};
pub use crate::sealed::Unreadable;
use crate::sealed::{seal, unseal};
use crate::tree::TreeSize;

/// As many as a request may carry; no tree needs more.
const MOST_HASHES: usize = 63;

/// What a journal asks of a witness: to cosign `checkpoint`, which continues what it saw last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness saw last, as far as the journal knows; 0 if it never saw it.
    pub old: TreeSize,
    /// From `old` to the checkpoint's size.
    pub proof: ConsistencyProof,
    pub checkpoint: SignedCheckpoint,
}

/// Why a text is not a request to a witness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARequest {
    #[error("byte {at} of the request is not UTF-8: it was changed, or saved in another encoding")]
    NotUtf8 { at: usize },
    #[error("the request has no empty line before the checkpoint: part of it is missing")]
    NoEmptyLine,
    #[error("{0:?} is not the first line of a request: it must be 'old' and a size, without leading zeros")]
    OldLine(String),
    #[error("the request has {0} lines of proof, more than the {MOST_HASHES} that it may")]
    TooManyHashes(usize),
    #[error(transparent)]
    Proof(#[from] NotProofLines),
    #[error(transparent)]
    Checkpoint(#[from] NotACheckpoint),
}

impl AddCheckpoint {
    /// The request's body: `old` and the size, the proof a hash a line, an empty line, the signed checkpoint.
    pub fn to_text(&self) -> String {
        format!("old {}\n{}\n{}", self.old.0, self.proof.to_lines(), self.checkpoint.to_text())
    }

    /// # Errors
    /// When the bytes are not exactly what [`AddCheckpoint::to_text`] writes.
    pub fn parse(body: &[u8]) -> Result<AddCheckpoint, NotARequest> {
        let body = std::str::from_utf8(body).map_err(|error| NotARequest::NotUtf8 { at: error.valid_up_to() })?;
        let end = body.find("\n\n").ok_or(NotARequest::NoEmptyLine)?;
        let (first, hashes) = body[..=end].split_once('\n').ok_or(NotARequest::NoEmptyLine)?;
        let old = first.strip_prefix("old ").and_then(parse_decimal).map(TreeSize);
        let old = old.ok_or_else(|| NotARequest::OldLine(first.to_owned()))?;
        let count = hashes.lines().count();
        if count > MOST_HASHES {
            return Err(NotARequest::TooManyHashes(count));
        }
        let proof = ConsistencyProof::parse_lines(hashes)?;
        Ok(AddCheckpoint { old, proof, checkpoint: SignedCheckpoint::parse(&body.as_bytes()[end + 2..])? })
    }
}

/// The latest checkpoint that a witness cosigned of each journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<Origin, Head>);

const FORM: &str = "custodes-witness/v1";

impl Seen {
    /// Of a witness that never cosigned anything.
    pub fn nothing() -> Seen {
        Seen::default()
    }

    pub fn latest(&self, origin: &Origin) -> Option<Head> {
        self.0.get(origin).copied()
    }

    /// By the journals' names.
    pub fn journals(&self) -> impl Iterator<Item = (&Origin, Head)> {
        self.0.iter().map(|(origin, head)| (origin, *head))
    }

    /// A line for each journal (size, root in Base64, name) between the form and a hash over it all.
    pub fn to_text(&self) -> String {
        let line = |(origin, head): (&Origin, &Head)| format!("{} {} {origin}\n", head.size.0, head.root.to_base64());
        seal(FORM, &self.0.iter().map(line).collect::<String>())
    }

    /// # Errors
    /// When the text is not exactly what [`Seen::to_text`] writes.
    pub fn parse(text: &str) -> Result<Seen, Unreadable> {
        let mut seen = BTreeMap::new();
        for (place, line) in unseal(FORM, text)?.split_terminator('\n').enumerate() {
            let unreadable = Unreadable::Line { line: place + 2 };
            let (origin, head) = seen_line(line).ok_or(unreadable.clone())?;
            if seen.last_key_value().is_some_and(|(last, _)| *last >= origin) {
                return Err(unreadable);
            }
            seen.insert(origin, head);
        }
        Ok(Seen(seen))
    }
}

fn seen_line(line: &str) -> Option<(Origin, Head)> {
    let (size, rest) = line.split_once(' ')?;
    let (root, origin) = rest.split_once(' ')?;
    let head = Head { size: TreeSize(parse_decimal(size)?), root: Hash::parse_base64(root)? };
    Some((Origin::parse(origin).ok()?, head))
}

/// A witness: its key, and the journals it knows with their keys.
#[derive(Debug)]
pub struct Witness {
    cosigner: Cosigner,
    journals: BTreeMap<Origin, Vec<VerifierKey>>,
}

/// What a witness answers when it cosigns, and what it has seen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// To be kept durably before the answer goes out.
    pub seen: Seen,
    /// The body of the answer: signature lines.
    pub lines: String,
}

impl Cosigned {
    /// Of the answer over HTTP.
    pub const STATUS: u16 = 200;
}

/// Why a witness did not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not a request to a witness: {0}")]
    Malformed(#[from] NotARequest),
    #[error("the journal {0:?} is not known here: its name and public key must be given to the witness first")]
    UnknownOrigin(String),
    #[error("the checkpoint is not signed by the journal: {0}")]
    NotSigned(#[from] NotSigned),
    #[error("the request says the last size seen was {old}, more than the {size} of the checkpoint itself")]
    OldSizeTooLarge { old: u64, size: u64 },
    #[error("the request says the last size seen was {old}, and it was {seen}: ask again with a proof from there")]
    OtherOldSize { old: u64, seen: u64 },
    #[error("another journal of the same size was cosigned before: {0}")]
    SameSizeOtherRoot(NotConsistent),
    #[error("the checkpoint is not shown to continue the one cosigned last: {0}")]
    NotConsistent(NotConsistent),
}

/// The content type of the answer that gives a size.
pub const SIZE: &str = "text/x.tlog.size";

impl Refusal {
    /// Of the answer over HTTP, as the specification fixes it.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) | Refusal::OldSizeTooLarge { .. } => 400,
            Refusal::NotSigned(_) => 403,
            Refusal::UnknownOrigin(_) => 404,
            Refusal::OtherOldSize { .. } | Refusal::SameSizeOtherRoot(_) => 409,
            Refusal::NotConsistent(_) => 422,
        }
    }

    pub fn content_type(&self) -> &'static str {
        match self {
            Refusal::OtherOldSize { .. } => SIZE,
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The size seen last where programs expect it; else why.
    pub fn body(&self) -> String {
        match self {
            Refusal::OtherOldSize { seen, .. } => format!("{seen}\n"),
            other => format!("{other}\n"),
        }
    }
}

impl Witness {
    pub fn new(cosigner: Cosigner, journals: BTreeMap<Origin, Vec<VerifierKey>>) -> Witness {
        Witness { cosigner, journals }
    }

    /// The key by which its cosignatures are checked.
    pub fn verifier(&self) -> &VerifierKey {
        self.cosigner.verifier()
    }

    /// Cosigns the checkpoint of a request if its journal is known and signed it, and it continues what was
    /// seen of it. `time` is now.
    ///
    /// # Errors
    /// When it does not: nothing is cosigned then, and what was seen stays as it is.
    pub fn add_checkpoint(&self, seen: &Seen, request: &[u8], time: PosixSeconds) -> Result<Cosigned, Refusal> {
        let AddCheckpoint { old, proof, checkpoint } = AddCheckpoint::parse(request)?;
        let (origin, head) = (checkpoint.checkpoint().origin().clone(), checkpoint.checkpoint().head());
        let keys = self.journals.get(&origin).ok_or_else(|| Refusal::UnknownOrigin(origin.to_string()))?;
        checkpoint.open(keys)?;
        if old > head.size {
            return Err(Refusal::OldSizeTooLarge { old: old.0, size: head.size.0 });
        }
        let last = seen.latest(&origin).unwrap_or(Head { size: TreeSize(0), root: Hash::of_nothing() });
        if old != last.size {
            return Err(Refusal::OtherOldSize { old: old.0, seen: last.size.0 });
        }
        let forked = last.size == head.size && last.root != head.root;
        let refusal = if forked { Refusal::SameSizeOtherRoot } else { Refusal::NotConsistent };
        proof.verify(&last, &head).map_err(refusal)?;
        let lines = self.cosigner.cosign(checkpoint.checkpoint(), time).to_line();
        let mut seen = seen.clone();
        seen.0.insert(origin, head);
        Ok(Cosigned { seen, lines })
    }
}

/// A witness's answer over HTTP, as the journal reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Signature lines for [`add_cosignatures`].
    Cosigned(String),
    /// It saw this size last: ask again with a proof from there.
    OtherOldSize(TreeSize),
    Refused {
        status: u16,
        reason: String,
    },
}

impl Answer {
    pub fn read(status: u16, content_type: Option<&str>, body: &str) -> Answer {
        let size = || body.strip_suffix('\n').and_then(parse_decimal).map(TreeSize);
        match (status, content_type) {
            (Cosigned::STATUS, _) => Answer::Cosigned(body.to_owned()),
            (409, Some(SIZE)) if let Some(size) = size() => Answer::OtherOldSize(size),
            _ => Answer::Refused { status, reason: body.trim().to_owned() },
        }
    }
}

/// Why a witness's answer adds nothing to a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCosigned {
    #[error("the witness's answer does not end with a line break: part of it is missing")]
    Unended,
    #[error("the witness's answer is not signature lines: {0}")]
    NotSignatures(#[from] NotANote),
    #[error("no witness known here cosigned this checkpoint")]
    NoKnownWitness,
    #[error("the witness's answer does not fit this checkpoint: {0}")]
    Bad(NotSigned),
}

/// Adds the cosignatures of known witnesses to a checkpoint, from the lines that a witness answered; those of
/// unknown keys are left out. `witnesses` are keys of type 0x04.
///
/// # Errors
/// When no known witness cosigned just this checkpoint, or a line is not a signature.
pub fn add_cosignatures(
    checkpoint: &SignedCheckpoint,
    lines: &str,
    witnesses: &[VerifierKey],
) -> Result<SignedCheckpoint, NotCosigned> {
    let lines = lines.strip_suffix('\n').ok_or(NotCosigned::Unended)?;
    let known = |signature: &Signature| {
        witnesses.iter().any(|key| {
            key.algorithm() == Algorithm::CosignatureV1 && (key.name(), key.id()) == (signature.name(), signature.id())
        })
    };
    let signatures = lines.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
    let mut cosigned = checkpoint.clone();
    let mut added = false;
    for signature in signatures.into_iter().filter(known) {
        cosigned.note.add(signature)?;
        // Checked one by one: a line repeated with another signature would only take the earlier one's place.
        cosigned.note.verified(witnesses).map_err(NotCosigned::Bad)?;
        added = true;
    }
    if added { Ok(cosigned) } else { Err(NotCosigned::NoKnownWitness) }
}
