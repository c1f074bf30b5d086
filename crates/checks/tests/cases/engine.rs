//! The one place where the cases meet the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use custodes_checks::{Parameters, Source, Window, check};
use custodes_compliance::event::Moment;
use custodes_compliance::{Instant, london};
use custodes_evidence::Evidence;

/// What `check` is asked, in the words of its command line.
pub struct Options {
    /// A London date or an instant.
    pub from: String,
    pub as_of: String,
    /// The text of the parameters file; empty for the defaults.
    pub parameters: String,
    pub clauses: BTreeSet<String>,
}

/// What `check` came to.
pub struct Outcome {
    pub exceptions: Vec<Exception>,
    /// By clause id.
    pub clauses: BTreeMap<String, ClauseOutcome>,
}

/// One exception as the exceptions file writes it: blank where there is no value.
pub struct Exception {
    pub clause: String,
    pub code: String,
    pub subject: String,
    pub due: String,
    pub done: String,
    pub days_late: String,
}

pub struct ClauseOutcome {
    /// `exceptions`, `clear`, `not_evidenced` or `not_applicable`.
    pub state: String,
    pub population: u64,
    pub sample_size: Option<u64>,
    /// `YYYY-MM-DD`
    pub due: Option<String>,
    /// Rows or subjects without a verdict, by code.
    pub untestable: BTreeMap<String, u64>,
}

/// Checks a folder of evidence. Errors say why it could not be checked at all.
pub fn run_check(folder: &Path, options: &Options) -> Result<Outcome, String> {
    let instant = london::parse_day_or_instant;
    let window = Window::new(instant(&options.from)?, instant(&options.as_of)?)?;
    let parameters = Parameters::read(&options.parameters).map_err(|mistakes| mistakes.join("; "))?;
    let evidence = Evidence::open(folder, custodes_evidence::Options::new(window.from, window.as_of))
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let source = Source::new(evidence, 1);
    let (outcome, _) = check(&source, window, &parameters, 1, &options.clauses.iter().map(String::as_str).collect())
        .map_err(|error| error.to_string())?;
    duties_and_exceptions_agree(&outcome, window.as_of)?;
    let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    let exceptions = outcome.exceptions.iter().map(|exception| Exception {
        clause: exception.clause.to_owned(),
        code: exception.code.to_owned(),
        subject: exception.subject.clone(),
        due: text(exception.due),
        done: text(exception.done),
        days_late: exception.days_late.map(|days| days.to_string()).unwrap_or_default(),
    });
    let clauses = outcome.clauses.iter().map(|clause| {
        let outcome = ClauseOutcome {
            state: clause.state.name().to_owned(),
            population: clause.population,
            sample_size: clause.sample_size,
            due: clause.due.map(|due| due.to_string()),
            untestable: clause.untestable.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect(),
        };
        (clause.clause.id.to_owned(), outcome)
    });
    Ok(Outcome { exceptions: exceptions.collect(), clauses: clauses.collect() })
}

/// What the schedule shows as due, and as done, is what the exceptions were found by.
fn duties_and_exceptions_agree(outcome: &custodes_checks::Outcome, as_of: Instant) -> Result<(), String> {
    let of_a_rule = |exception: &&custodes_checks::Exception| exception.due.is_some();
    for exception in outcome.exceptions.iter().filter(of_a_rule) {
        let shown = outcome.duties.iter().any(|duty| {
            let same = duty.clause == exception.clause && duty.subject == exception.subject;
            same && Some(duty.scheduled) == exception.due && duty.done.as_ref().map(|met| met.on) == exception.done
        });
        if !shown {
            return Err(format!(
                "no duty of {} shows the {} of {}",
                exception.clause, exception.code, exception.subject
            ));
        }
    }
    for duty in outcome.duties.iter().filter(|duty| duty.certain) {
        let reached = duty.done.as_ref().map_or(Moment::At(as_of), |met| met.on);
        let found = outcome.exceptions.iter().filter(of_a_rule).any(|exception| {
            let same = exception.clause == duty.clause && exception.subject == duty.subject;
            same && exception.due == Some(duty.scheduled) && exception.done == duty.done.as_ref().map(|met| met.on)
        });
        if reached.is_after(duty.scheduled) && !found {
            return Err(format!("{} {} was due {} and is not found late", duty.clause, duty.subject, duty.scheduled));
        }
    }
    Ok(())
}
