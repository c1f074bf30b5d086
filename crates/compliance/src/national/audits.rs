//! Which audits an LEA made, and which are due.

use std::collections::BTreeMap;

use custodes_standard::model::{By, Every, Period};
use custodes_standard::v3;
use serde::Serialize;

use crate::acts::ReceiptId;
use crate::acts::audit::Size;
use crate::acts::national::{BundleReceived, StatedAudit};
use crate::cadence::{due_after, every, period};
use crate::london;
use crate::record::Recorded;
use crate::time::{Day, Instant};

/// An audit, and the receipt of the bundle that stated it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatedByLea {
    pub receipt: ReceiptId,
    #[serde(flatten)]
    pub audit: StatedAudit,
    /// What must not be overlooked in it.
    pub remarks: Vec<&'static str>,
}

impl StatedAudit {
    /// What whoever reads its figures must not overlook, in a bundle made at this instant.
    pub fn remarks(&self, made_at: Instant) -> Vec<&'static str> {
        let unexamined = (self.examined == 0).then_some("no record was examined");
        let ahead = (london::midnight(self.to) > made_at).then_some("its period ends after the bundle was made");
        unexamined.into_iter().chain(ahead).collect()
    }

    /// The rate or size that was planned; `None` where no sample was.
    pub fn planned_in_words(&self) -> Option<String> {
        Some(match self.planned.as_ref()? {
            Size::Rate(rate) => rate.clone(),
            Size::Number(1) => "1 record".to_owned(),
            Size::Number(number) => format!("{number} records"),
            Size::Everything => "every record".to_owned(),
        })
    }
}

/// A clause that the LEA's auditor repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditDue {
    pub clause: &'static str,
    pub title: &'static str,
    /// The day on which it was completed last, of the audits that were signed off.
    pub last: Option<Day>,
    /// None where no bundle has stated such an audit: then nobody here can say when the next is due.
    pub due: Option<Day>,
    /// 0 up to the due day.
    pub days_late: i64,
}

pub(super) fn stated(accepted: &[(&ReceiptId, &Recorded<BundleReceived>)]) -> Vec<StatedByLea> {
    let mut latest: BTreeMap<(usize, &str), StatedByLea> = BTreeMap::new();
    for (id, receipt) in accepted {
        for audit in &receipt.what.audits {
            let remarks = audit.remarks(receipt.what.made_at);
            let told = StatedByLea { receipt: **id, audit: audit.clone(), remarks };
            latest.insert((audit.audit.len(), &audit.audit), told);
        }
    }
    latest.into_values().collect()
}

pub(super) fn cadence(accepted: &[(&ReceiptId, &Recorded<BundleReceived>)], as_of: Day) -> Vec<AuditDue> {
    let stated = stated(accepted);
    let parameters = accepted.last().map(|(_, receipt)| &receipt.what.parameters[..]).unwrap_or_default();
    let clauses = v3::CLAUSES.iter().filter(|clause| clause.by == By::Auditor);
    let repeated = clauses.filter_map(|clause| Some((*clause, period_stated(every(clause)?, parameters)?)));
    repeated
        .map(|(clause, every)| {
            let of_clause = stated.iter().filter(|told| told.audit.clause == clause.id && told.audit.signed_off);
            let last = of_clause.map(|told| london::day_of(told.audit.completed_at)).max();
            let due = last.map(|last| due_after(last, every));
            let days_late = due.map_or(0, |due| super::days_late(due, as_of));
            AuditDue { clause: clause.id, title: clause.title, last, due, days_late }
        })
        .collect()
}

/// The period by the LEA's own parameters, as its latest bundle stated them.
fn period_stated(every: Every, parameters: &[(String, String)]) -> Option<Period> {
    let stated = |name: &str| parameters.iter().find(|(stated, _)| stated == name)?.1.parse().ok();
    period(every, stated)
}
