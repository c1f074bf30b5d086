//! The audit report: facts gathered, rendered, kept in the archive, and journalled.

use std::collections::{BTreeMap, BTreeSet};

use custodes_checks::outcome::ClauseOutcome as Checked;
use custodes_compliance::acts::audit::{ExceptionName, ReportIssued};
use custodes_compliance::acts::{Act, AuditId, PersonId};
use custodes_compliance::record::Audit;
use custodes_compliance::report::{
    AssumedParameter, AuditReport, Checkpoint, ClauseOutcome, Facts, FoundException, InputFile, Looked, NotWhole,
    SetOtherwise, Witnessed,
};
use custodes_compliance::time::Instant;
use custodes_journal::log::Log;
use custodes_standard::parameters::Parameter;

use super::audits::{clause_of, window_of};
use super::sampling::frame_table;
use super::{WorkError, Workspace, witnessing};

/// A report, as it was issued.
pub struct Issued {
    pub html: String,
    pub sha256: String,
}

/// Makes the report of an audit, keeps it, and puts on record that it was issued.
///
/// # Errors
/// When the audit is not completed, or the person may not.
pub fn issue(workspace: &mut Workspace, by: &PersonId, audit: AuditId) -> Result<Issued, WorkError> {
    workspace.permit(by, custodes_compliance::roles::Action::IssueReport, Some(&audit))?;
    let facts = facts(workspace, &audit)?;
    let (head, now) = (workspace.head(), facts.now);
    let report = AuditReport::of(&workspace.record, &audit, facts).map_err(|why| why.to_string())?;
    let html = custodes_pages::audit_report(&report);
    let (sha256, bytes) = workspace.archive.keep_text(&html)?;
    let issued = ReportIssued {
        audit,
        sha256: sha256.to_string(),
        bytes,
        size: head.size.0,
        root: head.root.to_string(),
        at: now,
    };
    workspace.act(by, |_| Ok(vec![Act::from(issued.clone())]))?;
    Ok(Issued { html, sha256: sha256.to_string() })
}

fn facts(workspace: &mut Workspace, audit: &AuditId) -> Result<Facts, WorkError> {
    let (clause, state) = clause_of(&workspace.record, audit)?;
    let window = window_of(&state)?;
    let checked = workspace.check(window, &BTreeSet::from([clause.id]))?;
    let now = workspace.now()?;
    let head = workspace.head();
    let outcome = checked.outcome.clauses.first();
    let text = |moment: Option<custodes_compliance::event::Moment>| moment.map(|m| m.to_string()).unwrap_or_default();
    let exceptions = checked.outcome.exceptions.iter().map(|exception| FoundException {
        name: ExceptionName {
            clause: exception.clause.to_owned(),
            code: exception.code.to_owned(),
            subject: exception.subject.clone(),
            due: text(exception.due),
            done: text(exception.done),
        },
        detail: exception.detail.clone(),
    });
    let assumed = outcome.into_iter().flat_map(|outcome| &outcome.assumed).filter_map(|name| {
        let parameter = Parameter::named(name)?;
        let value = checked.parameters.get(name).map(|setting| setting.value.to_string()).unwrap_or_default();
        let (source, says) = (parameter.source.to_owned(), parameter.says.to_owned());
        Some(AssumedParameter { name: name.clone(), value, source, says })
    });
    let set_otherwise = outcome.into_iter().flat_map(|outcome| &outcome.set_otherwise).filter_map(|name| {
        let (value, standard) =
            (checked.parameters.get(name)?.value.to_string(), checked.parameters.set_instead_of(name)?);
        Some(SetOtherwise { name: (*name).to_owned(), value, standard: standard.to_string() })
    });
    Ok(Facts {
        now,
        program: concat!("custodes ", env!("CARGO_PKG_VERSION")).to_owned(),
        standard: custodes_standard::STANDARD.to_owned(),
        checkpoint: Checkpoint {
            origin: workspace.origin()?.to_string(),
            size: head.size.0,
            root: head.root.to_string(),
            vkey: workspace.verifier()?.to_string(),
            note: workspace.log.latest_checkpoint(head.size)?.map(|(_, note)| note).unwrap_or_default(),
        },
        witnessed: witnessed(workspace)?,
        outcome: outcome.map(|outcome| told(outcome, &checked.report, window.from, window.as_of)),
        exceptions: exceptions.collect(),
        assumed: assumed.collect(),
        set_otherwise: set_otherwise.collect(),
        nc_report_days: workspace.parameters_at(now)?.whole("nc_report_days"),
        inputs: inputs(&checked.report, clause),
        standing: standing(workspace, &state, now)?,
        strata: strata(workspace, &state)?,
        covert: BTreeSet::new(),
    })
}

