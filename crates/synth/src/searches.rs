//! The search log, streamed.

use std::io;

use custodes_standard::evidence::{PRESERVED_CASES, SEARCHES};

use crate::Progress;
use crate::accounts::Users;
use crate::calendar::{DAY, HOUR, MINUTE, Micros, SECOND};
use crate::draw::{Draw, Stream};
use crate::force::Output;
use crate::search_plan::{Class, Fault, SearchPlan};
use crate::table::{Cell, Table};
use crate::words;

/// Rows between two reports of progress.
pub(crate) const PROGRESS_ROWS: u64 = 1 << 18;

const CASES: u64 = 40;

/// One search; its texts are used again for the next.
#[derive(Debug, Default)]
struct Search {
    id: String,
    system: &'static str,
    user: String,
    at: Micros,
    from: Micros,
    to: Micros,
    target: String,
    purpose: &'static str,
    reason: &'static str,
    justification: String,
    reference: String,
    authorised_by: String,
    rank: &'static str,
    authorised_at: Option<Micros>,
    case: String,
    results: i64,
}

/// Writes `preserved_cases` and `searches`.
pub(crate) fn write(plan: &SearchPlan<'_>, users: &Users, output: &mut Output<'_>) -> io::Result<()> {
    output.set(plan.force, &PRESERVED_CASES, |table, _, _| {
        (0..CASES).try_for_each(|case| table.row(&[Cell::Text(&case_id(case)), Cell::Text(&investigation(case))]))
    })?;
    plan.enter_reviews(output);
    let mut table = Table::create(output.folder(), &SEARCHES, plan.force.plan.format)?;
    let mut search = Search::default();
    let rows = plan.force.sizes.searches;
    for row in 0..rows {
        search.make(plan, users, row);
        search.write(&mut table)?;
        if row % PROGRESS_ROWS == PROGRESS_ROWS - 1 {
            (output.progress)(Progress { set: SEARCHES.name, rows: row + 1, of: rows });
        }
    }
    if plan.force.departs() {
        write_odd_rows(plan, users, &mut table)?;
    }
    output.close(&SEARCHES, table)
}

/// Rows that intake has to set apart: a duplicate, a conflicting pair, one without its user, one from the future.
fn write_odd_rows(plan: &SearchPlan<'_>, users: &Users, table: &mut Table) -> io::Result<()> {
    let mut search = Search::default();
    search.make(plan, users, 0);
    search.write(table)?;
    search.make(plan, users, 1);
    search.results += 1;
    search.write(table)?;
    search.make(plan, users, 2);
    search.id = "S9999999991".to_owned();
    search.user.clear();
    search.write(table)?;
    search.make(plan, users, 2);
    search.id = "S9999999992".to_owned();
    search.at = plan.force.as_of.plus(1).at(9, 0);
    search.write(table)
}

fn case_id(case: u64) -> String {
    format!("PC-{:04}", case + 1)
}

fn investigation(case: u64) -> String {
    format!("INV/{}/{:04}", words::OPERATIONS[(case % words::OPERATIONS.len() as u64) as usize], 1000 + case)
}

impl Search {
    fn make(&mut self, plan: &SearchPlan<'_>, users: &Users, row: u64) {
        let mut draw = plan.force.draw(Stream::Search, row);
        let (class, fault) =
            plan.fixed(row).unwrap_or_else(|| (if draw.below(100) < 9 { Class::Older } else { Class::Recent }, None));
        self.at = plan.times.at(row);
        let user = users.at(self.at, &mut draw);
        self.id.clear();
        push_number(&mut self.id, "S", row + 1, 10);
        self.user.clone_from(&user.user);
        self.system = if user.nsap && draw.one_in(4) { "nsap" } else { "nas" };
        self.results = if draw.one_in(5) { 0 } else { draw.below(240) as i64 };
        self.explain(&mut draw);
        self.case.clear();
        if class == Class::Preserved {
            let case = draw.below(CASES);
            self.case = case_id(case);
            self.reference = investigation(case);
        }
        let of_authority = fault.is_some_and(Fault::of_authority);
        let older = class == Class::Older || of_authority || (class == Class::Preserved && draw.one_in(2));
        self.authorised_by.clear();
        self.rank = "";
        self.authorised_at = None;
        if older {
            self.reach_back(&mut draw)
        } else {
            self.look_back(&mut draw)
        }
        if let Some(fault) = fault {
            self.depart(fault, older, users, &mut draw);
        }
    }

    fn explain(&mut self, draw: &mut Draw) {
        self.purpose = draw.pick(words::PURPOSES);
        self.reason = draw.pick(words::REASONS);
        self.target.clear();
        words::target(&mut self.target, draw);
        self.justification.clear();
        words::justification(&mut self.justification, draw);
        self.reference.clear();
        match draw.below(5) {
            0 => {
                self.reference.push_str("Op ");
                self.reference.push_str(draw.pick(words::OPERATIONS));
            }
            1 => push_number(&mut self.reference, "INC-", draw.below(10_000_000), 7),
            _ => push_number(&mut self.reference, "42/", draw.below(100_000_000), 8),
        }
    }

