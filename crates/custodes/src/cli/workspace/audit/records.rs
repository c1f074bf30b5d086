//! The records of an audit: brought to its worklist, looked at, judged, and what is attached to them.

use std::collections::BTreeSet;

use custodes_compliance::acts::audit::{Added, Attached, ItemJudged, Matter, Verdict};
use custodes_compliance::acts::{Act, AuditId};
use custodes_compliance::roles::Action;
use serde_json::json;

use super::super::{Session, name};
use crate::cli::Mistakes;
use crate::work::audits;

fn verdict(text: &str) -> Result<Verdict, String> {
    let folded = text.to_lowercase().replace(['-', '_'], " ");
    Verdict::ALL
        .into_iter()
        .find(|verdict| verdict.name() == folded)
        .ok_or_else(|| format!("{text:?}: write pass, fail or not-assessable"))
}

pub fn add(
    session: &mut Session,
    audit: AuditId,
    keys: Vec<String>,
    everything: bool,
    reason: &str,
) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    let (how, keys) = if everything {
        session.workspace.permit(&by, Action::ConductAudit, None)?;
        (Added::Everything, audits::everything(&session.workspace, &audit)?)
    } else {
        (Added::Targeted, keys.into_iter().collect::<BTreeSet<_>>())
    };
    if keys.is_empty() {
        return Err("there is no record to add".into());
    }
    audits::add_items(&mut session.workspace, &by, audit, how, &keys, reason)?;
    session.say(
        &format!("{} records added to the worklist of {audit}", keys.len()),
        json!({ "audit": audit, "added": keys }),
    )
}

pub fn worklist(session: &mut Session, audit: AuditId) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::JudgeItems, None)?;
    let (clause, state) = audits::clause_of(&session.workspace.record, &audit)?;
    let questions: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
    let only_own = !session.workspace.record.person(&by).is_some_and(|person| {
        let roles = person.roles_on(audits::today());
        Action::ConductAudit.granted_to().iter().any(|role| roles.contains(role))
    });
    let mut lines = vec![format!("{audit} {}: judge each on {}", clause.id, questions.join(", "))];
    let mut rows = Vec::new();
    for (key, item) in state.worklist().filter(|(_, item)| !only_own || item.assigned.as_ref() == Some(&by)) {
        let verdict = item.verdict(&questions).map_or("to be judged", Verdict::name);
        let whose = item.assigned.as_ref().map(|person| format!("for {person}")).unwrap_or_default();
        let came = if item.is_random() { "" } else { "added" };
        lines.push(
            format!(
                "  {key:<28} {verdict:<16} {} of {} answered  {came:<6} {whose}",
                item.judged.len(),
                questions.len()
            )
            .trim_end()
            .to_owned(),
        );
        rows.push(json!({ "key": key, "verdict": verdict, "judged": item.judged, "assigned": item.assigned, "random": item.is_random() }));
    }
    session.say(&lines.join("\n"), json!(rows))
}

pub fn item(session: &mut Session, audit: AuditId, key: &str) -> Result<u8, Mistakes> {
    let by = session.by.clone();
    session.workspace.permit(&by, Action::JudgeItems, None)?;
    let (clause, state) = audits::clause_of(&session.workspace.record, &audit)?;
    let item = state.items.get(key).ok_or_else(|| format!("{key:?} is not on the worklist of {audit}"))?;
    let rows = audits::rows(&session.workspace, clause, &BTreeSet::from([key.to_owned()]))?;
    let mut lines = vec!["OFFICIAL-SENSITIVE".to_owned(), format!("{key}, {audit} {}", clause.id)];
    let mut cells = serde_json::Map::new();
    for (column, value) in rows.get(key).into_iter().flat_map(custodes_evidence::Record::cells) {
        lines.push(format!("  {column:<16} {}", value.unwrap_or("(blank, withheld or not exported)")));
        cells.insert(column.to_owned(), json!(value));
    }
    for question in clause.judgements {
        let answer = item.judged.get(question.name).map(|judged| format!("{} {}", judged.verdict.name(), judged.note));
        lines.push(format!("  {} {}", question.name, question.asks));
        lines.push(format!("    {}", answer.unwrap_or_else(|| "not answered".to_owned()).trim_end()));
    }
    session.say(&lines.join("\n"), json!({ "key": key, "record": cells, "item": item }))
}

pub fn judge(
    session: &mut Session,
    audit: AuditId,
    key: &str,
    verdicts: &[String],
    note: &str,
) -> Result<u8, Mistakes> {
    let (clause, _) = audits::clause_of(&session.workspace.record, &audit)?;
    let mut judged = Vec::new();
    for given in verdicts {
        let (question, of) = given.split_once('=').ok_or_else(|| format!("{given:?}: write QUESTION=VERDICT"))?;
        let of = verdict(of)?;
        match question {
            "all" => judged.extend(clause.judgements.iter().map(|question| (question.name.to_owned(), of))),
            _ => judged.push((question.to_owned(), of)),
        }
    }
    let by = session.by.clone();
    session.workspace.act(&by, |_| {
        let act = |(question, verdict): &(String, Verdict)| {
            let (key, question, note) = (key.to_owned(), question.clone(), note.to_owned());
            Act::from(ItemJudged { audit, key, question, verdict: *verdict, note })
        };
        Ok(judged.iter().map(act).collect())
    })?;
    session.say(&format!("{key}: {} answers on record", judged.len()), json!({ "audit": audit, "key": key }))
}

pub fn attach(session: &mut Session, file: &std::path::Path, to: &str, note: &str) -> Result<u8, Mistakes> {
    let to = matter(to)?;
    let by = session.by.clone();
    let action = match &to {
        Matter::Query(_) => Action::AnswerQuery,
        Matter::Noncompliance(_) => Action::WorkNoncompliance,
        _ => Action::JudgeItems,
    };
    session.workspace.permit(&by, action, None)?;
    let (sha256, bytes) = session.workspace.archive.keep_file(file)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    session.act(|_| {
        let (to, name, sha256, note) = (to.clone(), name.clone(), sha256.to_string(), note.to_owned());
        Ok(Act::from(Attached { to, name, sha256, bytes, note }))
    })?;
    session.say(
        &format!("{name} attached, {bytes} bytes, sha256 {sha256}"),
        json!({ "sha256": sha256.to_string(), "bytes": bytes }),
    )
}

fn matter(text: &str) -> Result<Matter, String> {
    if let Some((audit, key)) = text.split_once('/') {
        return Ok(Matter::Item(name(audit)?, key.to_owned()));
    }
    match text.chars().next() {
        Some('A') => Ok(Matter::Audit(name(text)?)),
        Some('Q') => Ok(Matter::Query(name(text)?)),
        Some('F') => Ok(Matter::Finding(name(text)?)),
        Some('N') => Ok(Matter::Noncompliance(name(text)?)),
        _ => Err(format!("{text:?} is nothing that a file can be attached to: write A1, A1/KEY, Q1, F1 or N1")),
    }
}
