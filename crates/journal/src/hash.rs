//! SHA-256 as RFC 6962 uses it: leaves and nodes are told apart by their first byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

    /// Padded standard Base64 of exactly 32 bytes, and nothing else: what notes and proofs carry.
    pub fn parse_base64(text: &str) -> Option<Hash> {
        parse_base64(text).and_then(|bytes| bytes.try_into().ok()).map(Hash)
    }

    /// As checkpoints and proofs write it: 44 characters.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
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

/// Strict: the one spelling that RFC 4648 §4 gives, padding included.
pub(crate) fn parse_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn write_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A decimal number in its one spelling: no sign, no leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// In pieces of up to 32 bytes: every leaf of a journal is written again when it is read, to see that it has
/// one spelling, and a formatter called for each byte would be most of that work.
pub(crate) fn write_hex(bytes: &[u8], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for piece in bytes.chunks(32) {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(piece) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&digits[..2 * piece.len()]).map_err(|_| std::fmt::Error)?)?;
    }
    Ok(())
}

/// Lower-case digits only, so that every value has one spelling.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
