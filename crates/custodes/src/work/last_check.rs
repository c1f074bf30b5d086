//! What a check said, kept until what it rests on changes: a board need not read hundreds of millions of searches
//! to be shown a second time.
//!
//! It is kept with everything that it rests on, signed by the journal's key, and taken up only where all of that
//! is still so, word by word; else the evidence is read again. Where nobody holds the key nothing is kept.
//! That the evidence is whole is not shown by a board: files are looked for, and `verify` reads them.

use std::collections::BTreeSet;
use std::io::{self, Write};

use custodes_checks::outcome::Outcome;
use custodes_checks::{Parameters, Window};
use custodes_compliance::acts::schedule::Owed;
use custodes_compliance::event::Moment;
use custodes_compliance::london;
use custodes_compliance::schedule::duty::{Doer, Met};
use custodes_compliance::schedule::{Checked, Duty};
use custodes_compliance::state::State;
use custodes_compliance::time::Instant;
use custodes_journal::hash::Hash;
use custodes_journal::log::Log;
use custodes_standard::evidence::SETS;
use custodes_standard::v3;
use serde::{Deserialize, Serialize};

use super::in_force::{InForce, OwnRows};
use super::kept::{self, Kept, Written};
use super::{WorkError, Workspace};

const FORM: &str = concat!("custodes-check/v2 ", env!("CARGO_PKG_VERSION"));

/// As of when a board is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Of today: a check made at any time of this day will do.
    Now(Instant),
    /// Of just this instant.
    Asked(Instant),
}

impl AsOf {
    pub fn instant(self) -> Instant {
        let (AsOf::Now(instant) | AsOf::Asked(instant)) = self;
        instant
    }

    /// Each has its own, so that one does not put the other out.
    fn name(self) -> &'static str {
        match self {
            AsOf::Now(_) => "check of today",
            AsOf::Asked(_) => "check as asked",
        }
    }

    /// What of the time a check rests on.
    fn in_words(self) -> String {
        match self {
            AsOf::Now(now) => format!("any time of {}", london::day_of(now)),
            AsOf::Asked(instant) => instant.to_string(),
        }
    }
}

/// What a board is made from.
#[derive(Debug)]
pub struct Said {
    pub parameters: Parameters,
    pub duties: Vec<Duty>,
    pub clauses: Vec<Checked>,
    /// When the evidence was read, and up to when: nothing later is in it.
    pub read_as_of: Instant,
    /// Whether it was read before, and not for this.
    pub kept: bool,
}

impl Workspace {
    /// What a check of the twelve months before says: as it was kept, if it was and nothing changed that it rests
    /// on, else from the evidence, which is then kept. `anew` reads the evidence whatever was kept.
    ///
    /// # Errors
    /// When evidence is missing or has another length, or cannot be read to its end.
    pub fn check_for_board(&mut self, as_of: AsOf, anew: bool) -> Result<Said, WorkError> {
        if self.record.evidence().next().is_none() && OwnRows::of(&self.record).files().next().is_none() {
            // A new workspace has a board too; no clause on it is checked.
            let (parameters, read_as_of) = (self.parameters_at(as_of.instant())?, as_of.instant());
            return Ok(Said { parameters, duties: Vec::new(), clauses: Vec::new(), read_as_of, kept: false });
        }
        let rests_on = self.rests_on(as_of)?;
        if !anew && let Some(said) = self.said_before(as_of, &rests_on)? {
            return Ok(said);
        }
        let head = self.head();
        let instant = as_of.instant();
        let window = Window::new(london::months_before(instant, 12), instant)?;
        let checked = self.check(window, &BTreeSet::new())?;
        let said = KeptCheck::of(&checked.outcome, &checked.parameters, rests_on, instant);
        if let Some(keys) = &self.keys
            && let Some(bytes) =
                kept::seal(FORM, &[Hash::of(said.rests_on.as_bytes()).to_string()], &said, keys.signer())
        {
            // A board that could not be kept, because others write or this user may not, is right all the same.
            let _ = self.log.keep_derived(as_of.name(), Some(&bytes), head);
        }
        said.read_back(checked.parameters, false).ok_or_else(|| "the check names what the standard does not".into())
    }

