//! 7.1.2: a vehicle on the road carries the current list.

use crate::evidence::{CAMERAS, MOBILE_LISTS, REVIEWS, VOI_LISTS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{REVIEW_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "7.1.2",
    title: "Lists on mobile systems",
    asks: "Every 7 days the LEA reviews that the lists held on mobile systems are the current version.",
    by: By::Lea,
    population: Population::Query {
        sql: "SELECT count(*) FROM (SELECT DISTINCT device_id, list_id FROM mobile_lists WHERE $in_window(observed_at))",
        needs: &[&MOBILE_LISTS],
    },
    arises: Arises::Query {
        sql: "SELECT (SELECT count(*) FROM cameras WHERE coalesce($served_in_window AND kind = 'mobile', TRUE)) > 0",
        needs: &[&CAMERAS],
        decided_by: &[&CAMERAS],
    },
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Days(7)),
        Check::Query {
            code: "deleted_list_held",
            says: "the device held a list that had been deleted",
            needs: &[&MOBILE_LISTS, &VOI_LISTS],
            sql: "SELECT subject, known AND deleted AS verdict FROM (SELECT o.subject, max(o.revision) AS held, max(v.list_id) IS NOT NULL AS known,
                      coalesce(min(v.deleted_at) < max(o.observed_at), FALSE) OR CASE WHEN $any(v.deleted_at_given IS NULL AND v.list_id IS NOT NULL) THEN NULL ELSE FALSE END AS deleted,
                      max(CASE WHEN v.revised_at <= o.observed_at - interval '168 hours' THEN v.revision END) AS current
                    FROM (SELECT o.device_id || '/' || o.list_id AS subject, o.list_id, o.observed_at, o.revision
                    FROM (SELECT *, row_number() OVER (PARTITION BY device_id, list_id ORDER BY observed_at DESC) AS latest
                          FROM mobile_lists WHERE $in_window(observed_at)) o WHERE o.latest = 1) o LEFT JOIN voi_lists v ON v.list_id = o.list_id
                    GROUP BY o.subject)",
        },
        Check::Query {
            code: "list_stale",
            says: "the device held an older revision than the one made a week before",
            needs: &[&MOBILE_LISTS, &VOI_LISTS],
            sql: "SELECT subject,
                    CASE WHEN NOT known THEN NULL
                         ELSE NOT deleted AND CASE WHEN current IS NULL THEN FALSE ELSE held < current END END AS verdict,
                    'held revision ' || held || ', revision ' || current || ' was current' AS detail
                  FROM (SELECT o.subject, max(o.revision) AS held, max(v.list_id) IS NOT NULL AS known,
                      coalesce(min(v.deleted_at) < max(o.observed_at), FALSE) OR CASE WHEN $any(v.deleted_at_given IS NULL AND v.list_id IS NOT NULL) THEN NULL ELSE FALSE END AS deleted,
                      max(CASE WHEN v.revised_at <= o.observed_at - interval '168 hours' THEN v.revision END) AS current
                    FROM (SELECT o.device_id || '/' || o.list_id AS subject, o.list_id, o.observed_at, o.revision
                    FROM (SELECT *, row_number() OVER (PARTITION BY device_id, list_id ORDER BY observed_at DESC) AS latest
                          FROM mobile_lists WHERE $in_window(observed_at)) o WHERE o.latest = 1) o LEFT JOIN voi_lists v ON v.list_id = o.list_id
                    GROUP BY o.subject)",
        },
    ],
    judgements: &[Judgement { name: "updated", asks: "Has each device that was behind been updated since?" }],
    record: REVIEW_RECORD,
    needs: &[&VOI_LISTS, &MOBILE_LISTS, &REVIEWS],
    readings: &[Reading {
        of: "remain the current version",
        taken_as: "not older than the highest revision made at least 7 days (168 hours) before the list was seen on the device",
        because: "the review comes every 7 days, so an update may take that long",
    }],
    kind: None,
};
