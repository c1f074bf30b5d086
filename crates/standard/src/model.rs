//! What a clause is made of.
//!
//! A clause declares; it does not act. Its tests are SQL over the declared evidence (built-in
//! functions only), read in three-valued logic: TRUE is an exception, FALSE is none, and NULL means
//! that no verdict can be given, because a value was withheld or not exported. Text that was left
//! blank is `''`; for other columns `<name>_given` says whether a value was there.

use crate::evidence::Set;

/// One clause, or lettered part of one, of the standard.
#[derive(Debug)]
pub struct Clause {
    /// As the standard numbers it: `8.2.4.b`.
    pub id: &'static str,
    pub title: &'static str,
    /// What is asked, in our words.
    pub asks: &'static str,
    pub by: By,
    pub population: Population,
    pub arises: Arises,
    pub sample: Sample,
    pub checks: &'static [Check],
    /// What a person is asked about each record of the sample, or at each review.
    pub judgements: &'static [Judgement],
    /// The record that must exist afterwards, and for how long.
    pub record: &'static str,
    /// Without all of these, whole, "clear" is never said.
    pub needs: &'static [&'static Set],
    pub readings: &'static [Reading],
    /// For the clauses of one camera kind: which. `$kind` in their SQL, and per-kind parameters, follow it.
    pub kind: Option<&'static str>,
}

/// Who may conduct it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Any authorised member of the LEA's staff.
    Lea,
    /// An independent auditor of the LEA.
    Auditor,
    NationalAuditor,
    /// Not a review of its own: part of another's.
    Nobody,
}

impl By {
    pub fn name(self) -> &'static str {
        match self {
            By::Lea => "LEA",
            By::Auditor => "auditor",
            By::NationalAuditor => "national auditor",
            By::Nobody => "",
        }
    }

    /// A review by these is an audit, and section 3 looks at who made it.
    pub fn is_audit(self) -> bool {
        matches!(self, By::Auditor | By::NationalAuditor)
    }
}

/// The records that the clause is about in its window.
#[derive(Debug, Clone, Copy)]
pub enum Population {
    /// Rows of a set: a condition on one row.
    Rows { of: &'static Set, given: &'static str },
    /// A query of one number.
    Query { sql: &'static str, needs: &'static [&'static Set] },
    /// What the clause's tests judged, each subject once.
    Judged,
}

/// When the clause arises at all. Where it does not, it has no cadence; where that cannot be said,
/// because the set that decides it is absent or not whole, nothing can be established.
#[derive(Debug, Clone, Copy)]
pub enum Arises {
    Always,
    /// Where there is something to look at.
    WithPopulation {
        decided_by: &'static [&'static Set],
    },
    /// Where there is something to look at, or rows of which that cannot be said.
    Rows {
        of: &'static Set,
        given: &'static str,
        decided_by: &'static [&'static Set],
    },
    /// Where there is something to look at, or the query (of one boolean) says so.
    Query {
        sql: &'static str,
        needs: &'static [&'static Set],
        decided_by: &'static [&'static Set],
    },
    /// The first set decides where it came, else the second.
    EitherSet {
        set: &'static Set,
        sql: &'static str,
        else_set: &'static Set,
        else_sql: &'static str,
    },
    /// Where somebody held the office at some time of the window; the population counts only then.
    InOffice {
        role: &'static str,
    },
}

/// What the standard asks a person to judge.
#[derive(Debug, Clone, Copy)]
pub enum Sample {
    None,
    /// Everything.
    All,
    /// ceil(rate × population); inside `window_days` consecutive days, where given, which a draw must choose.
    Rate {
        parameter: &'static str,
        window_days: Option<&'static str>,
        rationale: bool,
    },
}

/// A span of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Days(i64),
    Months(i64),
}

/// A [`Period`] as declared: fixed by the standard, or a parameter.
#[derive(Debug, Clone, Copy)]
pub enum Every {
    Days(i64),
    Months(i64),
    ParameterMonths(&'static str),
}

/// How long after an event its review may come.
#[derive(Debug, Clone, Copy)]
pub enum Within {
    ParameterHours(&'static str),
    ParameterDays(&'static str),
    ParameterMonths(&'static str),
}

/// One test of a single row.
#[derive(Debug)]
pub struct Test {
    pub code: &'static str,
    /// What it means when it fires: a sentence that a person can act on.
    pub says: &'static str,
    /// A condition on the row.
    pub when: &'static str,
}

/// A test, or a family of tests, that a machine can make.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Conditions on single rows of one set; they run together, in one pass.
    Rows { of: &'static Set, given: &'static str, also_needs: &'static [&'static Set], tests: &'static [Test] },
    /// A query that returns `subject` and `verdict`, and may return `detail`.
    Query { code: &'static str, says: &'static str, needs: &'static [&'static Set], sql: &'static str },
    /// The cadence rule over `(subject, first, ended)`.
    Cadence { late: &'static str, overdue: &'static str, every: Every, of: Subjects, met_by: MetBy },
    /// The event rule over `(subject, happened, judged)`; `happened` is an instant or a date.
    Event { within: Within, events: Events },
    /// The records of the clause's own sampled audits.
    SampledAudit,
    /// Tests of this clause that report under others: its state follows from theirs.
    ReportedUnder { clauses: &'static [&'static str], codes: &'static [&'static str] },
    /// Patterns that are shown to whoever reviews; never exceptions, and without weight for the state.
    Shows(&'static [&'static Pattern]),
}

