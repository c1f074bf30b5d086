//! The machine's form of a check: one object, whose names stay as they are.

use custodes_checks::Window;
use custodes_checks::outcome::{ClauseOutcome, Instance, Outcome, Shown};
use custodes_checks::parameters::{Assumed, Parameters, Setting, Value};
use custodes_evidence::Report;
use custodes_standard::STANDARD;
use custodes_standard::model::Ratio;
use serde_json::{Map, Value as Json, json};

pub fn check(window: Window, parameters: &Parameters, report: &Report, outcome: &Outcome) -> Json {
    json!({
        "standard": STANDARD,
        "as_of": window.as_of.to_string(),
        "from": window.from.to_string(),
        "parameters": all_parameters(parameters),
        "inputs": inputs(report),
        "clauses": outcome.clauses.iter().map(clause).collect::<Vec<_>>(),
    })
}

pub fn all_parameters(parameters: &Parameters) -> Map<String, Json> {
    let of = |(name, setting): (&'static str, &Setting)| {
        let mut object = parameter(setting);
        if let Some(in_text) = parameters.set_instead_of(name) {
            object["standard_value"] = value(&in_text);
        }
        (name.to_owned(), object)
    };
    parameters.iter().map(of).collect()
}

pub fn inputs(report: &Report) -> Json {
    let input = |input: &custodes_evidence::Input| {
        json!({
            "file": input.file, "set": input.set, "sha256": input.sha256, "rows": input.rows,
            "accepted": input.accepted, "quarantined": input.quarantined, "duplicate": input.duplicate,
            "conflicting": input.conflicting, "future": input.future,
        })
    };
    report.inputs.iter().map(input).collect()
}

pub fn clause(outcome: &ClauseOutcome) -> Json {
    let mut object = json!({
        "clause": outcome.clause.id,
        "title": outcome.clause.title,
        "by": outcome.clause.by.name(),
        "state": outcome.state.name(),
        "population": outcome.population,
        "sample_size": outcome.sample_size,
        "due": outcome.due.map(|due| due.to_string()),
        "codes": outcome.codes,
        "untestable": outcome.untestable,
        "assumed": outcome.assumed,
        "absent": outcome.absent,
        "not_whole": outcome.not_whole,
    });
    if !outcome.set_otherwise.is_empty() {
        object["set_otherwise"] = json!(outcome.set_otherwise);
    }
    if !outcome.patterns.is_empty() {
        object["patterns"] = outcome.patterns.iter().map(pattern).collect();
    }
    object
}

/// `more` is how many were found and are not listed; `absent` names the set without which the pattern
/// cannot be looked for.
fn pattern(shown: &Shown) -> Json {
    json!({
        "pattern": shown.pattern.name,
        "says": shown.pattern.says,
        "found": shown.found,
        "listed": shown.listed.iter().map(instance).collect::<Vec<_>>(),
        "more": shown.found - shown.listed.len() as u64,
        "looked_at": shown.looked_at,
        "left_out": shown.left_out,
        "absent": shown.absent,
    })
}

fn instance(instance: &Instance) -> Json {
    let mut object = json!({
        "subject": instance.subject,
        "failures": instance.failures,
        "first": instance.first.to_string(),
        "last": instance.last.to_string(),
    });
    if let Some(users) = instance.users {
        object["users"] = json!(users);
    }
    if let Some(nights) = instance.nights {
        object["nights"] = json!(nights);
    }
    if let Some(success) = instance.success {
        object["success"] = json!(success.to_string());
    }
    object
}

fn value(value: &Value) -> Json {
    let rate = |rate: &Ratio| json!(rate.to_string());
    match value {
        Value::Whole(value) => json!(value),
        Value::Measure(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Value::Rate(value) => rate(value),
        Value::YesNo(value) => json!(value),
        Value::Words(words) => json!(words),
        Value::RatePerKind(rates) => {
            rates.iter().map(|(kind, value)| (kind.clone(), rate(value))).collect::<Map<_, _>>().into()
        }
        Value::DaysPerPurpose(days) => {
            days.iter().map(|(purpose, days)| (purpose.clone(), json!(days.as_decimal()))).collect::<Map<_, _>>().into()
        }
    }
}

/// `assumed_kinds` are the camera kinds that keep an assumed value where others were set.
fn parameter(setting: &Setting) -> Json {
    let mut object = json!({"value": value(&setting.value), "basis": setting.basis});
    if let Assumed::Kinds(kinds) = &setting.assumed {
        object["assumed_kinds"] = json!(kinds);
    }
    if !setting.rationale.is_empty() {
        object["rationale"] = json!(setting.rationale);
    }
    object
}
