//! When each user's accounts were open: asked of every search, so worked out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::builder::make_view;
use arrow::array::{Array, ArrayRef, AsArray, Int8Array, StringViewArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{HashMap, Result as EngineResult};

use crate::engine::Engine;

/// One account row: given at, and closed at; outer `None` where that cannot be known.
type Account = (i64, Option<Option<i64>>);

/// `[from_at, until_at)`, and whether any of the user's accounts on the system was open then: NULL where
/// it cannot be said.
type Span = (i64, i64, Option<bool>);

/// The function that [`register`] makes known: `account_state(user_id, system, at)`, one of the numbers
/// below. A join with the spans would copy every column of every search; this reads three of them.
const FUNCTION: &str = "account_state";

/// The account list does not know the user on that system.
const STRANGER: i8 = 0;
const OPEN: i8 = 1;
const NOT_OPEN: i8 = 2;
/// The user is known, and whether an account was open cannot be said.
const UNSAID: i8 = 3;

/// The spans of one user on one system cover all of time, without overlap.
fn spans(accounts: &[Account]) -> Vec<Span> {
    let mut borders: Vec<i64> = vec![i64::MIN];
    for (given, closed) in accounts {
        borders.push(*given);
        borders.extend(closed.flatten());
    }
    borders.sort_unstable();
    borders.dedup();
    let mut spans: Vec<Span> = Vec::new();
    for (n, &from) in borders.iter().enumerate() {
        let until = borders.get(n + 1).copied().unwrap_or(i64::MAX);
        let open = open_at(accounts, from);
        match spans.last_mut() {
            Some(last) if last.2 == open => last.1 = until,
            _ => spans.push((from, until, open)),
        }
    }
    spans
}

fn open_at(accounts: &[Account], t: i64) -> Option<bool> {
    let mut unknown = false;
    for (given, closed) in accounts.iter().filter(|(given, _)| *given <= t) {
        match closed {
            Some(None) => return Some(true),
            Some(Some(closed)) if *closed > t => return Some(true),
            Some(Some(_)) => {}
            None => unknown = *given <= t,
        }
    }
    if unknown { None } else { Some(false) }
}

/// From when on the user's accounts on a system were in a state.
#[derive(Clone, Copy)]
struct Since {
    /// The system's place in [`Spans::systems`].
    system: u32,
    state: i8,
    from: i64,
}

/// Where a user's [`Since`] stand in [`Spans::since`], all together.
type Place = std::ops::Range<u32>;

/// The spans of every user on every system where they have accounts. It is asked of every search, so it is
/// laid out to be small: one look at a table of users, one at a list that all share.
#[derive(Default)]
struct Spans {
    systems: Vec<String>,
    /// Users by the string view of their id, where all of it stands in the view: up to twelve bytes.
    short: HashMap<u128, Place>,
    long: HashMap<String, Place>,
    /// By user, then system, then time; the first of a user on a system begins before all time.
    since: Vec<Since>,
}

/// The length, in bytes, of the longest text that stands in its string view.
const SHORT: u32 = 12;

impl Spans {
    /// `accounts` by user and system.
    fn of(accounts: BTreeMap<(String, String), Vec<Account>>) -> Spans {
        let mut all = Spans::default();
        for ((user, system), accounts) in accounts {
            let known = all.systems.iter().position(|known| *known == system);
            let system = known.unwrap_or_else(|| {
                all.systems.push(system);
                all.systems.len() - 1
            }) as u32;
            let first = all.since.len() as u32;
            all.since.extend(spans(&accounts).into_iter().map(|(from, _, open)| {
                let state = open.map_or(UNSAID, |open| if open { OPEN } else { NOT_OPEN });
                Since { system, state, from }
            }));
            let end = all.since.len() as u32;
            let place = if user.len() <= SHORT as usize {
                all.short.entry(make_view(user.as_bytes(), 0, 0)).or_insert(first..end)
            } else {
                all.long.entry(user).or_insert(first..end)
            };
            place.end = end;
        }
        all
    }

    fn place(&self, users: &StringViewArray, row: usize) -> Option<&Place> {
        let view = users.views()[row];
        if view as u32 <= SHORT { self.short.get(&view) } else { self.long.get(users.value(row)) }
    }

    fn state(&self, place: &Place, system: u32, at: i64) -> i8 {
        // There are few.
        let of_user = &self.since[place.start as usize..place.end as usize];
        let of_system = of_user.iter().rev().find(|since| since.system == system && since.from <= at);
        of_system.map_or(STRANGER, |since| since.state)
    }

    /// The state of each row; NULL where the user, the system or the time is not known.
    fn states(&self, arguments: &[ArrayRef]) -> Int8Array {
        let (users, systems) = (arguments[0].as_string_view(), arguments[1].as_string_view());
        let at = arguments[2].as_primitive::<TimestampMicrosecondType>();
        let nulls = [users.nulls(), systems.nulls(), at.nulls()];
        let known = nulls.into_iter().fold(None, |known, nulls| NullBuffer::union(known.as_ref(), nulls));
        let mut states = Vec::with_capacity(users.len());
        // Rows name a handful of systems: the one before is mostly the same.
        let mut before: Option<(u128, Option<u32>)> = None;
        for (row, &at) in at.values().iter().enumerate() {
            if known.as_ref().is_some_and(|known| known.is_null(row)) {
                states.push(STRANGER);
                continue;
            }
            let view = systems.views()[row];
            let system = match before {
                Some((same, system)) if same == view => system,
                _ => self.systems.iter().position(|known| known == systems.value(row)).map(|place| place as u32),
            };
            // Two views of one batch that are the same are the same text.
            before = Some((view, system));
            let place = self.place(users, row);
            states.push(place.zip(system).map_or(STRANGER, |(place, system)| self.state(place, system, at)));
        }
        Int8Array::new(states.into(), known)
    }
}

/// Makes the function known to the engine.
///
/// # Errors
/// When the accounts cannot be read.
pub fn register(engine: &Engine) -> EngineResult<()> {
    let answer = engine.query("SELECT user_id, system, authorised_at, closed_at, closed_at_given FROM accounts")?;
    let (users, systems) = (answer.texts("user_id")?, answer.texts("system")?);
    let (given, closed) = (answer.instants("authorised_at")?, answer.instants("closed_at")?);
    let known = answer.booleans("closed_at_given")?;
    let mut accounts: BTreeMap<(String, String), Vec<Account>> = BTreeMap::new();
    for (row, (user, system)) in users.into_iter().zip(systems).enumerate() {
        let (Some(user), Some(system), Some(given)) = (user, system, given[row]) else { continue };
        let closed = match known[row] {
            Some(true) => Some(closed[row]),
            Some(false) => Some(None),
            None => None,
        };
        accounts.entry((user, system)).or_default().push((given, closed));
    }
    let spans = Spans::of(accounts);
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let arguments = vec![DataType::Utf8View, DataType::Utf8View, instant];
    engine.register_function(FUNCTION, arguments, DataType::Int8, move |arguments| Arc::new(spans.states(arguments)));
    Ok(())
}

/// The searches, each with whether its user was known on its system and had an open account at its time.
pub fn searches_with_accounts(searches: &str) -> String {
    format!(
        "(SELECT *, account_state <> {STRANGER} AS account_known,
            CASE account_state WHEN {OPEN} THEN TRUE WHEN {NOT_OPEN} THEN FALSE END AS account_open
          FROM (SELECT *, {FUNCTION}(user_id, system, searched_at) AS account_state FROM {searches}))"
    )
}

