//! 8.2.5: what is asked of each search; its answers are reported under 8.2.4.a, b or c.

use crate::evidence::{ACCOUNTS, SEARCHES};
use crate::model::{Arises, By, Check, Clause, Population, Sample};
use crate::v3::search_tests::{CODES, JUDGEMENTS, READINGS};

pub static CLAUSE: Clause = Clause {
    id: "8.2.5",
    title: "Elements of each search",
    asks: "Each search audited was authorised where required, no longer than needed, and its reason, purpose and justification are fully recorded.",
    by: By::Nobody,
    population: Population::Rows { of: &SEARCHES, given: "$in_window(searched_at)" },
    arises: Arises::WithPopulation { decided_by: &[&SEARCHES, &ACCOUNTS] },
    sample: Sample::None,
    checks: &[Check::ReportedUnder { clauses: &["8.2.4.a", "8.2.4.b", "8.2.4.c"], codes: CODES }],
    judgements: JUDGEMENTS,
    record: "with the audit of 8.2.4 to which the search belongs",
    needs: &[&SEARCHES, &ACCOUNTS],
    readings: READINGS,
    kind: None,
};
