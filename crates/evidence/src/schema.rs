//! The columns in which typed evidence is handed to an engine.
//!
//! NULL means "cannot be known": withheld, or not exported. In textual columns the empty string is
//! blank; every other column that may be blank has a companion `<name>_given` that tells blank (FALSE)
//! from unknown (NULL). Every instant has its London day beside it, as `<name>_day`.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use custodes_standard::evidence::{Column, Kind, Set};

/// One column of the engine's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineColumn {
    /// The value of the declared column in that place.
    Value(usize),
    /// Whether there is a value: TRUE, FALSE for blank, NULL for unknown.
    Given(usize),
    /// The London day of an instant.
    Day(usize),
    /// The row's [`Position`](crate::Position).
    Position,
}

/// The engine's columns of a set, in order: for each declared column its value, `_given` and `_day`
/// where it has them, and last `position`.
pub fn engine_columns(set: &Set) -> Vec<EngineColumn> {
    let of_column = |(place, column): (usize, &Column)| {
        let given = has_given(column).then_some(EngineColumn::Given(place));
        let day = (column.kind == Kind::Instant).then_some(EngineColumn::Day(place));
        [Some(EngineColumn::Value(place)), given, day].into_iter().flatten()
    };
    set.columns.iter().enumerate().flat_map(of_column).chain([EngineColumn::Position]).collect()
}

fn has_given(column: &Column) -> bool {
    !column.required && !column.kind.is_textual()
}

/// The Arrow schema of [`engine_columns`].
pub fn schema(set: &Set) -> SchemaRef {
    let field = |column: EngineColumn| match column {
        EngineColumn::Value(place) => {
            let column = &set.columns[place];
            Field::new(column.name, data_type(column.kind), true)
        }
        EngineColumn::Given(place) => Field::new(format!("{}_given", set.columns[place].name), DataType::Boolean, true),
        EngineColumn::Day(place) => Field::new(format!("{}_day", set.columns[place].name), DataType::Date32, true),
        EngineColumn::Position => Field::new("position", DataType::UInt64, false),
    };
    Arc::new(Schema::new(engine_columns(set).into_iter().map(field).collect::<Vec<_>>()))
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Id | Kind::Text | Kind::Enum(_) => DataType::Utf8View,
        Kind::Number | Kind::Latitude | Kind::Longitude => DataType::Float64,
        Kind::Int | Kind::Count => DataType::Int64,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Date => DataType::Date32,
    }
}

#[cfg(test)]
mod tests {
    use custodes_standard::evidence::ACCOUNTS;

    use super::*;

    #[test]
    fn companions_stand_beside_their_column_and_position_comes_last() {
        let schema = schema(&ACCOUNTS);
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let wanted = "person_id user_id system permission authorised_at authorised_at_day authorised_by \
                      last_access_at last_access_at_given last_access_at_day closed_at closed_at_given closed_at_day \
                      left_at left_at_given left_at_day position";
        assert_eq!(names.join(" "), wanted);
    }
}
