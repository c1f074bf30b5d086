//! The rules about time, applied to what the engine returns: cadences, events, records of samples.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use custodes_compliance::cadence::{Cadence, CadenceFinding, Obligation};
use custodes_compliance::event::{Event, EventFinding, Limit, Moment};
use custodes_compliance::london;
use custodes_compliance::sampled_audit::{self, Asked, Record};
use custodes_compliance::time::{Day, Instant};
use custodes_standard::model::{Every, Period, Within};
use datafusion::common::Result as EngineResult;

use crate::duties::{self, Unnamed};
use crate::engine::Answer;
use crate::outcome::Exception;
use crate::parameters::Parameters;
use crate::reviews::{Bearing, LeaReview, OfClause};
use crate::window::Window;

/// What the tests of one clause have found so far.
#[derive(Debug, Default)]
pub struct Findings {
    pub exceptions: Vec<Exception>,
    pub untestable: BTreeMap<&'static str, u64>,
    /// What its event rule judged: each subject, and when it happened.
    pub judged: Vec<(String, Moment)>,
    /// What was due, and what is.
    pub duties: Vec<Unnamed>,
}

impl Findings {
    pub fn untestable(&mut self, code: &'static str) {
        *self.untestable.entry(code).or_default() += 1;
    }
}

pub fn period(every: Every, parameters: &Parameters) -> Period {
    match every {
        Every::Days(days) => Period::Days(days),
        Every::Months(months) => Period::Months(months),
        Every::ParameterMonths(name) => Period::Months(parameters.whole(name)),
    }
}

pub fn limit(within: Within, parameters: &Parameters) -> Limit {
    match within {
        Within::ParameterHours(name) => Limit::Hours(parameters.whole(name)),
        Within::ParameterDays(name) => Limit::Days(parameters.whole(name)),
        Within::ParameterMonths(name) => Limit::Months(parameters.whole(name)),
    }
}

/// The codes of one cadence.
#[derive(Debug, Clone, Copy)]
pub struct CadenceCodes {
    pub clause: &'static str,
    pub late: &'static str,
    pub overdue: &'static str,
}

impl CadenceCodes {
    fn code(&self, finding: &CadenceFinding) -> &'static str {
        if matches!(finding, CadenceFinding::Late { .. }) { self.late } else { self.overdue }
    }

    fn exception(&self, subject: &str, finding: CadenceFinding) -> Option<Exception> {
        let (code, due, done, days_late, detail) = match finding {
            CadenceFinding::Late { due, done } => {
                (self.late, due, Some(done), done.days_since(due), format!("was due on {due}, done on {done}"))
            }
            CadenceFinding::Overdue { due, days_late } => {
                (self.overdue, due, None, days_late, format!("was due on {due} and has not been done"))
            }
            CadenceFinding::Untestable => return None,
        };
        Some(Exception {
            clause: self.clause,
            code,
            subject: subject.to_owned(),
            due: Some(Moment::On(due)),
            done: done.map(Moment::On),
            days_late: Some(days_late),
            detail,
        })
    }

    /// `doubts` counts the reviews that may have met the obligation of a finding.
    fn take(
        &self,
        subject: &str,
        found: Vec<CadenceFinding>,
        doubts: impl Fn(&CadenceFinding) -> usize,
        findings: &mut Findings,
    ) {
        for finding in found {
            match self.exception(subject, finding) {
                Some(mut exception) => {
                    exception.detail.push_str(&unless(doubts(&finding)));
                    findings.exceptions.push(exception);
                }
                None => findings.untestable(self.overdue),
            }
        }
    }
}

/// A review that does not say of what it is evidences nothing, so the lead stands; whoever follows it up
/// should know where to look.
fn unless(doubts: usize) -> String {
    match doubts {
        0 => String::new(),
        1 => "; 1 review whose clause or subject was withheld might be it".to_owned(),
        _ => format!("; one of {doubts} reviews whose clause or subject was withheld might be it"),
    }
}

