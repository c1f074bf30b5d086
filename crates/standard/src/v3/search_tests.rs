//! 8.2.5, test by test: what is asked of every search, and under which clause the answer is reported.
//!
//! Days here are 24-hour days, exactly: the log gives instants.

use crate::evidence::{ACCOUNTS, SEARCHES, Set};
use crate::model::{Check, Every, Judgement, Reading, Test};
use crate::v3::text::lea_reviews;

macro_rules! older {
    () => {
        "$longer_than(data_from, searched_at, $recent_days)"
    };
}

/// Class c.
pub const IN_C: &str = "$in_window(searched_at) AND coalesce(preserved_case <> '', FALSE)";

/// Class b: both ends of the period are known, and it begins more than 90 days before the search.
pub const IN_B: &str = "$in_window(searched_at) AND NOT coalesce(preserved_case <> '', FALSE)
    AND data_from IS NOT NULL AND data_to IS NOT NULL AND $longer_than(data_from, searched_at, $recent_days)";

/// Class a: not in b, or reaching into the 90 days before the search: a search may be in both.
pub const IN_A: &str = "$in_window(searched_at) AND NOT coalesce(preserved_case <> '', FALSE)
    AND data_from IS NOT NULL AND data_to IS NOT NULL
    AND (NOT $longer_than(data_from, searched_at, $recent_days) OR NOT $longer_than(data_to, searched_at, $recent_days))";

/// Neither a nor b can be said.
pub const UNCLASSED: &str = "$in_window(searched_at) AND NOT coalesce(preserved_case <> '', FALSE)
    AND (data_from IS NULL OR data_to IS NULL)";

/// Reported once: under c for class c, else under b if in b, else under a.
pub const REPORTED_UNDER_A: &str = "$in_window(searched_at) AND NOT coalesce(preserved_case <> '', FALSE)
    AND (data_from IS NULL OR data_to IS NULL OR NOT $longer_than(data_from, searched_at, $recent_days))";

const SEARCH_TESTS: &[Test] = &[
    Test { code: "reason_missing", says: "no reason is recorded", when: "reason = ''" },
    Test { code: "purpose_missing", says: "no purpose is recorded", when: "purpose = ''" },
    Test { code: "justification_missing", says: "no justification is recorded", when: "justification = ''" },
    Test { code: "justification_placeholder", says: "the justification says nothing", when: PLACEHOLDER },
    Test {
        code: "reference_missing",
        says: "no crime, incident, operation or authority reference is recorded",
        when: "$references_required AND reference = ''",
    },
    Test {
        code: "authority_missing",
        says: "a search of older data without an authorising officer",
        when: concat!(older!(), " AND authorised_by = ''"),
    },
    Test {
        code: "authority_undated",
        says: "the authority for a search of older data has no date",
        when: concat!(older!(), " AND authorised_by <> '' AND NOT authorised_at_given"),
    },
    Test {
        code: "authority_after_search",
        says: "the authority was recorded after the search was made",
        when: concat!(older!(), " AND authorised_at_given AND authorised_at > searched_at"),
    },
    Test {
        code: "authority_self",
        says: "the searcher authorised their own search of older data",
        when: concat!(older!(), " AND authorised_by <> '' AND authorised_by = user_id"),
    },
    Test {
        code: "authority_rank",
        says: "the authorising officer's rank is not one that may authorise a search of older data",
        when: concat!(
            older!(),
            " AND authorised_by <> '' AND regexp_replace(regexp_replace(lower(authorised_rank), '[- ]', '_', 'g'),
               '^(?:temporary_|acting_|detective_)+', '') NOT IN ($authority_ranks_older)"
        ),
    },
    Test { code: "period_inverted", says: "the period ends before it begins", when: "data_from > data_to" },
    Test {
        code: "period_future",
        says: "the period ends more than a day after the search",
        when: "$longer_than(searched_at, data_to, 1)",
    },
    Test {
        code: "period_excessive",
        says: "the period is longer than the LEA allows for that purpose",
        when: "$span_excessive(purpose, data_from, data_to)",
    },
];

