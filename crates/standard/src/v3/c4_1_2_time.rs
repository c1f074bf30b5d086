//! 4.1.2: a read is worth no more than the clock of its camera.

use crate::evidence::{CAMERAS, CLOCK_CHECKS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{REVIEW_RECORD, lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "4.1.2",
    title: "Time",
    asks: "The time accuracy of every camera that submits data is evidenced, and the records are reviewed at least every 7 days.",
    by: By::Lea,
    population: Population::Rows { of: &CAMERAS, given: "$served_in_window" },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Days(7)),
        Check::Query {
            code: "clock_evidence_missing",
            says: "no check of the camera's clock in the days before the as-of date",
            needs: &[&CAMERAS, &CLOCK_CHECKS],
            sql: "SELECT c.camera_id AS subject, $in_service_at_as_of AND c.installed_on <= $clock_evidence_from_day AND k.camera_id IS NULL AS verdict
                  FROM cameras c LEFT JOIN (
                    SELECT DISTINCT camera_id FROM clock_checks
                    WHERE checked_at >= $clock_evidence_from AND checked_at < $as_of
                  ) k ON k.camera_id = c.camera_id",
        },
        Check::Query {
            code: "clock_out_of_tolerance",
            says: "the latest check found the clock further from the reference than the tolerance",
            needs: &[&CAMERAS, &CLOCK_CHECKS],
            sql: "SELECT c.camera_id AS subject, $served_in_window AND abs(k.offset_seconds) > $clock_tolerance_seconds AS verdict,
                    'the clock was ' || k.offset_seconds || ' s from the reference on ' || k.checked_at_day AS detail
                  FROM cameras c JOIN (
                    SELECT camera_id, offset_seconds, checked_at_day,
                           row_number() OVER (PARTITION BY camera_id ORDER BY checked_at DESC) AS latest
                    FROM clock_checks WHERE $in_window(checked_at)
                  ) k ON k.camera_id = c.camera_id AND k.latest = 1",
        },
    ],
    judgements: &[Judgement { name: "maintained", asks: "Was each clock beyond tolerance corrected, and checked again?" }],
    record: REVIEW_RECORD,
    needs: &[&CAMERAS, &CLOCK_CHECKS, &REVIEWS],
    readings: &[
        Reading {
            of: "beyond tolerance",
            taken_as: "the latest check of the window only: maintenance is answered by a later check, not by a word",
            because: "what counts is that the clock is right again",
        },
        Reading {
            of: "evidence of the accuracy of every camera",
            taken_as: "a check in the days before the as-of instant, for cameras in service throughout them",
            because: "a camera installed inside those days may not have had its first check yet",
        },
    ],
    kind: None,
};
