//! 7.1.3: the reviews of lists are themselves kept.

use crate::evidence::REVIEWS;
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample, Test};
use crate::v3::text::{REVIEW_RECORD, WITHHELD_CLAUSE};

const LIST_REVIEWS: &str = "clause IN ('7.1.1', '7.1.2', '7.1.3')";

pub static CLAUSE: Clause = Clause {
    id: "7.1.3",
    title: "Records of list reviews",
    asks: "The LEA records its reviews of vehicle-of-interest lists and keeps the records 2 years.",
    by: By::Lea,
    population: Population::Rows { of: &REVIEWS, given: LIST_REVIEWS },
    arises: Arises::WithPopulation { decided_by: &[&REVIEWS] },
    sample: Sample::None,
    checks: &[Check::Rows {
        of: &REVIEWS,
        given: LIST_REVIEWS,
        also_needs: &[],
        tests: &[Test {
            code: "disposed_early",
            says: "the record of the review was disposed of before its time",
            when: "disposed_on_given AND disposed_on < reviewed_at_day + interval '$record_retention_years years'",
        }],
    }],
    judgements: &[],
    record: REVIEW_RECORD,
    needs: &[&REVIEWS],
    readings: &[
        Reading {
            of: "retain for 2 years",
            taken_as: "until the same date two years after the review; disposal on that date is in time",
            because: "dates count from the day of the review",
        },
        WITHHELD_CLAUSE,
    ],
    kind: None,
};
