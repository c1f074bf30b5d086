//! The keys of C2SP signed notes: who may sign, and by what their signatures are known.
//!
//! Nothing here decides whom to trust, makes a random number, or shows a private key in a message.

use ring::digest::{Context, SHA256};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::hash::{parse_base64, parse_hex, write_base64, write_hex};

/// The name that a key signs under, best a web address without `https://`. It is neither blank nor does it
/// contain spaces of any kind, `+`, or control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the name of a key: it must not be empty, nor contain spaces, '+' or control characters; \
     take one like example.org/journal"
)]
pub struct NotAKeyName(pub String);

impl KeyName {
    /// # Errors
    /// When signed notes could not carry the name.
    pub fn parse(name: &str) -> Result<KeyName, NotAKeyName> {
        let unfit = |c: char| c.is_whitespace() || c < ' ' || c == '+';
        if name.is_empty() || name.contains(unfit) {
            return Err(NotAKeyName(name.to_owned()));
        }
        Ok(KeyName(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KeyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first four bytes of a hash over name, algorithm and public key: it finds a key, and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    fn of(name: &KeyName, algorithm: Algorithm, public: &[u8; 32]) -> KeyId {
        let mut context = Context::new(&SHA256);
        context.update(name.0.as_bytes());
        context.update(&[b'\n', algorithm.byte()]);
        context.update(public);
        let digest = context.finish();
        KeyId(std::array::from_fn(|place| digest.as_ref()[place]))
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

/// What a key's signature says: two of the types that C2SP assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Ed25519 over the text of the note.
    Ed25519,
    /// A witness's Ed25519 over a time and the text of a checkpoint.
    CosignatureV1,
}

impl Algorithm {
    fn byte(self) -> u8 {
        match self {
            Algorithm::Ed25519 => 0x01,
            Algorithm::CosignatureV1 => 0x04,
        }
    }

    fn of_byte(byte: u8) -> Option<Algorithm> {
        [Algorithm::Ed25519, Algorithm::CosignatureV1].into_iter().find(|algorithm| algorithm.byte() == byte)
    }
}

/// Why a text is not a key. It never quotes the key itself, which may be a private one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    #[error("not a public key: it must be of the form name+id+key, in one line")]
    NotPublic,
    #[error("not a private key: it must be of the form PRIVATE+KEY+name+id+key, in one line")]
    NotPrivate,
    #[error("a private key stands where a public one belongs: take it away from here, and give the public key")]
    PrivateForPublic,
    #[error(transparent)]
    Name(#[from] NotAKeyName),
    #[error("the key of {name} has the id {id:?}, which is not 8 digits of 0-9 and a-f")]
    Id { name: KeyName, id: String },
    #[error("the key of {name} is not base64 of one byte for its type and 32 for the key: part of it is missing")]
    Encoding { name: KeyName },
    #[error("the key of {name} is of type 0x{algorithm:02x}: only {expected} can be used here")]
    Algorithm { name: KeyName, algorithm: u8, expected: &'static str },
    #[error("the key of {name} has the id {found} and should have {expected}: it was not copied exactly")]
    OtherId { name: KeyName, expected: KeyId, found: KeyId },
}

/// A public key, by which signatures of one name and one algorithm are checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    algorithm: Algorithm,
    public: [u8; 32],
}

impl VerifierKey {
    pub fn new(name: KeyName, algorithm: Algorithm, public: [u8; 32]) -> VerifierKey {
        VerifierKey { id: KeyId::of(&name, algorithm, &public), name, algorithm, public }
    }

    /// `name+id+base64(type, key)`, known as a vkey.
    ///
    /// # Errors
    /// When the text is not exactly that, or its id is not the one of its key.
    pub fn parse(text: &str) -> Result<VerifierKey, NotAKey> {
        if text.starts_with(PRIVATE) {
            return Err(NotAKey::PrivateForPublic);
        }
        let parts = Parts::parse(text).ok_or(NotAKey::NotPublic)??;
        let algorithm = Algorithm::of_byte(parts.algorithm).ok_or(NotAKey::Algorithm {
            name: parts.name.clone(),
            algorithm: parts.algorithm,
            expected: "0x01 (Ed25519) and 0x04 (Ed25519 of a witness)",
        })?;
        let key = VerifierKey::new(parts.name, algorithm, parts.key);
        key.has_id(parts.id)?;
        Ok(key)
    }

    pub fn name(&self) -> &KeyName {
        &self.name
    }

    pub fn id(&self) -> KeyId {
        self.id
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the 64 bytes are this key's Ed25519 signature of the message.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).is_ok()
    }

    fn has_id(&self, found: KeyId) -> Result<(), NotAKey> {
        if self.id == found {
            return Ok(());
        }
        Err(NotAKey::OtherId { name: self.name.clone(), expected: self.id, found })
    }
}

/// The vkey, in one line.
impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let VerifierKey { name, id, algorithm, public } = self;
        write!(f, "{name}+{id}+{}", write_base64(&[&[algorithm.byte()], &public[..]].concat()))
    }
}

/// A private Ed25519 key and the name it signs under.
pub struct SignerKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

const PRIVATE: &str = "PRIVATE+KEY+";

impl SignerKey {
    /// The seed is 32 random bytes, for nothing else and from nowhere else.
    ///
    /// # Panics
    /// Never: any 32 bytes are a seed.
    pub fn from_seed(name: KeyName, seed: [u8; 32]) -> SignerKey {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are an Ed25519 seed");
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        SignerKey { seed, pair, verifier: VerifierKey::new(name, Algorithm::Ed25519, public) }
    }

    /// `PRIVATE+KEY+name+id+base64(type, seed)`, as Go's sumdb tools and C2SP's write it.
    ///
    /// # Errors
    /// When the text is not exactly that, or its id is not the one of its key.
    pub fn parse(text: &str) -> Result<SignerKey, NotAKey> {
        let parts = text.strip_prefix(PRIVATE).and_then(Parts::parse).ok_or(NotAKey::NotPrivate)??;
        if Algorithm::of_byte(parts.algorithm) != Some(Algorithm::Ed25519) {
            let expected = "0x01 (Ed25519)";
            return Err(NotAKey::Algorithm { name: parts.name, algorithm: parts.algorithm, expected });
        }
        let key = SignerKey::from_seed(parts.name, parts.key);
        key.verifier.has_id(parts.id)?;
        Ok(key)
    }

    /// The private key's text. Whoever has it signs as this journal.
    pub fn to_secret_text(&self) -> String {
        let VerifierKey { name, id, algorithm, .. } = &self.verifier;
        format!("{PRIVATE}{name}+{id}+{}", write_base64(&[&[algorithm.byte()], &self.seed[..]].concat()))
    }

    /// The public half, for those who check.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The public half, as one whose cosignatures are checked.
    pub(crate) fn cosigning_verifier(&self) -> VerifierKey {
        VerifierKey::new(self.verifier.name.clone(), Algorithm::CosignatureV1, self.verifier.public)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// A private key says nothing in a log.
impl std::fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignerKey({}+{}, …)", self.verifier.name, self.verifier.id)
    }
}

/// What public and private keys have in common in their text.
struct Parts {
    name: KeyName,
    id: KeyId,
    algorithm: u8,
    key: [u8; 32],
}

impl Parts {
    /// `None` without the three parts. Base64 may contain `+`, so the third takes all that is left.
    fn parse(text: &str) -> Option<Result<Parts, NotAKey>> {
        let mut parts = text.splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        Some(KeyName::parse(name).map_err(NotAKey::Name).and_then(|name| Parts::of(name, id, key)))
    }

    fn of(name: KeyName, id: &str, key: &str) -> Result<Parts, NotAKey> {
        let Some(id) = parse_hex(id).map(KeyId) else {
            return Err(NotAKey::Id { name, id: id.to_owned() });
        };
        let bytes = parse_base64(key).unwrap_or_default();
        let Some((algorithm, key)) = bytes.split_first() else {
            return Err(NotAKey::Encoding { name });
        };
        let Ok(key) = key.try_into() else {
            return Err(NotAKey::Encoding { name });
        };
        Ok(Parts { name, id, algorithm: *algorithm, key })
    }
}
