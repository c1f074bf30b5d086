//! 4.2: the annual return on cameras, drawn from the evidence.
//!
//! Covert cameras, and those whose kind was withheld and that may be covert, leave as numbers only.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::time::Day;
use custodes_evidence::Report;
use custodes_standard::evidence::{CAMERAS, CLOCK_CHECKS, LOCATION_CHECKS, PERFORMANCE_TESTS, REVIEWS, Set};
use custodes_standard::v3::annual_return as drawn_from;
use datafusion::common::Result as EngineResult;

use crate::engine::{Answer, Engine};
use crate::outcome::Outcome;
use crate::template::Words;
use crate::{CheckError, Parameters, Source, Window, check};

/// The clauses whose states say what the return can be relied on for.
pub const RESTS_ON: [&str; 3] = ["4.1.2", "4.1.3", "4.2"];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnualReturn {
    /// In byte order of id; covert ones are not among them.
    pub cameras: Vec<Camera>,
    pub covert: Counted,
    /// Cameras whose kind was withheld: they may be covert.
    pub kind_withheld: Counted,
    pub maintenance: Vec<Maintenance>,
    /// Records of maintenance that say what was done, and that name, or belong to, a camera that must not
    /// be named here, or that the register does not know.
    pub maintenance_unlisted: u64,
    /// Records of which it was withheld whether anything was done.
    pub maintenance_withheld: u64,
    /// Sets without which a part of the return is empty.
    pub absent: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// In service at some moment of the window, as far as is known.
    pub operated: u64,
    pub operated_at_as_of: u64,
    /// With a clock check, a location check or a performance test in the window.
    pub tested: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Camera {
    pub camera_id: String,
    pub kind: String,
    /// `None` where it was withheld.
    pub name: Option<String>,
    pub installed_on: Option<Day>,
    pub decommissioned_on: Option<Day>,
    /// `None` where it was withheld.
    pub operated: Option<bool>,
    pub operated_at_as_of: Option<bool>,
    pub clock: Option<Checked>,
    pub location: Option<Checked>,
    pub performance: Option<Performance>,
}

/// The checks of one camera, and the latest of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub checks: u64,
    pub last: Day,
    /// Seconds, or metres; `None` where it cannot be said.
    pub measured: Option<String>,
    pub beyond: Option<bool>,
}

/// The performance tests of one camera that observed anything, and the latest of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performance {
    pub tests: u64,
    pub last: Day,
    pub kind: Option<String>,
    pub observed: i64,
    pub captured: Option<i64>,
    pub read_correctly: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// A camera, or `*`: the LEA as a whole.
    pub camera_id: String,
    pub done: Day,
    /// What it followed.
    pub after: String,
    pub maintenance: String,
}

impl Camera {
    pub fn tested(&self) -> bool {
        self.clock.is_some() || self.location.is_some() || self.performance.is_some()
    }
}

impl Counted {
    fn add(&mut self, camera: &Camera) {
        self.operated += u64::from(camera.operated == Some(true));
        self.operated_at_as_of += u64::from(camera.operated_at_as_of == Some(true));
        self.tested += u64::from(camera.tested());
    }

    pub fn of<'a>(cameras: impl IntoIterator<Item = &'a Camera>) -> Counted {
        let mut counted = Counted::default();
        cameras.into_iter().for_each(|camera| counted.add(camera));
        counted
    }
}

