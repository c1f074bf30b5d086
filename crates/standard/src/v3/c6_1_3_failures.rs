//! 6.1.3: what failed works again in time.

use crate::evidence::{FAILURES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{REVIEW_RECORD, lea_reviews};

const JUDGED: &str = "$still_open(failed_at, restored_at)";

pub static CLAUSE: Clause = Clause {
    id: "6.1.3",
    title: "Failures and reinstatement",
    asks: "Every 7 days the LEA reviews the failures of any component of its infrastructure, so that capability is reinstated in time.",
    by: By::Lea,
    population: Population::Rows { of: &FAILURES, given: JUDGED },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Days(7)),
        Check::Rows {
            of: &FAILURES,
            given: JUDGED,
            also_needs: &[],
            tests: &[Test {
                code: "reinstatement_late",
                says: "the component was restored too late, or has not been restored",
                when: "$as_of > failed_at + interval '$reinstatement_hours hours'
                       AND (NOT restored_at_given OR restored_at > failed_at + interval '$reinstatement_hours hours')",
            }],
        },
    ],
    judgements: &[Judgement { name: "chased", asks: "Is each failure that is still open with somebody, and by when?" }],
    record: REVIEW_RECORD,
    needs: &[&FAILURES, &REVIEWS],
    readings: &[Reading {
        of: "reinstatement of capability",
        taken_as: "within reinstatement_hours of the failure, for every component",
        because: "the times of NASPLE section 9.9.8 depend on how critical a camera is, and are not in the text",
    }],
    kind: None,
};
