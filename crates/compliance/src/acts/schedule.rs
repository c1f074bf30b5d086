//! Reviews that are not audits, and due dates moved.

use serde::{Deserialize, Serialize};

use super::ReviewId;
use crate::time::{Day, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Satisfactory,
    /// A departure from the standard was found.
    Unsatisfactory,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Satisfactory => "satisfactory",
            Outcome::Unsatisfactory => "unsatisfactory",
        }
    }
}

/// One review, as the evidence set `reviews` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    pub review: ReviewId,
    pub clause: String,
    /// `*` is the whole LEA.
    pub subject: String,
    /// When somebody looked, which may be earlier than when it was recorded.
    pub at: Instant,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// For the reviews of a sampled clause that is no audit (4.1.1, 8.3.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<u64>,
    /// What was done about it (4.1.2, 4.1.3, 6.1.3).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub maintenance: String,
}

/// Many at once, where that is natural: every camera's clock, every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewsRecorded {
    pub reviews: Vec<Reviewed>,
}

/// A due date is moved only with a reason; the scheduled date stays what the rule made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueMoved {
    pub clause: String,
    pub subject: String,
    /// The date that the rule made.
    pub scheduled: Day,
    pub to: Day,
    pub reason: String,
}
