//! Numbers in sentences.

/// `1 record`, `2 records`, `1,000 records`.
pub fn counted(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_counted_in_words_that_fit_it_and_its_thousands_are_marked() {
        let told = [0, 1, 999, 1000, 1_234_567].map(|number: u64| counted(number, "record", "records"));
        assert_eq!(told, ["0 records", "1 record", "999 records", "1,000 records", "1,234,567 records"]);
    }
}
