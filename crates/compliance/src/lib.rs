//! The rules of the standard that are about time, amounts and states: pure functions over dates and numbers.
//!
//! Nothing here reads a file, a table or a clock; `as_of` is always an argument. The cadence rule and
//! the event rule live here once, whatever evidence they are applied to.

pub mod acts;
pub mod cadence;
pub mod draw;
pub mod event;
pub mod london;
pub mod national;
pub mod parameters_in_force;
pub mod performing;
pub mod record;
pub mod report;
pub mod roles;
pub mod sampled_audit;
pub mod schedule;
pub mod state;
pub mod statistics;
pub mod time;
pub mod user_ids;

pub use cadence::{Cadence, CadenceFinding, Obligation};
pub use event::{Event, EventFinding, Limit};
pub use state::State;
pub use time::{Day, Instant};
