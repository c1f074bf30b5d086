//! 8.2.6: preserved data serves only the investigation that it was preserved for.

use crate::evidence::{PRESERVED_CASES, SEARCHES};
use crate::model::{Arises, By, Check, Clause, Judgement, Population, Reading, Sample, Test};
use crate::v3::search_tests::IN_C;

pub static CLAUSE: Clause = Clause {
    id: "8.2.6",
    title: "Preserved data used for its own investigation",
    asks: "Access to data preserved under the CPIA was solely for the investigation for which it was preserved.",
    by: By::Nobody,
    population: Population::Rows { of: &SEARCHES, given: IN_C },
    arises: Arises::WithPopulation { decided_by: &[&SEARCHES] },
    sample: Sample::None,
    checks: &[
        Check::Query {
            code: "other_investigation",
            says: "the search's reference is not that of the investigation for which the data was preserved",
            needs: &[&SEARCHES, &PRESERVED_CASES],
            sql: "SELECT s.search_id AS subject, p.case_id IS NOT NULL AND s.reference <> '' AND s.reference <> p.investigation AS verdict,
                    'the data was preserved for ' || p.investigation || ', the search was made for ' || s.reference AS detail
                  FROM preserved_searches s LEFT JOIN preserved_cases p ON p.case_id = s.preserved_case
                  WHERE $in_window(s.searched_at)",
        },
        Check::Query {
            code: "preserved_case_unknown",
            says: "the list of preserved cases does not know the case",
            needs: &[&SEARCHES, &PRESERVED_CASES],
            sql: "SELECT s.search_id AS subject, p.case_id IS NULL AS verdict
                  FROM preserved_searches s LEFT JOIN preserved_cases p ON p.case_id = s.preserved_case
                  WHERE $in_window(s.searched_at)",
        },
        Check::Rows {
            of: &SEARCHES,
            given: "$in_window(searched_at) AND preserved_case IS NULL",
            also_needs: &[],
            tests: &[
                Test { code: "other_investigation", says: "the case was withheld", when: "CAST(NULL AS BOOLEAN)" },
                Test { code: "preserved_case_unknown", says: "the case was withheld", when: "CAST(NULL AS BOOLEAN)" },
            ],
        },
    ],
    judgements: &[Judgement { name: "own_investigation", asks: "Was the search made solely for the investigation for which the data was preserved?" }],
    record: "with the audit of 8.2.4.c to which the search belongs",
    needs: &[&SEARCHES, &PRESERVED_CASES],
    readings: &[Reading {
        of: "solely for the investigation",
        taken_as: "the search's reference is the preserved case's investigation, exactly; a blank one is only a missing reference",
        because: "what is not written cannot be compared",
    }],
    kind: None,
};
