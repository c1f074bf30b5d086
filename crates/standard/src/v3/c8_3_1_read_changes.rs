//! 8.3.1: a read is evidence; who changes one says why, and changes it to something that can be.

use crate::evidence::{READ_CHANGES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.3.1",
    title: "Changes to read records",
    asks: "Every 6 months the LEA reviews a sample of changes to read records: each is valid.",
    by: By::Lea,
    population: Population::Rows { of: &READ_CHANGES, given: "$in_window(changed_at)" },
    arises: Arises::Always,
    sample: Sample::Rate { parameter: "rate_read_changes", window_days: None, rationale: false },
    checks: &[
        lea_reviews(Every::Months(6)),
        Check::SampledAudit,
        Check::Rows {
            of: &READ_CHANGES,
            given: "$in_window(changed_at)",
            also_needs: &[],
            tests: &[
                Test { code: "reason_missing", says: "no reason for the change is recorded", when: "reason = ''" },
                Test {
                    code: "no_change",
                    says: "the new value is the old one",
                    when: "old_value <> '' AND new_value <> '' AND old_value = new_value",
                },
                Test {
                    code: "vrm_implausible",
                    says: "the new number plate is one that no plate format admits",
                    when: "field = 'vrm' AND new_value <> ''
                           AND NOT regexp_like(upper(regexp_replace(new_value, '\\s', '', 'g')), '^[A-Z0-9]{2,8}$')",
                },
            ],
        },
    ],
    judgements: &[Judgement { name: "valid", asks: "Does the image bear out the change?" }],
    record: SAMPLED_RECORD,
    needs: &[&READ_CHANGES, &REVIEWS],
    readings: &[Reading {
        of: "validity of the change",
        taken_as: "a number plate has 2 to 8 letters A to Z and digits, spaces aside; anything else is flagged",
        because: "foreign and special plates must pass: only what no plate can be is a lead",
    }],
    kind: None,
};
