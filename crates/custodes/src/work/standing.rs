//! What the account evidence says of people: section 3 is reckoned from it on every act.

use std::collections::BTreeMap;

use custodes_compliance::acts::PersonId;
use custodes_compliance::london;
use custodes_compliance::record::{Record, typed, unread};
use custodes_compliance::roles::{Clearance, Standing};
use custodes_compliance::time::Instant;
use custodes_compliance::user_ids;
use custodes_evidence::archive::{Archive, Sha256};
use custodes_standard::evidence::{ACCOUNTS, AUDITORS, Set};

use super::WorkError;

/// An account, as far as section 3 looks at it.
#[derive(Debug)]
struct Account {
    person: String,
    user_id: String,
    system: String,
    permission: String,
    authorised: Option<Instant>,
    /// `None` when it was never closed; a closing that is withheld is no closing.
    closed: Option<Instant>,
}

#[derive(Debug, Default)]
struct Auditor {
    user_ids: Vec<String>,
    user_ids_unclear: bool,
    clearance: Clearance,
}

/// The accounts and auditors of the evidence in force.
#[derive(Debug, Default)]
pub struct Standings {
    accounts_unread: u64,
    accounts: Vec<Account>,
    auditors: BTreeMap<String, Auditor>,
}

impl Standings {
    /// # Errors
    /// When evidence that was taken in is damaged or missing.
    pub fn read(archive: &Archive, record: &Record) -> Result<Standings, WorkError> {
        let rows = |set: &'static Set| -> Result<_, WorkError> {
            let objects: Vec<Sha256> = typed(record, set.name)
                .map(|(_, typed)| typed.sha256.parse().map_err(|_| WorkError::from("the journal names no such object")))
                .collect::<Result<_, _>>()?;
            Ok(archive.every_record(set, &objects)?)
        };
        let (accounts, auditors) = (rows(&ACCOUNTS)?, rows(&AUDITORS)?);
        let accounts = accounts.values().map(|row| {
            let text = |column| row.cell(column).unwrap_or_default().to_owned();
            let instant = |column| row.cell(column).and_then(|text| london::parse_day_or_instant(text).ok());
            Account {
                person: text("person_id"),
                user_id: text("user_id"),
                system: text("system"),
                permission: text("permission"),
                authorised: instant("authorised_at"),
                closed: instant("closed_at"),
            }
        });
        let accounts: Vec<Account> = accounts.collect();
        let marks_in_ids = accounts.iter().any(|account| user_ids::holds_mark(&account.user_id));
        let auditors = auditors.values().map(|row| {
            let text = |column| row.cell(column).unwrap_or_default().to_owned();
            let expires = row.cell("clearance_expires_on").and_then(london::parse_day);
            let clearance = match expires {
                Some(expires) if !text("clearance").is_empty() => Clearance::HeldUntil(expires),
                _ => Clearance::Missing,
            };
            let (user_ids, user_ids_unclear) = user_ids::listed(row.cell("user_ids"), marks_in_ids);
            (text("person_id"), Auditor { user_ids, user_ids_unclear, clearance })
        });
        let accounts_unread = unread(record, ACCOUNTS.name);
        Ok(Standings { accounts_unread, accounts, auditors: auditors.collect() })
    }

    /// Of one person at an instant; `registered` are the user ids that the workspace knows besides.
    pub fn of(&self, person: &PersonId, registered: &[String], now: Instant) -> Standing {
        let auditor = self.auditors.get(person.as_str());
        let listed = auditor.map_or(&[][..], |auditor| &auditor.user_ids);
        let mut user_ids: Vec<String> = listed.iter().chain(registered).cloned().collect();
        user_ids.push(person.to_string());
        let own = |account: &&Account| account.person == person.as_str() || user_ids.contains(&account.user_id);
        let open = |account: &&Account| {
            account.authorised.is_none_or(|from| from <= now) && account.closed.is_none_or(|closed| now < closed)
        };
        let named = |permissions: &[&str]| -> Vec<String> {
            let accounts = self.accounts.iter().filter(own).filter(open);
            let accounts = accounts.filter(|account| permissions.contains(&account.permission.as_str()));
            accounts.map(|account| format!("{} on {}", account.user_id, account.system)).collect()
        };
        let (user_of, administrator_of) = (named(&["user"]), named(&["administrator", "super_administrator"]));
        let mut held: Vec<String> =
            self.accounts.iter().filter(own).map(|account| account.user_id.clone()).chain(user_ids.clone()).collect();
        held.sort_unstable();
        held.dedup();
        Standing {
            // An empty list of accounts shows of nobody that they have none.
            accounts_known: !self.accounts.is_empty(),
            accounts_unread: self.accounts_unread,
            user_of,
            administrator_of,
            user_ids: held,
            user_ids_unclear: auditor.is_some_and(|auditor| auditor.user_ids_unclear),
            clearance: auditor.map(|auditor| auditor.clearance.clone()).unwrap_or_default(),
        }
    }
}