    fn said_before(&self, as_of: AsOf, rests_on: &str) -> Result<Option<Said>, WorkError> {
        let Some(bytes) = self.log.derived(as_of.name())? else { return Ok(None) };
        let Some(kept) = Kept::open(&bytes, FORM, &self.verifier()?) else { return Ok(None) };
        if kept.lines() != [Hash::of(rests_on.as_bytes()).to_string()] {
            return Ok(None);
        }
        let before = kept.value::<KeptCheck>();
        let Some(before) = before.filter(|before| before.rests_on == rests_on && before.read_as_of <= as_of.instant())
        else {
            return Ok(None);
        };
        Ok(before.read_back(self.parameters_at(as_of.instant())?, true))
    }

    /// Everything that a check rests on, as text: the evidence in force by its hashes, what people recorded here,
    /// the parameters, the time, and the program. That the files are there is seen on the way.
    fn rests_on(&self, as_of: AsOf) -> Result<String, WorkError> {
        let evidence = InForce::of(&self.record);
        evidence.look_for(&self.archive)?;
        let own_rows = OwnRows::of(&self.record);
        let own_rows = own_rows.files().map(|(name, text)| (name.to_owned(), Hash::of(text.as_bytes()).to_string()));
        let parameters = self.record.parameters_on(london::day_of(as_of.instant()));
        let rests_on = RestsOn {
            program: program(),
            standard: custodes_standard::STANDARD,
            as_of: as_of.in_words(),
            parameters: parameters.map_or("", |(_, proposal)| &proposal.toml),
            evidence,
            own_rows: own_rows.collect(),
        };
        Ok(serde_json::to_string(&rests_on).map_err(|error| error.to_string())?)
    }
}

#[derive(Serialize)]
struct RestsOn<'a> {
    program: String,
    standard: &'static str,
    as_of: String,
    /// As they were approved; blank for those that the program brings.
    parameters: &'a str,
    evidence: InForce,
    /// By name, their SHA-256.
    own_rows: Vec<(String, String)>,
}

/// The version, and which build of it: whoever changes a clause and builds again is not shown what the clause
/// said before.
fn program() -> String {
    let built = std::env::current_exe().and_then(std::fs::metadata).map(|file| {
        let changed = file.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        format!("{} bytes of {}", file.len(), changed.map_or(0, |since| since.as_nanos()))
    });
    format!("custodes {}, {}", env!("CARGO_PKG_VERSION"), built.unwrap_or_default())
}

#[derive(Serialize, Deserialize)]
struct KeptCheck {
    rests_on: String,
    read_as_of: Instant,
    clauses: Vec<KeptClause>,
    duties: Vec<KeptDuty>,
}

#[derive(Serialize, Deserialize)]
struct KeptClause {
    clause: String,
    state: String,
    absent: Vec<String>,
    set_otherwise: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct KeptDuty {
    clause: String,
    owed: Owed,
    subject: String,
    happened: Option<String>,
    scheduled: String,
    done: Option<KeptMet>,
    previous: Option<KeptMet>,
    vouched: bool,
    certain: bool,
    covert: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptMet {
    on: String,
    /// The review, the person, the audit.
    by: Option<(String, Option<String>, Option<String>)>,
}

impl Written for KeptCheck {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        Ok(serde_json::to_writer(to, self)?)
    }

    fn read(bytes: &[u8]) -> Option<KeptCheck> {
        serde_json::from_slice(bytes).ok()
    }
}

/// A figure that was set otherwise than the standard has it, beside the standard's.
fn otherwise(parameters: &Parameters, name: &str) -> Option<String> {
    let (value, standard) = (&parameters.get(name)?.value, parameters.set_instead_of(name)?);
    Some(format!("{name} {value} (the standard's is {standard})"))
}

impl KeptCheck {
    fn of(outcome: &Outcome, parameters: &Parameters, rests_on: String, read_as_of: Instant) -> KeptCheck {
        let clauses = outcome.clauses.iter().map(|clause| KeptClause {
            clause: clause.clause.id.to_owned(),
            state: clause.state.name().to_owned(),
            absent: clause.absent.iter().map(|set| (*set).to_owned()).collect(),
            set_otherwise: clause.set_otherwise.iter().filter_map(|name| otherwise(parameters, name)).collect(),
        });
        let duties = outcome.duties.iter().map(KeptDuty::of);
        KeptCheck { rests_on, read_as_of, clauses: clauses.collect(), duties: duties.collect() }
    }

