//! The annual return for programs.

use custodes_checks::annual_return::{Camera, Checked, Counted, Performance};
use custodes_compliance::time::Day;
use custodes_standard::STANDARD;
use serde_json::{Value as Json, json};

use super::document::Told;
use crate::cli::json::{all_parameters, clause, inputs};

pub fn annual_return(told: &Told<'_>) -> Json {
    let drawn = told.drawn;
    json!({
        "standard": STANDARD,
        "clause": "4.2",
        "marking": custodes_report::MARKING,
        "from": told.window.from.to_string(),
        "as_of": told.window.as_of.to_string(),
        "cameras_counted": counted(told.all()),
        "covert": counted(drawn.covert),
        "kind_withheld": counted(drawn.kind_withheld),
        "cameras": drawn.cameras.iter().map(camera).collect::<Vec<_>>(),
        "maintenance": drawn.maintenance.iter().map(|record| json!({
            "camera_id": record.camera_id, "date": record.done.to_string(), "after": record.after,
            "maintenance": record.maintenance,
        })).collect::<Vec<_>>(),
        "maintenance_unlisted": drawn.maintenance_unlisted,
        "maintenance_withheld": drawn.maintenance_withheld,
        "absent": drawn.absent,
        "notes": told.notes(),
        "clauses": told.outcome.clauses.iter().map(clause).collect::<Vec<_>>(),
        "parameters": all_parameters(told.parameters),
        "inputs": inputs(told.report),
    })
}

fn counted(counted: Counted) -> Json {
    json!({
        "operated": counted.operated, "operated_at_as_of": counted.operated_at_as_of, "tested": counted.tested,
    })
}

fn day(day: Option<Day>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn camera(camera: &Camera) -> Json {
    json!({
        "camera_id": camera.camera_id,
        "kind": camera.kind,
        "name": camera.name,
        "installed_on": day(camera.installed_on),
        "decommissioned_on": day(camera.decommissioned_on),
        "operated": camera.operated,
        "operated_at_as_of": camera.operated_at_as_of,
        "tested": camera.tested(),
        "clock": camera.clock.as_ref().map(|clock| checked(clock, "offset_seconds")),
        "location": camera.location.as_ref().map(|location| checked(location, "metres")),
        "performance": camera.performance.as_ref().map(performance),
    })
}

/// `beyond` is null where it cannot be said.
fn checked(checked: &Checked, measured: &str) -> Json {
    json!({
        "checks": checked.checks, "latest": checked.last.to_string(), measured: checked.measured,
        "beyond_tolerance": checked.beyond,
    })
}

fn performance(tested: &Performance) -> Json {
    json!({
        "tests": tested.tests, "latest": tested.last.to_string(), "kind": tested.kind, "observed": tested.observed,
        "captured": tested.captured, "read_correctly": tested.read_correctly,
    })
}
