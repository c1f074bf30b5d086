//! What could not be established, and why: said as plainly as what was found.

use serde::Serialize;

use super::facts::{ClauseOutcome, Facts};
use super::items::Teller;
use super::people::{Independence, Participant};
use super::plans::PlanTold;
use super::results::GroupResults;
use crate::acts::audit::Verdict;
use crate::london::day_in_words;
use crate::state::State;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotEstablished {
    pub what: String,
    pub why: String,
}

fn said(what: impl Into<String>, why: impl Into<String>) -> NotEstablished {
    NotEstablished { what: what.into(), why: why.into() }
}

pub(super) struct Told<'a> {
    pub plans: &'a [PlanTold],
    pub results: &'a [GroupResults],
    pub people: &'a [Participant],
    pub unsettled_exceptions: u64,
}

pub(super) fn limits(teller: &Teller<'_>, facts: &Facts, told: &Told<'_>) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    match &facts.outcome {
        Some(outcome) => limits.extend(of_outcome(outcome)),
        None => limits.push(said("what a machine can test of the clause", "its tests were not run for this report")),
    }
    if told.unsettled_exceptions > 0 {
        let exceptions = counted(told.unsettled_exceptions, "exception is", "exceptions are");
        let them = if told.unsettled_exceptions == 1 { "it" } else { "them" };
        let why = format!("nobody has confirmed or dismissed {them}");
        limits.push(said(format!("whether {exceptions} non-compliance"), why));
    }
    told.plans.iter().for_each(|plan| limits.extend(of_plan(plan, facts)));
    told.results.iter().for_each(|results| limits.extend(of_results(results)));
    limits.extend(of_people(told.people));
    limits.extend(of_record(teller, facts));
    limits
}

fn of_outcome(outcome: &ClauseOutcome) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    for set in &outcome.absent {
        limits.push(said(format!("what rests on the evidence set {set}"), "the set was not supplied"));
    }
    for set in &outcome.not_whole {
        limits.push(said(format!("what rests on all of the evidence set {}", set.set), set.why.clone()));
    }
    for (code, count) in &outcome.untestable {
        limits.push(said(
            format!("the test {code} on {}", counted(*count, "record or subject", "records or subjects")),
            "a value that the test needs was withheld, not exported or left blank",
        ));
    }
    if outcome.state == State::NotEvidenced && limits.is_empty() {
        limits.push(said("whether the clause was kept", "the evidence does not show it"));
    }
    limits
}

fn of_plan(plan: &PlanTold, facts: &Facts) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    let number = plan.number;
    if plan.superseded.is_some() {
        return limits;
    }
    if plan.frame.uncertain > 0 {
        limits.push(said(
            format!("whether {} belong to the population of plan {number}", rows(plan.frame.uncertain)),
            "a value that decides it is missing, so they are not in the frame and could not be drawn",
        ));
    }
    let awaited = plan.seed.iter().filter(|part| part.contribution.is_none()).count() as u64;
    if plan.drawn.is_none() {
        let why = match awaited {
            0 => "the seed is complete and nobody has drawn".to_owned(),
            _ => format!("{} to the seed awaited", counted(awaited, "contribution is", "contributions are")),
        };
        limits.push(said(format!("the sample of plan {number}"), why));
    }
    if plan.drawn.is_some() && plan.strata.is_some() && !facts.strata.contains_key(&number) {
        limits.push(said(
            format!("what the sample of plan {number} says of the population"),
            "how many records each stratum had was not looked up for this report",
        ));
    }
    if let Some(tops_up) = plan.tops_up {
        limits.push(said(
            format!("what the samples of plans {tops_up} and {number} say together"),
            "the second was planned after results of the first could be seen, so each is told by itself",
        ));
    }
    limits.extend(of_evidence(plan));
    limits
}

fn of_evidence(plan: &PlanTold) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    for used in &plan.evidence {
        let frame = format!("whether the frame of plan {} is whole", plan.number);
        if used.imported.is_none() {
            let why = format!("nothing is known of import {}: its entry was disposed of", used.import);
            limits.push(said(frame.clone(), why));
        }
        if let Some(withdrawn) = &used.withdrawn {
            limits
                .push(said(frame.clone(), format!("import {} was withdrawn since: {}", used.import, withdrawn.reason)));
        }
        if let Some(by) = used.replaced_by {
            limits.push(said(frame.clone(), format!("import {} was replaced since by {by}", used.import)));
        }
        if used.unsettled > 0 {
            let why = format!("{} of import {} could not be read", rows(used.unsettled), used.import);
            limits.push(said(frame, why));
        }
    }
    limits
}

fn of_results(results: &GroupResults) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    let group = results.group.title().to_lowercase();
    if results.records.not_judged > 0 {
        let records = counted(results.records.not_judged, "record", "records");
        limits.push(said(format!("the verdict on {records} ({group})"), "not every question about them is answered"));
    }
    for item in results.items.iter().filter(|item| item.verdict == Some(Verdict::NotAssessable)) {
        let notes: Vec<String> = item
            .answers
            .iter()
            .filter_map(|answer| answer.given.as_ref().map(|given| (&answer.question, given)))
            .filter(|(_, given)| given.verdict == Verdict::NotAssessable)
            .map(|(question, given)| format!("{question}: {}", given.note))
            .collect();
        limits.push(said(format!("the verdict on record {} ({group})", item.key), notes.join("; ")));
    }
    limits
}

fn of_people(people: &[Participant]) -> Vec<NotEstablished> {
    people
        .iter()
        .filter(|person| person.independence == Independence::NotLookedAt)
        .map(|person| {
            said(
                format!("the clearance of {}, and that they have no user access", person.name),
                "the evidence of accounts and auditors was not looked at for this report",
            )
        })
        .collect()
}

fn of_record(teller: &Teller<'_>, facts: &Facts) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    let open = teller.audit.open_queries(&teller.record.queries).count() as u64;
    if open > 0 {
        limits.push(said(format!("what {} asked for", counted(open, "query", "queries")), "no answer has come"));
    }
    let entries = teller.record.entries_of.get(&teller.audit.what.mark);
    let disposed = entries.into_iter().flatten().filter(|entry| teller.record.disposed.contains(entry)).count() as u64;
    if disposed > 0 {
        limits.push(said(
            format!("what {} of this audit said", counted(disposed, "entry", "entries")),
            "their content was disposed of after its time; the journal proves that they were there",
        ));
    }
    let latest = facts.witnessed.iter().max();
    match latest {
        None => limits.push(said(
            "that the journal was not rewritten by whoever holds its key and its machine",
            "nobody else has witnessed it yet",
        )),
        Some(latest) if latest.size < facts.checkpoint.size => limits.push(said(
            format!(
                "that the latest {} of the journal were not rewritten by whoever holds its key and its machine",
                counted(facts.checkpoint.size - latest.size, "entry", "entries")
            ),
            format!("it was last witnessed on {}", day_in_words(crate::london::day_of(latest.at))),
        )),
        Some(_) => {}
    }
    limits
}

fn rows(count: u64) -> String {
    counted(count, "row", "rows")
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
