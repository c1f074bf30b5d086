//! People, and the roles they hold.

use serde::{Deserialize, Serialize};

use super::Done;
use crate::acts::{Mark, PersonId};
use crate::roles::Role;
use crate::time::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub role: Role,
    pub from: Day,
    /// The first day on which it is held no longer.
    pub until: Option<Day>,
    pub deputy_for: Option<PersonId>,
    pub given: Done,
    pub reason: String,
    pub withdrawn: Option<Done>,
}

impl Holding {
    pub fn on(&self, day: Day) -> bool {
        self.withdrawn.is_none() && self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub login: Option<String>,
    pub user_ids: Vec<String>,
    pub mark: Mark,
    pub added: Done,
    pub holdings: Vec<Holding>,
}

impl Person {
    /// The roles held on a day, each once.
    pub fn roles_on(&self, day: Day) -> Vec<Role> {
        let mut roles: Vec<Role> =
            self.holdings.iter().filter(|holding| holding.on(day)).map(|holding| holding.role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    pub fn holds(&self, role: Role, day: Day) -> bool {
        self.holdings.iter().any(|holding| holding.role == role && holding.on(day))
    }
}
