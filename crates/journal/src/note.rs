//! C2SP signed notes: a text, kept to the byte, and the signatures under it.
//!
//! A note says nothing until a known key has signed it; nothing here knows which keys are to be trusted.

use crate::cosignature::{self, PosixSeconds};
use crate::hash::{parse_base64, write_base64};
use crate::key::{Algorithm, KeyId, KeyName, SignerKey, VerifierKey};

/// As many as Go's note package reads. A note with more is somebody's attempt to keep us busy.
const MOST_SIGNATURES: usize = 100;

/// The em dash and the space that begin a signature line.
const DASH: &str = "— ";

/// A text that ends with LF, and 1 to 100 signatures, none of them checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A signature line: `— name base64(id, signature)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
}

/// A signature that holds, of a key that was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<'k> {
    pub key: &'k VerifierKey,
    /// When it was made, as a witness says. Other signatures do not say.
    pub time: Option<PosixSeconds>,
}

/// Why bytes are not a signed note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotANote {
    #[error("byte {at} of the note is not UTF-8: it was changed, or saved in another encoding")]
    NotUtf8 { at: usize },
    #[error("line {line} of the note contains the control character U+{code:04X}: {}", remedy(*.code))]
    ControlCharacter { line: usize, code: u32 },
    #[error("the text of the note does not end with a line break: part of it is missing")]
    TextUnended,
    #[error("the note has no empty line before its signatures: it is not signed, or part of it is missing")]
    NoSignatures,
    #[error("the last line of the note does not end with a line break: part of it is missing")]
    Unended,
    #[error("not a signature line (a dash, a name and base64): {0:?}")]
    NotASignature(String),
    #[error("the note has more than {MOST_SIGNATURES} signatures")]
    TooManySignatures,
}

fn remedy(code: u32) -> &'static str {
    match code {
        0x0D => "save it with line breaks of LF, not CR LF",
        _ => "it was changed, or is something else",
    }
}

/// Why a note must not be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    #[error("the signature of {name} ({id}) is not over this text: the text or the signature was changed")]
    BadSignature { name: KeyName, id: KeyId },
    #[error("none of the keys expected here signed it; it is signed by {}", list(.by))]
    NoKnownKey { by: Vec<(KeyName, KeyId)> },
}

fn list(by: &[(KeyName, KeyId)]) -> String {
    by.iter().map(|(name, id)| format!("{name} ({id})")).collect::<Vec<_>>().join(", ")
}

impl Note {
    /// # Errors
    /// When the bytes are not exactly a text, an empty line and signature lines. What is read is written by
    /// [`Note::to_text`] to the byte.
    pub fn parse(bytes: &[u8]) -> Result<Note, NotANote> {
        let note = std::str::from_utf8(bytes).map_err(|error| NotANote::NotUtf8 { at: error.valid_up_to() })?;
        no_control_characters(note)?;
        // The last empty line: a text may have empty lines of its own.
        let split = note.rfind("\n\n").ok_or(NotANote::NoSignatures)?;
        let lines = note[split + 2..].strip_suffix('\n').ok_or(if note.ends_with("\n\n") {
            NotANote::NoSignatures
        } else {
            NotANote::Unended
        })?;
        if lines.split('\n').count() > MOST_SIGNATURES {
            return Err(NotANote::TooManySignatures);
        }
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<_, _>>()?;
        Ok(Note { text: note[..=split].to_owned(), signatures })
    }

