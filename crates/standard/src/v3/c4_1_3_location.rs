//! 4.1.3: where a read says it was made.

use crate::evidence::{CAMERAS, LOCATION_CHECKS};
use crate::model::{Arises, By, Check, Clause, Every, Judgement, MetBy, Population, Reading, Sample, Subjects};
use crate::v3::text::{REVIEW_RECORD};

pub static CLAUSE: Clause = Clause {
    id: "4.1.3",
    title: "Location",
    asks: "The recorded location of every camera that is not mobile is confirmed on installation, and every 6 months after that.",
    by: By::Lea,
    population: Population::Rows { of: &CAMERAS, given: "$served_in_window AND kind <> 'mobile'" },
    arises: Arises::WithPopulation { decided_by: &[&CAMERAS] },
    sample: Sample::None,
    checks: &[
        Check::Cadence {
            late: "review_late",
            overdue: "review_overdue",
            every: Every::Months(6),
            of: Subjects::Each {
                sql: "SELECT camera_id AS subject, installed_on AS first, decommissioned_on AS ended, kind <> 'mobile' AND $served_in_window AS applies
                      FROM cameras",
                needs: &[&CAMERAS],
            },
            met_by: MetBy::Records {
                sql: "SELECT camera_id AS subject, checked_at_day AS done, TRUE AS counts FROM location_checks",
                needs: &[&LOCATION_CHECKS],
            },
        },
        Check::Query {
            code: "not_confirmed_on_installation",
            says: "no check of the location when the camera was installed",
            needs: &[&CAMERAS, &LOCATION_CHECKS],
            sql: "SELECT c.camera_id AS subject,
                    c.kind <> 'mobile' AND $day_in_window(c.installed_on)
                    AND $as_of_day > c.installed_on + interval '$installation_grace_days days'
                    AND CASE WHEN l.first IS NULL THEN TRUE
                             ELSE l.first > c.installed_on + interval '$installation_grace_days days' END AS verdict
                  FROM cameras c LEFT JOIN (
                    SELECT camera_id, min(checked_at_day) AS first FROM location_checks GROUP BY camera_id
                  ) l ON l.camera_id = c.camera_id",
        },
        // The radii of curvature at the middle latitude of the WGS 84 ellipsoid: over the few metres
        // that matter here this is the geodesic, to nanometres.
        Check::Query {
            code: "location_out_of_tolerance",
            says: "the latest check found the camera further from its registered position than the tolerance",
            needs: &[&CAMERAS, &LOCATION_CHECKS],
            sql: "SELECT subject, applies AND metres > $location_tolerance_metres AS verdict,
                    'measured ' || round(metres, 1) || ' m from the registered position on ' || checked_on AS detail
                  FROM (
                    SELECT subject, applies, checked_on,
                      sqrt(power(6335439.327292819 / power(w, 1.5) * radians(north), 2)
                         + power(6378137.0 / sqrt(w) * cos(middle) * radians(east), 2)) AS metres
                    FROM (
                      SELECT subject, applies, checked_on, north, east, middle,
                        1.0 - 0.006694379990141317 * power(sin(middle), 2) AS w
                      FROM (
                        SELECT c.camera_id AS subject, c.kind <> 'mobile' AND $served_in_window AS applies, l.checked_at_day AS checked_on,
                          l.latitude - c.latitude AS north, l.longitude - c.longitude AS east,
                          radians((l.latitude + c.latitude) / 2.0) AS middle
                        FROM cameras c JOIN (
                          SELECT camera_id, latitude, longitude, checked_at_day,
                                 row_number() OVER (PARTITION BY camera_id ORDER BY checked_at DESC) AS latest
                          FROM location_checks WHERE $in_window(checked_at)
                        ) l ON l.camera_id = c.camera_id AND l.latest = 1
                      )
                    )
                  )",
        },
    ],
    judgements: &[Judgement { name: "maintained", asks: "Was each wrong location corrected in the register and in the camera, and measured again?" }],
    record: REVIEW_RECORD,
    needs: &[&CAMERAS, &LOCATION_CHECKS],
    readings: &[
        Reading {
            of: "reviewed at least every 6 months",
            taken_as: "a location check of that camera; a general review of the LEA does not count",
            because: "accuracy can only be confirmed camera by camera",
        },
        Reading {
            of: "confirmed on installation",
            taken_as: "a check dated up to installation_grace_days after the installation; one made before it counts",
            because: "the text gives no days, and a survey may precede the switch-on",
        },
    ],
    kind: None,
};
