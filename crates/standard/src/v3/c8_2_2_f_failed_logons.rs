//! 8.2.2.f: somebody looks at the doors that were tried.

use crate::evidence::{LOGONS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::logon_patterns::PATTERNS;
use crate::v3::text::{AUDIT_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.f",
    title: "Failed log-ons",
    asks: "Every month the records of failed log-ons are reviewed.",
    by: By::Auditor,
    population: Population::Rows { of: &LOGONS, given: "outcome = 'failure' AND $in_window(at)" },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[lea_reviews(Every::Months(1)), Check::Shows(PATTERNS)],
    judgements: &[Judgement { name: "explained", asks: "Is each burst of failed log-ons explained, and was any followed by a success?" }],
    record: AUDIT_RECORD,
    needs: &[&LOGONS, &REVIEWS],
    readings: &[Reading {
        of: "review records for all failed log-on attempts",
        taken_as: "the number of failures, and patterns among the latest 500,000 of them; the 20 largest of each are listed and the rest counted; none is an exception",
        because: "no limit is set on failed log-ons: a person reviews them, and should begin where it matters",
    }],
    kind: None,
};
