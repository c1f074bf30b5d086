//! 8.2.2.d: who has left has no access, and nobody uses it in their name.

use crate::evidence::{ACCOUNTS, LOGONS, REVIEWS, SEARCHES};
use crate::model::{Arises, By, Check, Clause, Events, Judgement, Population, Reading, Sample, Test, Within};
use crate::v3::text::{AUDIT_RECORD};

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.d",
    title: "Leavers",
    asks: "The accounts of staff who left are audited within 48 hours: access has ceased.",
    by: By::Auditor,
    population: Population::Judged,
    arises: Arises::WithPopulation { decided_by: &[&ACCOUNTS, &LOGONS, &SEARCHES, &REVIEWS] },
    sample: Sample::None,
    checks: &[
        Check::Rows {
            of: &ACCOUNTS,
            given: "left_at_given AND $still_open(left_at, closed_at)",
            also_needs: &[],
            tests: &[Test {
                code: "leaver_access_open",
                says: "the account was open longer than 48 hours after its holder left",
                when: "$as_of > left_at + interval '$leaver_hours hours'
                       AND (NOT closed_at_given OR closed_at > left_at + interval '$leaver_hours hours')",
            }],
        },
        Check::Query {
            code: "access_after_leaving",
            says: "the account was used after its holder left",
            needs: &[&ACCOUNTS],
            sql: ACCESS_AFTER_LEAVING,
        },
        Check::Event {
            within: Within::ParameterHours("leaver_hours"),
            events: Events {
                sql: "SELECT user_id || '/' || system || '/' || permission AS subject, user_id AS alias, left_at AS happened,
                        CAST(NULL AS DATE) AS settled_on, left_at_given AND left_at < $as_of AS judged,
                        coalesce($still_open(left_at, closed_at), FALSE) AS counted
                      FROM accounts WHERE left_at_given IS NULL OR left_at_given",
                needs: &[&ACCOUNTS],
            },
        },
    ],
    judgements: &[Judgement { name: "ceased", asks: "Were all of the leaver's accounts closed, on both systems?" }],
    record: AUDIT_RECORD,
    needs: &[&ACCOUNTS, &LOGONS, &SEARCHES, &REVIEWS],
    readings: &[
        Reading {
            of: "access after leaving",
            taken_as: "a successful log-on, or a search on that system, after the person left and before they were next authorised",
            because: "someone who comes back is authorised again",
        },
        Reading {
            of: "left",
            taken_as: "at the time given; a date alone is the end of that London day",
            because: "a person may work until the end of their last day",
        },
    ],
    kind: None,
};

// `leaver_searches` and `leaver_logons` are what the engine collected of these two sets for the users
// who left in the window: the sets themselves may be too large to join.
const ACCESS_AFTER_LEAVING: &str = "
    WITH leavers AS (
      SELECT user_id, system, user_id || '/' || system || '/' || permission AS subject, left_at, position
      FROM accounts WHERE $in_window(left_at)
    ), bounded AS (
      SELECT l.subject, l.user_id, l.system, l.left_at, l.position,
        min(CASE WHEN a.system = l.system THEN a.authorised_at END) AS back_here,
        min(a.authorised_at) AS back_anywhere
      FROM leavers l LEFT JOIN accounts a ON a.user_id = l.user_id AND a.authorised_at > l.left_at
      GROUP BY l.subject, l.user_id, l.system, l.left_at, l.position
    ), used AS (
      SELECT b.position, s.system = b.system AS used FROM bounded b JOIN leaver_searches s ON s.user_id = b.user_id
      WHERE s.searched_at > b.left_at AND coalesce(s.searched_at < b.back_here, TRUE)
      UNION ALL
      SELECT b.position, g.outcome = 'success' AS used FROM bounded b JOIN leaver_logons g ON g.user_id = b.user_id
      WHERE g.at > b.left_at AND coalesce(g.at < b.back_anywhere, TRUE)
    )
    SELECT b.subject, $any(u.position IS NOT NULL AND u.used) AS verdict
    FROM bounded b LEFT JOIN used u ON u.position = b.position GROUP BY b.subject, b.position
    UNION ALL
    SELECT user_id || '/' || system || '/' || permission AS subject, CAST(NULL AS BOOLEAN) AS verdict
    FROM accounts WHERE left_at_given IS NULL";
