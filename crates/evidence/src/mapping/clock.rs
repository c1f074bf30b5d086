//! Times as other systems write them: a pattern such as `DD/MM/YYYY hh:mm:ss`, a zone, and what to do
//! with the hour that comes twice and the one that never comes.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A pattern of a date or a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Minute,
    /// With a fraction, if there is one.
    Second,
    HalfOfDay,
    /// Days since 17 November 1858, as clock daemons count.
    JulianDay,
    SecondOfDay,
    White,
    Literal(char),
}

/// The letters of a pattern, longest first where one begins another.
const LETTERS: &[(&str, Piece)] = &[
    ("YYYY", Piece::Year),
    ("YY", Piece::ShortYear),
    ("MONTH", Piece::MonthName),
    ("MJD", Piece::JulianDay),
    ("MM", Piece::Month),
    ("DD", Piece::Day),
    ("hh", Piece::Hour),
    ("mm", Piece::Minute),
    ("ssssss", Piece::SecondOfDay),
    ("ss", Piece::Second),
    ("AM", Piece::HalfOfDay),
];

impl Pattern {
    /// # Errors
    /// What the pattern lacks.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        'text: while let Some(first) = rest.chars().next() {
            for (letters, piece) in LETTERS {
                if let Some(after) = rest.strip_prefix(letters) {
                    pieces.push(piece.clone());
                    rest = after;
                    continue 'text;
                }
            }
            if first == '\'' {
                let Some((literal, after)) = rest[1..].split_once('\'') else {
                    return Err("a quotation mark in the time pattern is not closed".to_owned());
                };
                pieces.extend(literal.chars().map(Piece::Literal));
                rest = after;
                continue;
            }
            pieces.push(if first.is_whitespace() { Piece::White } else { Piece::Literal(first) });
            rest = &rest[first.len_utf8()..];
        }
        let has = |piece: &Piece| pieces.contains(piece);
        let day = has(&Piece::Day)
            && (has(&Piece::Month) || has(&Piece::MonthName))
            && (has(&Piece::Year) || has(&Piece::ShortYear));
        if !day && !has(&Piece::JulianDay) {
            return Err(format!("the time pattern {text:?} has no whole date: it needs YYYY, MM and DD"));
        }
        if has(&Piece::Hour) != has(&Piece::Minute) {
            return Err(format!("the time pattern {text:?} needs both hh and mm, or neither"));
        }
        Ok(Pattern(pieces))
    }

    /// The date, and the time of day if the pattern has one.
    pub fn read(&self, text: &str) -> Option<(Date, Option<Time>)> {
        let mut parts = Parts::default();
        let mut rest = text.trim();
        for piece in &self.0 {
            rest = parts.take(piece, rest)?;
        }
        if !rest.trim().is_empty() {
            return None;
        }
        parts.finish()
    }
}

#[derive(Default)]
struct Parts {
    year: i16,
    month: i8,
    day: i8,
    hour: Option<i8>,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    date: Option<Date>,
    of_day: Option<i64>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Parts {
    fn take<'a>(&mut self, piece: &Piece, text: &'a str) -> Option<&'a str> {
        let rest = match piece {
            Piece::White => return text.strip_prefix(char::is_whitespace).map(str::trim_start),
            Piece::Literal(wanted) => {
                let found = text.chars().next()?;
                let same = found == *wanted || found.to_lowercase().eq(wanted.to_lowercase());
                return same.then(|| &text[found.len_utf8()..]);
            }
            Piece::Year => digits(text, 4, 4, &mut self.year)?,
            Piece::ShortYear => {
                let rest = digits(text, 2, 2, &mut self.year)?;
                self.year += 2000;
                rest
            }
            Piece::Month => digits(text, 1, 2, &mut self.month)?,
            Piece::MonthName => self.month_name(text)?,
            Piece::Day => digits(text, 1, 2, &mut self.day)?,
            Piece::Hour => {
                let mut hour = 0;
                let rest = digits(text, 1, 2, &mut hour)?;
                self.hour = Some(hour);
                rest
            }
            Piece::Minute => digits(text, 1, 2, &mut self.minute)?,
            Piece::Second => {
                let rest = digits(text, 1, 2, &mut self.second)?;
                self.nanosecond = 0;
                fraction(rest, &mut self.nanosecond)
            }
            Piece::HalfOfDay => {
                let letter = text.chars().next()?.to_ascii_lowercase();
                self.afternoon = Some(match letter {
                    'a' => false,
                    'p' => true,
                    _ => return None,
                });
                let rest = text[1..].strip_prefix('.').unwrap_or(&text[1..]);
                let rest = rest.strip_prefix(['m', 'M'])?;
                rest.strip_prefix('.').unwrap_or(rest)
            }
            Piece::JulianDay => {
                let mut days = 0i32;
                let rest = digits(text, 5, 6, &mut days)?;
                // 40587 is 1970-01-01.
                let span = jiff::Span::new().try_days(days - 40_587).ok()?;
                self.date = Some(Date::constant(1970, 1, 1).checked_add(span).ok()?);
                rest
            }
            Piece::SecondOfDay => {
                let mut seconds = 0i64;
                let rest = digits(text, 1, 5, &mut seconds)?;
                self.of_day = Some(seconds);
                fraction(rest, &mut self.nanosecond)
            }
        };
        Some(rest)
    }

    fn month_name<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = text[..length].to_ascii_lowercase();
        let found = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
        self.month = found as i8 + 1;
        Some(text[length..].strip_prefix('.').unwrap_or(&text[length..]))
    }

    fn finish(self) -> Option<(Date, Option<Time>)> {
        let date = match self.date {
            Some(date) => date,
            None => Date::new(self.year, self.month, self.day).ok()?,
        };
        if let Some(seconds) = self.of_day {
            let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            return Some((
                date,
                Some(Time::new(i8::try_from(hour).ok()?, minute as i8, second as i8, self.nanosecond).ok()?),
            ));
        }
        let Some(hour) = self.hour else { return Some((date, None)) };
        let hour = match self.afternoon {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
            None => hour,
        };
        // Second 60 is no second that a record can be placed at.
        Some((date, Some(Time::new(hour, self.minute, self.second, self.nanosecond).ok()?)))
    }
}

