//! 3.b: a person's own accounts decide what they may audit.

use crate::evidence::{ACCOUNTS, AUDITORS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Sample};
use crate::v3::auditor_access::{READING, USER_ACCESS};
use crate::v3::text::{REVIEW_RECORD, WITHHELD_CLAUSE};

pub static CLAUSE: Clause = Clause {
    id: "3.b",
    title: "Auditors have no user access",
    asks: "Staff with user access to NAS or NSAP do not conduct audits.",
    by: By::Lea,
    population: Population::Rows { of: &REVIEWS, given: "clause IN ($audit_clauses) AND $in_window(reviewed_at)" },
    arises: Arises::WithPopulation { decided_by: &[&REVIEWS, &AUDITORS, &ACCOUNTS] },
    sample: Sample::None,
    checks: &[Check::Query {
        code: "auditor_has_user_access",
        says: "the reviewer held an open user account at the time of the audit",
        needs: &[&REVIEWS, &AUDITORS, &ACCOUNTS],
        sql: USER_ACCESS,
    }],
    judgements: &[],
    record: REVIEW_RECORD,
    needs: &[&REVIEWS, &AUDITORS, &ACCOUNTS],
    readings: &[READING, WITHHELD_CLAUSE],
    kind: None,
};
