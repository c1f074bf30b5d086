//! What 3.b and 3.c have in common: whether the reviewer held an open account of some permission.
//!
//! The user ids of a person stand in one cell, and no two systems divide them alike. Spaces do; `,`, `;` and
//! `|` do where no account's own id holds one, and where one does nobody can say. Part of the list masked is
//! a list of which some ids are unknown.

use crate::model::Reading;

/// Of each review in the window whose clause is, or may be, among `$clauses`. A withheld clause leaves no
/// verdict on a reviewer who held such an account, and changes nothing about one who did not.
macro_rules! held_open_account {
    ($clauses:literal, $permissions:literal) => {
        concat!(
            "WITH asked AS (
               SELECT *, clause IN (",
            $clauses,
            ") AS of_clause FROM reviews
               WHERE coalesce(clause IN (",
            $clauses,
            "), TRUE) AND $in_window(reviewed_at)
             ), held AS (
               SELECT user_id, authorised_at, closed_at, closed_at_given FROM accounts
               WHERE permission IN (",
            $permissions,
            ")
             ), marks AS (
               SELECT coalesce(bool_or(regexp_like(user_id, '[,;|]')), FALSE) AS in_ids FROM accounts
             ), listed AS (
               SELECT person_id, user_ids, in_ids,
                      ' ' || regexp_replace(user_ids, '\\s+', ' ', 'g') || ' ' AS as_given,
                      ' ' || regexp_replace(user_ids, '[\\s,;|]+', ' ', 'g') || ' ' AS divided
               FROM auditors CROSS JOIN marks
             ), lists AS (
               SELECT person_id, CASE WHEN in_ids THEN as_given ELSE divided END AS ids,
                      user_ids IS NULL OR (in_ids AND regexp_like(user_ids, '[,;|]'))
                      OR regexp_like(user_ids, '[*█]')
                      OR regexp_like(divided, ' (#+|\\[?redacted\\]?|withheld|#n/a|#[a-z0-9/]+[!?]) ', 'i') AS unclear
               FROM listed
             ), pairs AS (
               SELECT r.review_id, h.authorised_at <= r.reviewed_at
                      AND (NOT h.closed_at_given OR h.closed_at > r.reviewed_at) AS open
               FROM asked r JOIN held h ON h.user_id = r.reviewer_id
               UNION ALL
               SELECT r.review_id, p.authorised_at <= r.reviewed_at
                      AND (NOT p.closed_at_given OR p.closed_at > r.reviewed_at) AS open
               FROM asked r JOIN (
                 SELECT l.person_id, h.* FROM lists l JOIN held h ON strpos(l.ids, ' ' || h.user_id || ' ') > 0
               ) p ON p.person_id = r.reviewer_id
               UNION ALL
               SELECT r.review_id, CAST(NULL AS BOOLEAN) AS open
               FROM asked r JOIN lists l ON l.person_id = r.reviewer_id WHERE l.unclear
               UNION ALL
               SELECT review_id, CAST(NULL AS BOOLEAN) AS open FROM asked WHERE reviewer_id IS NULL
             )
             SELECT r.review_id AS subject, r.of_clause AND $any(p.open) AS verdict
             FROM asked r JOIN pairs p ON p.review_id = r.review_id GROUP BY r.review_id, r.of_clause"
        )
    };
}

pub const USER_ACCESS: &str = held_open_account!("$audit_clauses", "'user'");

pub const ADMINISTRATIVE_ACCESS: &str =
    held_open_account!("'8.2.2.e', '8.3.3', '8.3.5'", "'administrator', 'super_administrator'");

pub const READING: Reading = Reading {
    of: "staff with access",
    taken_as: "the reviewer's own id, and the user ids that the list of auditors gives for that person, at the instant of the review; the ids are divided by spaces, and by commas, semicolons or bars unless an account's own id holds one; where one does, or part of the list is masked, no verdict is given",
    because: "one person may have several accounts, under other ids, and lists of ids are exported in many ways",
};
