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
    /// Why it is recorded so long after somebody looked, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_because: Option<String>,
}

/// Many at once, where that is natural: every camera's clock, every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewsRecorded {
    pub reviews: Vec<Reviewed>,
}

/// What a duty asks for: a camera's clause has two cadences, which may fall on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    #[default]
    Review,
    /// Of a camera's performance (5.1.1 to 5.1.5).
    Evaluation,
}

impl Owed {
    pub fn name(self) -> &'static str {
        match self {
            Owed::Review => "review",
            Owed::Evaluation => "evaluation",
        }
    }

    fn is_review(&self) -> bool {
        *self == Owed::Review
    }
}

/// A due date is moved only with a reason; the scheduled date stays what the rule made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueMoved {
    pub clause: String,
    pub subject: String,
    #[serde(default, skip_serializing_if = "Owed::is_review")]
    pub owed: Owed,
    /// The date that the rule made.
    pub scheduled: Day,
    pub to: Day,
    pub reason: String,
}