    /// Signs a text, of any lines, the last one ended.
    ///
    /// # Errors
    /// When no note can have such a text.
    pub fn sign(text: &str, key: &SignerKey) -> Result<Note, NotANote> {
        no_control_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NotANote::TextUnended);
        }
        let signature = Signature::new(key.verifier(), key.sign(text.as_bytes()));
        Ok(Note { text: text.to_owned(), signatures: vec![signature] })
    }

    /// The text, its last LF included; the empty line before the signatures is not part of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The note as it is written, to the byte.
    pub fn to_text(&self) -> String {
        let mut note = format!("{}\n", self.text);
        self.signatures.iter().for_each(|signature| note.push_str(&signature.to_line()));
        note
    }

    /// Adds a signature at the end, in place of any older one of the same key. It is not checked here.
    ///
    /// # Errors
    /// [`NotANote::TooManySignatures`], when the note already has 100.
    pub fn add(&mut self, signature: Signature) -> Result<(), NotANote> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        let others = |other: &&Signature| (&other.name, other.id) != (&signature.name, signature.id);
        if self.signatures.iter().filter(others).count() >= MOST_SIGNATURES {
            return Err(NotANote::TooManySignatures);
        }
        self.signatures.retain(|other| others(&other));
        self.signatures.push(signature);
        Ok(())
    }

    /// The signatures of known keys, in the note's order; those of other keys are ignored.
    ///
    /// # Errors
    /// [`NotSigned::BadSignature`], when one of a known key does not hold: then nothing of the note does.
    pub fn verified<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, NotSigned> {
        let mut verified = Vec::new();
        for signature in &self.signatures {
            let mut keys = known.iter().filter(|key| key.name() == &signature.name && key.id() == signature.id);
            let Some(first) = keys.next() else { continue };
            // Two keys may share name and id by accident or by design; then either may have signed.
            let holds = |key: &'k VerifierKey| signature.check(&self.text, key);
            match holds(first).or_else(|| keys.find_map(holds)) {
                Some(good) => verified.push(good),
                None => {
                    let Signature { name, id, .. } = signature.clone();
                    return Err(NotSigned::BadSignature { name, id });
                }
            }
        }
        Ok(verified)
    }

    /// [`Note::verified`], and at least one.
    ///
    /// # Errors
    /// When a known key's signature does not hold, or no known key signed.
    pub fn open<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, NotSigned> {
        let verified = self.verified(known)?;
        if verified.is_empty() {
            let by = self.signatures.iter().map(|signature| (signature.name.clone(), signature.id)).collect();
            return Err(NotSigned::NoKnownKey { by });
        }
        Ok(verified)
    }
}

impl Signature {
    pub(crate) fn new(key: &VerifierKey, bytes: Vec<u8>) -> Signature {
        Signature { name: key.name().clone(), id: key.id(), bytes }
    }

    /// A signature line without its LF.
    ///
    /// # Errors
    /// When it is not exactly that.
    pub fn parse(line: &str) -> Result<Signature, NotANote> {
        Signature::parts(line).ok_or_else(|| NotANote::NotASignature(line.to_owned()))
    }

    fn parts(line: &str) -> Option<Signature> {
        let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
        let signature = parse_base64(signature)?;
        let (id, bytes) = signature.split_first_chunk()?;
        if bytes.is_empty() {
            return None;
        }
        Some(Signature { name: KeyName::parse(name).ok()?, id: KeyId(*id), bytes: bytes.to_vec() })
    }

    pub fn name(&self) -> &KeyName {
        &self.name
    }

    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The line, its LF included.
    pub fn to_line(&self) -> String {
        format!("{DASH}{} {}\n", self.name, write_base64(&[&self.id.0, &self.bytes[..]].concat()))
    }

    fn check<'k>(&self, text: &str, key: &'k VerifierKey) -> Option<Verified<'k>> {
        match key.algorithm() {
            Algorithm::Ed25519 => key.signed(text.as_bytes(), &self.bytes).then_some(Verified { key, time: None }),
            Algorithm::CosignatureV1 => {
                let time = cosignature::check(text, &self.bytes, key)?;
                Some(Verified { key, time: Some(time) })
            }
        }
    }
}

fn no_control_characters(text: &str) -> Result<(), NotANote> {
    match text.bytes().position(|byte| byte < b' ' && byte != b'\n') {
        None => Ok(()),
        Some(at) => Err(NotANote::ControlCharacter {
            line: 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count(),
            code: u32::from(text.as_bytes()[at]),
        }),
    }
}
