//! What people recorded about reports, retentions, disclosures, changed reads and privileged access.

use std::io;

use custodes_standard::evidence::{
    DISCLOSURES, PRIVILEGED_ACCESSES, READ_CHANGES, REPORTS, RETENTIONS, SUPER_ADMIN_SESSIONS,
};

use crate::accounts::Users;
use crate::calendar::{Day, MINUTE};
use crate::draw::{Draw, Stream};
use crate::force::{Force, Output};
use crate::reviews::Review;
use crate::table::Cell;
use crate::words;

/// Writes the six sets.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>, users: &Users) -> io::Result<()> {
    write_reports(force, output, users)?;
    write_retentions(force, output)?;
    write_disclosures(force, output)?;
    write_read_changes(force, output)?;
    write_privileged_accesses(force, output)?;
    write_sessions(force, output)
}

fn write_reports(force: &Force<'_>, output: &mut Output<'_>, users: &Users) -> io::Result<()> {
    output.set(force, &REPORTS, |table, key, _| {
        for row in 0..force.sizes.reports {
            let mut draw = force.draw(Stream::Report, row);
            let id = format!("RP{:07}", row + 1);
            let at = force.day_within(&mut draw, 0, 2).at(draw.between(6, 23), draw.between(0, 59));
            let user = users.at(at, &mut draw);
            let marking = match (force.departs(), row) {
                (true, 4) => {
                    key.plant("4.1.1", "marking_missing", id.clone());
                    ""
                }
                (true, 6 | 7) => {
                    key.plant("4.1.1", "marking_wrong", id.clone());
                    if row == 6 { "OFFICIAL" } else { "RESTRICTED" }
                }
                (true, 9) => "***",
                _ => draw.pick(words::MARKINGS),
            };
            let system = if user.nsap && draw.one_in(3) { "nsap" } else { "nas" };
            table.row(&[
                Cell::Text(&id),
                Cell::Text(&user.user),
                Cell::Text(system),
                Cell::At(at),
                Cell::text(marking),
            ])?;
        }
        Ok(())
    })
}

fn write_retentions(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &RETENTIONS, |table, key, _| {
        for row in 0..force.sizes.retentions {
            let mut draw = force.draw(Stream::Retention, row);
            let id = format!("RT-{:05}", row + 1);
            let since = Day(draw.days(force.from.0 - 500, force.as_of.0 - 10));
            let mut review_by = force.as_of.plus(draw.days(0, 180));
            let ended = row > 8 && draw.one_in(4);
            let ended_on = ended.then(|| since.plus(draw.days(3, 400)).min(force.as_of.plus(-1)));
            let (mut reason, mut approver) = (draw.pick(words::RETENTION_REASONS), draw.pick(words::MANAGERS));
            match (force.departs(), row) {
                (true, 1) => {
                    reason = "";
                    key.plant("8.2.3.b", "reason_missing", id.clone());
                }
                (true, 2) => {
                    approver = "";
                    key.plant("8.2.3.b", "approver_missing", id.clone());
                }
                (true, 3) => {
                    review_by = force.as_of.plus(-1);
                    key.plant("8.2.3.b", "retention_review_overdue", id.clone());
                }
                (true, 4) => reason = "WITHHELD",
                _ => {}
            }
            table.row(&[
                Cell::Text(&id),
                Cell::Text(draw.pick(&["NAS", "NSAP", "BOF-NORTH"])),
                Cell::At(since.at(draw.between(9, 16), draw.between(0, 59))),
                Cell::text(reason),
                Cell::text(approver),
                Cell::On(review_by),
                Cell::on(ended_on),
            ])?;
        }
        Ok(())
    })
}

fn write_disclosures(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &DISCLOSURES, |table, key, _| {
        for row in 0..force.sizes.disclosures {
            let mut draw = force.draw(Stream::Disclosure, row);
            let id = format!("DS-{:05}", row + 1);
            let mut at = Cell::At(force.day_within(&mut draw, 0, 2).at(draw.between(8, 18), draw.between(0, 59)));
            let mut discloser = draw.pick(&["Disclosure Unit", "P-00041", "Information Management", "P-00077"]);
            let mut recipient = draw.pick(words::RECIPIENTS);
            let mut justification = draw.pick(words::DISCLOSURE_REASONS);
            let code = match (force.departs(), row) {
                (true, 1) => {
                    justification = "";
                    Some("justification_missing")
                }
                (true, 2) => {
                    discloser = "";
                    Some("discloser_missing")
                }
                (true, 3) => {
                    recipient = "";
                    Some("recipient_missing")
                }
                (true, 4) => {
                    at = Cell::Blank;
                    Some("time_missing")
                }
                (true, 5) => {
                    recipient = "###";
                    None
                }
                _ => None,
            };
            if let Some(code) = code {
                key.plant("8.2.7", code, id.clone());
            }
            let basis = if row < 6 { "other" } else { draw.pick(&["cpia", "cpia", "other", "scottish"]) };
            table.row(&[
                Cell::Text(&id),
                at,
                Cell::text(discloser),
                Cell::text(recipient),
                Cell::text(justification),
                Cell::Text(basis),
            ])?;
        }
        Ok(())
    })
}

