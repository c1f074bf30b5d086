//! The cameras, what has become of each, and everything that is recorded about it.

use std::io;

use custodes_standard::evidence::{
    CAMERA_KINDS, CAMERAS, CLOCK_CHECKS, COVERT_AUTHORISATIONS, DEPLOYMENTS, LOCATION_CHECKS, PERFORMANCE_TESTS,
};

use crate::calendar::{Day, SECOND};
use crate::draw::{Draw, Stream};
use crate::force::{Force, Output};
use crate::key::Key;
use crate::reviews::Review;
use crate::schedule::{Lateness, Period, Schedule};
use crate::table::{Cell, Table};
use crate::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Static,
    Moveable,
    MultiLane,
    CctvIntegrated,
    Mobile,
    Covert,
}

/// The one thing that is wrong with a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Need,
    InstallationTest,
    Capture,
    Reading,
    EvaluationLate,
    EvaluationOverdue,
    ReviewLate,
    ReviewOverdue,
    ClockMissing,
    ClockOut,
    NotConfirmed,
    LocationLate,
    LocationOverdue,
    LocationOut,
    /// No departure: it cannot be known whether need was assessed.
    NeedWithheld,
}

const EVERY_KIND: &[Fault] =
    &[Fault::Need, Fault::Capture, Fault::Reading, Fault::EvaluationLate, Fault::EvaluationOverdue];
const FIXED: &[Fault] = &[Fault::InstallationTest];
const REVIEWED: &[Fault] = &[Fault::ReviewLate, Fault::ReviewOverdue];
const ONCE: &[Fault] = &[
    Fault::ClockMissing,
    Fault::ClockOut,
    Fault::NotConfirmed,
    Fault::LocationLate,
    Fault::LocationOverdue,
    Fault::LocationOut,
    Fault::NeedWithheld,
];

const KINDS: [Kind; 6] =
    [Kind::Static, Kind::Moveable, Kind::MultiLane, Kind::CctvIntegrated, Kind::Mobile, Kind::Covert];

impl Kind {
    fn name(self) -> &'static str {
        CAMERA_KINDS[self as usize]
    }

    /// The clause of section 5.1 for cameras of this kind; covert ones have theirs by authorisation.
    fn clause(self) -> Option<&'static str> {
        ["5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5"].get(self as usize).copied()
    }

    fn reviewed(self) -> bool {
        matches!(self, Kind::Static | Kind::MultiLane | Kind::CctvIntegrated)
    }

    fn faults(self) -> Vec<Fault> {
        let sometimes = |condition, faults: &'static [Fault]| if condition { faults } else { &[] };
        let mut faults = sometimes(self != Kind::Covert, EVERY_KIND).to_vec();
        faults.extend(sometimes(!matches!(self, Kind::Mobile | Kind::Covert), FIXED));
        faults.extend(sometimes(self.reviewed(), REVIEWED));
        faults.extend(sometimes(self == Kind::Static, ONCE));
        faults
    }

    /// Least captured of those observed, and read of those captured, in thousandths, with a margin.
    fn performance(self) -> (u64, u64) {
        if matches!(self, Kind::CctvIntegrated | Kind::Mobile) { (880, 880) } else { (985, 960) }
    }
}

#[derive(Debug)]
pub(crate) struct Camera {
    pub id: String,
    pub kind: Kind,
    number: u64,
    latitude: i64,
    longitude: i64,
    installed_on: Day,
    decommissioned_on: Option<Day>,
    fault: Option<Fault>,
}

/// Writes the camera register and all that is checked, tested and reviewed camera by camera.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<Vec<Camera>> {
    let cameras = make(force);
    output.set(force, &CAMERAS, |table, _, _| {
        cameras.iter().try_for_each(|camera| {
            let mut draw = force.draw(Stream::Camera, camera.number);
            let name = format!("{} {}", draw.pick(words::ROADS), draw.pick(words::PLACES));
            table.row(&[
                Cell::Text(&camera.id),
                Cell::Text(camera.kind.name()),
                Cell::Text(&name),
                Cell::Millionths(camera.latitude),
                Cell::Millionths(camera.longitude),
                Cell::On(camera.installed_on),
                Cell::on(camera.decommissioned_on),
            ])
        })
    })?;
    output.set(force, &CLOCK_CHECKS, |table, key, _| {
        cameras.iter().try_for_each(|camera| clock_checks(force, camera, table, key))?;
        if force.departs() { unregistered(force, table, key) } else { Ok(()) }
    })?;
    output.set(force, &LOCATION_CHECKS, |table, key, _| {
        let fixed = cameras.iter().filter(|camera| camera.kind != Kind::Mobile);
        fixed.into_iter().try_for_each(|camera| location_checks(force, camera, table, key))
    })?;
    let overt = || cameras.iter().filter_map(|camera| camera.kind.clause().map(|clause| (camera, clause)));
    output.set(force, &DEPLOYMENTS, |table, key, _| {
        overt().try_for_each(|(camera, clause)| deployments(force, camera, clause, table, key))
    })?;
    output.set(force, &PERFORMANCE_TESTS, |table, key, _| {
        overt().try_for_each(|(camera, clause)| performance_tests(force, camera, clause, table, key))
    })?;
    for (camera, clause) in overt().filter(|(camera, _)| camera.kind.reviewed()) {
        reviews(force, camera, clause, output);
    }
    covert_authorisations(force, output)?;
    Ok(cameras)
}

