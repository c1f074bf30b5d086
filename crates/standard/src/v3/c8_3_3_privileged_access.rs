//! 8.3.3: the National Auditor looks at those who look after the systems.

use crate::evidence::{APPOINTMENTS, PRIVILEGED_ACCESSES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample, Test};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.3.3",
    title: "Access by providers, national administrators and local auditors",
    asks: "The National Auditor audits access to NAS by system providers, national administrators and local auditors.",
    by: By::NationalAuditor,
    population: Population::Rows { of: &PRIVILEGED_ACCESSES, given: "$in_window(at)" },
    arises: Arises::InOffice { role: "national_auditor" },
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::ParameterMonths("privileged_review_months")),
        Check::Rows {
            of: &PRIVILEGED_ACCESSES,
            given: "$in_window(at)",
            also_needs: &[],
            tests: &[
                Test { code: "purpose_missing", says: "the purpose of the access is not recorded", when: "purpose = ''" },
                Test {
                    code: "reference_missing",
                    says: "the access has no reference",
                    when: "$references_required AND reference = ''",
                },
            ],
        },
    ],
    judgements: &[Judgement { name: "proper", asks: "Was each access within the role of the person who made it?" }],
    record: AUDIT_RECORD,
    needs: &[&PRIVILEGED_ACCESSES, &REVIEWS, &APPOINTMENTS],
    readings: &[Reading {
        of: "the National Auditor's own clauses",
        taken_as: "they arise only where the appointments name a National Auditor in office at some time of the window",
        because: "an LEA's evidence cannot show what another office did",
    }],
    kind: None,
};
