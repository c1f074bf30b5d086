//! The annual return as a document: the same facts, notes and tables in every form that it takes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use custodes_checks::annual_return::{AnnualReturn, Camera, Checked, Counted, Performance};
use custodes_checks::outcome::Outcome;
use custodes_checks::{Parameters, Window};
use custodes_compliance::london;
use custodes_compliance::time::{Day, Instant};
use custodes_evidence::Report;
use custodes_pages::annual_return::{AnnualReturn as Page, Column, Fact, Table};
use custodes_report::MARKING;
use custodes_standard::STANDARD;

use crate::cli::board::{WIDTH, could_not, grouped, judged_otherwise};
use crate::cli::wrapped;

/// Everything that the return tells.
pub struct Told<'a> {
    pub window: Window,
    pub drawn: &'a AnnualReturn,
    pub outcome: &'a Outcome,
    pub report: &'a Report,
    pub parameters: &'a Parameters,
}

/// The kinds in the standard's order; covert ones are counted apart.
const KINDS: [&str; 5] = ["static", "moveable", "multi_lane", "cctv_integrated", "mobile"];

const SCOPE: &str = "Drawn from the evidence named below by clause 4.2 of the audit standard. A figure is what the \
    evidence shows, not a finding; covert cameras are counted and never named.";