#[cfg(test)]
mod tests {
    use arrow::array::TimestampMicrosecondArray;

    use super::*;

    #[test]
    fn an_account_is_open_from_the_instant_it_was_given_until_the_instant_it_was_closed() {
        let one = [(10, Some(Some(20)))];
        assert_eq!(spans(&one), [(i64::MIN, 10, Some(false)), (10, 20, Some(true)), (20, i64::MAX, Some(false))]);
    }

    #[test]
    fn given_again_it_is_open_again_and_overlaps_count_once() {
        let accounts = [(10, Some(Some(20))), (15, Some(Some(30))), (40, Some(None))];
        let open: Vec<_> = spans(&accounts).into_iter().filter(|span| span.2 == Some(true)).collect();
        assert_eq!(open, [(10, 30, Some(true)), (40, i64::MAX, Some(true))]);
    }

    #[test]
    fn where_the_closing_was_withheld_nobody_can_say_unless_another_account_was_open() {
        let accounts = [(10, None), (20, Some(Some(30)))];
        assert_eq!(open_at(&accounts, 5), Some(false));
        assert_eq!(open_at(&accounts, 15), None);
        assert_eq!(open_at(&accounts, 25), Some(true));
        assert_eq!(open_at(&accounts, 35), None);
    }

    fn text(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringViewArray::from(values.to_vec()))
    }

    fn states(spans: &Spans, asked: &[(Option<&str>, Option<&str>, i64)]) -> Vec<Option<i8>> {
        let users: Vec<_> = asked.iter().map(|(user, _, _)| *user).collect();
        let systems: Vec<_> = asked.iter().map(|(_, system, _)| *system).collect();
        let at: Vec<i64> = asked.iter().map(|(_, _, at)| *at).collect();
        let at = Arc::new(TimestampMicrosecondArray::from(at).with_timezone("UTC")) as ArrayRef;
        spans.states(&[text(&users), text(&systems), at]).iter().collect()
    }

    #[test]
    fn a_user_is_known_on_the_systems_of_their_accounts_only() {
        for (user, other) in [("a", "c"), ("a user with a long name", "a user with a long nam")] {
            let accounts = [
                ((user.into(), "nas".into()), vec![(10, Some(Some(20)))]),
                (("b".into(), "nsap".into()), vec![(10, None)]),
            ];
            let spans = Spans::of(accounts.into());
            let of_user = [9, 10, 19, 20].map(|at| (Some(user), Some("nas"), at));
            assert_eq!(states(&spans, &of_user), [NOT_OPEN, OPEN, OPEN, NOT_OPEN].map(Some));
            let of_b = [9, 10].map(|at| (Some("b"), Some("nsap"), at));
            assert_eq!(states(&spans, &of_b), [NOT_OPEN, UNSAID].map(Some));
            let strangers = [(Some(user), Some("nsap"), 15), (Some(other), Some("nas"), 15)];
            assert_eq!(states(&spans, &strangers), [Some(STRANGER); 2]);
        }
    }

    #[test]
    fn without_a_user_or_a_system_nothing_can_be_said() {
        let asked = [(None, Some("nas"), 5), (Some("a"), None, 5), (Some("a"), Some("nas"), 5)];
        assert_eq!(states(&Spans::default(), &asked), [None, None, Some(STRANGER)]);
    }
}
