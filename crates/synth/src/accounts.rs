//! The accounts, and the people who come, go, and forget that they have one.

use std::io;

use custodes_standard::evidence::ACCOUNTS;

use crate::calendar::{HOUR, MINUTE, Micros, SECOND};
use crate::draw::{Draw, Stream};
use crate::force::{Force, Output};
use crate::people::APPROVERS;
use crate::reviews::Review;
use crate::table::Cell;

/// One row of `accounts`.
#[derive(Debug, Clone)]
struct Account {
    person: String,
    user: String,
    system: &'static str,
    permission: &'static str,
    authorised_at: Micros,
    approver: String,
    last_access_at: Option<Micros>,
    closed_at: Option<Micros>,
    left_at: Option<Micros>,
}

/// Somebody who searches and logs on, and from when to when.
#[derive(Debug)]
pub(crate) struct Searcher {
    pub user: String,
    pub nsap: bool,
    from: Micros,
    until: Micros,
}

/// Who uses the systems; found again by anybody who needs a user of some instant.
#[derive(Debug)]
pub(crate) struct Users {
    pub searchers: Vec<Searcher>,
    /// Running sums of how much each of them searches.
    weights: Vec<u64>,
    /// Users whose accounts were closed before the window.
    pub former: Vec<String>,
    /// Log-ons after the holder left: (user, instant).
    pub after_leaving: Vec<(String, Micros)>,
}

/// How much people search: forty quantiles of a lognormal distribution (σ = 1.25, median 100).
const SEARCHES_PER_USER: [u64; 40] = [
    6, 11, 15, 18, 22, 26, 29, 33, 37, 41, 45, 50, 54, 59, 64, 70, 76, 82, 89, 96, 104, 112, 122, 132, 143, 155, 169,
    184, 202, 221, 244, 271, 303, 342, 391, 456, 545, 680, 926, 1647,
];

/// The control room never sleeps: its users stand in for whoever is not there.
const CONTROL_ROOM: u64 = 8;

impl Users {
    /// Who searched at that instant.
    pub(crate) fn at(&self, instant: Micros, draw: &mut Draw) -> &Searcher {
        let total = self.weights.last().copied().unwrap_or(1);
        let drawn = draw.below(total);
        let found = &self.searchers[self.weights.partition_point(|sum| *sum <= drawn)];
        if found.from <= instant && instant <= found.until {
            return found;
        }
        &self.searchers[draw.below(CONTROL_ROOM) as usize]
    }
}

enum Role {
    Steady,
    Joiner,
    Leaver,
    Dormant,
    Former,
}

/// Accounts in the order in which they are written, and what has been planted in them.
struct Making<'a, 'f, 'o> {
    force: &'a Force<'f>,
    output: &'a mut Output<'o>,
    accounts: Vec<Account>,
    users: Users,
}

/// Writes `accounts`.
pub(crate) fn write(force: &Force<'_>, output: &mut Output<'_>) -> io::Result<Users> {
    let users = Users { searchers: Vec::new(), weights: Vec::new(), former: Vec::new(), after_leaving: Vec::new() };
    let mut making = Making { force, output, accounts: Vec::new(), users };
    let all = force.sizes.users;
    let share = |of: u64, least: u64| (all * of / 100).max(least);
    let (joiners, leavers, dormant, former) = (share(7, 12), share(6, 12), share(3, 8), share(2, 6));
    let steady = all - joiners - leavers - dormant - former;
    let mut number = 0;
    for (role, count) in [
        (Role::Steady, steady),
        (Role::Joiner, joiners),
        (Role::Leaver, leavers),
        (Role::Dormant, dormant),
        (Role::Former, former),
    ] {
        for nth in 0..count {
            number += 1;
            match role {
                Role::Steady => making.steady(number, nth),
                Role::Joiner => making.joiner(number, nth),
                Role::Leaver => making.leaver(number, nth),
                Role::Dormant => making.dormant(number, nth),
                Role::Former => making.former(number),
            }
        }
    }
    making.special();
    let Making { accounts, users, .. } = making;
    output.set(force, &ACCOUNTS, |table, _, _| {
        for account in &accounts {
            table.row(&[
                Cell::text(&account.person),
                Cell::Text(&account.user),
                Cell::Text(account.system),
                Cell::Text(account.permission),
                Cell::At(account.authorised_at),
                Cell::text(&account.approver),
                Cell::at(account.last_access_at),
                Cell::at(account.closed_at),
                Cell::at(account.left_at),
            ])?;
        }
        Ok(())
    })?;
    Ok(users)
}

