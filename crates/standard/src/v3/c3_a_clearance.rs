//! 3.a: who may audit at all: cleared, and appointed where the standard names the office.

use crate::evidence::{APPOINTMENTS, AUDITORS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample};
use crate::v3::text::{REVIEW_RECORD};

pub static CLAUSE: Clause = Clause {
    id: "3.a",
    title: "Security clearance of audit staff",
    asks: "Staff who conduct audits hold current security clearance, and the audits that the standard gives to one office are made by its holder.",
    by: By::Lea,
    population: Population::Query {
        sql: "SELECT count(*) FROM reviews WHERE clause IN ($audit_clauses) AND $in_window(reviewed_at)",
        needs: &[&REVIEWS],
    },
    arises: Arises::WithPopulation { decided_by: &[&REVIEWS, &AUDITORS, &APPOINTMENTS] },
    sample: Sample::None,
    checks: &[
        Check::Query {
            code: "auditor_unknown",
            says: "the reviewer is not in the list of auditors",
            needs: &[&REVIEWS, &AUDITORS],
            sql: "SELECT r.review_id AS subject,
                    CASE WHEN r.reviewer_id IS NULL THEN NULL ELSE a.person_id IS NULL END AS verdict
                  FROM reviews r LEFT JOIN auditors a ON a.person_id = r.reviewer_id
                  WHERE r.clause IN ($audit_clauses) AND $in_window(r.reviewed_at)",
        },
        Check::Query {
            code: "clearance_lapsed",
            says: "the auditor's clearance was blank, without an expiry date, or expired before the review",
            needs: &[&REVIEWS, &AUDITORS],
            sql: "SELECT r.review_id AS subject,
                    CASE WHEN r.reviewer_id IS NULL THEN NULL
                             WHEN a.person_id IS NULL THEN FALSE
                             ELSE a.clearance = '' OR NOT a.clearance_expires_on_given
                                  OR a.clearance_expires_on < r.reviewed_at_day END AS verdict
                  FROM reviews r LEFT JOIN auditors a ON a.person_id = r.reviewer_id
                  WHERE r.clause IN ($audit_clauses) AND $in_window(r.reviewed_at)",
        },
        Check::Query {
            code: "wrong_auditor",
            says: "the standard gives this audit to an office that the reviewer did not hold on that date",
            needs: &[&REVIEWS, &APPOINTMENTS],
            sql: "SELECT r.review_id AS subject,
                    CASE WHEN r.reviewer_id IS NULL THEN NULL
                         ELSE NOT $any(p.person_id IS NOT NULL AND p.from_date <= r.reviewed_at_day
                                       AND (NOT p.to_date_given OR p.to_date > r.reviewed_at_day)) END AS verdict
                  FROM reviews r LEFT JOIN appointments p
                    ON p.person_id = r.reviewer_id
                   AND p.role = CASE WHEN r.clause IN ('8.1', '8.2.1') THEN 'local_auditor' ELSE 'national_auditor' END
                  WHERE r.clause IN ('8.1', '8.2.1', '8.3.3', '8.3.4', '8.3.5')
                    AND $in_window(r.reviewed_at)
                  GROUP BY r.review_id, r.clause, r.reviewer_id",
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
    ],
    kind: None,
};
