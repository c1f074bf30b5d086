//! An entry is a leaf, which stays for good and names nobody, and its content, which can be disposed of.

use ring::hmac;

use crate::hash::{Hash, parse_hex, write_hex};
use crate::tree::LeafIndex;

/// A random name for a person or a matter. What it stands for is in the disposable content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RandomId(pub [u8; 16]);

impl RandomId {
    /// 32 lower-case hexadecimal digits, and nothing else.
    pub fn parse(text: &str) -> Option<RandomId> {
        parse_hex(text).map(RandomId)
    }
}

impl std::fmt::Display for RandomId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

impl std::fmt::Debug for RandomId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

/// 32 fresh random bytes for each entry: without them the hash of a number plate is guessed in seconds.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

/// A salt says nothing in a log.
impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// HMAC-SHA-256(salt, content).
pub fn commitment(salt: &Salt, content: &[u8]) -> Hash {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &salt.0), content);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    Hash(bytes)
}

/// The canonical record that the tree is made of: no personal data, no free text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Microseconds since 1970, UTC.
    pub time: i64,
    /// What kind of act it is: `a-z`, `0-9`, `.`, `-` and `_`, 1 to 64 of them.
    pub kind: String,
    pub actor: RandomId,
    pub subject: RandomId,
    /// HMAC-SHA-256 over the content.
    pub commitment: Hash,
}

const FORM: &str = "custodes-leaf/v1";

impl Leaf {
    /// Six lines, each ended by LF: the form, time, kind, actor, subject, commitment.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Leaf { time, kind, actor, subject, commitment } = self;
        format!("{FORM}\n{time}\n{kind}\n{actor}\n{subject}\n{commitment}\n").into_bytes()
    }

    /// Whether [`Leaf::parse`] takes what [`Leaf::to_bytes`] writes: it hangs on the kind alone.
    pub fn has_a_form(&self) -> bool {
        is_kind(&self.kind)
    }

    /// # Errors
    /// When the bytes are not exactly what [`Leaf::to_bytes`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Leaf, NotALeaf> {
        let leaf = Leaf::parts(bytes).ok_or(NotALeaf)?;
        // One record, one spelling: `+1` and `01` are numbers too, and would be other leaves.
        if leaf.to_bytes() == bytes { Ok(leaf) } else { Err(NotALeaf) }
    }

    fn parts(bytes: &[u8]) -> Option<Leaf> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [FORM, time, kind, actor, subject, commitment] = lines[..] else { return None };
        if !is_kind(kind) {
            return None;
        }
        Some(Leaf {
            time: time.parse().ok()?,
            kind: kind.to_owned(),
            actor: RandomId::parse(actor)?,
            subject: RandomId::parse(subject)?,
            commitment: Hash::parse(commitment)?,
        })
    }
}

fn is_kind(kind: &str) -> bool {
    (1..=64).contains(&kind.len())
        && kind.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the canonical form of a leaf")]
pub struct NotALeaf;

/// What is to be written: the leaf, and what it commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    pub leaf: Leaf,
    pub salt: Salt,
    pub content: Vec<u8>,
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub index: LeafIndex,
    /// The leaf's bytes as stored; [`Leaf::parse`] reads them.
    pub leaf: Vec<u8>,
    /// `None` once it was disposed of.
    pub content: Option<Content>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub salt: Salt,
    pub bytes: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_has_one_spelling() {
        let leaf = Leaf {
            time: 1_767_225_600_000_000,
            kind: "plan.committed".into(),
            actor: RandomId([0xab; 16]),
            subject: RandomId([1; 16]),
            commitment: Hash::of(b"x"),
        };
        let bytes = leaf.to_bytes();
        assert_eq!(Leaf::parse(&bytes), Ok(leaf));
        let text = String::from_utf8(bytes).unwrap();
        for other in [
            text.replace("176", "+176"),
            text.replace("abab", "ABab"),
            text.clone() + "\n",
            text.replace("plan.", "Plan "),
        ] {
            assert_eq!(Leaf::parse(other.as_bytes()), Err(NotALeaf), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_leaf_has_a_form_exactly_where_what_it_writes_is_read(time: i64, kind in "[a-c0A. \n_-]{0,3}|a{62,66}") {
            let ids = (RandomId([3; 16]), RandomId([4; 16]));
            let leaf = Leaf { time, kind, actor: ids.0, subject: ids.1, commitment: Hash::of(b"x") };
            let read = Leaf::parse(&leaf.to_bytes());
            proptest::prop_assert_eq!(leaf.has_a_form(), read == Ok(leaf.clone()));
            proptest::prop_assert_eq!(leaf.has_a_form(), read.is_ok());
        }
    }

    #[test]
    fn the_commitment_is_hmac_sha_256() {
        // RFC 4231, test case 1, has a key of 20 bytes: HMAC pads keys with zeros.
        let mut salt = [0; 32];
        salt[..20].fill(0x0b);
        assert_eq!(
            commitment(&Salt(salt), b"Hi There").to_string(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        let counting: [u8; 32] = std::array::from_fn(|place| place as u8);
        assert_eq!(
            commitment(&Salt(counting), br#"{"vrm":"AB12CDE"}"#).to_string(),
            "9d8b7d2c6bb9834ccb894e0132a679d2c96bb5b4c0daa409f6311a32c7f8e56b"
        );
    }
}
