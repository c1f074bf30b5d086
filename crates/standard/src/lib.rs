//! The Home Office *National Standards for Compliance and Audit of Law Enforcement ANPR*, v3.0
//! (March 2025), as data: clauses, evidence, parameters, readings.
//!
//! This crate must not read a file, a clock or a table, and knows no engine: its SQL is text. Whoever
//! asks "where does 8.2.4 live?" finds it in [`v3`], in a file named after it.

pub mod evidence;
pub mod model;
pub mod parameters;
pub mod rests_on;
pub mod v3;

/// The name and version of the standard that these clauses serve.
pub const STANDARD: &str = "National Standards for Compliance and Audit of Law Enforcement ANPR, v3.0 (March 2025)";
