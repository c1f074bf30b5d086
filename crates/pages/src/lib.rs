//! Pages for people, from plain structs: HTML that stands by itself, needs no script and nothing from
//! elsewhere, and prints on A4.
//!
//! Nothing here reads a file, a clock or the record. The same struct gives the same bytes.

mod audit_report;
mod words;

pub use audit_report::audit_report;
