//! Pages for people, from plain structs: HTML that prints, reads aloud and needs no script.
//!
//! This crate must not judge, query or read evidence; what it is given it sets. Everything is escaped.

pub mod annual_return;
