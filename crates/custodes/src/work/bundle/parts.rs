//! Parts of a bundle that others work with once [`super::open()`] has looked at all of it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use custodes_compliance::acts::AuditId;
use custodes_journal::hash::Hash;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::TreeSize;

use super::{INFO, Info, SINCE_PREVIOUS, container};
use crate::work::WorkError;

/// Nothing here was held against the journal: that is [`super::open()`]'s.
#[derive(Debug)]
pub struct Parts {
    /// Of the file.
    pub sha256: String,
    /// From the size of the previous bundle for the same receiver to this one's.
    pub since_previous: Option<(TreeSize, ConsistencyProof)>,
    /// The frames, by audit and the number of the plan from 1.
    pub frames: BTreeMap<(AuditId, usize), String>,
}

/// # Errors
/// When it is no bundle, or cannot be read.
pub fn parts(path: &Path) -> Result<Parts, WorkError> {
    let file = std::fs::File::open(path).map_err(WorkError::file(path, "cannot be opened"))?;
    let mut bytes = Vec::new();
    file.take(container::MOST_BYTES + 1).read_to_end(&mut bytes).map_err(WorkError::file(path, "cannot be read"))?;
    let files = container::read(&bytes).map_err(|why| format!("{}: {why}", path.display()))?;
    let text = |name: &str| files.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let info = text(INFO).and_then(|info| serde_json::from_str::<Info>(info).ok());
    let previous = info.and_then(|info| info.previous).map(|(size, _)| TreeSize(size));
    let proof = text(SINCE_PREVIOUS).and_then(|lines| ConsistencyProof::parse_lines(lines).ok());
    let frames = files.keys().filter_map(|name| Some((frame_of(name)?, text(name)?.to_owned())));
    Ok(Parts { sha256: Hash::of(&bytes).to_string(), since_previous: previous.zip(proof), frames: frames.collect() })
}

/// The audit and plan of a frame, by the file's name.
fn frame_of(name: &str) -> Option<(AuditId, usize)> {
    let (audit, plan) = name.strip_prefix("frames/")?.strip_suffix(".jsonl")?.rsplit_once('-')?;
    Some((AuditId::parse(audit).ok()?, plan.parse().ok()?))
}
