//! Drawing a sample that nobody could have steered: commit to a frame, then take a seed, then draw.
//!
//! The draw is Rivest's consistent sampling. Under a seed every record has a [`Ticket`], a fraction
//! that only SHA-256 decides; the sample is the smallest tickets, in their order. It is what the
//! `consistent-sampler` package for Python computes without replacement, so that an outsider checks a
//! draw with software that is not ours.
//!
//! Nothing here makes up a random number or reads a clock, and nothing here verifies a beacon's
//! signature: the contributions to the seed come from outside, and are joined.

pub mod digest;
pub mod frame;
pub mod replacement;
pub mod sample;
pub mod seed;
pub mod strata;
pub mod ticket;
pub mod window;

pub use digest::Digest;
pub use frame::{Frame, FrameDigest, FrameHasher, RecordKey};
pub use sample::{Draw, Drawn, draw, draw_again};
pub use seed::{Contribution, Seed, SeedSource};
pub use strata::{draw_strata, stratum_sizes};
pub use ticket::{Ticket, Tickets};
pub use window::{Period, WindowChoice, choose_window, draw_in_window};
