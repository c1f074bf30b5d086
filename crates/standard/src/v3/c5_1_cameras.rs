//! What 5.1.1 to 5.1.5 have in common: the need for a camera, its performance, and the reviews of both.
//!
//! Each kind of camera has its own clause and its own file; `$kind` is that kind.

use crate::evidence::{CAMERAS, DEPLOYMENTS, PERFORMANCE_TESTS};
use crate::model::{Check, Every, Judgement, MetBy, Reading, Subjects};

/// The need for deployment was assessed before it, and approved.
pub const NEED: Check = Check::Query {
    code: "need_not_evidenced",
    says: "no deployment record, or its assessment of need is missing, later than the deployment, or not approved",
    needs: &[&CAMERAS, &DEPLOYMENTS],
    sql: "SELECT c.camera_id AS subject,
            c.kind = '$kind' AND $in_service_at_as_of AND (max(d.camera_id) IS NULL OR $any(
              d.camera_id IS NOT NULL AND (d.latest = 1 OR $day_in_window(d.deployed_on))
              AND (NOT d.need_assessed_on_given OR d.need_assessed_on > d.deployed_on OR d.approved_by = ''))) AS verdict
          FROM cameras c LEFT JOIN (
            SELECT *, row_number() OVER (PARTITION BY camera_id ORDER BY deployed_on DESC) AS latest FROM deployments
          ) d ON d.camera_id = c.camera_id
          GROUP BY c.camera_id, c.kind, c.installed_on, c.decommissioned_on_given",
};

/// Performance was shown when the camera was installed.
pub const INSTALLATION_TEST: Check = Check::Query {
    code: "installation_test_missing",
    says: "no performance test when the camera was installed",
    needs: &[&CAMERAS, &PERFORMANCE_TESTS],
    sql: "SELECT c.camera_id AS subject,
            c.kind = '$kind' AND $day_in_window(c.installed_on)
            AND $as_of_day > c.installed_on + interval '$installation_grace_days days'
            AND NOT $any(p.camera_id IS NOT NULL AND p.kind = 'installation' AND p.observed > 0
              AND p.tested_at_day <= c.installed_on + interval '$installation_grace_days days') AS verdict
          FROM cameras c LEFT JOIN performance_tests p ON p.camera_id = c.camera_id
          GROUP BY c.camera_id, c.kind, c.installed_on",
};

pub const CAPTURE: Check = Check::Query {
    code: "capture_rate_low",
    says: "the latest test captured a smaller share of the plates than the minimum",
    needs: &[&CAMERAS, &PERFORMANCE_TESTS],
    sql: "SELECT c.camera_id AS subject,
            c.kind = '$kind' AND $served_in_window AND p.captured * $capture_rate_min_denominator < p.observed * $capture_rate_min_numerator AS verdict,
            'captured ' || p.captured || ' of ' || p.observed || ' on ' || p.tested_at_day AS detail
          FROM cameras c JOIN (
            SELECT *, row_number() OVER (PARTITION BY camera_id ORDER BY tested_at DESC) AS latest
            FROM performance_tests WHERE $in_window(tested_at) AND (observed > 0 OR observed IS NULL)
          ) p ON p.camera_id = c.camera_id AND p.latest = 1",
};

pub const ACCURACY: Check = Check::Query {
    code: "read_accuracy_low",
    says: "the latest test read a smaller share of the captured plates correctly than the minimum",
    needs: &[&CAMERAS, &PERFORMANCE_TESTS],
    sql: "SELECT c.camera_id AS subject,
            c.kind = '$kind' AND $served_in_window AND CASE WHEN p.observed IS NULL THEN NULL ELSE p.captured > 0
            AND p.read_correctly * $read_accuracy_min_denominator < p.captured * $read_accuracy_min_numerator END AS verdict,
            'read ' || p.read_correctly || ' of ' || p.captured || ' correctly on ' || p.tested_at_day AS detail
          FROM cameras c JOIN (
            SELECT *, row_number() OVER (PARTITION BY camera_id ORDER BY tested_at DESC) AS latest
            FROM performance_tests WHERE $in_window(tested_at) AND (observed > 0 OR observed IS NULL)
          ) p ON p.camera_id = c.camera_id AND p.latest = 1",
};

const OF_THIS_KIND: Subjects = Subjects::Each {
    sql: "SELECT camera_id AS subject, installed_on AS first, decommissioned_on AS ended, kind = '$kind' AND $served_in_window AS applies
          FROM cameras",
    needs: &[&CAMERAS],
};

/// Performance is tested again within `evaluation_months`.
pub const EVALUATION: Check = Check::Cadence {
    late: "evaluation_late",
    overdue: "evaluation_overdue",
    every: Every::ParameterMonths("evaluation_months"),
    of: OF_THIS_KIND,
    met_by: MetBy::Records {
        sql: "SELECT camera_id AS subject, tested_at_day AS done, observed > 0 AS counts FROM performance_tests",
        needs: &[&PERFORMANCE_TESTS],
    },
};

/// The deployment itself is reviewed every year.
pub const ANNUAL_REVIEW: Check = Check::Cadence {
    late: "review_late",
    overdue: "review_overdue",
    every: Every::Months(12),
    of: OF_THIS_KIND,
    met_by: MetBy::Reviews,
};

pub const JUDGEMENTS: &[Judgement] = &[
    Judgement { name: "needed", asks: "Is the need for the camera still what its assessment says?" },
    Judgement { name: "performing", asks: "Do the tests show the performance that NASPLE section 9.7 asks for?" },
];

pub const READINGS: &[Reading] = &[
    Reading {
        of: "performance on installation",
        taken_as: "a test of kind installation dated up to installation_grace_days after it; a test that observed nothing is no test",
        because: "the text gives no days",
    },
    Reading {
        of: "performance evaluation",
        taken_as: "a performance test of any kind at least every evaluation_months",
        because: "the text points at NASPLE section 9.14 and gives no period",
    },
    Reading {
        of: "evidence of need",
        taken_as: "the latest deployment, and every one in the window, was assessed on or before its date and approved by somebody",
        because: "an assessment made afterwards is no evidence that the need came first",
    },
];
