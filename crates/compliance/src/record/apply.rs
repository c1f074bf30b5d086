//! One act after another. What the journal holds happened; what was about something disposed of is passed over.

use super::audit::{Audit, CameBy, Finding, Item, Judged, PlanState, Query, SettledException};
use super::people::{Holding, Person};
use super::{DemandState, Disposal, Done, Hold, Import, Misuse, Noncompliance, Proposal, Record, Recorded};
use crate::acts::audit::SampleDrawn;
use crate::acts::{Act, AuditId, Content, Mark};
use crate::time::Instant;

impl Record {
    /// The next entry. `content` is `None` where it was disposed of.
    pub fn apply(&mut self, at: Instant, subject: &Mark, content: Option<Content>) {
        let entry = self.size;
        self.size += 1;
        self.latest = Some(self.latest.map_or(at, |latest| latest.max(at)));
        self.entries_of.entry(subject.clone()).or_default().push(entry);
        let Some(Content { by, act, .. }) = content else {
            self.disposed.insert(entry);
            return;
        };
        self.take(act, Done { by, at, entry });
    }

    fn take(&mut self, act: Act, done: Done) {
        match act {
            Act::WorkspaceOpened(what) => self.workspace = Some(Recorded { done, what }),
            Act::Refused(_) => self.refusals += 1,
            Act::PersonAdded(_) | Act::PersonChanged(_) | Act::RoleGiven(_) | Act::RoleWithdrawn(_) => {
                self.take_people(act, done);
            }
            Act::ParametersProposed(what) => {
                let proposal = Proposal {
                    toml: what.toml,
                    holds_from: what.holds_from,
                    rationale: what.rationale,
                    proposed: done,
                    approved: None,
                };
                self.proposals.insert(what.proposal, proposal);
            }
            Act::ParametersApproved(what) => {
                if let Some(proposal) = self.proposals.get_mut(&what.proposal) {
                    proposal.approved = Some(done);
                }
            }
            Act::WitnessTrusted(what) => {
                self.witnesses.insert(what.key.clone(), Recorded { done, what });
            }
            Act::WitnessDismissed(what) => {
                self.witnesses.remove(&what.key);
            }
            Act::DataRequested(_)
            | Act::EvidenceImported(_)
            | Act::EvidenceWithdrawn(_)
            | Act::QuarantineSettled(_) => self.take_evidence(act, done),
            Act::DueMoved(what) => {
                let of_clause = self.moved.entry(what.clause.clone()).or_default();
                of_clause.entry(what.subject.clone()).or_default().push(Recorded { done, what });
            }
            Act::ReviewsRecorded(what) => {
                for review in what.reviews {
                    self.reviews.insert(review.review, Recorded { done: done.clone(), what: review });
                }
            }
            Act::NoncomplianceIdentified(_)
            | Act::NoncomplianceReported(_)
            | Act::NoncomplianceWorked(_)
            | Act::NoncomplianceRetested(_)
            | Act::NoncomplianceClosed(_)
            | Act::MisuseReported(_)
            | Act::MisuseHandled(_) => self.take_matter(act, done),
            Act::BundleMade(_)
            | Act::HoldPlaced(_)
            | Act::HoldReleased(_)
            | Act::DisposalProposed(_)
            | Act::DisposalApproved(_) => self.take_retention(act, done),
            Act::LeaRegistered(_)
            | Act::BundleReceived(_)
            | Act::ReturnExpected(_)
            | Act::DemandMade(_)
            | Act::DemandMet(_)
            | Act::DemandEscalated(_)
            | Act::ExtentSet(_) => self.take_national(act, done),
            _ => self.take_audit(act, done),
        }
    }

