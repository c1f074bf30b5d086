//! 8.2.10: the records of audits and reviews are there when the National Auditor asks.

use crate::evidence::{AUDITS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample, Test};
use crate::v3::text::{AUDIT_RECORD, WITHHELD_CLAUSE};

const OTHER_REVIEWS: &str = "clause NOT IN ('7.1.1', '7.1.2', '7.1.3')";

pub static CLAUSE: Clause = Clause {
    id: "8.2.10",
    title: "Retention of records",
    asks: "Records of audits and reviews are kept 2 years and made available to the National Auditor on request.",
    by: By::Lea,
    population: Population::Query {
        sql: "SELECT (SELECT count(*) FROM audits) + (SELECT count(*) FROM reviews WHERE clause NOT IN ('7.1.1', '7.1.2', '7.1.3'))",
        needs: &[],
    },
    arises: Arises::WithPopulation { decided_by: &[&AUDITS, &REVIEWS] },
    sample: Sample::None,
    checks: &[
        Check::Rows {
            of: &AUDITS,
            given: "TRUE",
            also_needs: &[],
            tests: &[Test {
                code: "disposed_early",
                says: "the record of the audit was disposed of before its time",
                when: "disposed_on_given AND disposed_on < completed_at_day + interval '$record_retention_years years'",
            }],
        },
        Check::Rows {
            of: &REVIEWS,
            given: OTHER_REVIEWS,
            also_needs: &[],
            tests: &[Test {
                code: "disposed_early",
                says: "the record of the review was disposed of before its time",
                when: "disposed_on_given AND disposed_on < reviewed_at_day + interval '$record_retention_years years'",
            }],
        },
    ],
    judgements: &[],
    record: AUDIT_RECORD,
    needs: &[&AUDITS, &REVIEWS],
    readings: &[
        Reading {
            of: "retained for 2 years",
            taken_as: "any record up to the as-of instant, not only those of the window",
            because: "a record disposed of too early stays gone",
        },
        WITHHELD_CLAUSE,
    ],
    kind: None,
};
