//! standard + evidence → exceptions, populations, states.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::event::Moment;
use custodes_compliance::sampled_audit::Asked;
use custodes_compliance::state::{Arises as Established, Established as Known, State};
use custodes_compliance::time::Day;
use custodes_evidence::Report;
use custodes_standard::evidence::{LOGONS, Set};
use custodes_standard::model::{Arises, Check, Clause, MetBy, Population, Sample, Subjects};
use custodes_standard::rests_on::parameters_of;
use custodes_standard::v3::CLAUSES;

use crate::CheckError;
use crate::duties;
use crate::engine::Engine;
use crate::logons;
use crate::outcome::{ClauseOutcome, Exception, Outcome, Shown};
use crate::parameters::Parameters;
use crate::passes::{self, Passes};
use crate::reviews::Reviews;
use crate::rules::{self, CadenceCodes, EventRule, Findings};
use crate::source::Source;
use crate::template::Words;
use crate::window::Window;

/// Runs the tests of the clauses in `only` (all, where it is empty).
///
/// # Errors
/// When the evidence cannot be read to its end, or a query fails.
pub fn check(
    source: &Source,
    window: Window,
    parameters: &Parameters,
    threads: usize,
    only: &BTreeSet<&str>,
) -> Result<(Outcome, Report), CheckError> {
    let wanted = clauses_wanted(only);
    let engine = Engine::new(threads).map_err(CheckError::Threads)?;
    let passes = passes::run(&engine, source, &window, parameters, &wanted)?;
    let report = source.report()?;
    let reviews = Reviews::read(&engine).map_err(CheckError::query("reviews"))?;
    let run = Run { engine: &engine, source, window, parameters, passes: &passes, reviews: &reviews, report: &report };
    let mut findings = BTreeMap::new();
    for clause in &wanted {
        findings.insert(clause.id, run.findings(clause)?);
    }
    let mut outcome = Outcome { clauses: Vec::new(), exceptions: Vec::new(), duties: Vec::new() };
    let mut owed = Vec::new();
    for clause in wanted.iter().filter(|clause| only.is_empty() || only.contains(clause.id)) {
        let mut summary = run.summary(clause, &findings);
        summary.patterns = run.patterns(clause, summary.population)?;
        outcome.clauses.push(summary);
        outcome.exceptions.extend(findings[clause.id].found.exceptions.iter().cloned());
        owed.extend(findings[clause.id].found.duties.iter().cloned());
    }
    outcome.duties = duties::named(&engine, owed).map_err(CheckError::query("reviews"))?;
    outcome.exceptions.sort_by_cached_key(sort_key);
    Ok((outcome, report))
}

fn sort_key(exception: &Exception) -> (&'static str, &'static str, String, String, String) {
    let (_, _, subject, due, done) = exception.identity();
    (exception.clause, exception.code, subject.to_owned(), due, done)
}

/// A clause whose tests report under others needs those too.
fn clauses_wanted(only: &BTreeSet<&str>) -> Vec<&'static Clause> {
    let mut ids: BTreeSet<&str> = only.clone();
    for clause in CLAUSES.iter().filter(|clause| only.contains(clause.id)) {
        for check in clause.checks {
            if let Check::ReportedUnder { clauses, .. } = check {
                ids.extend(clauses.iter());
            }
        }
    }
    CLAUSES.iter().copied().filter(|clause| only.is_empty() || ids.contains(clause.id)).collect()
}

pub(crate) struct Run<'a> {
    pub engine: &'a Engine,
    pub source: &'a Source,
    pub window: Window,
    pub parameters: &'a Parameters,
    pub passes: &'a Passes,
    pub reviews: &'a Reviews,
    pub report: &'a Report,
}

/// One clause's findings, before its state is taken.
struct OfClause {
    found: Findings,
    population: u64,
    arises: Established,
    due: Option<Day>,
}