    fn take_people(&mut self, act: Act, done: Done) {
        match act {
            Act::PersonAdded(what) => {
                let person = Person {
                    name: what.name,
                    login: what.login,
                    user_ids: what.user_ids,
                    mark: what.mark,
                    added: done,
                    holdings: Vec::new(),
                };
                self.people.insert(what.person, person);
            }
            Act::PersonChanged(what) => {
                let Some(person) = self.people.get_mut(&what.person) else { return };
                if let Some(name) = what.name {
                    person.name = name;
                }
                if let Some(user_ids) = what.user_ids {
                    person.user_ids = user_ids;
                }
                if what.login.is_some() {
                    person.login = what.login;
                }
            }
            Act::RoleGiven(what) => {
                let Some(person) = self.people.get_mut(&what.person) else { return };
                person.holdings.push(Holding {
                    role: what.role,
                    from: what.from,
                    until: what.until,
                    deputy_for: what.deputy_for,
                    given: done,
                    reason: what.reason,
                    withdrawn: None,
                });
            }
            Act::RoleWithdrawn(what) => {
                let Some(person) = self.people.get_mut(&what.person) else { return };
                for holding in person.holdings.iter_mut().filter(|holding| holding.role == what.role) {
                    holding.withdrawn.get_or_insert_with(|| done.clone());
                }
            }
            _ => {}
        }
    }

    fn take_evidence(&mut self, act: Act, done: Done) {
        match act {
            Act::DataRequested(what) => {
                self.requests.insert(what.request, Recorded { done, what });
            }
            Act::EvidenceImported(what) => {
                if let Some(earlier) = what.replaces.and_then(|replaced| self.imports.get_mut(&replaced)) {
                    earlier.replaced_by = Some(what.import);
                }
                let id = what.import;
                let import = Import { what, imported: done, withdrawn: None, replaced_by: None, settled: Vec::new() };
                self.imports.insert(id, import);
            }
            Act::EvidenceWithdrawn(what) => {
                if let Some(import) = self.imports.get_mut(&what.import) {
                    import.withdrawn = Some((done, what.reason));
                }
            }
            Act::QuarantineSettled(what) => {
                if let Some(import) = self.imports.get_mut(&what.import) {
                    import.settled.push((done, what));
                }
            }
            _ => {}
        }
    }

    fn take_audit(&mut self, act: Act, done: Done) {
        match act {
            Act::AuditOpened(what) => {
                let id = what.audit;
                let audit = Audit {
                    what,
                    auditor: done.by.clone(),
                    opened: done,
                    plans: Vec::new(),
                    items: Default::default(),
                    exceptions: Default::default(),
                    attachments: Vec::new(),
                    completed: None,
                    signed_off: None,
                    voided: Vec::new(),
                    reports: Vec::new(),
                };
                self.audits.insert(id, audit);
            }
            Act::AuditHandedOver(what) => {
                if let Some(audit) = self.audits.get_mut(&what.audit) {
                    audit.auditor = what.to;
                }
            }
            Act::PlanCommitted(_)
            | Act::SeedContributed(_)
            | Act::SeedWitnessed(_)
            | Act::SampleDrawn(_)
            | Act::PlanSuperseded(_) => self.take_plan(act, done),
            Act::ItemsAdded(what) => self.edit(&what.audit, &done, |audit| {
                for added in what.items {
                    let came_by = CameBy::Added { how: what.how, reason: what.reason.clone() };
                    let item = Item {
                        came_by,
                        owners: added.owners,
                        assigned: None,
                        judged: Default::default(),
                        changed: Vec::new(),
                    };
                    audit.items.entry(added.key).or_insert(item);
                }
            }),
            Act::ItemsAssigned(what) => {
                let Some(audit) = self.audits.get_mut(&what.audit) else { return };
                for key in what.keys {
                    if let Some(item) = audit.items.get_mut(&key) {
                        item.assigned = Some(what.to.clone());
                    }
                }
            }
            Act::ItemJudged(what) => self.edit(&what.audit, &done, |audit| {
                if let Some(item) = audit.items.get_mut(&what.key) {
                    item.judge(what.question, Judged { verdict: what.verdict, note: what.note, done: done.clone() });
                }
            }),
            Act::ExceptionsSettled(what) => self.edit(&what.audit, &done, |audit| {
                for name in what.exceptions {
                    let settled =
                        SettledException { settled: what.settled, reason: what.reason.clone(), done: done.clone() };
                    audit.exceptions.insert(name, settled);
                }
            }),
            _ => self.take_conclusion(act, done),
        }
    }

