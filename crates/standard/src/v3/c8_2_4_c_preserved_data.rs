//! 8.2.4.c: data preserved for a trial is looked at only for it, so every access is audited.

use crate::evidence::{ACCOUNTS, REVIEWS, SEARCHES};
use crate::model::{Arises, By, Check, Clause, Events, Population, Reading, Sample, Test, Within};
use crate::v3::text::{AUDIT_RECORD};
use crate::v3::search_tests::{IN_C, JUDGEMENTS, each_search};

pub static CLAUSE: Clause = Clause {
    id: "8.2.4.c",
    title: "Access to preserved data",
    asks: "Every access to data preserved under the CPIA is audited.",
    by: By::Auditor,
    population: Population::Rows { of: &SEARCHES, given: IN_C },
    arises: Arises::WithPopulation { decided_by: &[&SEARCHES] },
    sample: Sample::All,
    checks: &[
        Check::Event {
            within: Within::ParameterMonths("preserved_review_months"),
            events: Events {
                sql: "SELECT search_id AS subject, search_id AS alias, searched_at AS happened,
                        CAST(NULL AS DATE) AS settled_on, searched_at < $as_of AS judged, FALSE AS unknown
                      FROM preserved_searches
                      UNION ALL
                      SELECT search_id AS subject, search_id AS alias, searched_at AS happened,
                        CAST(NULL AS DATE) AS settled_on, CAST(NULL AS BOOLEAN) AS judged, TRUE AS unknown
                      FROM earlier_searches",
                needs: &[&SEARCHES],
            },
        },
        each_search(IN_C)[0],
        each_search(IN_C)[1],
        Check::Rows {
            of: &SEARCHES,
            given: "$in_window(searched_at) AND preserved_case IS NULL",
            also_needs: &[],
            tests: &[Test {
                code: "review_missing",
                says: "whether the search was of preserved data was withheld",
                when: "CAST(NULL AS BOOLEAN)",
            }],
        },
    ],
    judgements: JUDGEMENTS,
    record: AUDIT_RECORD,
    needs: &[&SEARCHES, &ACCOUNTS, &REVIEWS],
    readings: &[Reading {
        of: "all instances of access",
        taken_as: "each search that names a preserved case, reviewed under its own id within preserved_review_months",
        because: "the text gives no period",
    }],
    kind: None,
};
