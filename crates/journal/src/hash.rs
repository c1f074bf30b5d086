//! SHA-256 as RFC 6962 uses it: leaves and nodes are told apart by their first byte.

use ring::digest::{Context, SHA256, digest};

/// A SHA-256 digest: of a leaf, a node or a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The root of the tree without leaves.
    pub fn of_nothing() -> Hash {
        Hash::of(b"")
    }

    /// SHA-256 of bytes as they are, without a prefix.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash::from_digest(digest(&SHA256, bytes))
    }

    pub fn of_leaf(leaf: &[u8]) -> Hash {
        let mut context = Context::new(&SHA256);
        context.update(&[0x00]);
        context.update(leaf);
        Hash::from_digest(context.finish())
    }

    pub fn of_node(left: &Hash, right: &Hash) -> Hash {
        let mut bytes = [0x01; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Hash::of(&bytes)
    }

    /// 64 lower-case hexadecimal digits, and nothing else.
    pub fn parse(text: &str) -> Option<Hash> {
        parse_hex(text).map(Hash)
    }

    fn from_digest(digest: ring::digest::Digest) -> Hash {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Hash(bytes)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_hex(&self.0, f)
    }
}

pub(crate) fn write_hex(bytes: &[u8], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Lower-case digits only, so that every value has one spelling.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}
