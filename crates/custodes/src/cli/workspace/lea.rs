//! `custodes lea`: the register of LEAs, what is expected of them, and receipts for what came.

use std::path::{Path, PathBuf};

use custodes_compliance::acts::national::{LeaRegistered, ReturnExpected, StatedAudit};
use custodes_compliance::acts::{Act, Mark, ReceiptId};
use custodes_compliance::london;
use custodes_compliance::national::Receipt;
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use custodes_journal::key::{Algorithm, VerifierKey};
use serde_json::json;

use super::{Place, day, name};
use crate::cli::Mistakes;
use crate::work::{WorkError, random};

/// The register of LEAs
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Puts an LEA into the register, with the key by which its bundles are verified
    Register {
        /// A short name, unique in the register
        lea: String,
        #[arg(long)]
        name: String,
        /// The public key of its journal, handed over by another way than its bundles
        #[arg(long, value_name = "VKEY")]
        key: String,
        /// Whom to ask
        #[arg(long, default_value = "")]
        contact: String,
    },
    /// Lists the register
    List,
    /// Expects a return of an LEA by a day: the annual one (4.2), or another
    Expect {
        lea: String,
        /// What it is, in the words by which it will be received: "annual return 2026"
        what: String,
        #[arg(long, value_parser = day)]
        due: Day,
    },
    /// Prints a receipt again
    Receipt {
        #[arg(value_parser = name::<ReceiptId>)]
        receipt: ReceiptId,
        /// Write it as a page too
        #[arg(long, value_name = "FILE.html")]
        html: Option<PathBuf>,
    },
}

pub fn run(place: &Place, verb: Verb) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Verb::Register { lea, name, key, contact } => {
            let key = VerifierKey::parse(key.trim())?;
            if key.algorithm() != Algorithm::Ed25519 {
                return Err(format!("{} is the key of a witness, not of a journal", key.name()).into());
            }
            let mark = Mark::of(random()?);
            session.act(|_| {
                let (lea, name, contact) = (lea.clone(), name.clone(), contact.clone());
                Ok(Act::from(LeaRegistered { lea, name, key: key.to_string(), contact, mark: mark.clone() }))
            })?;
            session.say(&format!("{name} ({lea}) is in the register"), json!({ "lea": lea, "key": key.to_string() }))
        }
        Verb::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadNational, None)?;
            let record = &session.workspace.record;
            let lines = record.leas.iter().map(|(lea, of)| {
                let contact = if of.what.contact.is_empty() { "-" } else { &of.what.contact };
                format!("{lea:<16} {:<32} {contact:<24} {}", of.what.name, of.what.key)
            });
            let lines: Vec<String> = lines.collect();
            let text = if lines.is_empty() {
                "The register is empty: custodes lea register".to_owned()
            } else {
                lines.join("\n")
            };
            session.say(&text, json!(record.leas))
        }
        Verb::Expect { lea, what, due } => {
            session.act(|_| Ok(Act::from(ReturnExpected { lea: lea.clone(), what: what.clone(), due })))?;
            session.say(
                &format!("{what:?} is expected of {lea} by {due}"),
                json!({ "lea": lea, "what": what, "due": due }),
            )
        }
        Verb::Receipt { receipt, html } => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadNational, None)?;
            let told =
                Receipt::of(&session.workspace.record, receipt).ok_or(format!("there is no receipt {receipt}"))?;
            if let Some(file) = html {
                write_page(&file, &custodes_pages::receipt(&told))?;
            }
            session.say(&receipt_text(&told), json!(told))
        }
    }
}

/// Writes a page beside the answer; never over another file.
pub fn write_page(file: &Path, page: &str) -> Result<(), WorkError> {
    use std::io::Write;
    let mut new =
        std::fs::File::create_new(file).map_err(WorkError::file(file, "cannot be made (it must be a new file)"))?;
    new.write_all(page.as_bytes()).map_err(WorkError::file(file, "cannot be written"))
}

/// The receipt as text, for the LEA to keep.
pub fn receipt_text(told: &Receipt) -> String {
    let mut lines = vec![
        format!("RECEIPT {} of {}, entry {} of its journal", told.receipt, told.office, told.entry),
        format!("  from          {} ({})", told.name, told.lea),
        format!("  received      {} by {}", london::in_words(told.received_at), told.received_by),
        format!("  file          SHA-256 {}, {} bytes", told.sha256, told.bytes),
        format!("  journal       {} entries, root {}, made {}", told.size, told.root, london::in_words(told.made_at)),
    ];
    lines.extend(told.returns.iter().map(|what| format!("  return        {what}")));
    if told.accepted() {
        lines.push("  verified      everything in it holds".to_owned());
        lines.extend(told.audits.iter().map(|audit| {
            let signed = if audit.signed_off { "signed off" } else { "not signed off" };
            format!("  audit         {}; {signed}", stated(audit))
        }));
        lines.extend(told.noncompliances.iter().map(|matter| {
            let state = if matter.closed { "closed" } else { "open" };
            let reported = matter
                .reported_on
                .map_or("not reported, as stated".to_owned(), |on| format!("reported {on}, as stated"));
            format!(
                "  non-compliance {} of {}, identified {}, {reported}; {state}",
                matter.noncompliance, matter.clause, matter.identified_on
            )
        }));
    } else {
        lines.push("  REFUSED, because:".to_owned());
        lines.extend(told.defects.iter().map(|defect| format!("    - {defect}")));
    }
    if let Some(at) = told.witnessed_at {
        lines.push(format!(
            "  witnessed     {}; the line below adds the cosignature to the LEA's journal (custodes witness add)",
            london::in_words(at)
        ));
        lines.push(told.cosignature.trim_end().to_owned());
    }
    lines.join("\n")
}

/// An audit of an LEA, as its bundle states it.
pub(super) fn stated(audit: &StatedAudit) -> String {
    format!(
        "{} of {}, {} to {}: {} records, {} examined, {} failed, {} findings",
        audit.audit, audit.clause, audit.from, audit.to, audit.population, audit.examined, audit.failed, audit.findings
    )
}
