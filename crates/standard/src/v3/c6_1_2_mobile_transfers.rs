//! 6.1.2: what a vehicle collected reaches the management server, whole and in time.

use crate::evidence::{CAMERAS, MOBILE_TRANSFERS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{REVIEW_RECORD, lea_reviews};

const JUDGED: &str = "$still_open(collected_until, transferred_at)";

pub static CLAUSE: Clause = Clause {
    id: "6.1.2",
    title: "Transfers from mobile systems",
    asks: "Every 7 days the LEA reviews the records of transfers from mobile systems.",
    by: By::Lea,
    population: Population::Rows { of: &MOBILE_TRANSFERS, given: JUDGED },
    arises: Arises::Query {
        sql: "SELECT (SELECT count(*) FROM cameras WHERE coalesce($served_in_window AND kind = 'mobile', TRUE)) > 0",
        needs: &[&CAMERAS],
        decided_by: &[&CAMERAS],
    },
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Days(7)),
        Check::Rows {
            of: &MOBILE_TRANSFERS,
            given: JUDGED,
            also_needs: &[],
            tests: &[
                Test {
                    code: "transfer_late",
                    says: "what was collected was transferred too late, or has not been transferred",
                    when: "$as_of > collected_until + interval '$mobile_transfer_hours hours'
                           AND (NOT transferred_at_given OR transferred_at > collected_until + interval '$mobile_transfer_hours hours')",
                },
                Test {
                    code: "records_lost",
                    says: "fewer records were transferred than captured",
                    when: "transferred_at_given AND transferred < captured",
                },
            ],
        },
    ],
    judgements: &[Judgement { name: "explained", asks: "Is the reason for each late or incomplete transfer known, and dealt with?" }],
    record: REVIEW_RECORD,
    needs: &[&MOBILE_TRANSFERS, &REVIEWS],
    readings: &[Reading {
        of: "transfer in accordance with NASPLE Part 2",
        taken_as: "within mobile_transfer_hours of the end of collection, and as many records as were captured",
        because: "the text gives neither figure",
    }],
    kind: None,
};
