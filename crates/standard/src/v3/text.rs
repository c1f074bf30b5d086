//! Words and fragments that several clauses share.

use crate::model::{Check, Every, MetBy, Reading, Subjects};

/// The record of a review, as the standard asks for it.
pub const REVIEW_RECORD: &str =
    "who reviewed it, when and with what outcome, and any maintenance that followed; kept 2 years from the review";

/// The record of an audit (8.2.9).
pub const AUDIT_RECORD: &str = "the audit's findings, the extent of non-compliance and the action taken; kept 2 years, and given to the National Auditor on request";

/// The record of a sampled audit.
pub const SAMPLED_RECORD: &str =
    "how many records there were and how many were examined, with findings, extent and action; kept 2 years";

/// The LEA as a whole reviews it again within a period.
pub const fn lea_reviews(every: Every) -> Check {
    Check::Cadence { late: "review_late", overdue: "review_overdue", every, of: Subjects::Lea, met_by: MetBy::Reviews }
}

/// What becomes of a review that does not say what was reviewed.
pub const WITHHELD_CLAUSE: Reading = Reading {
    of: "a review whose clause was withheld",
    taken_as: "no verdict, unless nothing would be wrong with it under any clause; and it meets no obligation",
    because: "it may be a review of this clause; what is held against it cannot be said, and what nobody can read evidences nothing",
};