/// The reviews of which it was withheld whether they met the obligation of a finding: those after the last
/// that is known, and before the one that came late.
fn doubts(reviews: &Bearing<'_>, subject: &str, days: &[Day], finding: &CadenceFinding) -> usize {
    let done = match finding {
        CadenceFinding::Late { done, .. } => Some(*done),
        _ => None,
    };
    let last = days.iter().rev().find(|day| done.is_none_or(|done| **day < done));
    reviews.perhaps_between(&[subject, "*"], last.copied(), done)
}

/// The cadence of the LEA as a whole. Returns when the next review is due.
pub fn lea_cadence(
    codes: CadenceCodes,
    every: Period,
    reviews: Bearing<'_>,
    window: &Window,
    findings: &mut Findings,
) -> Day {
    let days = reviews.known.map(OfClause::lea_days).unwrap_or_default();
    let cadence =
        Cadence { every, reviews: &days, from: window.from_day(), as_of: window.as_of_day(), first: None, ended: None };
    codes.take("*", cadence.findings(), |finding| doubts(&reviews, "*", &days, finding), findings);
    findings.duties.extend(duties::of_cadence(codes, "*", &cadence.obligations(), |_| true));
    cadence.next_due()
}

/// A date on which an obligation was met; `None` where it cannot be said whether that counts.
pub type MetOn = (Day, Option<bool>);

/// Dates on which each subject's obligation was met; `None` where it cannot be said whether one counts.
pub type Met = HashMap<String, Vec<MetOn>>;

/// # Errors
/// When the answer lacks `subject`, `done` or `counts`.
pub fn met_by_records(records: &Answer) -> EngineResult<Met> {
    let mut met = Met::new();
    let (subjects, counts) = (records.texts("subject")?, records.booleans("counts")?);
    for ((subject, done), counts) in subjects.into_iter().zip(records.days("done")?).zip(counts) {
        let (Some(subject), Some(done)) = (subject, done) else { continue };
        if counts != Some(false) {
            met.entry(subject).or_default().push((Day(done), counts));
        }
    }
    met.values_mut().for_each(|days| days.sort_unstable());
    Ok(met)
}

/// Reviews of the clause: a subject's own, and those of `*` while it was in service.
pub fn met_by_reviews(reviews: Option<&OfClause>) -> impl Fn(&str, Option<Day>, Option<Day>) -> Vec<MetOn> {
    move |subject, first, ended| {
        let Some(reviews) = reviews else { return Vec::new() };
        let own = reviews.by_subject.get(subject).into_iter().flatten().map(|at| london::day_of(*at));
        let general = reviews
            .lea_days()
            .into_iter()
            .filter(|day| first.is_none_or(|first| first <= *day) && ended.is_none_or(|ended| *day < ended));
        let mut days: Vec<_> = own.chain(general).map(|day| (day, Some(true))).collect();
        days.sort_unstable();
        days
    }
}

