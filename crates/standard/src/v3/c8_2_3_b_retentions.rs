//! 8.2.3.b: what is kept longer is kept for a reason that still holds.

use crate::evidence::{RETENTIONS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.2.3.b",
    title: "Extended retention",
    asks: "Every year 5 % of the cases kept beyond the standard time are audited: keeping them is still justified.",
    by: By::Auditor,
    population: Population::Rows { of: &RETENTIONS, given: "coalesce(NOT ended_on_given, TRUE)" },
    arises: Arises::Always,
    sample: Sample::Rate { parameter: "rate_retentions", window_days: None, rationale: false },
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::SampledAudit,
        Check::Rows {
            of: &RETENTIONS,
            given: "NOT ended_on_given",
            also_needs: &[],
            tests: &[
                Test { code: "reason_missing", says: "no reason for keeping the data is recorded", when: "reason = ''" },
                Test {
                    code: "approver_missing",
                    says: "nobody is recorded as having approved keeping the data",
                    when: "$retention_approver_required AND approved_by = ''",
                },
                Test {
                    code: "retention_review_overdue",
                    says: "the date by which keeping the data was to be reviewed has passed",
                    when: "review_by_given AND review_by < $as_of_day",
                },
            ],
        },
    ],
    judgements: &[Judgement { name: "justified", asks: "Is there still a reason to keep the data?" }],
    record: SAMPLED_RECORD,
    needs: &[&RETENTIONS, &REVIEWS],
    readings: &[Reading {
        of: "cases where data is retained",
        taken_as: "those not ended at the as-of instant, whenever they began",
        because: "continued retention is what is audited",
    }],
    kind: None,
};
