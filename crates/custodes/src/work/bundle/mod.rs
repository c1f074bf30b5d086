//! A bundle: one file with everything that some audits rest on. Whoever has it and the journal's public key
//! needs nothing else.
//!
//! | file | what it is |
//! |---|---|
//! | `OFFICIAL-SENSITIVE.txt` | the marking, and how to verify, for whoever opens the archive by hand |
//! | `SHA256SUMS` | the hashes of all the others, as `sha256sum -c` reads them |
//! | `bundle.json` | [`Info`]: of which journal, for whom, which audits |
//! | `checkpoint.txt` | the signed checkpoint that covers all of it, with its cosignatures |
//! | `witnessed.txt`, `witnessed-consistency.txt` | the latest checkpoint that anybody cosigned, and the proof that the first continues it |
//! | `consistency.txt` | the proof that it continues the previous bundle for the same receiver |
//! | `entries.jsonl` | each entry with leaf, salt, content, and the proof that it is in the journal |
//! | `frames/A1-1.jsonl` | the frame of each plan |
//! | `evidence/A1.csv` | the rows that were judged |
//! | `report/A1.html`, `report/A1-consistency.txt` | the report issued last, and the proof that the checkpoint continues the one it rests on |
//! | `return/annual-return.html`, `return/annual-return.json` | the annual return on cameras (4.2), where one was asked for |
//! | `attachments/…` | what was attached, each under its SHA-256 |
//!
//! Making one is an act: its entry names the contents and the entries that the bundle carries, and is in the
//! bundle itself. So nobody who passes a bundle on can exchange a row, or leave an entry out.

mod checking;
mod container;
mod contents;
mod entries;
mod make;
mod open;
mod parts;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use custodes_compliance::acts::AuditId;
use custodes_compliance::acts::retention::ReturnPeriod;
use custodes_compliance::time::Instant;
use custodes_journal::hash::Hash;
use serde::{Deserialize, Serialize};

pub use container::MARKING;
pub use make::{AnnualReturn, Asked, make};
pub use open::{Opened, open, open_with};
pub use parts::parts;

/// The annual return, as a page and for programs.
const RETURN_PAGE: &str = "return/annual-return.html";
const RETURN_JSON: &str = "return/annual-return.json";

const FORM: &str = "custodes-bundle/v1";

const READ_ME: &str = "OFFICIAL-SENSITIVE.txt";
const SUMS: &str = "SHA256SUMS";
const INFO: &str = "bundle.json";
const CHECKPOINT: &str = "checkpoint.txt";
const WITNESSED: &str = "witnessed.txt";
const SINCE_WITNESSED: &str = "witnessed-consistency.txt";
const SINCE_PREVIOUS: &str = "consistency.txt";
const ENTRIES: &str = "entries.jsonl";

/// What a bundle says of itself. All of it is held against the journal's own entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    pub form: String,
    pub marking: String,
    /// The LEA's name, or the office's.
    pub lea: String,
    /// The journal's name.
    pub origin: String,
    /// Its public key. It proves nothing about whose it is: that the receiver knows from elsewhere.
    pub key: String,
    /// The checkpoint's: entries, and the root over them in hexadecimal.
    pub size: u64,
    pub root: String,
    /// The entry by which the bundle was made, and when.
    pub entry: u64,
    pub made_at: Instant,
    pub for_whom: String,
    pub audits: Vec<AuditId>,
    /// The annual return on cameras (4.2) is in it, of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_return: Option<ReturnPeriod>,
    /// An audit in it is not finished, or no report of it was issued since it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interim: bool,
    /// The version of the standard that the workspace follows.
    pub standard: String,
    /// The program that wrote it.
    pub program: String,
    /// Size and root of the checkpoint in the previous bundle for this receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<(u64, String)>,
}

impl Info {
    fn to_text(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(self).unwrap_or_default())
    }

    /// What it is a bundle of: `A1, A2`, and the annual return.
    pub fn holds(&self) -> String {
        let audits: Vec<String> = self.audits.iter().map(ToString::to_string).collect();
        let annual = self.annual_return.map(|of| format!("annual return (4.2) {} up to {}", of.from, of.to));
        audits.into_iter().chain(annual).collect::<Vec<_>>().join(", ")
    }

    /// What whoever opens the archive by hand reads first.
    fn read_me(&self) -> String {
        format!(
            "{MARKING}\n\n\
             {} of {} for {}: {}.\n\
             Made on {}, from the journal {} at {} entries.\n{}\n\
             It holds personal data. Handle, send and dispose of it as its marking asks.\n\n\
             To verify it, with no workspace and no network:\n\n    \
             custodes verify FILE --key KEY\n\n\
             where KEY is the public key of the journal, handed over by another way than this file.\n\
             Without this program: `sha256sum -c SHA256SUMS` shows whether the files are whole; checkpoint.txt is a\n\
             C2SP signed note; each line of entries.jsonl is a leaf of its RFC 6962 tree, with the proof of it; a draw\n\
             is repeated from frames/ and the seed with the Python package consistent-sampler.\n\n\
             {MARKING}\n",
            if self.annual_return.is_some() { "Records and the annual return" } else { "Audit records" },
            self.lea,
            self.for_whom,
            self.holds(),
            self.made_at,
            self.origin,
            self.size,
            if self.interim { "INTERIM: an audit in it is not finished, or not reported on.\n" } else { "" },
        )
    }
}

/// One line for each file, as `sha256sum` writes them.
fn sums<'a, B: AsRef<[u8]> + 'a>(files: impl IntoIterator<Item = (&'a str, B)>) -> String {
    files.into_iter().map(|(name, bytes)| format!("{}  {name}\n", Hash::of(bytes.as_ref()))).collect()
}

fn frame_name(audit: &AuditId, plan: usize) -> String {
    format!("frames/{audit}-{plan}.jsonl")
}

fn evidence_name(audit: &AuditId) -> String {
    format!("evidence/{audit}.csv")
}

fn report_name(audit: &AuditId) -> String {
    format!("report/{audit}.html")
}

fn since_report_name(audit: &AuditId) -> String {
    format!("report/{audit}-consistency.txt")
}

fn attachment_name(sha256: &str) -> String {
    format!("attachments/{sha256}")
}

/// Files by their names in the bundle.
type Files = BTreeMap<String, Vec<u8>>;