/// The cadence of each subject of a query of `subject`, `first`, `ended`, `applies`; `reviews` where reviews
/// meet it.
///
/// # Errors
/// When the answer lacks one of them.
pub fn cadence_of_each(
    codes: CadenceCodes,
    every: Period,
    subjects: &Answer,
    met: impl Fn(&str, Option<Day>, Option<Day>) -> Vec<MetOn>,
    reviews: Option<Bearing<'_>>,
    window: &Window,
    findings: &mut Findings,
) -> EngineResult<()> {
    let (first, ended) = (subjects.days("first")?, subjects.days("ended")?);
    let applies = subjects.booleans("applies")?;
    for (row, subject) in subjects.texts("subject")?.into_iter().enumerate() {
        let Some(subject) = subject else { continue };
        if applies[row] == Some(false) {
            continue;
        }
        let (first, ended) = (first[row].map(Day), ended[row].map(Day));
        let records = met(&subject, first, ended);
        let owed_with = |count_unknown: bool| {
            let mut days: Vec<Day> =
                records.iter().filter(|(_, counts)| counts.unwrap_or(count_unknown)).map(|(day, _)| *day).collect();
            days.dedup();
            Cadence { every, reviews: &days, from: window.from_day(), as_of: window.as_of_day(), first, ended }
                .obligations()
        };
        let (owed, perhaps) = (owed_with(false), owed_with(true));
        let applies_surely = applies[row].is_some();
        let certain = |obligation: &Obligation| applies_surely && perhaps.contains(obligation);
        findings.duties.extend(duties::of_cadence(codes, &subject, &owed, certain));
        let found = |obligations: &[Obligation]| -> Vec<CadenceFinding> {
            obligations.iter().filter_map(|obligation| obligation.finding(window.as_of_day())).collect()
        };
        let (without, with) = (found(&owed), found(&perhaps));
        let sure = |finding: &CadenceFinding| applies_surely && without.contains(finding) && with.contains(finding);
        // Whether it applies, or whether a record counts, was withheld, and these verdicts hang on it.
        let unsure: BTreeSet<&'static str> =
            without.iter().chain(&with).filter(|finding| !sure(finding)).map(|finding| codes.code(finding)).collect();
        let days: Vec<Day> = records.iter().map(|(day, _)| *day).collect();
        let perhaps =
            |finding: &CadenceFinding| reviews.map_or(0, |reviews| doubts(&reviews, &subject, &days, finding));
        codes.take(&subject, without.iter().copied().filter(|finding| sure(finding)).collect(), perhaps, findings);
        unsure.into_iter().for_each(|code| findings.untestable(code));
    }
    Ok(())
}

/// One event, as its query gives it.
struct Matter<'a> {
    subject: &'a str,
    alias: &'a str,
    happened: Moment,
    settled: Option<Day>,
    judged: Option<bool>,
    unknown: bool,
    counted: bool,
}

/// Everything that the event rule needs besides the events.
pub struct EventRule<'a> {
    pub clause: &'static str,
    pub limit: Limit,
    pub reviews: Bearing<'a>,
    pub window: &'a Window,
    /// Matters older than this are no longer followed.
    pub not_before: Instant,
}

