//! What could not be established, and why: said as plainly as what was found.

use serde::Serialize;

use super::facts::{ClauseOutcome, Facts};
use super::items::{Teller, named_unless_covert};
use super::people::{Independence, Participant};
use super::plans::PlanTold;
use super::results::GroupResults;
use crate::acts::audit::Verdict;
use crate::london::day_in_words;
use crate::state::State;
use custodes_standard::v3;

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
    limits.extend(of_figures(facts));
    limits.extend(of_days(teller));
    limits.extend(of_changes(teller));
    limits.extend(evidence_since(teller));
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

fn of_figures(facts: &Facts) -> impl Iterator<Item = NotEstablished> {
    facts.set_otherwise.iter().map(|set| {
        said(
            format!("whether the clause was kept by the standard's own {} ({})", set.name, set.standard),
            format!("it was judged by {}, as the LEA has set it", set.value),
        )
    })
}

/// Days that were left out, and days of which another audit drew a sample too.
fn of_days(teller: &Teller<'_>) -> Vec<NotEstablished> {
    let what = &teller.audit.what;
    let mut limits = Vec::new();
    if let Some(reason) = &what.later_because {
        let since = what.previous.map_or("the period before".to_owned(), |day| format!("the days from {day}"));
        limits.push(said(format!("what happened before {}: {since} was left out", what.from), reason.clone()));
    }
    if let Some(reason) = &what.earlier_because {
        limits.push(said(format!("what happened from {} on: the period ends there", what.to), reason.clone()));
    }
    let others = teller.record.audits.values().filter(|other| {
        other.what.audit != what.audit && other.overlaps(&what.clause, what.from, what.to) && other.ever_drawn() > 0
    });
    for other in others {
        let (id, opened) = (other.what.audit, teller.record.name_of(&other.opened.by));
        let failed = other.items.values().filter(|item| item.fails()).count() as u64;
        let again = [&what.again_because, &other.what.again_because].into_iter().flatten().next();
        let because = again.map_or("no reason was given".to_owned(), |reason| format!("the reason given: {reason}"));
        limits.push(said(
            "that no sample of these days was preferred to another",
            format!(
                "{id}, of {} up to {}, opened by {opened}, drew {} of the same clause, of which {} failed; {because}",
                other.what.from,
                other.what.to,
                counted(other.ever_drawn(), "record", "records"),
                failed
            ),
        ));
    }
    limits
}

/// Verdicts that another took the place of.
fn of_changes(teller: &Teller<'_>) -> Vec<NotEstablished> {
    let mut limits = Vec::new();
    for (key, item) in &teller.audit.items {
        for (question, before) in &item.changed {
            let (by, on) = (teller.record.name_of(&before.done.by), before.done.day());
            let now = item.judged.get(question).map_or(String::new(), |now| {
                format!(
                    "; {} judged otherwise on {}: {}",
                    teller.record.name_of(&now.done.by),
                    now.done.day(),
                    now.note
                )
            });
            let note = if before.note.is_empty() { String::new() } else { format!(" ({})", before.note) };
            limits.push(said(
                format!("the verdict on {question} of record {}", named_unless_covert(key, teller.covert)),
                format!("{by} judged it {} on {on}{note}{now}", before.verdict.name()),
            ));
        }
    }
    limits
}

/// Evidence that the clause needs, or that shows who may audit, taken out of force while the audit was under way.
fn evidence_since(teller: &Teller<'_>) -> Vec<NotEstablished> {
    let record = teller.record;
    let needs = v3::clause(&teller.audit.what.clause).map_or(&[][..], |clause| clause.needs);
    let bears = |set: &str| ["accounts", "auditors"].contains(&set) || needs.iter().any(|needed| needed.name == set);
    let mut limits = Vec::new();
    for (id, import) in &record.imports {
        let mut sets: Vec<&str> = import.what.originals.iter().filter_map(|original| original.set.as_deref()).collect();
        sets.retain(|set| bears(set));
        sets.sort_unstable();
        sets.dedup();
        let replaced = import.replaced_by.and_then(|by| Some((by, &record.imports.get(&by)?.imported)));
        let ended = match (&import.withdrawn, replaced) {
            (Some((done, reason)), _) => Some((done, format!("withdrew {id}: {reason}"))),
            (None, Some((by, done))) => Some((done, format!("replaced {id} by {by}"))),
            (None, None) => None,
        };
        let Some((done, did)) = ended.filter(|(done, _)| done.entry > teller.audit.opened.entry && !sets.is_empty())
        else {
            continue;
        };
        limits.push(said(
            format!("what {id} showed that is not in force any longer ({})", sets.join(", ")),
            format!("{} {did}, on {}, while the audit was under way", record.name_of(&done.by), done.day()),
        ));
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
