//! 3.c: a person's own accounts decide what they may audit.

use crate::evidence::{ACCOUNTS, AUDITORS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Sample};
use crate::v3::auditor_access::{ADMINISTRATIVE_ACCESS, READING};
use crate::v3::text::{REVIEW_RECORD, WITHHELD_CLAUSE};

pub static CLAUSE: Clause = Clause {
    id: "3.c",
    title: "Administrators' access is audited by others",
    asks: "Access made with administrative permissions is audited only by staff with no administrative responsibility.",
    by: By::Lea,
    population: Population::Rows { of: &REVIEWS, given: "clause IN ('8.2.2.e', '8.3.3', '8.3.5') AND $in_window(reviewed_at)" },
    arises: Arises::WithPopulation { decided_by: &[&REVIEWS, &AUDITORS, &ACCOUNTS] },
    sample: Sample::None,
    checks: &[Check::Query {
        code: "auditor_has_admin_access",
        says: "the reviewer held an open administrator's account at the time of the audit",
        needs: &[&REVIEWS, &AUDITORS, &ACCOUNTS],
        sql: ADMINISTRATIVE_ACCESS,
    }],
    judgements: &[],
    record: REVIEW_RECORD,
    needs: &[&REVIEWS, &AUDITORS, &ACCOUNTS],
    readings: &[READING, WITHHELD_CLAUSE],
    kind: None,
};