    /// `None` where it names what this program does not know.
    fn read_back(self, parameters: Parameters, kept: bool) -> Option<Said> {
        let clause = |of: KeptClause| {
            let known = |name: &String| SETS.iter().find(|set| set.name == name).map(|set| set.name);
            let absent = of.absent.iter().map(known).collect::<Option<Vec<_>>>()?;
            let (id, state) = (v3::clause(&of.clause)?.id, State::named(&of.state)?);
            Some(Checked { clause: id, state, absent, set_otherwise: of.set_otherwise })
        };
        let clauses = self.clauses.into_iter().map(clause).collect::<Option<Vec<_>>>()?;
        let duties = self.duties.into_iter().map(KeptDuty::read_back).collect::<Option<Vec<_>>>()?;
        Some(Said { parameters, duties, clauses, read_as_of: self.read_as_of, kept })
    }
}

impl KeptDuty {
    fn of(duty: &Duty) -> KeptDuty {
        KeptDuty {
            clause: duty.clause.to_owned(),
            owed: duty.owed,
            subject: duty.subject.clone(),
            happened: duty.happened.map(|happened| happened.to_string()),
            scheduled: duty.scheduled.to_string(),
            done: duty.done.as_ref().map(KeptMet::of),
            previous: duty.previous.as_ref().map(KeptMet::of),
            vouched: duty.vouched,
            certain: duty.certain,
            covert: duty.covert,
        }
    }

    fn read_back(self) -> Option<Duty> {
        Some(Duty {
            clause: v3::clause(&self.clause)?.id,
            owed: self.owed,
            subject: self.subject,
            happened: all_or_none(self.happened.as_deref(), Moment::parse)?,
            scheduled: Moment::parse(&self.scheduled)?,
            done: all_or_none(self.done, KeptMet::read_back)?,
            previous: all_or_none(self.previous, KeptMet::read_back)?,
            vouched: self.vouched,
            certain: self.certain,
            covert: self.covert,
        })
    }
}

impl KeptMet {
    fn of(met: &Met) -> KeptMet {
        let by = met.by.as_ref().map(|doer| (doer.review.clone(), doer.person.clone(), doer.audit.clone()));
        KeptMet { on: met.on.to_string(), by }
    }

    fn read_back(self) -> Option<Met> {
        let by = self.by.map(|(review, person, audit)| Doer { review, person, audit });
        Some(Met { on: Moment::parse(&self.on)?, by })
    }
}

/// `None` where there was something, and it is not what it should be.
fn all_or_none<T, U>(given: Option<T>, read: impl FnOnce(T) -> Option<U>) -> Option<Option<U>> {
    match given {
        None => Some(None),
        Some(given) => read(given).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_reads_back_as_it_was() {
        let met = |on: &str, by: Option<Doer>| Some(Met { on: Moment::parse(on).unwrap(), by });
        let doer = Doer { review: "journal:R1".into(), person: None, audit: Some("A1".into()) };
        let duty = Duty {
            clause: "8.2.2.d",
            owed: Owed::Evaluation,
            subject: "u\u{301} 1".into(),
            happened: Some(Moment::parse("2026-10-01T08:00:00.5Z").unwrap()),
            scheduled: Moment::parse("2026-10-03").unwrap(),
            done: met("2026-10-02T08:00:00Z", Some(doer)),
            previous: met("2025-10-02", None),
            vouched: true,
            certain: false,
            covert: true,
        };
        let text = serde_json::to_string(&KeptDuty::of(&duty)).unwrap();
        assert_eq!(serde_json::from_str::<KeptDuty>(&text).unwrap().read_back(), Some(duty));
        let unknown = text.replace("8.2.2.d", "8.2.2.z");
        assert_eq!(serde_json::from_str::<KeptDuty>(&unknown).unwrap().read_back(), None);
    }
}