fn write_read_changes(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &READ_CHANGES, |table, key, _| {
        for row in 0..force.sizes.read_changes {
            let mut draw = force.draw(Stream::ReadChange, row);
            let id = format!("RC-{:05}", row + 1);
            let at = force.day_within(&mut draw, 0, 2).at(draw.between(8, 18), draw.between(0, 59));
            let vrm = row < 8 || !draw.one_in(4);
            let mut old = String::new();
            words::vrm(&mut old, &mut draw);
            // The commonest misread: a letter O for a nought, an I for a one.
            let mut new = if vrm { old.replace('0', "O") } else { draw.pick(words::PLACES).to_owned() };
            if new == old {
                new = old.replacen(|letter: char| letter.is_ascii_uppercase(), "X", 1);
            }
            if new == old {
                new.push('X');
            }
            let mut reason = draw.pick(words::CHANGE_REASONS);
            match (force.departs(), row) {
                (true, 1) => {
                    reason = "";
                    key.plant("8.3.1", "reason_missing", id.clone());
                }
                (true, 2) => {
                    new.clone_from(&old);
                    key.plant("8.3.1", "no_change", id.clone());
                }
                (true, 3) => {
                    new = "UNREADABLE PLATE".to_owned();
                    key.plant("8.3.1", "vrm_implausible", id.clone());
                }
                (true, 4) => reason = "REDACTED",
                _ => {}
            }
            let read = format!("R{:012}", draw.below(900_000_000_000));
            let field = if vrm { "vrm" } else { "location" };
            table.row(&[
                Cell::Text(&id),
                Cell::Text(&read),
                Cell::At(at),
                Cell::Text(draw.pick(&["nm-adm01", "nm-adm02"])),
                Cell::Text(field),
                Cell::Text(&old),
                Cell::Text(&new),
                Cell::text(reason),
            ])?;
        }
        Ok(())
    })
}

fn write_privileged_accesses(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &PRIVILEGED_ACCESSES, |table, key, _| {
        for row in 0..force.sizes.privileged_accesses {
            let mut draw = force.draw(Stream::PrivilegedAccess, row);
            let id = format!("PA-{:05}", row + 1);
            let at = force.day_within(&mut draw, 0, 2).at(draw.between(7, 20), draw.between(0, 59));
            let (user, class) = [
                ("nm-prv01", "system_provider"),
                ("nat-adm-3", "national_administrator"),
                ("nm-aud01", "local_auditor"),
            ][draw.below(3) as usize];
            let purpose = draw.pick(&["audit sample", "fault diagnosis", "planned maintenance", "user support"]);
            let reference = format!("INC{:07}", draw.below(9_999_999));
            let (mut purpose, mut reference) = (purpose, reference.as_str());
            match (force.departs(), row) {
                (true, 1) => {
                    purpose = "";
                    key.plant("8.3.3", "purpose_missing", id.clone());
                }
                (true, 2) => {
                    reference = "";
                    key.plant("8.3.3", "reference_missing", id.clone());
                }
                (true, 3) => reference = "███",
                _ => {}
            }
            table.row(&[
                Cell::Text(&id),
                Cell::Text(user),
                Cell::Text(class),
                Cell::At(at),
                Cell::text(purpose),
                Cell::text(reference),
            ])?;
        }
        Ok(())
    })
}

fn write_sessions(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &SUPER_ADMIN_SESSIONS, |table, key, book| {
        for row in 0..force.sizes.sessions {
            let mut draw: Draw = force.draw(Stream::Session, row);
            let id = format!("SA-{:05}", row + 1);
            let fault = if force.departs() { row } else { u64::MAX };
            // Those that go wrong are early enough for it to show.
            let day = force.day_within(&mut draw, -20, if fault < 2 { 60 } else { 2 }).max(force.from.plus(-20));
            let at = day.at(draw.between(8, 20), draw.between(0, 59));
            let due = day.plus(28);
            let mut reviewed = Some(day.plus(draw.days(1, 28)));
            match fault {
                0 => {
                    reviewed = Some(due.plus(5));
                    key.plant_due("8.3.5", "review_late", id.clone(), due, reviewed);
                }
                1 => {
                    reviewed = None;
                    key.plant_due("8.3.5", "review_missing", id.clone(), due, None);
                }
                _ => {}
            }
            if let Some(day) = reviewed.filter(|day| *day < force.as_of) {
                book.enter(Review::by_national_auditor("8.3.5", &id, day.at(15, 5), &mut draw));
            }
            table.row(&[
                Cell::Text(&id),
                Cell::Text("nm-sup01"),
                Cell::At(at),
                Cell::At(at + draw.between(4, 180) * MINUTE),
            ])?;
        }
        Ok(())
    })
}
