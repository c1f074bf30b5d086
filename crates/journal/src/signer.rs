//! What the holder of the signing key remembers, so that no restored backup, second instance or rewritten
//! history is ever signed.
//!
//! Nothing here writes a file. The caller keeps the memory outside the workspace, durably, *before* the
//! signature leaves the machine; else a crash between the two forgets what was signed.

use crate::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use crate::hash::{Hash, parse_decimal};
use crate::key::SignerKey;
use crate::log::Head;
use crate::proof::{ConsistencyProof, NotConsistent};
pub use crate::sealed::Unreadable;
use crate::sealed::{seal, unseal};
use crate::tree::TreeSize;

/// The last checkpoint signed for a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    origin: Origin,
    head: Head,
}

const FORM: &str = "custodes-signer/v1";

impl Memory {
    /// Of a journal that was never signed. To make one for a journal that was is to forget: it is asked for
    /// when a journal is begun, and never made because a memory is not found.
    pub fn first(origin: Origin) -> Memory {
        Memory { origin, head: Head { size: TreeSize(0), root: Hash::of_nothing() } }
    }

    /// After the memory was lost: from the latest checkpoint that anybody outside still has, once its
    /// signatures were checked.
    pub fn recovered(latest: &Checkpoint) -> Memory {
        Memory { origin: latest.origin().clone(), head: latest.head() }
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The size and root last signed; 0 and the root of nothing before the first time.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Five lines: the form, the journal's name, size, root in Base64, and a hash over those.
    pub fn to_text(&self) -> String {
        let Memory { origin, head: Head { size, root } } = self;
        seal(FORM, &format!("{origin}\n{}\n{}\n", size.0, root.to_base64()))
    }

    /// # Errors
    /// When the text is not exactly what [`Memory::to_text`] writes.
    pub fn parse(text: &str) -> Result<Memory, Unreadable> {
        let lines: Vec<&str> = unseal(FORM, text)?.split('\n').collect();
        let [origin, size, root, ""] = lines[..] else { return Err(Unreadable::Line { line: 2 }) };
        let origin = Origin::parse(origin).map_err(|_| Unreadable::Line { line: 2 })?;
        let size = parse_decimal(size).map(TreeSize).ok_or(Unreadable::Line { line: 3 })?;
        let root = Hash::parse_base64(root).ok_or(Unreadable::Line { line: 4 })?;
        Ok(Memory { origin, head: Head { size, root } })
    }
}

/// A new signature, and what to remember of it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub checkpoint: SignedCheckpoint,
    pub memory: Memory,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the memory is of the journal {remembered:?}, and {offered:?} was to be signed: nothing was signed")]
    OtherOrigin { remembered: String, offered: String },
    #[error(
        "the journal has {} entries, and one of {} was signed before: an old copy was restored, or another \
         instance writes elsewhere; nothing was signed; bring back the newer copy", .offered.size.0, .remembered.size.0
    )]
    RolledBack { remembered: Head, offered: Head },
    #[error(
        "the journal of {} entries does not continue the one of {} that was signed before ({cause}): what had \
         been signed was rewritten; nothing was signed; keep this copy and tell the auditor", .offered.size.0, .remembered.size.0
    )]
    Rewritten { remembered: Head, offered: Head, cause: Box<NotConsistent> },
}

/// Signs a checkpoint if it continues what was signed before; `proof` is from the remembered size to the
/// offered one (empty from 0, and between equal sizes). The same checkpoint may be signed again.
///
/// # Errors
/// When it does not continue it: nothing is signed then, and the memory stays as it is.
pub fn sign(
    memory: &Memory,
    key: &SignerKey,
    offered: Checkpoint,
    proof: &ConsistencyProof,
) -> Result<Signed, Refusal> {
    let Memory { origin, head: remembered } = memory;
    if offered.origin() != origin {
        let (remembered, offered) = (origin.to_string(), offered.origin().to_string());
        return Err(Refusal::OtherOrigin { remembered, offered });
    }
    let (remembered, head) = (*remembered, offered.head());
    if head.size < remembered.size {
        return Err(Refusal::RolledBack { remembered, offered: head });
    }
    proof.verify(&remembered, &head).map_err(|cause| Refusal::Rewritten {
        remembered,
        offered: head,
        cause: Box::new(cause),
    })?;
    Ok(Signed { memory: Memory { origin: origin.clone(), head }, checkpoint: SignedCheckpoint::sign(offered, key) })
}
