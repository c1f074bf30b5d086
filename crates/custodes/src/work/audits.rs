//! An audit: its opening, what is on its worklist, and whose own those records are. Its sample is drawn in `sampling`;
//! which step may be taken, the record says.

use std::collections::{BTreeMap, BTreeSet};

use custodes_checks::{Asked, Window};
use custodes_compliance::acts::audit::Population as Stood;
use custodes_compliance::acts::audit::{Added, AuditOpened, Drawn, ItemsAdded};
use custodes_compliance::acts::{Act, AuditId, Mark, PersonId};
use custodes_compliance::london;
use custodes_compliance::record::{Audit, Record, typed};
use custodes_compliance::time::Day;
use custodes_standard::evidence::{ACCOUNTS, REVIEWS, Set};
use custodes_standard::model::{Clause, Population, Sample};
use custodes_standard::v3;

use super::checking::{object, threads};
use super::{WorkError, Workspace, random};
use crate::clock;

/// Why an audit is not of all days since the one before, and of no others.
#[derive(Debug, Clone, Default)]
pub struct Because {
    /// Days are audited again.
    pub again: Option<String>,
    /// The period begins later.
    pub later: Option<String>,
    /// It ends earlier.
    pub earlier: Option<String>,
}

/// Opens an audit of a clause over a period, from the first day up to (and without) the last.
///
/// # Errors
/// When it may not be opened.
pub fn open(
    workspace: &mut Workspace,
    by: &PersonId,
    clause: &str,
    (from, to): (Day, Day),
    because: &Because,
) -> Result<AuditId, WorkError> {
    let mark = Mark::of(random()?);
    let previous = previous(workspace, clause)?;
    workspace.act(by, |workspace| {
        let Because { again, later, earlier } = because.clone();
        Ok(vec![Act::from(AuditOpened {
            audit: workspace.record.next_audit(),
            mark: mark.clone(),
            clause: clause.to_owned(),
            from,
            to,
            previous,
            again_because: again,
            later_because: later,
            earlier_because: earlier,
        })])
    })?;
    let opened = workspace.record.audits.iter().find(|(_, audit)| audit.what.mark == mark).map(|(id, _)| *id);
    opened.ok_or_else(|| "the audit is not on record".into())
}

/// When a clause was last audited, by the reviews in evidence and by the audits here.
fn previous(workspace: &Workspace, clause: &str) -> Result<Option<Day>, WorkError> {
    let objects = typed(&workspace.record, REVIEWS.name).map(|(_, typed)| object(&typed.sha256));
    let reviews = workspace.archive.every_record(&REVIEWS, &objects.collect::<Result<Vec<_>, _>>()?)?;
    let of_clause = reviews.values().filter(|row| row.cell("clause") == Some(clause));
    let imported = of_clause.filter_map(|row| london::parse_day_or_instant(row.cell("reviewed_at")?).ok());
    let own =
        workspace.record.audits.values().filter(|audit| audit.what.clause == clause && audit.signed_off.is_some());
    // What is dated in the future has not happened, and hides nothing.
    let past = |day: &Day| *day <= today();
    Ok(imported.map(london::day_of).chain(own.map(|audit| audit.what.to)).filter(past).max())
}

/// The clause of an audit.
///
/// # Errors
/// When there is no such audit.
pub fn clause_of(record: &Record, audit: &AuditId) -> Result<(&'static Clause, Audit), WorkError> {
    let (clause, audit) = found(record, audit)?;
    Ok((clause, audit.clone()))
}

/// The same without a copy of the audit, which may have very many records.
///
/// # Errors
/// When there is no such audit.
pub fn found<'a>(record: &'a Record, audit: &AuditId) -> Result<(&'static Clause, &'a Audit), WorkError> {
    let audit = record.audits.get(audit).ok_or_else(|| not_there(record, audit))?;
    let clause = v3::clause(&audit.what.clause).ok_or("the standard has no such clause")?;
    Ok((clause, audit))
}