fn told(outcome: &Checked, report: &custodes_evidence::Report, from: Instant, as_of: Instant) -> ClauseOutcome {
    let names = |names: &[&'static str]| names.iter().map(|name| (*name).to_owned()).collect();
    let counted =
        |counts: &BTreeMap<&'static str, u64>| counts.iter().map(|(code, n)| ((*code).to_owned(), *n)).collect();
    let not_whole = outcome.not_whole.iter().flat_map(|set| {
        let why = report.not_whole.get(set).cloned().unwrap_or_default();
        why.into_iter().map(|why| NotWhole { set: (*set).to_owned(), why })
    });
    ClauseOutcome {
        clause: outcome.clause.id.to_owned(),
        from,
        as_of,
        state: outcome.state,
        population: Some(outcome.population),
        codes: counted(&outcome.codes),
        untestable: counted(&outcome.untestable),
        absent: names(&outcome.absent),
        not_whole: not_whole.collect(),
    }
}

/// The files that the clause's result rests on, as they were read.
fn inputs(report: &custodes_evidence::Report, clause: &custodes_standard::model::Clause) -> Vec<InputFile> {
    let needed = |input: &&custodes_evidence::Input| clause.needs.iter().any(|set| set.name == input.set);
    let told = report.inputs.iter().filter(needed).map(|input| InputFile {
        name: input.file.clone(),
        set: Some(input.set.to_owned()),
        sha256: input.sha256.clone(),
        rows: input.rows,
        accepted: input.accepted,
        quarantined: input.quarantined,
        duplicate: input.duplicate,
        conflicting: input.conflicting,
        future: input.future,
    });
    told.collect()
}

/// Everybody who had a part in the audit.
fn standing(workspace: &mut Workspace, audit: &Audit, now: Instant) -> Result<BTreeMap<PersonId, Looked>, WorkError> {
    let mut people: BTreeSet<PersonId> = BTreeSet::from([audit.opened.by.clone(), audit.auditor.clone()]);
    people.extend(audit.items.values().flat_map(|item| item.judged.values()).map(|judged| judged.done.by.clone()));
    people.extend(audit.completed.iter().map(|(done, _)| done.by.clone()));
    people.extend(audit.signed_off.iter().map(|(done, _)| done.by.clone()));
    let mut looked = BTreeMap::new();
    for person in people {
        let standing = workspace.standing_of(&person)?;
        looked.insert(person, Looked { as_of: now, standing });
    }
    Ok(looked)
}

/// How many records each stratum of a plan had inside the window that was drawn.
fn strata(workspace: &Workspace, audit: &Audit) -> Result<BTreeMap<u32, BTreeMap<String, u64>>, WorkError> {
    let mut all = BTreeMap::new();
    for (place, plan) in audit.plans.iter().enumerate() {
        let (Some(_), Some((_, drawn))) = (&plan.plan.strata, &plan.drawn) else { continue };
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for row in frame_table(workspace, &plan.plan)?.rows() {
            let inside =
                drawn.window.is_none_or(|(first, last)| row.day.is_some_and(|day| first <= day && day <= last));
            if let Some(stratum) = row.stratum.as_ref().filter(|_| inside) {
                *counts.entry(stratum.clone()).or_default() += 1;
            }
        }
        all.insert(place as u32 + 1, counts);
    }
    Ok(all)
}

/// Which witness that is trusted here cosigned last.
fn witnessed(workspace: &Workspace) -> Result<Vec<Witnessed>, WorkError> {
    let last = witnessing::last_witnessed(workspace)?;
    let told = last.map(|last| Witnessed { size: last.size, at: last.instant(), by: last.by });
    Ok(told.into_iter().collect())
}
