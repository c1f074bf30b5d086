//! `custodes due`: a due date is moved only with a reason; the scheduled date stays.

use custodes_compliance::acts::Act;
use custodes_compliance::acts::schedule::{DueMoved, Owed};
use custodes_compliance::roles::Action;
use custodes_compliance::schedule::open_date;
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day};
use crate::cli::Mistakes;
use crate::work::WorkError;
use crate::work::last_check::AsOf;

/// Moves a due date, with the reason
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The clause, as the standard numbers it: 5.1.1
    clause: String,
    /// What it is due for: a camera, an account; the whole LEA without it
    #[arg(long, default_value = "*")]
    subject: String,
    /// The date of a camera's performance evaluation, not of its review
    #[arg(long)]
    evaluation: bool,
    /// The date that the rule made, where there is more than one: the board has them
    #[arg(long, value_name = "DAY", value_parser = day)]
    scheduled: Option<Day>,
    /// The day until when it is put off
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Day,
    /// Why
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let owed = if arguments.evaluation { Owed::Evaluation } else { Owed::Review };
    let Arguments { clause, subject, scheduled, to, reason, .. } = arguments;
    let by = session.by.clone();
    session.workspace.permit(&by, Action::MoveDueDate, None)?;
    let now = AsOf::Now(session.workspace.now()?);
    let duties = session.workspace.check_for_board(now, false)?.duties;
    let scheduled = open_date(&duties, (&clause, &subject, owed), scheduled).map_err(WorkError::Said)?;
    session.act(|_| {
        let (clause, subject, reason) = (clause.clone(), subject.clone(), reason.clone());
        Ok(Act::from(DueMoved { clause, subject, owed, scheduled, to, reason }))
    })?;
    let text = format!(
        "{clause} {subject}: due on {to} instead of {scheduled}; the standard's own date stays {scheduled}, and what is late by it is late"
    );
    session.say(&text, json!({ "clause": clause, "subject": subject, "scheduled": scheduled, "to": to }))
}
