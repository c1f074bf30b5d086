//! 8.2.8 from the other side: when each non-compliance reached the National Auditor.

use std::collections::BTreeMap;

use serde::Serialize;

use super::days_late;
use crate::acts::ReceiptId;
use crate::acts::national::{BundleReceived, StatedNoncompliance};
use crate::record::Recorded;
use crate::time::Day;

/// One matter of an LEA, by the receipt and by the LEA's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedMatter {
    pub noncompliance: String,
    pub clause: String,
    pub identified_on: Day,
    /// The last day on which the report is in time.
    pub due: Day,
    /// The first bundle that stated it, and the day on which that came.
    pub receipt: ReceiptId,
    pub received_on: Day,
    pub by_receipt: Punctuality,
    /// When the LEA says that it reported it.
    pub stated_on: Option<Day>,
    pub as_stated: Punctuality,
    pub closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "was")]
pub enum Punctuality {
    InTime,
    Late {
        days: i64,
    },
    /// Not reported yet, and it need not be.
    Awaited,
    /// Not reported, and past its day.
    NotReported {
        days: i64,
    },
}

impl Punctuality {
    fn of(due: Day, reported: Option<Day>, as_of: Day) -> Punctuality {
        match (reported, days_late(due, reported.unwrap_or(as_of))) {
            (Some(_), 0) => Punctuality::InTime,
            (Some(_), days) => Punctuality::Late { days },
            (None, 0) => Punctuality::Awaited,
            (None, days) => Punctuality::NotReported { days },
        }
    }

    pub fn in_words(self) -> String {
        let days = |days: i64| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        match self {
            Punctuality::InTime => "in time".to_owned(),
            Punctuality::Late { days: late } => format!("{} late", days(late)),
            Punctuality::Awaited => "awaited".to_owned(),
            Punctuality::NotReported { days: late } => format!("not reported, {} late", days(late)),
        }
    }
}

/// Matters by their names, as the bundles stated them. What is closed is taken from the latest; when it was
/// identified from the first, so that a clock once started runs on.
pub(super) fn of(
    accepted: &[(&ReceiptId, &Recorded<BundleReceived>)],
    as_of: Day,
    nc_report_days: i64,
) -> Vec<ReportedMatter> {
    let mut matters: BTreeMap<&str, (ReceiptId, Day, &StatedNoncompliance, &StatedNoncompliance)> = BTreeMap::new();
    for (id, receipt) in accepted {
        for stated in &receipt.what.noncompliances {
            matters.entry(&stated.noncompliance).and_modify(|(.., latest)| *latest = stated).or_insert((
                **id,
                receipt.done.day(),
                stated,
                stated,
            ));
        }
    }
    let mut told: Vec<ReportedMatter> = matters
        .into_values()
        .map(|(receipt, received_on, first, latest)| {
            let due = first.identified_on.plus_days(nc_report_days);
            ReportedMatter {
                noncompliance: first.noncompliance.clone(),
                clause: latest.clause.clone(),
                identified_on: first.identified_on,
                due,
                receipt,
                received_on,
                by_receipt: Punctuality::of(due, Some(received_on), as_of),
                stated_on: latest.reported_on,
                as_stated: Punctuality::of(due, latest.reported_on, as_of),
                closed: latest.closed,
            }
        })
        .collect();
    // N10 comes after N9.
    told.sort_by_key(|matter| (matter.noncompliance.len(), matter.noncompliance.clone()));
    told
}
