//! 8.2.2.f: patterns among failed log-ons, for the person who reviews them.
//!
//! What is looked at was kept aside while the log-ons streamed past, and is bounded. Only where there are
//! bursts are the log-ons read a second time, for the successes that followed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{TimestampMicrosecondType, UInt64Type};
use custodes_compliance::london;
use custodes_compliance::time::{Day, Instant, MICROS_PER_HOUR};
use custodes_standard::evidence::{ACCOUNTS, LOGONS};
use custodes_standard::model::Pattern;
use custodes_standard::v3::logon_patterns as declared;
use datafusion::common::Result as EngineResult;

use crate::engine::{Engine, evidence};
use crate::outcome::{Instance, Shown};
use crate::source::Source;

const MICROS_PER_MINUTE: i64 = MICROS_PER_HOUR / 60;

/// What is looked at: times in ascending order, by user and by source.
#[derive(Default)]
struct Failures {
    by_user: BTreeMap<String, Vec<i64>>,
    /// With the user's place in `by_user`'s order of first appearance.
    by_source: BTreeMap<String, Vec<(i64, u32)>>,
    with_user: u64,
    with_source: u64,
}

/// Every pattern, in the order of the standard; `failures` is how many failed in the window.
///
/// # Errors
/// When a query fails, or the log-ons cannot be read again.
pub fn patterns(engine: &Engine, source: &Source, failures: u64) -> EngineResult<Vec<Shown>> {
    let looked_at = Failures::read(engine)?;
    let bursts = looked_at.bursts();
    let followed = followed_by_success(engine, source, &bursts)?;
    let ended = if source.has(&ACCOUNTS) { looked_at.of_ended_accounts(engine)? } else { Vec::new() };
    let of_users = |pattern, found| shown(pattern, found, looked_at.with_user, failures);
    let mut of_accounts = of_users(&declared::ENDED_ACCOUNT, ended);
    if !source.has(&ACCOUNTS) {
        of_accounts.absent = Some(ACCOUNTS.name);
    }
    Ok(vec![
        of_users(&declared::BURST, bursts),
        of_users(&declared::BURST_THEN_SUCCESS, followed),
        shown(&declared::MANY_USERS, looked_at.many_users(), looked_at.with_source, failures),
        of_accounts,
        of_users(&declared::NIGHTLY, looked_at.nightly()),
    ])
}

/// The largest first; those of one size in order of time, then of name.
fn shown(pattern: &'static Pattern, mut found: Vec<Instance>, looked_at: u64, failures: u64) -> Shown {
    found.sort_by(|a, b| (b.failures, a.first, &a.subject, a.last).cmp(&(a.failures, b.first, &b.subject, b.last)));
    let count = found.len() as u64;
    found.truncate(declared::LISTED);
    Shown {
        pattern,
        found: count,
        listed: found,
        looked_at,
        left_out: failures.saturating_sub(looked_at),
        absent: None,
    }
}

impl Failures {
    fn read(engine: &Engine) -> EngineResult<Failures> {
        // A source may be a text of any length; what follows its first 200 characters makes no other source.
        let answer = engine
            .query("SELECT user_id, at, substr(source, 1, 200) AS source FROM failed_logons ORDER BY at, position")?;
        let mut failures = Failures::default();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let rows = answer.texts("user_id")?.into_iter().zip(answer.texts("source")?).zip(answer.instants("at")?);
        for ((user, source), at) in rows {
            let (Some(user), Some(at)) = (user, at) else { continue };
            let next = numbers.len() as u32;
            let number = *numbers.entry(user.clone()).or_insert(next);
            failures.by_user.entry(user).or_default().push(at);
            failures.with_user += 1;
            if let Some(source) = source.filter(|source| !source.is_empty()) {
                failures.by_source.entry(source).or_default().push((at, number));
                failures.with_source += 1;
            }
        }
        Ok(failures)
    }

    fn bursts(&self) -> Vec<Instance> {
        let within = declared::BURST_MINUTES * MICROS_PER_MINUTE;
        let of_user = |(user, times): (&String, &Vec<i64>)| -> Vec<Instance> {
            let bursts = bursts(times, declared::BURST_FAILURES, within).into_iter();
            bursts.map(|burst| instance(user, &times[burst])).collect()
        };
        self.by_user.iter().flat_map(of_user).collect()
    }

    fn many_users(&self) -> Vec<Instance> {
        let within = declared::SOURCE_MINUTES * MICROS_PER_MINUTE;
        let of_source = |(source, tried): (&String, &Vec<(i64, u32)>)| -> Vec<Instance> {
            let crowds = crowds(tried, declared::SOURCE_USERS, within).into_iter();
            let told = |crowd: Range<usize>| {
                let tried = &tried[crowd];
                let times: Vec<i64> = tried.iter().map(|(at, _)| *at).collect();
                let users: BTreeSet<u32> = tried.iter().map(|(_, user)| *user).collect();
                Instance { users: Some(users.len() as u64), ..instance(source, &times) }
            };
            crowds.map(told).collect()
        };
        self.by_source.iter().flat_map(of_source).collect()
    }

