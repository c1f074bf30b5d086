//! What the answers add up to, and what a random sample says of the rest.
//!
//! A record without a verdict is never counted as one that passed, and nothing is estimated from records
//! that were not drawn at random.

use custodes_standard::model::Judgement;
use serde::Serialize;

use super::facts::Facts;
use super::items::{Group, ItemTold};
use crate::acts::audit::Verdict;
use crate::record::Audit;
use crate::record::audit::PlanState;
use crate::statistics::strata::StrataEvaluation;
use crate::statistics::{Confidence, Counts, Evaluation};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub pass: u64,
    pub fail: u64,
    pub not_assessable: u64,
    /// Nobody has answered.
    pub not_judged: u64,
}

impl Tally {
    fn of(verdicts: impl IntoIterator<Item = Option<Verdict>>) -> Tally {
        let mut tally = Tally::default();
        for verdict in verdicts {
            match verdict {
                Some(Verdict::Pass) => tally.pass += 1,
                Some(Verdict::Fail) => tally.fail += 1,
                Some(Verdict::NotAssessable) => tally.not_assessable += 1,
                None => tally.not_judged += 1,
            }
        }
        tally
    }

    pub fn total(&self) -> u64 {
        self.pass + self.fail + self.not_assessable + self.not_judged
    }
}

/// The records of one group and what was found. Groups are never added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupResults {
    pub group: Group,
    /// Of the records as a whole: one failed question fails the record.
    pub records: Tally,
    /// By question, in the clause's order.
    pub questions: Vec<QuestionTally>,
    /// What follows for the population. Empty for targeted records, always.
    pub statements: Vec<Statement>,
    pub items: Vec<ItemTold>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuestionTally {
    pub name: &'static str,
    pub asks: &'static str,
    pub tally: Tally,
}

/// One sentence on a population, and the numbers that it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Of which records it speaks: `plan 1`, `plan 1, stratum north`.
    pub of: String,
    pub population: u64,
    pub drawn: u64,
    pub failed: u64,
    /// Records on which no verdict could be given. They are counted as bad, since nothing shows otherwise.
    pub not_assessable: u64,
    /// None while records are not judged: then nothing is said.
    pub upper_limit: Option<u64>,
    /// Without its full stop.
    pub sentence: String,
}

pub(super) fn results(
    audit: &Audit,
    questions: &'static [Judgement],
    facts: &Facts,
    items: impl Fn(Group) -> Vec<ItemTold>,
) -> Vec<GroupResults> {
    let of_group = |group| {
        let items = items(group);
        let statements = match group {
            Group::Random => random(audit, facts, &items),
            Group::Everything => everything(&items),
            Group::Targeted => Vec::new(),
        };
        let of_question = |(place, question): (usize, &'static Judgement)| QuestionTally {
            name: question.name,
            asks: question.asks,
            tally: Tally::of(items.iter().map(|item| answered(item, place))),
        };
        GroupResults {
            group,
            records: Tally::of(items.iter().map(|item| item.verdict)),
            questions: questions.iter().enumerate().map(of_question).collect(),
            statements,
            items,
        }
    };
    Group::ALL.into_iter().map(of_group).filter(|results| !results.items.is_empty()).collect()
}

fn answered(item: &ItemTold, place: usize) -> Option<Verdict> {
    item.answers.get(place)?.verdict()
}

fn everything(items: &[ItemTold]) -> Vec<Statement> {
    if items.is_empty() {
        return Vec::new();
    }
    let (statement, _) = statement("every record that was brought in".to_owned(), items.len() as u64, items.iter());
    vec![statement]
}

fn random(audit: &Audit, facts: &Facts, items: &[ItemTold]) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (place, plan) in audit.plans.iter().enumerate().filter(|(_, plan)| plan.superseded.is_none()) {
        let number = place as u32 + 1;
        let of_plan: Vec<&ItemTold> = items.iter().filter(|item| item.plan == Some(number)).collect();
        statements.extend(of_one_plan(number, plan, facts, &of_plan));
    }
    statements
}

fn of_one_plan(number: u32, plan: &PlanState, facts: &Facts, items: &[&ItemTold]) -> Vec<Statement> {
    let Some((_, drawn)) = &plan.drawn else { return Vec::new() };
    if plan.plan.strata.is_none() {
        let (statement, _) = statement(format!("plan {number}"), drawn.population, items.iter().copied());
        return vec![statement];
    }
    // Strata have rates of their own, so their sum is no sample at one rate.
    let Some(known) = facts.strata.get(&number) else { return Vec::new() };
    let mut populations = known.clone();
    // One that was drawn from and is not known has no record to have been drawn: its statement says so.
    for stratum in items.iter().filter_map(|item| item.stratum.clone()) {
        populations.entry(stratum).or_default();
    }
    let mut statements = Vec::new();
    let mut counted = Vec::new();
    for (stratum, population) in &populations {
        let of_stratum = items.iter().copied().filter(|item| item.stratum.as_ref() == Some(stratum));
        let (told, counts) = statement(format!("plan {number}, stratum {stratum}"), *population, of_stratum);
        statements.push(told);
        counted.extend(counts);
    }
    if counted.len() == populations.len() {
        statements.extend(together(number, &counted, items));
    }
    statements
}

fn together(number: u32, counted: &[Counts], items: &[&ItemTold]) -> Option<Statement> {
    let evaluation = StrataEvaluation::new(counted, Confidence::NINETY_FIVE_PERCENT).ok()?;
    let tally = Tally::of(items.iter().map(|item| item.verdict));
    let total = evaluation.total();
    Some(Statement {
        of: format!("plan {number}, all strata"),
        population: total.population(),
        drawn: total.drawn(),
        failed: tally.fail,
        not_assessable: tally.not_assessable,
        upper_limit: Some(evaluation.upper_limit()),
        sentence: counting_as_bad(evaluation.sentence(), tally),
    })
}

/// The counts are there only where every record that was drawn has a verdict.
fn statement<'a>(
    of: String,
    population: u64,
    items: impl Iterator<Item = &'a ItemTold>,
) -> (Statement, Option<Counts>) {
    let tally = Tally::of(items.map(|item| item.verdict));
    let said = |upper_limit, sentence| Statement {
        of,
        population,
        drawn: tally.total(),
        failed: tally.fail,
        not_assessable: tally.not_assessable,
        upper_limit,
        sentence,
    };
    if tally.not_judged > 0 {
        let (open, all) = (tally.not_judged, tally.total());
        let are = if open == 1 { "is" } else { "are" };
        let sentence = format!("{open} of the {all} records {are} not judged, so nothing is said of the population");
        return (said(None, sentence), None);
    }
    match Counts::new(population, tally.total(), tally.fail + tally.not_assessable) {
        Ok(counts) => {
            let evaluation = Evaluation::new(counts, Confidence::NINETY_FIVE_PERCENT);
            let sentence = counting_as_bad(evaluation.sentence(), tally);
            (said(Some(evaluation.upper_limit()), sentence), Some(counts))
        }
        Err(wrong) => (said(None, format!("nothing is said of the population: {wrong}")), None),
    }
}

fn counting_as_bad(sentence: String, tally: Tally) -> String {
    match tally.not_assessable {
        0 => sentence,
        1 => format!("counting the 1 record that could not be assessed as bad, {sentence}"),
        count => format!("counting the {count} records that could not be assessed as bad, {sentence}"),
    }
}
