//! The evidence in force, as a check reads it: which files under which names and mappings, which bad rows a
//! person answered for, and what people recorded here. Two workspaces that are alike in this give the same check.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::acts::audit::Verdict;
use custodes_compliance::acts::schedule::Outcome as ReviewOutcome;
use custodes_compliance::record::{Audit, Record};
use custodes_compliance::time::{Day, Instant};
use custodes_evidence::Settled;
use custodes_evidence::archive::{Archive, Sha256};
use serde::Serialize;
use serde_json::{Value, json};

use super::WorkError;
use super::audits::today;
use super::checking::object;

/// The clauses of the event rule: each record is reviewed by itself, so an audit of them leaves a review each.
const EACH_BY_ITSELF: &[&str] = &["8.2.2.c", "8.2.2.d", "8.2.4.c", "8.3.5"];

/// Where the journal's own rows lie in the folder that is checked.
const JOURNALS_OWN: &str = "journal";

/// The imports in force.
#[derive(Debug, Serialize)]
pub struct InForce {
    files: Vec<File>,
    mappings: Vec<MappingOf>,
    /// By the file's SHA-256: the lines that a person answered for, `None` for all of them.
    settled: Vec<(String, Option<BTreeSet<u64>>)>,
}

#[derive(Debug, Serialize)]
struct File {
    name: String,
    sha256: String,
    bytes: u64,
}

/// A mapping, and the files that are read under it.
#[derive(Debug, Serialize)]
struct MappingOf {
    name: String,
    sha256: String,
    files: Vec<String>,
}

impl InForce {
    pub fn of(record: &Record) -> InForce {
        let mut in_force = InForce { files: Vec::new(), mappings: Vec::new(), settled: Vec::new() };
        for (place, (id, import)) in record.evidence().enumerate() {
            // Of two imports the later stands, so their folders sort as they came.
            let under = |name: &str| format!("{:06}-{id}/{name}", place + 1);
            let mut read_under: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for original in &import.what.originals {
                let (name, sha256) = (under(&original.name), original.sha256.clone());
                if let Some(mapping) = &original.mapping {
                    read_under.entry(mapping).or_default().push(name.clone());
                }
                in_force.settled.push((sha256.clone(), import.settled_lines(&original.name)));
                in_force.files.push(File { name, sha256, bytes: original.bytes });
            }
            for kept in &import.what.mappings {
                let files = read_under.remove(kept.name.as_str()).unwrap_or_default();
                in_force.mappings.push(MappingOf { name: kept.name.clone(), sha256: kept.sha256.clone(), files });
            }
        }
        in_force
    }

    /// Names in the folder that is laid out, and objects.
    ///
    /// # Errors
    /// When the journal names an object wrongly.
    pub fn files(&self) -> Result<Vec<(String, Sha256)>, WorkError> {
        self.files.iter().map(|file| Ok((file.name.clone(), object(&file.sha256)?))).collect()
    }

    /// Name, object and the files that are read under it, of each mapping.
    pub fn mappings(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.mappings.iter().map(|of| (of.name.as_str(), of.sha256.as_str(), of.files.as_slice()))
    }

    pub fn settled(&self) -> Settled {
        let mut settled = Settled::new();
        for (sha256, lines) in &self.settled {
            match lines {
                None => settled.settle_file(sha256),
                Some(lines) => lines.iter().for_each(|line| settled.settle_line(sha256, *line)),
            }
        }
        settled
    }

    /// That every file is in the store and has as many bytes as were taken in: all that can be said without
    /// reading it.
    ///
    /// # Errors
    /// Of the first that is not.
    pub fn look_for(&self, archive: &Archive) -> Result<(), WorkError> {
        for file in &self.files {
            archive.expect(&object(&file.sha256)?, file.bytes)?;
        }
        for mapping in &self.mappings {
            archive.text(&object(&mapping.sha256)?)?;
        }
        Ok(())
    }
}

/// What people recorded here, as evidence: it counts as `reviews`, `audits` and `noncompliances`.
#[derive(Debug)]
pub struct OwnRows {
    files: Vec<(String, String)>,
}

impl OwnRows {
    /// A set in which nobody recorded anything yet is left out: the journal says nothing of the time before it
    /// was begun.
    pub fn of(record: &Record) -> OwnRows {
        let sets =
            [("reviews", reviews(record)), ("audits", audits(record)), ("noncompliances", noncompliances(record))];
        let opened = record.workspace.as_ref().map(|workspace| workspace.done.day().to_string()).unwrap_or_default();
        let mut manifest = String::from("file,rows,period_from,period_to\n");
        let mut files = Vec::new();
        for (set, rows) in sets.into_iter().filter(|(_, rows)| !rows.is_empty()) {
            manifest.push_str(&format!("{set}.jsonl,{},{opened},{}\n", rows.len(), today()));
            let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
            files.push((format!("{JOURNALS_OWN}/{set}.jsonl"), text));
        }
        if !files.is_empty() {
            // One review recorded here must not let the months before the workspace read clear.
            files.push((format!("{JOURNALS_OWN}/manifest.csv"), manifest));
        }
        OwnRows { files }
    }

    /// Names in the folder that is laid out, and what stands in each.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
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
    let questions: Vec<&str> = custodes_standard::v3::clause(&audit.what.clause)
        .into_iter()
        .flat_map(|clause| clause.judgements)
        .map(|question| question.name)
        .collect();
    // Nobody has reviewed what could not be assessed.
    let reviewed = audit.worklist().filter(|(_, item)| item.verdict(&questions) != Some(Verdict::NotAssessable));
    let each = reviewed.map(|(key, item)| {
        let judged = item.judged.values().map(|judged| judged.done.at).max().unwrap_or(completed.at);
        let failed = item.judged.values().any(|judged| judged.verdict == Verdict::Fail);
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
