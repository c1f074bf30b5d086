//! The window of a sample, drawn too: which 30 days of the period since the previous audit are looked at.

use std::fmt;

use custodes_standard::model::Ratio;
use serde::{Deserialize, Serialize};

use super::frame::KeyError;
use super::sample::{Drawn, draw};
use super::seed::Seed;
use super::ticket::{Ticket, Tickets};
use crate::time::Day;

/// London days from the day of the previous audit up to, and not with, the day of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Day,
    to: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    #[error("the period from {from} up to {to} has no day in it: an audit looks at the days since the previous one")]
    EmptyPeriod { from: Day, to: Day },
    #[error("a window of 0 days has nothing in it: sample_window_days is at least 1")]
    EmptyWindow,
}

impl Period {
    /// # Errors
    /// A period with no day in it.
    pub fn new(from: Day, to: Day) -> Result<Period, WindowError> {
        if to <= from {
            return Err(WindowError::EmptyPeriod { from, to });
        }
        Ok(Period { from, to })
    }

    pub fn days(self) -> u64 {
        self.to.days_since(self.from).unsigned_abs()
    }
}

/// The days that a sample is drawn in, and why these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowChoice {
    #[serde(with = "day_text")]
    pub first: Day,
    /// Its last day, which is in it: what a review records as `window_to`.
    #[serde(with = "day_text")]
    pub last: Day,
    /// The number of days on which the window could have begun.
    pub eligible: u64,
    /// The ticket of the first day. `None` where the period is shorter than a window, and is the window whole.
    pub ticket: Option<Ticket>,
}

impl WindowChoice {
    pub fn contains(&self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
}

impl fmt::Display for WindowChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.last.days_since(self.first) + 1;
        let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        match (&self.ticket, self.eligible) {
            (None, _) => write!(f, "{} to {}: the whole period, of {days}", self.first, self.last),
            (Some(_), 1) => write!(f, "{} to {}: the only {days} that there are", self.first, self.last),
            (Some(ticket), eligible) => {
                let ticket = ticket.shortened(9);
                write!(
                    f,
                    "{} to {}: {days}, drawn from {eligible} first days by ticket {ticket}",
                    self.first, self.last
                )
            }
        }
    }
}

/// Of the days `d` with the `window_days` from `d` inside the period, the one with the smallest ticket
/// under the seed, written `YYYY-MM-DD`. A period with fewer days is the window whole.
///
/// # Errors
/// A window of no days.
pub fn choose_window(period: Period, window_days: u32, seed: &Seed) -> Result<WindowChoice, WindowError> {
    if window_days == 0 {
        return Err(WindowError::EmptyWindow);
    }
    let window_days = i64::from(window_days);
    let Period { from, to } = period;
    let eligible = to.days_since(from) - window_days + 1;
    let tickets = Tickets::under(seed);
    let days = (0..eligible).map(|days| from.plus_days(days));
    let chosen = days.map(|day| (tickets.ticket(&day.to_string()), day)).min();
    Ok(match chosen {
        Some((ticket, first)) => WindowChoice {
            first,
            last: first.plus_days(window_days - 1),
            eligible: eligible.unsigned_abs(),
            ticket: Some(ticket),
        },
        None => WindowChoice { first: from, last: to.plus_days(-1), eligible: 1, ticket: None },
    })
}

/// The sample at a rate of the records inside a window: ceil(rate × their number) smallest tickets.
///
/// `records` are the frame's, each once, as (key, the London day that it counts on). They are gone
/// through twice: once to count.
///
/// # Errors
/// A key that no frame can hold.
pub fn draw_in_window<'a>(
    records: impl Iterator<Item = (&'a str, Day)> + Clone,
    window: &WindowChoice,
    rate: Ratio,
    seed: &Seed,
) -> Result<Vec<Drawn>, KeyError> {
    let inside = records.filter(|(_, day)| window.contains(*day)).map(|(key, _)| key);
    let count = inside.clone().count() as u64;
    draw(inside, seed, rate.sample_size(count))
}

/// Days in the journal, as everywhere: `YYYY-MM-DD`.
mod day_text {
    use super::Day;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        let date = text.parse::<jiff::civil::Date>().ok().filter(|date| date.to_string() == text);
        date.map(Day::from_civil)
            .ok_or_else(|| D::Error::custom(format!("the day \"{text}\" is not written YYYY-MM-DD")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_civil(text.parse().unwrap())
    }

    fn chosen(from: &str, to: &str) -> WindowChoice {
        choose_window(Period::new(day(from), day(to)).unwrap(), 30, &Seed::recorded("314159")).unwrap()
    }

    #[test]
    fn the_window_begins_on_the_eligible_day_with_the_smallest_ticket() {
        let seed = Seed::recorded("314159");
        let window = chosen("2026-01-10", "2026-04-10");
        assert_eq!(window.eligible, 61);
        let tickets = Tickets::under(&seed);
        let smallest =
            (0..61).map(|days| day("2026-01-10").plus_days(days)).min_by_key(|day| tickets.ticket(&day.to_string()));
        assert_eq!(Some(window.first), smallest);
        assert_eq!(window.ticket, Some(tickets.ticket(&window.first.to_string())));
        assert_eq!(window.last.days_since(window.first), 29);
    }

    #[test]
    fn a_period_of_30_days_has_one_window_and_a_shorter_one_is_it() {
        let exact = chosen("2026-03-01", "2026-03-31");
        assert_eq!((exact.first, exact.last, exact.eligible), (day("2026-03-01"), day("2026-03-30"), 1));
        assert!(exact.ticket.is_some());
        let short = chosen("2026-03-01", "2026-03-30");
        assert_eq!((short.first, short.last, short.ticket), (day("2026-03-01"), day("2026-03-29"), None));
        assert_eq!(short.to_string(), "2026-03-01 to 2026-03-29: the whole period, of 29 days");
        assert_eq!(exact.to_string(), "2026-03-01 to 2026-03-30: the only 30 days that there are");
    }

    #[test]
    fn days_outside_any_window_are_refused() {
        assert!(Period::new(day("2026-03-01"), day("2026-03-01")).unwrap_err().to_string().contains("2026-03-01"));
        let period = Period::new(day("2026-03-01"), day("2026-03-02")).unwrap();
        assert_eq!(choose_window(period, 0, &Seed::recorded("")), Err(WindowError::EmptyWindow));
        assert_eq!(period.days(), 1);
    }

    #[test]
    fn a_sample_is_of_the_records_inside_the_window_only() {
        let window = chosen("2026-03-01", "2026-03-31");
        let keys: Vec<String> = (0..60).map(|number| format!("s{number}")).collect();
        let records =
            keys.iter().enumerate().map(|(number, key)| (key.as_str(), day("2026-03-01").plus_days(number as i64)));
        let sample = draw_in_window(records, &window, Ratio::percent(5), &Seed::recorded("314159")).unwrap();
        assert_eq!(sample.len(), 2, "5 % of 30 records, rounded up");
        assert!(sample.iter().all(|drawn| keys[..30].contains(&drawn.key.to_string())));
    }

    #[test]
    fn a_window_is_read_as_it_is_written() {
        let window = chosen("2026-01-10", "2026-04-10");
        let json = serde_json::to_string(&window).unwrap();
        assert!(json.starts_with(&format!(r#"{{"first":"{}","last":"{}""#, window.first, window.last)), "{json}");
        assert_eq!(serde_json::from_str::<WindowChoice>(&json).unwrap(), window);
    }
}