    fn short(&self) -> bool {
        self.purpose == words::LIMITED_PURPOSE
    }

    /// A period within the last ninety days.
    fn look_back(&mut self, draw: &mut Draw) {
        const PERIODS: [Micros; 10] =
            [HOUR, 3 * HOUR, 12 * HOUR, DAY, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 27 * DAY, 80 * DAY];
        let limit = if self.short() { 9 } else { 10 };
        let period = PERIODS[draw.below(limit) as usize];
        let back = draw.between(period / 2 / SECOND, period / SECOND) * SECOND;
        self.from = self.at - back;
        self.to = self.at - draw.between(0, back / 8 / SECOND) * SECOND;
        // Many people simply search to the end of the day.
        if draw.one_in(16) {
            self.to = self.at + draw.between(1, 20 * 60) * MINUTE;
        }
    }

    /// A period that begins earlier than that, with authority for it.
    fn reach_back(&mut self, draw: &mut Draw) {
        self.from = self.at - 90 * DAY - draw.between(1, 230 * 24 * 60) * MINUTE;
        self.to = if self.short() || !draw.one_in(3) {
            self.from + draw.between(60, 27 * 24 * 60) * MINUTE
        } else {
            self.at - draw.between(0, 3600) * SECOND
        };
        push_number(&mut self.authorised_by, "INSP-", draw.below(60) + 1, 3);
        self.rank = draw.pick(words::RANKS);
        self.authorised_at = Some(self.at - draw.between(0, 2 * 24 * 60) * MINUTE);
    }

    fn depart(&mut self, fault: Fault, older: bool, users: &Users, draw: &mut Draw) {
        match fault {
            Fault::Reason => self.reason = "",
            Fault::Purpose => self.purpose = "",
            Fault::Justification => self.justification.clear(),
            Fault::Placeholder => draw.pick(words::PLACEHOLDERS).clone_into(&mut self.justification),
            Fault::JustificationWithheld => "***".clone_into(&mut self.justification),
            Fault::Reference => self.reference.clear(),
            Fault::AuthorityMissing => {
                self.authorised_by.clear();
                (self.rank, self.authorised_at) = ("", None);
            }
            Fault::AuthorityUndated => self.authorised_at = None,
            Fault::AuthorityAfter => self.authorised_at = Some(self.at + draw.between(1, 40 * 60) * MINUTE),
            Fault::AuthoritySelf => self.authorised_by.clone_from(&self.user),
            Fault::AuthorityRank => self.rank = draw.pick(&["sergeant", "", "Acting Sergeant", "Insp", "constable"]),
            Fault::RankWithheld => self.rank = "REDACTED",
            Fault::PeriodInverted => {
                let back = if older { 100 * DAY } else { DAY };
                (self.from, self.to) = (self.at - back, self.at - back - 4 * DAY);
            }
            Fault::PeriodFuture => {
                self.purpose = words::UNLIMITED_PURPOSE;
                self.to = self.at + DAY + draw.between(1, 4000) * MINUTE;
            }
            Fault::PeriodExcessive => {
                self.purpose = words::LIMITED_PURPOSE;
                let back = if older { 100 * DAY } else { 0 };
                (self.from, self.to) = (self.at - back - 50 * DAY, self.at - back);
            }
            Fault::AccountUnknown => {
                self.user.clear();
                push_number(&mut self.user, "zz", draw.below(100_000), 5);
            }
            Fault::AccountNotOpen => {
                self.user.clone_from(&users.former[draw.below(users.former.len() as u64) as usize]);
                self.system = "nas";
            }
            Fault::OtherInvestigation => "INV/OTHER/0001".clone_into(&mut self.reference),
            Fault::CaseUnknown => "PC-9999".clone_into(&mut self.case),
            Fault::ReviewLate | Fault::ReviewMissing => {}
        }
    }

    fn write(&self, table: &mut Table) -> io::Result<()> {
        table.row(&[
            Cell::Text(&self.id),
            Cell::Text(self.system),
            Cell::text(&self.user),
            Cell::At(self.at),
            Cell::At(self.from),
            Cell::At(self.to),
            Cell::Text(&self.target),
            Cell::text(self.purpose),
            Cell::text(self.reason),
            Cell::text(&self.justification),
            Cell::text(&self.reference),
            Cell::text(&self.authorised_by),
            Cell::text(self.rank),
            Cell::at(self.authorised_at),
            Cell::text(&self.case),
            Cell::Int(self.results),
        ])
    }
}

/// A number with leading noughts; `write!` would take as long as the rest of the row.
pub(crate) fn push_number(out: &mut String, prefix: &str, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    while number > 0 || first > digits.len() - width {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.push_str(prefix);
    out.extend(digits[first..].iter().map(|digit| char::from(*digit)));
}
