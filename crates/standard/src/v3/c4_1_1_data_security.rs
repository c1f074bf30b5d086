//! 4.1.1: reports leave the national systems marked as the classification policy asks.

use crate::evidence::{REPORTS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "4.1.1",
    title: "Marking of reports",
    asks: "Every 6 months the LEA reviews a sample of the reports it obtained from NAS or NSAP: each is marked OFFICIAL-SENSITIVE.",
    by: By::Lea,
    population: Population::Rows { of: &REPORTS, given: "$in_window(produced_at)" },
    arises: Arises::Always,
    sample: Sample::Rate { parameter: "rate_reports", window_days: None, rationale: false },
    checks: &[
        lea_reviews(Every::Months(6)),
        Check::SampledAudit,
        Check::Rows {
            of: &REPORTS,
            given: "$in_window(produced_at)",
            also_needs: &[],
            tests: &[
                Test { code: "marking_missing", says: "the report carries no marking", when: "marking = ''" },
                Test {
                    code: "marking_wrong",
                    says: "the marking is not OFFICIAL-SENSITIVE",
                    when: "marking <> ''
                           AND NOT starts_with(regexp_replace(lower(marking), '[\\p{Pd}\u{2212}\\s]', '', 'g'), 'officialsensitive')",
                },
            ],
        },
    ],
    judgements: &[
        Judgement { name: "marked", asks: "Is every page of the report marked OFFICIAL-SENSITIVE?" },
        Judgement { name: "handled", asks: "Has the report been stored and shared as that marking requires?" },
    ],
    record: SAMPLED_RECORD,
    needs: &[&REPORTS, &REVIEWS],
    readings: &[Reading {
        of: "OFFICIAL-SENSITIVE",
        taken_as: "any writing of it, whatever the case, dashes and spaces; a descriptor may follow",
        because: "systems write the dash in many ways, and none of them is a departure",
    }],
    kind: None,
};
