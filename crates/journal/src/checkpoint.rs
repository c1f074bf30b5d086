//! C2SP checkpoints: how far a journal had come, in a text that its key signs.
//!
//! Nothing here decides whether a checkpoint may be signed; that is [`crate::signer`].

use crate::hash::{Hash, parse_decimal};
use crate::key::{SignerKey, VerifierKey};
use crate::log::Head;
use crate::note::{NotANote, NotSigned, Note, Verified};
use crate::tree::TreeSize;

/// The name of a journal, the first line of its checkpoints: one line that is not empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// # Errors
    /// When a checkpoint could not carry it.
    pub fn parse(text: &str) -> Result<Origin, NotACheckpoint> {
        if is_line(text) { Ok(Origin(text.to_owned())) } else { Err(NotACheckpoint::Origin(text.to_owned())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line that says something, and does not break the form: no control characters, LF among them.
fn is_line(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte >= b' ')
}

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    head: Head,
    extensions: Vec<String>,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACheckpoint {
    #[error(transparent)]
    Note(#[from] NotANote),
    #[error("a checkpoint has at least three lines (the journal's name, its size, its root), each ended by LF")]
    TooFewLines,
    #[error("{0:?} cannot name a journal: it must be one line that is not empty")]
    Origin(String),
    #[error("{0:?} is not the size of a journal: digits only, without a leading zero")]
    Size(String),
    #[error("{0:?} is not a root: base64 of 32 bytes, padding included")]
    Root(String),
    #[error("line {line} of the checkpoint is empty or has control characters")]
    Extension { line: usize },
}

impl Checkpoint {
    pub fn new(origin: Origin, head: Head) -> Checkpoint {
        Checkpoint { origin, head, extensions: Vec::new() }
    }

    /// # Errors
    /// When the text is not exactly what [`Checkpoint::to_text`] writes.
    pub fn parse(text: &str) -> Result<Checkpoint, NotACheckpoint> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(NotACheckpoint::TooFewLines)?.split('\n').collect();
        let [origin, size, root, extensions @ ..] = &lines[..] else {
            return Err(NotACheckpoint::TooFewLines);
        };
        let origin = Origin::parse(origin)?;
        let size = parse_decimal(size).map(TreeSize).ok_or_else(|| NotACheckpoint::Size((*size).to_owned()))?;
        let root = Hash::parse_base64(root).ok_or_else(|| NotACheckpoint::Root((*root).to_owned()))?;
        if let Some(place) = extensions.iter().position(|line| !is_line(line)) {
            return Err(NotACheckpoint::Extension { line: 4 + place });
        }
        let extensions = extensions.iter().map(|line| (*line).to_owned()).collect();
        Ok(Checkpoint { origin, head: Head { size, root }, extensions })
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn head(&self) -> Head {
        self.head
    }

    /// What other programs added below the root. Nobody can check it against the journal.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Origin, size, root, extensions: a line each, each ended by LF.
    pub fn to_text(&self) -> String {
        let Checkpoint { origin, head: Head { size, root }, extensions } = self;
        let mut text = format!("{origin}\n{}\n{}\n", size.0, root.to_base64());
        extensions.iter().for_each(|line| text.extend([line, "\n"]));
        text
    }
}

/// A checkpoint with its signatures, none of them checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    pub(crate) note: Note,
}

impl SignedCheckpoint {
    /// # Errors
    /// When the bytes are not a signed note, or its text is not a checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<SignedCheckpoint, NotACheckpoint> {
        let note = Note::parse(bytes)?;
        Ok(SignedCheckpoint { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// Signs without asking whether it may: [`crate::signer::sign`] does.
    ///
    /// # Panics
    /// Never: a checkpoint's text is fit for a note.
    pub(crate) fn sign(checkpoint: Checkpoint, key: &SignerKey) -> SignedCheckpoint {
        let note =
            Note::sign(&checkpoint.to_text(), key).expect("a checkpoint has ended lines and no control characters");
        SignedCheckpoint { checkpoint, note }
    }

    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The signed note, to the byte.
    pub fn to_text(&self) -> String {
        self.note.to_text()
    }

    /// The signatures of known keys; at least one.
    ///
    /// # Errors
    /// When a known key's signature does not hold, or no known key signed.
    pub fn open<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, NotSigned> {
        self.note.open(known)
    }
}
