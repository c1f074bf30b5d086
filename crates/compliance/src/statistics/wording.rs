//! Numbers as sentences to auditors have them.

use num_bigint::BigUint;
use num_traits::ToPrimitive;

/// `1,234,567`
pub(super) fn grouped(number: u64) -> String {
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
pub(super) fn records(count: u64) -> String {
    format!("{} record{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `is` or `are`
pub(super) fn is(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// `was` or `were`
pub(super) fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// Tenths of a percent, rounded half up.
fn tenths_of_a_percent(part: u64, whole: u64) -> u64 {
    let (part, whole) = (BigUint::from(part), BigUint::from(whole));
    ((part * 2000u32 + &whole) / (whole * 2u32)).to_u64().unwrap_or(u64::MAX)
}

/// `4 %`, `33.3 %`. Only nothing is 0 %, and only everything is 100 %.
pub(super) fn percentage(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0 %".to_owned();
    }
    match tenths_of_a_percent(part, whole) {
        0 if part > 0 => "less than 0.1 %".to_owned(),
        1000 if part < whole => "more than 99.9 %".to_owned(),
        tenths if tenths.is_multiple_of(10) => format!("{} %", tenths / 10),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let written = [0, 999, 1000, 12_345, 1_234_567].map(grouped);
        assert_eq!(written, ["0", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!([records(1), records(0), records(2000)], ["1 record", "0 records", "2,000 records"]);
    }

    #[test]
    fn only_nothing_is_nothing_and_only_everything_is_everything() {
        let written = [(0, 7), (1, 5000), (1, 3), (2, 50), (1, 2000), (4999, 5000), (9999, 10_000), (7, 7), (0, 0)];
        let expected = [
            "0 %",
            "less than 0.1 %",
            "33.3 %",
            "4 %",
            "0.1 %",
            "more than 99.9 %",
            "more than 99.9 %",
            "100 %",
            "0 %",
        ];
        assert_eq!(written.map(|(part, whole)| percentage(part, whole)), expected);
        assert_eq!(percentage(u64::MAX / 2, u64::MAX), "50 %");
    }
}
