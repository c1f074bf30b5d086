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

#[derive(Debug, Default)]
pub struct Reviews(HashMap<String, OfClause>);

impl Reviews {
    /// # Errors
    /// When the table cannot be read.
    pub fn read(engine: &Engine) -> EngineResult<Reviews> {
        let lea = engine.query(
            "SELECT review_id, clause, reviewed_at, reviewed_at_day, population, population_given, examined, examined_given,
               window_from, window_from_given, window_to, window_to_given, rationale
             FROM reviews WHERE subject = '*' AND clause IS NOT NULL",
        )?;
        let mut reviews = Reviews::default();
        reviews.take_lea(&lea)?;
        let others = engine
            .query("SELECT clause, subject, reviewed_at FROM reviews WHERE subject <> '*' AND clause IS NOT NULL")?;
        let (clauses, subjects) = (others.texts("clause")?, others.texts("subject")?);
        for ((clause, subject), at) in clauses.into_iter().zip(subjects).zip(others.instants("reviewed_at")?) {
            let (Some(clause), Some(subject), Some(at)) = (clause, subject, at) else { continue };
            reviews.0.entry(clause).or_default().by_subject.entry(subject).or_default().push(Instant(at));
        }
        for of_clause in reviews.0.values_mut() {
            of_clause.lea.sort_by(|a, b| (a.at, &a.review_id).cmp(&(b.at, &b.review_id)));
            of_clause.by_subject.values_mut().for_each(|instants| instants.sort_unstable());
        }
        Ok(reviews)
    }

    fn take_lea(&mut self, answer: &crate::engine::Answer) -> EngineResult<()> {
        let (ids, clauses) = (answer.texts("review_id")?, answer.texts("clause")?);
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
            let (Some(clause), Some(at)) = (&clauses[row], at[row]) else { continue };
            self.0.entry(clause.clone()).or_default().lea.push(LeaReview {
                review_id: ids[row].clone().unwrap_or_default(),
                at: Instant(at),
                day: london::day_of(Instant(at)),
                population: population[row],
                examined: examined[row],
                window_from: window_from[row],
                window_to: window_to[row],
                rationale: rationale[row].clone(),
            });
        }
        Ok(())
    }

    pub fn of(&self, clause: &str) -> Option<&OfClause> {
        self.0.get(clause)
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
