//! The audited window `[from, as_of)`, and the days that follow from it.

use custodes_compliance::london;
use custodes_compliance::time::{Day, Instant};

/// Everything is judged as of an instant; nothing later counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Instant,
    pub as_of: Instant,
}

impl Window {
    /// # Errors
    /// A sentence, when the window would be empty.
    pub fn new(from: Instant, as_of: Instant) -> Result<Window, String> {
        if from < as_of {
            Ok(Window { from, as_of })
        } else {
            Err(format!("the window is empty: it begins at {from} and is judged as of {as_of}"))
        }
    }

    /// The window's first date.
    pub fn from_day(&self) -> Day {
        london::day_of(self.from)
    }

    pub fn as_of_day(&self) -> Day {
        london::day_of(self.as_of)
    }

    /// The first day whose midnight lies in the window.
    pub fn first_day(&self) -> Day {
        let day = self.from_day();
        if london::midnight(day) == self.from { day } else { day.plus_days(1) }
    }

    /// The last day whose midnight lies in the window: as_of itself is outside.
    pub fn last_day(&self) -> Day {
        self.last_served_day()
    }

    /// The day of the window's last moment.
    pub fn last_served_day(&self) -> Day {
        london::day_of(Instant(self.as_of.0 - 1))
    }

    /// Whether an instant lies in the window.
    pub fn contains(&self, instant: Instant) -> bool {
        self.from <= instant && instant < self.as_of
    }

    /// Whether a day, counted as its London midnight, lies in the window.
    pub fn contains_day(&self, day: Day) -> bool {
        self.first_day() <= day && day <= self.last_day()
    }

    /// Days that the window touches, by London dates.
    pub fn length_in_days(&self) -> i64 {
        self.last_served_day().days_since(self.from_day()) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use custodes_compliance::london::parse_day_or_instant;

    fn window(from: &str, as_of: &str) -> Window {
        Window::new(parse_day_or_instant(from).unwrap(), parse_day_or_instant(as_of).unwrap()).unwrap()
    }

    #[test]
    fn a_date_counts_as_its_midnight() {
        let whole_days = window("2025-10-01", "2026-10-01");
        assert_eq!(whole_days.first_day().to_string(), "2025-10-01");
        assert_eq!(whole_days.last_day().to_string(), "2026-09-30");
        let inside = window("2025-10-01T09:00:00Z", "2026-10-01T09:00:00Z");
        assert_eq!(inside.first_day().to_string(), "2025-10-02");
        assert_eq!(inside.last_day().to_string(), "2026-10-01");
    }
}
