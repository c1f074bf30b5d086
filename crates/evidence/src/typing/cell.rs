//! What a single text cell says before its type is asked: a value, blank, or withheld.

/// A cell after trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    Value(&'a str),
    Blank,
    Withheld,
}

/// Trims a cell and tells a mask from a value.
#[inline(always)]
pub fn read(raw: &str) -> Cell<'_> {
    let text = trim(raw);
    if text.is_empty() {
        Cell::Blank
    } else if is_withheld(text) {
        Cell::Withheld
    } else {
        Cell::Value(text)
    }
}

/// Takes off leading and trailing Unicode white space.
#[inline(always)]
pub fn trim(raw: &str) -> &str {
    match raw.as_bytes() {
        [] => raw,
        // Most cells begin and end with a printable ASCII character: nothing to look for.
        [only] if only.is_ascii_graphic() => raw,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => raw,
        _ => raw.trim(),
    }
}

/// Whether a trimmed cell is a mask that the exporting system put in place of the value, or the error that
/// a spreadsheet left there.
#[inline]
pub fn is_withheld(text: &str) -> bool {
    match text.as_bytes()[0] {
        // 0xE2 begins the full block, █.
        b'*' | 0xE2 => is_mask(text),
        b'#' => is_mask(text) || is_error(text),
        b'R' | b'r' | b'[' | b'W' | b'w' => is_word(text),
        _ => false,
    }
}

fn is_mask(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '#' | '█') || c.is_whitespace())
}

/// What spreadsheet programs show where a formula failed: the value that stood there is gone.
const ERRORS: [&str; 15] = [
    "#N/A",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#DATA!",
];

/// Whether a trimmed cell is the error of a spreadsheet.
#[inline]
pub fn is_error(text: &str) -> bool {
    text.starts_with('#') && ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
}

fn is_word(text: &str) -> bool {
    ["REDACTED", "[REDACTED]", "WITHHELD"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_every_kind_are_withheld() {
        for mask in ["*", "***", "* * *", "###", "█", "█ █#*", " *** ", "REDACTED", "[redacted]", "Withheld"] {
            assert_eq!(read(mask), Cell::Withheld, "{mask:?}");
        }
    }

    #[test]
    fn the_errors_of_spreadsheets_are_withheld() {
        for error in ["#N/A", " #REF! ", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#n/a"] {
            assert_eq!(read(error), Cell::Withheld, "{error:?}");
            assert!(is_error(trim(error)));
        }
        for value in ["N/A", "#N/A 1", "# N/A", "#REF", "#12"] {
            assert_eq!((read(value), is_error(value)), (Cell::Value(value), false));
        }
        assert!(!is_error("###"));
    }

    #[test]
    fn a_mask_character_inside_a_value_is_part_of_the_value() {
        for value in ["AB*", "*1", "#12", "[REDACTED", "REDACTED 1", "[WITHHELD]", "–", "█a", "0"] {
            assert_eq!(read(value), Cell::Value(value));
        }
    }

    #[test]
    fn white_space_of_any_script_is_trimmed_and_alone_is_blank() {
        assert_eq!(read("\u{3000}a b\u{a0}\r"), Cell::Value("a b"));
        for blank in ["", " ", "\t", "\u{a0}\u{2003}", "\r"] {
            assert_eq!(read(blank), Cell::Blank);
        }
    }
}
