//! A calendar feed (RFC 5545): the days on which something is due, for the diaries that people already keep.
//!
//! What is fit to leave in a feed was decided before: this only writes it down.

use std::fmt::Write as _;

use crate::MARKING;

/// Why a text is no date, or no time, for a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {wanted}")]
pub struct NotACalendarTime {
    text: String,
    wanted: &'static str,
}

/// A whole day.
// Invariant: eight ASCII digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay(String);

impl CalendarDay {
    /// # Errors
    /// When the text does not look like `2026-10-01`.
    pub fn parse(text: &str) -> Result<CalendarDay, NotACalendarTime> {
        let digits = digits(text, "dddd-dd-dd");
        digits.map(CalendarDay).ok_or_else(|| NotACalendarTime { text: text.to_owned(), wanted: "day like 2026-10-01" })
    }
}

/// When the feed was made.
// Invariant: `YYYYMMDDTHHMMSSZ`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(String);

impl Stamp {
    /// An instant in UTC; what is below the second is left out.
    ///
    /// # Errors
    /// When the text does not look like `2026-10-01T09:30:00Z`.
    pub fn parse(text: &str) -> Result<Stamp, NotACalendarTime> {
        let wrong = || NotACalendarTime { text: text.to_owned(), wanted: "instant in UTC like 2026-10-01T09:30:00Z" };
        let utc = text.strip_suffix('Z').ok_or_else(wrong)?;
        let (whole, fraction) = utc.split_once('.').unwrap_or((utc, ""));
        let (day, time) = whole.split_once('T').ok_or_else(wrong)?;
        let day = digits(day, "dddd-dd-dd").ok_or_else(wrong)?;
        let time = digits(time, "dd:dd:dd").filter(|_| fraction.bytes().all(|byte| byte.is_ascii_digit()));
        Ok(Stamp(format!("{day}T{}Z", time.ok_or_else(wrong)?)))
    }
}

/// The digits of a text of this form, where `d` is a digit.
fn digits(text: &str, form: &str) -> Option<String> {
    let fits = text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            mark => byte == mark,
        });
    fits.then(|| text.chars().filter(char::is_ascii_digit).collect())
}

/// One day on which something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEntry {
    /// Stays the same from feed to feed: a diary replaces what it has by what came.
    pub uid: String,
    pub on: CalendarDay,
    pub summary: String,
    pub description: String,
}

/// The feed, as bytes of UTF-8 with CRLF line ends. `name` is what the diary calls it.
///
/// Entries last the whole day, leave it free, ring no alarm, and are marked as private.
pub fn calendar(name: &str, stamp: &Stamp, entries: &[CalendarEntry]) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN", "VCALENDAR");
    line(&mut out, "VERSION", "2.0");
    line(&mut out, "PRODID", "-//Custodes//Audit schedule//EN");
    line(&mut out, "CALSCALE", "GREGORIAN");
    line(&mut out, "METHOD", "PUBLISH");
    line(&mut out, "X-WR-CALNAME", &escaped(name));
    for entry in entries {
        line(&mut out, "BEGIN", "VEVENT");
        line(&mut out, "UID", &escaped(&entry.uid));
        line(&mut out, "DTSTAMP", &stamp.0);
        line(&mut out, "DTSTART;VALUE=DATE", &entry.on.0);
        line(&mut out, "SUMMARY", &escaped(&entry.summary));
        line(&mut out, "DESCRIPTION", &escaped(&format!("{MARKING}\n{}", entry.description)));
        line(&mut out, "CLASS", "PRIVATE");
        line(&mut out, "TRANSP", "TRANSPARENT");
        line(&mut out, "END", "VEVENT");
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

/// A value of type TEXT: RFC 5545, 3.3.11. Control characters have no place in one.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | ';' | ',' => out.extend(['\\', character]),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("\\n"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// Octets of a line, without its end: RFC 5545, 3.1.
const LINE: usize = 75;

/// One content line, folded where a character ends: each part after the first begins with a space.
fn line(out: &mut String, name: &str, value: &str) {
    let mut room = LINE;
    let mut part = String::new();
    for character in format!("{name}:{value}").chars() {
        if part.len() + character.len_utf8() > room {
            let _ = write!(out, "{part}\r\n ");
            part.clear();
            room = LINE - 1;
        }
        part.push(character);
    }
    let _ = write!(out, "{part}\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(summary: &str) -> CalendarEntry {
        CalendarEntry {
            uid: "00@custodes".into(),
            on: CalendarDay::parse("2026-10-01").unwrap(),
            summary: summary.into(),
            description: "To be conducted by: auditor".into(),
        }
    }

    fn feed(summary: &str) -> String {
        calendar("Schedule", &Stamp::parse("2026-09-30T23:00:00.5Z").unwrap(), &[entry(summary)])
    }

    #[test]
    fn an_entry_is_a_whole_day_that_is_private_free_and_marked() {
        let feed = feed("8.1 A written policy");
        let lines: Vec<&str> = feed.split("\r\n").collect();
        for wanted in [
            "BEGIN:VCALENDAR",
            "X-WR-CALNAME:Schedule",
            "UID:00@custodes",
            "DTSTAMP:20260930T230000Z",
            "DTSTART;VALUE=DATE:20261001",
            "SUMMARY:8.1 A written policy",
            "DESCRIPTION:OFFICIAL-SENSITIVE\\nTo be conducted by: auditor",
            "CLASS:PRIVATE",
            "END:VCALENDAR",
        ] {
            assert!(lines.contains(&wanted), "{wanted} is not in {feed}");
        }
        assert!(feed.ends_with("END:VCALENDAR\r\n") && !feed.contains("VALARM"));
        assert_eq!(feed.matches('\n').count(), feed.matches("\r\n").count());
    }

    #[test]
    fn no_line_is_longer_than_75_octets_and_unfolding_gives_the_text_back() {
        for length in 0..200 {
            // One, two, three and four octets, so that every kind of character meets the fold.
            let summary: String = "aé€𝄞".chars().cycle().take(length).collect();
            let feed = feed(&summary);
            assert!(feed.split("\r\n").all(|line| line.len() <= LINE), "{length}");
            let unfolded = feed.replace("\r\n ", "");
            assert!(unfolded.contains(&format!("\r\nSUMMARY:{summary}\r\n")), "{length}");
        }
    }

    #[test]
    fn a_line_of_exactly_75_octets_is_not_folded() {
        let fits = "x".repeat(LINE - "SUMMARY:".len());
        assert!(feed(&fits).contains(&format!("SUMMARY:{fits}\r\n")));
        assert!(feed(&format!("{fits}y")).contains(&format!("SUMMARY:{fits}\r\n y\r\n")));
    }

    #[test]
    fn what_means_something_in_a_calendar_is_escaped_and_nothing_can_add_a_line() {
        let feed = feed("a,b;c\\d\r\ne\nEND:VEVENT\rf\u{7}g");
        assert!(feed.contains("SUMMARY:a\\,b\\;c\\\\d\\ne\\nEND:VEVENT\\nf g\r\n"), "{feed}");
        assert_eq!(feed.matches("\r\nEND:VEVENT").count(), 1);
    }

    #[test]
    fn a_day_or_an_instant_has_one_form() {
        for text in ["2026-1-1", "20261001", "2026-10-01 ", "2026-10-0a", ""] {
            assert!(CalendarDay::parse(text).is_err(), "{text}");
        }
        for text in ["2026-10-01", "2026-10-01T09:00:00+01:00", "2026-10-01T09:00Z", "2026-10-01T09:00:00.xZ"] {
            assert!(Stamp::parse(text).is_err(), "{text}");
        }
    }
}
