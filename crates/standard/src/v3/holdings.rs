//! What 6.1.1, 8.2.3.a and 8.3.4 have in common: whether a system keeps data longer than it may.

use crate::evidence::HOLDINGS;
use crate::model::{Check, Reading};

/// The latest snapshot of each system of the scope `$scope`; `limit` is the oldest date it may still hold.
macro_rules! retained_beyond_limit {
    ($scope:literal, $limit:literal) => {
        concat!(
            "SELECT system_id AS subject, scope_fits AND CASE
               WHEN records_beyond_limit_given THEN records_beyond_limit > 0
                 AND records_beyond_limit > CASE WHEN NOT preserved_given THEN 0 ELSE preserved END
               WHEN NOT records_beyond_limit_given AND (NOT preserved_given OR preserved = 0)
                 THEN oldest_record_at_day < snapshot_at_day - interval '",
            $limit,
            "'
               END AS verdict,
               'as of its snapshot on ' || snapshot_at_day AS detail
             FROM (
               SELECT *, scope = '",
            $scope,
            "' AS scope_fits,
                 row_number() OVER (PARTITION BY system_id ORDER BY snapshot_at DESC) AS latest
               FROM holdings WHERE coalesce(scope = '",
            $scope,
            "', TRUE)
             ) WHERE latest = 1"
        )
    };
}

pub const LOCAL: Check = Check::Query {
    code: "retained_beyond_limit",
    says: "the system keeps data longer than it may",
    needs: &[&HOLDINGS],
    sql: retained_beyond_limit!("local", "$local_retention_days days"),
};

pub const NATIONAL: Check = Check::Query {
    code: "retained_beyond_limit",
    says: "the system keeps data longer than it may",
    needs: &[&HOLDINGS],
    sql: retained_beyond_limit!("national", "$retention_months months"),
};

pub const READING: Reading = Reading {
    of: "retained no longer than allowed",
    taken_as: "by the latest snapshot of each system: more records beyond the limit than are preserved for a recorded reason; where they were not counted, the oldest record decides, if none is preserved",
    because: "an old record that is preserved is no departure, and one date cannot tell which it is",
};
