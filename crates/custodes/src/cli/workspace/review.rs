//! `custodes review`: reviews that are not audits, recorded in one short step, many at once where natural.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use custodes_compliance::acts::Act;
use custodes_compliance::acts::ReviewId;
use custodes_compliance::acts::schedule::{Outcome, Reviewed, ReviewsRecorded};
use custodes_compliance::london;
use custodes_compliance::record::typed;
use custodes_compliance::time::Instant;
use custodes_evidence::Record;
use custodes_standard::evidence::CAMERAS;
use custodes_standard::model::Population;
use serde_json::json;

use super::{Place, Session};
use crate::cli::Mistakes;
use crate::words::counted;
use crate::work::{WorkError, Workspace, checking::object};

fn at(text: &str) -> Result<Instant, String> {
    london::parse_day_or_instant(text)
}

/// Records a review that is no audit: clocks, lists, failures, transfers, cameras
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The clause, as the standard numbers it
    clause: String,
    /// What was reviewed, by its id; the whole LEA without it. May be repeated
    #[arg(long)]
    subject: Vec<String>,
    /// A file of subjects, one a line
    #[arg(long, value_name = "FILE")]
    subjects_from: Option<PathBuf>,
    /// Every camera of a kind (or of any) that is in the register
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "any")]
    cameras: Option<String>,
    /// When somebody looked; now without it
    #[arg(long, value_parser = at)]
    at: Option<Instant>,
    /// Why it is recorded only now, where somebody looked more than 7 days ago, or before there was a workspace
    #[arg(long, value_name = "TEXT")]
    late_because: Option<String>,
    /// A departure from the standard was found
    #[arg(long)]
    unsatisfactory: bool,
    /// What was looked at, and seen
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// What was done about it
    #[arg(long, default_value = "", hide_default_value = true)]
    maintenance: String,
    /// Of a sampled review (4.1.1, 8.3.1): how many records there were
    #[arg(long, value_name = "N")]
    population: Option<u64>,
    /// And how many were examined
    #[arg(long, value_name = "N")]
    examined: Option<u64>,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let subjects = subjects(&session, &arguments)?;
    let at = match arguments.at {
        Some(at) => at,
        None => session.workspace.now()?,
    };
    let done = session.act(|workspace| {
        let mut next = workspace.record.next_review();
        let reviews = subjects.iter().map(|subject| {
            let review = next;
            next = ReviewId::after(Some(&review));
            Reviewed {
                review,
                clause: arguments.clause.clone(),
                subject: subject.clone(),
                at,
                outcome: if arguments.unsatisfactory { Outcome::Unsatisfactory } else { Outcome::Satisfactory },
                note: arguments.note.clone(),
                population: arguments.population,
                examined: arguments.examined,
                maintenance: arguments.maintenance.clone(),
                late_because: arguments.late_because.clone(),
            }
        });
        Ok(Act::from(ReviewsRecorded { reviews: reviews.collect() }))
    })?;
    let of =
        if subjects == ["*"] { "the whole LEA".to_owned() } else { counted(subjects.len(), "subject", "subjects") };
    let mut text = format!("Review of {} recorded, {of}", arguments.clause);
    if arguments.unsatisfactory {
        text.push_str("; non-compliance goes to the National Auditor within 28 days (custodes noncompliance identify)");
    }
    let unknown = not_in_the_register(&session, &arguments.clause, &subjects)?;
    if !unknown.is_empty() {
        text.push_str(&format!(
            "\nnote: the register of cameras in force has no {}: look whether the id is written right",
            unknown.join(", ")
        ));
    }
    session.say(
        &text,
        json!({
            "clause": arguments.clause, "subjects": subjects, "at": at, "recorded_at": done.at,
            "not_in_the_register": unknown,
        }),
    )
}

/// Of a clause about cameras, the subjects that the evidence in force does not know: a slip of the pen would
/// else be a review of nothing. It is no reason to refuse: the register may come later.
fn not_in_the_register(session: &Session, clause: &str, subjects: &[String]) -> Result<Vec<String>, WorkError> {
    let about = custodes_standard::v3::clause(clause).map(|clause| &clause.population);
    if !matches!(about, Some(Population::Rows { of, .. }) if of.name == CAMERAS.name) {
        return Ok(Vec::new());
    }
    let cameras = cameras(&session.workspace)?;
    let unknown = subjects.iter().filter(|subject| *subject != "*" && !cameras.contains_key(*subject));
    Ok(unknown.cloned().collect())
}

fn cameras(workspace: &Workspace) -> Result<BTreeMap<String, Record>, WorkError> {
    let objects = typed(&workspace.record, CAMERAS.name).map(|(_, typed)| object(&typed.sha256));
    Ok(workspace.archive.every_record(&CAMERAS, &objects.collect::<Result<Vec<_>, _>>()?)?)
}

fn subjects(session: &Session, arguments: &Arguments) -> Result<Vec<String>, WorkError> {
    let mut subjects: BTreeSet<String> = arguments.subject.iter().cloned().collect();
    if let Some(file) = &arguments.subjects_from {
        let text = std::fs::read_to_string(file).map_err(WorkError::file(file, "cannot be read"))?;
        subjects.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    if let Some(kind) = &arguments.cameras {
        let cameras = cameras(&session.workspace)?;
        let wanted = cameras.values().filter(|camera| kind == "any" || camera.cell("kind") == Some(kind));
        let in_service = wanted.filter(|camera| camera.cell("decommissioned_on").is_none_or(str::is_empty));
        subjects.extend(in_service.map(|camera| camera.key().to_owned()));
        if subjects.is_empty() {
            return Err(format!("the register has no camera of the kind {kind:?} in service").into());
        }
    }
    Ok(if subjects.is_empty() { vec!["*".to_owned()] } else { subjects.into_iter().collect() })
}
