//! 7.1.1: a list that nobody revises any more is deleted.

use crate::evidence::{REVIEWS, VOI_LISTS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{REVIEW_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "7.1.1",
    title: "Deletion of vehicle-of-interest lists",
    asks: "Every 14 days the LEA reviews that each list was deleted 28 days after its latest revision.",
    by: By::Lea,
    population: Population::Query {
        sql: "SELECT count(*) FROM (SELECT list_id, min(deleted_at) AS deleted_at FROM voi_lists GROUP BY list_id)
              WHERE deleted_at IS NULL OR deleted_at >= $from",
        needs: &[&VOI_LISTS],
    },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Days(14)),
        Check::Query {
            code: "list_not_deleted",
            says: "the list should have been deleted and has not been",
            needs: &[&VOI_LISTS],
            sql: "SELECT list_id AS subject,
                    $as_of_day > latest + interval '$voi_list_days days' AND NOT deleted AS verdict,
                    'last revised on ' || latest AS detail
                  FROM (SELECT list_id, max(revised_at_day) AS latest, $any(deleted_at_given) AS deleted, min(deleted_at) AS deleted_at,
                      min(deleted_at_day) AS deleted_on, $any(deleted_at_given IS NULL) AS unknown
                    FROM voi_lists GROUP BY list_id)",
        },
        Check::Query {
            code: "list_deleted_late",
            says: "the list was deleted later than it should have been",
            needs: &[&VOI_LISTS],
            sql: "SELECT list_id AS subject,
                    $as_of_day > latest + interval '$voi_list_days days'
                    AND CASE WHEN deleted_on <= latest + interval '$voi_list_days days' THEN FALSE
                             WHEN deleted_at < $from THEN FALSE
                             WHEN unknown THEN NULL
                             ELSE coalesce($in_window(deleted_at), FALSE) END AS verdict,
                    'last revised on ' || latest || ', deleted on ' || deleted_on AS detail
                  FROM (SELECT list_id, max(revised_at_day) AS latest, $any(deleted_at_given) AS deleted, min(deleted_at) AS deleted_at,
                      min(deleted_at_day) AS deleted_on, $any(deleted_at_given IS NULL) AS unknown
                    FROM voi_lists GROUP BY list_id)",
        },
    ],
    judgements: &[Judgement { name: "gone", asks: "Has each deleted list gone from every system that received it?" }],
    record: REVIEW_RECORD,
    needs: &[&VOI_LISTS, &REVIEWS],
    readings: &[Reading {
        of: "28 days after the latest date of revision",
        taken_as: "deleted up to the 28th London day after the day of the latest revision, whenever that revision was made",
        because: "the text gives dates; a list that is revised again starts anew",
    }],
    kind: None,
};
