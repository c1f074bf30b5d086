//! Keeps the journal in a database. SQL and its types stop here: outside there is only
//! [`custodes_journal::log::Log`].
//!
//! [`SqliteLog`] is a journal in one file, for one workspace on one machine.

mod sqlite;

pub use sqlite::{Cause, OpenError, SqliteLog, StillThere};
#[doc(hidden)]
pub use sqlite::{Settings, Synchronous};
