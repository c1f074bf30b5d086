//! The form of what signers and witnesses remember: the form's name first, a hash of it all last, so that a
//! damaged file is not taken for a rewritten journal.
//!
//! The hash protects against accidents only; whoever may write the file may write another one.

use crate::hash::Hash;

/// Why a memory cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error(
        "the memory is of the form {found:?}, and {expected:?} is read here: it is of another version, or another file"
    )]
    OtherForm { expected: &'static str, found: String },
    #[error("the memory is damaged: its last line is not the hash of the lines before it")]
    Damaged,
    #[error("the memory is damaged: its line {line} is not as it is written")]
    Line { line: usize },
}

pub(crate) fn seal(form: &str, lines: &str) -> String {
    let text = format!("{form}\n{lines}");
    let hash = Hash::of(text.as_bytes());
    format!("{text}{hash}\n")
}

/// The lines between form and hash, each ended by LF.
pub(crate) fn unseal<'t>(form: &'static str, text: &'t str) -> Result<&'t str, Unreadable> {
    let first = text.split('\n').next().unwrap_or_default();
    if first != form {
        return Err(Unreadable::OtherForm { expected: form, found: first.to_owned() });
    }
    let sealed = text.strip_suffix('\n').and_then(|text| text.rfind('\n')).ok_or(Unreadable::Damaged)?;
    let (lines, hash) = text.split_at(sealed + 1);
    if Hash::parse(&hash[..hash.len() - 1]) != Some(Hash::of(lines.as_bytes())) {
        return Err(Unreadable::Damaged);
    }
    Ok(&lines[form.len() + 1..])
}
