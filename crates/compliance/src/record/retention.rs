//! What may be disposed of, once it is old enough: whole matters, and nothing that something kept still rests on.
//!
//! Whether it is old enough is a day that the caller brings; whether it is held, the record says.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Audit, Done, Hold, Noncompliance, Record};
use crate::acts::retention::DisposalProposed;
use crate::acts::{AuditId, DisposalId, FindingId, HoldId, ImportId, Mark, NoncomplianceId, QueryId, ReviewId};
use crate::time::Day;

/// A disposal that was put forward, and perhaps made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposal {
    pub what: DisposalProposed,
    pub proposed: Done,
    pub approved: Option<Done>,
}

impl Record {
    /// Whether a legal hold covers an audit, or everything.
    pub fn held(&self, audit: Option<&AuditId>) -> Option<(&HoldId, &Hold)> {
        self.holds.iter().find(|(_, hold)| {
            hold.released.is_none()
                && (hold.what.audits.is_empty() || audit.is_some_and(|audit| hold.what.audits.contains(audit)))
        })
    }

    fn disposals_made(&self) -> impl Iterator<Item = (&DisposalId, &Disposal)> {
        self.disposals.iter().filter(|(_, disposal)| disposal.approved.is_some())
    }

    /// The disposal with which a matter went, by the matter's name: `A1`.
    pub fn disposed_as(&self, name: &str) -> Option<(&DisposalId, &Disposal)> {
        self.disposals_made().find(|(_, disposal)| disposal.what.names.iter().any(|gone| gone == name))
    }

    /// The last number that was ever given: a name that stands in a report of years ago is not given again.
    fn last<Id: Copy + Ord + FromStr>(&self, there: Option<&Id>) -> Option<Id> {
        let gone = self.disposals_made().flat_map(|(_, disposal)| &disposal.what.names);
        gone.filter_map(|name| name.parse().ok()).chain(there.copied()).max()
    }

    pub fn next_audit(&self) -> AuditId {
        AuditId::after(self.last(self.audits.keys().next_back()).as_ref())
    }

    pub fn next_query(&self) -> QueryId {
        QueryId::after(self.last(self.queries.keys().next_back()).as_ref())
    }

    pub fn next_finding(&self) -> FindingId {
        FindingId::after(self.last(self.findings.keys().next_back()).as_ref())
    }

    pub fn next_noncompliance(&self) -> NoncomplianceId {
        NoncomplianceId::after(self.last(self.noncompliances.keys().next_back()).as_ref())
    }

    pub fn next_review(&self) -> ReviewId {
        ReviewId::after(self.last(self.reviews.keys().next_back()).as_ref())
    }

    pub fn next_import(&self) -> ImportId {
        ImportId::after(self.last(self.imports.keys().next_back()).as_ref())
    }
}

/// What a disposal would take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disposable {
    /// Entries of the journal, whose content goes.
    pub entries: BTreeSet<u64>,
    /// Objects of the evidence store that nothing else needs.
    pub objects: BTreeSet<String>,
    /// The matters, each kind in its order: `A1`, `F1`, `N1`, `R7`, `E2`.
    pub names: Vec<String>,
    /// What is old enough and stays, by the legal hold that keeps it.
    pub held: BTreeMap<HoldId, Vec<String>>,
}

impl Disposable {
    /// Finished audits, closed non-compliance and reviews of before a day.
    pub fn before(record: &Record, day: Day) -> Disposable {
        let mut choice = Choice { record, found: Disposable::default() };
        let audits: BTreeSet<AuditId> =
            record.audits.iter().filter(|(id, audit)| choice.takes(id, audit, day)).map(|(id, _)| *id).collect();
        let went = |audit: &AuditId| audits.contains(audit) || !record.audits.contains_key(audit);
        choice.audits(&audits);
        choice.noncompliances(day, &went);
        choice.reviews(day);
        choice.found.without_what_is_needed(record)
    }

    /// Imports that are out of force, taken in before a day, with everything that only they name.
    ///
    /// # Errors
    /// A sentence on which of them has to stay, and why.
    pub fn imports(record: &Record, imports: &[ImportId], day: Day) -> Result<Disposable, String> {
        let mut found = Disposable::default();
        for id in imports {
            let import = record.imports.get(id).ok_or_else(|| match record.disposed_as(&id.to_string()) {
                Some((disposal, _)) => format!("{id} was disposed of before ({disposal})"),
                None => format!("there is no import {id}"),
            })?;
            if import.in_force() {
                return Err(format!(
                    "{id} is in force, and the checks rest on it: withdraw it first (custodes withdraw), or import what \
                     replaces it (custodes import --replaces)"
                ));
            }
            if import.imported.day() >= day {
                return Err(format!(
                    "{id} was taken in on {}: only what was taken in before {day} can be disposed of",
                    import.imported.day()
                ));
            }
            let rests =
                record.audits.values().find(|audit| audit.plans.iter().any(|plan| plan.plan.evidence.contains(id)));
            if let Some(audit) = rests {
                let audit = audit.what.audit;
                return Err(format!("{audit} was drawn from {id} and is kept still: dispose of {audit} first"));
            }
            found.entries.extend(record.entries_of.get(&import.what.mark).into_iter().flatten());
            found.objects.extend(import.objects().map(str::to_owned));
            found.names.push(id.to_string());
        }
        Ok(found.without_what_is_needed(record))
    }

