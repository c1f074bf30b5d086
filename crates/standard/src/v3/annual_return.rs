//! 4.2: what the annual return is drawn from, as queries over the declared evidence.
//!
//! The return is for the National Auditor: how many cameras, how many tested in the window, how accurate
//! the time and place of each one tested, what maintenance followed. Numbers come as text, as they are
//! shown; a value that was withheld is NULL.

/// Cameras in service at some moment of the window, or of which that was withheld.
pub const CAMERAS: &str = "
    SELECT camera_id, kind, name, installed_on, decommissioned_on,
           $served_in_window AS operated, $in_service_at_as_of AS operated_at_as_of
    FROM cameras WHERE coalesce($served_in_window, TRUE) ORDER BY camera_id";

/// Of each camera the number of clock checks in the window, those beyond tolerance, and the latest.
pub const CLOCK: &str = "
    SELECT camera_id, checks, wide, checked_at_day AS last, CAST(offset_seconds AS VARCHAR) AS measured,
           abs(offset_seconds) > $clock_tolerance_seconds AS beyond
    FROM (
      SELECT camera_id, checked_at_day, offset_seconds,
             count(*) OVER (PARTITION BY camera_id) AS checks,
             sum(CASE WHEN abs(offset_seconds) > $clock_tolerance_seconds THEN 1 ELSE 0 END)
               OVER (PARTITION BY camera_id) AS wide,
             row_number() OVER (PARTITION BY camera_id ORDER BY checked_at DESC) AS latest
      FROM clock_checks WHERE $in_window(checked_at)
    ) WHERE latest = 1";

/// Of each camera the number of location checks in the window, and where the latest found it. The distance
/// is reckoned as 4.1.3 reckons it.
pub const LOCATION: &str = "
    SELECT camera_id, checks, last, CAST(round(metres, 1) AS VARCHAR) AS measured,
           metres > $location_tolerance_metres AS beyond
    FROM (
      SELECT camera_id, checks, last,
        sqrt(power(6335439.327292819 / power(w, 1.5) * radians(north), 2)
           + power(6378137.0 / sqrt(w) * cos(middle) * radians(east), 2)) AS metres
      FROM (
        SELECT camera_id, checks, last, north, east, middle,
               1.0 - 0.006694379990141317 * power(sin(middle), 2) AS w
        FROM (
          SELECT c.camera_id, l.checks, l.checked_at_day AS last,
                 l.latitude - c.latitude AS north, l.longitude - c.longitude AS east,
                 radians((l.latitude + c.latitude) / 2.0) AS middle
          FROM cameras c JOIN (
            SELECT camera_id, latitude, longitude, checked_at_day,
                   count(*) OVER (PARTITION BY camera_id) AS checks,
                   row_number() OVER (PARTITION BY camera_id ORDER BY checked_at DESC) AS latest
            FROM location_checks WHERE $in_window(checked_at)
          ) l ON l.camera_id = c.camera_id AND l.latest = 1
        )
      )
    )";

/// Of each camera the number of performance tests in the window that observed anything, and the latest.
pub const PERFORMANCE: &str = "
    SELECT camera_id, checks, tested_at_day AS last, kind, observed, captured, read_correctly
    FROM (
      SELECT *, count(*) OVER (PARTITION BY camera_id) AS checks,
             row_number() OVER (PARTITION BY camera_id ORDER BY tested_at DESC) AS latest
      FROM performance_tests WHERE $in_window(tested_at) AND observed > 0
    ) WHERE latest = 1";

/// What was done after a clock check, a location check, or a review of either.
pub const MAINTENANCE: &str = "
    SELECT * FROM (
      SELECT camera_id, checked_at_day AS done, CAST('clock check' AS VARCHAR) AS after, maintenance
      FROM clock_checks WHERE $in_window(checked_at) AND coalesce(maintenance <> '', TRUE)
      UNION ALL
      SELECT camera_id, checked_at_day AS done, CAST('location check' AS VARCHAR) AS after, maintenance
      FROM location_checks WHERE $in_window(checked_at) AND coalesce(maintenance <> '', TRUE)
      UNION ALL
      SELECT subject AS camera_id, reviewed_at_day AS done, CAST('review of ' || clause AS VARCHAR) AS after, maintenance
      FROM reviews WHERE $in_window(reviewed_at) AND clause IN ('4.1.2', '4.1.3') AND coalesce(maintenance <> '', TRUE)
    ) ORDER BY camera_id, done, after, maintenance";
