//! `custodes hold` and `custodes dispose`: two years, legal hold, and disposal by two people.

use std::collections::BTreeSet;

use custodes_compliance::acts::retention::{DisposalApproved, DisposalProposed, HoldPlaced, HoldReleased};
use custodes_compliance::acts::{Act, AuditId, DisposalId, HoldId, Mark};
use custodes_compliance::record::Record;
use custodes_compliance::time::Day;
use custodes_journal::tree::LeafIndex;
use serde_json::json;

use super::{Place, day, name};
use crate::cli::Mistakes;
use crate::work::{audits::today, random};

/// Nothing that a hold covers is disposed of
#[derive(Debug, clap::Subcommand)]
pub enum Hold {
    /// Places a legal hold on audits; on everything, where none is named
    Place {
        #[arg(value_parser = name::<AuditId>)]
        audit: Vec<AuditId>,
        #[arg(long)]
        reason: String,
    },
    /// Releases it
    Release {
        #[arg(value_parser = name::<HoldId>)]
        hold: HoldId,
        #[arg(long)]
        reason: String,
    },
}

pub fn hold(place: &Place, verb: Hold) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Hold::Place { audit, reason } => {
            session.act(|workspace| {
                let hold = HoldId::after(workspace.record.holds.keys().next_back());
                Ok(Act::from(HoldPlaced { hold, audits: audit.clone(), reason: reason.clone() }))
            })?;
            let hold = session.workspace.record.holds.keys().next_back().map(ToString::to_string).unwrap_or_default();
            session.say(&format!("{hold} placed"), json!({ "hold": hold }))
        }
        Hold::Release { hold, reason } => {
            session.act(|_| Ok(Act::from(HoldReleased { hold, reason: reason.clone() })))?;
            session.say(&format!("{hold} released"), json!({ "hold": hold }))
        }
    }
}

/// Disposal after the retention time, by two people
#[derive(Debug, clap::Subcommand)]
pub enum Dispose {
    /// Puts forward what is older than the retention time: finished audits, reviews, closed non-compliance
    Propose {
        /// What was finished before this day; two years ago without it, and never later than that
        #[arg(long, value_parser = day)]
        before: Option<Day>,
    },
    /// Approves what another person put forward, and does it: content and salts go, the leaves stay
    Approve {
        #[arg(value_parser = name::<DisposalId>)]
        disposal: DisposalId,
    },
}

pub fn dispose(place: &Place, verb: Dispose) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Dispose::Propose { before } => {
            let now = session.workspace.now()?;
            let years = session.workspace.parameters_at(now)?.whole("record_retention_years");
            let latest = today().plus_months(-12 * years);
            let before = before.unwrap_or(latest);
            if before > latest {
                return Err(format!(
                    "records are kept {years} years: nothing made on or after {latest} can be disposed of"
                )
                .into());
            }
            let (entries, objects) = disposable(&session.workspace.record, before);
            let mark = Mark::of(random()?);
            session.act(|workspace| {
                Ok(Act::from(DisposalProposed {
                    disposal: DisposalId::after(workspace.record.disposals.keys().next_back()),
                    mark: mark.clone(),
                    rule: format!("kept {years} years (8.2.10)"),
                    before,
                    entries: entries.clone(),
                    objects: objects.clone(),
                }))
            })?;
            let id = session.workspace.record.disposals.keys().next_back().map(ToString::to_string).unwrap_or_default();
            let text = format!(
                "{id}: the content of {} entries and {} files, all finished before {before}. It is done when a second person approves it (custodes dispose approve {id})",
                entries.len(),
                objects.len()
            );
            session.say(&text, json!({ "disposal": id, "entries": entries, "objects": objects }))
        }
        Dispose::Approve { disposal } => {
            let proposed = session.workspace.record.disposals.get(&disposal).map(|disposal| disposal.what.clone());
            let proposed = proposed.ok_or_else(|| format!("there is no disposal {disposal}"))?;
            let by = session.by.clone();
            let of: Vec<LeafIndex> = proposed.entries.iter().map(|entry| LeafIndex(*entry)).collect();
            session.workspace.dispose(&by, &of, Act::from(DisposalApproved { disposal }))?;
            let text = format!(
                "{} entries are disposed of under {:?}: their leaves stay, and every proof of the others",
                of.len(),
                proposed.rule
            );
            session.say(&text, json!({ "disposal": disposal, "entries": proposed.entries }))
        }
    }
}

/// Entries whose matter was finished before the day and is held by nothing, and the files only they need.
fn disposable(record: &Record, before: Day) -> (Vec<u64>, Vec<String>) {
    let mut entries: BTreeSet<u64> = BTreeSet::new();
    let mut objects: BTreeSet<String> = BTreeSet::new();
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let open_matters: BTreeSet<AuditId> = record
        .noncompliances
        .values()
        .filter(|matter| matter.closed.as_ref().is_none_or(|(done, _)| done.day() >= before))
        .filter_map(|matter| record.findings.get(&matter.what.finding?).map(|finding| finding.what.audit))
        .collect();
    for (id, audit) in &record.audits {
        let finished = audit.signed_off.as_ref().is_some_and(|(done, _)| done.day() < before);
        let findings_closed = audit.findings(&record.findings).all(|(_, finding)| finding.closed.is_some());
        let own = audit
            .attachments
            .iter()
            .map(|(_, attached)| attached.sha256.clone())
            .chain(audit.reports.iter().map(|(_, report)| report.sha256.clone()))
            .chain(audit.plans.iter().map(|plan| plan.plan.frame.table_sha256.clone()));
        if finished && findings_closed && !open_matters.contains(id) && record.held(Some(id)).is_none() {
            entries.extend(record.entries_of.get(&audit.what.mark).into_iter().flatten());
            objects.extend(own);
        } else {
            kept.extend(own);
        }
    }
    for matter in record.noncompliances.values() {
        if matter.closed.as_ref().is_some_and(|(done, _)| done.day() < before) && record.held(None).is_none() {
            entries.extend(record.entries_of.get(&matter.what.mark).into_iter().flatten());
        }
    }
    for review in record.reviews.values().filter(|review| review.done.day() < before) {
        // Reviews of one entry were recorded together, on one day.
        entries.insert(review.done.entry);
    }
    entries.retain(|entry| !record.disposed.contains(entry));
    (entries.into_iter().collect(), objects.difference(&kept).cloned().collect())
}
