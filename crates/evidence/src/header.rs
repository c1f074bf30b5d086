//! Which column of a file is which column of its set.

use std::collections::BTreeSet;

use custodes_standard::evidence::Set;

use crate::chunk::Refusal;

/// The most columns that a file may have.
pub const MAX_COLUMNS: usize = 10_000;

/// A header name as names are compared: case folded, without white space, `_` and `-`.
pub fn fold(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}'));
    kept.flat_map(char::to_lowercase).collect()
}

/// The columns of a file, bound to those of its set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// For each declared column, in declared order, its place in the file's header.
    pub places: Vec<Option<usize>>,
    /// How many columns the file has.
    pub width: usize,
    /// The names of columns that the set does not know, as the file writes them.
    pub unknown: Vec<String>,
}

impl Binding {
    /// Binds a header to the columns of a set.
    ///
    /// # Errors
    /// A required column is missing (unless it is among `not_exported`), two columns fold to one that
    /// is wanted, or there are too many columns.
    pub fn new(file: &str, set: &Set, header: &[String], not_exported: &[String]) -> Result<Binding, Refusal> {
        if header.len() > MAX_COLUMNS {
            let what = format!("the header has {} columns; at most {MAX_COLUMNS} are read", header.len());
            return Err(Refusal::new(file, what, "export only the columns that the set declares"));
        }
        let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
        let mut used = BTreeSet::new();
        let mut places = Vec::new();
        for column in set.columns {
            let wanted = fold(column.name);
            let mut found = folded.iter().enumerate().filter(|(_, name)| **name == wanted).map(|(place, _)| place);
            let place = found.next();
            if let (Some(first), Some(second)) = (place, found.next()) {
                let what =
                    format!("{:?} and {:?} are both the column {:?}", header[first], header[second], column.name);
                return Err(Refusal::new(file, what, "rename or remove one of them"));
            }
            used.extend(place);
            places.push(place);
        }
        let excused: BTreeSet<String> = not_exported.iter().map(|name| fold(name)).collect();
        let missing = |(column, place): (&'static custodes_standard::evidence::Column, &Option<usize>)| {
            (column.required && place.is_none() && !excused.contains(&fold(column.name))).then_some(column.name)
        };
        let missing: Vec<&str> = set.columns.iter().zip(&places).filter_map(missing).collect();
        if !missing.is_empty() {
            return Err(missing_columns(file, set, header, &missing));
        }
        let unknown = header.iter().enumerate().filter(|(place, name)| !used.contains(place) && fold(name) != "lea");
        let unknown = unknown.map(|(_, name)| name.trim().to_owned()).collect();
        Ok(Binding { places, width: header.len(), unknown })
    }
}

fn missing_columns(file: &str, set: &Set, header: &[String], missing: &[&str]) -> Refusal {
    let (columns, are) = if missing.len() == 1 { ("column", "is") } else { ("columns", "are") };
    let what = format!("the required {columns} {} of {} {are} missing", missing.join(", "), set.name);
    let shown: Vec<&str> = header.iter().take(20).map(|name| name.trim()).collect();
    let more = if header.len() > 20 { ", …" } else { "" };
    let remedy = if header.iter().any(|name| name.contains("\0\0\0")) {
        "the text looks like UTF-32: save it as UTF-8".to_owned()
    } else if header.iter().any(|name| name.contains('\0')) {
        "the text looks like UTF-16 without a byte order mark: save it as UTF-8".to_owned()
    } else if let [only] = header
        && only.contains('|')
    {
        let shown = crate::typing::abbreviate(only);
        format!("its columns seem to be divided by \"|\" ({shown}): give --map a mapping that says separator = \"bar\"")
    } else {
        format!("the file has {}{more}; name the column, or adapt the file with --map", shown.join(", "))
    };
    Refusal::new(file, what, remedy)
}

#[cfg(test)]
mod tests {
    use custodes_standard::evidence::{AUDITORS, PRESERVED_CASES};

    use super::*;

    fn bind(set: &Set, header: &[&str]) -> Result<Binding, Refusal> {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        Binding::new("x.csv", set, &header, &[])
    }

    #[test]
    fn names_match_after_folding_and_in_any_order() {
        let binding = bind(&PRESERVED_CASES, &["LEA", "Investigation", " Case-ID", "Colour"]).unwrap();
        assert_eq!((binding.places, binding.unknown), (vec![Some(2), Some(1)], vec!["Colour".to_owned()]));
    }

    #[test]
    fn a_missing_required_column_refuses_the_file_and_is_named() {
        let refusal = bind(&PRESERVED_CASES, &["case_id"]).unwrap_err();
        assert_eq!((refusal.file.as_str(), refusal.what.contains("investigation")), ("x.csv", true));
        assert_eq!(bind(&AUDITORS, &["person_id"]).unwrap().places[1..], [None, None, None]);
    }

    #[test]
    fn a_header_that_was_not_divided_is_told_why() {
        assert!(bind(&PRESERVED_CASES, &["case_id|investigation"]).unwrap_err().remedy.contains("\"bar\""));
        assert!(bind(&PRESERVED_CASES, &["\0\0\0c\0\0\0a"]).unwrap_err().remedy.contains("UTF-32"));
        assert!(bind(&PRESERVED_CASES, &["\0c\0a"]).unwrap_err().remedy.contains("UTF-16"));
    }

    #[test]
    fn two_names_that_fold_to_one_wanted_column_refuse_the_file() {
        assert!(bind(&PRESERVED_CASES, &["case_id", "CaseId", "investigation"]).unwrap_err().what.contains("CaseId"));
        assert!(bind(&PRESERVED_CASES, &["case_id", "investigation", "x", "X"]).is_ok());
    }
}