fn make(force: &Force<'_>) -> Vec<Camera> {
    let mut cameras = Vec::new();
    for (kind, count) in KINDS.into_iter().zip(force.sizes.cameras) {
        let faults = if force.departs() { kind.faults() } else { Vec::new() };
        for nth in 0..count {
            let number = cameras.len() as u64 + 1;
            let mut draw = force.draw(Stream::Camera, number + 1_000_000);
            let fault = faults.get(nth as usize).copied();
            let recent = matches!(fault, Some(Fault::InstallationTest | Fault::NotConfirmed));
            let installed_on = if recent || (fault.is_none() && nth % 9 == 8) {
                force.day_within(&mut draw, 30, 60)
            } else {
                force.from.plus(-draw.days(430, 3000))
            };
            let gone = fault.is_none() && nth % 10 == 9;
            cameras.push(Camera {
                id: format!("NMC-{number:04}"),
                kind,
                number,
                latitude: draw.between(54_800_000, 55_400_000),
                longitude: draw.between(-2_400_000, -1_500_000),
                installed_on,
                // Later than any installation within the window, so that nobody is gone before having come.
                decommissioned_on: gone.then(|| force.as_of.plus(-draw.days(5, 50))),
                fault,
            });
        }
    }
    cameras
}

impl Camera {
    fn end(&self, force: &Force<'_>) -> Day {
        self.decommissioned_on.unwrap_or(force.as_of)
    }

    /// What is due on a camera's last day is still due, and can still be done that day.
    fn reviewed_before(&self, force: &Force<'_>) -> Day {
        self.decommissioned_on.map_or(force.as_of, |day| day.plus(1))
    }

    /// The dates of something that recurs, from before the window or from the installation.
    fn schedule(&self, force: &Force<'_>, draw: &mut Draw, period: Period, lateness: Lateness) -> Schedule {
        let mut schedule = if self.installed_on >= force.from {
            Schedule::since(self.installed_on, self.reviewed_before(force), draw, period)
        } else {
            Schedule::new(force, draw, period, lateness)
        };
        let end = self.reviewed_before(force);
        schedule.dates.retain(|day| *day < end);
        schedule
    }

    fn lateness(&self, late: Fault, overdue: Fault) -> Lateness {
        match self.fault {
            Some(fault) if fault == late => Lateness::LATE,
            Some(fault) if fault == overdue => Lateness::OVERDUE,
            _ => Lateness::NONE,
        }
    }

    fn plant_lateness(&self, key: &mut Key, schedule: &Schedule, clause: &'static str, codes: [&'static str; 2]) {
        if let Some((due, done)) = schedule.late {
            key.plant_due(clause, codes[0], self.id.clone(), due, Some(done));
        }
        if let Some(due) = schedule.overdue {
            key.plant_due(clause, codes[1], self.id.clone(), due, None);
        }
    }
}

