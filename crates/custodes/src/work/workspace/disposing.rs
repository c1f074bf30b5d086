//! Disposal of content after its time, put forward by one person and made by another.
//!
//! The journal's leaves stay, and with them every proof. What goes with a disposal stands in its entry, so
//! that a disposal that was cut short can be finished.

use custodes_compliance::acts::ImportId;
use custodes_compliance::acts::retention::{DisposalApproved, DisposalProposed};
use custodes_compliance::acts::{Act, DisposalId, Mark, PersonId};
use custodes_compliance::record::{Disposable, Record};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use custodes_journal::log::{Expect, Log};
use custodes_journal::tree::LeafIndex;

use super::{MOVED, Moved, Workspace};
use crate::work::{WorkError, audits::today, random};

/// What is to be disposed of.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Finished audits, closed non-compliance and reviews, from before a day; as many as may go without one.
    Records { before: Option<Day> },
    /// Imports that are out of force, by a rule of the LEA's own.
    Evidence { imports: Vec<ImportId>, rule: String },
}

/// A disposal that waits for a second person.
#[derive(Debug, Clone)]
pub struct Proposed {
    pub what: DisposalProposed,
    /// What is old enough and was left out, because it is held.
    pub held: Disposable,
}

/// A disposal that was made.
#[derive(Debug, Clone)]
pub struct Made {
    pub what: DisposalProposed,
    /// Files that are gone from the evidence store.
    pub files: u64,
}

impl Workspace {
    /// Puts a disposal forward.
    ///
    /// # Errors
    /// When the person may not, or something is not old enough, in force, or held.
    pub fn propose_disposal(&mut self, by: &PersonId, wanted: &Wanted) -> Result<Proposed, WorkError> {
        self.permit(by, Action::HoldOrDispose, None)?;
        let now = self.now()?;
        let years = self.parameters_at(now)?.whole("record_retention_years");
        let latest = today().plus_months(-12 * years);
        let (before, rule) = match wanted {
            Wanted::Records { before } => (before.unwrap_or(latest), format!("kept {years} years (8.2.10)")),
            Wanted::Evidence { rule, .. } => (latest, rule.trim().to_owned()),
        };
        if before > latest {
            return Err(format!(
                "records are kept {years} years: nothing made on or after {latest} can be disposed of"
            )
            .into());
        }
        let found = match wanted {
            Wanted::Records { .. } => Disposable::before(&self.record, before),
            Wanted::Evidence { imports, .. } => Disposable::imports(&self.record, imports, before)?,
        };
        let mark = Mark::of(random()?);
        let propose = |record: &Record| DisposalProposed {
            disposal: DisposalId::after(record.disposals.keys().next_back()),
            mark: mark.clone(),
            rule: rule.clone(),
            before,
            entries: found.entries.iter().copied().collect(),
            objects: found.objects.iter().cloned().collect(),
            names: found.names.clone(),
        };
        self.act(by, |workspace| Ok(vec![Act::from(propose(&workspace.record))]))?;
        let last = self.record.disposals.values().next_back();
        let what = last.map(|disposal| disposal.what.clone()).ok_or("the disposal is not on record")?;
        Ok(Proposed { what, held: found })
    }

    /// Makes a disposal that another person put forward. One that was cut short is finished by whatever opens the
    /// workspace next.
    ///
    /// # Errors
    /// When the person may not, something of it is held, or bytes could not be wiped because another program
    /// has the journal open.
    pub fn approve_disposal(&mut self, by: &PersonId, disposal: DisposalId) -> Result<Made, WorkError> {
        self.permit(by, Action::HoldOrDispose, None)?;
        let there = self.record.disposals.get(&disposal).cloned();
        let there = there.ok_or_else(|| format!("there is no disposal {disposal}"))?;
        let of: Vec<LeafIndex> = there.what.entries.iter().map(|entry| LeafIndex(*entry)).collect();
        let wiped = self.wipe(by, &of, Act::from(DisposalApproved { disposal }));
        let made = self.record.disposals.get(&disposal).is_some_and(|disposal| disposal.approved.is_some());
        // The journal says by now that they are gone, whatever became of its own bytes.
        let files = if made { self.remove_what_was_disposed_of()? } else { 0 };
        wiped?;
        Ok(Made { what: there.what, files })
    }

    /// Disposes of entries' content and writes the record of it, in one transaction.
    ///
    /// # Errors
    /// As [`Workspace::act`]; and when bytes could not be wiped because another program has the file open.
    fn wipe(&mut self, by: &PersonId, of: &[LeafIndex], record: Act) -> Result<(), WorkError> {
        self.refuse_what_was_rolled_back()?;
        let refusals = self.refusals(by, std::slice::from_ref(&record))?;
        let turn = self.turn()?;
        if !refusals.is_empty() {
            let refused = self.refusal(std::slice::from_ref(&record), &refusals);
            self.write(&turn, by, refused)?.map_err(|Moved| WorkError::from(MOVED))?;
            self.sign_in(&turn)?;
            return Err(WorkError::Refused(refusals));
        }
        let at = self.now()?;
        let (new, _) = self.entries(by, vec![record], at)?;
        self.intend(&turn, &new)?;
        let wiped = self.log.dispose(of, &new, Expect::Head(self.head));
        // What was folded still holds what is gone: fold anew from what is left.
        self.record = Record::default();
        self.kept = 0;
        self.catch_up()?;
        self.sign_in(&turn)?;
        self.keep_record()?;
        wiped?;
        Ok(())
    }
}
