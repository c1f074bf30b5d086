//! The user ids of one person, as a cell of the list of auditors gives them.
//!
//! The same reading as the check of 3.b and 3.c takes in SQL: who may audit here is who would not be an
//! exception there.

/// What divides ids besides white space, unless an account's own id holds one.
const MARKS: [char; 3] = [',', ';', '|'];

/// Whether an account's id holds a mark that could divide ids.
pub fn holds_mark(user_id: &str) -> bool {
    user_id.contains(MARKS)
}

/// The ids of a cell, and whether some of them cannot be told. `None` is a cell that was withheld or not
/// exported. `marks_in_ids`: an account's own id holds a mark, so nobody can say what divides ids here.
pub fn listed(cell: Option<&str>, marks_in_ids: bool) -> (Vec<String>, bool) {
    let Some(cell) = cell else { return (Vec::new(), true) };
    let divides = |letter: char| letter.is_whitespace() || (!marks_in_ids && MARKS.contains(&letter));
    let ids = cell.split(divides).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let words = cell.split(|letter: char| letter.is_whitespace() || MARKS.contains(&letter));
    let unclear = (marks_in_ids && holds_mark(cell)) || cell.contains(['*', '█']) || words.into_iter().any(is_mask);
    (ids, unclear)
}

/// A word that stands for an id which is not shown.
fn is_mask(word: &str) -> bool {
    let word = word.to_lowercase();
    let error = word.strip_prefix('#').is_some_and(|rest| {
        rest == "n/a"
            || (rest.ends_with(['!', '?']) && rest.len() > 1 && !rest[..rest.len() - 1].contains(['!', '?', '#']))
    });
    let hashes = !word.is_empty() && word.bytes().all(|byte| byte == b'#');
    hashes || error || ["redacted", "[redacted]", "[redacted", "redacted]", "withheld"].contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(cell: &str, marks_in_ids: bool) -> (Vec<String>, bool) {
        listed(Some(cell), marks_in_ids)
    }

    #[test]
    fn ids_are_divided_by_spaces_and_by_marks_that_no_id_holds() {
        let three = ["u1", "u2", "u3"].map(str::to_owned).to_vec();
        for cell in ["u1 u2\u{a0}u3", "u1, u2;u3", " u1|u2 |u3,"] {
            assert_eq!(ids(cell, false), (three.clone(), false), "{cell}");
        }
        assert_eq!(ids("", false), (Vec::new(), false));
    }

    #[test]
    fn a_mark_that_ids_hold_leaves_the_list_unclear_and_spaces_divide_it_still() {
        assert_eq!(ids("u1,2 u3", true), (vec!["u1,2".to_owned(), "u3".to_owned()], true));
        assert_eq!(ids("u1 u3", true), (vec!["u1".to_owned(), "u3".to_owned()], false));
    }

    #[test]
    fn what_is_masked_in_part_or_whole_is_unclear_and_shown_ids_count_all_the_same() {
        assert_eq!(listed(None, false), (Vec::new(), true));
        for masked in
            ["u1 ***", "u1,##", "u1 REDACTED", "u1;[redacted]", "u1 withheld", "u1 #N/A", "u1 #REF!", "u█1 u1"]
        {
            let (ids, unclear) = ids(masked, false);
            assert!(unclear && ids.contains(&"u1".to_owned()), "{masked}");
        }
        assert!(!ids("u#1 n/a", false).1);
    }
}
