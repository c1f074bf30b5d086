//! 8.2.9: every audit leaves a record that says what was found, how much, and what was done.

use crate::evidence::{AUDITS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample, Test};
use crate::v3::text::{AUDIT_RECORD, WITHHELD_CLAUSE};

pub static CLAUSE: Clause = Clause {
    id: "8.2.9",
    title: "Records of audits",
    asks: "The record of every audit states its findings, the extent of non-compliance, and the action taken.",
    by: By::Lea,
    population: Population::Rows { of: &AUDITS, given: "$in_window(completed_at)" },
    arises: Arises::WithPopulation { decided_by: &[&AUDITS, &REVIEWS] },
    sample: Sample::None,
    checks: &[
        Check::Rows {
            of: &AUDITS,
            given: "$in_window(completed_at)",
            also_needs: &[],
            tests: &[
                Test { code: "findings_missing", says: "the record states no findings", when: "findings = ''" },
                Test { code: "extent_missing", says: "the record does not state the extent of non-compliance", when: "extent = ''" },
                Test { code: "action_missing", says: "the record states no action", when: "action = ''" },
            ],
        },
        Check::Query {
            code: "audit_record_missing",
            says: "an audit-kind review names no audit, or one that has no record",
            needs: &[&AUDITS, &REVIEWS],
            sql: "SELECT r.review_id AS subject,
                    r.clause IN ($audit_clauses) AND r.clause NOT IN ('8.2.2.c', '8.2.2.d', '8.2.4.c', '8.3.5')
                    AND CASE WHEN r.audit_id IS NULL THEN NULL ELSE a.audit_id IS NULL END AS verdict
                  FROM reviews r LEFT JOIN audits a ON a.audit_id = r.audit_id
                  WHERE $in_window(r.reviewed_at)",
        },
    ],
    judgements: &[],
    record: AUDIT_RECORD,
    needs: &[&AUDITS, &REVIEWS],
    readings: &[
        Reading {
            of: "a record of audits",
            taken_as: "asked of every audit; the reviews of single accounts, searches and sessions are part of one",
            because: "those four clauses are met one subject at a time",
        },
        WITHHELD_CLAUSE,
    ],
    kind: None,
};
