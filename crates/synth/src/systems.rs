//! What the systems hold, what they pass on, and when they fail.

use std::io;

use custodes_standard::evidence::{FAILURES, HOLDINGS, MOBILE_TRANSFERS, ONWARD_TRANSFERS};

use crate::calendar::{DAY, HOUR, MINUTE};
use crate::cameras::{Camera, Kind};
use crate::draw::Stream;
use crate::force::{Force, Output};
use crate::key::Key;
use crate::reviews::{Record, Review};
use crate::schedule::{Lateness, Period, Schedule};
use crate::table::{Cell, Table};
use crate::words;

const LOCAL: &[&str] = &["BOF-NORTH", "BOF-SOUTH", "CCTV-HUB", "MDT-STORE", "ROADSIDE-1"];
const NATIONAL: &[&str] = &["NAS", "NSAP"];
/// A component that nothing in the register explains.
const NO_CAMERA: &str = "NMC-8802";

/// Writes `holdings`, `onward_transfers`, `mobile_transfers` and `failures`.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>, cameras: &[Camera]) -> io::Result<()> {
    output.set(force, &HOLDINGS, |table, key, _| {
        for (number, system) in LOCAL.iter().enumerate() {
            let departs = force.departs() && number == 0;
            if departs {
                key.plant("6.1.1", "retained_beyond_limit", *system);
            }
            snapshots(force, table, system, number as u64, departs)?;
        }
        for (number, system) in NATIONAL.iter().enumerate() {
            let departs = force.departs() && number == 1;
            if departs {
                key.plant("8.2.3.a", "retained_beyond_limit", *system);
                key.plant("8.3.4", "retained_beyond_limit", *system);
            }
            snapshots(force, table, system, 100 + number as u64, departs)?;
        }
        Ok(())
    })?;
    for (number, system) in LOCAL.iter().enumerate() {
        let lateness = match (force.departs(), number) {
            (true, 1) => Lateness::LATE,
            (true, 2) => Lateness::OVERDUE,
            _ => Lateness::NONE,
        };
        let mut draw = force.draw(Stream::Review, 1100 + number as u64);
        let schedule = Schedule::new(force, &mut draw, Period::Months(6), lateness);
        for &day in &schedule.dates {
            let at = day.at(draw.between(9, 16), draw.between(0, 59));
            let review = Review::by_auditor("6.1.1", *system, at, &mut draw);
            output.book.enter(Review { record: Record::Kept, ..review });
        }
        if let Some((due, done)) = schedule.late {
            output.key.plant_due("6.1.1", "review_late", *system, due, Some(done));
        }
        if let Some(due) = schedule.overdue {
            output.key.plant_due("6.1.1", "review_overdue", *system, due, None);
        }
    }
    write_onward_transfers(force, output)?;
    let mobile: Vec<&Camera> = cameras.iter().filter(|camera| camera.kind == Kind::Mobile).collect();
    output.set(force, &MOBILE_TRANSFERS, |table, key, _| {
        mobile.iter().enumerate().try_for_each(|(nth, camera)| mobile_transfers(force, table, key, nth, camera))
    })?;
    write_failures(force, output, cameras)
}

/// One statement a month, from before the window.
fn snapshots(force: &Force<'_>, table: &mut Table, system: &str, number: u64, departs: bool) -> io::Result<()> {
    let national = number >= 100;
    for month in -13..12 {
        let mut draw = force.draw(Stream::Holding, number << 8 | (month + 20) as u64);
        let at = force.from.plus_months(month).plus(3).at(4, 30);
        let last = month == 11;
        let preserved = draw.between(0, 3) * 40;
        let beyond = if departs && last { Some(preserved + 1_250) } else { Some(preserved) };
        // A local system that states no count has to show its oldest record instead.
        let uncounted = !departs && !national && number == 3;
        let oldest = if national { at - draw.between(300, 364) * DAY } else { at - draw.between(3, 6) * DAY };
        table.row(&[
            Cell::Text(system),
            Cell::At(at),
            Cell::Text(if national { "national" } else { "local" }),
            Cell::At(oldest),
            if uncounted { Cell::Blank } else { Cell::int(beyond) },
            if uncounted { Cell::Blank } else { Cell::Int(preserved) },
        ])?;
    }
    Ok(())
}