impl Told<'_> {
    pub fn page(&self) -> Page {
        Page {
            title: "Annual return on ANPR cameras (4.2)".to_owned(),
            facts: self.facts(),
            notes: self.notes(),
            tables: vec![
                self.by_kind(),
                self.cameras(),
                self.maintenance(),
                self.rests_on(),
                self.assumed(),
                self.inputs(),
            ],
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let all = self.all();
        let fact = |name: &str, value: String| Fact { name: name.to_owned(), value };
        vec![
            fact("Standard", STANDARD.to_owned()),
            fact("From", moment(self.window.from)),
            fact("Up to", moment(self.window.as_of)),
            fact("Cameras operated in that time", grouped(all.operated)),
            fact("Operated at its end", grouped(all.operated_at_as_of)),
            fact("Tested in that time", grouped(all.tested)),
            fact(
                "Of them covert",
                format!("{} operated, {} tested", self.drawn.covert.operated, self.drawn.covert.tested),
            ),
        ]
    }

    /// Every camera, the covert ones and those whose kind was withheld included.
    pub fn all(&self) -> Counted {
        let (named, covert, withheld) = (Counted::of(&self.drawn.cameras), self.drawn.covert, self.drawn.kind_withheld);
        Counted {
            operated: named.operated + covert.operated + withheld.operated,
            operated_at_as_of: named.operated_at_as_of + covert.operated_at_as_of + withheld.operated_at_as_of,
            tested: named.tested + covert.tested + withheld.tested,
        }
    }

    /// What could not be established, and what was left out.
    pub fn notes(&self) -> Vec<String> {
        let drawn = self.drawn;
        let mut notes = vec![SCOPE.to_owned()];
        if !drawn.absent.is_empty() {
            notes.push(format!(
                "Could not be established, for want of a file: {}. Blank columns below say nothing about the cameras.",
                drawn.absent.join(", ")
            ));
        }
        let broken: Vec<String> =
            self.report.not_whole.iter().map(|(set, reasons)| format!("{set} ({})", reasons.join("; "))).collect();
        if !broken.is_empty() {
            notes.push(format!("Not whole, so figures may be too low: {}.", broken.join(", ")));
        }
        let in_doubt = drawn.cameras.iter().filter(|camera| camera.operated.is_none()).count() as u64;
        for (count, noun, says) in [
            (in_doubt, "camera", "whose dates in service were withheld: listed, and not counted as operated"),
            (drawn.kind_withheld.operated, "camera", "whose kind was withheld, which may be covert: only counted"),
            (
                drawn.maintenance_unlisted,
                "record",
                "of maintenance of covert, withheld or unregistered cameras, or that name one: only counted",
            ),
            (drawn.maintenance_withheld, "record", "of which it was withheld whether maintenance followed"),
        ] {
            if count > 0 {
                let plural = if count == 1 { "" } else { "s" };
                notes.push(format!("{} {noun}{plural} {says}.", grouped(count)));
            }
        }
        let unregistered = self.outcome.exceptions.iter().filter(|e| e.code == "camera_unregistered").count() as u64;
        if unregistered > 0 {
            notes.push(format!(
                "{} ids are named by records and unknown to the register; they are not counted above (`custodes check --clause 4.2` lists them).",
                grouped(unregistered)
            ));
        }
        notes
    }

    fn by_kind(&self) -> Table {
        let row = |name: &str, counted: Counted, cameras: &[&Camera]| {
            let with =
                |of: &dyn Fn(&Camera) -> bool| grouped(cameras.iter().filter(|camera| of(camera)).count() as u64);
            let beyond = |checked: &Option<Checked>| checked.as_ref().is_some_and(|c| c.beyond == Some(true));
            let mut cells = vec![
                name.to_owned(),
                grouped(counted.operated),
                grouped(counted.operated_at_as_of),
                grouped(counted.tested),
            ];
            if cameras.is_empty() && counted != Counted::default() {
                cells.extend(std::iter::repeat_n("not given".to_owned(), 5));
            } else {
                cells.extend([
                    with(&|camera| camera.clock.is_some()),
                    with(&|camera| beyond(&camera.clock)),
                    with(&|camera| camera.location.is_some()),
                    with(&|camera| beyond(&camera.location)),
                    with(&|camera| camera.performance.is_some()),
                ]);
            }
            cells
        };
        let mut rows: Vec<Vec<String>> = KINDS
            .iter()
            .map(|kind| {
                let cameras: Vec<&Camera> = self.drawn.cameras.iter().filter(|camera| camera.kind == *kind).collect();
                row(&kind_in_words(kind), Counted::of(cameras.iter().copied()), &cameras)
            })
            .collect();
        rows.push(row("covert", self.drawn.covert, &[]));
        if self.drawn.kind_withheld != Counted::default() {
            rows.push(row("kind withheld", self.drawn.kind_withheld, &[]));
        }
        Table {
            title: "Cameras by kind",
            caption: "How many cameras of each kind were operated and tested".to_owned(),
            columns: columns(&[
                ("kind", false),
                ("operated", true),
                ("operated at the end", true),
                ("tested", true),
                ("clock checked", true),
                ("clock beyond tolerance", true),
                ("location checked", true),
                ("location beyond tolerance", true),
                ("performance tested", true),
            ]),
            rows,
            if_empty: "",
        }
    }

    fn cameras(&self) -> Table {
        let rows = self.drawn.cameras.iter().map(|camera| {
            let mut cells = vec![
                camera.camera_id.clone(),
                kind_in_words(&camera.kind),
                camera.name.clone().unwrap_or_else(|| "withheld".to_owned()),
                day(camera.installed_on),
                day(camera.decommissioned_on),
            ];
            cells.extend(checked(camera.clock.as_ref(), "s"));
            cells.extend(checked(camera.location.as_ref(), "m"));
            cells.extend(performance(camera.performance.as_ref()));
            cells
        });
        Table {
            title: "Each camera",
            caption: "Time, location and performance of each camera, by the latest check or test".to_owned(),
            columns: columns_of_each_camera(),
            rows: rows.collect(),
            if_empty: "The evidence shows no camera that may be named.",
        }
    }

    fn maintenance(&self) -> Table {
        let rows = self.drawn.maintenance.iter().map(|record| {
            let of = if record.camera_id == "*" { "the LEA as a whole" } else { &record.camera_id };
            vec![of.to_owned(), record.done.to_string(), record.after.clone(), record.maintenance.clone()]
        });
        Table {
            title: "Maintenance after testing",
            caption: "What was done after a check or a review of time or location".to_owned(),
            columns: columns(&[("camera", false), ("date", false), ("after", false), ("maintenance", false)]),
            rows: rows.collect(),
            if_empty: "No maintenance after a check or a review is recorded.",
        }
    }

    fn rests_on(&self) -> Table {
        let rows = self.outcome.clauses.iter().map(|clause| {
            let mut says = could_not(clause);
            says.extend(clause.codes.iter().map(|(code, count)| format!("{code} {}", grouped(*count))));
            says.extend(judged_otherwise(clause, self.parameters));
            vec![
                clause.clause.id.to_owned(),
                clause.clause.title.to_owned(),
                clause.state.name().replace('_', " "),
                clause.due.map(|due| due.to_string()).unwrap_or_default(),
                says.join("; "),
            ]
        });
        Table {
            title: "What the return rests on",
            caption: "The clauses behind these figures; exceptions are leads for a person, not findings".to_owned(),
            columns: columns(&[
                ("clause", false),
                ("title", false),
                ("state", false),
                ("next due", false),
                ("leads, and what could not be established", false),
            ]),
            rows: rows.collect(),
            if_empty: "",
        }
    }

    fn assumed(&self) -> Table {
        let names: BTreeSet<&String> = self.outcome.clauses.iter().flat_map(|clause| &clause.assumed).collect();
        let rows = names.into_iter().map(|name| {
            let value = self.parameters.get(name).map(|setting| setting.value.to_string()).unwrap_or_default();
            vec![name.clone(), value]
        });
        Table {
            title: "Assumed values",
            caption: "Limits that are not in the audit standard and were not set by the LEA".to_owned(),
            columns: columns(&[("parameter", false), ("value", false)]),
            rows: rows.collect(),
            if_empty: "No figure here rests on an assumed value.",
        }
    }

    fn inputs(&self) -> Table {
        let rows = self.report.inputs.iter().map(|input| {
            vec![
                input.file.clone(),
                input.set.to_owned(),
                grouped(input.rows),
                grouped(input.accepted),
                grouped(input.quarantined),
                input.sha256.clone(),
            ]
        });
        Table {
            title: "Evidence",
            caption: "The files that were read, with their SHA-256".to_owned(),
            columns: columns(&[
                ("file", false),
                ("set", false),
                ("rows", true),
                ("accepted", true),
                ("quarantined", true),
                ("SHA-256", false),
            ]),
            rows: rows.collect(),
            if_empty: "",
        }
    }
}

