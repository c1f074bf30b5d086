//! 5.1.2: cameras of kind `moveable`: placed for a time in a fixed position.

use crate::evidence::{CAMERAS, DEPLOYMENTS, PERFORMANCE_TESTS};
use crate::model::{Arises, By, Clause, Population, Sample};
use crate::v3::text::{REVIEW_RECORD};
use crate::v3::c5_1_cameras::{ACCURACY, CAPTURE, EVALUATION, INSTALLATION_TEST, JUDGEMENTS, NEED, READINGS};

pub static CLAUSE: Clause = Clause {
    id: "5.1.2",
    title: "Moveable cameras",
    asks: "The need for each such camera is evidenced and its performance shown on installation and monitored, and its performance is evaluated.",
    by: By::Lea,
    population: Population::Rows { of: &CAMERAS, given: "$served_in_window AND kind = '$kind'" },
    arises: Arises::WithPopulation { decided_by: &[&CAMERAS] },
    sample: Sample::None,
    checks: &[NEED, INSTALLATION_TEST, CAPTURE, ACCURACY, EVALUATION],
    judgements: JUDGEMENTS,
    record: REVIEW_RECORD,
    needs: &[&CAMERAS, &DEPLOYMENTS, &PERFORMANCE_TESTS],
    readings: READINGS,
    kind: Some("moveable"),
};
