//! `entries.jsonl`: an entry a line, with the proof that it is in the journal.

use custodes_journal::entry::{Content, Entry, Salt};
use custodes_journal::hash::Hash;
use custodes_journal::proof::InclusionProof;
use custodes_journal::tree::LeafIndex;
use serde::{Deserialize, Serialize};

/// An entry, and the hashes beside its way to the checkpoint's root.
pub struct Proven {
    pub entry: Entry,
    pub proof: InclusionProof,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    index: u64,
    leaf: String,
    /// Hexadecimal; salt and content are not there once they were disposed of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// Base64, from the leaf upwards, as C2SP writes proofs.
    proof: Vec<String>,
}

impl Proven {
    /// One line with its LF. Leaf and content are texts, and stand there to the byte.
    pub fn to_line(&self) -> Result<String, String> {
        let Proven { entry: Entry { index, leaf, content }, proof } = self;
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec())
                .map_err(|_| format!("entry {} is no text: `custodes verify` says more", index.0))
        };
        let line = Line {
            index: index.0,
            leaf: text(leaf)?,
            // A salt has as many bytes as a hash, and is written as one.
            salt: content.as_ref().map(|content| Hash(content.salt.0).to_string()),
            content: content.as_ref().map(|content| text(&content.bytes)).transpose()?,
            proof: proof.hashes().iter().map(Hash::to_base64).collect(),
        };
        let mut line = serde_json::to_string(&line).map_err(|error| error.to_string())?;
        line.push('\n');
        Ok(line)
    }

    /// `None` unless it is what [`Proven::to_line`] writes.
    pub fn parse(line: &str) -> Option<Proven> {
        let Line { index, leaf, salt, content, proof } = serde_json::from_str(line).ok()?;
        let content = match (salt, content) {
            (Some(salt), Some(content)) => {
                Some(Content { salt: Salt(Hash::parse(&salt)?.0), bytes: content.into_bytes() })
            }
            (None, None) => None,
            _ => return None,
        };
        let hashes = proof.iter().map(|hash| Hash::parse_base64(hash)).collect::<Option<Vec<_>>>()?;
        let entry = Entry { index: LeafIndex(index), leaf: leaf.into_bytes(), content };
        let proven = Proven { entry, proof: InclusionProof::new(hashes) };
        let same = proven.to_line().ok()?.strip_suffix('\n')? == line;
        same.then_some(proven)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_and_has_one_spelling() {
        let content = Some(Content { salt: Salt([7; 32]), bytes: br#"{"by":"p1"}"#.to_vec() });
        for content in [content, None] {
            let entry = Entry { index: LeafIndex(12), leaf: b"a leaf\nof lines\n".to_vec(), content };
            let proven = Proven { entry: entry.clone(), proof: InclusionProof::new(vec![Hash::of(b"x")]) };
            let line = proven.to_line().unwrap();
            let line = line.strip_suffix('\n').unwrap();
            assert_eq!(Proven::parse(line).unwrap().entry, entry);
            for other in
                [format!(" {line}"), line.replace(":12", ": 12"), line.replace("\"proof\"", "\"more\":1,\"proof\"")]
            {
                assert!(Proven::parse(&other).is_none(), "{other}");
            }
        }
    }
}
