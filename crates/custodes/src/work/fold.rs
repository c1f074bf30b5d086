//! The record, kept up to some entry, so that opening a workspace does not read the whole journal.
//!
//! It is never a source of truth: it is signed together with the journal's size and root, taken up only
//! where those still hold, and `verify` folds the journal anew and compares.

use custodes_compliance::record::Record;
use custodes_journal::hash::Hash;
use custodes_journal::key::{SignerKey, VerifierKey};
use custodes_journal::log::Head;
use custodes_journal::note::Note;
use custodes_journal::tree::TreeSize;

/// Under which name the store keeps it.
pub const NAME: &str = "record";
/// Another program version may fold otherwise, so it folds anew.
const FORM: &str = concat!("custodes-record/v1 ", env!("CARGO_PKG_VERSION"));
/// How many entries are folded at opening, at most, before the fold is kept again.
pub const EVERY: u64 = 512;

/// A note over form, size, root and the hash of what follows it; then the record.
pub fn seal(record: &Record, head: Head, key: &SignerKey) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(record).ok()?;
    let text = format!("{FORM}\n{}\n{}\n{}\n", head.size.0, head.root, Hash::of(&json));
    let note = Note::sign(&text, key).ok()?.to_text();
    let mut bytes = format!("{}\n{note}", note.len()).into_bytes();
    bytes.extend(json);
    Some(bytes)
}

/// The record and the head it stands for; `None` where anything about it is not as it must be.
pub fn unseal(bytes: &[u8], key: &VerifierKey) -> Option<(Record, Head)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let length: usize = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    let note = bytes.get(end + 1..(end + 1).checked_add(length)?)?;
    let json = &bytes[end + 1 + length..];
    let note = Note::parse(note).ok()?;
    note.open(std::slice::from_ref(key)).ok()?;
    let lines: Vec<&str> = note.text().split('\n').collect();
    let [FORM, size, root, hash, ""] = lines[..] else { return None };
    if Hash::parse(hash)? != Hash::of(json) {
        return None;
    }
    let head = Head { size: TreeSize(size.parse().ok()?), root: Hash::parse(root)? };
    Some((serde_json::from_slice(json).ok()?, head))
}

/// Whether it says that this version of the program sealed it. Another version's is passed over, not accused.
pub fn is_of_this_version(bytes: &[u8]) -> bool {
    let after = bytes.iter().position(|byte| *byte == b'\n').map(|end| &bytes[end + 1..]);
    after.is_some_and(|note| note.starts_with(FORM.as_bytes()))
}
