//! From cells to the types that the standard's evidence has.
//!
//! A typed column keeps the difference between a value, a blank and a withheld cell; nothing here
//! decides what becomes of a row.

pub mod arrays;
pub mod cell;
pub mod days;
pub mod dictionary;
pub mod number;
pub mod reason;
pub mod render;
pub mod time;

use arrow::array::builder::make_view;
use arrow::buffer::Buffer;
use custodes_standard::evidence::{Column, Kind, Set};

use crate::chunk::CellGrid;
use cell::Cell;
pub use reason::{Reason, abbreviate};

/// What a cell is, whatever its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    Value,
    Blank,
    /// Withheld, or not exported: neither a value nor blank.
    Withheld,
    /// Not of the column's type; listed in [`TypedColumn::wrong`].
    Wrong,
}

/// The values of a column; where the mark is not [`Mark::Value`] they mean nothing (text: empty).
#[derive(Debug, Clone)]
pub enum Values {
    Text(Texts),
    /// Microseconds since 1970 UTC.
    Instants(Vec<i64>),
    /// London days since 1970-01-01.
    Days(Vec<i32>),
    Numbers(Vec<f64>),
    Ints(Vec<i64>),
}

/// Texts as Arrow's string views: short ones inside the view, long ones in the buffers.
///
/// Invariant: every view is well formed and what it shows is valid UTF-8.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    pub(crate) views: Vec<u128>,
    pub(crate) buffers: Vec<Buffer>,
}

impl Texts {
    /// The bytes of a text.
    #[inline]
    pub fn get(&self, row: usize) -> &[u8] {
        let view = &self.views[row];
        let len = *view as u32 as usize;
        if len <= 12 {
            // The view's own bytes hold the text, after its length.
            &bytes_of(view)[4..4 + len]
        } else {
            let (buffer, offset) = ((view >> 64) as u32 as usize, (view >> 96) as u32 as usize);
            &self.buffers[buffer].as_slice()[offset..offset + len]
        }
    }
}

// String views are defined as little-endian words.
#[cfg(target_endian = "little")]
fn bytes_of(view: &u128) -> &[u8; 16] {
    // SAFETY: any u128 is 16 initialised bytes, and bytes need no alignment.
    unsafe { &*std::ptr::from_ref(view).cast() }
}

/// A cell that is not of its column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub row: u32,
    /// Shortened to what a listing shows.
    pub value: String,
    pub reason: Reason,
}

/// One column of a chunk with its types.
#[derive(Debug, Clone)]
pub struct TypedColumn {
    pub values: Values,
    pub marks: Vec<Mark>,
    /// In order of row.
    pub wrong: Vec<Wrong>,
    /// Every mark is [`Mark::Value`].
    pub all_values: bool,
    /// How many of the withheld cells are the errors of a spreadsheet.
    pub errors: u32,
}

impl TypedColumn {
    /// A column of which nothing is known, as when a file does not have it.
    pub fn not_exported(kind: Kind, rows: usize) -> TypedColumn {
        let values = match kind {
            Kind::Id | Kind::Text | Kind::Enum(_) => Values::Text(Texts { views: vec![0; rows], buffers: Vec::new() }),
            Kind::Instant => Values::Instants(vec![0; rows]),
            Kind::Date => Values::Days(vec![0; rows]),
            Kind::Number | Kind::Latitude | Kind::Longitude => Values::Numbers(vec![0.0; rows]),
            Kind::Int | Kind::Count => Values::Ints(vec![0; rows]),
        };
        TypedColumn { values, marks: vec![Mark::Withheld; rows], wrong: Vec::new(), all_values: rows == 0, errors: 0 }
    }

    /// A column in which nothing stands.
    pub fn blank(kind: Kind, rows: usize) -> TypedColumn {
        TypedColumn { marks: vec![Mark::Blank; rows], ..TypedColumn::not_exported(kind, rows) }
    }

    pub fn rows(&self) -> usize {
        self.marks.len()
    }
}

/// In `reviews.subject` a single `*` is the whole LEA, and no mask.
pub fn star_is_a_value(set: &Set, column: &Column) -> bool {
    set.name == "reviews" && column.name == "subject"
}

/// A column of texts: the cells of a grid, or the strings of a native array (null ones as empty texts).
pub trait TextSource {
    fn rows(&self) -> usize;

    /// The text as the file has it.
    fn get(&self, row: usize) -> &str;

    /// A string view, into [`TextSource::buffers`], of a part of the text of that row.
    fn view(&self, row: usize, part: &str) -> u128;

    fn buffers(&self) -> Vec<Buffer>;
}

/// One column of a grid, by its place.
pub struct GridColumn<'a> {
    pub grid: &'a CellGrid,
    pub place: usize,
}

