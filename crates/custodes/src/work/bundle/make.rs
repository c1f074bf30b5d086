//! Making a bundle. The act comes first: its entry names what the bundle holds, and the bundle holds it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use custodes_compliance::acts::retention::{BundleMade, ReturnPeriod};
use custodes_compliance::acts::{Act, AuditId, PersonId};
use custodes_compliance::record::{Done, Record, Recorded};
use custodes_compliance::roles::Action;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::hash::Hash;
use custodes_journal::log::{Head, Log};
use custodes_journal::proof::{ConsistencyProof, InclusionProof};
use custodes_journal::tree::{LeafIndex, TreeSize};
use custodes_store::SqliteLog;

use super::entries::Proven;
use super::selection::{runs, select};
use super::{
    CHECKPOINT, ENTRIES, FORM, Files, INFO, Info, MARKING, READ_ME, RETURN_JSON, RETURN_PAGE, SINCE_PREVIOUS,
    SINCE_WITNESSED, SUMS, WITNESSED, container, contents, since_report_name, sums,
};
use crate::work::audits as auditing;
use crate::work::{WorkError, Workspace, outgoing};

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    pub path: PathBuf,
    pub sha256: String,
    pub bytes: u64,
    pub files: usize,
    pub entries: usize,
    pub info: Info,
}

/// What a bundle is asked to hold, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub audits: &'a [AuditId],
    pub for_whom: &'a str,
    /// Make it though an audit is not finished and reported on.
    pub interim: bool,
    pub annual_return: Option<&'a AnnualReturn>,
}

/// The annual return on cameras (4.2), as it was drawn up.
#[derive(Debug, Clone)]
pub struct AnnualReturn {
    pub period: ReturnPeriod,
    pub page: String,
    pub json: String,
}

/// Makes the bundle of some audits for a receiver. When a run was interrupted after its act, the next one
/// writes that bundle, and no second act.
///
/// # Errors
/// When the person may not, an audit is not there, or is not finished and reported on though no `interim`
/// bundle is asked for, the file is there already, or evidence is damaged.
pub fn make(workspace: &mut Workspace, by: &PersonId, asked: Asked<'_>, out: &Path) -> Result<Made, WorkError> {
    let audits = with_other_draws(&workspace.record, asked.audits);
    if audits.is_empty() && asked.annual_return.is_none() {
        return Err("say what goes into it: --audit A1, and so on, or the annual return (--return)".into());
    }
    let for_whom = asked.for_whom.trim();
    if for_whom.is_empty() {
        return Err("say for whom the bundle is: --for".into());
    }
    if outgoing::is_there(out) {
        return Err(format!("{}: there is a file of that name already: name a new one", out.display()).into());
    }
    if audits.is_empty() {
        workspace.permit(by, Action::IssueReport, None)?;
    }
    for id in &audits {
        workspace.permit(by, Action::IssueReport, Some(id))?;
        if !workspace.record.audits.contains_key(id) {
            return Err(auditing::not_there(&workspace.record, id));
        }
    }
    let unfinished_audit = audits.iter().find(|id| !is_reported_on(&workspace.record, id));
    if let (Some(id), false) = (unfinished_audit, asked.interim) {
        return Err(format!(
            "{id} is not completed, or no report of it was issued since (custodes report {id}): a bundle of it as it \
             stands says that it is one (--interim)"
        )
        .into());
    }
    let mut contents = contents::gather(workspace, &audits)?;
    if let Some(annual_return) = asked.annual_return {
        contents.insert(RETURN_PAGE.to_owned(), annual_return.page.clone().into_bytes());
        contents.insert(RETURN_JSON.to_owned(), annual_return.json.clone().into_bytes());
    }
    let described = BundleMade {
        interim: unfinished_audit.is_some(),
        annual_return: asked.annual_return.map(|of| of.period),
        ..describe(&contents, &audits, for_whom)
    };
    let made = match unfinished(&workspace.record, by, &described) {
        Some(made) => {
            workspace.sign()?;
            made
        }
        None => {
            workspace.act(by, |workspace| Ok(vec![Act::from(complete(workspace, &described)?)]))?;
            workspace.record.bundles.last().cloned().ok_or("the bundle is not on record")?
        }
    };
    write(workspace, &made, contents, out)
}

