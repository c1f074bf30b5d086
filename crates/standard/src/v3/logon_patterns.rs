//! What 8.2.2.f shows of failed log-ons besides their number: where a reviewer should look first.
//!
//! None of these is an exception. The standard sets no limit on failed log-ons; it asks that a person
//! reviews them. The figures are ours, chosen so that a forgotten password stays below them and a machine
//! that tries doors does not.

use crate::model::Pattern;

/// So many failures of one user …
pub const BURST_FAILURES: usize = 5;
/// … from the first to the last of them in so many minutes.
pub const BURST_MINUTES: i64 = 10;
/// A success of the same user within so many minutes after a burst's last failure.
pub const SUCCESS_MINUTES: i64 = 30;
/// So many different users failing from one source …
pub const SOURCE_USERS: usize = 5;
/// … in so many minutes.
pub const SOURCE_MINUTES: i64 = 60;
/// The night is so many hours long, from midnight in London.
pub const NIGHT_HOURS: i64 = 5;
/// So many nights in a row.
pub const NIGHTS: usize = 3;
/// Of each pattern so many are listed, the largest; the rest are counted.
pub const LISTED: usize = 20;
/// Patterns are looked for among so many failures, the latest: memory stays bounded whatever comes.
pub const LOOKED_AT: usize = 500_000;

pub static BURST: Pattern = Pattern {
    name: "burst",
    says: "a user failed at least 5 times within 10 minutes",
    taken_as: "any 5 failures in a row of one user, the last at most 10 minutes after the first; those that share a failure are one burst",
};

pub static BURST_THEN_SUCCESS: Pattern = Pattern {
    name: "burst_then_success",
    says: "a burst was followed by a successful log-on of the same user within 30 minutes",
    taken_as: "the first success after the burst's last failure, at most 30 minutes later: a password remembered, or guessed",
};

pub static MANY_USERS: Pattern = Pattern {
    name: "many_users_one_source",
    says: "at least 5 different users failed from one source within 60 minutes",
    taken_as: "failures from one named source, the last at most 60 minutes after the first, of 5 users or more; those that overlap are one; a blank source is no source",
};

pub static ENDED_ACCOUNT: Pattern = Pattern {
    name: "ended_account",
    says: "a user failed whose accounts were all closed, or whose holder had left",
    taken_as: "of the accounts authorised by then none was open: each had been closed, or its holder had left; counted by user, and not where a closing or leaving was withheld",
};

pub static NIGHTLY: Pattern = Pattern {
    name: "nightly",
    says: "a user failed in at least 3 nights in a row",
    taken_as: "a failure in the 5 hours from midnight, London, of each of 3 or more consecutive days: the mark of a job that nobody looks after, or of somebody who has time",
};

/// In the order in which they are shown.
pub static PATTERNS: &[&Pattern] = &[&BURST, &BURST_THEN_SUCCESS, &MANY_USERS, &ENDED_ACCOUNT, &NIGHTLY];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_give_the_figures_that_are_used() {
        let says = |pattern: &Pattern, figures: &[i64]| {
            for figure in figures {
                assert!(
                    pattern.says.split_whitespace().any(|word| word == figure.to_string()),
                    "{}: {figure}",
                    pattern.name
                );
            }
        };
        says(&BURST, &[BURST_FAILURES as i64, BURST_MINUTES]);
        says(&BURST_THEN_SUCCESS, &[SUCCESS_MINUTES]);
        says(&MANY_USERS, &[SOURCE_USERS as i64, SOURCE_MINUTES]);
        says(&NIGHTLY, &[NIGHTS as i64]);
        assert!(NIGHTLY.taken_as.contains(&format!("{NIGHT_HOURS} hours")));
    }
}