impl EventRule<'_> {
    /// # Errors
    /// When the answer lacks one of the columns that `Events` names.
    pub fn apply(&self, events: &Answer, findings: &mut Findings) -> EngineResult<()> {
        let (aliases, judged) = (events.texts("alias")?, events.booleans("judged")?);
        let settled = events.days("settled_on")?;
        let happened: Vec<Option<Moment>> = if events.is_days("happened") {
            events.days("happened")?.into_iter().map(|day| day.map(|day| Moment::On(Day(day)))).collect()
        } else {
            events.instants("happened")?.into_iter().map(|at| at.map(|at| Moment::At(Instant(at)))).collect()
        };
        let flags =
            |name: &str| if events.has(name) { events.booleans(name) } else { Ok(vec![Some(false); events.rows()]) };
        let (unknown, counted) = (flags("unknown")?, flags("counted")?);
        for (row, subject) in events.texts("subject")?.into_iter().enumerate() {
            let Some(subject) = subject else { continue };
            match (judged[row], happened[row]) {
                (Some(false), _) => {}
                (_, None) => findings.untestable("review_missing"),
                (judged, Some(happened)) => {
                    let matter = Matter {
                        subject: &subject,
                        alias: aliases[row].as_deref().unwrap_or(&subject),
                        happened,
                        settled: settled[row].map(Day),
                        judged,
                        unknown: unknown[row] == Some(true),
                        counted: counted[row] == Some(true),
                    };
                    self.one(&matter, findings);
                }
            }
        }
        Ok(())
    }

    fn one(&self, matter: &Matter<'_>, findings: &mut Findings) {
        let known = self.reviews.known;
        let reviews = known.map(|reviews| reviews.of_subject(matter.subject, matter.alias)).unwrap_or_default();
        let event = Event { happened: matter.happened, limit: self.limit, reviews: &reviews, as_of: self.window.as_of };
        let judged = self.falls_to_be_judged(&event);
        if (judged || matter.counted) && !matter.unknown {
            findings.judged.push((matter.subject.to_owned(), matter.happened));
        }
        if !judged || matter.settled.is_some_and(|day| day <= event.due().day()) {
            return;
        }
        if !matter.unknown {
            let certain = matter.judged.is_some();
            findings.duties.push(duties::of_event(self.clause, matter.subject, matter.alias, &event, certain));
        }
        match (event.finding(), matter.judged) {
            _ if matter.unknown => findings.untestable("review_missing"),
            (None, _) => {}
            (Some(_), None) => findings.untestable("review_missing"),
            (Some(finding), Some(_)) => findings.exceptions.push(self.exception(matter, finding)),
        }
    }

    /// In the window; or before it, within the time for which records are kept, and still open when it began.
    fn falls_to_be_judged(&self, event: &Event<'_>) -> bool {
        let (in_window, before, kept) = match event.happened {
            Moment::At(at) => (self.window.contains(at), at < self.window.from, at >= self.not_before),
            Moment::On(day) => {
                (self.window.contains_day(day), day < self.window.first_day(), london::midnight(day) >= self.not_before)
            }
        };
        in_window || (before && kept && event.open_at(self.window.from))
    }

    fn exception(&self, matter: &Matter<'_>, finding: EventFinding) -> Exception {
        let (code, due, done, detail) = match finding {
            EventFinding::Late { due, done } => {
                ("review_late", due, Some(done), format!("was due by {due}, done on {done}"))
            }
            EventFinding::Missing { due } => {
                ("review_missing", due, None, format!("was due by {due} and has not been done"))
            }
        };
        // A review on the day of the event counts.
        let day_before = matter.happened.day().plus_days(-1);
        let names = [matter.subject, matter.alias];
        let doubts = self.reviews.perhaps_between(&names, Some(day_before), done.map(|done| done.day()));
        Exception {
            clause: self.clause,
            code,
            subject: matter.subject.to_owned(),
            due: Some(due),
            done,
            days_late: None,
            detail: detail + &unless(doubts),
        }
    }
}

/// The records of a clause's own sampled audits, in the window.
pub fn sampled_audits(
    clause: &'static str,
    asked: &Asked,
    reviews: Bearing<'_>,
    window: &Window,
    findings: &mut Findings,
) {
    let known = reviews.known.map(|reviews| reviews.lea.as_slice()).unwrap_or_default();
    let record = |review: &'_ LeaReview| {
        let previous = known.iter().map(|other| other.day).filter(|day| *day < review.day).max();
        let record = Record {
            population: review.population,
            examined: review.examined,
            rationale: review.rationale.as_deref(),
            window_from: review.window_from,
            window_to: review.window_to,
            reviewed: review.day,
            previous: previous.unwrap_or(window.from_day()),
        };
        sampled_audit::verdicts(&record, asked)
    };
    for review in reviews.perhaps_of_the_lea().filter(|review| window.contains(review.at)) {
        // Whether the clause asks anything of this record was withheld.
        let short = record(review).into_iter().filter(|(_, verdict)| *verdict != Some(false));
        short.for_each(|(code, _)| findings.untestable(code));
    }
    for review in known.iter().filter(|review| window.contains(review.at)) {
        for (code, verdict) in record(review) {
            match verdict {
                Some(true) => findings.exceptions.push(Exception {
                    clause,
                    code,
                    subject: review.review_id.clone(),
                    due: None,
                    done: None,
                    days_late: None,
                    detail: format!("{} (audit of {})", says(code), review.day),
                }),
                Some(false) => {}
                None => findings.untestable(code),
            }
        }
    }
}

fn says(code: &str) -> &'static str {
    match code {
        "sample_not_recorded" => {
            "the record does not say how many records there were, how many were examined, or in which window"
        }
        "sample_too_small" => "fewer records were examined than the rate asks for",
        "rationale_missing" => "the reason for the size of the sample is not recorded",
        _ => "the sample covered fewer consecutive days than the standard asks for",
    }
}