/// One check a week, on the camera's own weekday.
fn clock_checks(force: &Force<'_>, camera: &Camera, table: &mut Table, key: &mut Key) -> io::Result<()> {
    let first = force.from.plus(-7 + (camera.number % 7) as i32).max(camera.installed_on.plus(1));
    let mut end = camera.end(force);
    if camera.fault == Some(Fault::ClockMissing) {
        end = end.plus(-8);
        key.plant("4.1.2", "clock_evidence_missing", camera.id.clone());
    }
    if camera.fault == Some(Fault::ClockOut) {
        key.plant("4.1.2", "clock_out_of_tolerance", camera.id.clone());
    }
    let days: Vec<Day> = (0..).map(|week| first.plus(7 * week)).take_while(|day| *day < end).collect();
    for (row, &day) in days.iter().enumerate() {
        let mut draw = force.draw(Stream::Clock, camera.number << 20 | row as u64);
        let at = day.at(draw.between(3, 5), draw.between(0, 59)) + draw.between(0, 59) * SECOND;
        let last = row + 2 > days.len();
        // Now and then a clock strays, and the next check shows it put right.
        let strayed = (last && camera.fault == Some(Fault::ClockOut)) || (row + 5 < days.len() && draw.one_in(150));
        let hundredths = if strayed { draw.between(1_100, 9_000) } else { draw.between(-240, 240) };
        table.row(&[
            Cell::Text(&camera.id),
            Cell::At(at),
            Cell::Millionths(hundredths * 10_000),
            Cell::Text(draw.pick(&["ntp.northmere.example", "GPS", "stratum 1"])),
            Cell::text(if strayed { draw.pick(words::CLOCK_MAINTENANCE) } else { "" }),
        ])?;
    }
    Ok(())
}

fn unregistered(force: &Force<'_>, table: &mut Table, key: &mut Key) -> io::Result<()> {
    key.plant("4.2", "camera_unregistered", "NMC-8801");
    table.row(&[
        Cell::Text("NMC-8801"),
        Cell::At(force.from.plus(150).at(4, 12)),
        Cell::Millionths(310_000),
        Cell::Text("GPS"),
        Cell::Blank,
    ])
}

fn location_checks(force: &Force<'_>, camera: &Camera, table: &mut Table, key: &mut Key) -> io::Result<()> {
    let mut draw = force.draw(Stream::Location, camera.number);
    let lateness = camera.lateness(Fault::LocationLate, Fault::LocationOverdue);
    let mut schedule = camera.schedule(force, &mut draw, Period::Months(6), lateness);
    camera.plant_lateness(key, &schedule, "4.1.3", ["review_late", "review_overdue"]);
    match camera.fault {
        Some(Fault::NotConfirmed) => {
            key.plant("4.1.3", "not_confirmed_on_installation", camera.id.clone());
            schedule.dates =
                Schedule::since(camera.installed_on.plus(12), force.as_of, &mut draw, Period::Months(6)).dates;
        }
        Some(Fault::LocationOut) => key.plant("4.1.3", "location_out_of_tolerance", camera.id.clone()),
        _ => {}
    }
    let last = schedule.dates.last().copied();
    for &day in &schedule.dates {
        let out = camera.fault == Some(Fault::LocationOut) && Some(day) == last;
        // 300 millionths of a degree of latitude are 33 metres; 30 are 3.
        let north = if out { 300 } else { draw.between(-30, 30) };
        table.row(&[
            Cell::Text(&camera.id),
            Cell::At(day.at(draw.between(9, 15), draw.between(0, 59))),
            Cell::Millionths(camera.latitude + north),
            Cell::Millionths(camera.longitude + draw.between(-50, 50)),
            Cell::Text(draw.pick(&["survey-grade GNSS", "handheld GPS", "OS MasterMap"])),
            Cell::Blank,
        ])?;
    }
    Ok(())
}

fn deployments(
    force: &Force<'_>,
    camera: &Camera,
    clause: &'static str,
    table: &mut Table,
    key: &mut Key,
) -> io::Result<()> {
    let mut draw = force.draw(Stream::Deployment, camera.number);
    let mut days = vec![camera.installed_on];
    if matches!(camera.kind, Kind::Moveable | Kind::Mobile) && camera.installed_on < force.from {
        days.push(force.from.plus(-draw.days(20, 200)));
        days.push(force.day_within(&mut draw, 10, 100));
    }
    let count = days.len();
    for (row, day) in days.into_iter().enumerate() {
        let departs = camera.fault == Some(Fault::Need) && row + 1 == count;
        if departs {
            key.plant(clause, "need_not_evidenced", camera.id.clone());
        }
        let withheld = camera.fault == Some(Fault::NeedWithheld);
        let assessed = (!departs || camera.number.is_multiple_of(2)).then(|| day.plus(-draw.days(5, 60)));
        let reference = format!("NAD/{}/{:03}", day.civil().0, draw.below(900) + 1);
        table.row(&[
            Cell::Text(&camera.id),
            Cell::On(day),
            Cell::on(assessed),
            Cell::Text(&reference),
            match (departs && assessed.is_some(), withheld) {
                (true, _) => Cell::Blank,
                (_, true) => Cell::Text("[REDACTED]"),
                _ => Cell::Text(draw.pick(words::MANAGERS)),
            },
        ])?;
    }
    Ok(())
}

