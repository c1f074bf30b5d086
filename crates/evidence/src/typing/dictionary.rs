//! Columns of texts that a file holds as a dictionary: its entries are typed once, and every row takes
//! what its entry became.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::builder::make_view;
use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, PrimitiveArray, StringArray};
use arrow::buffer::Buffer;
use arrow::datatypes::Int32Type;
use custodes_standard::evidence::{Column, Set};

use super::{Mark, TextSource, Texts, TypedColumn, Values, Wrong, arrays, cell, type_texts};

/// The dictionaries that a reader gave last, by column, with their entries typed.
#[derive(Default)]
pub struct Dictionaries(BTreeMap<&'static str, Typed>);

struct Typed {
    entries: StringArray,
    typed: Arc<TypedColumn>,
}

impl Dictionaries {
    /// Types one native column. A dictionary that came with the rows before is not typed again.
    pub fn type_array(&mut self, set: &Set, column: &'static Column, array: &ArrayRef) -> TypedColumn {
        let entries = |array: &DictionaryArray<Int32Type>| array.values().as_string_opt().cloned();
        match array.as_dictionary_opt().and_then(|array| Some((entries(array)?, array.keys()))) {
            Some((entries, keys)) => {
                let typed = self.typed(set, column, &entries);
                // Few files hold such entries at all, and only those are looked through for them.
                let errors = if typed.errors > 0 { count_errors(&entries, keys) } else { 0 };
                TypedColumn { errors, ..spread(&typed, keys) }
            }
            None => arrays::type_array(set, column, array),
        }
    }

    fn typed(&mut self, set: &Set, column: &'static Column, entries: &StringArray) -> Arc<TypedColumn> {
        match self.0.get(column.name) {
            Some(known) if is_same(&known.entries, entries) => Arc::clone(&known.typed),
            _ => {
                let typed = Arc::new(type_texts(set, column, &Entries(entries)));
                self.0.insert(column.name, Typed { entries: entries.clone(), typed: Arc::clone(&typed) });
                typed
            }
        }
    }
}

/// Whether two arrays are the same places in memory. Neither can change or go while it is held.
fn is_same(known: &StringArray, other: &StringArray) -> bool {
    known.offsets().ptr_eq(other.offsets()) && known.values().ptr_eq(other.values())
}

struct Entries<'a>(&'a StringArray);

impl TextSource for Entries<'_> {
    fn rows(&self) -> usize {
        self.0.len()
    }

    fn get(&self, row: usize) -> &str {
        if self.0.is_null(row) { "" } else { self.0.value(row) }
    }

    fn view(&self, row: usize, part: &str) -> u128 {
        let moved = part.as_ptr().addr() - self.get(row).as_ptr().addr();
        make_view(part.as_bytes(), 0, self.0.value_offsets()[row].cast_unsigned() + moved as u32)
    }

    fn buffers(&self) -> Vec<Buffer> {
        vec![self.0.values().clone()]
    }
}

/// How many rows show the error of a spreadsheet.
fn count_errors(entries: &StringArray, keys: &PrimitiveArray<Int32Type>) -> u32 {
    let is_error = |entry: Option<&str>| entry.is_some_and(|text| cell::is_error(cell::trim(text)));
    let errors: Vec<bool> = entries.iter().map(is_error).collect();
    keys.iter().flatten().map(|key| u32::from(errors[key as usize])).sum()
}

/// A column of rows from its dictionary; a row without a key is blank.
fn spread(entries: &TypedColumn, keys: &PrimitiveArray<Int32Type>) -> TypedColumn {
    let values = match &entries.values {
        Values::Text(texts) => {
            Values::Text(Texts { views: taken(&texts.views, 0, keys), buffers: texts.buffers.clone() })
        }
        Values::Instants(at) => Values::Instants(taken(at, 0, keys)),
        Values::Days(on) => Values::Days(taken(on, 0, keys)),
        Values::Numbers(numbers) => Values::Numbers(taken(numbers, 0.0, keys)),
        Values::Ints(ints) => Values::Ints(taken(ints, 0, keys)),
    };
    if entries.all_values && keys.null_count() == 0 {
        return TypedColumn {
            values,
            marks: vec![Mark::Value; keys.len()],
            wrong: Vec::new(),
            all_values: true,
            errors: 0,
        };
    }
    let marks = taken(&entries.marks, Mark::Blank, keys);
    let mut wrong = Vec::new();
    if !entries.wrong.is_empty() {
        for (row, _) in marks.iter().enumerate().filter(|(_, mark)| **mark == Mark::Wrong) {
            let entry = keys.value(row).cast_unsigned();
            if let Ok(place) = entries.wrong.binary_search_by_key(&entry, |wrong| wrong.row) {
                wrong.push(Wrong { row: row as u32, ..entries.wrong[place].clone() });
            }
        }
    }
    let all_values = marks.iter().all(|mark| *mark == Mark::Value);
    TypedColumn { values, marks, wrong, all_values, errors: 0 }
}

