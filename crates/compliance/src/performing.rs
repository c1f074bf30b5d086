//! A draw performed from what the journal and the evidence hold: the plan, its contributions, its frame.
//!
//! Drawing, verifying and performing a draw again are this one function. The signature of a beacon's
//! round is checked by those who can; here its randomness is joined.

use std::collections::BTreeMap;

use custodes_standard::model::Ratio;

use crate::acts::audit::{self, Contribution, Plan, Size};
use crate::draw::{
    Digest, Draw, Frame, FrameDigest, KeyError, Period, Seed, SeedSource, WindowChoice, choose_window, draw_strata,
};
use crate::time::Day;

/// One record of a frame.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameRow {
    pub key: String,
    /// The London day on which it counts; none where the clause has no deciding time.
    pub day: Option<Day>,
    /// The value of the plan's column, where there are strata.
    pub stratum: Option<String>,
}

/// A frame with what the draw needs of each record, sorted by the bytes of the keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FrameTable(Vec<FrameRow>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PerformError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("line {line} of the frame is not a record: three values in brackets, sorted by the bytes of the first")]
    NotAFrame { line: usize },
    #[error(
        "the frame is not the one that the plan was committed with: its hash is {found}, and the plan's is {planned}"
    )]
    OtherFrame { planned: String, found: String },
    #[error("the plan's size {0:?} is no rate: write it like 2 % or 1/50")]
    Rate(String),
    #[error("the plan's column of strata is missing from the frame")]
    NoStratum,
    #[error("part {} of the seed: {why}", .part + 1)]
    Seed { part: usize, why: String },
    #[error("{0}")]
    Said(String),
}

impl FrameTable {
    pub fn of(mut rows: Vec<FrameRow>) -> FrameTable {
        rows.sort_unstable();
        rows.dedup_by(|later, first| later.key == first.key);
        FrameTable(rows)
    }

    pub fn rows(&self) -> &[FrameRow] {
        &self.0
    }

    /// # Errors
    /// A key that no frame can hold.
    pub fn digest(&self) -> Result<FrameDigest, KeyError> {
        Ok(Frame::of(self.0.iter().map(|row| row.key.clone()))?.digest())
    }

    /// One line a record: `["key","2026-01-31","stratum"]`, with `null` for what it has not.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for FrameRow { key, day, stratum } in &self.0 {
            let line = serde_json::json!([key, day.map(|day| day.to_string()), stratum]);
            text.push_str(&line.to_string());
            text.push('\n');
        }
        text
    }

    /// # Errors
    /// When the text is not what [`FrameTable::to_text`] writes.
    pub fn parse(text: &str) -> Result<FrameTable, PerformError> {
        let mut rows: Vec<FrameRow> = Vec::new();
        for (before, line) in text.lines().enumerate() {
            let wrong = PerformError::NotAFrame { line: before + 1 };
            let Ok((key, day, stratum)) = serde_json::from_str::<(String, Option<Day>, Option<String>)>(line) else {
                return Err(wrong);
            };
            if rows.last().is_some_and(|last| last.key >= key) {
                return Err(wrong);
            }
            rows.push(FrameRow { key, day, stratum });
        }
        Ok(FrameTable(rows))
    }
}

/// What a draw gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performed {
    pub seed: Seed,
    pub window: Option<WindowChoice>,
    /// Records of the frame inside the window.
    pub population: u64,
    /// Key and stratum, in the order of the tickets (within each stratum).
    pub sample: Vec<(String, Option<String>)>,
}

/// The seed of a plan, from its contributions in the plan's order.
///
/// # Errors
/// When one is missing, or is not what the plan promised.
pub fn seed(plan: &Plan, contributions: &BTreeMap<usize, &Contribution>) -> Result<Seed, PerformError> {
    let sources: Vec<SeedSource> =
        plan.seed_from.iter().enumerate().map(|(part, source)| source_of(part, source)).collect::<Result<_, _>>()?;
    let mut given = Vec::new();
    for (part, source) in sources.iter().enumerate() {
        let contribution =
            contributions.get(&part).ok_or_else(|| PerformError::Seed { part, why: "it has not come yet".into() })?;
        given.push(joined(*source, part, contribution)?);
    }
    let frame = plan.frame.sha256.parse::<Digest>().map_err(|why| PerformError::Said(why.to_string()))?;
    Seed::join(&sources, &given, frame).map_err(|why| PerformError::Said(why.to_string()))
}

/// Whether one part of the seed is what the plan promised, whichever others have come.
///
/// # Errors
/// With what is wrong with it: dice that are too few, a secret that is not the one committed to.
pub fn check_part(plan: &Plan, part: usize, contribution: &Contribution) -> Result<(), PerformError> {
    let source = plan.seed_from.get(part);
    let source = source.ok_or_else(|| PerformError::Seed { part, why: "the plan names no such source".into() })?;
    joined(source_of(part, source)?, part, contribution).map(drop)
}