fn write_onward_transfers(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &ONWARD_TRANSFERS, |table, key, _| {
        for row in 0..(force.sizes.lists * 2) {
            let mut draw = force.draw(Stream::Onward, row);
            let id = format!("OT-{:04}", row + 1);
            let at = force.day_within(&mut draw, 2, 2).at(draw.between(8, 18), draw.between(0, 59));
            let authority = format!("SUPT/{}/{}", draw.pick(words::OPERATIONS), draw.between(10, 99));
            let authority = match (force.departs(), row) {
                (true, 2) => {
                    key.plant("6.1.1", "transfer_unauthorised", id.clone());
                    ""
                }
                (true, 4) => "* * *",
                _ => &authority,
            };
            table.row(&[
                Cell::Text(&id),
                Cell::Text(LOCAL[draw.below(5) as usize]),
                Cell::At(at),
                Cell::Text(draw.pick(&["Regional analysis cell", "Partner force evidence store", "Counsel’s portal"])),
                Cell::text(authority),
            ])?;
        }
        Ok(())
    })
}

/// Two or three transfers a week, the last of them well before the end.
fn mobile_transfers(
    force: &Force<'_>,
    table: &mut Table,
    key: &mut Key,
    nth: usize,
    camera: &Camera,
) -> io::Result<()> {
    let mut day = force.from.plus(1);
    let mut row = 0;
    while day < force.as_of.plus(-3) {
        let mut draw = force.draw(Stream::MobileTransfer, (nth as u64) << 20 | row);
        let id = format!("MT-{nth:03}-{row:04}");
        let collected = day.at(draw.between(12, 22), draw.between(0, 59));
        let mut transferred = Some(collected + draw.between(5, 23 * 60) * MINUTE);
        let captured = draw.between(200, 9_000);
        let mut arrived = captured;
        match (force.departs(), nth, row) {
            (true, 0, 20) => {
                transferred = Some(collected + 24 * HOUR + 25 * MINUTE);
                key.plant("6.1.2", "transfer_late", id.clone());
            }
            (true, 1, 20) => {
                transferred = None;
                key.plant("6.1.2", "transfer_late", id.clone());
            }
            (true, 2, 20) => {
                arrived = captured - 17;
                key.plant("6.1.2", "records_lost", id.clone());
            }
            _ => {}
        }
        table.row(&[
            Cell::Text(&id),
            Cell::Text(&camera.id),
            Cell::At(collected),
            Cell::at(transferred),
            Cell::Int(captured),
            Cell::Int(if transferred.is_some() { arrived } else { 0 }),
        ])?;
        row += 1;
        day = day.plus(draw.days(2, 4));
    }
    Ok(())
}

fn write_failures(force: &Force<'_>, output: &mut Output<'_>, cameras: &[Camera]) -> io::Result<()> {
    output.set(force, &FAILURES, |table, key, _| {
        for row in 0..force.sizes.failures {
            let mut draw = force.draw(Stream::Failure, row);
            let id = format!("FL-{:05}", row + 1);
            let failed = force.day_within(&mut draw, 1, 5).at(draw.between(3, 23), draw.between(0, 59));
            let mut restored = Some(failed + draw.between(20, 71 * 60) * MINUTE);
            let camera = &cameras[draw.below(cameras.len() as u64) as usize];
            let (mut camera, component) = if draw.one_in(5) {
                ("", "back office link")
            } else {
                (camera.id.as_str(), draw.pick(words::COMPONENTS))
            };
            match (force.departs(), row) {
                (true, 1) => {
                    restored = Some(failed + 72 * HOUR + MINUTE);
                    key.plant("6.1.3", "reinstatement_late", id.clone());
                }
                (true, 2) => {
                    restored = None;
                    key.plant("6.1.3", "reinstatement_late", id.clone());
                }
                (true, 3) => {
                    camera = NO_CAMERA;
                    key.plant("4.2", "camera_unregistered", NO_CAMERA);
                }
                _ => {}
            }
            table.row(&[
                Cell::Text(&id),
                Cell::text(camera),
                Cell::Text(component),
                Cell::At(failed),
                Cell::at(restored),
            ])?;
        }
        Ok(())
    })
}
