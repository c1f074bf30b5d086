//! What force to make: its seed, its size, its year and whether anything is wrong in it.

use std::str::FromStr;

use crate::calendar::{Day, FIRST_YEAR, LAST_YEAR};

/// The searches that a force of scale 1 makes in twelve months.
pub const SEARCHES_AT_SCALE_ONE: u64 = 30_000;
/// Fewer than this leave no room for every departure.
pub const FEWEST_SEARCHES: u64 = 600;
/// More than this do not fit the identifiers.
pub const MOST_SEARCHES: u64 = 9_000_000_000;

/// What to make. The same plan gives the same bytes on any machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// Searches made in the window. Users, cameras and all else follow, in proportion up to a limit.
    /// Fewer than [`FEWEST_SEARCHES`] are made up to that number.
    pub searches: u64,
    /// The day whose London midnight ends the window; the window begins twelve months before it.
    pub as_of: Day,
    pub format: Format,
    /// Whether departures are planted. Without them the force departs from the standard in nothing.
    pub departures: bool,
}

impl Plan {
    /// A force of that scale, judged as of 1 October 2026, as CSV and with departures.
    pub fn new(seed: u64, scale: Scale) -> Plan {
        let as_of = Day::of(1_790_856_000_000_000);
        Plan { seed, searches: scale.searches(), as_of, format: Format::Csv, departures: true }
    }

    /// The first day of the window.
    pub fn from(&self) -> Day {
        self.as_of.plus_months(-12)
    }

    /// Says what is wrong with a plan that cannot be carried out.
    pub(crate) fn problem(&self) -> Option<String> {
        let year = self.as_of.civil().0;
        if !(FIRST_YEAR + 5..LAST_YEAR).contains(&year) {
            let (first, last) = (FIRST_YEAR + 5, LAST_YEAR - 1);
            return Some(format!("as-of day {} is not in the years {first} to {last}", self.as_of));
        }
        (self.searches > MOST_SEARCHES)
            .then(|| format!("{} searches are more than the {MOST_SEARCHES} that can be numbered", self.searches))
    }
}

/// How the evidence is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    /// Native types, zstd, row groups of 250,000 rows.
    Parquet,
}

impl Format {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        match text {
            "csv" => Ok(Format::Csv),
            "parquet" => Ok(Format::Parquet),
            _ => Err(format!("{text:?} is no format: choose csv or parquet")),
        }
    }
}

/// A size in thousandths of a mean law enforcement agency: about 230 cameras, 800 users and 30,000 searches a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale {
    thousandths: u64,
}

impl Scale {
    pub const ONE: Scale = Scale { thousandths: 1000 };

    pub fn searches(self) -> u64 {
        self.thousandths.saturating_mul(SEARCHES_AT_SCALE_ONE) / 1000
    }
}

impl FromStr for Scale {
    type Err = String;

    /// Reads a decimal such as `1`, `0.05` or `2.5`, to three places.
    fn from_str(text: &str) -> Result<Scale, String> {
        let wrong =
            || format!("{text:?} is not a scale: write a number above 0 with up to three decimals, such as 0.05");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let fraction: u64 = format!("{fraction:0<3}").parse().map_err(|_| wrong())?;
        match whole * 1000 + fraction {
            0 => Err(wrong()),
            thousandths => Ok(Scale { thousandths }),
        }
    }
}

/// How much there is of everything, from the number of searches alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub searches: u64,
    pub logons: u64,
    pub users: u64,
    pub reports: u64,
    pub disclosures: u64,
    pub read_changes: u64,
    pub retentions: u64,
    pub privileged_accesses: u64,
    pub privilege_changes: u64,
    pub failures: u64,
    pub lists: u64,
    pub sessions: u64,
    /// Static, moveable, multi-lane, CCTV-integrated, mobile, covert.
    pub cameras: [u64; 6],
}

impl Sizes {
    pub(crate) fn of(plan: &Plan) -> Sizes {
        let searches = plan.searches.max(FEWEST_SEARCHES);
        let share = |of: u64, least: u64, most: u64| {
            let exact = u128::from(searches) * u128::from(of) / u128::from(SEARCHES_AT_SCALE_ONE);
            u64::try_from(exact).unwrap_or(most).clamp(least, most)
        };
        Sizes {
            searches,
            logons: searches / 3 * 2,
            users: share(800, 120, 20_000),
            reports: share(2_000, 60, 200_000),
            disclosures: share(300, 40, 20_000),
            read_changes: share(160, 30, 20_000),
            retentions: share(60, 20, 5_000),
            privileged_accesses: share(240, 30, 20_000),
            privilege_changes: share(90, 20, 5_000),
            failures: share(250, 30, 5_000),
            lists: share(24, 14, 200),
            sessions: share(40, 12, 2_000),
            cameras: [
                share(120, 24, 1_200),
                share(20, 12, 200),
                share(45, 14, 450),
                share(25, 14, 250),
                share(18, 10, 180),
                share(4, 3, 40),
            ],
        }
    }
}
