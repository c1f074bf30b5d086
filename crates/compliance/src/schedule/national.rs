//! The clocks of the National Auditor's office: what LEAs owe it, and what did not hold.

use serde::Serialize;

use super::Sources;
use crate::acts::people::Kind;
use crate::acts::{DemandId, ReceiptId};
use crate::national::{Came, Lea, National};
use crate::time::Day;

/// A return that has not come, or came lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnClock {
    pub lea: String,
    pub what: String,
    pub due: Day,
    /// Until it is due, or was when it came; negative when that is past.
    pub days_left: i64,
    /// By which receipt, and when.
    pub received: Option<(ReceiptId, Day)>,
}

/// A demand that is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenDemand {
    pub demand: DemandId,
    pub lea: String,
    pub made_on: Day,
    pub due: Day,
    /// Negative when it is past.
    pub days_left: i64,
    /// To whom it went last, and when.
    pub escalated: Option<(Day, String)>,
}

/// A bundle in which something did not hold, and that no good one has followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedBundle {
    pub receipt: ReceiptId,
    pub lea: String,
    pub received_on: Day,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OfficeClocks {
    pub refused: Vec<RefusedBundle>,
    /// The most overdue first, then those expected, then those that came within `days_back`.
    pub returns: Vec<ReturnClock>,
    /// The most overdue first.
    pub demands: Vec<OpenDemand>,
}

impl OfficeClocks {
    /// Empty in the workspace of an LEA.
    pub(super) fn of(sources: &Sources<'_>) -> OfficeClocks {
        let national = sources.record.workspace.as_ref().is_some_and(|opened| opened.what.kind == Kind::National);
        if !national {
            return OfficeClocks::default();
        }
        let today = sources.today();
        let leas = National::of(sources.record, today, sources.nc_report_days).leas;
        let mut clocks = OfficeClocks::default();
        for lea in &leas {
            clocks.take(lea, today, sources.days_back);
        }
        clocks.refused.sort_by_key(|refused| (refused.received_on, refused.receipt));
        clocks.returns.sort_by_cached_key(|one| (one.received.is_some(), one.due, one.lea.clone(), one.what.clone()));
        clocks.demands.sort_by_key(|demand| (demand.due, demand.demand));
        clocks
    }

    fn take(&mut self, lea: &Lea, today: Day, days_back: i64) {
        self.refused.extend(lea.refused_since.iter().map(|refused| RefusedBundle {
            receipt: refused.receipt,
            lea: lea.lea.clone(),
            received_on: refused.received_on,
        }));
        for expected in &lea.returns {
            let received = match &expected.came {
                Came::Received { receipt, on, .. } => Some((*receipt, *on)),
                Came::Expected | Came::Missing { .. } => None,
            };
            if received.is_some_and(|(_, on)| today.days_since(on) > days_back) {
                continue;
            }
            self.returns.push(ReturnClock {
                lea: lea.lea.clone(),
                what: expected.what.clone(),
                due: expected.due,
                days_left: expected.due.days_since(received.map_or(today, |(_, on)| on)),
                received,
            });
        }
        self.demands.extend(lea.demands.iter().filter(|demand| demand.open()).map(|demand| OpenDemand {
            demand: demand.demand,
            lea: lea.lea.clone(),
            made_on: demand.made_on,
            due: demand.due,
            days_left: demand.due.days_since(today),
            escalated: demand.escalated.last().cloned(),
        }));
    }
}
