//! Vehicle-of-interest lists, and the copies that mobile cameras carry.

use std::io;

use custodes_standard::evidence::{MOBILE_LISTS, VOI_LISTS};

use crate::calendar::{HOUR, MINUTE, Micros};
use crate::cameras::{Camera, Kind};
use crate::draw::Stream;
use crate::force::{Force, Output};
use crate::table::Cell;

struct List {
    id: String,
    /// Ascending; the n-th is revision n + 1.
    revised_at: Vec<Micros>,
    deleted_at: Option<Micros>,
    fault: u64,
}

const NOT_DELETED: u64 = 0;
const DELETED_LATE: u64 = 1;
const HELD: u64 = 2;
const STALE: u64 = 3;

/// Writes `voi_lists` and `mobile_lists`.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>, cameras: &[Camera]) -> io::Result<()> {
    let lists: Vec<List> = (0..force.sizes.lists).map(|row| make(force, row)).collect();
    output.set(force, &VOI_LISTS, |table, key, _| {
        for list in &lists {
            match list.fault {
                NOT_DELETED => key.plant("7.1.1", "list_not_deleted", list.id.clone()),
                DELETED_LATE => key.plant("7.1.1", "list_deleted_late", list.id.clone()),
                _ => {}
            }
            for (revision, &at) in list.revised_at.iter().enumerate() {
                let last = revision + 1 == list.revised_at.len();
                let deleted_at = if last { list.deleted_at } else { None };
                table.row(&[
                    Cell::Text(&list.id),
                    Cell::Int(revision as i64 + 1),
                    Cell::At(at),
                    Cell::at(deleted_at),
                ])?;
            }
        }
        Ok(())
    })?;
    let devices: Vec<&Camera> = cameras.iter().filter(|camera| camera.kind == Kind::Mobile).collect();
    output.set(force, &MOBILE_LISTS, |table, key, _| {
        for (at, device) in devices.iter().enumerate() {
            for (nth, list) in lists.iter().enumerate().filter(|(nth, _)| (nth + at) % 3 == 0) {
                let mut row = |instant: Micros, revision: usize| {
                    table.row(&[
                        Cell::Text(&device.id),
                        Cell::Text(&list.id),
                        Cell::At(instant),
                        Cell::Int(revision as i64),
                    ])
                };
                let mut draw = force.draw(Stream::MobileList, (at as u64) << 20 | nth as u64);
                let mut day = force.from.plus(draw.days(2, 8));
                while day < force.as_of {
                    let instant = day.at(draw.between(6, 9), draw.between(0, 59));
                    day = day.plus(7);
                    let revision = list.revised_at.partition_point(|revised| *revised <= instant);
                    if revision > 0 && list.deleted_at.is_none_or(|deleted| instant < deleted) {
                        row(instant, revision)?;
                    }
                }
                let subject = format!("{}/{}", device.id, list.id);
                match (list.fault, list.deleted_at) {
                    (HELD, Some(deleted)) => {
                        row(deleted + 30 * HOUR, list.revised_at.len())?;
                        key.plant("7.1.2", "deleted_list_held", subject);
                    }
                    (STALE, _) => {
                        row(force.as_of.plus(-1).at(18, 0), 1)?;
                        key.plant("7.1.2", "list_stale", subject);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    })
}

fn make(force: &Force<'_>, row: u64) -> List {
    let mut draw = force.draw(Stream::List, row);
    let fault = if force.departs() { row } else { u64::MAX };
    // A third of the lists, and those that were deleted wrongly, come to an end within the window.
    let ends = match fault {
        NOT_DELETED | DELETED_LATE | HELD => Some(force.day_within(&mut draw, 60, 60)),
        STALE => None,
        _ if row % 3 == 2 => Some(force.day_within(&mut draw, 60, 20)),
        _ => None,
    };
    let mut day = force.from.plus(-draw.days(0, 200));
    let mut revised_at = Vec::new();
    loop {
        revised_at.push(day.at(draw.between(7, 18), draw.between(0, 59)) + draw.between(0, 59) * MINUTE / 60);
        day = day.plus(draw.days(6, 26));
        if day >= ends.unwrap_or(force.as_of) {
            break;
        }
    }
    let last = crate::calendar::Day::of(revised_at[revised_at.len() - 1]);
    let deleted_at = ends.and_then(|_| match fault {
        NOT_DELETED => None,
        DELETED_LATE => Some(last.plus(33).at(11, 0)),
        _ => Some(last.plus(draw.days(1, 28)).at(19, 0)),
    });
    // A deletion after the end has not happened: it would read as blank, and the list is not yet due to go.
    let deleted_at = deleted_at.filter(|at| *at < force.as_of.midnight());
    let fault = if row < 4 { fault } else { u64::MAX };
    List { id: format!("VOI-{:03}", row + 1), revised_at, deleted_at, fault }
}