/// `account_known` and `account_open` are looked up by the engine: of the search's user, on its system, at its time.
const ACCOUNT_TESTS: &[Test] = &[
    Test {
        code: "account_unknown",
        says: "the account list does not know this user on this system",
        when: "NOT account_known",
    },
    Test {
        code: "account_not_open",
        says: "none of the user's accounts on this system was open at the time",
        when: "account_known AND NOT account_open",
    },
];

const ACCOUNT_LIST: &[&Set] = &[&ACCOUNTS];

/// The tests of 8.2.5 on the searches of one class.
pub const fn each_search(given: &'static str) -> [Check; 2] {
    [
        Check::Rows { of: &SEARCHES, given, also_needs: &[], tests: SEARCH_TESTS },
        Check::Rows { of: &SEARCHES, given, also_needs: ACCOUNT_LIST, tests: ACCOUNT_TESTS },
    ]
}

/// All that 8.2.4.a and b check of the searches of their class: the two differ in nothing else.
pub const fn quarterly_audit(given: &'static str) -> [Check; 5] {
    let [on_the_search, on_its_account] = each_search(given);
    let unclassed = Check::Rows { of: &SEARCHES, given: UNCLASSED, also_needs: &[], tests: PERIOD_TESTS };
    [lea_reviews(Every::Months(3)), Check::SampledAudit, on_the_search, on_its_account, unclassed]
}

/// Neither class can be said of these: one row, untestable under each.
const PERIOD_TESTS: &[Test] =
    &[Test { code: "period_unknown", says: "the period searched was withheld", when: "CAST(NULL AS BOOLEAN)" }];

/// The codes of 8.2.5, whichever clause they are reported under.
pub const CODES: &[&str] = &[
    "reason_missing",
    "purpose_missing",
    "justification_missing",
    "justification_placeholder",
    "reference_missing",
    "authority_missing",
    "authority_undated",
    "authority_after_search",
    "authority_self",
    "authority_rank",
    "period_inverted",
    "period_future",
    "period_excessive",
    "account_unknown",
    "account_not_open",
    "period_unknown",
];

/// Words that people type when a field insists on something. Trailing dots and white space do not count.
const PLACEHOLDER: &str = "justification <> '' AND regexp_like(justification, '^(?i:check|checking|test|n/a|na|none|nil|asdf|x|xx|xxx|misc|other|unk|unknown|lookup|look up|search|verify|review|follow up|fyi|see above|as above|tbc|tbd|police|pd|ok|k|idk|investigation|enquiry|enquiries|(?s:.){0,2}|\\P{L}*)[.\\s]*$')";

pub const JUDGEMENTS: &[Judgement] = &[
    Judgement {
        name: "authorised",
        asks: "Was the search authorised where it had to be, and is the evidence of that recorded?",
    },
    Judgement {
        name: "timescale",
        asks: "Was the period searched no longer than the investigation needed, and in proportion to it?",
    },
    Judgement { name: "reason", asks: "Is the reason for the search fully recorded?" },
    Judgement { name: "purpose", asks: "Is its purpose fully recorded, and one for which the data may be used?" },
    Judgement { name: "justification", asks: "Does the recorded justification justify this search?" },
];

pub const READINGS: &[Reading] = &[
    Reading {
        of: "more than 90 days",
        taken_as: "strictly more than 90 × 24 hours before the search",
        because: "the log gives instants, and (a) takes 90 days or less",
    },
    Reading {
        of: "a search in both classes",
        taken_as: "counted in the population of each, and its exceptions reported once: under c, else b, else a",
        because: "a search that begins in old data and ends in new is an instance of both",
    },
    Reading {
        of: "justification fully recorded",
        taken_as: "not blank, and not one of the words that say nothing, two characters, or no letter at all",
        because: "a field that had to be filled is not a justification; whether a sentence justifies is for a person",
    },
];
