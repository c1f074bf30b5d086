//! The log of log-ons, streamed: now and then somebody forgets a password, or somebody guesses at one.

use std::io;

use custodes_standard::evidence::LOGONS;

use crate::Progress;
use crate::accounts::Users;
use crate::calendar::Micros;
use crate::draw::Stream;
use crate::force::{Force, Output};
use crate::searches::{PROGRESS_ROWS, push_number};
use crate::spread::Spread;
use crate::table::{Cell, Table};

/// Every so many log-ons begin with a burst of failures.
const BETWEEN_BURSTS: u64 = 997;
const BURST: u64 = 6;

/// Writes `logons`.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>, users: &Users) -> io::Result<()> {
    let rows = force.sizes.logons;
    let times = Spread::new(force, Stream::LogonTime, rows);
    let mut table = Table::create(output.folder(), &LOGONS, force.plan.format)?;
    let (mut id, mut source) = (String::new(), String::new());
    for row in 0..rows {
        let mut draw = force.draw(Stream::Logon, row);
        let at = times.at(row);
        let in_burst = row % BETWEEN_BURSTS < BURST && row >= BURST;
        let user = if in_burst { "nm00001" } else { &users.at(at, &mut draw).user };
        id.clear();
        push_number(&mut id, "L", row + 1, 10);
        source.clear();
        push_number(&mut source, "NM-WS-", draw.below(1500), 4);
        let outcome = if in_burst || draw.one_in(40) { "failure" } else { "success" };
        logon(&mut table, &id, user, at, outcome, &source)?;
        if row % PROGRESS_ROWS == PROGRESS_ROWS - 1 {
            (output.progress)(Progress { set: LOGONS.name, rows: row + 1, of: rows });
        }
    }
    if force.departs() {
        for (nth, (user, at)) in users.after_leaving.iter().enumerate() {
            logon(&mut table, &format!("L999999900{nth}"), user, *at, "success", "VPN")?;
        }
        logon(&mut table, "L9999999991", "nm00001", force.from.plus(9).at(10, 0), "maybe", "VPN")?;
        logon(&mut table, "L9999999992", "nm00001", force.as_of.plus(2).at(10, 0), "success", "VPN")?;
    }
    output.close(&LOGONS, table)
}

fn logon(table: &mut Table, id: &str, user: &str, at: Micros, outcome: &str, source: &str) -> io::Result<()> {
    table.row(&[Cell::Text(id), Cell::Text(user), Cell::At(at), Cell::Text(outcome), Cell::Text(source)])
}