/// The return, and what the clauses that it rests on came to.
///
/// # Errors
/// When the evidence cannot be read to its end, or a query fails.
pub fn annual_return(
    source: &Source,
    window: Window,
    parameters: &Parameters,
    threads: usize,
) -> Result<(AnnualReturn, Outcome, Report), CheckError> {
    let (outcome, report) = check(source, window, parameters, threads, &BTreeSet::from(RESTS_ON))?;
    let engine = Engine::new(threads).map_err(CheckError::Threads)?;
    let sets: [&'static Set; 5] = [&CAMERAS, &CLOCK_CHECKS, &LOCATION_CHECKS, &PERFORMANCE_TESTS, &REVIEWS];
    for set in sets {
        let registered = if source.has(set) {
            engine.register_table(set.name, source.table(set)?)
        } else {
            engine.register(set.name, source.schema(set), Vec::new())
        };
        registered.map_err(CheckError::query(set.name))?;
    }
    let words = Words { window, parameters, kind: None, leavers: &[] };
    let ask = |sql: &str| engine.query(&words.expand(sql));
    let mut drawn = draw(ask).map_err(CheckError::query("4.2"))?;
    drawn.absent = sets.into_iter().filter(|set| !source.has(set)).map(|set| set.name).collect();
    Ok((drawn, outcome, report))
}

fn draw(ask: impl Fn(&str) -> EngineResult<Answer>) -> EngineResult<AnnualReturn> {
    let mut clock = checked(&ask(drawn_from::CLOCK)?)?;
    let mut location = checked(&ask(drawn_from::LOCATION)?)?;
    let mut performance = performance(&ask(drawn_from::PERFORMANCE)?)?;
    let answer = ask(drawn_from::CAMERAS)?;
    let (ids, kinds, names) = (answer.texts("camera_id")?, answer.texts("kind")?, answer.texts("name")?);
    let (installed, gone) = (answer.days("installed_on")?, answer.days("decommissioned_on")?);
    let (operated, at_as_of) = (answer.booleans("operated")?, answer.booleans("operated_at_as_of")?);
    let mut drawn = AnnualReturn::default();
    let mut unnamed = BTreeSet::new();
    for row in 0..answer.rows() {
        let Some(camera_id) = ids[row].clone() else { continue };
        let camera = Camera {
            kind: kinds[row].clone().unwrap_or_default(),
            name: names[row].clone(),
            installed_on: installed[row].map(Day),
            decommissioned_on: gone[row].map(Day),
            operated: operated[row],
            operated_at_as_of: at_as_of[row],
            clock: clock.remove(&camera_id),
            location: location.remove(&camera_id),
            performance: performance.remove(&camera_id),
            camera_id,
        };
        match kinds[row].as_deref() {
            Some("covert") => drawn.covert.add(&camera),
            None => drawn.kind_withheld.add(&camera),
            Some(_) => {
                drawn.cameras.push(camera);
                continue;
            }
        }
        unnamed.insert(camera.camera_id);
    }
    drawn.take_maintenance(&ask(drawn_from::MAINTENANCE)?, &unnamed)?;
    Ok(drawn)
}

impl AnnualReturn {
    /// A text that names a camera that must not be named stays behind, whosever record it is.
    fn take_maintenance(&mut self, answer: &Answer, unnamed: &BTreeSet<String>) -> EngineResult<()> {
        let listed: BTreeSet<&str> = self.cameras.iter().map(|camera| camera.camera_id.as_str()).collect();
        let (ids, after, texts) = (answer.texts("camera_id")?, answer.texts("after")?, answer.texts("maintenance")?);
        for (row, done) in answer.days("done")?.into_iter().enumerate() {
            let Some(maintenance) = texts[row].clone() else {
                self.maintenance_withheld += 1;
                continue;
            };
            let named = |text: &str| unnamed.iter().any(|id| text.contains(id.as_str()));
            match (&ids[row], done) {
                (Some(id), Some(done)) if (id == "*" || listed.contains(id.as_str())) && !named(&maintenance) => {
                    let after = after[row].clone().unwrap_or_default();
                    self.maintenance.push(Maintenance { camera_id: id.clone(), done: Day(done), after, maintenance });
                }
                _ => self.maintenance_unlisted += 1,
            }
        }
        Ok(())
    }
}

fn checked(answer: &Answer) -> EngineResult<BTreeMap<String, Checked>> {
    let (measured, beyond) = (answer.texts("measured")?, answer.booleans("beyond")?);
    let (checks, last) = (answer.numbers("checks")?, answer.days("last")?);
    let mut found = BTreeMap::new();
    for (row, id) in answer.texts("camera_id")?.into_iter().enumerate() {
        let (Some(id), Some(checks), Some(last)) = (id, checks[row], last[row]) else { continue };
        let checked =
            Checked { checks: checks as u64, last: Day(last), measured: measured[row].clone(), beyond: beyond[row] };
        found.insert(id, checked);
    }
    Ok(found)
}

fn performance(answer: &Answer) -> EngineResult<BTreeMap<String, Performance>> {
    let (tests, last, kind) = (answer.numbers("checks")?, answer.days("last")?, answer.texts("kind")?);
    let (observed, captured) = (answer.numbers("observed")?, answer.numbers("captured")?);
    let read_correctly = answer.numbers("read_correctly")?;
    let mut found = BTreeMap::new();
    for (row, id) in answer.texts("camera_id")?.into_iter().enumerate() {
        let (Some(id), Some(tests), Some(last), Some(observed)) = (id, tests[row], last[row], observed[row]) else {
            continue;
        };
        let performance = Performance {
            tests: tests as u64,
            last: Day(last),
            kind: kind[row].clone(),
            observed,
            captured: captured[row],
            read_correctly: read_correctly[row],
        };
        found.insert(id, performance);
    }
    Ok(found)
}
