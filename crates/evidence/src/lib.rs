//! Intake: a folder of evidence becomes typed Arrow batches, with every bad row accounted for.
//!
//! [`Evidence::open`] finds the files and binds them to their sets; [`Evidence::scan`] and
//! [`Evidence::table`] hand a set over in [`schema::schema`]'s columns; [`Evidence::report`] says what
//! became of every row. Nothing here judges evidence against the standard, and no type of a query
//! engine appears.

mod assemble;
pub mod chunk;
pub mod csv;
mod discovery;
mod evidence;
mod fate;
pub mod header;
mod intake;
pub mod isolation;
pub mod jsonl;
mod keys;
mod manifest;
pub mod mapping;
mod outcome;
pub mod parquet;
mod position;
mod problem;
mod report;
mod rows;
#[cfg(test)]
mod same_in_every_format;
mod scan;
pub mod schema;
pub mod stream;
mod table;
mod tally;
pub mod typing;
pub mod workbook;

pub use evidence::{Evidence, Options};
pub use isolation::isolated_main;
pub use mapping::Mapping;
pub use outcome::Conflict;
pub use position::Position;
pub use problem::Problem;
pub use report::{Input, QuarantinedRow, Report};
pub use scan::feed::Progress;
pub use scan::{Batches, Resolved, Scan};
pub use table::Table;
