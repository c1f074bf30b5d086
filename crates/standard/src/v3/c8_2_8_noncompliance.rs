//! 8.2.8: what was found reaches the National Auditor in 28 days.

use crate::evidence::{NONCOMPLIANCES, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample, Test};

const JUDGED: &str = "identified_on <= $last_day
    AND (identified_on >= $first_day OR NOT reported_on_given OR reported_on >= $first_day)";

pub static CLAUSE: Clause = Clause {
    id: "8.2.8",
    title: "Reporting of non-compliance",
    asks: "All non-compliance reaches the National Auditor, with a copy of the audit report, within 28 days of being identified.",
    by: By::Lea,
    population: Population::Rows { of: &NONCOMPLIANCES, given: JUDGED },
    arises: Arises::WithPopulation { decided_by: &[&NONCOMPLIANCES, &REVIEWS] },
    sample: Sample::None,
    checks: &[
        Check::Rows {
            of: &NONCOMPLIANCES,
            given: JUDGED,
            also_needs: &[],
            tests: &[
                Test {
                    code: "reported_late",
                    says: "it was reported later than 28 days after it was identified",
                    when: "$as_of_day > identified_on + interval '$nc_report_days days'
                           AND reported_on_given AND reported_on > identified_on + interval '$nc_report_days days'",
                },
                Test {
                    code: "not_reported",
                    says: "it has not been reported, and the 28 days are over",
                    when: "NOT reported_on_given AND $as_of_day > identified_on + interval '$nc_report_days days'",
                },
                Test {
                    code: "report_copy_missing",
                    says: "it was reported without a copy of the audit report",
                    when: "reported_on_given AND report_reference = ''",
                },
            ],
        },
        Check::Query {
            code: "noncompliance_not_recorded",
            says: "a review found a departure and no non-compliance of its clause was recorded",
            needs: &[&NONCOMPLIANCES, &REVIEWS],
            sql: "SELECT r.review_id AS subject,
                    r.outcome = 'unsatisfactory' AND NOT $any(n.noncompliance_id IS NOT NULL AND n.clause = r.clause) AS verdict,
                    'unsatisfactory on ' || r.reviewed_at_day || '; no non-compliance of ' || r.clause || ' identified by '
                      || (r.reviewed_at_day + interval '$nc_report_days days')::date AS detail
                  FROM (
                    SELECT review_id, outcome, clause, reviewed_at_day FROM reviews
                    WHERE $in_window(reviewed_at) AND coalesce(outcome = 'unsatisfactory', TRUE)
                      AND $as_of_day > reviewed_at_day + interval '$nc_report_days days'
                  ) r LEFT JOIN noncompliances n
                    ON n.identified_on >= r.reviewed_at_day
                   AND n.identified_on <= r.reviewed_at_day + interval '$nc_report_days days'
                  GROUP BY r.review_id, r.outcome, r.clause, r.reviewed_at_day",
        },
    ],
    judgements: &[],
    record: "each non-compliance, when it was identified and reported, and the report; kept 2 years",
    needs: &[&NONCOMPLIANCES, &REVIEWS],
    readings: &[Reading {
        of: "identified during audit",
        taken_as: "every unsatisfactory review leads to a non-compliance of its clause, identified from its day to 28 days after",
        because: "what a review found and nobody recorded would never be reported",
    }],
    kind: None,
};
