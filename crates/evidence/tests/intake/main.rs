//! Whole folders, from files to batches and the account of every row.

mod acceptance;
mod archive;
mod archived_states;
mod discovery;
mod folder;
mod formats;
mod keys;
mod manifest;
mod rows;
