//! 5.1.6: covert deployments answer to RIPA and RIP(S)A; here only their authority is looked at.
//!
//! Its rows are for those cleared for them; general reports carry counts only.

use crate::evidence::{CAMERAS, COVERT_AUTHORISATIONS};
use crate::model::{Arises, By, Check, Clause, Population, Reading, Sample, Test};

pub static CLAUSE: Clause = Clause {
    id: "5.1.6",
    title: "Covert cameras",
    asks: "Covert deployments are audited under the arrangements for RIPA and RIP(S)A; each one in force has its authority.",
    by: By::Lea,
    population: Population::Rows { of: &COVERT_AUTHORISATIONS, given: "coalesce(NOT ended_on_given, TRUE)" },
    arises: Arises::EitherSet {
        set: &COVERT_AUTHORISATIONS,
        sql: "SELECT count(*) > 0 FROM covert_authorisations",
        else_set: &CAMERAS,
        else_sql: "SELECT count(*) > 0 FROM cameras WHERE coalesce($served_in_window AND kind = 'covert', TRUE)",
    },
    sample: Sample::None,
    checks: &[Check::Rows {
        of: &COVERT_AUTHORISATIONS,
        given: "NOT ended_on_given",
        also_needs: &[],
        tests: &[
            Test {
                code: "authority_missing",
                says: "an authorisation in force names no authority",
                when: "(NOT expires_on_given OR expires_on >= $as_of_day) AND reference = ''",
            },
            Test {
                code: "authority_expired",
                says: "the authorisation expired and the deployment has not been ended",
                when: "expires_on_given AND expires_on < $as_of_day",
            },
        ],
    }],
    judgements: &[],
    record: "kept under the arrangements for RIPA and RIP(S)A",
    needs: &[&COVERT_AUTHORISATIONS],
    readings: &[Reading {
        of: "in force",
        taken_as: "not ended, and not past its expiry; one that expires on the as-of date is in force",
        because: "an authorisation that has lapsed is reported as expired, once",
    }],
    kind: None,
};
