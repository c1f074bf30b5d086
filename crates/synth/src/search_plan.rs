//! Which searches depart from the standard, and how: worked out from the row alone, so that the log and its
//! key can both be streamed.

use std::collections::BTreeSet;

use crate::calendar::{Day, Micros};
use crate::draw::Stream;
use crate::force::{Force, Output};
use crate::reviews::Review;
use crate::spread::Spread;

/// The population class of 8.2.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Recent,
    Older,
    Preserved,
}

/// What is wrong with a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Reason,
    Purpose,
    Justification,
    Placeholder,
    Reference,
    AuthorityMissing,
    AuthorityUndated,
    AuthorityAfter,
    AuthoritySelf,
    AuthorityRank,
    PeriodInverted,
    PeriodFuture,
    PeriodExcessive,
    AccountUnknown,
    AccountNotOpen,
    OtherInvestigation,
    CaseUnknown,
    ReviewLate,
    ReviewMissing,
    /// No departure: it cannot be known.
    JustificationWithheld,
    RankWithheld,
}

impl Fault {
    fn code(self) -> Option<&'static str> {
        Some(match self {
            Fault::Reason => "reason_missing",
            Fault::Purpose => "purpose_missing",
            Fault::Justification => "justification_missing",
            Fault::Placeholder => "justification_placeholder",
            Fault::Reference => "reference_missing",
            Fault::AuthorityMissing => "authority_missing",
            Fault::AuthorityUndated => "authority_undated",
            Fault::AuthorityAfter => "authority_after_search",
            Fault::AuthoritySelf => "authority_self",
            Fault::AuthorityRank => "authority_rank",
            Fault::PeriodInverted => "period_inverted",
            Fault::PeriodFuture => "period_future",
            Fault::PeriodExcessive => "period_excessive",
            Fault::AccountUnknown => "account_unknown",
            Fault::AccountNotOpen => "account_not_open",
            Fault::OtherInvestigation => "other_investigation",
            Fault::CaseUnknown => "preserved_case_unknown",
            // Entered in the key with their dates, when the reviews are.
            Fault::ReviewLate | Fault::ReviewMissing => return None,
            Fault::JustificationWithheld | Fault::RankWithheld => return None,
        })
    }

    /// Whether only a search of older data can have it.
    pub(crate) fn of_authority(self) -> bool {
        use Fault::{AuthorityAfter, AuthorityMissing, AuthorityRank, AuthoritySelf, AuthorityUndated, RankWithheld};
        matches!(
            self,
            AuthorityMissing | AuthorityUndated | AuthorityAfter | AuthoritySelf | AuthorityRank | RankWithheld
        )
    }

    fn clause(self, class: Class) -> &'static str {
        match (self, class) {
            (Fault::OtherInvestigation | Fault::CaseUnknown, _) => "8.2.6",
            (_, Class::Recent) => "8.2.4.a",
            (_, Class::Older) => "8.2.4.b",
            (_, Class::Preserved) => "8.2.4.c",
        }
    }
}

const ANY: [Fault; 10] = [
    Fault::Reason,
    Fault::Purpose,
    Fault::Justification,
    Fault::Placeholder,
    Fault::Reference,
    Fault::PeriodInverted,
    Fault::PeriodFuture,
    Fault::PeriodExcessive,
    Fault::AccountUnknown,
    Fault::AccountNotOpen,
];
const AUTHORITY: [Fault; 5] = [
    Fault::AuthorityMissing,
    Fault::AuthorityUndated,
    Fault::AuthorityAfter,
    Fault::AuthoritySelf,
    Fault::AuthorityRank,
];
/// Late and missing reviews come first: they show only when the search is months old.
const FIRST: [Fault; 4] = [Fault::ReviewLate, Fault::ReviewMissing, Fault::OtherInvestigation, Fault::CaseUnknown];

/// At most one search in so many departs.
const SPARSEST: u64 = 2_000;

#[derive(Debug)]
pub(crate) struct SearchPlan<'a> {
    pub force: &'a Force<'a>,
    pub times: Spread,
    faults: Vec<(Class, Fault)>,
    /// One departure is planted in each block of so many rows.
    block: u64,
    /// A preserved search in which nothing is wrong stands in every so-manieth block.
    preserved_every: u64,
}

