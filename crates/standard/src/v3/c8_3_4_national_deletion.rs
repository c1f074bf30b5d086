//! 8.3.4: the National Auditor sees for themselves that NAS deletes what it must.

use crate::evidence::{APPOINTMENTS, HOLDINGS, REVIEWS};
use crate::model::{Arises, By, Clause, Every, Judgement, Population, Sample};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};
use crate::v3::holdings;

pub static CLAUSE: Clause = Clause {
    id: "8.3.4",
    title: "Deletion on NAS",
    asks: "Every 6 months the National Auditor audits NAS: data is deleted when it must be.",
    by: By::NationalAuditor,
    population: Population::Query {
        sql: "SELECT count(DISTINCT system_id) FROM holdings WHERE scope = 'national'",
        needs: &[&HOLDINGS],
    },
    arises: Arises::InOffice { role: "national_auditor" },
    sample: Sample::None,
    checks: &[lea_reviews(Every::Months(6)), holdings::NATIONAL],
    judgements: &[Judgement { name: "deleted", asks: "Did the deletion reach every copy?" }],
    record: AUDIT_RECORD,
    needs: &[&HOLDINGS, &REVIEWS, &APPOINTMENTS],
    readings: &[holdings::READING],
    kind: None,
};
