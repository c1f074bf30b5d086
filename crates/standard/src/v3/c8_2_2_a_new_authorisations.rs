//! 8.2.2.a: nobody gives themselves access.

use crate::evidence::{ACCOUNTS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};

const IN_THE_YEAR: &str = "authorised_at >= $twelve_months_before AND authorised_at < $as_of";

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.a",
    title: "New authorisations",
    asks: "Every year the LEA audits 5 % of the authorisations given in the previous 12 months.",
    by: By::Auditor,
    population: Population::Rows { of: &ACCOUNTS, given: IN_THE_YEAR },
    arises: Arises::Always,
    sample: Sample::Rate { parameter: "rate_new_authorisations", window_days: None, rationale: false },
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::SampledAudit,
        Check::Rows {
            of: &ACCOUNTS,
            given: IN_THE_YEAR,
            also_needs: &[],
            tests: &[
                Test { code: "approver_missing", says: "nobody is recorded as having approved it", when: "authorised_by = ''" },
                Test { code: "self_approved", says: "the person approved it for themselves", when: "authorised_by <> '' AND (authorised_by = user_id OR coalesce(authorised_by = person_id, FALSE))" },
            ],
        },
    ],
    judgements: &[Judgement { name: "appropriate", asks: "Was the access needed for the person's role, and approved by somebody entitled to?" }],
    record: SAMPLED_RECORD,
    needs: &[&ACCOUNTS, &REVIEWS],
    readings: &[Reading {
        of: "during the previous 12 months",
        taken_as: "the 12 calendar months to the as-of instant, whatever window is audited",
        because: "the text counts back from the audit",
    }],
    kind: None,
};