/// Something that is worth a reviewer's look, though no departure from the standard.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    pub name: &'static str,
    pub says: &'static str,
    /// What exactly counts.
    pub taken_as: &'static str,
}

/// Whose cadence it is.
#[derive(Debug, Clone, Copy)]
pub enum Subjects {
    /// The LEA as a whole, `*`.
    Lea,
    /// A query of `subject`, `first` (date), `ended` (date).
    Each { sql: &'static str, needs: &'static [&'static Set] },
}

/// What meets a cadence.
#[derive(Debug, Clone, Copy)]
pub enum MetBy {
    /// Reviews of the clause: of the subject, or of the LEA while the subject was in service.
    Reviews,
    /// A query of `subject`, `done` (date), `counts` (boolean; NULL where it cannot be said).
    Records { sql: &'static str, needs: &'static [&'static Set] },
}

/// Where events come from: a query of
/// * `subject`, and `alias`, another name under which its reviews may go;
/// * `happened`: an instant or a date;
/// * `settled_on`: the date on which the matter ended by itself; up to the due date no review is needed;
/// * `judged`: a condition on the event besides its time; NULL where it cannot be said: untestable, if a
///   review is late or missing;
/// * `unknown` (optional): untestable whatever the reviews;
/// * `counted` (optional): in the population even where the event rule does not judge it.
#[derive(Debug, Clone, Copy)]
pub struct Events {
    pub sql: &'static str,
    pub needs: &'static [&'static Set],
}

/// Rows of a streamed set that the engine keeps aside while it streams past, for queries to join.
#[derive(Debug)]
pub struct Collected {
    pub name: &'static str,
    pub of: &'static Set,
    pub columns: &'static [&'static str],
    /// A condition on the row; `$leavers` is the list of users who left in the window.
    pub given: &'static str,
    /// Where rows that match may be many: only so many are kept, the latest by the deciding time.
    pub latest: Option<usize>,
}

/// A question for a person.
#[derive(Debug)]
pub struct Judgement {
    pub name: &'static str,
    pub asks: &'static str,
}

/// A place that could be read two ways, and how it is read here.
#[derive(Debug)]
pub struct Reading {
    pub of: &'static str,
    pub taken_as: &'static str,
    pub because: &'static str,
}

/// An exact, non-negative rational number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub numerator: u64,
    /// Never 0.
    pub denominator: u64,
}

impl Ratio {
    pub const fn percent(of_a_hundred: u64) -> Ratio {
        Ratio { numerator: of_a_hundred, denominator: 100 }
    }

    /// `5 %`, `2.5%`, `0.05`: never through floating point. `None` for anything else, and for numbers
    /// with more than 12 decimals.
    pub fn parse(text: &str) -> Option<Ratio> {
        let (number, percent) = match text.trim().strip_suffix('%') {
            Some(number) => (number.trim(), true),
            None => (text.trim(), false),
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && decimals.is_empty()) || !digits(whole) || !digits(decimals) {
            return None;
        }
        if decimals.len() > 12 || whole.len() > 6 {
            return None;
        }
        let numerator = format!("{whole}{decimals}").parse().ok()?;
        let denominator = 10u64.pow(decimals.len() as u32) * if percent { 100 } else { 1 };
        Some(Ratio { numerator, denominator }.reduced())
    }

    fn reduced(self) -> Ratio {
        let (mut a, mut b) = (self.numerator, self.denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Ratio { numerator: self.numerator / a.max(1), denominator: self.denominator / a.max(1) }
    }

    /// As a decimal number, where it came from one.
    pub fn as_decimal(self) -> String {
        let number = self.numerator as f64 / self.denominator as f64;
        number.to_string()
    }

    pub fn is_at_most_one(self) -> bool {
        self.numerator <= self.denominator
    }

    /// ceil(rate × population): 5 % of 20 is 1, of 21 is 2, and of 0 none.
    pub fn sample_size(self, population: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(population);
        product.div_ceil(u128::from(self.denominator)).max(u128::from(population > 0)) as u64
    }
}

/// As a percentage where that is short, else as a fraction.
impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredfold = u128::from(self.numerator) * 100;
        if hundredfold.is_multiple_of(u128::from(self.denominator)) {
            return write!(f, "{} %", hundredfold / u128::from(self.denominator));
        }
        if (hundredfold * 100).is_multiple_of(u128::from(self.denominator)) {
            let value = hundredfold * 100 / u128::from(self.denominator);
            let text = format!("{}.{:02}", value / 100, value % 100);
            return write!(f, "{} %", text.trim_end_matches('0'));
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_rounded_up_exactly() {
        let rate = Ratio::percent(5);
        assert_eq!([0, 1, 20, 21, 100, 101].map(|n| rate.sample_size(n)), [0, 1, 1, 2, 5, 6]);
        assert_eq!(Ratio::parse("0.07").unwrap().sample_size(100), 7, "in floating point it would be 8");
    }

    #[test]
    fn a_rate_may_be_written_as_people_write_it() {
        for text in ["5 %", "5%", "0.05", " 5.0 % ", ".05"] {
            assert_eq!(Ratio::parse(text), Some(Ratio { numerator: 1, denominator: 20 }), "{text}");
        }
        for text in ["", "%", "-1", "5 % of", "1e-2", "five"] {
            assert_eq!(Ratio::parse(text), None, "{text}");
        }
        assert_eq!(Ratio::parse("2.5 %").unwrap().to_string(), "2.5 %");
    }
}