/// Why an audit is not there: nobody opened it, or it went after its time.
pub fn not_there(record: &Record, audit: &AuditId) -> WorkError {
    let gone = record.disposed_as(&audit.to_string());
    match gone.and_then(|(disposal, of)| Some((disposal, of.approved.as_ref()?.day()))) {
        Some((disposal, on)) => {
            format!("{audit} was disposed of on {on} ({disposal}): its content is gone for good").into()
        }
        None => format!("there is no audit {audit}: custodes audit list").into(),
    }
}

/// The audited period as a window of the check.
///
/// # Errors
/// When it is none.
pub fn window_of(audit: &Audit) -> Result<Window, WorkError> {
    let (from, to) = (london::midnight(audit.what.from), london::midnight(audit.what.to));
    Ok(Window::new(from, to).map_err(|why| why.to_string())?)
}

/// Puts records on the worklist that no draw chose.
///
/// # Errors
/// When it may not be done now.
pub fn add_items(
    workspace: &mut Workspace,
    by: &PersonId,
    audit: AuditId,
    how: Added,
    keys: &BTreeSet<String>,
    reason: &str,
) -> Result<(), WorkError> {
    let (clause, _) = found(&workspace.record, &audit)?;
    let owners = named(workspace, clause, keys)?;
    let known = |key: &&String| owners.contains_key(*key) || (key.as_str() == WHOLE && !is_of_each(clause));
    if set_of(clause).is_some()
        && let Some(stranger) = keys.iter().find(|key| !known(key))
    {
        return Err(
            format!("no record of {stranger:?} was taken in that {} is about: look at its key", clause.id).into()
        );
    }
    let item =
        |key: &String| Drawn { key: key.clone(), owners: owners.get(key).cloned().unwrap_or_default(), stratum: None };
    workspace.act(by, |_| {
        let items = keys.iter().map(item).collect();
        Ok(vec![Act::from(ItemsAdded { audit, how, items, reason: reason.to_owned() })])
    })?;
    Ok(())
}

/// The worklist's name for the clause as a whole: where its questions are asked of no single record.
pub const WHOLE: &str = "*";

/// Whether the clause's questions are asked of one record after another.
fn is_of_each(clause: &Clause) -> bool {
    !matches!(clause.sample, Sample::None) || matches!(clause.population, Population::Judged)
}

/// The keys of everything that the clause is about in the audited period.
///
/// # Errors
/// When the evidence cannot be read.
pub fn everything(workspace: &Workspace, audit: &AuditId) -> Result<BTreeSet<String>, WorkError> {
    let (clause, state) = clause_of(&workspace.record, audit)?;
    let window = window_of(&state)?;
    let parameters = workspace.parameters_at(window.as_of)?;
    let view = workspace.view()?;
    let asked = Asked { clause, days: None, stratum: None };
    let frame = custodes_checks::frame(&view.source(window)?, window, &parameters, threads(), &asked)?;
    Ok(frame.members().map(|member| member.key.to_owned()).collect())
}

/// What an audit had to look at, where that is a sample of records, or all of them; `None` of other audits. What
/// is not whole is said as of now: rows that were answered for since do not count against it.
///
/// # Errors
/// When the evidence cannot be read.
pub fn population(workspace: &Workspace, audit: &AuditId) -> Result<Option<Stood>, WorkError> {
    let (clause, state) = found(&workspace.record, audit)?;
    let window = window_of(state)?;
    let parameters = workspace.parameters_at(window.as_of)?;
    let rate = match clause.sample {
        Sample::Rate { parameter, .. } => Some(parameters.rate(parameter)),
        Sample::All => None,
        // An event rule asks for each of its subjects.
        Sample::None if matches!(clause.population, Population::Judged) => None,
        Sample::None => return Ok(None),
    };
    let view = workspace.view()?;
    let in_period = Asked { clause, days: None, stratum: None };
    let frame = custodes_checks::frame(&view.source(window)?, window, &parameters, threads(), &in_period)?;
    let (uncertain, not_whole) = (frame.cannot_be_said, frame.not_whole.clone());
    // A further draw adds to the first, whose population it is.
    let first = state.plans.iter().filter(|plan| plan.superseded.is_none()).find_map(|plan| plan.drawn.as_ref());
    let (mut records, mut not_on_worklist) = (0, 0);
    match first {
        Some((_, drawn)) => records = drawn.population,
        None => frame.members().for_each(|member| {
            records += 1;
            not_on_worklist += u64::from(!state.is_on_worklist(member.key));
        }),
    }
    let asked = rate.map_or(records, |rate| rate.sample_size(records));
    Ok(Some(Stood { records, not_on_worklist, asked, uncertain, not_whole }))
}

