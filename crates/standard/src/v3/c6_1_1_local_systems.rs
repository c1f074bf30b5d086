//! 6.1.1: what local systems keep, and where it goes.

use crate::evidence::{HOLDINGS, ONWARD_TRANSFERS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, MetBy, Population, Sample, Subjects, Test};
use crate::v3::text::{AUDIT_RECORD};
use crate::v3::holdings;

pub static CLAUSE: Clause = Clause {
    id: "6.1.1",
    title: "Local systems",
    asks: "Every 6 months the LEA audits its local storage: nothing is kept longer than allowed, and nothing goes to other systems unless authorised.",
    by: By::Auditor,
    population: Population::Query {
        sql: "SELECT count(DISTINCT system_id) FROM holdings WHERE scope = 'local'",
        needs: &[&HOLDINGS],
    },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        Check::Cadence {
            late: "review_late",
            overdue: "review_overdue",
            every: Every::Months(6),
            of: Subjects::Each {
                sql: "SELECT system_id AS subject, min(snapshot_at_day) AS first, CAST(NULL AS DATE) AS ended, $any(scope = 'local') AS applies
                      FROM holdings GROUP BY system_id HAVING min(snapshot_at_day) <= $last_served_day",
                needs: &[&HOLDINGS],
            },
            met_by: MetBy::Reviews,
        },
        holdings::LOCAL,
        Check::Rows {
            of: &ONWARD_TRANSFERS,
            given: "$in_window(transferred_at)",
            also_needs: &[],
            tests: &[Test {
                code: "transfer_unauthorised",
                says: "data went to another system and no authority is recorded",
                when: "authority = ''",
            }],
        },
    ],
    judgements: &[Judgement { name: "authorised", asks: "Does NASPLE allow each use of the data outside the local system?" }],
    record: AUDIT_RECORD,
    needs: &[&HOLDINGS, &ONWARD_TRANSFERS, &REVIEWS],
    readings: &[holdings::READING],
    kind: None,
};
