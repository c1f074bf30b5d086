//! A SHA-256, as plans and journals write it: 64 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use ring::digest::SHA256;
use serde::{Deserialize, Serialize};

/// 32 bytes. Written and read as 64 lower-case hexadecimal digits, in text and in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the SHA-256 \"{given}\" is not 64 lower-case hexadecimal digits: copy it again, whole")]
pub struct DigestError {
    given: String,
}

impl Digest {
    pub fn of(bytes: &[u8]) -> Digest {
        Digest::from(ring::digest::digest(&SHA256, bytes))
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<ring::digest::Digest> for Digest {
    fn from(digest: ring::digest::Digest) -> Digest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Digest(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let refused = || DigestError { given: text.to_owned() };
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(refused()),
        };
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !odd.is_empty() {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = value(*high)? << 4 | value(*low)?;
        }
        Ok(Digest(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Digest, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        assert_eq!(Digest::of(b"abc").to_string(), ABC);
        assert_eq!(ABC.parse(), Ok(Digest::of(b"abc")));
        assert_eq!(serde_json::to_string(&Digest::of(b"abc")).unwrap(), format!("\"{ABC}\""));
        for text in
            ["", "ba78", &ABC.to_uppercase(), &format!("{ABC}0"), &ABC.replace('b', "g"), &ABC.replace('b', "é")]
        {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }
}