impl TextSource for GridColumn<'_> {
    fn rows(&self) -> usize {
        self.grid.rows()
    }

    #[inline]
    fn get(&self, row: usize) -> &str {
        self.grid.cell(row, self.place)
    }

    #[inline]
    fn view(&self, row: usize, part: &str) -> u128 {
        // Trimming only moves the beginning: how far, the addresses tell.
        let moved = part.as_ptr().addr() - self.get(row).as_ptr().addr();
        make_view(part.as_bytes(), 0, self.grid.span(row, self.place).start + moved as u32)
    }

    fn buffers(&self) -> Vec<Buffer> {
        vec![self.grid.buffer().clone()]
    }
}

/// Types one column of texts. Cells of rows that are bad anyway come out as blank.
pub fn type_texts(set: &Set, column: &Column, source: &impl TextSource) -> TypedColumn {
    let star = star_is_a_value(set, column);
    let kind = column.kind;
    match kind {
        Kind::Text | Kind::Id => {
            let mut views = vec![0; source.rows()];
            let fill = |row: usize, text: &str| {
                if kind == Kind::Id {
                    id(text)?;
                }
                views[row] = source.view(row, text);
                Ok(())
            };
            let marked = mark(source, star, fill);
            marked.with(Values::Text(Texts { views, buffers: source.buffers() }))
        }
        Kind::Enum(listed) => {
            let (buffer, shown) = enum_views(listed);
            let mut views = vec![0; source.rows()];
            let fill = |row: usize, text: &str| {
                views[row] = shown[enum_place(text, listed).ok_or(Reason::NotOf(kind))?];
                Ok(())
            };
            let marked = mark(source, star, fill);
            marked.with(Values::Text(Texts { views, buffers: vec![buffer] }))
        }
        Kind::Instant if column.date_means_end_of_day => {
            let instant = |text: &str| time::end_of_date(text).unwrap_or_else(|| time::instant(text));
            fixed(source, 0, Values::Instants, instant)
        }
        Kind::Instant => fixed(source, 0, Values::Instants, time::instant),
        Kind::Date => fixed(source, 0, Values::Days, time::date),
        Kind::Number | Kind::Latitude | Kind::Longitude => {
            fixed(source, 0.0, Values::Numbers, |text| number::number(text, kind))
        }
        Kind::Int | Kind::Count => fixed(source, 0, Values::Ints, |text| number::int(text, kind)),
    }
}

/// The marks of a column, before its values are added.
struct Marked {
    marks: Vec<Mark>,
    wrong: Vec<Wrong>,
    all_values: bool,
    errors: u32,
}

impl Marked {
    fn with(self, values: Values) -> TypedColumn {
        let Marked { marks, wrong, all_values, errors } = self;
        TypedColumn { values, marks, wrong, all_values, errors }
    }
}

/// Goes through the texts of a column; `fill` takes each value, or says why it is none.
#[inline]
fn mark(
    source: &impl TextSource,
    star_is_a_value: bool,
    mut fill: impl FnMut(usize, &str) -> Result<(), Reason>,
) -> Marked {
    let rows = source.rows();
    let mut marked = Marked { marks: vec![Mark::Value; rows], wrong: Vec::new(), all_values: true, errors: 0 };
    for row in 0..rows {
        let text = match cell::read(source.get(row)) {
            Cell::Value(text) => text,
            Cell::Withheld if star_is_a_value && cell::trim(source.get(row)) == "*" => cell::trim(source.get(row)),
            other => {
                marked.marks[row] = if other == Cell::Blank { Mark::Blank } else { Mark::Withheld };
                marked.all_values = false;
                marked.errors += u32::from(other == Cell::Withheld && cell::is_error(cell::trim(source.get(row))));
                continue;
            }
        };
        if let Err(reason) = fill(row, text) {
            marked.marks[row] = Mark::Wrong;
            marked.all_values = false;
            marked.wrong.push(Wrong { row: row as u32, value: abbreviate(text), reason });
        }
    }
    marked
}

#[inline]
fn fixed<T: Copy>(
    source: &impl TextSource,
    nothing: T,
    values: impl FnOnce(Vec<T>) -> Values,
    parse: impl Fn(&str) -> Result<T, Reason>,
) -> TypedColumn {
    let mut parsed = vec![nothing; source.rows()];
    let marked = mark(source, false, |row, text| {
        parsed[row] = parse(text)?;
        Ok(())
    });
    marked.with(values(parsed))
}

/// Whether a text can be an id: 1 to 200 characters, no control characters.
pub fn id(text: &str) -> Result<(), Reason> {
    let control =
        text.bytes().any(|byte| byte < 0x20 || byte == 0x7F || byte == 0xC2) && text.chars().any(char::is_control);
    let long = text.len() > 200 && text.chars().count() > 200;
    if control || long { Err(Reason::NotOf(Kind::Id)) } else { Ok(()) }
}