fn joined(
    source: SeedSource,
    part: usize,
    contribution: &Contribution,
) -> Result<crate::draw::seed::Contribution, PerformError> {
    let text = match contribution {
        Contribution::Dice { digits, .. } => digits,
        Contribution::Beacon { randomness, .. } => randomness,
        Contribution::Secret { secret, .. } => secret,
    };
    source.contribution(text).map_err(|why| PerformError::Seed { part, why: why.to_string() })
}

fn source_of(part: usize, source: &audit::SeedSource) -> Result<SeedSource, PerformError> {
    Ok(match source {
        audit::SeedSource::Dice { .. } => SeedSource::Dice,
        audit::SeedSource::Beacon { round } => SeedSource::Beacon { round: *round },
        audit::SeedSource::Secret { sha256, .. } => {
            let commitment =
                sha256.parse().map_err(|_| PerformError::Seed { part, why: "its commitment is no SHA-256".into() })?;
            SeedSource::Secret { commitment }
        }
    })
}

/// Whether a plan may name these sources, asked before it is committed.
///
/// # Errors
/// With a sentence on what is wrong with them.
pub fn check_sources(sources: &[audit::SeedSource]) -> Result<(), PerformError> {
    let sources: Vec<SeedSource> =
        sources.iter().enumerate().map(|(part, source)| source_of(part, source)).collect::<Result<_, _>>()?;
    crate::draw::check_sources(&sources).map_err(|why| PerformError::Said(why.to_string()))
}

/// Performs the draw of a plan.
///
/// # Errors
/// When the frame or a contribution is not what the plan was committed with.
pub fn perform(
    plan: &Plan,
    contributions: &BTreeMap<usize, &Contribution>,
    table: &FrameTable,
) -> Result<Performed, PerformError> {
    let found = table.digest()?.frame_sha256.to_string();
    if found != plan.frame.sha256 {
        return Err(PerformError::OtherFrame { planned: plan.frame.sha256.clone(), found });
    }
    let seed = seed(plan, contributions)?;
    let window = match plan.window_days {
        Some(days) => {
            let said = |why: crate::draw::WindowError| PerformError::Said(why.to_string());
            let period = Period::new(plan.from, plan.to).map_err(said)?;
            let days = u32::try_from(days).map_err(|_| PerformError::Said("a window is of at least one day".into()))?;
            Some(choose_window(period, days, &seed).map_err(said)?)
        }
        None => None,
    };
    let inside: Vec<&FrameRow> = table
        .rows()
        .iter()
        .filter(|row| window.is_none_or(|window| row.day.is_some_and(|day| window.contains(day))))
        .collect();
    let sample = match &plan.strata {
        None => whole(&inside, &plan.size, &seed)?,
        Some(strata) => in_strata(&inside, strata, &seed)?,
    };
    Ok(Performed { seed, window, population: inside.len() as u64, sample })
}

fn whole(inside: &[&FrameRow], size: &Size, seed: &Seed) -> Result<Vec<(String, Option<String>)>, PerformError> {
    let mut draw = Draw::new(seed, size_of(size, inside.len() as u64)?);
    inside.iter().try_for_each(|row| draw.offer(&row.key))?;
    Ok(draw.finish().into_iter().map(|drawn| (drawn.key.to_string(), None)).collect())
}

fn in_strata(
    inside: &[&FrameRow],
    strata: &audit::Strata,
    seed: &Seed,
) -> Result<Vec<(String, Option<String>)>, PerformError> {
    let mut records = Vec::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in inside {
        let stratum = row.stratum.as_deref().ok_or(PerformError::NoStratum)?;
        records.push((row.key.as_str(), stratum));
        *counts.entry(stratum.to_owned()).or_default() += 1;
    }
    let mut sizes = BTreeMap::new();
    for (stratum, count) in counts {
        let size = size_of(strata.sizes.get(&stratum).unwrap_or(&strata.others), count)?;
        sizes.insert(stratum, size);
    }
    let drawn = draw_strata(records, &sizes, seed).map_err(|why| PerformError::Said(why.to_string()))?;
    let drawn = drawn.into_iter().flat_map(|(stratum, drawn)| {
        drawn.into_iter().map(move |drawn| (drawn.key.to_string(), Some(stratum.clone())))
    });
    Ok(drawn.collect())
}

/// How many of so many records a size asks for.
///
/// # Errors
/// When a rate is none.
pub fn size_of(size: &Size, records: u64) -> Result<u64, PerformError> {
    match size {
        Size::Rate(rate) => {
            let rate = ratio(rate).filter(|rate| rate.is_at_most_one());
            Ok(rate.ok_or_else(|| PerformError::Rate(format!("{size:?}")))?.sample_size(records))
        }
        Size::Number(number) => Ok((*number).min(records)),
        Size::Everything => Ok(records),
    }
}