impl Run<'_> {
    fn words(&self, clause: &Clause) -> Words<'_> {
        Words { window: self.window, parameters: self.parameters, kind: clause.kind, leavers: &self.passes.leavers }
    }

    fn query(&self, clause: &Clause, sql: &str) -> Result<crate::engine::Answer, CheckError> {
        self.engine.query(&self.words(clause).expand(sql)).map_err(CheckError::query(clause.id))
    }

    fn is_whole(&self, set: &Set) -> bool {
        !self.report.not_whole.contains_key(set.name)
    }

    fn all_there(&self, sets: &[&'static Set]) -> bool {
        sets.iter().all(|set| self.source.has(set))
    }

    /// What the clause's event rule judged, where the clause may arise.
    pub fn judged(&self, clause: &'static Clause) -> Result<Vec<(String, Moment)>, CheckError> {
        let mut found = Findings::default();
        self.events(clause, &mut found)?;
        let arises = self.arises(clause, found.judged.len() as u64)?;
        Ok(if arises == Established::No { Vec::new() } else { found.judged })
    }

    fn findings(&self, clause: &'static Clause) -> Result<OfClause, CheckError> {
        let mut found = Findings::default();
        let mut population = match clause.population {
            Population::Rows { .. } => self.passes.population(clause.id),
            Population::Query { sql, needs } if self.all_there(needs) => {
                self.query(clause, sql)?.number().map_err(CheckError::query(clause.id))? as u64
            }
            Population::Query { .. } => 0,
            // What an event rule judged is known once it has run: it runs first.
            Population::Judged => {
                self.events(clause, &mut found)?;
                found.judged.len() as u64
            }
        };
        let arises = self.arises(clause, population)?;
        if matches!(clause.arises, Arises::InOffice { .. }) && arises != Established::Yes {
            // Nothing is judged. Where it only cannot be said, what there is to judge is still counted.
            let mut unheard = Findings::default();
            let due = match arises {
                Established::No => None,
                _ => self.cadences(clause, &mut unheard)?,
            };
            if arises == Established::No {
                population = 0;
            }
            let duties = unheard.duties.into_iter().map(duties::Unnamed::doubted).collect();
            return Ok(OfClause { found: Findings { duties, ..Findings::default() }, population, arises, due });
        }
        self.passes.take(clause, &mut found);
        if !matches!(clause.population, Population::Judged) {
            self.events(clause, &mut found)?;
        }
        self.queries(clause, &mut found)?;
        self.sampled_audit(clause, &mut found);
        // A duty that nobody has shown not to arise goes on.
        let due = if arises == Established::No { None } else { self.cadences(clause, &mut found)? };
        found.exceptions.sort_by_cached_key(sort_key);
        found.exceptions.dedup_by(|later, first| later.identity() == first.identity());
        Ok(OfClause { found, population, arises, due })
    }

    fn arises(&self, clause: &'static Clause, population: u64) -> Result<Established, CheckError> {
        let decided = |by: &[&'static Set]| {
            if by.iter().all(|set| self.source.has(set) && self.is_whole(set)) {
                Established::No
            } else {
                Established::CannotBeSaid
            }
        };
        let asked = |sql: &str| -> Result<bool, CheckError> {
            self.query(clause, sql)?.yes().map_err(CheckError::query(clause.id))
        };
        Ok(match clause.arises {
            Arises::Always => Established::Yes,
            Arises::WithPopulation { .. } if population > 0 => Established::Yes,
            Arises::WithPopulation { .. } if self.passes.perhaps(clause.id) => Established::CannotBeSaid,
            Arises::WithPopulation { decided_by } => decided(decided_by),
            Arises::Rows { decided_by, .. } => {
                if population > 0 || self.passes.arises(clause.id) {
                    Established::Yes
                } else {
                    decided(decided_by)
                }
            }
            Arises::Query { sql, needs, decided_by } => {
                if population > 0 || (self.all_there(needs) && asked(sql)?) {
                    Established::Yes
                } else {
                    decided(decided_by)
                }
            }
            Arises::EitherSet { set, sql, else_set, else_sql } => {
                if self.source.has(set) {
                    if asked(sql)? { Established::Yes } else { decided(&[set]) }
                } else if !self.source.has(else_set) || asked(else_sql)? {
                    Established::CannotBeSaid
                } else {
                    decided(&[else_set])
                }
            }
            Arises::InOffice { role } => match self.in_office(clause, role, decided)? {
                // With an office and no cadence, there is nothing to do where there is nothing to judge.
                Established::Yes | Established::CannotBeSaid
                    if population == 0 && matches!(clause.population, Population::Judged) =>
                {
                    decided(clause.needs)
                }
                arises => arises,
            },
        })
    }

    /// Whether somebody held the office at some time of the window.
    fn in_office(
        &self,
        clause: &Clause,
        role: &str,
        decided: impl Fn(&[&'static Set]) -> Established,
    ) -> Result<Established, CheckError> {
        let appointments = &custodes_standard::evidence::APPOINTMENTS;
        if !self.source.has(appointments) {
            return Ok(Established::CannotBeSaid);
        }
        let sql = format!(
            "SELECT $any(role = '{role}' AND from_date <= $last_served_day
               AND (NOT to_date_given OR (to_date > $from_day AND to_date > from_date))) AS held FROM appointments"
        );
        let held = self.query(clause, &sql)?.booleans("held").map_err(CheckError::query(clause.id))?;
        Ok(match held.first() {
            Some(Some(true)) => Established::Yes,
            Some(None) => Established::CannotBeSaid,
            _ => decided(&[appointments]),
        })
    }

    fn events(&self, clause: &'static Clause, found: &mut Findings) -> Result<(), CheckError> {
        for check in clause.checks {
            let Check::Event { within, events } = check else { continue };
            if !self.all_there(events.needs) {
                continue;
            }
            let answer = self.query(clause, events.sql)?;
            let rule = EventRule {
                clause: clause.id,
                limit: rules::limit(*within, self.parameters),
                reviews: self.reviews.of(clause.id),
                window: &self.window,
                not_before: self.words(clause).retention_from(),
            };
            if self.source.has(&custodes_standard::evidence::REVIEWS) {
                rule.apply(&answer, found).map_err(CheckError::query(clause.id))?;
            } else {
                // Without reviews there is no verdict; what there is to judge is counted all the same.
                let mut unheard = Findings::default();
                rule.apply(&answer, &mut unheard).map_err(CheckError::query(clause.id))?;
                found.judged.append(&mut unheard.judged);
            }
        }
        Ok(())
    }

    fn queries(&self, clause: &'static Clause, found: &mut Findings) -> Result<(), CheckError> {
        for check in clause.checks {
            let Check::Query { code, says, needs, sql } = check else { continue };
            if !self.all_there(needs) || !self.passes.collected_for(sql, self.source) {
                continue;
            }
            let answer = self.query(clause, sql)?;
            self.verdicts(clause, code, says, &answer, found).map_err(CheckError::query(clause.id))?;
        }
        Ok(())
    }

    fn verdicts(
        &self,
        clause: &'static Clause,
        code: &'static str,
        says: &str,
        answer: &crate::engine::Answer,
        found: &mut Findings,
    ) -> datafusion::common::Result<()> {
        let details = if answer.has("detail") { answer.texts("detail")? } else { vec![None; answer.rows()] };
        let verdicts = answer.booleans("verdict")?;
        for (row, subject) in answer.texts("subject")?.into_iter().enumerate() {
            match (verdicts[row], subject) {
                (Some(false), _) => {}
                (Some(true), Some(subject)) => found.exceptions.push(Exception {
                    clause: clause.id,
                    code,
                    subject,
                    due: None,
                    done: None,
                    days_late: None,
                    detail: details[row].as_ref().map_or(says.to_owned(), |detail| format!("{says}: {detail}")),
                }),
                _ => found.untestable(code),
            }
        }
        Ok(())
    }

    fn sampled_audit(&self, clause: &'static Clause, found: &mut Findings) {
        if !clause.checks.iter().any(|check| matches!(check, Check::SampledAudit)) {
            return;
        }
        let Sample::Rate { parameter, window_days, rationale } = clause.sample else { return };
        let asked = Asked {
            rate: self.parameters.rate(parameter),
            window_days: window_days.map(|name| self.parameters.whole(name)),
            rationale,
        };
        rules::sampled_audits(clause.id, &asked, self.reviews.of(clause.id), &self.window, found);
    }

    /// Returns when the LEA's next review is due.
    fn cadences(&self, clause: &'static Clause, found: &mut Findings) -> Result<Option<Day>, CheckError> {
        let reviews_are_there = self.source.has(&custodes_standard::evidence::REVIEWS);
        let mut next = None;
        for check in clause.checks {
            let Check::Cadence { late, overdue, every, of, met_by } = check else { continue };
            let every = rules::period(*every, self.parameters);
            let codes = CadenceCodes { clause: clause.id, late, overdue };
            let reviews = self.reviews.of(clause.id);
            match (of, met_by) {
                (Subjects::Lea, _) if reviews_are_there => {
                    next = Some(rules::lea_cadence(codes, every, reviews, &self.window, found));
                }
                (Subjects::Each { sql, needs }, MetBy::Reviews) if reviews_are_there && self.all_there(needs) => {
                    let subjects = self.query(clause, sql)?;
                    let met = rules::met_by_reviews(reviews.known);
                    rules::cadence_of_each(codes, every, &subjects, met, Some(reviews), &self.window, found)
                        .map_err(CheckError::query(clause.id))?;
                }
                (Subjects::Each { sql, needs }, MetBy::Records { sql: records, needs: also })
                    if self.all_there(needs) && self.all_there(also) =>
                {
                    let subjects = self.query(clause, sql)?;
                    let met =
                        rules::met_by_records(&self.query(clause, records)?).map_err(CheckError::query(clause.id))?;
                    let met =
                        |subject: &str, _: Option<Day>, _: Option<Day>| met.get(subject).cloned().unwrap_or_default();
                    rules::cadence_of_each(codes, every, &subjects, met, None, &self.window, found)
                        .map_err(CheckError::query(clause.id))?;
                }
                _ => {}
            }
        }
        Ok(next)
    }

    fn summary(&self, clause: &'static Clause, all: &BTreeMap<&str, OfClause>) -> ClauseOutcome {
        let own = &all[clause.id];
        let names = |wanted: &dyn Fn(&&&'static Set) -> bool| -> Vec<&'static str> {
            clause.needs.iter().filter(wanted).map(|set| set.name).collect()
        };
        let absent = names(&|set| !self.source.has(set));
        let not_whole = names(&|set| self.source.has(set) && !self.is_whole(set));
        let mut codes = BTreeMap::new();
        for exception in &own.found.exceptions {
            *codes.entry(exception.code).or_default() += 1;
        }
        let (elsewhere, untestable_elsewhere) = reported_elsewhere(clause, all);
        let state = State::of(Known {
            exceptions: own.found.exceptions.len() as u64 + elsewhere,
            untestable: own.found.untestable.values().sum::<u64>() + untestable_elsewhere,
            evidence_is_whole: absent.is_empty() && not_whole.is_empty(),
            arises: own.arises,
        });
        let set_otherwise = parameters_of(clause).into_iter();
        ClauseOutcome {
            clause,
            state,
            population: own.population,
            sample_size: self.sample_size(clause, own.population),
            due: own.due,
            codes,
            untestable: own.found.untestable.clone(),
            assumed: self.parameters.assumed_among(parameters_of(clause), clause.kind).into_iter().collect(),
            set_otherwise: set_otherwise.filter(|name| self.parameters.set_instead_of(name).is_some()).collect(),
            absent,
            not_whole,
            patterns: Vec::new(),
        }
    }

    fn patterns(&self, clause: &'static Clause, failures: u64) -> Result<Vec<Shown>, CheckError> {
        let shows = clause.checks.iter().any(|check| matches!(check, Check::Shows(_)));
        if !shows || !self.source.has(&LOGONS) {
            return Ok(Vec::new());
        }
        logons::patterns(self.engine, self.source, failures).map_err(CheckError::query(clause.id))
    }

    fn sample_size(&self, clause: &Clause, population: u64) -> Option<u64> {
        match clause.sample {
            Sample::None => None,
            Sample::All => Some(population),
            // In a longer window a draw must first choose the days.
            Sample::Rate { window_days: Some(days), .. }
                if self.window.as_of_day().days_since(self.window.from_day()) > self.parameters.whole(days) =>
            {
                None
            }
            Sample::Rate { parameter, .. } => Some(self.parameters.rate(parameter).sample_size(population)),
        }
    }
}

/// What the tests of this clause found, where they report under others.
fn reported_elsewhere(clause: &Clause, all: &BTreeMap<&str, OfClause>) -> (u64, u64) {
    let (mut exceptions, mut untestable) = (0, 0);
    for check in clause.checks {
        let Check::ReportedUnder { clauses, codes } = check else { continue };
        for found in clauses.iter().map(|id| &all[id].found) {
            exceptions += found.exceptions.iter().filter(|exception| codes.contains(&exception.code)).count() as u64;
            untestable += codes.iter().filter_map(|code| found.untestable.get(code)).sum::<u64>();
        }
    }
    (exceptions, untestable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use custodes_compliance::london;
    use custodes_evidence::{Evidence, Options};

    /// A folder in which every set came, with its columns and no rows.
    fn every_set_without_rows() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for set in custodes_standard::evidence::SETS {
            let header: Vec<&str> = set.columns.iter().map(|column| column.name).collect();
            std::fs::write(folder.path().join(format!("{}.csv", set.name)), header.join(",") + "\n").expect("a file");
        }
        folder
    }

    #[test]
    fn every_query_of_the_standard_plans_and_runs_over_the_declared_columns() {
        let folder = every_set_without_rows();
        let at = |text: &str| london::parse_day_or_instant(text).expect("a day");
        let window = Window::new(at("2025-01-01"), at("2026-01-01")).expect("a window");
        let parameters = Parameters::read("[search_span_max_days]\ncrime = 30\n").expect("parameters");
        let evidence = Evidence::open(folder.path(), Options::new(window.from, window.as_of)).expect("evidence");
        let (outcome, _) = check(&Source::new(evidence, 2), window, &parameters, 2, &BTreeSet::new()).expect("it runs");
        assert_eq!(outcome.clauses.len(), CLAUSES.len());
        let overdue = outcome.exceptions.iter().filter(|exception| exception.code == "review_overdue").count();
        assert!(overdue > 10, "with no review at all, the LEA's cadences are overdue");
    }
}
