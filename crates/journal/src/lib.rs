//! An append-only journal that nobody can rewrite unseen: one RFC 6962 Merkle tree over its entries,
//! checkpoints as C2SP signed notes, witnesses, and the proofs by which an outsider checks them.
//!
//! Nothing here knows what the entries say, reads a clock, draws a random number, or does I/O: a
//! stranger can use this crate alone.
//!
//! | looking for | go to |
//! |---|---|
//! | what an entry is, and what stays of it for good | [`entry`] |
//! | the tree, and proofs about it | [`tree`], [`proof`] |
//! | keys, signed notes, checkpoints, cosignatures | [`key`], [`note`], [`checkpoint`], [`cosignature`] |
//! | why a restored backup is not signed | [`signer`] |
//! | the other party that cosigns | [`witness`] |
//! | whether all of it holds | [`verify`](mod@verify) |
//! | the public beacon that seeds draws | [`beacon`] |
//! | what a store must do | [`log`] |

pub mod beacon;
pub mod checkpoint;
pub mod cosignature;
mod defect;
pub mod entry;
pub mod hash;
pub mod key;
pub mod log;
pub mod note;
pub mod proof;
mod sealed;
pub mod signer;
pub mod tree;
mod utc;
pub mod verify;
pub mod witness;
