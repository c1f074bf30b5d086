//! What becomes of each row of a chunk: quarantined, later than as-of, or taken in.
//!
//! Keys are judged elsewhere, over all chunks: a row with a good key may yet be superseded.

use custodes_standard::evidence::{Column, Set};

use crate::chunk::BadRow;
use crate::typing::{Mark, Reason, TypedColumn, Values, abbreviate};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Taken,
    Quarantined,
    /// Its deciding time is later than as-of.
    Future,
}

/// Why one row of a chunk is quarantined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    pub row: usize,
    /// The first column, in declared order, that fails; blank when the row cannot be taken apart.
    pub column: &'static str,
    /// What stands there, shortened to 80 characters.
    pub value: String,
    pub reason: String,
}

#[derive(Debug)]
pub struct Fates {
    pub rows: Vec<Fate>,
    /// In order of row.
    pub quarantined: Vec<Quarantined>,
    pub future: usize,
    /// Cells that are times without offset, by declared column.
    pub without_offset: Vec<u64>,
    /// Cells that are the errors of a spreadsheet, by declared column.
    pub errors: Vec<u64>,
}

/// The as-of instant, in the two measures that columns have.
#[derive(Debug, Clone, Copy)]
pub struct AsOf {
    pub micros: i64,
    pub day: i32,
}

impl AsOf {
    /// Whether a value of a time column is later than as-of.
    pub fn is_before(self, values: &Values, row: usize) -> bool {
        match values {
            Values::Instants(at) => at[row] > self.micros,
            Values::Days(on) => on[row] > self.day,
            _ => false,
        }
    }
}

/// Judges the rows of a chunk. `columns` are all columns of the set, in declared order; `shown` gives
/// the text of a cell, for the listing.
pub fn judge(
    set: &Set,
    columns: &[TypedColumn],
    bad: &[BadRow],
    rows: usize,
    exported: &dyn Fn(usize) -> bool,
    shown: &dyn Fn(usize, usize) -> String,
    as_of: AsOf,
) -> Fates {
    let mut fates = Fates {
        rows: vec![Fate::Taken; rows],
        quarantined: Vec::new(),
        future: 0,
        without_offset: vec![0; columns.len()],
        errors: columns.iter().map(|typed| u64::from(typed.errors)).collect(),
    };
    for bad in bad {
        fates.quarantine(bad.row as usize, "", abbreviate(&bad.value), &bad.reason);
    }
    for (place, (column, typed)) in set.columns.iter().zip(columns).enumerate() {
        if typed.all_values {
            continue;
        }
        for wrong in &typed.wrong {
            fates.without_offset[place] += u64::from(wrong.reason == Reason::NoOffset);
            fates.quarantine(wrong.row as usize, column.name, wrong.value.clone(), &wrong.reason);
        }
        if column.required || column.deciding {
            fates.want_values(column, typed, exported(place), &|row| shown(row, place));
        }
    }
    fates.quarantined.sort_by_key(|quarantined| quarantined.row);
    if let Some((_, typed)) = set.columns.iter().zip(columns).find(|(column, _)| column.deciding) {
        for row in 0..rows {
            let later = typed.marks[row] == Mark::Value && as_of.is_before(&typed.values, row);
            if later && fates.rows[row] == Fate::Taken {
                fates.rows[row] = Fate::Future;
                fates.future += 1;
            }
        }
    }
    fates
}

impl Fates {
    fn quarantine(&mut self, row: usize, column: &'static str, value: String, reason: &dyn std::fmt::Display) {
        if self.rows[row] == Fate::Taken {
            self.rows[row] = Fate::Quarantined;
            self.quarantined.push(Quarantined { row, column, value, reason: reason.to_string() });
        }
    }

    /// A required value must not be blank; a key or deciding time must not be withheld either.
    fn want_values(&mut self, column: &Column, typed: &TypedColumn, exported: bool, shown: &dyn Fn(usize) -> String) {
        for (row, mark) in typed.marks.iter().enumerate() {
            match mark {
                Mark::Blank if column.required => self.quarantine(row, column.name, String::new(), &Reason::Blank),
                // A column that need not be there decides nothing where it is not: such rows fall in the window.
                Mark::Withheld if column.key || (column.deciding && (exported || column.required)) => {
                    let (value, reason) = if exported {
                        (abbreviate(shown(row).trim()), Reason::Withheld)
                    } else {
                        (String::new(), Reason::NotExported)
                    };
                    self.quarantine(row, column.name, value, &reason);
                }
                _ => {}
            }
        }
    }
}
