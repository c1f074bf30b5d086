//! Published vectors, each with its source, and properties of the whole crate.

mod beacons;
mod checkpoints;
mod grown;
mod notes;
mod proofs;
mod signing;
mod trees;
mod verifying;
mod witnessing;
