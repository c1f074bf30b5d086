//! The reviews, arranged as the cadence and event rules ask for them: by clause and subject, in order
//! of time.

use std::collections::HashMap;

use custodes_compliance::london;
use custodes_compliance::time::{Day, Instant};
use datafusion::common::Result as EngineResult;

use crate::engine::Engine;

/// One review of the LEA as a whole (`*`), with the record of its sample.
#[derive(Debug, Clone)]
pub struct LeaReview {
    pub review_id: String,
    pub at: Instant,
    pub day: Day,
    /// Outer `None`: cannot be known. Inner `None`: blank.
    pub population: Option<Option<i64>>,
    pub examined: Option<Option<i64>>,
    pub window_from: Option<Option<Day>>,
    pub window_to: Option<Option<Day>>,
    pub rationale: Option<String>,
}

/// All reviews of one clause.
#[derive(Debug, Default)]
pub struct OfClause {
    /// Ascending in time.
    pub lea: Vec<LeaReview>,
    /// Ascending in time.
    pub by_subject: HashMap<String, Vec<Instant>>,
}

/// A review whose clause, subject or both were withheld.
#[derive(Debug)]
struct Doubtful {
    clause: Option<String>,
    subject: Option<String>,
    review: LeaReview,
}

#[derive(Debug, Default)]
pub struct Reviews {
    of_clause: HashMap<String, OfClause>,
    /// Ascending in time.
    doubtful: Vec<Doubtful>,
}

/// The reviews that bear on one clause.
#[derive(Debug, Clone, Copy)]
pub struct Bearing<'a> {
    pub known: Option<&'a OfClause>,
    clause: &'a str,
    doubtful: &'a [Doubtful],
}

impl<'a> Bearing<'a> {
    /// Reviews that may be of this clause and of the LEA as a whole, where one of the two was withheld.
    /// They meet no obligation; what their records lack cannot be held against the clause either.
    pub fn perhaps_of_the_lea(&self) -> impl Iterator<Item = &'a LeaReview> + use<'a> {
        self.perhaps_of(&["*"]).map(|doubtful| &doubtful.review)
    }

    /// How many reviews, dated after one day and before another, may be of this clause and of the subject,
    /// by any of its names.
    pub fn perhaps_between(&self, subjects: &[&str], after: Option<Day>, before: Option<Day>) -> usize {
        let between = |day: Day| after.is_none_or(|after| day > after) && before.is_none_or(|before| day < before);
        self.perhaps_of(subjects).filter(|doubtful| between(doubtful.review.day)).count()
    }

    fn perhaps_of(&self, subjects: &[&str]) -> impl Iterator<Item = &'a Doubtful> + use<'a> {
        let clause = self.clause.to_owned();
        let subjects: Vec<String> = subjects.iter().map(|subject| (*subject).to_owned()).collect();
        self.doubtful.iter().filter(move |doubtful| {
            doubtful.clause.as_ref().is_none_or(|of| *of == clause)
                && doubtful.subject.as_ref().is_none_or(|of| subjects.contains(of))
        })
    }
}

impl Reviews {
    /// # Errors
    /// When the table cannot be read.
    pub fn read(engine: &Engine) -> EngineResult<Reviews> {
        let recorded = engine.query(
            "SELECT review_id, clause, subject, reviewed_at, reviewed_at_day, population, population_given, examined,
               examined_given, window_from, window_from_given, window_to, window_to_given, rationale
             FROM reviews WHERE coalesce(subject = '*', TRUE) OR clause IS NULL",
        )?;
        let mut reviews = Reviews::default();
        reviews.take_recorded(&recorded)?;
        let others = engine
            .query("SELECT clause, subject, reviewed_at FROM reviews WHERE subject <> '*' AND clause IS NOT NULL")?;
        let (clauses, subjects) = (others.texts("clause")?, others.texts("subject")?);
        for ((clause, subject), at) in clauses.into_iter().zip(subjects).zip(others.instants("reviewed_at")?) {
            let (Some(clause), Some(subject), Some(at)) = (clause, subject, at) else { continue };
            reviews.of_clause.entry(clause).or_default().by_subject.entry(subject).or_default().push(Instant(at));
        }
        reviews.doubtful.sort_by(|a, b| (a.review.at, &a.review.review_id).cmp(&(b.review.at, &b.review.review_id)));
        for of_clause in reviews.of_clause.values_mut() {
            of_clause.lea.sort_by(|a, b| (a.at, &a.review_id).cmp(&(b.at, &b.review_id)));
            of_clause.by_subject.values_mut().for_each(|instants| instants.sort_unstable());
        }
        Ok(reviews)
    }

    fn take_recorded(&mut self, answer: &crate::engine::Answer) -> EngineResult<()> {
        let (ids, clauses, subjects) = (answer.texts("review_id")?, answer.texts("clause")?, answer.texts("subject")?);
        let (at, rationale) = (answer.instants("reviewed_at")?, answer.texts("rationale")?);
        let numbers = |name: &str| -> EngineResult<Vec<Option<Option<i64>>>> {
            let given = answer.booleans(&format!("{name}_given"))?;
            Ok(answer.numbers(name)?.into_iter().zip(given).map(known_or_blank).collect())
        };
        let days = |name: &str| -> EngineResult<Vec<Option<Option<Day>>>> {
            let given = answer.booleans(&format!("{name}_given"))?;
            Ok(answer.days(name)?.into_iter().map(|day| day.map(Day)).zip(given).map(known_or_blank).collect())
        };
        let (population, examined) = (numbers("population")?, numbers("examined")?);
        let (window_from, window_to) = (days("window_from")?, days("window_to")?);
        for row in 0..answer.rows() {
            let Some(at) = at[row] else { continue };
            let review = LeaReview {
                review_id: ids[row].clone().unwrap_or_default(),
                at: Instant(at),
                day: london::day_of(Instant(at)),
                population: population[row],
                examined: examined[row],
                window_from: window_from[row],
                window_to: window_to[row],
                rationale: rationale[row].clone(),
            };
            match (&clauses[row], &subjects[row]) {
                (Some(clause), Some(_)) => self.of_clause.entry(clause.clone()).or_default().lea.push(review),
                (clause, subject) => {
                    self.doubtful.push(Doubtful { clause: clause.clone(), subject: subject.clone(), review });
                }
            }
        }
        Ok(())
    }

    pub fn of<'a>(&'a self, clause: &'a str) -> Bearing<'a> {
        Bearing { known: self.of_clause.get(clause), clause, doubtful: &self.doubtful }
    }
}

fn known_or_blank<T>((value, given): (Option<T>, Option<bool>)) -> Option<Option<T>> {
    match given {
        Some(true) => Some(value),
        Some(false) => Some(None),
        None => None,
    }
}

impl OfClause {
    /// The dates of the LEA's reviews, ascending, each once.
    pub fn lea_days(&self) -> Vec<Day> {
        let mut days: Vec<Day> = self.lea.iter().map(|review| review.day).collect();
        days.dedup();
        days
    }

    /// The instants of a subject's own reviews, under either of its names, ascending.
    pub fn of_subject(&self, subject: &str, alias: &str) -> Vec<Instant> {
        let mut instants = self.by_subject.get(subject).cloned().unwrap_or_default();
        if alias != subject
            && let Some(others) = self.by_subject.get(alias)
        {
            instants.extend(others);
            instants.sort_unstable();
        }
        instants
    }
}
