//! A chunk of a file with its types and the fate of each row.

use std::sync::Arc;

use crate::chunk::{BadRow, CellGrid, Chunk, Columns};
use crate::fate::{self, AsOf, Fates};
use crate::position::Position;
use crate::typing::dictionary::Dictionaries;
use crate::typing::{GridColumn, TypedColumn, render, type_texts};

use super::source::SourceFile;

/// Typed rows of one file.
pub struct TypedChunk {
    pub file: Arc<SourceFile>,
    pub rows: usize,
    /// All columns of the set, in declared order; those that nothing needs are empty.
    pub columns: Vec<TypedColumn>,
    pub fates: Fates,
    /// The position of the first row; those of the others follow one by one.
    pub first: Position,
    lines: Lines,
}

enum Lines {
    OfGrid(CellGrid),
    /// Rows of formats without lines are numbered from 1, as their tools do.
    Counted(u64),
}

/// How chunks are to be typed.
#[derive(Clone)]
pub struct Typing {
    pub as_of: AsOf,
    /// For each declared column whether its values are wanted. All are looked at in any case.
    pub needed: Vec<bool>,
    /// Chunks hold the bound columns only, in declared order, not all columns of the header.
    pub compact: bool,
}

impl TypedChunk {
    /// `dictionaries` are those of the reader that the chunk came from.
    pub fn new(file: &Arc<SourceFile>, chunk: Chunk, typing: &Typing, dictionaries: &mut Dictionaries) -> TypedChunk {
        let Chunk { ordinal, first_row, columns } = chunk;
        let rows = match &columns {
            Columns::Cells(grid) => grid.rows(),
            Columns::Arrays(batch) => batch.num_rows(),
        };
        let typed = type_columns(file, &columns, rows, typing, dictionaries);
        let bad: &[BadRow] = match &columns {
            Columns::Cells(grid) => grid.bad_rows(),
            Columns::Arrays(_) => &[],
        };
        let places = places(file, typing.compact);
        let shown = |row: usize, declared: usize| match (&columns, places[declared]) {
            (Columns::Cells(grid), Some(place)) => grid.cell(row, place).to_owned(),
            (Columns::Arrays(batch), Some(place)) => {
                let mut text = String::new();
                // What cannot be written as text has no text to show.
                let _ = render::write(batch.column(place), row, &mut text);
                text
            }
            (_, None) => String::new(),
        };
        let exported = |declared: usize| places[declared].is_some();
        let fates = fate::judge(file.set, &typed, bad, rows, &exported, &shown, typing.as_of);
        let (first, lines) = match columns {
            Columns::Cells(grid) => (Position::in_chunk(file.index, ordinal, 0), Lines::OfGrid(grid)),
            Columns::Arrays(_) => (Position::in_file(file.index, first_row), Lines::Counted(first_row + 1)),
        };
        TypedChunk { file: Arc::clone(file), rows, columns: typed, fates, first, lines }
    }

    /// The line of the file on which a row begins; the number of the row where a file has no lines.
    pub fn line(&self, row: usize) -> u64 {
        match &self.lines {
            Lines::OfGrid(grid) => grid.line(row),
            Lines::Counted(first) => first + row as u64,
        }
    }
}

/// For each declared column its place in a chunk.
fn places(file: &SourceFile, compact: bool) -> Vec<Option<usize>> {
    if !compact {
        return file.binding.places.clone();
    }
    let mut next = 0..;
    file.binding.places.iter().map(|place| place.and_then(|_| next.next())).collect()
}

fn is_bytes(columns: &Columns, place: Option<usize>) -> bool {
    let (Columns::Arrays(batch), Some(place)) = (columns, place) else { return false };
    batch.column(place).data_type().is_binary()
}

fn type_columns(
    file: &SourceFile,
    columns: &Columns,
    rows: usize,
    typing: &Typing,
    dictionaries: &mut Dictionaries,
) -> Vec<TypedColumn> {
    let set = file.set;
    let places = places(file, typing.compact);
    let typed = set.columns.iter().enumerate().map(|(declared, column)| {
        // A text that may be blank cannot fail, unless it came as bytes; where it is not wanted there is nothing to
        // look at.
        let needless = !typing.needed[declared]
            && matches!(column.kind, custodes_standard::evidence::Kind::Text)
            && !column.required
            && !is_bytes(columns, places[declared]);
        match (columns, places[declared]) {
            (_, Some(_)) if needless => TypedColumn::not_exported(column.kind, 0),
            (Columns::Cells(grid), Some(place)) => type_texts(set, column, &GridColumn { grid, place }),
            (Columns::Arrays(batch), Some(place)) => dictionaries.type_array(set, column, batch.column(place)),
            // A count that nobody exports was not made; the oldest record then decides (6.1.1, 8.2.3.a).
            (_, None) if (set.name, column.name) == ("holdings", "records_beyond_limit") => {
                TypedColumn::blank(column.kind, rows)
            }
            (_, None) => TypedColumn::not_exported(column.kind, rows),
        }
    });
    typed.collect()
}
