//! The whole of who may do what, as a table that people can read and must read when it changes.

use std::fmt::Write as _;

use super::{Actor, permission};
use crate::acts::people::{PersonAdded, RoleGiven};
use crate::acts::{Act, Content, Mark, PersonId};
use crate::london::parse_day_or_instant;
use crate::record::Record;
use crate::roles::{Action, Clearance, Role, Standing};
use crate::time::Day;

fn person() -> PersonId {
    PersonId::parse("p1").unwrap()
}

/// A record in which one person holds one role.
fn with(role: Role) -> Record {
    let mut record = Record::default();
    let at = parse_day_or_instant("2026-01-01").unwrap();
    let added = PersonAdded {
        person: person(),
        name: "A. Sample".into(),
        login: None,
        user_ids: Vec::new(),
        mark: Mark::of([1; 16]),
    };
    let given = RoleGiven {
        person: person(),
        role,
        from: Day(0),
        until: None,
        deputy_for: None,
        reason: "for the table".into(),
    };
    for act in [Act::from(added), given.into()] {
        record.apply(at, &Mark::of([1; 16]), Some(Content { by: person(), login: None, act }));
    }
    record
}

fn may(record: &Record, action: Action, standing: &Standing) -> bool {
    let person = person();
    let actor = Actor { person: &person, standing, now: parse_day_or_instant("2026-06-01").unwrap() };
    permission(record, action, Some("8.2.2.e"), &actor).is_empty()
}

fn table() -> String {
    let clean = Standing { accounts_known: true, clearance: Clearance::HeldUntil(Day(30_000)), ..Standing::default() };
    let conflicts = [
        Standing { accounts_known: false, ..clean.clone() },
        Standing { user_of: vec!["u on nas".into()], ..clean.clone() },
        Standing { administrator_of: vec!["u on nas".into()], ..clean.clone() },
        Standing { clearance: Clearance::HeldUntil(Day(0)), ..clean.clone() },
        Standing { clearance: Clearance::Unknown, ..clean.clone() },
    ];
    let mut out = String::from(
        "yes    granted\n\
         if     granted to those who section 3 lets audit: no user access (3.b), no administrative permissions where\n       \
         administrators are audited (3.c), clearance held (3.a), and all of it shown by the evidence\n\
         .      not granted\n\n",
    );
    let _ = write!(out, "{:<46}", "");
    for role in Role::ALL {
        let _ = write!(out, "{:<18}", role.name());
    }
    out.push('\n');
    for action in Action::ALL {
        let _ = write!(out, "{:<46}", action.name());
        for role in Role::ALL {
            let record = with(*role);
            let cell =
                match (may(&record, *action, &clean), conflicts.iter().any(|standing| may(&record, *action, standing)))
                {
                    (false, _) => ".",
                    (true, true) => "yes",
                    (true, false) => "if",
                };
            let all = conflicts.iter().all(|standing| may(&record, *action, standing));
            assert!(cell != "yes" || all, "{action:?} for {role:?}: section 3 holds whole, or not at all");
            let _ = write!(out, "{cell:<18}");
        }
        out.push('\n');
    }
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn every_role_may_do_just_what_the_table_says() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/role-by-action.txt");
    let table = table();
    if std::env::var_os("CUSTODES_ACCEPT").is_some() {
        std::fs::write(golden, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(golden).unwrap(), table, "read the new table, then CUSTODES_ACCEPT=1 keeps it");
}

#[test]
fn nobody_without_a_role_and_nobody_unknown_may_do_anything() {
    let nobody = Record::default();
    let standing = Standing { accounts_known: true, ..Standing::default() };
    assert!(Action::ALL.iter().all(|action| !may(&nobody, *action, &standing)));
}
