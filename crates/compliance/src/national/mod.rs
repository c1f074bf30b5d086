//! The National Auditor's view over all LEAs: what came and what did not, who reported in time, which
//! audits are due, and figures that may be compared.
//!
//! Everything here is what verified bundles stated and what the National Auditor's own journal holds.
//! Where the two can differ, both are said: an LEA says when it reported, and the receipt says when it came.

mod audits;
pub mod controllers;
mod figures;
mod noncompliance;
mod receipt;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::acts::DemandId;
use crate::acts::ReceiptId;
use crate::acts::national::{BundleReceived, Demand};
use crate::record::{Record, Recorded};
use crate::time::{Day, Instant};

pub use audits::{AuditDue, StatedByLea};
pub use figures::{ClauseFigures, Figure, Fraction};
pub use noncompliance::{Punctuality, ReportedMatter};
pub use receipt::Receipt;

/// All LEAs of the register, and what can be compared among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct National {
    pub as_of: Day,
    /// By their short names.
    pub leas: Vec<Lea>,
    pub figures: Vec<ClauseFigures>,
}

/// What is known of one LEA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lea {
    pub lea: String,
    pub name: String,
    /// The latest bundle in which everything held.
    pub last_bundle: Option<LastBundle>,
    /// Bundles refused since then.
    pub refused_since: Vec<RefusedBundle>,
    /// The latest bundle whose checkpoint was cosigned when it came.
    pub last_witnessed: Option<LastWitnessed>,
    pub returns: Vec<Return>,
    pub noncompliances: Vec<ReportedMatter>,
    /// Every audit that a bundle stated, as the latest one states it.
    pub audits: Vec<StatedByLea>,
    /// The clauses that the LEA's auditor repeats, with when each was audited last.
    pub cadence: Vec<AuditDue>,
    pub demands: Vec<DemandOn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastBundle {
    pub receipt: ReceiptId,
    pub received_on: Day,
    pub made_at: Instant,
    /// How many entries of the LEA's journal it proves.
    pub size: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedBundle {
    pub receipt: ReceiptId,
    pub received_on: Day,
    pub defects: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastWitnessed {
    pub size: u64,
    pub at: Instant,
}

/// A return that is expected of an LEA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Return {
    pub what: String,
    pub due: Day,
    #[serde(flatten)]
    pub came: Came,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Came {
    /// Not yet, and it need not have.
    Expected,
    Received {
        receipt: ReceiptId,
        on: Day,
        /// 0 in time.
        days_late: i64,
    },
    Missing {
        days_late: i64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemandOn {
    pub demand: DemandId,
    pub is: Demand,
    pub what: String,
    pub made_on: Day,
    pub due: Day,
    pub met_on: Option<Day>,
    /// Past its day, met or not; 0 in time.
    pub days_late: i64,
    /// To whom it went, and when.
    pub escalated: Vec<(Day, String)>,
}

impl DemandOn {
    pub fn open(&self) -> bool {
        self.met_on.is_none()
    }
}

/// How many days after `due`; 0 up to it.
fn days_late(due: Day, done: Day) -> i64 {
    done.days_since(due).max(0)
}

/// The bundles of an LEA in which everything held, in the order in which they came.
fn accepted<'a>(record: &'a Record, lea: &str) -> Vec<(&'a ReceiptId, &'a Recorded<BundleReceived>)> {
    let of_lea = |what: &BundleReceived| what.lea == lea && what.defects.is_empty();
    let mut receipts: Vec<_> = record.receipts.iter().filter(|(_, receipt)| of_lea(&receipt.what)).collect();
    receipts.sort_by_key(|(_, receipt)| receipt.done.entry);
    receipts
}

impl National {
    /// The view on a day; `nc_report_days` is the parameter of 8.2.8.
    pub fn of(record: &Record, as_of: Day, nc_report_days: i64) -> National {
        let leas = record.leas.keys().map(|lea| Lea::of(record, lea, as_of, nc_report_days)).collect();
        National { as_of, leas, figures: figures::of(record) }
    }
}

impl Lea {
    fn of(record: &Record, lea: &str, as_of: Day, nc_report_days: i64) -> Lea {
        let accepted = accepted(record, lea);
        let last_bundle = accepted.last().map(|(id, receipt)| LastBundle {
            receipt: **id,
            received_on: receipt.done.day(),
            made_at: receipt.what.made_at,
            size: receipt.what.size,
        });
        let since = accepted.last().map(|(_, receipt)| receipt.done.entry);
        let refused = record.receipts.iter().filter(|(_, receipt)| {
            let BundleReceived { lea: from, defects, .. } = &receipt.what;
            from == lea && !defects.is_empty() && since.is_none_or(|since| receipt.done.entry > since)
        });
        let refused_since = refused.map(|(id, receipt)| RefusedBundle {
            receipt: *id,
            received_on: receipt.done.day(),
            defects: receipt.what.defects.clone(),
        });
        let witnessed = accepted
            .iter()
            .rev()
            .find_map(|(_, receipt)| receipt.what.witnessed_at.map(|at| LastWitnessed { size: receipt.what.size, at }));
        Lea {
            lea: lea.to_owned(),
            name: record.leas.get(lea).map(|lea| lea.what.name.clone()).unwrap_or_default(),
            last_bundle,
            refused_since: refused_since.collect(),
            last_witnessed: witnessed,
            returns: returns(record, lea, &accepted, as_of),
            noncompliances: noncompliance::of(&accepted, as_of, nc_report_days),
            audits: audits::stated(&accepted),
            cadence: audits::cadence(&accepted, as_of),
            demands: demands(record, lea, as_of),
        }
    }

    /// Matters that are not closed, as far as the latest bundle says.
    pub fn open_noncompliances(&self) -> impl Iterator<Item = &ReportedMatter> {
        self.noncompliances.iter().filter(|matter| !matter.closed)
    }

    pub fn overdue_audits(&self) -> impl Iterator<Item = &AuditDue> {
        self.cadence.iter().filter(|clause| clause.days_late > 0)
    }
}

fn returns(
    record: &Record,
    lea: &str,
    accepted: &[(&ReceiptId, &Recorded<BundleReceived>)],
    as_of: Day,
) -> Vec<Return> {
    let of_lea = record.returns.iter().filter(|expected| expected.what.lea == lea);
    let mut returns: Vec<Return> = of_lea
        .map(|expected| {
            let (what, due) = (expected.what.what.clone(), expected.what.due);
            let came = match accepted.iter().find(|(_, receipt)| receipt.what.returns.contains(&what)) {
                Some((receipt, of)) => {
                    let on = of.done.day();
                    Came::Received { receipt: **receipt, on, days_late: days_late(due, on) }
                }
                None if as_of > due => Came::Missing { days_late: as_of.days_since(due) },
                None => Came::Expected,
            };
            Return { what, due, came }
        })
        .collect();
    returns.sort_by(|one, other| (one.due, &one.what).cmp(&(other.due, &other.what)));
    returns
}

fn demands(record: &Record, lea: &str, as_of: Day) -> Vec<DemandOn> {
    let of_lea = record.demands.values().filter(|demand| demand.what.lea == lea);
    of_lea
        .map(|demand| {
            let met_on = demand.met.as_ref().map(|(done, _)| done.day());
            DemandOn {
                demand: demand.what.demand,
                is: demand.what.is,
                what: demand.what.what.clone(),
                made_on: demand.made.day(),
                due: demand.what.due,
                met_on,
                days_late: days_late(demand.what.due, met_on.unwrap_or(as_of)),
                escalated: demand.escalated.iter().map(|(done, to, _)| (done.day(), to.clone())).collect(),
            }
        })
        .collect()
}
