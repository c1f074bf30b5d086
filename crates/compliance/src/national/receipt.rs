//! What the National Auditor gives back for a bundle: the LEA keeps it, and can show what it sent and when.

use serde::Serialize;

use crate::acts::ReceiptId;
use crate::acts::national::{BundleReceived, StatedAudit, StatedNoncompliance};
use crate::acts::retention::ReturnPeriod;
use crate::record::Record;
use crate::time::Instant;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub receipt: ReceiptId,
    /// The LEA's short name, and its name.
    pub lea: String,
    pub name: String,
    /// Of the National Auditor's workspace: the office, and the entry of its journal.
    pub office: String,
    pub entry: u64,
    pub received_at: Instant,
    pub received_by: String,
    /// The file.
    pub sha256: String,
    pub bytes: u64,
    /// How many entries of the LEA's journal it proves, and the root over them in hexadecimal.
    pub size: u64,
    pub root: String,
    pub made_at: Instant,
    /// Why it was refused; empty when everything held.
    pub defects: Vec<String>,
    pub annual_return: Option<ReturnPeriod>,
    pub returns: Vec<String>,
    pub audits: Vec<StatedAudit>,
    pub noncompliances: Vec<StatedNoncompliance>,
    pub witnessed_at: Option<Instant>,
    /// Signature lines, each ended by LF; empty where nobody cosigned.
    pub cosignature: String,
}

impl Receipt {
    /// `None` where there is no such receipt.
    pub fn of(record: &Record, receipt: ReceiptId) -> Option<Receipt> {
        let recorded = record.receipts.get(&receipt)?;
        let what: &BundleReceived = &recorded.what;
        Some(Receipt {
            receipt,
            lea: what.lea.clone(),
            name: record.leas.get(&what.lea).map(|lea| lea.what.name.clone()).unwrap_or_default(),
            office: record.workspace.as_ref().map(|workspace| workspace.what.lea.clone()).unwrap_or_default(),
            entry: recorded.done.entry,
            received_at: recorded.done.at,
            received_by: record.name_of(&recorded.done.by),
            sha256: what.sha256.clone(),
            bytes: what.bytes,
            size: what.size,
            root: what.root.clone(),
            made_at: what.made_at,
            defects: what.defects.clone(),
            annual_return: what.annual_return,
            returns: what.returns.clone(),
            audits: what.audits.clone(),
            noncompliances: what.noncompliances.clone(),
            witnessed_at: what.witnessed_at,
            cosignature: what.cosignature.clone(),
        })
    }

    pub fn accepted(&self) -> bool {
        self.defects.is_empty()
    }
}
