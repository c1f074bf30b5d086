//! 8.2.4.b: searches that reach back more than 90 days carry the greater intrusion, so the standard fixes their sample.

use crate::evidence::{ACCOUNTS, REVIEWS, SEARCHES};
use crate::model::{Arises, By, Check, Clause, Every, Population, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};
use crate::v3::search_tests::{IN_B, JUDGEMENTS, READINGS, UNCLASSED, each_search};

pub static CLAUSE: Clause = Clause {
    id: "8.2.4.b",
    title: "Searches of older data",
    asks: "Every quarter the LEA audits 5 % of the searches whose period begins more than 90 days before the search, over 30 consecutive days.",
    by: By::Auditor,
    population: Population::Rows { of: &SEARCHES, given: IN_B },
    arises: Arises::Rows { of: &SEARCHES, given: UNCLASSED, decided_by: &[&SEARCHES] },
    sample: Sample::Rate { parameter: "rate_older_searches", window_days: Some("sample_window_days"), rationale: false },
    checks: &[
        lea_reviews(Every::Months(3)),
        Check::SampledAudit,
        each_search(IN_B)[0],
        each_search(IN_B)[1],
        Check::Rows {
            of: &SEARCHES,
            given: UNCLASSED,
            also_needs: &[],
            tests: &[Test { code: "period_unknown", says: "the period searched was withheld", when: "CAST(NULL AS BOOLEAN)" }],
        },
    ],
    judgements: JUDGEMENTS,
    record: SAMPLED_RECORD,
    needs: &[&SEARCHES, &ACCOUNTS, &REVIEWS],
    readings: READINGS,
    kind: None,
};
