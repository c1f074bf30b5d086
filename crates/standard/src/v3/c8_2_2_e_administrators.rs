//! 8.2.2.e: who administers does not also use.

use crate::evidence::{ACCOUNTS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "8.2.2.e",
    title: "Administrators",
    asks: "Every year all staff with administrative access are audited: it is still appropriate, and not combined with user access.",
    by: By::Auditor,
    population: Population::Rows {
        of: &ACCOUNTS,
        given: "permission IN ('administrator', 'super_administrator') AND coalesce(NOT closed_at_given, TRUE)",
    },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::Query {
            code: "admin_is_user",
            says: "the person holds an administrator's and a user's account at once",
            needs: &[&ACCOUNTS],
            sql: "SELECT person AS subject,
                    $any(permission IN ('administrator', 'super_administrator') AND open) AND $any(permission = 'user' AND open) AS verdict
                  FROM (SELECT CASE WHEN person_id IS NULL OR person_id = '' THEN user_id ELSE person_id END AS person,
                      permission, NOT closed_at_given AS open FROM accounts) GROUP BY person",
        },
    ],
    judgements: &[Judgement { name: "appropriate", asks: "Does each administrator still need the access?" }],
    record: AUDIT_RECORD,
    needs: &[&ACCOUNTS, &REVIEWS],
    readings: &[Reading {
        of: "not combined with user access",
        taken_as: "of one person, on any system: the person named as holder, else the user id",
        because: "two user ids of one person are still one person",
    }],
    kind: None,
};
