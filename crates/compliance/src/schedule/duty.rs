//! One thing that somebody has to do by a date, as the rules of the standard make it.

use serde::Serialize;

use crate::acts::schedule::Owed;
use crate::event::Moment;

/// Who made a review, as its record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doer {
    pub review: String,
    /// The reviewer's id; `None` where it was withheld.
    pub person: Option<String>,
    /// The audit that the review belongs to.
    pub audit: Option<String>,
}

/// When something was done, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    pub on: Moment,
    /// `None` where a measurement met it (a location check, a performance test): those name nobody.
    pub by: Option<Doer>,
}

/// One obligation of the cadence rule or the event rule, met or open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    pub clause: &'static str,
    pub owed: Owed,
    /// `*` is the LEA as a whole.
    pub subject: String,
    /// For the event rule: what is to be reviewed happened then.
    pub happened: Option<Moment>,
    /// When it is due, as the rule makes it; nobody can move this date.
    pub scheduled: Moment,
    pub done: Option<Met>,
    /// For the cadence rule: the review from which the date is reckoned, where one is known.
    pub previous: Option<Met>,
    /// `false` where the date is reckoned from the window's first date only, for want of an earlier review.
    pub vouched: bool,
    /// `false` where a value was withheld on which it hangs whether this is owed, or was done.
    pub certain: bool,
    /// The subject is a covert camera, or one whose kind was withheld: general reports only count it.
    pub covert: bool,
}

/// The order of duties: by clause, subject, what is owed, and dates, all as text, byte by byte.
pub fn order(duty: &Duty) -> (&'static str, String, Owed, String, String) {
    let done = duty.done.as_ref().map(|met| met.on.to_string()).unwrap_or_default();
    (duty.clause, duty.subject.clone(), duty.owed, duty.scheduled.to_string(), done)
}