/// The place of a text among the values of an enum; case, `-` and space do not matter.
pub fn enum_place(text: &str, values: &[&str]) -> Option<usize> {
    let same = |value: &&str| {
        value.len() == text.len()
            && value.bytes().zip(text.bytes()).all(|(wanted, byte)| match byte {
                b'-' | b' ' => wanted == b'_',
                _ => wanted == byte.to_ascii_lowercase(),
            })
    };
    values.iter().position(same)
}

/// One buffer with all values of an enum one after another, and a view of each.
pub fn enum_views(values: &[&str]) -> (Buffer, Vec<u128>) {
    let mut bytes = Vec::new();
    let views = values.iter().map(|value| {
        let offset = bytes.len() as u32;
        bytes.extend_from_slice(value.as_bytes());
        make_view(value.as_bytes(), 0, offset)
    });
    let views = views.collect();
    (Buffer::from_vec(bytes), views)
}

#[cfg(test)]
mod tests {
    use custodes_standard::evidence::{ACCOUNTS, REVIEWS, SEARCHES};

    use super::*;
    use crate::chunk::CellGridBuilder;

    fn typed(set: &Set, column: &str, cells: &[&str]) -> TypedColumn {
        let mut builder = CellGridBuilder::new(1);
        for (row, cell) in cells.iter().enumerate() {
            builder.push_cell(cell.as_bytes());
            builder.end_row(row as u64 + 2);
        }
        let grid = builder.finish();
        type_texts(set, set.column(column).unwrap(), &GridColumn { grid: &grid, place: 0 })
    }

    fn texts(column: &TypedColumn) -> Vec<&str> {
        let Values::Text(texts) = &column.values else { panic!("a textual column") };
        (0..column.rows()).map(|row| std::str::from_utf8(texts.get(row)).unwrap()).collect()
    }

    #[test]
    fn texts_are_trimmed_and_kept_short_or_long() {
        let column = typed(&SEARCHES, "reason", &[" short ", "\u{2003}a text of more than twelve bytes\t", "", "***"]);
        assert_eq!(texts(&column), ["short", "a text of more than twelve bytes", "", ""]);
        assert_eq!(column.marks, [Mark::Value, Mark::Value, Mark::Blank, Mark::Withheld]);
    }

    #[test]
    fn an_id_has_1_to_200_characters_and_no_control_character() {
        let (fits, long) = ("é".repeat(200), "é".repeat(201));
        let column = typed(&SEARCHES, "search_id", &["001", &fits, &long, "a\u{1}b", "a\u{85}b", "a b"]);
        assert_eq!(texts(&column), ["001", &fits, "", "", "", "a b"]);
        assert_eq!(column.wrong.iter().map(|wrong| wrong.row).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(column.wrong[0].value.chars().count(), 80);
    }

    #[test]
    fn an_enum_folds_case_hyphen_and_space() {
        let column = typed(&ACCOUNTS, "permission", &["USER", "Super-Administrator", "super administrator", "root"]);
        assert_eq!(texts(&column), ["user", "super_administrator", "super_administrator", ""]);
        assert_eq!(column.wrong[0].reason.to_string().split(',').next(), Some("not one of user"));
    }

    #[test]
    fn the_errors_of_a_spreadsheet_are_withheld_and_counted_in_every_type() {
        let column = typed(&SEARCHES, "reason", &["#N/A", "#ref!", "###", "x"]);
        assert_eq!(column.marks, [Mark::Withheld, Mark::Withheld, Mark::Withheld, Mark::Value]);
        assert_eq!(column.errors, 2);
        let column = typed(&ACCOUNTS, "closed_at", &["#VALUE!", "", "2026-07-01T00:00:00Z"]);
        assert_eq!((&column.marks[..], column.errors), (&[Mark::Withheld, Mark::Blank, Mark::Value][..], 1));
    }

    #[test]
    fn a_single_star_is_the_whole_lea_only_as_the_subject_of_a_review() {
        let column = typed(&REVIEWS, "subject", &[" * ", "**", "* *"]);
        assert_eq!((texts(&column)[0], &column.marks[..]), ("*", &[Mark::Value, Mark::Withheld, Mark::Withheld][..]));
        assert_eq!(typed(&REVIEWS, "clause", &["*"]).marks, [Mark::Withheld]);
    }

    #[test]
    fn a_date_alone_ends_the_day_only_where_a_holder_left() {
        let left = typed(&ACCOUNTS, "left_at", &["2026-07-01"]);
        assert!(
            matches!(&left.values, Values::Instants(at) if at[0] == time::instant("2026-07-01T22:59:59.999999Z").unwrap())
        );
        assert_eq!(typed(&ACCOUNTS, "closed_at", &["2026-07-01"]).marks, [Mark::Wrong]);
    }
}
