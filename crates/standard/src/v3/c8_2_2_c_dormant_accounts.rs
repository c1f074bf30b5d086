//! 8.2.2.c: an account that nobody uses is looked at before somebody else does.

use crate::evidence::{ACCOUNTS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Events, Judgement, Population, Reading, Sample, Within};
use crate::v3::text::{AUDIT_RECORD};

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.c",
    title: "Dormant accounts",
    asks: "Accounts with no access for 90 days are audited in the 14 days that follow.",
    by: By::Auditor,
    population: Population::Judged,
    arises: Arises::WithPopulation { decided_by: &[&ACCOUNTS, &REVIEWS] },
    sample: Sample::None,
    checks: &[Check::Event {
        within: Within::ParameterDays("dormant_review_days"),
        events: Events {
            sql: "SELECT subject, alias, CASE WHEN last_used_known IS NOT NULL THEN happened END AS happened, closed_at_day AS settled_on,
                    last_used_known AND CASE
                      WHEN happened > $last_day THEN FALSE
                      WHEN happened >= $first_day THEN NOT closed_at_given OR closed_after >= happened
                      ELSE NOT closed_at_given OR closed_at > $from END AS judged
                  FROM (
                    SELECT user_id || '/' || system || '/' || permission AS subject, user_id AS alias,
                      CASE WHEN last_access_at > authorised_at THEN last_access_at_day ELSE authorised_at_day END
                        + interval '$dormant_days days' AS happened,
                      CASE WHEN last_access_at_given IS NOT NULL THEN coalesce(last_access_at <= $as_of, TRUE) END AS last_used_known,
                      closed_at, closed_at_given, closed_at_day,
                      arrow_cast(closed_at - interval '1 microsecond', 'Timestamp(Microsecond, Some(\"Europe/London\"))')::date AS closed_after
                    FROM accounts
                  )",
            needs: &[&ACCOUNTS],
        },
    }],
    judgements: &[Judgement { name: "still_needed", asks: "Does the holder still need the account? If not, has it been closed?" }],
    record: AUDIT_RECORD,
    needs: &[&ACCOUNTS, &REVIEWS],
    readings: &[
        Reading {
            of: "a period of 90 days",
            taken_as: "from the day of the last access, or of the authorisation if that is later or the account was never used",
            because: "an account just given is not dormant",
        },
        Reading {
            of: "accounts to audit",
            taken_as: "those open at the London midnight that begins the 90th day; one closed by the end of the 14 days needs no audit",
            because: "closing it answers the question that the audit would ask",
        },
    ],
    kind: None,
};
