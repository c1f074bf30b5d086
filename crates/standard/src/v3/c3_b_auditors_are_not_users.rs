//! 3.b: a person's own accounts decide what they may audit.

use crate::evidence::{ACCOUNTS, AUDITORS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample};
use crate::v3::text::{REVIEW_RECORD};

pub static CLAUSE: Clause = Clause {
    id: "3.b",
    title: "Auditors have no user access",
    asks: "Staff with user access to NAS or NSAP do not conduct audits.",
    by: By::Lea,
    population: Population::Query {
        sql: "SELECT count(*) FROM reviews WHERE clause IN ($audit_clauses) AND $in_window(reviewed_at)",
        needs: &[&REVIEWS],
    },
    arises: Arises::WithPopulation { decided_by: &[&REVIEWS, &AUDITORS, &ACCOUNTS] },
    sample: Sample::None,
    checks: &[Check::Query {
        code: "auditor_has_user_access",
        says: "the reviewer held an open user account at the time of the audit",
        needs: &[&REVIEWS, &AUDITORS, &ACCOUNTS],
        sql: "WITH asked AS (
                SELECT * FROM reviews WHERE (clause IN ($audit_clauses)) AND $in_window(reviewed_at)
              ), held AS (
                SELECT user_id, authorised_at, closed_at, closed_at_given FROM accounts WHERE permission IN ('user')
              ), pairs AS (
                SELECT r.review_id, h.authorised_at <= r.reviewed_at
                       AND (NOT h.closed_at_given OR h.closed_at > r.reviewed_at) AS open
                FROM asked r JOIN held h ON h.user_id = r.reviewer_id
                UNION ALL
                SELECT r.review_id, p.authorised_at <= r.reviewed_at
                       AND (NOT p.closed_at_given OR p.closed_at > r.reviewed_at) AS open
                FROM asked r JOIN (
                  SELECT a.person_id, h.* FROM auditors a JOIN held h
                    ON strpos(' ' || regexp_replace(a.user_ids, '\\s+', ' ', 'g') || ' ', ' ' || h.user_id || ' ') > 0
                ) p ON p.person_id = r.reviewer_id
                UNION ALL
                SELECT r.review_id, CAST(NULL AS BOOLEAN) AS open
                FROM asked r JOIN auditors a ON a.person_id = r.reviewer_id WHERE a.user_ids IS NULL
                UNION ALL
                SELECT review_id, CAST(NULL AS BOOLEAN) AS open FROM asked WHERE reviewer_id IS NULL
              )
              SELECT r.review_id AS subject, $any(p.open) AS verdict
              FROM asked r JOIN pairs p ON p.review_id = r.review_id GROUP BY r.review_id",
    }],
    judgements: &[],
    record: REVIEW_RECORD,
    needs: &[&REVIEWS, &AUDITORS, &ACCOUNTS],
    readings: &[Reading {
        of: "staff with access",
        taken_as: "the reviewer's own id, and the user ids that the list of auditors gives for that person, at the instant of the review",
        because: "one person may have several accounts, under other ids",
    }],
    kind: None,
};
