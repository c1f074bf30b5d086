//! 8.2.2.f: somebody looks at the doors that were tried.

use crate::evidence::{LOGONS, REVIEWS};
use crate::model::{Arises, By, Clause, Every, Judgement, Population, Sample};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.f",
    title: "Failed log-ons",
    asks: "Every month the records of failed log-ons are reviewed.",
    by: By::Auditor,
    population: Population::Rows { of: &LOGONS, given: "outcome = 'failure' AND $in_window(at)" },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[lea_reviews(Every::Months(1))],
    judgements: &[Judgement { name: "explained", asks: "Is each burst of failed log-ons explained, and was any followed by a success?" }],
    record: AUDIT_RECORD,
    needs: &[&LOGONS, &REVIEWS],
    readings: &[],
    kind: None,
};
