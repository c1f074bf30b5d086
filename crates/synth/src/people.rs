//! Who holds which office: auditors, appointments, policies.

use std::io;

use custodes_standard::evidence::{APPOINTMENTS, AUDITORS, POLICIES, PRIVILEGE_CHANGES};

use crate::calendar::Day;
use crate::draw::Stream;
use crate::force::{Force, Output};
use crate::table::Cell;

/// People who give authority; none of them holds an account.
pub(crate) const APPROVERS: &[&str] = &["SUP-03", "SUP-08", "SUP-11", "SUP-15", "SUP-22", "SUP-31"];

/// Writes `auditors`, `appointments` and `policies`.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    write_auditors(force, output)?;
    write_appointments(force, output)?;
    output.set(force, &POLICIES, |table, key, _| {
        let mut policy = |id: &str, approved_on: Day, review_by: Option<Day>| {
            table.row(&[
                Cell::Text(id),
                Cell::Text("Northmere Constabulary: use of ANPR, access and audit"),
                Cell::On(approved_on),
                Cell::on(review_by),
            ])
        };
        policy("POL-ANPR-3", force.from.plus_months(-30), Some(force.from.plus_months(-6)))?;
        if force.departs() {
            key.plant("8.1", "policy_not_current", "*");
            policy("POL-ANPR-4", force.from.plus_months(-7), Some(force.as_of.plus(-45)))
        } else {
            policy("POL-ANPR-4", force.from.plus_months(-7), Some(force.as_of.plus_months(5)))
        }
    })
}

fn write_auditors(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    let current = Some(force.as_of.plus_months(14));
    let cleared =
        [("AUD-01", "nm-aud01", "MV", current), ("AUD-02", "", "SC", Some(force.as_of)), ("NAT-01", "", "DV", None)];
    let departing = [
        ("AUD-04", "nm-aud04 nm-aud04b", "SC", current),
        ("AUD-05", "", "SC", Some(force.from.plus(-15))),
        ("AUD-06", "", "", current),
        ("NAT-02", "nm-nat02", "DV", current),
    ];
    output.set(force, &AUDITORS, |table, _, _| {
        let departing = departing.iter().filter(|_| force.departs());
        for &(person, user_ids, clearance, expires_on) in cleared.iter().chain(departing) {
            // The national auditor's clearance always runs on; only its date depends on the year.
            let expires_on = expires_on.or(Some(force.as_of.plus_months(40)));
            table.row(&[Cell::Text(person), Cell::text(user_ids), Cell::text(clearance), Cell::on(expires_on)])?;
        }
        Ok(())
    })
}

fn write_appointments(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    let long_ago = force.from.plus_months(-36);
    let mut offices = vec![
        ("senior_manager", "P-00002", force.from.plus_months(-40), Some(force.from.plus(-60))),
        ("local_auditor", "AUD-01", long_ago, None),
        ("local_auditor", "AUD-02", long_ago.plus(90), None),
        ("national_auditor", "NAT-01", long_ago, None),
        ("lead_controller", "LEAD-01", long_ago, None),
    ];
    if force.departs() {
        offices.push(("national_auditor", "NAT-02", long_ago.plus(30), None));
        offices.push(("senior_manager", "P-00003", force.from.plus(-60), Some(force.as_of.plus(-20))));
        output.key.plant("8.2.1", "senior_manager_missing", "*");
    } else {
        offices.push(("senior_manager", "P-00003", force.from.plus(-60), None));
    }
    output.set(force, &APPOINTMENTS, |table, _, _| {
        for (role, person, from_date, to_date) in offices {
            table.row(&[Cell::Text(role), Cell::Text(person), Cell::On(from_date), Cell::on(to_date)])?;
        }
        Ok(())
    })
}

/// Writes `privilege_changes`.
pub(crate) fn write_privilege_changes(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &PRIVILEGE_CHANGES, |table, key, _| {
        for row in 0..force.sizes.privilege_changes {
            let mut draw = force.draw(Stream::PrivilegeChange, row);
            let id = format!("PC-{:05}", row + 1);
            let user = format!("nm{:05}", draw.below(force.sizes.users / 2) + 1);
            let at = force.day_within(&mut draw, 1, 2).at(draw.between(8, 17), draw.between(0, 59));
            let (from, to) =
                [("user", "administrator"), ("administrator", "user"), ("user", "auditor")][draw.below(3) as usize];
            let approver = match (force.departs(), row) {
                (true, 3) => {
                    key.plant("8.2.2.b", "approver_missing", id.clone());
                    ""
                }
                (true, 5) => {
                    key.plant("8.2.2.b", "self_approved", id.clone());
                    user.as_str()
                }
                (true, 7) => "***",
                _ => draw.pick(APPROVERS),
            };
            table.row(&[
                Cell::Text(&id),
                Cell::Text(&user),
                Cell::At(at),
                Cell::Text(from),
                Cell::Text(to),
                Cell::text(approver),
            ])?;
        }
        Ok(())
    })
}
