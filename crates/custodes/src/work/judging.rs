//! Judging many records at once: answers that were written down elsewhere, a row each.

use std::path::Path;

use custodes_compliance::acts::audit::{ItemJudged, Verdict};
use custodes_compliance::acts::{Act, AuditId, PersonId};
use custodes_evidence::Problem;
use custodes_evidence::csv::{Csv, Layout, Wanted, parse};
use custodes_evidence::header::fold;
use custodes_standard::model::Clause;

use super::{WorkError, Workspace};

/// How many entries one transaction takes: enough that signing them is a small part of it, and few enough that
/// memory does not grow with the file's acts.
const AT_ONCE: usize = 20_000;
/// So many mistakes of a file are listed; the next reading lists the rest.
const LISTED: usize = 20;
const COLUMNS: [&str; 4] = ["key", "question", "verdict", "note"];

/// An answer to one question about one record.
#[derive(Debug)]
pub struct Answer {
    line: u64,
    key: String,
    question: &'static str,
    verdict: Verdict,
    note: String,
}

/// A verdict as people write it: `pass`, `fail`, `not-assessable`.
///
/// # Errors
/// A sentence that quotes the text.
pub fn verdict(text: &str) -> Result<Verdict, String> {
    let folded = text.to_lowercase().replace(['-', '_'], " ");
    Verdict::ALL
        .into_iter()
        .find(|verdict| verdict.name() == folded)
        .ok_or_else(|| format!("{text:?}: write pass, fail or not-assessable"))
}

/// Reads a file of answers with the columns `key`, `question`, `verdict` and `note`; the question `all` stands for
/// every question of the clause.
///
/// # Errors
/// The file cannot be read, lacks a column, or holds a row that is no answer: each with its line.
pub fn read(path: &Path, clause: &'static Clause) -> Result<Vec<Answer>, WorkError> {
    let file = path.display().to_string();
    let wanted = |name: &str| COLUMNS.contains(&fold(name).as_str());
    let mut csv = Csv::open(path, &file, &Layout::default(), &wanted, None).map_err(Problem::from)?;
    let header: Vec<String> = csv.header.iter().map(|name| fold(name)).collect();
    let places = COLUMNS.map(|column| header.iter().position(|name| name == column));
    if let Some(missing) = places[..3].iter().position(Option::is_none) {
        let what = format!("the column {} is missing", COLUMNS[missing]);
        return Err(Problem::new(file, what, "its columns are key, question, verdict and note").into());
    }
    let (mut answers, mut problems) = (Vec::new(), Vec::new());
    while let Some(block) = csv.next_block().map_err(Problem::from)? {
        let grid = parse(block, csv.separator, &Wanted::all(header.len()));
        let mut bad = grid.bad_rows().iter().peekable();
        for row in 0..grid.rows() {
            let line = grid.line(row);
            let wrong = match bad.next_if(|bad| bad.row as usize == row) {
                Some(bad) => Some(bad.reason.clone()),
                None => {
                    let cell = |column: usize| places[column].map_or("", |place| grid.cell(row, place).trim());
                    answers_of(clause, line, [0, 1, 2, 3].map(cell)).map(|given| answers.extend(given)).err()
                }
            };
            if let Some(what) = wrong {
                problems.push(Problem::new(
                    format!("{file} line {line}"),
                    what,
                    "correct the row; nothing was recorded",
                ));
            }
            if problems.len() == LISTED {
                return Err(problems.into());
            }
        }
    }
    if problems.is_empty() { Ok(answers) } else { Err(problems.into()) }
}

fn answers_of(clause: &'static Clause, line: u64, cells: [&str; 4]) -> Result<Vec<Answer>, String> {
    let [key, question, given, note] = cells;
    if key.is_empty() {
        return Err("the key of the record is blank".to_owned());
    }
    let verdict = verdict(given)?;
    let asked = clause.judgements.iter().filter(|asked| question == "all" || asked.name == question);
    let answers: Vec<Answer> = asked
        .map(|asked| Answer { line, key: key.to_owned(), question: asked.name, verdict, note: note.to_owned() })
        .collect();
    if answers.is_empty() {
        let names: Vec<&str> = clause.judgements.iter().map(|question| question.name).collect();
        return Err(format!("{} asks no question {question:?}; it asks: {}", clause.id, names.join(", ")));
    }
    Ok(answers)
}

/// Puts answers on record, an entry each. All of them are asked about first: where one may not be written, none
/// is. `told` hears how many more are on record.
///
/// # Errors
/// [`WorkError::Refused`], of the first that may not be written; or what keeps the journal from being written,
/// with how many answers were on record by then.
pub fn judge(
    workspace: &mut Workspace,
    by: &PersonId,
    audit: AuditId,
    answers: &[Answer],
    told: &dyn Fn(u64),
) -> Result<(), WorkError> {
    let act = |answer: &Answer| {
        let Answer { key, question, verdict, note, .. } = answer;
        let (key, question, note) = (key.clone(), (*question).to_owned(), note.clone());
        Act::from(ItemJudged { audit, key, question, verdict: *verdict, note })
    };
    for answers in answers.chunks(AT_ONCE) {
        let acts: Vec<Act> = answers.iter().map(act).collect();
        if let Some(place) = workspace.first_refused(by, &acts)? {
            let line = answers[place].line;
            return match workspace.act(by, |_| Ok(vec![acts[place].clone()])) {
                Err(WorkError::Refused(refusals)) => Err(format!(
                    "line {line}: refused, and no answer of the file is on record: {}",
                    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                )
                .into()),
                Err(why) => Err(why),
                Ok(_) => Err(format!("line {line}: what stood against it is gone by now: try again").into()),
            };
        }
    }
    let mut written = 0;
    for answers in answers.chunks(AT_ONCE) {
        let done = workspace.act(by, |_| Ok(answers.iter().map(act).collect()));
        if let Err(why) = done {
            return Err(format!("{why}; {written} answers of the file were on record by then").into());
        }
        written += answers.len();
        told(answers.len() as u64);
    }
    Ok(())
}
