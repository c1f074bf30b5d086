//! 5.1.3: cameras of kind `multi_lane`: one camera over several lanes.

use crate::evidence::{CAMERAS, DEPLOYMENTS, PERFORMANCE_TESTS, REVIEWS};
use crate::model::{Arises, By, Clause, Population, Sample};
use crate::v3::text::{REVIEW_RECORD};
use crate::v3::c5_1_cameras::{ACCURACY, ANNUAL_REVIEW, CAPTURE, EVALUATION, INSTALLATION_TEST, JUDGEMENTS, NEED, READINGS};

pub static CLAUSE: Clause = Clause {
    id: "5.1.3",
    title: "Multi-lane cameras",
    asks: "The need for each such camera is evidenced and its performance shown on installation and monitored, its deployment is reviewed every year, and its performance is evaluated.",
    by: By::Lea,
    population: Population::Rows { of: &CAMERAS, given: "$served_in_window AND kind = '$kind'" },
    arises: Arises::WithPopulation { decided_by: &[&CAMERAS] },
    sample: Sample::None,
    checks: &[NEED, INSTALLATION_TEST, CAPTURE, ACCURACY, EVALUATION, ANNUAL_REVIEW],
    judgements: JUDGEMENTS,
    record: REVIEW_RECORD,
    needs: &[&CAMERAS, &DEPLOYMENTS, &PERFORMANCE_TESTS, &REVIEWS],
    readings: READINGS,
    kind: Some("multi_lane"),
};
