//! 8.2.1: somebody senior answers for it, by name.

use crate::evidence::{APPOINTMENTS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.2.1",
    title: "Senior manager",
    asks: "Every year the Local Auditor confirms who the senior manager is.",
    by: By::Auditor,
    population: Population::Rows { of: &APPOINTMENTS, given: "role = 'senior_manager'" },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::Query {
            code: "senior_manager_missing",
            says: "nobody is appointed as senior manager",
            needs: &[&APPOINTMENTS],
            sql: "SELECT '*' AS subject, NOT $any(role = 'senior_manager' AND NOT to_date_given) AS verdict FROM appointments",
        },
    ],
    judgements: &[Judgement { name: "identified", asks: "Does the person know of the appointment, and hold the rank it requires?" }],
    record: AUDIT_RECORD,
    needs: &[&APPOINTMENTS, &REVIEWS],
    readings: &[Reading {
        of: "the identity is confirmed",
        taken_as: "a person is appointed from a date not after, and to none up to, the as-of date",
        because: "an appointment that ends on the as-of date has ended",
    }],
    kind: None,
};
