//! Text from outside, as it can be shown: a file's name or a cell must not steer the terminal of whoever reads
//! about it. What is written to files stays exact.

use std::borrow::Cow;

/// The text with line feeds and tabs as they are, and every other character that steers as its number. The number
/// is written as JSON would, so an answer in JSON says the same.
pub fn harmless(text: &str) -> Cow<'_, str> {
    escaped(text, |c| steers(c) && !matches!(c, '\n' | '\t'))
}

/// The same on one line.
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    escaped(text, steers)
}

/// Controls, and what makes a text read in another direction than it runs.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, is: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_by_its_number_and_all_else_stays() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{9b}c\u{202e}d\r\n\té"), "a\\u001b[2Jb\\u009bc\\u202ed\\u000d\n\té");
        assert_eq!(on_one_line("a\nb\tc"), "a\\u000ab\\u0009c");
        assert!(matches!(harmless("searches 2026 — ✓.csv\n"), Cow::Borrowed(_)));
    }
}