    fn take_plan(&mut self, act: Act, done: Done) {
        match act {
            Act::PlanCommitted(what) => {
                self.edit(&what.audit, &done, |audit| {
                    audit.plans.push(PlanState {
                        plan: what.plan,
                        committed: done.clone(),
                        contributions: Default::default(),
                        witnessed: Default::default(),
                        drawn: None,
                        superseded: None,
                    });
                });
            }
            Act::SeedContributed(what) => {
                self.plan_of(&what.audit, what.plan, |plan| {
                    plan.contributions.insert(what.source, (done, what.contribution));
                });
            }
            Act::SeedWitnessed(what) => {
                self.plan_of(&what.audit, what.plan, |plan| {
                    plan.witnessed.insert(what.source, done);
                });
            }
            Act::SampleDrawn(what) => self.take_sample(what, done),
            Act::PlanSuperseded(what) => {
                self.edit(&what.audit, &done, |_| {});
                self.plan_of(&what.audit, what.plan, |plan| plan.superseded = Some((done.clone(), what.reason)));
            }
            _ => {}
        }
    }

    fn take_conclusion(&mut self, act: Act, done: Done) {
        match act {
            Act::QueryRaised(what) => {
                self.edit(&what.audit, &done, |_| {});
                self.queries.insert(what.query, Query { what, raised: done, answered: None });
            }
            Act::QueryAnswered(what) => {
                if let Some(query) = self.queries.get_mut(&what.query) {
                    query.answered = Some((done, what.answer));
                }
            }
            Act::FindingRaised(what) => {
                self.edit(&what.audit, &done, |_| {});
                self.findings.insert(what.finding, Finding { what, raised: done, closed: None });
            }
            Act::FindingClosed(what) => {
                if let Some(finding) = self.findings.get_mut(&what.finding) {
                    finding.closed = Some((done, what.reason));
                }
            }
            Act::Attached(what) => {
                use crate::acts::audit::Matter;
                let audit = match &what.to {
                    Matter::Audit(audit) | Matter::Item(audit, _) => Some(*audit),
                    Matter::Query(query) => self.queries.get(query).map(|query| query.what.audit),
                    Matter::Finding(finding) => self.findings.get(finding).map(|finding| finding.what.audit),
                    Matter::Noncompliance(id) => self.audit_of_noncompliance(id),
                };
                // Non-compliance keeps its own, whether or not an audit found it.
                if let Matter::Noncompliance(id) = &what.to
                    && let Some(matter) = self.noncompliances.get_mut(id)
                {
                    matter.attachments.push((done.clone(), what.clone()));
                }
                if let Some(audit) = audit.and_then(|id| self.audits.get_mut(&id)) {
                    // A file that nobody had seen is an edit; what belongs to the non-compliance comes after it.
                    if !matches!(what.to, Matter::Noncompliance(_)) {
                        audit.edited(&done);
                    }
                    audit.attachments.push((done, what));
                }
            }
            Act::AuditCompleted(what) => {
                if let Some(audit) = self.audits.get_mut(&what.audit) {
                    audit.completed = Some((done, what));
                }
            }
            Act::AuditSignedOff(what) => {
                if let Some(audit) = self.audits.get_mut(&what.audit) {
                    audit.signed_off = Some((done, what.note));
                }
            }
            Act::ReportIssued(what) => {
                if let Some(audit) = self.audits.get_mut(&what.audit) {
                    audit.reports.push((done, what));
                }
            }
            _ => {}
        }
    }

    fn take_sample(&mut self, what: SampleDrawn, done: Done) {
        self.edit(&what.audit, &done, |audit| {
            for drawn in &what.sample {
                let came_by = CameBy::Draw { plan: what.plan, stratum: drawn.stratum.clone() };
                let owners = drawn.owners.clone();
                let new = Item {
                    came_by: came_by.clone(),
                    owners,
                    assigned: None,
                    judged: Default::default(),
                    changed: Vec::new(),
                };
                // What was drawn is part of the sample, even if somebody had pointed at it before.
                audit.items.entry(drawn.key.clone()).and_modify(|item| item.came_by = came_by).or_insert(new);
            }
        });
        self.plan_of(&what.audit.clone(), what.plan, |plan| plan.drawn = Some((done, what)));
    }