impl Making<'_, '_, '_> {
    fn new_account(&self, number: u64, draw: &mut Draw) -> Account {
        let authorised_on = self.force.from.plus(-draw.days(120, 1400));
        Account {
            person: format!("P-{number:05}"),
            user: format!("nm{number:05}"),
            system: "nas",
            permission: "user",
            authorised_at: authorised_on.at(draw.between(8, 17), draw.between(0, 59)),
            approver: draw.pick(APPROVERS).to_owned(),
            last_access_at: None,
            closed_at: None,
            left_at: None,
        }
    }

    fn searches(&mut self, account: &Account, nsap: bool) {
        let row = self.users.searchers.len() as u64;
        let mut draw = self.force.draw(Stream::Weight, row);
        let quantile = SEARCHES_PER_USER[draw.below(40) as usize];
        let before = self.users.weights.last().copied().unwrap_or(0);
        self.users.weights.push(before + quantile * 16 + draw.below(quantile * 4));
        self.users.searchers.push(Searcher {
            user: account.user.clone(),
            nsap,
            from: account.authorised_at,
            until: account.last_access_at.unwrap_or(account.authorised_at),
        });
    }

    /// Somebody there all the year, on one system or both.
    fn steady(&mut self, number: u64, nth: u64) {
        let mut draw = self.force.draw(Stream::Account, number);
        let mut account = self.new_account(number, &mut draw);
        let before =
            if nth < CONTROL_ROOM { draw.between(1, 60) * SECOND } else { draw.between(60, 40 * 24 * 60) * MINUTE };
        account.last_access_at = Some(self.force.as_of.midnight() - before);
        let nsap = nth < CONTROL_ROOM || draw.one_in(3);
        self.searches(&account, nsap);
        if nsap {
            self.accounts.push(Account { system: "nsap", ..account.clone() });
        }
        self.accounts.push(account);
    }

    /// Somebody authorised within the window; the last of them have not used it yet. Every eighth is somebody
    /// whose account was closed, and given again.
    fn joiner(&mut self, number: u64, nth: u64) {
        let mut draw = self.force.draw(Stream::Account, number);
        let mut account = self.new_account(number, &mut draw);
        let joined = self.force.day_within(&mut draw, 30, 60);
        if nth % 8 == 7 {
            let closed = self.force.from.plus(draw.days(2, 20));
            let mut first = account.clone();
            first.last_access_at = Some(closed.plus(-3).at(10, 5));
            first.closed_at = Some(closed.at(12, 0));
            self.accounts.push(first);
        }
        account.authorised_at = joined.at(draw.between(8, 17), draw.between(0, 59));
        if nth % 5 == 4 {
            account.authorised_at = self.force.as_of.plus(-draw.days(3, 50)).at(9, 45);
        } else {
            account.last_access_at = Some(self.force.as_of.plus(-draw.days(1, 40)).at(draw.between(8, 20), 30));
            self.searches(&account, false);
        }
        let subject = format!("{}/nas/user", account.user);
        match (self.force.departs(), nth) {
            (true, 0) => {
                account.approver.clear();
                self.output.key.plant("8.2.2.a", "approver_missing", subject);
            }
            (true, 1) => {
                account.approver = account.user.clone();
                self.output.key.plant("8.2.2.a", "self_approved", subject);
            }
            (true, 2) => account.approver = "REDACTED".to_owned(),
            _ => {}
        }
        self.accounts.push(account);
    }

    fn leaver(&mut self, number: u64, nth: u64) {
        let mut draw = self.force.draw(Stream::Leaver, number);
        let mut account = self.new_account(number, &mut draw);
        let fault = if self.force.departs() { nth } else { u64::MAX };
        let day = match fault {
            0 => self.force.as_of.plus(-30),
            1..=4 => self.force.day_within(&mut draw, 20, 40),
            _ => self.force.day_within(&mut draw, -60, 6),
        };
        let left_at = day.at(17, 0);
        account.left_at = Some(left_at);
        account.last_access_at = Some(day.plus(-draw.days(0, 5)).at(draw.between(8, 16), draw.between(0, 59)));
        account.closed_at = Some(left_at + draw.between(30, 47 * 60) * MINUTE);
        let mut reviewed_at = Some(left_at + draw.between(2 * 60, 47 * 60) * MINUTE);
        let subject = format!("{}/nas/user", account.user);
        let key = &mut self.output.key;
        let due = left_at + 48 * HOUR;
        match fault {
            0 => {
                account.closed_at = None;
                key.plant("8.2.2.d", "leaver_access_open", subject.clone());
            }
            1 => {
                account.closed_at = Some(left_at + 60 * HOUR);
                key.plant("8.2.2.d", "leaver_access_open", subject.clone());
            }
            2 => {
                account.closed_at = Some(left_at + 30 * HOUR);
                self.users.after_leaving.push((account.user.clone(), left_at + 10 * HOUR));
                key.plant("8.2.2.d", "access_after_leaving", subject.clone());
            }
            3 => {
                reviewed_at = Some(left_at + 68 * HOUR);
                key.plant_due_at("8.2.2.d", "review_late", subject.clone(), due, reviewed_at);
            }
            4 => {
                reviewed_at = None;
                key.plant_due_at("8.2.2.d", "review_missing", subject.clone(), due, None);
            }
            _ => {}
        }
        if let Some(at) = reviewed_at {
            let named = if draw.one_in(2) { subject } else { account.user.clone() };
            self.output.book.enter(Review::by_auditor("8.2.2.d", named, at, &mut draw));
        }
        self.searches(&account, false);
        self.accounts.push(account);
    }

    /// Somebody who stopped: audited in time, or closed in time.
    fn dormant(&mut self, number: u64, nth: u64) {
        let mut draw = self.force.draw(Stream::Dormant, number);
        let mut account = self.new_account(number, &mut draw);
        let fault = if self.force.departs() { nth } else { u64::MAX };
        let last = match fault {
            0 | 1 => self.force.day_within(&mut draw, 10, 150),
            _ => self.force.day_within(&mut draw, -80, 130),
        };
        account.last_access_at = Some(last.at(draw.between(8, 20), draw.between(0, 59)));
        account.authorised_at = account.authorised_at.min(last.plus(-30).at(9, 0));
        let subject = format!("{}/nas/user", account.user);
        let event = last.plus(90);
        let due = event.plus(14);
        let mut reviewed = Some(event.plus(draw.days(1, 13)));
        match fault {
            0 => {
                reviewed = Some(due.plus(6));
                self.output.key.plant_due("8.2.2.c", "review_late", subject.clone(), due, reviewed);
            }
            1 => {
                reviewed = None;
                self.output.key.plant_due("8.2.2.c", "review_missing", subject.clone(), due, None);
            }
            _ if nth % 2 == 1 => {
                account.closed_at = reviewed.map(|day| day.at(15, 10));
                reviewed = None;
            }
            _ => {}
        }
        if let Some(day) = reviewed {
            self.output.book.enter(Review::by_auditor("8.2.2.c", subject, day.at(11, 20), &mut draw));
        }
        self.searches(&account, false);
        self.accounts.push(account);
    }

    /// Somebody whose account was closed before the window, for another reason than leaving.
    fn former(&mut self, number: u64) {
        let mut draw = self.force.draw(Stream::Account, number);
        let mut account = self.new_account(number, &mut draw);
        let closed = self.force.from.plus(-draw.days(20, 60));
        account.last_access_at = Some(closed.plus(-draw.days(1, 40)).at(14, 0));
        account.closed_at = Some(closed.at(16, 0));
        self.users.former.push(account.user.clone());
        self.accounts.push(account);
    }

    /// Auditors, administrators and the provider; and, where things go wrong, users among them.
    fn special(&mut self) {
        let usual: &[(&str, &str, &str, &str)] = &[
            ("AUD-01", "nm-aud01", "nas", "auditor"),
            ("P-90001", "nm-adm01", "nas", "administrator"),
            ("P-90002", "nm-adm02", "nas", "administrator"),
            ("P-90002", "nm-adm02", "nsap", "administrator"),
            ("P-90003", "nm-sup01", "nas", "super_administrator"),
            ("P-90004", "nm-prv01", "nsap", "provider"),
        ];
        let departing: &[(&str, &str, &str, &str)] = &[
            ("AUD-04", "nm-aud04", "nas", "user"),
            ("NAT-02", "nm-nat02", "nsap", "administrator"),
            ("P-90005", "nm-adm05", "nas", "administrator"),
            ("P-90005", "nm-off05", "nsap", "user"),
            ("", "nm-adm06", "nas", "super_administrator"),
            ("", "nm-adm06", "nas", "user"),
        ];
        let departing = if self.force.departs() { departing } else { &[] };
        for (row, &(person, user, system, permission)) in usual.iter().chain(departing).enumerate() {
            let mut draw = self.force.draw(Stream::Account, 1_000_000 + row as u64);
            let mut account = self.new_account(0, &mut draw);
            account.person = person.to_owned();
            account.user = user.to_owned();
            account.system = system;
            account.permission = permission;
            account.last_access_at = Some(self.force.as_of.plus(-draw.days(1, 30)).at(13, 30));
            self.accounts.push(account);
        }
        if self.force.departs() {
            self.output.key.plant("8.2.2.e", "admin_is_user", "P-90005");
            self.output.key.plant("8.2.2.e", "admin_is_user", "nm-adm06");
        }
    }
}
