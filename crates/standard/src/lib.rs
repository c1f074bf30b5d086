//! The Home Office *National Standards for Compliance and Audit of Law Enforcement ANPR*, v3.0, as data.
pub mod evidence;
