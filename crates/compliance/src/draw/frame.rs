//! The frame of a draw: the keys of the population's records, frozen before the seed is known.

use std::fmt;

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// What names a record of the population. Not empty, and on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordKey(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a record has an empty key, so nobody could say later which one was drawn: give every record a key")]
    Empty,
    #[error("the record key {0:?} holds a line feed, which is what ends a key in the frame: mend the key")]
    LineFeed(String),
}

impl RecordKey {
    /// # Errors
    /// A key that is empty or holds a line feed.
    pub fn parse(text: &str) -> Result<RecordKey, KeyError> {
        check(text)?;
        Ok(RecordKey(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(super) fn check(key: &str) -> Result<(), KeyError> {
    if key.is_empty() {
        return Err(KeyError::Empty);
    }
    if key.as_bytes().contains(&b'\n') {
        return Err(KeyError::LineFeed(key.to_owned()));
    }
    Ok(())
}

impl TryFrom<String> for RecordKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<RecordKey, KeyError> {
        check(&text)?;
        Ok(RecordKey(text))
    }
}

impl From<RecordKey> for String {
    fn from(key: RecordKey) -> String {
        key.0
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a plan says of its frame: enough to hold anybody to it, without the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameDigest {
    /// SHA-256 of the keys, distinct, sorted by their bytes, each followed by LF.
    pub frame_sha256: Digest,
    /// The number of distinct keys.
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the record key {later:?} came after {earlier:?}: sort the keys by their bytes before they are hashed")]
    NotSorted { earlier: String, later: String },
}

/// Hashes a frame as its keys come by, so that they need not all be held.
pub struct FrameHasher {
    hash: Context,
    count: u64,
    last: String,
}

impl Default for FrameHasher {
    fn default() -> FrameHasher {
        FrameHasher { hash: Context::new(&SHA256), count: 0, last: String::new() }
    }
}

impl FrameHasher {
    pub fn new() -> FrameHasher {
        FrameHasher::default()
    }

    /// Takes the next key in the order of their bytes. A key that comes again at once counts once.
    ///
    /// # Errors
    /// A key that is empty or holds a line feed, or that sorts before the one before it.
    pub fn push(&mut self, key: &str) -> Result<(), FrameError> {
        check(key)?;
        if key < self.last.as_str() {
            return Err(FrameError::NotSorted { earlier: self.last.clone(), later: key.to_owned() });
        }
        if key == self.last {
            return Ok(());
        }
        self.hash.update(key.as_bytes());
        self.hash.update(b"\n");
        self.count += 1;
        self.last.clear();
        self.last.push_str(key);
        Ok(())
    }

    pub fn finish(self) -> FrameDigest {
        FrameDigest { frame_sha256: self.hash.finish().into(), count: self.count }
    }
}

/// The keys of a population, distinct and sorted by their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    keys: Vec<String>,
    digest: FrameDigest,
}

impl Frame {
    /// Keys in any order; one that comes more than once counts once.
    ///
    /// # Errors
    /// A key that is empty or holds a line feed.
    pub fn of(keys: impl IntoIterator<Item = String>) -> Result<Frame, KeyError> {
        let mut keys: Vec<String> = keys.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        let mut hash = Context::new(&SHA256);
        for key in &keys {
            check(key)?;
            hash.update(key.as_bytes());
            hash.update(b"\n");
        }
        let digest = FrameDigest { frame_sha256: hash.finish().into(), count: keys.len() as u64 };
        Ok(Frame { keys, digest })
    }

    pub fn digest(&self) -> FrameDigest {
        self.digest
    }

    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.keys.iter().map(String::as_str)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.keys.binary_search_by(|held| held.as_str().cmp(key)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(keys: &[&str]) -> Result<FrameDigest, FrameError> {
        let mut hasher = FrameHasher::new();
        keys.iter().try_for_each(|key| hasher.push(key))?;
        Ok(hasher.finish())
    }

    #[test]
    fn a_frame_is_its_distinct_keys_sorted_by_bytes_each_on_its_line() {
        let frame = Frame::of(["é", "b", "B", "b", "a1"].map(String::from)).unwrap();
        assert_eq!(frame.keys().collect::<Vec<_>>(), ["B", "a1", "b", "é"]);
        assert_eq!(frame.digest(), FrameDigest { frame_sha256: Digest::of("B\na1\nb\né\n".as_bytes()), count: 4 });
        assert_eq!(hashed(&["B", "a1", "b", "b", "é"]), Ok(frame.digest()));
        assert!(frame.contains("b") && !frame.contains("c"));
        assert_eq!(Frame::of([]).unwrap().digest(), hashed(&[]).unwrap());
    }

    #[test]
    fn a_key_that_cannot_stand_on_a_line_is_refused_by_name() {
        let frame = |key: &str| Frame::of(["a".to_owned(), key.to_owned()]).unwrap_err().to_string();
        assert!(frame("two\nlines").contains(r#""two\nlines""#));
        assert!(frame("").starts_with("a record has an empty key"));
        assert_eq!(hashed(&["x\n"]), Err(FrameError::Key(KeyError::LineFeed("x\n".into()))));
    }

    #[test]
    fn keys_out_of_order_are_refused_by_name() {
        let message = hashed(&["a", "é", "z"]).unwrap_err().to_string();
        assert!(message.starts_with(r#"the record key "z" came after "é""#), "{message}");
    }
}
