//! What is kept aside of the sets that stream past, for the few queries that must join it.

use crate::evidence::{LOGONS, SEARCHES};
use crate::model::Collected;
use crate::v3::logon_patterns::LOOKED_AT;

pub static COLLECTED: &[Collected] = &[
    // 8.2.4.c and 8.2.6: accesses to preserved data, few among all searches.
    Collected {
        name: "preserved_searches",
        of: &SEARCHES,
        columns: &["search_id", "searched_at", "preserved_case", "reference"],
        given: "preserved_case <> ''",
        latest: None,
    },
    // 8.2.4.c: searches before the window of which it is not known whether they were of preserved data.
    Collected {
        name: "earlier_searches",
        of: &SEARCHES,
        columns: &["search_id", "searched_at"],
        given: "searched_at < $from AND searched_at >= $retention_from AND preserved_case IS NULL",
        latest: None,
    },
    // 8.2.2.d: what was done under the names of people who left in the window.
    Collected {
        name: "leaver_searches",
        of: &SEARCHES,
        columns: &["user_id", "system", "searched_at"],
        given: "user_id IN ($leavers)",
        latest: None,
    },
    Collected {
        name: "leaver_logons",
        of: &LOGONS,
        columns: &["user_id", "at", "outcome"],
        given: "user_id IN ($leavers)",
        latest: None,
    },
    // 8.2.2.f: what patterns are looked for among.
    Collected {
        name: "failed_logons",
        of: &LOGONS,
        columns: &["user_id", "at", "source"],
        given: "outcome = 'failure' AND $in_window(at)",
        latest: Some(LOOKED_AT),
    },
];
