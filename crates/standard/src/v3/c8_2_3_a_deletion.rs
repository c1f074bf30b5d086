//! 8.2.3.a: what must be deleted is deleted, on NAS and elsewhere.

use crate::evidence::{HOLDINGS, REVIEWS};
use crate::model::{Arises, By, Clause, Every, Judgement, Population, Sample};
use crate::v3::text::{AUDIT_RECORD, lea_reviews};
use crate::v3::holdings;

pub static CLAUSE: Clause = Clause {
    id: "8.2.3.a",
    title: "Deletion of data",
    asks: "Every 6 months the LEA audits that data is deleted when it must be, on NAS and on other systems.",
    by: By::Auditor,
    population: Population::Query {
        sql: "SELECT count(DISTINCT system_id) FROM holdings WHERE scope = 'national'",
        needs: &[&HOLDINGS],
    },
    arises: Arises::Always,
    sample: Sample::None,
    checks: &[lea_reviews(Every::Months(6)), holdings::NATIONAL],
    judgements: &[Judgement { name: "deleted", asks: "Did the deletion reach every copy?" }],
    record: AUDIT_RECORD,
    needs: &[&HOLDINGS, &REVIEWS],
    readings: &[holdings::READING],
    kind: None,
};
