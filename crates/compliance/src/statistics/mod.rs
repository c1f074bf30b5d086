//! What a sample says of its population, and how large a sample must be to say it.
//!
//! Every answer is exact: counts and rates are integers and rationals, and a probability is never
//! held as a floating-point number, because published tables that were made with them are wrong.
//! Nothing here says what is bad, and nothing here estimates from records that were not drawn at random.

pub mod binomial;
pub mod confidence;
pub mod evaluation;
pub mod hypergeometric;
pub mod planning;
pub mod rates;
mod search;
pub mod sequential;
mod series;
pub mod strata;
mod wording;

pub use confidence::Confidence;
pub use evaluation::{Counts, Evaluation};
pub use planning::{Choice, Goal, Planned};
pub use rates::{BoughtByRate, what_a_number_buys, what_the_rate_buys};