/// `2 %`, `0.02`, or `1/50` as [`Ratio`] prints it.
pub(crate) fn ratio(text: &str) -> Option<Ratio> {
    match text.split_once('/') {
        Some((over, under)) => {
            let (numerator, denominator) = (over.trim().parse().ok()?, under.trim().parse().ok()?);
            (denominator > 0).then_some(Ratio { numerator, denominator })
        }
        None => Ratio::parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::PersonId;
    use crate::acts::audit::{FrameStated, SeedSource as Source};
    use crate::london::parse_day;

    fn plan(table: &FrameTable, window_days: Option<i64>) -> Plan {
        let digest = table.digest().unwrap();
        Plan {
            clause: "8.2.4.a".into(),
            from: parse_day("2026-01-01").unwrap(),
            to: parse_day("2026-04-01").unwrap(),
            window_days,
            size: Size::Rate("2 %".into()),
            strata: None,
            rationale: "r".into(),
            risk_assessment: "a".into(),
            frame: FrameStated {
                sha256: digest.frame_sha256.to_string(),
                count: digest.count,
                table_sha256: String::new(),
                uncertain: 0,
                not_whole: vec![],
            },
            seed_from: vec![Source::Dice { witness: PersonId::parse("w").unwrap() }],
            evidence: vec![],
            parameters: None,
            tops_up: None,
        }
    }

    fn table() -> FrameTable {
        let from = parse_day("2026-01-01").unwrap();
        let rows =
            (0..900).map(|n| FrameRow { key: format!("s{n}"), day: Some(from.plus_days(n % 90)), stratum: None });
        FrameTable::of(rows.collect())
    }

    fn dice(digits: &str) -> Contribution {
        Contribution::Dice { digits: digits.into(), witness: PersonId::parse("w").unwrap() }
    }

    #[test]
    fn a_rate_may_be_a_fraction() {
        assert_eq!(ratio("1/7"), Some(Ratio { numerator: 1, denominator: 7 }));
        assert_eq!(ratio("5 %"), Some(Ratio { numerator: 1, denominator: 20 }));
        assert_eq!([ratio("1/0"), ratio("all")], [None, None]);
        assert!(size_of(&Size::Rate("8/7".into()), 10).is_err());
    }

    #[test]
    fn a_draw_can_be_performed_again_from_its_text() {
        let table = table();
        let again = FrameTable::parse(&table.to_text()).unwrap();
        assert_eq!(again, table);
        let (plan, dice) = (plan(&table, Some(30)), dice("12345678901234567890"));
        let contributions = BTreeMap::from([(0, &dice)]);
        let performed = perform(&plan, &contributions, &table).unwrap();
        assert_eq!(perform(&plan, &contributions, &again).unwrap(), performed);
        assert_eq!(performed.population, 300);
        assert_eq!(performed.sample.len(), 6);
        let window = performed.window.unwrap();
        let day = |key: &str| table.rows().iter().find(|row| row.key == key).unwrap().day.unwrap();
        assert!(performed.sample.iter().all(|(key, _)| window.contains(day(key))));
    }

    #[test]
    fn a_part_of_the_seed_is_looked_at_before_the_others_have_come() {
        let party = |id: &str| PersonId::parse(id).unwrap();
        let committed = |id: &str, secret: &str| Source::Secret {
            party: party(id),
            sha256: Digest::of(secret.as_bytes()).to_string(),
        };
        let (first, second) = ("three rooks above the weir", "a lamp left on in the hall");
        let plan = Plan { seed_from: vec![committed("a", first), committed("b", second)], ..plan(&table(), None) };
        let given = |id: &str, secret: &str| Contribution::Secret { party: party(id), secret: secret.into() };
        assert_eq!(check_part(&plan, 1, &given("b", second)), Ok(()));
        let wrong = check_part(&plan, 1, &given("b", first)).unwrap_err();
        assert!(wrong.to_string().starts_with("part 2 of the seed: the secret's SHA-256 is"), "{wrong}");
        assert!(check_part(&plan, 2, &given("b", second)).is_err());
    }

    #[test]
    fn another_frame_or_too_few_dice_are_refused() {
        let table = table();
        let plan = plan(&table, None);
        let smaller = FrameTable::of(table.rows()[1..].to_vec());
        let dice_ok = dice("12345678901234567890");
        assert!(matches!(
            perform(&plan, &BTreeMap::from([(0, &dice_ok)]), &smaller),
            Err(PerformError::OtherFrame { .. })
        ));
        let few = dice("123");
        assert!(matches!(
            perform(&plan, &BTreeMap::from([(0, &few)]), &table),
            Err(PerformError::Seed { part: 0, .. })
        ));
        assert!(matches!(perform(&plan, &BTreeMap::new(), &table), Err(PerformError::Seed { part: 0, .. })));
    }
}