fn digits<'a, N: std::str::FromStr>(text: &'a str, least: usize, most: usize, into: &mut N) -> Option<&'a str> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    *into = text[..count].parse().ok()?;
    Some(&text[count..])
}

/// A fraction of a second, to the microsecond; further digits are dropped.
fn fraction<'a>(text: &'a str, nanosecond: &mut i32) -> &'a str {
    let Some(after) = text.strip_prefix(['.', ',']) else { return text };
    let count = after.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return text;
    }
    let kept: i32 = after.bytes().take(count.min(6)).fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    *nanosecond = kept * 10i32.pow(9 - count.min(6) as u32);
    &after[count..]
}

/// What becomes of a local time that is not exactly one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Doubt {
    #[default]
    Quarantine,
    Earlier,
    Later,
}

/// The zone of a system's times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub zone: TimeZone,
    pub name: String,
    /// Clocks go back and an hour comes twice.
    pub twice: Doubt,
    /// Clocks go forward and an hour never comes.
    pub never: Doubt,
}

impl Zone {
    /// The instant of a local time, in RFC 3339; else why there is none.
    pub fn instant(&self, time: DateTime) -> Result<String, String> {
        let ambiguous = self.zone.to_ambiguous_timestamp(time);
        let (doubt, what) = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => (Doubt::Earlier, ""),
            AmbiguousOffset::Fold { .. } => (self.twice, "came twice"),
            AmbiguousOffset::Gap { .. } => (self.never, "never came"),
        };
        let instant = match doubt {
            Doubt::Quarantine => return Err(format!("a local time that {what} in {}", self.name)),
            Doubt::Earlier => ambiguous.earlier(),
            Doubt::Later => ambiguous.later(),
        };
        instant.map(|instant| instant.to_string()).map_err(|_| "a time out of range".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, text: &str) -> Option<String> {
        let (date, time) = Pattern::parse(pattern).unwrap().read(text)?;
        Some(time.map_or(date.to_string(), |time| date.to_datetime(time).to_string()))
    }

    #[test]
    fn patterns_read_what_systems_write() {
        for (pattern, text, expected) in [
            ("MM/DD/YYYY, hh:mm:ss AM 'UTC'", "08/01/2026, 09:30:00 AM UTC", "2026-08-01T09:30:00"),
            ("MM/DD/YYYY, hh:mm:ss AM 'UTC'", "8/1/2026, 12:05:09\u{202f}PM utc", "2026-08-01T12:05:09"),
            ("MM/DD/YYYY, hh:mm:ss AM 'UTC'", "8/1/2026, 12:05:09 a.m. UTC", "2026-08-01T00:05:09"),
            ("DD/MM/YYYY", "31/12/2025", "2025-12-31"),
            ("DD MONTH YYYY hh:mm", "1 Sept 2025 7:05", "2025-09-01T07:05:00"),
            ("YYYYMMDDhhmmss", "20260801093000", "2026-08-01T09:30:00"),
            ("YYYY-MM-DD hh:mm:ss", "2025-06-18 00:02:04.7891234", "2025-06-18T00:02:04.789123"),
            ("MJD ssssss", "48773 10847.650", "1992-05-31T03:00:47.65"),
        ] {
            assert_eq!(read(pattern, text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_time() {
        for (pattern, text) in [
            ("DD/MM/YYYY", "12/31/2025"),
            ("DD/MM/YYYY", "1/1/2025 x"),
            ("DD/MM/YYYY hh:mm AM", "1/1/2025 13:00 PM"),
            ("YYYY-MM-DD hh:mm:ss", "2025-06-18 00:02:60"),
            ("MJD ssssss", "48773 86400"),
        ] {
            assert_eq!(read(pattern, text), None, "{text}");
        }
        assert!(Pattern::parse("hh:mm").is_err() && Pattern::parse("DD/MM").is_err());
    }

    #[test]
    fn the_doubtful_hours_are_quarantined_or_resolved() {
        let london = |twice, never| Zone {
            zone: TimeZone::get("Europe/London").unwrap(),
            name: "Europe/London".into(),
            twice,
            never,
        };
        let strict = london(Doubt::Quarantine, Doubt::Quarantine);
        let time = |text: &str| text.parse::<DateTime>().unwrap();
        assert_eq!(strict.instant(time("2026-08-01T09:30:00")).unwrap(), "2026-08-01T08:30:00Z");
        assert_eq!(
            strict.instant(time("2026-10-25T01:30:00")).unwrap_err(),
            "a local time that came twice in Europe/London"
        );
        assert_eq!(
            strict.instant(time("2026-03-29T01:30:00")).unwrap_err(),
            "a local time that never came in Europe/London"
        );
        let resolved = london(Doubt::Later, Doubt::Earlier);
        assert_eq!(resolved.instant(time("2026-10-25T01:30:00")).unwrap(), "2026-10-25T01:30:00Z");
        assert_eq!(resolved.instant(time("2026-03-29T01:30:00")).unwrap(), "2026-03-29T00:30:00Z");
    }
}
