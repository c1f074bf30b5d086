//! An append-only journal that nobody can rewrite unseen: one RFC 6962 Merkle tree over its entries,
//! checkpoints as C2SP signed notes, witnesses, and the proofs by which an outsider checks them.
//!
//! Nothing here knows what the entries say, reads a clock, draws a random number, or does I/O: a
//! stranger can use this crate alone.

pub mod entry;
pub mod hash;
pub mod log;
pub mod tree;
