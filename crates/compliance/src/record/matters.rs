//! Non-compliance on its clock, and suspected misuse.

use serde::{Deserialize, Serialize};

use super::Done;
use crate::acts::PersonId;
use crate::acts::audit::Attached;
use crate::acts::matter::{
    MisuseHandled, MisuseReported, NoncomplianceIdentified, NoncomplianceReported, NoncomplianceRetested,
    NoncomplianceWorked,
};
use crate::time::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noncompliance {
    pub what: NoncomplianceIdentified,
    pub recorded: Done,
    pub reported: Option<(Done, NoncomplianceReported)>,
    /// An audit report that went after it, where none went with it.
    #[serde(default)]
    pub report_named: Option<(Done, String)>,
    pub worked: Vec<(Done, NoncomplianceWorked)>,
    pub retested: Vec<(Done, NoncomplianceRetested)>,
    pub closed: Option<(Done, String)>,
    pub attachments: Vec<(Done, Attached)>,
}

impl Noncompliance {
    /// The objects of the evidence store that it names.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        self.attachments.iter().map(|(_, attached)| attached.sha256.as_str())
    }

    /// The day on which its report was put on record, where that is another than the day that is given for it.
    pub fn stated_on(&self) -> Option<Day> {
        let (done, reported) = self.reported.as_ref()?;
        Some(done.day()).filter(|day| *day != reported.reported_on)
    }

    /// It comes of an audit, and was reported without that audit's report, for which 8.2.8 asks.
    pub fn lacks_audit_report(&self) -> bool {
        let without = self.reported.as_ref().is_some_and(|(_, reported)| reported.report_sha256.is_none());
        self.what.finding.is_some() && without && self.report_named.is_none()
    }

    /// The last day on which the report to the National Auditor is in time.
    pub fn report_due(&self, nc_report_days: i64) -> Day {
        self.what.identified_on.plus_days(nc_report_days)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misuse {
    pub what: MisuseReported,
    pub reported: Done,
    pub handled: Vec<(Done, MisuseHandled)>,
}

impl Misuse {
    pub fn closed(&self) -> bool {
        self.handled.iter().any(|(_, handled)| handled.closed)
    }

    /// Hidden from the person concerned, and from their own line.
    pub fn is_hidden_from(&self, person: &PersonId, user_ids: &[String]) -> bool {
        self.what.person.as_ref() == Some(person)
            || self.what.line.contains(person)
            || user_ids.contains(&self.what.user_id)
    }
}
