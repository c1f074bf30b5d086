//! When things happen: rows spread over the days of the window and the hours of the day, in order of time.

use crate::calendar::{DAY, Day, MINUTE, Micros, SECOND};
use crate::draw::{Draw, Stream};
use crate::force::Force;

/// Sunday first.
const WEEKDAYS: [u64; 7] = [68, 108, 113, 114, 112, 110, 82];
/// From midnight: shifts change at 7, 15 and 22; little happens before dawn.
const HOURS: [u64; 24] =
    [30, 26, 22, 16, 12, 10, 14, 40, 62, 78, 84, 80, 70, 66, 76, 82, 78, 70, 60, 54, 50, 46, 52, 42];

#[derive(Debug)]
pub(crate) struct Spread {
    seed: u64,
    stream: Stream,
    /// When each day begins, and then the end of the window.
    midnights: Vec<Micros>,
    last: Micros,
    /// The first row of each day, and then the number of rows.
    first_rows: Vec<u64>,
    /// Running sums of [`HOURS`], from 0.
    hours: [u64; 25],
}

impl Spread {
    pub(crate) fn new(force: &Force<'_>, stream: Stream, rows: u64) -> Spread {
        let mut sums = vec![0];
        for number in force.from.0..force.as_of.0 {
            let day = Day(number);
            let unrest = force.draw(stream, u64::MAX - number as u64).below(20);
            sums.push(sums[sums.len() - 1] + WEEKDAYS[day.weekday()] * (90 + unrest));
        }
        let total = u128::from(sums[sums.len() - 1]);
        let first_rows = sums.iter().map(|sum| (u128::from(rows) * u128::from(*sum) / total) as u64).collect();
        let mut hours = [0; 25];
        for (hour, weight) in HOURS.iter().enumerate() {
            hours[hour + 1] = hours[hour] + weight;
        }
        let midnights = (force.from.0..=force.as_of.0).map(|day| Day(day).midnight()).collect();
        let last = force.as_of.midnight() - 2 * MINUTE;
        Spread { seed: force.plan.seed, stream, midnights, last, first_rows, hours }
    }

    /// The instant of a row, to the second, within the window; never earlier than that of the row before.
    pub(crate) fn at(&self, row: u64) -> Micros {
        let day = self.first_rows.partition_point(|first| *first <= row) - 1;
        let (first, next) = (self.first_rows[day], self.first_rows[day + 1]);
        let jitter = Draw::new(self.seed, self.stream, row).below(1 << 16);
        // The place within the day's weight, in 65536ths.
        let place = u128::from((row - first) << 16 | jitter) * u128::from(self.hours[24]) / u128::from(next - first);
        let place = place as u64;
        let hour = self.hours.partition_point(|sum| sum << 16 <= place) - 1;
        let into = (place - (self.hours[hour] << 16)) as i64 * 3600 / ((HOURS[hour] as i64) << 16);
        let length = self.midnights[day + 1] - self.midnights[day];
        // On the days when the clocks change an hour is a twenty-fourth of what there is.
        let seconds = (hour as i64 * 3600 + into) * (length / SECOND) / (DAY / SECOND);
        (self.midnights[day] + seconds * SECOND).min(self.last)
    }
}
