//! `custodes lea`: the register of LEAs, what is expected of them, and receipts for what came.

use std::path::PathBuf;

use custodes_compliance::acts::national::{
    LeaRegistered, ReturnExpected, ReturnKind, StatedAudit, StatedNoncompliance,
};
use custodes_compliance::acts::schedule::Outcome;
use custodes_compliance::acts::{Act, Mark, ReceiptId};
use custodes_compliance::london;
use custodes_compliance::national::Receipt;
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use custodes_journal::key::{Algorithm, VerifierKey};
use serde_json::json;

use super::{Place, day, name};
use crate::cli::Mistakes;
use crate::words::{counted, grouped};
use crate::work::{outgoing, random};

/// The register of LEAs
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Puts an LEA into the register, with the key by which its bundles are verified
    Register {
        /// A short name, unique in the register
        lea: String,
        /// Its full name
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
        /// The LEA, by its short name
        lea: String,
        /// What it is, in the words by which it will be received: "annual return 2026"
        what: String,
        /// The last day for it
        #[arg(long, value_name = "DAY", value_parser = day)]
        due: Day,
        /// What it has to hold: a bundle without the annual return is not received as one
        #[arg(long, value_enum, default_value = "other")]
        kind: Kind,
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

/// What an expected return has to hold.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Kind {
    /// The annual return on cameras (4.2), as `custodes bundle --return` makes it
    AnnualReturn,
    /// What its words say: nothing is looked for
    Other,
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
        Verb::Expect { lea, what, due, kind } => {
            let (kind, is) = match kind {
                Kind::AnnualReturn => (ReturnKind::AnnualReturn, ", the annual return on cameras (4.2),"),
                Kind::Other => (ReturnKind::Other, ""),
            };
            session.act(|_| Ok(Act::from(ReturnExpected { lea: lea.clone(), what: what.clone(), due, kind })))?;
            session.say(
                &format!("{what:?}{is} is expected of {lea} by {due}"),
                json!({ "lea": lea, "what": what, "due": due, "kind": kind }),
            )
        }
        Verb::Receipt { receipt, html } => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadNational, None)?;
            let told =
                Receipt::of(&session.workspace.record, receipt).ok_or(format!("there is no receipt {receipt}"))?;
            if let Some(file) = html {
                outgoing::put_new(&file, custodes_pages::receipt(&told).as_bytes())?;
            }
            session.say(&receipt_text(&told), json!(told))
        }
    }
}

/// The receipt as text, for the LEA to keep.
pub fn receipt_text(told: &Receipt) -> String {
    let mut lines = vec![
        format!("RECEIPT {} of {}, entry {} of its journal", told.receipt, told.office, told.entry),
        format!("  from          {} ({})", told.name, told.lea),
        format!("  received      {} by {}", london::in_words(told.received_at), told.received_by),
        format!("  file          SHA-256 {}, {}", told.sha256, counted(told.bytes, "byte", "bytes")),
        format!(
            "  journal       {}, root {}, made {}",
            counted(told.size, "entry", "entries"),
            told.root,
            london::in_words(told.made_at)
        ),
    ];
    lines.extend(
        told.annual_return.map(|of| format!("  holds         the annual return (4.2), {} up to {}", of.from, of.to)),
    );
    lines.extend(told.returns.iter().map(|what| format!("  return        {what}")));
    if told.accepted() {
        lines.push("  verified      everything in it holds".to_owned());
        lines.extend(
            told.audits.iter().map(|audit| format!("  audit         {}", stated(audit, &audit.remarks(told.made_at)))),
        );
        lines.extend(told.noncompliances.iter().map(|matter| {
            let state = if matter.closed { "closed" } else { "open" };
            let reported = reported(matter);
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

/// When an LEA reported a matter, as it says, and when it said so.
fn reported(matter: &StatedNoncompliance) -> String {
    let Some(on) = matter.reported_on else { return "not reported, as stated".to_owned() };
    let stated = matter.stated_on.map_or(String::new(), |day| format!(" on {day}"));
    let without = if matter.lacks_audit_report { "; no audit report went with it" } else { "" };
    format!("reported {on}, as stated{stated}{without}")
}

/// An audit of an LEA, as its bundle states it.
pub(super) fn stated(audit: &StatedAudit, remarks: &[&str]) -> String {
    let outcome = audit.outcome.map_or("outcome not stated", Outcome::name);
    let planned = audit.planned_in_words().map_or("no sample planned".to_owned(), |size| format!("planned {size}"));
    let exceptions = audit.exceptions.map_or(String::new(), |of| {
        let number = of.confirmed + of.dismissed;
        let (confirmed, dismissed) = (grouped(of.confirmed), grouped(of.dismissed));
        let settled = counted(number, "machine exception", "machine exceptions");
        format!(", {settled} settled ({confirmed} confirmed, {dismissed} dismissed)")
    });
    let signed = if audit.signed_off { "signed off" } else { "NOT signed off" };
    let remarks: String = remarks.iter().map(|remark| format!("; {}", remark.to_uppercase())).collect();
    format!(
        "{} of {}, {} up to {}: {outcome}; {}, {planned}, {} examined, {} failed, {}{exceptions}; {signed}{remarks}",
        audit.audit,
        audit.clause,
        audit.from,
        audit.to,
        counted(audit.population, "record", "records"),
        grouped(audit.examined),
        grouped(audit.failed),
        counted(audit.findings, "finding", "findings")
    )
}
