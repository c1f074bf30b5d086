//! As much of the calendar as writing cases needs: UTC instants moved by hours, days and months.
//! It must not be used to judge anything.

/// A UTC instant written `YYYY-MM-DDThh:mm:ssZ`, or a date, in a form that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970.
    seconds: i64,
    date_only: bool,
}

impl Moment {
    /// `None` where the text is neither a date nor a whole second of UTC.
    pub fn parse(text: &str) -> Option<Moment> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let day = day_number(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        match text.len() {
            10 => Some(Moment { seconds: day * 86_400, date_only: true }),
            20 if text.ends_with('Z') => {
                let of_day = number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
                Some(Moment { seconds: day * 86_400 + of_day, date_only: false })
            }
            _ => None,
        }
    }

    pub fn plus_hours(self, hours: i64) -> Moment {
        Moment { seconds: self.seconds + hours * 3_600, ..self }
    }

    /// Clipped to the end of the month.
    pub fn plus_months(self, months: i64) -> Moment {
        let (year, month, day) = civil(self.seconds.div_euclid(86_400));
        let ahead = year * 12 + (month - 1) + months;
        let (year, month) = (ahead.div_euclid(12), ahead.rem_euclid(12) + 1);
        let first = day_number(year, month, 1);
        let next = day_number(year + month / 12, month % 12 + 1, 1);
        let days = first + (day - 1).min(next - first - 1);
        Moment { seconds: days * 86_400 + self.seconds.rem_euclid(86_400), ..self }
    }

    /// Whether this is on or before the day of another.
    pub fn not_after_day_of(self, other: Moment) -> bool {
        self.seconds.div_euclid(86_400) <= other.seconds.div_euclid(86_400)
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = civil(self.seconds.div_euclid(86_400));
        write!(out, "{year:04}-{month:02}-{day:02}")?;
        if self.date_only {
            return Ok(());
        }
        let of_day = self.seconds.rem_euclid(86_400);
        write!(out, "T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
    }
}

/// Days since 1970 of a date of the proleptic Gregorian calendar, by years that begin in March.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