    /// What the names of a proposal stand for, now.
    ///
    /// # Errors
    /// As of [`Disposable::imports`].
    pub fn of(record: &Record, proposed: &DisposalProposed) -> Result<Disposable, String> {
        let imports: Vec<ImportId> = proposed.names.iter().filter_map(|name| name.parse().ok()).collect();
        if imports.is_empty() {
            return Ok(Disposable::before(record, proposed.before));
        }
        Disposable::imports(record, &imports, proposed.before)
    }

    fn without_what_is_needed(mut self, record: &Record) -> Disposable {
        self.entries.retain(|entry| !record.disposed.contains(entry));
        let goes = |name: String| self.names.contains(&name);
        let mut needed: BTreeSet<&str> = BTreeSet::new();
        for (_, import) in record.imports.iter().filter(|(id, _)| !goes(id.to_string())) {
            needed.extend(import.objects());
        }
        for (_, audit) in record.audits.iter().filter(|(id, _)| !goes(id.to_string())) {
            needed.extend(audit.objects());
        }
        for (_, matter) in record.noncompliances.iter().filter(|(id, _)| !goes(id.to_string())) {
            needed.extend(matter.objects());
        }
        self.objects.retain(|object| !needed.contains(object.as_str()));
        self
    }
}

/// The choice while it is made.
struct Choice<'a> {
    record: &'a Record,
    found: Disposable,
}

impl Choice<'_> {
    /// Whether an audit is finished with everything that came of it, and held by nothing.
    fn takes(&mut self, id: &AuditId, audit: &Audit, day: Day) -> bool {
        let record = self.record;
        let before = |done: &Done| done.day() < day;
        let closed = |closed: &Option<(Done, String)>| closed.as_ref().is_some_and(|(done, _)| before(done));
        let findings: BTreeSet<&FindingId> = audit.findings(&record.findings).map(|(id, _)| id).collect();
        let finished = audit.signed_off.as_ref().is_some_and(|(done, _)| before(done))
            && audit.findings(&record.findings).all(|(_, finding)| closed(&finding.closed))
            && record
                .noncompliances
                .values()
                .filter(|matter| matter.what.finding.as_ref().is_some_and(|finding| findings.contains(finding)))
                .all(|matter| closed(&matter.closed));
        finished && self.is_free(Some(id), id.to_string())
    }

    /// Says of what is old enough and held that it is held.
    fn is_free(&mut self, audit: Option<&AuditId>, name: String) -> bool {
        match self.record.held(audit) {
            None => true,
            Some((hold, _)) => {
                self.found.held.entry(*hold).or_default().push(name);
                false
            }
        }
    }

    fn entries_of(&mut self, mark: &Mark) {
        self.found.entries.extend(self.record.entries_of.get(mark).into_iter().flatten());
    }

    fn audits(&mut self, audits: &BTreeSet<AuditId>) {
        let record = self.record;
        for (id, audit) in record.audits.iter().filter(|(id, _)| audits.contains(id)) {
            self.entries_of(&audit.what.mark);
            self.found.objects.extend(audit.objects().map(str::to_owned));
            self.found.names.push(id.to_string());
        }
        let queries = record.queries.iter().filter(|(_, query)| audits.contains(&query.what.audit));
        self.found.names.extend(queries.map(|(id, _)| id.to_string()));
        let findings = record.findings.iter().filter(|(_, finding)| audits.contains(&finding.what.audit));
        self.found.names.extend(findings.map(|(id, _)| id.to_string()));
    }

    /// Non-compliance that an audit found goes with that audit, or after it.
    fn noncompliances(&mut self, day: Day, went: &dyn Fn(&AuditId) -> bool) {
        let record = self.record;
        let closed = |matter: &Noncompliance| matter.closed.as_ref().is_some_and(|(done, _)| done.day() < day);
        for (id, matter) in record.noncompliances.iter().filter(|(_, matter)| closed(matter)) {
            let audit = record.audit_of_noncompliance(id);
            if audit.is_none_or(|audit| went(&audit)) && self.is_free(audit.as_ref(), id.to_string()) {
                self.entries_of(&matter.what.mark);
                self.found.objects.extend(matter.objects().map(str::to_owned));
                self.found.names.push(id.to_string());
            }
        }
    }

    /// Reviews of one entry were recorded together, on one day.
    fn reviews(&mut self, day: Day) {
        for (id, review) in self.record.reviews.iter().filter(|(_, review)| review.done.day() < day) {
            if self.is_free(None, id.to_string()) {
                self.found.entries.insert(review.done.entry);
                self.found.names.push(id.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests;
