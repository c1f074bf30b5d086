//! What people do: each act is the content of one entry of the journal.
//!
//! The names here are written for good: a journal of years ago must still be read. Fields may be added
//! where they have a default; nothing is renamed or taken away.

pub mod audit;
pub mod evidence;
pub mod ids;
pub mod matter;
pub mod national;
pub mod people;
pub mod retention;
pub mod schedule;

use serde::{Deserialize, Serialize};

pub use ids::{
    AuditId, DemandId, DisposalId, FindingId, HoldId, ImportId, Mark, MisuseId, NoncomplianceId, PersonId, ProposalId,
    QueryId, ReceiptId, RequestId, ReviewId,
};

/// The content of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Who acted. The leaf holds only this person's mark.
    pub by: PersonId,
    /// The log-in name of the machine's user under which it was done, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    pub act: Act,
}

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident ($of:ty) = $kind:literal;)+) => {
        /// One act. Its kind, a word or two, also stands in the leaf.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "did")]
        pub enum Act {
            $($(#[$doc])* #[serde(rename = $kind)] $variant($of),)+
        }

        impl Act {
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Act::$variant(_) => $kind,)+
                }
            }

            /// Every kind of act there is.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];
        }

        $(impl From<$of> for Act {
            fn from(act: $of) -> Act {
                Act::$variant(act)
            }
        })+
    };
}

acts! {
    WorkspaceOpened(people::WorkspaceOpened) = "workspace.opened";
    PersonAdded(people::PersonAdded) = "person.added";
    PersonChanged(people::PersonChanged) = "person.changed";
    RoleGiven(people::RoleGiven) = "role.given";
    RoleWithdrawn(people::RoleWithdrawn) = "role.withdrawn";
    /// Somebody was refused: that too is a record.
    Refused(people::Refused) = "act.refused";
    ParametersProposed(people::ParametersProposed) = "parameters.proposed";
    ParametersApproved(people::ParametersApproved) = "parameters.approved";
    WitnessTrusted(people::WitnessTrusted) = "witness.trusted";
    WitnessDismissed(people::WitnessDismissed) = "witness.dismissed";

    DataRequested(evidence::DataRequested) = "data.requested";
    EvidenceImported(evidence::EvidenceImported) = "evidence.imported";
    EvidenceWithdrawn(evidence::EvidenceWithdrawn) = "evidence.withdrawn";
    QuarantineSettled(evidence::QuarantineSettled) = "quarantine.settled";

    DueMoved(schedule::DueMoved) = "due.moved";
    ReviewsRecorded(schedule::ReviewsRecorded) = "reviews.recorded";

    AuditOpened(audit::AuditOpened) = "audit.opened";
    AuditHandedOver(audit::AuditHandedOver) = "audit.handed-over";
    PlanCommitted(audit::PlanCommitted) = "plan.committed";
    SeedContributed(audit::SeedContributed) = "seed.contributed";
    SeedWitnessed(audit::SeedWitnessed) = "seed.witnessed";
    SampleDrawn(audit::SampleDrawn) = "sample.drawn";
    PlanSuperseded(audit::PlanSuperseded) = "plan.superseded";
    ItemsAdded(audit::ItemsAdded) = "items.added";
    ItemsAssigned(audit::ItemsAssigned) = "items.assigned";
    ItemJudged(audit::ItemJudged) = "item.judged";
    Attached(audit::Attached) = "file.attached";
    QueryRaised(audit::QueryRaised) = "query.raised";
    QueryAnswered(audit::QueryAnswered) = "query.answered";
    ExceptionsSettled(audit::ExceptionsSettled) = "exceptions.settled";
    FindingRaised(audit::FindingRaised) = "finding.raised";
    FindingClosed(audit::FindingClosed) = "finding.closed";
    AuditCompleted(audit::AuditCompleted) = "audit.completed";
    AuditSignedOff(audit::AuditSignedOff) = "audit.signed-off";
    ReportIssued(audit::ReportIssued) = "report.issued";

    NoncomplianceIdentified(matter::NoncomplianceIdentified) = "noncompliance.identified";
    NoncomplianceReported(matter::NoncomplianceReported) = "noncompliance.reported";
    NoncomplianceWorked(matter::NoncomplianceWorked) = "noncompliance.worked";
    NoncomplianceRetested(matter::NoncomplianceRetested) = "noncompliance.retested";
    NoncomplianceClosed(matter::NoncomplianceClosed) = "noncompliance.closed";
    MisuseReported(matter::MisuseReported) = "misuse.reported";
    MisuseHandled(matter::MisuseHandled) = "misuse.handled";

    BundleMade(retention::BundleMade) = "bundle.made";
    HoldPlaced(retention::HoldPlaced) = "hold.placed";
    HoldReleased(retention::HoldReleased) = "hold.released";
    DisposalProposed(retention::DisposalProposed) = "disposal.proposed";
    DisposalApproved(retention::DisposalApproved) = "disposal.approved";

    LeaRegistered(national::LeaRegistered) = "lea.registered";
    BundleReceived(national::BundleReceived) = "bundle.received";
    ReturnExpected(national::ReturnExpected) = "return.expected";
    DemandMade(national::DemandMade) = "demand.made";
    DemandMet(national::DemandMet) = "demand.met";
    DemandEscalated(national::DemandEscalated) = "demand.escalated";
    ExtentSet(national::ExtentSet) = "extent.set";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_reads_back_as_it_was_written_and_names_its_kind() {
        let act = Act::from(people::PersonAdded {
            person: PersonId::parse("p1").unwrap(),
            name: "A. Sample".into(),
            login: None,
            user_ids: vec!["u1".into()],
            mark: Mark::of([7; 16]),
        });
        let content = Content { by: PersonId::parse("p0").unwrap(), login: Some("root".into()), act };
        let text = serde_json::to_string(&content).unwrap();
        assert!(text.contains(r#""did":"person.added""#), "{text}");
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content);
        assert_eq!(content.act.kind(), "person.added");
    }

    #[test]
    fn every_kind_is_one_that_a_leaf_can_hold() {
        for kind in Act::KINDS {
            assert!(kind.len() <= 64 && kind.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'-')), "{kind}");
        }
    }
}
