//! What an act is about, by the names of its matters: they say nothing of anybody's conduct.

use super::Record;
use super::admission::audit_of;
use crate::acts::Act;
use crate::acts::audit::Matter;
use crate::acts::schedule::ReviewsRecorded;

impl Record {
    /// The matters that an act is about: its own name first, then those of what it belongs to. Reviews go by their
    /// clause, since what was reviewed may be a covert camera.
    pub fn matters_of(&self, act: &Act) -> Vec<String> {
        let mut names = own(act);
        names.extend(audit_of(self, act).map(|audit| audit.to_string()));
        let mut known = std::collections::BTreeSet::new();
        names.retain(|name| !name.is_empty() && known.insert(name.clone()));
        names
    }
}

fn own(act: &Act) -> Vec<String> {
    fn all<T: ToString>(first: String, others: impl IntoIterator<Item = T>) -> Vec<String> {
        std::iter::once(first).chain(others.into_iter().map(|other| other.to_string())).collect()
    }
    match act {
        Act::Refused(act) => vec![act.about.clone()],
        Act::PersonAdded(act) => vec![act.person.to_string()],
        Act::PersonChanged(act) => vec![act.person.to_string()],
        Act::RoleGiven(act) => vec![act.person.to_string()],
        Act::RoleWithdrawn(act) => vec![act.person.to_string()],
        Act::ParametersProposed(act) => vec![act.proposal.to_string()],
        Act::ParametersApproved(act) => vec![act.proposal.to_string()],
        Act::DataRequested(act) => vec![act.request.to_string()],
        Act::EvidenceImported(act) => {
            let replaced = act.replaces.map(|import| import.to_string());
            all(act.import.to_string(), replaced.into_iter().chain(act.answers.map(|request| request.to_string())))
        }
        Act::EvidenceWithdrawn(act) => vec![act.import.to_string()],
        Act::QuarantineSettled(act) => vec![act.import.to_string()],
        Act::DueMoved(act) => vec![act.clause.clone()],
        Act::ReviewsRecorded(act) => reviews(act),
        Act::Attached(act) => match &act.to {
            Matter::Query(query) => vec![query.to_string()],
            Matter::Finding(finding) => vec![finding.to_string()],
            Matter::Noncompliance(noncompliance) => vec![noncompliance.to_string()],
            Matter::Audit(_) | Matter::Item(..) => Vec::new(),
        },
        Act::QueryRaised(act) => vec![act.query.to_string()],
        Act::QueryAnswered(act) => vec![act.query.to_string()],
        Act::FindingRaised(act) => vec![act.finding.to_string()],
        Act::FindingClosed(act) => vec![act.finding.to_string()],
        Act::NoncomplianceIdentified(act) => all(act.noncompliance.to_string(), act.finding),
        Act::NoncomplianceReported(act) => vec![act.noncompliance.to_string()],
        Act::NoncomplianceWorked(act) => vec![act.noncompliance.to_string()],
        Act::NoncomplianceRetested(act) => vec![act.noncompliance.to_string()],
        Act::NoncomplianceClosed(act) => vec![act.noncompliance.to_string()],
        Act::MisuseReported(act) => vec![act.misuse.to_string()],
        Act::MisuseHandled(act) => vec![act.misuse.to_string()],
        Act::BundleMade(act) => act.audits.iter().map(ToString::to_string).collect(),
        Act::HoldPlaced(act) => all(act.hold.to_string(), &act.audits),
        Act::HoldReleased(act) => vec![act.hold.to_string()],
        Act::DisposalProposed(act) => all(act.disposal.to_string(), &act.names),
        Act::DisposalApproved(act) => vec![act.disposal.to_string()],
        Act::LeaRegistered(act) => vec![act.lea.clone()],
        Act::BundleReceived(act) => all(act.receipt.to_string(), [&act.lea]),
        Act::ReturnExpected(act) => vec![act.lea.clone()],
        Act::DemandMade(act) => all(act.demand.to_string(), [&act.lea]),
        Act::DemandMet(act) => vec![act.demand.to_string()],
        Act::DemandEscalated(act) => vec![act.demand.to_string()],
        Act::ExtentSet(act) => vec![act.controller.to_string()],
        _ => Vec::new(),
    }
}

fn reviews(act: &ReviewsRecorded) -> Vec<String> {
    let clauses = act.reviews.iter().map(|review| review.clause.clone());
    let numbers = match act.reviews.as_slice() {
        [] => None,
        [one] => Some(one.review.to_string()),
        [first, .., last] => Some(format!("{}-{}", first.review, last.review)),
    };
    clauses.chain(numbers).collect()
}
