//! `custodes synth`: the made-up force's evidence.

use std::path::PathBuf;

use custodes_synth::{Format, Plan, Scale};

use super::board::grouped;
use super::progress::Progress;
use super::{Mistakes, RAN, print};

/// Makes the evidence of a made-up police force, with departures planted and a key that lists them
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A new or empty folder: it receives evidence/, departures.csv and parameters.toml
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The same seed gives the same bytes on any machine
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The size: 1 is a force of about 230 cameras, 800 users and 30,000 searches a year
    #[arg(long, value_name = "F", default_value = "1", conflicts_with = "searches")]
    scale: Scale,
    /// The size as a number of searches
    #[arg(long, value_name = "N")]
    searches: Option<u64>,
    /// How the evidence is written: csv or parquet
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Format,
    /// A force in which nothing is wrong
    #[arg(long)]
    clean: bool,
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let mut plan = Plan::new(arguments.seed, arguments.scale);
    if let Some(searches) = arguments.searches {
        plan.searches = searches;
    }
    plan.format = arguments.format;
    plan.departures = !arguments.clean;
    let bar = Progress::new();
    let (mut set, mut seen) = ("", 0);
    let made = custodes_synth::write(&arguments.out, &plan, &mut |progress| {
        if progress.set != set {
            (set, seen) = (progress.set, 0);
        }
        bar.read(progress.set, progress.rows.saturating_sub(seen));
        seen = progress.rows;
    });
    bar.done();
    let made = made?;
    let rows: u64 = made.sets.iter().map(|set| set.rows).sum();
    print(&format!(
        "Made {} rows of {} sets in {}\n{} departures are planted; {} lists them\n\nCheck it with\n  custodes check {} --from {} --as-of {} --parameters {}\n",
        grouped(rows),
        made.sets.len(),
        made.evidence.display(),
        grouped(made.planted),
        made.departures.display(),
        made.evidence.display(),
        made.from,
        made.as_of,
        made.parameters.display(),
    ))?;
    Ok(RAN)
}
