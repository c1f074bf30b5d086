//! When each user's accounts were open: asked of every search, so worked out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::common::Result as EngineResult;

use crate::engine::Engine;

/// One account row: given at, and closed at; outer `None` where that cannot be known.
type Account = (i64, Option<Option<i64>>);

/// `[from_at, until_at)`, and whether any of the user's accounts on the system was open then: NULL where
/// it cannot be said.
type Span = (i64, i64, Option<bool>);

/// The name of the table that [`register`] makes: `user_id`, `system`, `from_at`, `until_at`, `open`.
pub const TABLE: &str = "account_spans";

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

/// Makes the table of spans known to the engine.
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
    let (schema, batch) = table(&accounts)?;
    engine.register(TABLE, schema, vec![batch])
}

fn table(accounts: &BTreeMap<(String, String), Vec<Account>>) -> EngineResult<(SchemaRef, RecordBatch)> {
    let (mut users, mut systems, mut open_then) = (Vec::new(), Vec::new(), Vec::new());
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for ((user, system), accounts) in accounts {
        for (from, until, open) in spans(accounts) {
            users.push(user.as_str());
            systems.push(system.as_str());
            begins.push(from);
            ends.push(until);
            open_then.push(open);
        }
    }
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let schema = Arc::new(Schema::new(vec![
        Field::new("user_id", DataType::Utf8View, false),
        Field::new("system", DataType::Utf8View, false),
        Field::new("from_at", instant.clone(), false),
        Field::new("until_at", instant, false),
        Field::new("open", DataType::Boolean, true),
    ]));
    let instants = |values: Vec<i64>| TimestampMicrosecondArray::from(values).with_timezone("UTC");
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from(users)),
        Arc::new(StringViewArray::from(systems)),
        Arc::new(instants(begins)),
        Arc::new(instants(ends)),
        Arc::new(BooleanArray::from(open_then)),
    ];
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
    Ok((schema, batch))
}

/// The searches, each with whether its user was known on its system and had an open account at its time.
pub fn searches_with_accounts(searches: &str) -> String {
    format!(
        "(SELECT s.*,
            CASE WHEN s.user_id IS NULL OR s.system IS NULL THEN NULL ELSE a.user_id IS NOT NULL END AS account_known,
            a.open AS account_open
          FROM {TABLE} a RIGHT JOIN {searches} s
            ON a.user_id = s.user_id AND a.system = s.system
           AND s.searched_at >= a.from_at AND s.searched_at < a.until_at)"
    )
}

#[cfg(test)]
mod tests {
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
}
