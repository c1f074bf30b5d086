//! Intake: a folder of evidence becomes typed Arrow batches, with every bad row accounted for.
//!
//! [`Evidence::open`] finds the files and binds them to their sets; [`Evidence::scan`] and
//! [`Evidence::table`] hand a set over in [`schema::schema`]'s columns; [`Evidence::report`] says what
//! became of every row. [`archive`] keeps files and typed rows for good. Nothing here judges evidence
//! against the standard, and no type of a query engine appears.

pub mod archive;
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
pub mod record;
mod report;
mod rows;
#[cfg(test)]
mod same_in_every_format;
mod scan;
pub mod schema;
mod settled;
pub mod stream;
mod table;
mod tally;
pub mod typing;
pub mod workbook;

pub use archive::{Archive, Sha256};
pub use evidence::{Evidence, Options};
pub use isolation::isolated_main;
pub use mapping::Mapping;
pub use outcome::Conflict;
pub use position::Position;
pub use problem::Problem;
pub use record::Record;
pub use report::{Input, QuarantinedRow, Report};
pub use scan::feed::Progress;
pub use scan::{Batches, Resolved, Scan};
pub use settled::Settled;
pub use table::Table;
