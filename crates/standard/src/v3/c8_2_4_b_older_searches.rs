//! 8.2.4.b: searches that reach back more than 90 days carry the greater intrusion, so the standard fixes their sample.

use crate::evidence::{ACCOUNTS, REVIEWS, SEARCHES};
use crate::model::{Arises, By, Clause, Population, Sample};
use crate::v3::search_tests::{IN_B, JUDGEMENTS, READINGS, UNCLASSED, quarterly_audit};
use crate::v3::text::SAMPLED_RECORD;

pub static CLAUSE: Clause = Clause {
    id: "8.2.4.b",
    title: "Searches of older data",
    asks: "Every quarter the LEA audits 5 % of the searches whose period begins more than 90 days before the search, over 30 consecutive days.",
    by: By::Auditor,
    population: Population::Rows { of: &SEARCHES, given: IN_B },
    arises: Arises::Rows { of: &SEARCHES, given: UNCLASSED, decided_by: &[&SEARCHES] },
    sample: Sample::Rate { parameter: "rate_older_searches", window_days: Some("sample_window_days"), rationale: false },
    checks: &quarterly_audit(IN_B),
    judgements: JUDGEMENTS,
    record: SAMPLED_RECORD,
    needs: &[&SEARCHES, &ACCOUNTS, &REVIEWS],
    readings: READINGS,
    kind: None,
};