/// The audits, each once, and those that drew from days of the same periods: nobody is shown one sample of some days
/// and not the other.
fn with_other_draws(record: &Record, audits: &[AuditId]) -> Vec<AuditId> {
    let mut all: BTreeSet<AuditId> = audits.iter().copied().collect();
    for asked in audits.iter().filter_map(|id| record.audits.get(id)).map(|audit| &audit.what) {
        let others = record.audits.values().filter(|other| other.overlaps(&asked.clause, asked.from, asked.to));
        all.extend(others.filter(|other| other.ever_drawn() > 0).map(|other| other.what.audit));
    }
    all.into_iter().collect()
}

/// Whether an audit is completed, and a report of it was issued after that.
fn is_reported_on(record: &Record, id: &AuditId) -> bool {
    let Some(audit) = record.audits.get(id) else { return false };
    let Some((completed, _)) = &audit.completed else { return false };
    audit.reports.iter().any(|(issued, _)| issued.entry > completed.entry)
}

/// The act, but for what depends on where in the journal it comes to stand.
fn describe(contents: &Files, audits: &[AuditId], for_whom: &str) -> BundleMade {
    let list = sums(contents.iter().map(|(name, bytes)| (name.as_str(), bytes)));
    BundleMade {
        sha256: Hash::of(list.as_bytes()).to_string(),
        bytes: contents.values().map(|bytes| bytes.len() as u64).sum(),
        audits: audits.to_vec(),
        for_whom: for_whom.to_owned(),
        size: 0,
        contents: contents.iter().map(|(name, bytes)| (name.clone(), Hash::of(bytes).to_string())).collect(),
        entries: Vec::new(),
        interim: false,
        annual_return: None,
        program: concat!("custodes ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

fn complete(workspace: &Workspace, described: &BundleMade) -> Result<BundleMade, WorkError> {
    let previous = previous(&workspace.record, &described.for_whom, workspace.record.size).map(|made| made.done.entry);
    let entries = select(&workspace.log, &workspace.record, &described.audits, previous)?;
    Ok(BundleMade { size: workspace.record.size + 1, entries: runs(&entries), ..described.clone() })
}

/// The act of a run that got no further, if nothing happened since.
fn unfinished(record: &Record, by: &PersonId, described: &BundleMade) -> Option<Recorded<BundleMade>> {
    let made = record.bundles.last()?;
    let BundleMade { size, entries, .. } = made.what.clone();
    let same = made.what == BundleMade { size, entries, ..described.clone() };
    (same && made.done.entry + 1 == record.size && &made.done.by == by).then(|| made.clone())
}

/// The bundle made last for a receiver, before an entry.
fn previous<'a>(record: &'a Record, for_whom: &str, before: u64) -> Option<&'a Recorded<BundleMade>> {
    record.bundles.iter().rev().find(|made| made.what.for_whom == for_whom && made.done.entry < before)
}

/// A kept checkpoint: the first that covers so many entries.
fn covering(kept: &[(TreeSize, String)], size: u64) -> Result<(Head, &str), WorkError> {
    let (_, note) =
        kept.iter().find(|(kept, _)| kept.0 >= size).ok_or("the journal's present state is not signed yet")?;
    let checkpoint = SignedCheckpoint::parse(note.as_bytes()).map_err(|error| error.to_string())?;
    Ok((checkpoint.checkpoint().head(), note))
}

/// The latest checkpoint up to a size that others signed too.
fn witnessed(kept: &[(TreeSize, String)], up_to: TreeSize, origin: &str) -> Option<(Head, String)> {
    kept.iter().rev().filter(|(size, _)| *size <= up_to).find_map(|(_, note)| {
        let signed = SignedCheckpoint::parse(note.as_bytes()).ok()?;
        let by_another = signed.note().signatures().iter().any(|signature| signature.name().as_str() != origin);
        by_another.then(|| (signed.checkpoint().head(), note.clone()))
    })
}

fn write(workspace: &Workspace, made: &Recorded<BundleMade>, mut files: Files, out: &Path) -> Result<Made, WorkError> {
    let (log, record) = (&workspace.log, &workspace.record);
    let kept = log.checkpoints()?;
    let (head, checkpoint) = covering(&kept, made.what.size)?;
    files.insert(CHECKPOINT.to_owned(), checkpoint.as_bytes().to_vec());
    if let Some((witnessed, note)) = witnessed(&kept, head.size, workspace.origin()?.as_str()) {
        files.insert(WITNESSED.to_owned(), note.into_bytes());
        files.insert(SINCE_WITNESSED.to_owned(), consistency(log, witnessed.size, head.size)?);
    }
    let previous = match previous(record, &made.what.for_whom, made.done.entry) {
        Some(before) => {
            let (before, _) = covering(&kept, before.what.size)?;
            files.insert(SINCE_PREVIOUS.to_owned(), consistency(log, before.size, head.size)?);
            Some((before.size.0, before.root.to_string()))
        }
        None => None,
    };
    for id in &made.what.audits {
        if let Some((_, report)) = record.audits.get(id).and_then(|audit| audit.reports.last()) {
            files.insert(since_report_name(id), consistency(log, TreeSize(report.size), head.size)?);
        }
    }
    let (lines, entries) = entry_lines(log, &made.what, &made.done, head)?;
    files.insert(ENTRIES.to_owned(), lines.into_bytes());
    let opened = workspace.opened()?;
    let info = Info {
        form: FORM.to_owned(),
        marking: MARKING.to_owned(),
        lea: opened.lea.clone(),
        origin: opened.origin.clone(),
        key: opened.key.clone(),
        size: head.size.0,
        root: head.root.to_string(),
        entry: made.done.entry,
        made_at: made.done.at,
        for_whom: made.what.for_whom.clone(),
        audits: made.what.audits.clone(),
        standard: opened.standard.clone(),
        annual_return: made.what.annual_return,
        interim: made.what.interim,
        program: made.what.program.clone(),
        previous,
    };
    files.insert(READ_ME.to_owned(), info.read_me().into_bytes());
    files.insert(INFO.to_owned(), info.to_text().into_bytes());
    let sums = sums(files.iter().map(|(name, bytes)| (name.as_str(), bytes)));
    files.insert(SUMS.to_owned(), sums.into_bytes());
    let bytes = container::write(&files).map_err(|error| error.to_string())?;
    outgoing::put_private(out, &bytes)?;
    let sha256 = Hash::of(&bytes).to_string();
    Ok(Made { path: out.to_owned(), sha256, bytes: bytes.len() as u64, files: files.len(), entries, info })
}

fn consistency(log: &SqliteLog, old: TreeSize, new: TreeSize) -> Result<Vec<u8>, WorkError> {
    if old.0 == 0 {
        return Ok(Vec::new());
    }
    let proof = ConsistencyProof::make(old, new, |level, index| log.node(level, index));
    Ok(proof.map_err(|error| error.to_string())?.to_lines().into_bytes())
}

fn entry_lines(log: &SqliteLog, made: &BundleMade, done: &Done, head: Head) -> Result<(String, usize), WorkError> {
    let (mut lines, mut count) = (String::new(), 0);
    let own = (done.entry, done.entry);
    for (first, last) in made.entries.iter().copied().chain([own]) {
        let mut entries = Vec::new();
        log.read(LeafIndex(first), TreeSize(last + 1), &mut |entry| {
            entries.push(entry);
            std::ops::ControlFlow::Continue(())
        })?;
        for entry in entries {
            let proof = InclusionProof::make(entry.index, head.size, |level, index| log.node(level, index));
            let proof = proof.map_err(|error| error.to_string())?;
            lines.push_str(&Proven { entry, proof }.to_line()?);
            count += 1;
        }
    }
    Ok((lines, count))
}
