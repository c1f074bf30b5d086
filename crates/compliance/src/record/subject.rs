//! What an entry is about, as a mark: entries of one matter are disposed of together.

use super::Record;
use super::admission::audit_of;
use crate::acts::audit::Matter;
use crate::acts::{Act, AuditId, Mark};

impl Record {
    /// The mark of the matter that an act belongs to. An act that opens none, and belongs to none that is
    /// open, is a matter of its own: `fresh`.
    pub fn subject_of(&self, act: &Act, fresh: Mark) -> Mark {
        if let Some(audit) = audit_of(self, act).and_then(|id| self.audits.get(&id)) {
            return audit.what.mark.clone();
        }
        self.named(act).unwrap_or(fresh)
    }

    fn named(&self, act: &Act) -> Option<Mark> {
        let person = |id| self.people.get(id).map(|person| person.mark.clone());
        let import = |id| self.imports.get(id).map(|import| import.what.mark.clone());
        let noncompliance = |id| self.noncompliances.get(id).map(|matter| matter.what.mark.clone());
        match act {
            Act::WorkspaceOpened(act) => Some(act.mark.clone()),
            // The reasons may quote what the audit says, so they go when it goes.
            Act::Refused(act) => {
                let audit = act.about.parse::<AuditId>().ok();
                audit.and_then(|id| self.audits.get(&id)).map(|audit| audit.what.mark.clone())
            }
            Act::Attached(act) => match &act.to {
                Matter::Noncompliance(id) => noncompliance(id),
                _ => None,
            },
            Act::PersonAdded(act) => Some(act.mark.clone()),
            Act::PersonChanged(act) => person(&act.person),
            Act::RoleGiven(act) => person(&act.person),
            Act::RoleWithdrawn(act) => person(&act.person),
            Act::EvidenceImported(act) => Some(act.mark.clone()),
            Act::EvidenceWithdrawn(act) => import(&act.import),
            Act::QuarantineSettled(act) => import(&act.import),
            Act::AuditOpened(act) => Some(act.mark.clone()),
            Act::NoncomplianceIdentified(act) => Some(act.mark.clone()),
            Act::NoncomplianceReported(act) => noncompliance(&act.noncompliance),
            Act::NoncomplianceWorked(act) => noncompliance(&act.noncompliance),
            Act::NoncomplianceRetested(act) => noncompliance(&act.noncompliance),
            Act::NoncomplianceClosed(act) => noncompliance(&act.noncompliance),
            Act::MisuseReported(act) => Some(act.mark.clone()),
            Act::MisuseHandled(act) => self.misuse.get(&act.misuse).map(|misuse| misuse.what.mark.clone()),
            Act::DisposalProposed(act) => Some(act.mark.clone()),
            Act::DisposalApproved(act) => self.disposals.get(&act.disposal).map(|disposal| disposal.what.mark.clone()),
            Act::LeaRegistered(act) => Some(act.mark.clone()),
            Act::BundleReceived(act) => self.leas.get(&act.lea).map(|lea| lea.what.mark.clone()),
            _ => None,
        }
    }
}
