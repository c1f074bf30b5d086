//! 8.3.5: every session with the widest permissions is audited.

use crate::evidence::{APPOINTMENTS, REVIEWS, SUPER_ADMIN_SESSIONS};
use crate::model::{Arises, By, Check, Clause, Events, Judgement, Population, Reading, Sample, Within};
use crate::v3::text::{AUDIT_RECORD};

pub static CLAUSE: Clause = Clause {
    id: "8.3.5",
    title: "Super-administrator sessions",
    asks: "The National Auditor audits every occasion on which NAS is accessed with super-administrator permissions enabled.",
    by: By::NationalAuditor,
    population: Population::Judged,
    arises: Arises::InOffice { role: "national_auditor" },
    sample: Sample::All,
    checks: &[Check::Event {
        within: Within::ParameterDays("super_admin_review_days"),
        events: Events {
            sql: "SELECT session_id AS subject, session_id AS alias, enabled_at AS happened, CAST(NULL AS DATE) AS settled_on,
                    enabled_at < $as_of AS judged
                  FROM super_admin_sessions",
            needs: &[&SUPER_ADMIN_SESSIONS],
        },
    }],
    judgements: &[Judgement { name: "needed", asks: "Did the session need those permissions, and do only what it was opened for?" }],
    record: AUDIT_RECORD,
    needs: &[&SUPER_ADMIN_SESSIONS, &REVIEWS, &APPOINTMENTS],
    readings: &[Reading {
        of: "each occasion",
        taken_as: "from the moment the permissions were enabled, whether or not the session has ended",
        because: "a session that is never closed must not escape its audit",
    }],
    kind: None,
};
