//! Days, instants and amounts as people read them.
//!
//! Templates hand over fields as references and results of calls as values, so some take either.

use std::borrow::Borrow;

use custodes_compliance::acts::audit::Verdict;
use custodes_compliance::london;
use custodes_compliance::national::Fraction;
use custodes_compliance::state::State;
use custodes_compliance::{Day, Instant};

/// `1 October 2026`
pub fn day(day: &Day) -> String {
    london::day_in_words(*day)
}

/// `1 October 2026, 10:30:05 BST`
pub fn instant(instant: &Instant) -> String {
    london::in_words(*instant)
}

/// A period up to, and without, its end: `1 January 2026 to 31 March 2026`.
pub fn period(from: &Day, end: &Day) -> String {
    format!("{} to {}", day(from), day(&end.plus_days(-1)))
}

/// `11.1 %`, and never split between its lines.
pub fn percent(rate: &Fraction) -> String {
    let tenths = rate.per_mille();
    format!("{}.{}\u{a0}%", tenths / 10, tenths % 10)
}

/// `1,234,567`, of a whole number.
pub fn number(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `1,000 records`
pub fn counted(count: impl Borrow<u64>, one: &str, many: &str) -> String {
    let count = *count.borrow();
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A sentence of ours as it stands alone: with a capital and a full stop, and each `%` beside its number.
pub fn sentence(text: &str) -> String {
    let stop = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{stop}", capital(text).replace(" %", "\u{a0}%"))
}

/// What a person wrote; where they wrote nothing, that they did not.
pub fn said(text: &str) -> &str {
    if text.trim().is_empty() { "(left blank)" } else { text }
}

/// A cell of a table of figures: never blank, so that nobody asks whether something is missing there.
pub fn cell(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), characters.as_str()))
}

/// Never blank, and never `Pass` where nobody has answered.
pub fn verdict(verdict: impl Borrow<Option<Verdict>>) -> &'static str {
    match verdict.borrow() {
        Some(Verdict::Pass) => "Pass",
        Some(Verdict::Fail) => "Fail",
        Some(Verdict::NotAssessable) => "Not assessable",
        None => "Not judged",
    }
}

/// What a machine may say of a clause, in words that claim no more than it does.
pub fn state(state: &State) -> &'static str {
    match state {
        State::Exceptions => "Exceptions found",
        State::NotEvidenced => "Not evidenced: it cannot be established",
        State::Clear => "No exception found in whole evidence",
        State::NotApplicable => "Not applicable: the evidence shows that it does not arise",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_stands_alone_with_a_capital_and_one_stop() {
        assert_eq!(sentence("none was bad"), "None was bad.");
        assert_eq!(sentence("é."), "É.");
        assert_eq!(sentence("5 % of it"), "5\u{a0}% of it.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn amounts_are_grouped_and_agree() {
        assert_eq!(counted(1, "record", "records"), "1 record");
        assert_eq!(counted(12_345, "record", "records"), "12,345 records");
    }

    #[test]
    fn a_share_is_told_in_tenths_of_a_percent() {
        assert_eq!(percent(&Fraction::of(1, 9).unwrap()), "11.1\u{a0}%");
        assert_eq!(percent(&Fraction::of(1, 1).unwrap()), "100.0\u{a0}%");
    }

    #[test]
    fn what_was_left_blank_says_so() {
        assert_eq!((said("  \n"), said("No.")), ("(left blank)", "No."));
    }

    #[test]
    fn what_nobody_answered_reads_as_not_judged() {
        assert_eq!(verdict(None), "Not judged");
    }
}
