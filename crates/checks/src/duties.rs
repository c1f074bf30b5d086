//! The obligations that the rules about time reckon, with who met them: what the schedule shows.
//!
//! They come from the very values from which `rules` takes its exceptions.

use std::collections::{BTreeSet, HashMap};

use custodes_compliance::acts::schedule::Owed;
use custodes_compliance::cadence::Obligation;
use custodes_compliance::event::{Event, Moment};
use custodes_compliance::london;
use custodes_compliance::schedule::{Doer, Duty, Met, order};
use custodes_compliance::time::{Day, Instant};
use custodes_standard::model::{Check, MetBy};
use custodes_standard::v3;
use datafusion::common::Result as EngineResult;

use crate::engine::{Answer, Engine};
use crate::rules::CadenceCodes;

/// A duty, before it is known who did it.
#[derive(Debug, Clone)]
pub struct Unnamed {
    duty: Duty,
    /// Another name under which reviews of the subject may go.
    alias: Option<String>,
}

impl Unnamed {
    /// The same, where it cannot be said whether it is owed.
    pub fn doubted(mut self) -> Unnamed {
        self.duty.certain = false;
        self
    }
}

/// The duties of one subject's cadence.
pub fn of_cadence(
    codes: CadenceCodes,
    subject: &str,
    obligations: &[Obligation],
    certain: impl Fn(&Obligation) -> bool,
) -> Vec<Unnamed> {
    let owed = if codes.late == "evaluation_late" { Owed::Evaluation } else { Owed::Review };
    let on = |day: Day| Met { on: Moment::On(day), by: None };
    let duty = |obligation: &Obligation| Duty {
        clause: codes.clause,
        owed,
        subject: subject.to_owned(),
        happened: None,
        scheduled: Moment::On(obligation.due),
        done: obligation.done.map(on),
        previous: obligation.previous.map(on),
        vouched: obligation.vouched,
        certain: certain(obligation),
        covert: false,
    };
    obligations.iter().map(|obligation| Unnamed { duty: duty(obligation), alias: None }).collect()
}

/// The duty that follows from one event.
pub fn of_event(clause: &'static str, subject: &str, alias: &str, event: &Event<'_>, certain: bool) -> Unnamed {
    let duty = Duty {
        clause,
        owed: Owed::Review,
        subject: subject.to_owned(),
        happened: Some(event.happened),
        scheduled: event.due(),
        done: event.done().map(|on| Met { on, by: None }),
        previous: None,
        vouched: true,
        certain,
        covert: false,
    };
    Unnamed { duty, alias: Some(alias.to_owned()) }
}

/// Says of each duty who did it and which subjects are covert; in the order of duties, each once.
///
/// # Errors
/// When a table cannot be read.
pub fn named(engine: &Engine, found: Vec<Unnamed>) -> EngineResult<Vec<Duty>> {
    let covert: BTreeSet<String> = engine
        .query("SELECT camera_id FROM cameras WHERE coalesce(kind = 'covert', TRUE)")?
        .texts("camera_id")?
        .into_iter()
        .flatten()
        .collect();
    let wanted: BTreeSet<&'static str> = found.iter().map(|unnamed| unnamed.duty.clause).collect();
    let recorded = engine.query(
        "SELECT review_id, clause, subject, reviewed_at, reviewer_id, audit_id FROM reviews
         WHERE clause IS NOT NULL AND subject IS NOT NULL",
    )?;
    let reviews = Reviews::of(&wanted, &recorded)?;
    let mut duties: Vec<Duty> = found
        .into_iter()
        .map(|Unnamed { mut duty, alias }| {
            if met_by_reviews(&duty) {
                let doer = |met: &Met| reviews.doer(&duty, alias.as_deref(), met.on);
                let (done, previous) = (duty.done.as_ref().and_then(doer), duty.previous.as_ref().and_then(doer));
                duty.done.iter_mut().for_each(|met| met.by.clone_from(&done));
                duty.previous.iter_mut().for_each(|met| met.by.clone_from(&previous));
            }
            duty.covert = is_of_a_camera(duty.clause) && covert.contains(&duty.subject);
            duty
        })
        .collect();
    duties.sort_by_cached_key(order);
    duties.dedup();
    Ok(duties)
}

/// Whether reviews meet the duty, rather than measurements, which name nobody.
fn met_by_reviews(duty: &Duty) -> bool {
    let checks = v3::clause(duty.clause).map_or(&[][..], |clause| clause.checks);
    duty.owed == Owed::Review
        && !checks
            .iter()
            .any(|check| matches!(check, Check::Cadence { late: "review_late", met_by: MetBy::Records { .. }, .. }))
}

/// Systems and cameras may share an id; only sections 4 and 5 speak of cameras.
fn is_of_a_camera(clause: &str) -> bool {
    clause.starts_with("4.") || clause.starts_with("5.")
}

/// The reviews of the clauses that have duties, by clause, subject and day; the earliest of each day first.
struct Reviews(HashMap<Reviewed, Vec<(Instant, Doer)>>);

/// Clause, subject and day.
type Reviewed = (&'static str, String, Day);

impl Reviews {
    fn of(wanted: &BTreeSet<&'static str>, recorded: &Answer) -> EngineResult<Reviews> {
        let (ids, clauses, subjects) =
            (recorded.texts("review_id")?, recorded.texts("clause")?, recorded.texts("subject")?);
        let (people, audits) = (recorded.texts("reviewer_id")?, recorded.texts("audit_id")?);
        let mut reviews: HashMap<_, Vec<(Instant, Doer)>> = HashMap::new();
        for (row, at) in recorded.instants("reviewed_at")?.into_iter().enumerate() {
            let (Some(clause), Some(subject), Some(at)) = (&clauses[row], &subjects[row], at.map(Instant)) else {
                continue;
            };
            let Some(clause) = wanted.get(clause.as_str()) else { continue };
            let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
            let doer = Doer {
                review: ids[row].clone().unwrap_or_default(),
                person: given(&people[row]),
                audit: given(&audits[row]),
            };
            reviews.entry((*clause, subject.clone(), london::day_of(at))).or_default().push((at, doer));
        }
        reviews.values_mut().for_each(|day| day.sort_by(|a, b| (a.0, &a.1.review).cmp(&(b.0, &b.1.review))));
        Ok(Reviews(reviews))
    }

    /// Who met a duty then: a review of the subject itself comes before one of the LEA as a whole, and the
    /// earlier of a day before the later.
    fn doer(&self, duty: &Duty, alias: Option<&str>, on: Moment) -> Option<Doer> {
        let of = |subject: &str| self.0.get(&(duty.clause, subject.to_owned(), on.day())).into_iter().flatten();
        let made_then = |(at, _): &&(Instant, Doer)| match on {
            Moment::At(instant) => *at == instant,
            Moment::On(_) => true,
        };
        let own = of(&duty.subject).chain(alias.filter(|alias| *alias != duty.subject).into_iter().flat_map(of));
        let own = own.filter(made_then).min_by(|a, b| (a.0, &a.1.review).cmp(&(b.0, &b.1.review)));
        // One of the LEA does not answer an event.
        let general = || if duty.happened.is_none() { of("*").find(made_then) } else { None };
        own.or_else(general).map(|(_, doer)| doer.clone())
    }
}