fn performance_tests(
    force: &Force<'_>,
    camera: &Camera,
    clause: &'static str,
    table: &mut Table,
    key: &mut Key,
) -> io::Result<()> {
    let mut draw = force.draw(Stream::Performance, camera.number);
    let lateness = camera.lateness(Fault::EvaluationLate, Fault::EvaluationOverdue);
    let schedule = camera.schedule(force, &mut draw, Period::Months(12), lateness);
    camera.plant_lateness(key, &schedule, clause, ["evaluation_late", "evaluation_overdue"]);
    match camera.fault {
        Some(Fault::InstallationTest) => key.plant(clause, "installation_test_missing", camera.id.clone()),
        Some(Fault::Capture) => key.plant(clause, "capture_rate_low", camera.id.clone()),
        Some(Fault::Reading) => key.plant(clause, "read_accuracy_low", camera.id.clone()),
        _ => {}
    }
    let last = schedule.dates.last().copied();
    for &day in &schedule.dates {
        let installation = day == camera.installed_on && camera.fault != Some(Fault::InstallationTest);
        let observed = draw.between(220, 900) as u64;
        let (capture, reading) = camera.kind.performance();
        let low = |fault| Some(day) == last && camera.fault == Some(fault);
        let mut rate = |least: u64, low| if low { least - 60 } else { least + draw.below(1001 - least) };
        // Rounded up, so that rounding never makes a good camera fail; the low ones are low by far.
        let captured = (observed * rate(capture, low(Fault::Capture))).div_ceil(1000);
        let read = (captured * rate(reading, low(Fault::Reading))).div_ceil(1000);
        let kind = if installation { "installation" } else { draw.pick(&["evaluation", "evaluation", "monitoring"]) };
        table.row(&[
            Cell::Text(&camera.id),
            Cell::At(day.at(draw.between(9, 15), draw.between(0, 59))),
            Cell::Text(kind),
            Cell::Int(observed as i64),
            Cell::Int(captured as i64),
            Cell::Int(read as i64),
        ])?;
    }
    Ok(())
}

fn reviews(force: &Force<'_>, camera: &Camera, clause: &'static str, output: &mut Output<'_>) {
    let mut draw = force.draw(Stream::Review, 2000 + camera.number);
    let lateness = camera.lateness(Fault::ReviewLate, Fault::ReviewOverdue);
    let schedule = camera.schedule(force, &mut draw, Period::Months(12), lateness);
    camera.plant_lateness(&mut output.key, &schedule, clause, ["review_late", "review_overdue"]);
    for &day in &schedule.dates {
        let at = day.at(draw.between(9, 16), draw.between(0, 59));
        output.book.enter(Review::by_staff(clause, camera.id.clone(), at, &mut draw));
    }
}

fn covert_authorisations(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<()> {
    output.set(force, &COVERT_AUTHORISATIONS, |table, key, _| {
        for row in 0..force.sizes.cameras[Kind::Covert as usize] * 2 + 4 {
            let mut draw = force.draw(Stream::Covert, row);
            let id = format!("CA-{:04}", row + 1);
            let authorised_on = force.day_within(&mut draw, 5, 30);
            let mut expires_on = authorised_on.plus_months(3);
            let ended = expires_on < force.as_of || draw.one_in(3);
            let mut ended_on = ended.then(|| expires_on.plus(-draw.days(1, 20)).min(force.as_of.plus(-2)));
            let mut reference = format!("URN {}", 4000 + row);
            match (force.departs(), row) {
                (true, 0) => {
                    (reference, expires_on, ended_on) = (String::new(), force.as_of.plus(40), None);
                    key.plant("5.1.6", "authority_missing", id.clone());
                }
                (true, 1) => {
                    (expires_on, ended_on) = (force.as_of.plus(-1), None);
                    key.plant("5.1.6", "authority_expired", id.clone());
                }
                (true, 2) => (reference, ended_on) = ("████".to_owned(), None),
                _ => {}
            }
            if row == 2 && force.departs() {
                expires_on = force.as_of.plus(10);
            }
            table.row(&[
                Cell::Text(&id),
                Cell::Text(if draw.one_in(9) { "ripsa" } else { "ripa" }),
                Cell::text(&reference),
                Cell::On(authorised_on),
                Cell::On(expires_on),
                Cell::on(ended_on),
            ])?;
        }
        Ok(())
    })
}
