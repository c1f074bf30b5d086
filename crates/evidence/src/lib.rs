//! Intake: a folder of evidence becomes typed Arrow batches, with every bad row accounted for.
//!
//! Nothing here judges evidence against the standard, and no type of a query engine appears.

pub mod chunk;
pub mod isolation;
pub mod parquet;
mod rows;
pub mod workbook;
