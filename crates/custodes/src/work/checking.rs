//! The check over a workspace: the evidence in force, and what people recorded here beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use custodes_checks::outcome::Outcome;
use custodes_checks::{Parameters, Source, Window, check};
use custodes_compliance::acts::schedule::Outcome as ReviewOutcome;
use custodes_compliance::london;
use custodes_compliance::record::{Audit, Record};
use custodes_compliance::time::{Day, Instant};
use custodes_evidence::archive::{LaidOut, Sha256};
use custodes_evidence::{Evidence, Mapping, Options, Report, Settled};
use serde_json::{Value, json};

use super::{WorkError, Workspace};

/// The clauses of the event rule: each record is reviewed by itself, so an audit of them leaves a review each.
const EACH_BY_ITSELF: &[&str] = &["8.2.2.c", "8.2.2.d", "8.2.4.c", "8.3.5"];

/// Where the journal's own rows lie in the folder that is checked.
const JOURNALS_OWN: &str = "journal";

/// A state of the evidence, laid out as a folder; gone when dropped.
pub struct View {
    folder: tempfile::TempDir,
    laid_out: LaidOut,
    mappings: Vec<Mapping>,
    settled: Settled,
}

/// What a check of the workspace found.
pub struct Checked {
    pub parameters: Parameters,
    pub outcome: Outcome,
    pub report: Report,
}

impl Workspace {
    /// The parameters that were approved for windows ending at this instant.
    ///
    /// # Errors
    /// When they cannot be read, which was asked before they were proposed.
    pub fn parameters_at(&self, as_of: Instant) -> Result<Parameters, WorkError> {
        match self.record.parameters_on(london::day_of(as_of)) {
            Some((_, proposal)) => Parameters::read(&proposal.toml).map_err(|mistakes| mistakes.join("; ").into()),
            None => Ok(Parameters::default()),
        }
    }

    /// Lays the evidence in force out, with what people recorded here.
    ///
    /// # Errors
    /// When an object is missing or damaged.
    pub fn view(&self) -> Result<View, WorkError> {
        let folder = self.archive.private_folder()?;
        let mut files: Vec<(String, Sha256)> = Vec::new();
        let mut mappings = Vec::new();
        let mut settled = Settled::new();
        for (place, (id, import)) in self.record.evidence().enumerate() {
            // Of two imports the later stands, so their folders sort as they came.
            let under = |name: &str| format!("{:06}-{id}/{name}", place + 1);
            let mut read_under: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for original in &import.what.originals {
                files.push((under(&original.name), object(&original.sha256)?));
                if let Some(mapping) = &original.mapping {
                    read_under.entry(mapping).or_default().push(under(&original.name));
                }
                match import.settled_lines(&original.name) {
                    None => settled.settle_file(&original.sha256),
                    Some(lines) => lines.iter().for_each(|line| settled.settle_line(&original.sha256, *line)),
                }
            }
            for kept in &import.what.mappings {
                let text = self.archive.text(&object(&kept.sha256)?)?;
                let names = read_under.remove(kept.name.as_str()).unwrap_or_default();
                mappings.push(Mapping::parse(&kept.name, &text)?.only_for(names));
            }
        }
        let into = folder.path().join("evidence");
        let laid_out = self.archive.lay_out(&files, &into)?;
        write_own_rows(&self.record, &into.join(JOURNALS_OWN))?;
        Ok(View { folder, laid_out, mappings, settled })
    }

    /// Checks the evidence in force over a window, by the parameters that held for it.
    ///
    /// # Errors
    /// When the evidence cannot be read to its end.
    pub fn check(&self, window: Window, only: &BTreeSet<&str>) -> Result<Checked, WorkError> {
        let parameters = self.parameters_at(window.as_of)?;
        let view = self.view()?;
        let source = view.source(window)?;
        let (outcome, report) = check(&source, window, &parameters, threads(), only)?;
        view.laid_out.confirm(&report.inputs)?;
        Ok(Checked { parameters, outcome, report })
    }
}

impl View {
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("evidence")
    }

    /// # Errors
    /// When the evidence cannot be opened.
    pub fn source(&self, window: Window) -> Result<Source, WorkError> {
        let mut options = Options::new(window.from, window.as_of);
        options.threads = threads();
        options.mappings.clone_from(&self.mappings);
        options.isolated = std::env::current_exe().ok();
        options.settled = self.settled.clone();
        // Where the next opening sweeps it away, should this program be killed.
        options.temporary = Some(self.folder.path().to_owned());
        let evidence = Evidence::open(&self.path(), options)?;
        Ok(Source::new(evidence, threads()))
    }
}

pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// An object's name, as the journal has it.
///
/// # Errors
/// When it is none.
pub fn object(sha256: &str) -> Result<Sha256, WorkError> {
    sha256.parse().map_err(|why: String| WorkError::Said(format!("the journal names an object wrongly: {why}")))
}

