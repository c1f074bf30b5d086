//! `custodes person` and `custodes role`: who is who, and who may do what.

use custodes_compliance::acts::people::{PersonAdded, PersonChanged, RoleGiven, RoleWithdrawn};
use custodes_compliance::acts::{Act, Mark, PersonId};
use custodes_compliance::record::Person as Registered;
use custodes_compliance::record::people::Holding;
use custodes_compliance::roles::{Action, Role};
use custodes_compliance::time::Day;
use serde_json::json;

use super::{Place, day};
use crate::cli::Mistakes;
use crate::work::{audits::today, random};

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        format!("{text:?} is no role; the roles are {}", names.join(", "))
    })
}

/// The people of a workspace
#[derive(Debug, clap::Subcommand)]
pub enum Person {
    /// Adds somebody
    Add {
        /// The id under which the force knows them: that of the evidence sets `auditors` and `accounts`
        person: PersonId,
        #[arg(long)]
        name: String,
        /// The machine's log-in name: only who is logged in so may act as this person
        #[arg(long)]
        login: Option<String>,
        /// A user id of theirs on NAS or NSAP; may be repeated
        #[arg(long, value_name = "ID")]
        user_id: Vec<String>,
    },
    /// Changes a name, log-in or user ids
    Change {
        person: PersonId,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        login: Option<String>,
        #[arg(long, value_name = "ID")]
        user_id: Vec<String>,
        #[arg(long)]
        reason: String,
    },
    /// Lists everybody with their roles
    List,
}

/// The parts that people have
#[derive(Debug, clap::Subcommand)]
pub enum Roles {
    /// Gives a part, from a day
    Give {
        person: PersonId,
        /// local-auditor, anpr-manager, reviewer, respondent, senior-manager, national-auditor, lead-controller,
        /// controller (of one LEA) or administrator
        #[arg(value_parser = role)]
        role: Role,
        /// The first day; today without it
        #[arg(long, value_parser = day)]
        from: Option<Day>,
        /// The first day on which it is held no longer
        #[arg(long, value_parser = day)]
        until: Option<Day>,
        /// In whose place
        #[arg(long, value_name = "PERSON")]
        deputy_for: Option<PersonId>,
        /// By which appointment
        #[arg(long)]
        reason: String,
    },
    /// Takes a part away, from now on
    Withdraw {
        person: PersonId,
        #[arg(value_parser = role)]
        role: Role,
        #[arg(long)]
        reason: String,
    },
}

pub fn person(place: &Place, verb: Person) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Person::Add { person, name, login, user_id } => {
            let mark = Mark::of(random()?);
            session.act(|_| {
                let (name, login, user_ids) = (name.clone(), login.clone(), user_id.clone());
                Ok(Act::from(PersonAdded { person: person.clone(), name, login, user_ids, mark: mark.clone() }))
            })?;
            session.say(
                &format!("{name} ({person}) added; a role is given with `custodes role give`"),
                json!({ "person": person }),
            )
        }
        Person::Change { person, name, login, user_id, reason } => {
            session.act(|_| {
                let user_ids = if user_id.is_empty() { None } else { Some(user_id.clone()) };
                let (name, login, reason) = (name.clone(), login.clone(), reason.clone());
                Ok(Act::from(PersonChanged { person: person.clone(), name, login, user_ids, reason }))
            })?;
            session.say(&format!("{person} changed"), json!({ "person": person }))
        }
        Person::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadBoard, None)?;
            let today = today();
            let mut lines = Vec::new();
            let mut rows = Vec::new();
            for (id, person) in &session.workspace.record.people {
                let roles: Vec<&str> = person.roles_on(today).into_iter().map(Role::title).collect();
                let parts: Vec<&Holding> = person.holdings.iter().filter(|part| holds(part, today)).collect();
                lines.push(format!("{id:<16} {:<28} {}", person.name, parts_and_names(&parts, person)));
                let part = |part: &&Holding| {
                    let (from, until, deputy_for) = (part.from, part.until, &part.deputy_for);
                    json!({ "role": part.role.title(), "from": from, "until": until, "deputy_for": deputy_for })
                };
                let parts: Vec<_> = parts.iter().map(part).collect();
                rows.push(json!({
                    "person": id, "name": person.name, "login": person.login, "user_ids": person.user_ids,
                    "roles": roles, "parts": parts,
                }));
            }
            session.say(&lines.join("\n"), json!(rows))
        }
    }
}

/// Whether a part is held on a day, or will be from a later one.
fn holds(part: &Holding, today: Day) -> bool {
    part.withdrawn.is_none() && part.until.is_none_or(|until| today < until)
}

/// Somebody's parts with their days, and the names by which machines know them.
fn parts_and_names(parts: &[&Holding], person: &Registered) -> String {
    let part = |part: &&Holding| {
        let until = part.until.map_or(String::new(), |day| format!(" until {day}"));
        let deputy = part.deputy_for.as_ref().map_or(String::new(), |of| format!(", deputy for {of}"));
        format!("{} from {}{until}{deputy}", part.role.title(), part.from)
    };
    let mut told: Vec<String> = parts.iter().map(part).collect();
    if told.is_empty() {
        told.push("no role".to_owned());
    }
    told.extend(person.login.as_ref().map(|login| format!("log-in {login}")));
    if !person.user_ids.is_empty() {
        told.push(format!("user ids {}", person.user_ids.join(", ")));
    }
    told.join("; ")
}

pub fn roles(place: &Place, verb: Roles) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Roles::Give { person, role, from, until, deputy_for, reason } => {
            let from = from.unwrap_or_else(today);
            session.act(|_| {
                let (deputy_for, reason) = (deputy_for.clone(), reason.clone());
                Ok(Act::from(RoleGiven { person: person.clone(), role, from, until, deputy_for, reason }))
            })?;
            let text = format!("{person} is {} from {from}", role.title());
            session.say(&text, json!({ "person": person, "role": role, "from": from, "until": until }))
        }
        Roles::Withdraw { person, role, reason } => {
            session.act(|_| Ok(Act::from(RoleWithdrawn { person: person.clone(), role, reason: reason.clone() })))?;
            session.say(&format!("{person} is {} no longer", role.title()), json!({ "person": person, "role": role }))
        }
    }
}
