//! `custodes due`: a due date is moved only with a reason; the scheduled date stays.

use custodes_compliance::acts::Act;
use custodes_compliance::acts::schedule::{DueMoved, Owed};
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day};
use crate::cli::Mistakes;

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
    /// The date that the rule made
    #[arg(long, value_parser = day)]
    scheduled: Day,
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
    session.act(|_| {
        let (clause, subject, reason) = (clause.clone(), subject.clone(), reason.clone());
        Ok(Act::from(DueMoved { clause, subject, owed, scheduled, to, reason }))
    })?;
    let text = format!(
        "{clause} {subject}: due on {to} instead of {scheduled}; the standard's own date stays {scheduled}, and what is late by it is late"
    );
    session.say(&text, json!({ "clause": clause, "subject": subject, "scheduled": scheduled, "to": to }))
}
