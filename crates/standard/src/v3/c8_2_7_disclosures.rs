//! 8.2.7: who gave data to whom, when and why.

use crate::evidence::{DISCLOSURES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{SAMPLED_RECORD, lea_reviews};

/// One without a time falls in the window: that it has none is the departure.
const IN_WINDOW: &str = "basis = 'other' AND coalesce($in_window(disclosed_at), TRUE)";

pub static CLAUSE: Clause = Clause {
    id: "8.2.7",
    title: "Disclosures",
    asks: "The LEA audits 10 % of the disclosures made otherwise than under the CPIA or its Scottish equivalent: justification, date and time, who disclosed and who received.",
    by: By::Auditor,
    population: Population::Rows { of: &DISCLOSURES, given: IN_WINDOW },
    arises: Arises::Always,
    sample: Sample::Rate { parameter: "rate_disclosures", window_days: None, rationale: false },
    checks: &[
        lea_reviews(Every::ParameterMonths("disclosure_audit_months")),
        Check::SampledAudit,
        Check::Rows {
            of: &DISCLOSURES,
            given: IN_WINDOW,
            also_needs: &[],
            tests: &[
                Test { code: "justification_missing", says: "no justification is recorded", when: "justification = ''" },
                Test { code: "discloser_missing", says: "who disclosed is not recorded", when: "discloser = ''" },
                Test { code: "recipient_missing", says: "who received the data is not recorded", when: "recipient = ''" },
                Test { code: "time_missing", says: "the date and time are not recorded", when: "NOT disclosed_at_given" },
            ],
        },
    ],
    judgements: &[Judgement { name: "justified", asks: "Does the recorded justification justify giving this data to this recipient?" }],
    record: SAMPLED_RECORD,
    needs: &[&DISCLOSURES, &REVIEWS],
    readings: &[Reading {
        of: "10 % of records",
        taken_as: "every disclosure_audit_months",
        because: "the text gives no period",
    }],
    kind: None,
};