fn columns(names: &[(&'static str, bool)]) -> Vec<Column> {
    part("", names)
}

fn part(part: &'static str, names: &[(&'static str, bool)]) -> Vec<Column> {
    names.iter().map(|(name, numeric)| Column { name, numeric: *numeric, part }).collect()
}

/// Seventeen columns: more than paper is wide.
fn columns_of_each_camera() -> Vec<Column> {
    let parts = [
        columns(&[("camera", false)]),
        part("In service", &[("kind", false), ("name", false), ("installed", false), ("decommissioned", false)]),
        part(
            "Time",
            &[("clock checks", true), ("latest clock check", false), ("clock offset", true), ("clock", false)],
        ),
        part(
            "Location",
            &[("location checks", true), ("latest location check", false), ("distance", true), ("location", false)],
        ),
        part(
            "Performance",
            &[
                ("performance tests", true),
                ("latest performance test", false),
                ("captured", true),
                ("read correctly", true),
            ],
        ),
    ];
    parts.into_iter().flatten().collect()
}

/// A kind of camera as people write it.
fn kind_in_words(kind: &str) -> String {
    kind.replace('_', "-").replace("cctv", "CCTV")
}

/// `1 October 2025 (midnight, London)`
fn moment(instant: Instant) -> String {
    let day = london::day_of(instant);
    if london::midnight(day) == instant {
        format!("{} (midnight, London)", london::day_in_words(day))
    } else {
        london::in_words(instant)
    }
}

fn day(day: Option<Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn checked(checked: Option<&Checked>, unit: &str) -> [String; 4] {
    let Some(checked) = checked else {
        return ["0".to_owned(), String::new(), String::new(), "not checked".to_owned()];
    };
    let verdict = match checked.beyond {
        Some(true) => "beyond tolerance",
        Some(false) => "within tolerance",
        None => "cannot be said",
    };
    let measured = checked.measured.as_ref().map(|measured| format!("{measured} {unit}")).unwrap_or_default();
    [grouped(checked.checks), checked.last.to_string(), measured, verdict.to_owned()]
}

fn performance(tested: Option<&Performance>) -> [String; 4] {
    let Some(tested) = tested else { return ["0".to_owned(), String::new(), String::new(), String::new()] };
    let share = |part: Option<i64>, of: Option<i64>| match (part, of) {
        (Some(part), Some(of)) => format!("{} of {}", grouped(part as u64), grouped(of as u64)),
        _ => "cannot be said".to_owned(),
    };
    let kind = tested.kind.as_deref().unwrap_or("kind withheld");
    [
        grouped(tested.tests),
        format!("{} ({kind})", tested.last),
        share(tested.captured, Some(tested.observed)),
        share(tested.read_correctly, tested.captured),
    ]
}

/// For a terminal: the head, and each table with a line for each cell that says something.
pub fn text(page: &Page) -> String {
    let mut out = format!("{}{:>width$}\n\n", page.title, MARKING, width = WIDTH - page.title.chars().count());
    for fact in &page.facts {
        let _ = writeln!(out, "  {:<32} {}", fact.name, fact.value);
    }
    for note in &page.notes {
        let _ = write!(out, "\n{}\n", wrapped(note, 0, WIDTH));
    }
    for table in &page.tables {
        let _ = writeln!(out, "\n{}", table.title.to_uppercase());
        if table.rows.is_empty() {
            let _ = writeln!(out, "\n  {}", table.if_empty);
        }
        for row in &table.rows {
            let said = table.columns.iter().zip(row).skip(1).filter(|(_, cell)| !cell.is_empty());
            let cells: Vec<String> = said.map(|(column, cell)| format!("{} {cell}", column.name)).collect();
            let _ = writeln!(out, "\n  {}\n    {}", row[0], wrapped(&cells.join("; "), 4, WIDTH));
        }
    }
    let _ = writeln!(out, "\n{MARKING:>WIDTH$}");
    out
}