    fn nightly(&self) -> Vec<Instance> {
        let mut found = Vec::new();
        for (user, times) in &self.by_user {
            let by_night: Vec<(Day, i64)> =
                times.iter().filter_map(|at| Some((night_of(Instant(*at))?, *at))).collect();
            for nights in by_night.chunk_by(|(one, _), (other, _)| other.days_since(*one) <= 1) {
                let (Some((first, _)), Some((last, _))) = (nights.first(), nights.last()) else { continue };
                let count = last.days_since(*first) + 1;
                if count >= declared::NIGHTS as i64 {
                    let times: Vec<i64> = nights.iter().map(|(_, at)| *at).collect();
                    found.push(Instance { nights: Some(count as u64), ..instance(user, &times) });
                }
            }
        }
        found
    }

    fn of_ended_accounts(&self, engine: &Engine) -> EngineResult<Vec<Instance>> {
        let accounts = Accounts::read(engine, &self.by_user)?;
        let ended = self.by_user.iter().filter_map(|(user, times)| {
            let times: Vec<i64> = times.iter().copied().filter(|at| accounts.had_ended(user, *at)).collect();
            (!times.is_empty()).then(|| instance(user, &times))
        });
        Ok(ended.collect())
    }
}

fn instance(subject: &str, times: &[i64]) -> Instance {
    Instance {
        subject: subject.to_owned(),
        failures: times.len() as u64,
        first: Instant(times[0]),
        last: Instant(times[times.len() - 1]),
        users: None,
        nights: None,
        success: None,
    }
}

/// The night, if it was night, by the day that it belongs to.
fn night_of(at: Instant) -> Option<Day> {
    let day = london::day_of(at);
    (at < london::midnight(day).plus_hours(declared::NIGHT_HOURS)).then_some(day)
}

/// Adds a stretch, or makes the last one longer where the two share a member.
fn join(stretches: &mut Vec<Range<usize>>, next: Range<usize>) {
    match stretches.last_mut() {
        Some(last) if next.start < last.end => last.end = last.end.max(next.end),
        _ => stretches.push(next),
    }
}

/// Stretches in which every member is one of `at_least` in a row that lie `within` of each other.
fn bursts(times: &[i64], at_least: usize, within: i64) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for last in at_least - 1..times.len() {
        let first = last + 1 - at_least;
        if times[last] - times[first] <= within {
            join(&mut found, first..last + 1);
        }
    }
    found
}

/// Stretches in which every member is among `at_least` different users `within` of each other.
fn crowds(tried: &[(i64, u32)], at_least: usize, within: i64) -> Vec<Range<usize>> {
    let (mut found, mut first) = (Vec::new(), 0);
    let mut present: HashMap<u32, u32> = HashMap::new();
    for (last, (at, user)) in tried.iter().enumerate() {
        *present.entry(*user).or_default() += 1;
        while at - tried[first].0 > within {
            let gone = tried[first].1;
            match present.get_mut(&gone) {
                Some(count) if *count > 1 => *count -= 1,
                _ => {
                    present.remove(&gone);
                }
            }
            first += 1;
        }
        if present.len() >= at_least {
            join(&mut found, first..last + 1);
        }
    }
    found
}

/// When each user's accounts were given and ended.
struct Accounts(HashMap<String, Vec<Account>>);

struct Account {
    authorised_at: i64,
    /// Outer `None`: withheld. Inner `None`: it has not ended.
    closed_at: Option<Option<i64>>,
    left_at: Option<Option<i64>>,
}

impl Accounts {
    fn read(engine: &Engine, wanted: &BTreeMap<String, Vec<i64>>) -> EngineResult<Accounts> {
        let answer = engine
            .query("SELECT user_id, authorised_at, closed_at, closed_at_given, left_at, left_at_given FROM accounts")?;
        let ending = |name: &str| -> EngineResult<Vec<Option<Option<i64>>>> {
            let given = answer.booleans(&format!("{name}_given"))?;
            let at = answer.instants(name)?.into_iter().zip(given);
            Ok(at.map(|(at, given)| given.map(|given| at.filter(|_| given))).collect())
        };
        let (closed, left) = (ending("closed_at")?, ending("left_at")?);
        let mut accounts: HashMap<String, Vec<Account>> = HashMap::new();
        let rows = answer.texts("user_id")?.into_iter().zip(answer.instants("authorised_at")?).enumerate();
        for (row, (user, authorised_at)) in rows {
            let (Some(user), Some(authorised_at)) = (user, authorised_at) else { continue };
            if wanted.contains_key(&user) {
                let account = Account { authorised_at, closed_at: closed[row], left_at: left[row] };
                accounts.entry(user).or_default().push(account);
            }
        }
        Ok(Accounts(accounts))
    }

