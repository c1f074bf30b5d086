//! 8.1: there is a written policy, and it is current.

use crate::evidence::{POLICIES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.1",
    title: "Written policy",
    asks: "Every year the Local Auditor confirms that a current written policy is in place.",
    by: By::Auditor,
    population: Population::Rows { of: &POLICIES, given: "TRUE" },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::Query {
            code: "policy_not_current",
            says: "no approved policy is within its review date",
            needs: &[&POLICIES],
            sql: "SELECT '*' AS subject, NOT $any(NOT review_by_given OR review_by >= $as_of_day) AS verdict FROM policies",
        },
    ],
    judgements: &[Judgement { name: "in_accordance", asks: "Does the policy cover what NASPLE Part 3 asks for?" }],
    record: AUDIT_RECORD,
    needs: &[&POLICIES, &REVIEWS],
    readings: &[Reading {
        of: "current",
        taken_as: "approved, and not past the date by which it is to be reviewed; without such a date it stays current",
        because: "the text gives no term",
    }],
    kind: None,
};
