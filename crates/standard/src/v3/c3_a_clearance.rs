//! 3.a: who may audit at all: cleared, and appointed where the standard names the office.

use crate::evidence::{APPOINTMENTS, AUDITORS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample};
use crate::v3::text::{REVIEW_RECORD, WITHHELD_CLAUSE};

pub static CLAUSE: Clause = Clause {
    id: "3.a",
    title: "Security clearance of audit staff",
    asks: "Staff who conduct audits hold current security clearance, and the audits that the standard gives to one office are made by its holder.",
    by: By::Lea,
    population: Population::Rows { of: &REVIEWS, given: "clause IN ($audit_clauses) AND $in_window(reviewed_at)" },
    arises: Arises::WithPopulation { decided_by: &[&REVIEWS, &AUDITORS, &APPOINTMENTS] },
    sample: Sample::None,
    checks: &[
        Check::Query {
            code: "auditor_unknown",
            says: "the reviewer is not in the list of auditors",
            needs: &[&REVIEWS, &AUDITORS],
            sql: "SELECT r.review_id AS subject,
                    r.clause IN ($audit_clauses)
                    AND CASE WHEN r.reviewer_id IS NULL THEN NULL ELSE a.person_id IS NULL END AS verdict
                  FROM reviews r LEFT JOIN auditors a ON a.person_id = r.reviewer_id
                  WHERE $in_window(r.reviewed_at)",
        },
        Check::Query {
            code: "clearance_lapsed",
            says: "the auditor's clearance was blank, without an expiry date, or expired before the review",
            needs: &[&REVIEWS, &AUDITORS],
            sql: "SELECT r.review_id AS subject,
                    r.clause IN ($audit_clauses)
                    AND CASE WHEN r.reviewer_id IS NULL THEN NULL
                             WHEN a.person_id IS NULL THEN FALSE
                             ELSE a.clearance = '' OR NOT a.clearance_expires_on_given
                                  OR a.clearance_expires_on < r.reviewed_at_day END AS verdict
                  FROM reviews r LEFT JOIN auditors a ON a.person_id = r.reviewer_id
                  WHERE $in_window(r.reviewed_at)",
        },
        Check::Query {
            code: "wrong_auditor",
            says: "the standard gives this audit to an office that the reviewer did not hold on that date",
            needs: &[&REVIEWS, &APPOINTMENTS],
            // A review whose clause was withheld may be of each of the five: no verdict, unless the reviewer
            // held both offices.
            sql: "WITH offices AS (
                    SELECT column1 AS clause, column2 AS role FROM (VALUES
                      ('8.1', 'local_auditor'), ('8.2.1', 'local_auditor'), ('8.3.3', 'national_auditor'),
                      ('8.3.4', 'national_auditor'), ('8.3.5', 'national_auditor'))
                  ), wanted AS (
                    SELECT DISTINCT r.review_id, r.reviewer_id, r.reviewed_at_day, o.role, r.clause = o.clause AS asked
                    FROM reviews r CROSS JOIN offices o
                    WHERE $in_window(r.reviewed_at) AND coalesce(r.clause = o.clause, TRUE)
                  ), judged AS (
                    SELECT w.review_id, w.asked,
                      CASE WHEN w.reviewer_id IS NULL THEN NULL
                           ELSE NOT $any(p.person_id IS NOT NULL AND p.from_date <= w.reviewed_at_day
                                         AND (NOT p.to_date_given OR p.to_date > w.reviewed_at_day)) END AS wrong
                    FROM wanted w LEFT JOIN appointments p ON p.person_id = w.reviewer_id AND p.role = w.role
                    GROUP BY w.review_id, w.reviewer_id, w.role, w.asked
                  )
                  SELECT review_id AS subject, $any(asked AND wrong) AS verdict FROM judged GROUP BY review_id",
        },
    ],
    judgements: &[],
    record: REVIEW_RECORD,
    needs: &[&REVIEWS, &AUDITORS, &APPOINTMENTS],
    readings: &[
        Reading {
            of: "audit",
            taken_as: "a review of a clause that an independent auditor or the National Auditor conducts",
            because: "sections 4 to 8 say by whom each is conducted; the rest are reviews by authorised staff",
        },
        Reading {
            of: "current security clearance",
            taken_as: "a clearance that is named and has an expiry date not before the day of the review",
            because: "one without an expiry date cannot be shown to be current",
        },
        WITHHELD_CLAUSE,
    ],
    kind: None,
};