/// The owners of those of some records that were taken in, by the name under which each is asked for: its key; of
/// an account also the subject of its exceptions, which says nothing of when it was given.
fn named(
    workspace: &Workspace,
    clause: &'static Clause,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<String>>, WorkError> {
    let mut owners = owners(workspace, clause, names)?;
    if let Some(set) = set_of(clause).filter(|set| set.name == ACCOUNTS.name) {
        let objects = typed(&workspace.record, set.name).map(|(_, typed)| object(&typed.sha256));
        for (key, row) in workspace.archive.every_record(set, &objects.collect::<Result<Vec<_>, _>>()?)? {
            let subject = custodes_checks::subject_of(set, &key);
            if names.contains(subject) {
                owners.entry(subject.to_owned()).or_default().extend(owners_in(&row));
            }
        }
    }
    Ok(owners)
}

/// The user ids whose own searches, accounts or requests exceptions of these subjects are about.
///
/// # Errors
/// When evidence is missing or damaged.
pub fn owners_of(
    workspace: &Workspace,
    clause: &'static Clause,
    subjects: &BTreeSet<String>,
) -> Result<Vec<String>, WorkError> {
    let mut all: BTreeSet<String> = named(workspace, clause, subjects)?.into_values().flatten().collect();
    // Where the subject is a user and not a record, it is the owner.
    let is_a_user =
        |subject: &&String| workspace.record.people.values().any(|person| person.user_ids.contains(subject));
    all.extend(subjects.iter().filter(is_a_user).cloned());
    Ok(all.into_iter().collect())
}

/// The set whose records a clause's audit judges.
pub fn set_of(clause: &Clause) -> Option<&'static Set> {
    match clause.population {
        Population::Rows { of, .. } => Some(of),
        Population::Query { .. } | Population::Judged => match clause.id {
            "8.2.2.c" | "8.2.2.d" | "8.2.2.e" => Some(&custodes_standard::evidence::ACCOUNTS),
            "8.3.5" => Some(&custodes_standard::evidence::SUPER_ADMIN_SESSIONS),
            _ => None,
        },
    }
}

/// Columns that name whose own record it is: who searched, holds, approved, asked for it.
const OWNERS: &[&str] =
    &["user_id", "person_id", "authorised_by", "approved_by", "changed_by", "discloser", "reviewer_id"];

/// Whose own the rows of some keys are, by user id.
///
/// # Errors
/// When evidence is missing or damaged.
pub fn owners(
    workspace: &Workspace,
    clause: &'static Clause,
    keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<String>>, WorkError> {
    let rows = rows(workspace, clause, keys)?;
    Ok(rows.iter().map(|(key, row)| (key.clone(), owners_in(row))).collect())
}

fn owners_in(row: &custodes_evidence::Record) -> Vec<String> {
    let named = OWNERS.iter().filter_map(|column| row.cell(column));
    let mut owners: Vec<String> = named.filter(|owner| !owner.is_empty()).map(str::to_owned).collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

/// The rows of some keys, as they were taken in.
///
/// # Errors
/// When evidence is missing or damaged.
pub fn rows(
    workspace: &Workspace,
    clause: &'static Clause,
    keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, custodes_evidence::Record>, WorkError> {
    let Some(set) = set_of(clause) else { return Ok(BTreeMap::new()) };
    let objects = typed(&workspace.record, set.name).map(|(_, typed)| object(&typed.sha256));
    Ok(workspace.archive.records(set, &objects.collect::<Result<Vec<_>, _>>()?, keys)?)
}

/// Today in London, by the machine's clock.
pub fn today() -> Day {
    london::day_of(clock::now())
}
