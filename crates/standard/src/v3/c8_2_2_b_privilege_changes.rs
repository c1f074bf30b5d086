//! 8.2.2.b: nobody gives themselves access.

use crate::evidence::{PRIVILEGE_CHANGES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};

const IN_THE_YEAR: &str = "changed_at >= $twelve_months_before AND changed_at < $as_of";

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.b",
    title: "Changes of privileges",
    asks: "Every year the LEA reviews a sample of the authorisations whose privileges changed in the previous 12 months.",
    by: By::Auditor,
    population: Population::Rows { of: &PRIVILEGE_CHANGES, given: IN_THE_YEAR },
    arises: Arises::Always,
    sample: Sample::Rate { parameter: "rate_privilege_changes", window_days: None, rationale: false },
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::SampledAudit,
        Check::Rows {
            of: &PRIVILEGE_CHANGES,
            given: IN_THE_YEAR,
            also_needs: &[],
            tests: &[
                Test { code: "approver_missing", says: "nobody is recorded as having approved it", when: "authorised_by = ''" },
                Test { code: "self_approved", says: "the person approved it for themselves", when: "authorised_by <> '' AND authorised_by = user_id" },
            ],
        },
    ],
    judgements: &[Judgement { name: "appropriate", asks: "Was the change needed for the person's role, and approved by somebody entitled to?" }],
    record: SAMPLED_RECORD,
    needs: &[&PRIVILEGE_CHANGES, &REVIEWS],
    readings: &[Reading {
        of: "during the previous 12 months",
        taken_as: "the 12 calendar months to the as-of instant, whatever window is audited",
        because: "the text counts back from the audit",
    }],
    kind: None,
};