/// What people recorded here counts as `reviews`, `audits` and `noncompliances`. A set in which nobody
/// recorded anything yet is left out: the journal says nothing of the time before it was begun.
fn write_own_rows(record: &Record, folder: &Path) -> Result<(), WorkError> {
    let sets = [("reviews", reviews(record)), ("audits", audits(record)), ("noncompliances", noncompliances(record))];
    let opened = record.workspace.as_ref().map(|workspace| workspace.done.day().to_string()).unwrap_or_default();
    let mut manifest = String::from("file,rows,period_from,period_to\n");
    for (set, rows) in sets.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        manifest.push_str(&format!("{set}.jsonl,{},{opened},{}\n", rows.len(), super::audits::today()));
        std::fs::create_dir_all(folder).map_err(WorkError::file(folder, "cannot be made"))?;
        let path = folder.join(format!("{set}.jsonl"));
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        std::fs::write(&path, text).map_err(WorkError::file(&path, "cannot be written"))?;
        // One review recorded here must not let the months before the workspace read clear.
        let stated = folder.join("manifest.csv");
        std::fs::write(&stated, &manifest).map_err(WorkError::file(&stated, "cannot be written"))?;
    }
    Ok(())
}

/// Ids of the journal's own rows, which no imported row has.
fn own(id: impl std::fmt::Display) -> String {
    format!("journal:{id}")
}

fn reviews(record: &Record) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    for (id, review) in &record.reviews {
        let what = &review.what;
        rows.push(json!({
            "review_id": own(id), "clause": what.clause, "subject": what.subject, "reviewed_at": what.at,
            "reviewer_id": review.done.by, "outcome": what.outcome.name(), "audit_id": null,
            "population": what.population, "examined": what.examined, "window_from": null, "window_to": null,
            "rationale": null, "maintenance": what.maintenance, "disposed_on": null,
        }));
    }
    for audit in signed_off(record) {
        rows.extend(reviews_of(audit));
    }
    rows
}

/// Audits count once a second person has signed them off, as of the day on which they were completed.
fn signed_off(record: &Record) -> impl Iterator<Item = &Audit> {
    record.audits.values().filter(|audit| audit.signed_off.is_some())
}

fn reviews_of(audit: &Audit) -> Vec<Value> {
    let Some((completed, conclusion)) = &audit.completed else { return Vec::new() };
    let id = audit.what.audit;
    let row = |review: String, subject: &str, at: Instant, outcome: ReviewOutcome| {
        let sample = Sampled::of(audit);
        json!({
            "review_id": own(review), "clause": audit.what.clause, "subject": subject, "reviewed_at": at,
            "reviewer_id": completed.by, "outcome": outcome.name(), "audit_id": own(id),
            "population": sample.population, "examined": sample.examined,
            "window_from": sample.window.map(|(first, _)| first), "window_to": sample.window.map(|(_, last)| last),
            "rationale": sample.rationale, "maintenance": null, "disposed_on": null,
        })
    };
    if !EACH_BY_ITSELF.contains(&audit.what.clause.as_str()) {
        return vec![row(id.to_string(), "*", completed.at, conclusion.outcome)];
    }
    let each = audit.worklist().map(|(key, item)| {
        let judged = item.judged.values().map(|judged| judged.done.at).max().unwrap_or(completed.at);
        let failed =
            item.judged.values().any(|judged| judged.verdict == custodes_compliance::acts::audit::Verdict::Fail);
        let outcome = if failed { ReviewOutcome::Unsatisfactory } else { ReviewOutcome::Satisfactory };
        row(format!("{id}/{key}"), key, judged, outcome)
    });
    each.collect()
}

/// What the record of a sampled audit has to say.
#[derive(Default)]
struct Sampled {
    population: Option<u64>,
    examined: Option<u64>,
    window: Option<(Day, Day)>,
    rationale: Option<String>,
}

impl Sampled {
    fn of(audit: &Audit) -> Sampled {
        let drawn: Vec<_> = audit
            .plans
            .iter()
            .filter(|plan| plan.superseded.is_none())
            .filter_map(|plan| Some((&plan.plan, &plan.drawn.as_ref()?.1)))
            .collect();
        // A further draw adds to the first; the population and the window are the first one's.
        let Some((plan, first)) = drawn.first() else { return Sampled::default() };
        Sampled {
            population: Some(first.population),
            examined: Some(audit.random_sample().len() as u64),
            window: first.window.or(Some((plan.from, plan.to.plus_days(-1)))),
            rationale: Some(plan.rationale.clone()),
        }
    }
}

fn audits(record: &Record) -> Vec<Value> {
    let rows = signed_off(record).filter_map(|audit| {
        let (completed, conclusion) = audit.completed.as_ref()?;
        Some(json!({
            "audit_id": own(audit.what.audit), "clause": audit.what.clause, "completed_at": completed.at,
            "findings": conclusion.findings, "extent": conclusion.extent, "action": conclusion.action,
            "disposed_on": null,
        }))
    });
    rows.collect()
}

fn noncompliances(record: &Record) -> Vec<Value> {
    let rows = record.noncompliances.iter().map(|(id, matter)| {
        let reported = matter.reported.as_ref().map(|(_, reported)| reported);
        json!({
            "noncompliance_id": own(id), "clause": matter.what.clause, "identified_on": matter.what.identified_on,
            "reported_on": reported.map(|reported| reported.reported_on),
            "report_reference": reported.map(|reported| reported.reference.clone()),
        })
    });
    rows.collect()
}
