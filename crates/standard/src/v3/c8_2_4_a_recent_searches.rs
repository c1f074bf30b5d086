//! 8.2.4.a: most searches: the LEA weighs the risk and sets the share, and says why.

use crate::evidence::{ACCOUNTS, REVIEWS, SEARCHES};
use crate::model::{Arises, By, Clause, Population, Sample};
use crate::v3::search_tests::{IN_A, JUDGEMENTS, READINGS, REPORTED_UNDER_A, UNCLASSED, quarterly_audit};
use crate::v3::text::SAMPLED_RECORD;

pub static CLAUSE: Clause = Clause {
    id: "8.2.4.a",
    title: "Searches of recent data",
    asks: "Every quarter the LEA audits a share of the searches whose period reaches into the 90 days before the search, in proportion to the risk.",
    by: By::Auditor,
    population: Population::Rows { of: &SEARCHES, given: IN_A },
    arises: Arises::Rows { of: &SEARCHES, given: UNCLASSED, decided_by: &[&SEARCHES] },
    sample: Sample::Rate { parameter: "rate_recent_searches", window_days: Some("sample_window_days"), rationale: true },
    checks: &quarterly_audit(REPORTED_UNDER_A),
    judgements: JUDGEMENTS,
    record: SAMPLED_RECORD,
    needs: &[&SEARCHES, &ACCOUNTS, &REVIEWS],
    readings: READINGS,
    kind: None,
};