fn taken<T: Copy>(entries: &[T], blank: T, keys: &PrimitiveArray<Int32Type>) -> Vec<T> {
    match keys.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => keys.values().iter().map(|&key| entries[key as usize]).collect(),
        Some(nulls) => {
            let entry = |(&key, known): (&i32, bool)| if known { entries[key as usize] } else { blank };
            keys.values().iter().zip(nulls.iter()).map(entry).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int32Array, StringViewArray};
    use custodes_standard::evidence::{ACCOUNTS, SEARCHES};

    use super::*;

    const ENTRIES: [&str; 7] = [" nas ", "NSAP", "other", "***", "", "a text of more than twelve bytes\t", " #N/A"];

    fn rows(keys: &[Option<i32>]) -> (ArrayRef, Vec<Option<&'static str>>) {
        let entries = Arc::new(StringArray::from(ENTRIES.to_vec()));
        let array = DictionaryArray::new(Int32Array::from(keys.to_vec()), entries);
        (Arc::new(array), keys.iter().map(|key| key.map(|key| ENTRIES[key as usize])).collect())
    }

    fn shown(typed: &TypedColumn) -> Vec<String> {
        let value = |row: usize| match &typed.values {
            Values::Text(texts) => String::from_utf8_lossy(texts.get(row)).into_owned(),
            values => format!("{values:?}"),
        };
        (0..typed.rows()).map(|row| format!("{:?} {}", typed.marks[row], value(row))).collect()
    }

    #[test]
    fn a_dictionary_says_the_same_as_its_texts_one_by_one() {
        let all = [Some(0), Some(5), None, Some(1), Some(2), Some(3), Some(4), Some(0), Some(2), Some(6), Some(6)];
        for (set, column) in
            [(&SEARCHES, "system"), (&SEARCHES, "reason"), (&SEARCHES, "user_id"), (&ACCOUNTS, "left_at")]
        {
            let column = set.column(column).unwrap();
            for keys in [&all[..], &all[..2], &all[..3], &[None], &[]] {
                let (array, texts) = rows(keys);
                let typed = Dictionaries::default().type_array(set, column, &array);
                let views = Arc::new(StringViewArray::from(texts)) as ArrayRef;
                let wanted = arrays::type_array(set, column, &views);
                assert_eq!((shown(&typed), &typed.wrong), (shown(&wanted), &wanted.wrong), "{} {keys:?}", column.name);
                assert_eq!((typed.all_values, typed.errors), (wanted.all_values, wanted.errors));
            }
        }
    }

    #[test]
    fn a_dictionary_of_nothing_is_all_blank() {
        let nothing = Arc::new(StringArray::from(Vec::<&str>::new()));
        let array = Arc::new(DictionaryArray::new(Int32Array::from(vec![None, None]), nothing)) as ArrayRef;
        let typed = Dictionaries::default().type_array(&SEARCHES, SEARCHES.column("reason").unwrap(), &array);
        assert_eq!((typed.marks, typed.all_values), (vec![Mark::Blank; 2], false));
    }

    #[test]
    fn another_dictionary_is_typed_anew_and_the_same_is_not() {
        let column = SEARCHES.column("reason").unwrap();
        let mut dictionaries = Dictionaries::default();
        let (first, second) = (StringArray::from(vec!["a", "b"]), StringArray::from(vec!["b", "a"]));
        let typed = dictionaries.typed(&SEARCHES, column, &first);
        assert!(Arc::ptr_eq(&typed, &dictionaries.typed(&SEARCHES, column, &first.clone())));
        assert_eq!(shown(&dictionaries.typed(&SEARCHES, column, &second)), ["Value b", "Value a"]);
    }
}
