//! Figures of the LEAs side by side, with the parameters that made them: unlike figures are not compared.

use std::collections::{BTreeMap, BTreeSet};

use custodes_standard::rests_on::parameters_of;
use custodes_standard::v3;
use serde::Serialize;

use super::{accepted, audits};
use crate::acts::schedule::Outcome;
use crate::record::Record;
use crate::time::Day;

/// An exact share of a whole, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fraction {
    pub numerator: u64,
    /// Never 0.
    pub denominator: u64,
}

impl Fraction {
    /// `None` of nothing.
    pub fn of(part: u64, whole: u64) -> Option<Fraction> {
        if whole == 0 {
            return None;
        }
        let common = num_integer::gcd(part, whole);
        Some(Fraction { numerator: part / common, denominator: whole / common })
    }

    /// In tenths of a percent, rounded half up.
    pub fn per_mille(self) -> u64 {
        let (part, whole) = (u128::from(self.numerator), u128::from(self.denominator));
        ((part * 2000 + whole) / (2 * whole)) as u64
    }
}

/// `3/50 (6.0 %)`
impl std::fmt::Display for Fraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = self.per_mille();
        write!(f, "{}/{} ({}.{} %)", self.numerator, self.denominator, tenths / 10, tenths % 10)
    }
}

/// One clause over all LEAs: of each, its latest audit that was signed off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseFigures {
    pub clause: String,
    pub figures: Vec<Figure>,
    /// The parameters whose values are not the same for all of these: where there are any, the figures were
    /// not made alike.
    pub unlike: Vec<String>,
    /// The periods audited are not all of one length (in days).
    pub periods_differ: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    pub lea: String,
    pub audit: String,
    pub from: Day,
    pub to: Day,
    pub population: u64,
    pub examined: u64,
    pub failed: u64,
    pub findings: u64,
    /// None where an earlier program received it.
    pub outcome: Option<Outcome>,
    /// The rate or size that was planned; none where no sample was.
    pub planned: Option<String>,
    /// What must not be overlooked: nothing was examined, for instance.
    pub remarks: Vec<&'static str>,
    /// Failed of examined.
    pub rate: Option<Fraction>,
    /// What the LEA set otherwise than by default, of the parameters on which the clause rests.
    pub parameters: Vec<(String, String)>,
}

pub(super) fn of(record: &Record) -> Vec<ClauseFigures> {
    let mut clauses: BTreeMap<String, Vec<Figure>> = BTreeMap::new();
    for lea in record.leas.keys() {
        let accepted = accepted(record, lea);
        let mut latest: BTreeMap<String, audits::StatedByLea> = BTreeMap::new();
        for told in audits::stated(&accepted).into_iter().filter(|told| told.audit.signed_off) {
            let known = latest.get(&told.audit.clause).map(|known| known.audit.completed_at);
            if known.is_none_or(|known| known <= told.audit.completed_at) {
                latest.insert(told.audit.clause.clone(), told);
            }
        }
        for (clause, told) in latest {
            let of_bundle = record.receipts.get(&told.receipt);
            let set = of_bundle.map(|receipt| receipt.what.parameters.as_slice()).unwrap_or_default();
            let parameters = of_clause(&clause, set);
            let audit = told.audit;
            clauses.entry(clause).or_default().push(Figure {
                lea: lea.clone(),
                rate: Fraction::of(audit.failed, audit.examined),
                planned: audit.planned_in_words(),
                outcome: audit.outcome,
                remarks: told.remarks,
                audit: audit.audit,
                from: audit.from,
                to: audit.to,
                population: audit.population,
                examined: audit.examined,
                failed: audit.failed,
                findings: audit.findings,
                parameters,
            });
        }
    }
    let told = clauses.into_iter().map(|(clause, figures)| {
        let lengths: BTreeSet<i64> = figures.iter().map(|figure| figure.to.days_since(figure.from)).collect();
        ClauseFigures { unlike: unlike(&figures), periods_differ: lengths.len() > 1, clause, figures }
    });
    let mut told: Vec<ClauseFigures> = told.collect();
    // In the order of the standard.
    let place = |id: &str| v3::CLAUSES.iter().position(|clause| clause.id == id);
    told.sort_by_key(|figures| place(&figures.clause).unwrap_or(usize::MAX));
    told
}

/// Of what an LEA set, that on which the clause's figures rest: nothing else makes them unlike. Of a clause that
/// is not known here nobody can say that something is beside the point.
fn of_clause(clause: &str, set: &[(String, String)]) -> Vec<(String, String)> {
    let rests_on = v3::clause(clause).map(parameters_of);
    let counts = |name: &str| rests_on.as_ref().is_none_or(|names| names.contains(name));
    set.iter().filter(|(name, _)| counts(name)).cloned().collect()
}

/// A parameter that one LEA has set and another has not differs too: the other's is the default.
fn unlike(figures: &[Figure]) -> Vec<String> {
    let names: BTreeSet<&String> = figures.iter().flat_map(|figure| &figure.parameters).map(|(name, _)| name).collect();
    let value = |figure: &Figure, name: &String| {
        figure.parameters.iter().find(|(set, _)| set == name).map(|(_, value)| value.clone())
    };
    let differs = |name: &&String| {
        let values: BTreeSet<Option<String>> = figures.iter().map(|figure| value(figure, name)).collect();
        values.len() > 1
    };
    names.into_iter().filter(differs).cloned().collect()
}