impl<'a> SearchPlan<'a> {
    pub(crate) fn new(force: &'a Force<'a>) -> SearchPlan<'a> {
        let mut faults: Vec<(Class, Fault)> = FIRST.map(|fault| (Class::Preserved, fault)).to_vec();
        for class in [Class::Recent, Class::Older, Class::Preserved] {
            faults.extend(ANY.map(|fault| (class, fault)));
            if class != Class::Recent {
                faults.extend(AUTHORITY.map(|fault| (class, fault)));
            }
        }
        faults.push((Class::Recent, Fault::JustificationWithheld));
        faults.push((Class::Older, Fault::RankWithheld));
        let rows = force.sizes.searches;
        let block = (rows / (2 * faults.len() as u64)).clamp(4, SPARSEST);
        let preserved_every = (rows / block / 1000).max(3);
        SearchPlan { force, times: Spread::new(force, Stream::SearchTime, rows), faults, block, preserved_every }
    }

    fn blocks(&self) -> u64 {
        self.force.sizes.searches / self.block
    }

    /// The row of a block in which something is wrong.
    fn chosen(&self, block: u64) -> u64 {
        block * self.block + self.force.draw(Stream::SearchBlock, block).below(self.block)
    }

    /// The row of a block that is a preserved search as it should be.
    fn preserved(&self, block: u64) -> Option<u64> {
        let after = (self.chosen(block) + 1 - block * self.block) % self.block;
        (block % self.preserved_every == 1).then_some(block * self.block + after)
    }

    /// The class that is fixed for a row, and its fault.
    pub(crate) fn fixed(&self, row: u64) -> Option<(Class, Option<Fault>)> {
        let block = row / self.block;
        if block >= self.blocks() {
            return None;
        }
        if self.force.departs() && row == self.chosen(block) {
            let (class, fault) = self.faults[(block % self.faults.len() as u64) as usize];
            return Some((class, Some(fault)));
        }
        (self.preserved(block) == Some(row)).then_some((Class::Preserved, None))
    }

    /// The clauses and codes that are planted among the searches, besides late and missing reviews.
    pub(crate) fn codes(&self) -> BTreeSet<(&'static str, &'static str)> {
        let faults = self.faults.iter().filter(|_| self.force.departs());
        faults.filter_map(|&(class, fault)| fault.code().map(|code| (fault.clause(class), code))).collect()
    }

    /// The searches that depart so, in order of their identifiers.
    pub(crate) fn departing(&self, clause: &str, code: &str) -> impl Iterator<Item = String> {
        let found = self.faults.iter().position(|&(class, fault)| {
            self.force.departs() && fault.code() == Some(code) && fault.clause(class) == clause
        });
        let step = self.faults.len();
        let blocks = found.map_or(0..0, |first| first as u64..self.blocks()).step_by(step);
        blocks.map(|block| search_id(self.chosen(block)))
    }

    /// Enters the review of every search of preserved data.
    pub(crate) fn enter_reviews(&self, output: &mut Output<'_>) {
        for block in 0..self.blocks() {
            let rows = [Some(self.chosen(block)), self.preserved(block)];
            for row in rows.into_iter().flatten() {
                if let Some((Class::Preserved, fault)) = self.fixed(row) {
                    self.enter_review(output, row, fault, self.times.at(row));
                }
            }
        }
    }

    fn enter_review(&self, output: &mut Output<'_>, row: u64, fault: Option<Fault>, at: Micros) {
        let mut draw = self.force.draw(Stream::Review, 1 << 32 | row);
        let day = Day::of(at);
        let due = day.plus_months(3);
        let mut reviewed = Some(day.plus(draw.days(1, 80)));
        if due.plus(20) < self.force.as_of {
            match fault {
                Some(Fault::ReviewLate) => {
                    reviewed = Some(due.plus(5));
                    output.key.plant_due("8.2.4.c", "review_late", search_id(row), due, reviewed);
                }
                Some(Fault::ReviewMissing) => {
                    reviewed = None;
                    output.key.plant_due("8.2.4.c", "review_missing", search_id(row), due, None);
                }
                _ => {}
            }
        }
        if let Some(day) = reviewed.filter(|day| *day < self.force.as_of) {
            let at = day.at(draw.between(9, 16), draw.between(0, 59));
            output.book.enter(Review::by_auditor("8.2.4.c", search_id(row), at, &mut draw));
        }
    }
}

/// Ten digits, so that the order of identifiers is the order of rows.
pub(crate) fn search_id(row: u64) -> String {
    format!("S{:010}", row + 1)
}
