//! Pages for people, from plain structs: HTML that stands by itself, needs no script and nothing from
//! elsewhere, and prints on A4.
//!
//! Nothing here judges, queries, or reads a file, a clock or the record. The same struct gives the same
//! bytes, and everything is escaped.

pub mod annual_return;
mod audit_report;
mod national;
mod words;

pub use annual_return::annual_return;
pub use audit_report::audit_report;
pub use national::{controllers_report, receipt};