    fn take_matter(&mut self, act: Act, done: Done) {
        match act {
            Act::NoncomplianceIdentified(what) => {
                let matter = Noncompliance {
                    recorded: done,
                    reported: None,
                    report_named: None,
                    worked: Vec::new(),
                    retested: Vec::new(),
                    closed: None,
                    attachments: Vec::new(),
                    what,
                };
                self.noncompliances.insert(matter.what.noncompliance, matter);
            }
            Act::NoncomplianceReported(what) => {
                if let Some(matter) = self.noncompliances.get_mut(&what.noncompliance) {
                    // The first report is the one that was in time or was not.
                    match (&matter.reported, what.report_sha256.clone()) {
                        (None, _) => matter.reported = Some((done, what)),
                        (Some(_), Some(sha256)) if matter.lacks_audit_report() => {
                            matter.report_named = Some((done, sha256));
                        }
                        (Some(_), _) => {}
                    }
                }
            }
            Act::NoncomplianceWorked(what) => {
                if let Some(matter) = self.noncompliances.get_mut(&what.noncompliance) {
                    matter.worked.push((done, what));
                }
            }
            Act::NoncomplianceRetested(what) => {
                if let Some(matter) = self.noncompliances.get_mut(&what.noncompliance) {
                    matter.retested.push((done, what));
                }
            }
            Act::NoncomplianceClosed(what) => {
                if let Some(matter) = self.noncompliances.get_mut(&what.noncompliance) {
                    matter.closed = Some((done, what.reason));
                }
            }
            Act::MisuseReported(what) => {
                self.misuse.insert(what.misuse, Misuse { what, reported: done, handled: Vec::new() });
            }
            Act::MisuseHandled(what) => {
                if let Some(misuse) = self.misuse.get_mut(&what.misuse) {
                    misuse.handled.push((done, what));
                }
            }
            _ => {}
        }
    }

    fn take_retention(&mut self, act: Act, done: Done) {
        match act {
            Act::BundleMade(what) => self.bundles.push(Recorded { done, what }),
            Act::HoldPlaced(what) => {
                self.holds.insert(what.hold, Hold { what, placed: done, released: None });
            }
            Act::HoldReleased(what) => {
                if let Some(hold) = self.holds.get_mut(&what.hold) {
                    hold.released = Some((done, what.reason));
                }
            }
            Act::DisposalProposed(what) => {
                self.disposals.insert(what.disposal, Disposal { what, proposed: done, approved: None });
            }
            Act::DisposalApproved(what) => {
                if let Some(disposal) = self.disposals.get_mut(&what.disposal) {
                    disposal.approved = Some(done);
                }
            }
            _ => {}
        }
    }

    fn take_national(&mut self, act: Act, done: Done) {
        match act {
            Act::LeaRegistered(what) => {
                self.leas.insert(what.lea.clone(), Recorded { done, what });
            }
            Act::BundleReceived(what) => {
                self.receipts.insert(what.receipt, Recorded { done, what });
            }
            Act::ReturnExpected(what) => self.returns.push(Recorded { done, what }),
            Act::DemandMade(what) => {
                let demand = DemandState { made: done, met: None, escalated: Vec::new(), what };
                self.demands.insert(demand.what.demand, demand);
            }
            Act::DemandMet(what) => {
                if let Some(demand) = self.demands.get_mut(&what.demand) {
                    demand.met = Some((done, what.how));
                }
            }
            Act::DemandEscalated(what) => {
                if let Some(demand) = self.demands.get_mut(&what.demand) {
                    demand.escalated.push((done, what.to, what.reason));
                }
            }
            Act::ExtentSet(what) => {
                let same = |old: &Recorded<crate::acts::national::ExtentSet>| {
                    old.what.controller == what.controller && old.what.lea == what.lea
                };
                self.extents.retain(|old| !same(old));
                self.extents.push(Recorded { done, what });
            }
            _ => {}
        }
    }

    fn edit(&mut self, audit: &AuditId, done: &Done, change: impl FnOnce(&mut Audit)) {
        if let Some(audit) = self.audits.get_mut(audit) {
            audit.edited(done);
            change(audit);
        }
    }

    fn plan_of(&mut self, audit: &AuditId, number: u32, change: impl FnOnce(&mut PlanState)) {
        let plan = self.audits.get_mut(audit).and_then(|audit| audit.plans.get_mut((number as usize).checked_sub(1)?));
        if let Some(plan) = plan {
            change(plan);
        }
    }

    /// The audit in which it was found.
    pub(super) fn audit_of_noncompliance(&self, id: &crate::acts::NoncomplianceId) -> Option<AuditId> {
        let finding = self.noncompliances.get(id)?.what.finding?;
        Some(self.findings.get(&finding)?.what.audit)
    }
}