    /// Whether the user had accounts, and each of them had surely ended.
    fn had_ended(&self, user: &str, at: i64) -> bool {
        let over = |ending: Option<Option<i64>>| ending.flatten().is_some_and(|ended| ended <= at);
        let mut given = self.0.get(user).into_iter().flatten().filter(|account| account.authorised_at <= at).peekable();
        given.peek().is_some() && given.all(|account| over(account.closed_at) || over(account.left_at))
    }
}

/// A success seen in the second reading: of which burst, where, and when.
type Seen = (usize, u64, i64);

/// The bursts that a success of the same user followed.
fn followed_by_success(engine: &Engine, source: &Source, bursts: &[Instance]) -> EngineResult<Vec<Instance>> {
    if bursts.is_empty() {
        return Ok(Vec::new());
    }
    let mut of_user: HashMap<String, Vec<(usize, i64)>> = HashMap::new();
    for (number, burst) in bursts.iter().enumerate() {
        of_user.entry(burst.subject.clone()).or_default().push((number, burst.last.0));
    }
    let scan = source.pass(&LOGONS);
    let opened = Arc::clone(&scan);
    let open = Arc::new(move |columns: &[usize]| opened.open(columns));
    engine.register_stream(LOGONS.name, source.schema(&LOGONS), open)?;
    let sql = "SELECT position, CAST(user_id AS VARCHAR) AS user_id, at FROM logons WHERE outcome = 'success'";
    let parts = engine.fold(sql, move |seen: &mut Vec<Seen>, batch| {
        let positions = batch.column(0).as_primitive::<UInt64Type>();
        let users = batch.column(1).as_string_view();
        let times = batch.column(2).as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            if users.is_null(row) || times.is_null(row) {
                continue;
            }
            let at = times.value(row);
            for (burst, last) in of_user.get(users.value(row)).into_iter().flatten() {
                if at > *last && at - last <= declared::SUCCESS_MINUTES * MICROS_PER_MINUTE {
                    seen.push((*burst, positions.value(row), at));
                }
            }
        }
        Ok(())
    })?;
    let mut superseded = scan.finish().map_err(evidence)?.positions;
    superseded.sort_unstable();
    let mut first: BTreeMap<usize, i64> = BTreeMap::new();
    for (burst, position, at) in parts.into_iter().flatten() {
        if superseded.binary_search(&position).is_err() {
            first.entry(burst).and_modify(|earlier| *earlier = at.min(*earlier)).or_insert(at);
        }
    }
    let followed = |(burst, at): (usize, i64)| Instance { success: Some(Instant(at)), ..bursts[burst].clone() };
    Ok(first.into_iter().map(followed).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::single_range_in_vec_init, reason = "one range of log-ons is what is meant")]

    use super::*;

    #[test]
    fn a_burst_is_five_within_the_time_and_what_shares_a_failure_is_one() {
        assert_eq!(bursts(&[0, 1, 2, 3, 10], 5, 10), [0..5]);
        assert_eq!(bursts(&[0, 1, 2, 3, 11], 5, 10), Vec::<Range<usize>>::new());
        assert_eq!(bursts(&[0, 1, 2, 3, 4, 11, 12], 5, 10), [0..7]);
        assert_eq!(bursts(&[0, 1, 2, 3, 4, 50, 51, 52, 53, 54], 5, 10), [0..5, 5..10]);
        assert_eq!(bursts(&[1, 2], 5, 10), Vec::<Range<usize>>::new());
    }

    #[test]
    fn a_crowd_is_of_different_users_within_the_time() {
        let alone: Vec<(i64, u32)> = (0..9).map(|at| (at, 7)).collect();
        assert_eq!(crowds(&alone, 2, 10), Vec::<Range<usize>>::new());
        assert_eq!(crowds(&[(0, 1), (5, 1), (10, 2)], 2, 10), [0..3]);
        assert_eq!(crowds(&[(0, 1), (5, 1), (11, 2)], 2, 10), [1..3]);
        assert_eq!(crowds(&[(0, 1), (20, 2), (25, 1), (40, 1), (41, 3)], 2, 10), [1..3, 3..5]);
    }

    #[test]
    fn the_night_ends_five_hours_after_london_midnight() {
        let at = |text: &str| london::parse_day_or_instant(text).expect("an instant");
        assert_eq!(night_of(at("2026-06-30T23:00:00Z")), london::parse_day("2026-07-01"));
        assert_eq!(night_of(at("2026-07-01T03:59:59Z")), london::parse_day("2026-07-01"));
        assert_eq!(night_of(at("2026-07-01T04:00:00Z")), None);
        assert_eq!(night_of(at("2026-06-30T22:59:59Z")), None);
    }
}
