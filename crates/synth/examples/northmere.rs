//! Makes a force: `cargo run -p custodes-synth --example northmere -- DIR SEED SCALE [csv|parquet] [clean] [AS-OF]`.

use std::path::Path;
use std::process::ExitCode;

use custodes_synth::{Format, Plan, Scale, write};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [out, seed, scale, rest @ ..] = arguments else {
        return Err("usage: northmere DIR SEED SCALE [csv|parquet] [clean] [AS-OF]".to_owned());
    };
    let seed = seed.parse().map_err(|_| format!("{seed:?} is not a seed: write a whole number"))?;
    let mut plan = Plan::new(seed, scale.parse::<Scale>()?);
    for word in rest {
        if word == "clean" {
            plan.departures = false;
        } else if let Ok(as_of) = word.parse() {
            plan.as_of = as_of;
        } else {
            plan.format = word.parse::<Format>()?;
        }
    }
    let summary = write(Path::new(out), &plan, &mut |_| {}).map_err(|error| error.to_string())?;
    for set in &summary.sets {
        println!("{:>12} {}", set.rows, set.set);
    }
    println!("{} departures, from {} to {}", summary.planted, summary.from, summary.as_of);
    Ok(())
}
