//! One thing that somebody has to do by a date, as the rules of the standard make it.

use serde::Serialize;

use crate::acts::schedule::Owed;
use crate::event::Moment;
use crate::time::Day;

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

/// The scheduled date of the one open duty that somebody wants to move: only dates that a rule made can be moved.
/// `stated` names one where there are several. Whoever may move a date may see covert cameras by name.
///
/// # Errors
/// What there is instead, in a sentence.
pub fn open_date(
    duties: &[Duty],
    (clause, subject, owed): (&str, &str, Owed),
    stated: Option<Day>,
) -> Result<Day, String> {
    let of_subject = |duty: &&Duty| (duty.clause, duty.subject.as_str(), duty.owed) == (clause, subject, owed);
    let open = duties.iter().filter(of_subject).filter(|duty| duty.done.is_none());
    let mut dates: Vec<Day> = open.map(|duty| duty.scheduled.day()).collect();
    dates.sort_unstable();
    dates.dedup();
    let whose = if subject == "*" { "the whole LEA".to_owned() } else { subject.to_owned() };
    let listed = || dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (dates.as_slice(), stated) {
        ([], _) => {
            Err(format!("no {} of {clause} is due for {whose}: the board shows what is (custodes status)", owed.name()))
        }
        (open, Some(stated)) if open.contains(&stated) => Ok(stated),
        (_, Some(stated)) => {
            Err(format!("no rule made {stated}: the {} of {clause} for {whose} is due on {}", owed.name(), listed()))
        }
        (&[only], None) => Ok(only),
        (_, None) => Err(format!("{clause} is due on {} for {whose}: say which with --scheduled", listed())),
    }
}

/// The order of duties: by clause, subject, what is owed, and dates, all as text, byte by byte.
pub fn order(duty: &Duty) -> (&'static str, String, Owed, String, String) {
    let done = duty.done.as_ref().map(|met| met.on.to_string()).unwrap_or_default();
    (duty.clause, duty.subject.clone(), duty.owed, duty.scheduled.to_string(), done)
}
