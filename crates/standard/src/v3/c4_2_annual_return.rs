//! 4.2: what the LEA tells the National Auditor about its cameras every year.

use crate::evidence::{CAMERAS, CLOCK_CHECKS, FAILURES, LOCATION_CHECKS, MOBILE_TRANSFERS, PERFORMANCE_TESTS, REVIEWS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, Population, Reading, Sample};
use crate::v3::text::{lea_reviews};

pub static CLAUSE: Clause = Clause {
    id: "4.2",
    title: "Annual return on cameras",
    asks: "Every 12 months the LEA tells the National Auditor how many cameras it operates, how many were tested, how accurate their time and location were, and what was repaired.",
    by: By::Lea,
    population: Population::Rows { of: &CAMERAS, given: "$served_in_window" },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[
        lea_reviews(Every::Months(12)),
        Check::Query {
            code: "camera_unregistered",
            says: "records name a camera that the register does not know",
            needs: &[&CAMERAS],
            sql: "SELECT n.camera_id AS subject,
                    CASE WHEN n.camera_id IS NULL THEN NULL ELSE c.camera_id IS NULL END AS verdict,
                    n.named_by || ' names a camera that the register does not know' AS detail
                  FROM (
                    SELECT camera_id, min(named_by) AS named_by FROM (SELECT camera_id, 'clock_checks' AS named_by FROM clock_checks WHERE $in_window(checked_at)
                    UNION ALL SELECT camera_id, 'location_checks' AS named_by FROM location_checks WHERE $in_window(checked_at)
                    UNION ALL SELECT camera_id, 'performance_tests' AS named_by FROM performance_tests WHERE $in_window(tested_at)
                    UNION ALL SELECT camera_id, 'mobile_transfers' AS named_by FROM mobile_transfers WHERE $in_window(collected_until)
                    UNION ALL SELECT camera_id, 'failures' AS named_by FROM failures WHERE $in_window(failed_at))
                    WHERE camera_id <> '' GROUP BY camera_id
                    UNION ALL
                    SELECT camera_id, named_by FROM (SELECT camera_id, 'clock_checks' AS named_by FROM clock_checks WHERE $in_window(checked_at)
                    UNION ALL SELECT camera_id, 'location_checks' AS named_by FROM location_checks WHERE $in_window(checked_at)
                    UNION ALL SELECT camera_id, 'performance_tests' AS named_by FROM performance_tests WHERE $in_window(tested_at)
                    UNION ALL SELECT camera_id, 'mobile_transfers' AS named_by FROM mobile_transfers WHERE $in_window(collected_until)
                    UNION ALL SELECT camera_id, 'failures' AS named_by FROM failures WHERE $in_window(failed_at)) WHERE camera_id IS NULL
                  ) n LEFT JOIN cameras c ON c.camera_id = n.camera_id",
        },
    ],
    judgements: &[Judgement { name: "complete", asks: "Does the return count every camera that submitted data in the 12 months?" }],
    record: "the return as sent, and when; kept 2 years",
    needs: &[&CAMERAS, &CLOCK_CHECKS, &LOCATION_CHECKS, &PERFORMANCE_TESTS, &MOBILE_TRANSFERS, &FAILURES, &REVIEWS],
    readings: &[
        Reading {
            of: "cameras operated",
            taken_as: "those of the register in service at some moment of the window; a camera that other records name and the register does not is an exception, and is not counted",
            because: "a count that leaves cameras out cannot be right",
        },
        Reading {
            of: "tested during the preceding 12 months",
            taken_as: "with a clock check, a location check, or a performance test that observed anything, in the window; accuracy is told by the latest of each",
            because: "accuracy of time and place is what the return is to tell, and a repair is answered by the check after it",
        },
        Reading {
            of: "maintenance conducted following testing",
            taken_as: "what clock and location checks, and reviews of 4.1.2 and 4.1.3, record as maintenance",
            because: "that is where the standard has it recorded",
        },
        Reading {
            of: "details of each camera, where one is covert",
            taken_as: "covert cameras, and those whose kind was withheld, are counted and never named; nor is a record of maintenance that names one told",
            because: "the return leaves the LEA, and a deployment under RIPA or RIPSA is not its to tell",
        },
    ],
    kind: None,
};
