//! A folder of evidence, as the verbs take it that need no workspace.

use std::path::{Path, PathBuf};

use custodes_checks::{Parameters, Source, Window};
use custodes_compliance::{Instant, london};
use custodes_evidence::{Evidence, Mapping, Options, Report};

use super::progress::Progress;
use super::terminal::on_one_line;
use super::{Mistakes, interrupt, outputs};
use crate::clock;

// What is read, and how. (No doc comment: it would stand in the help of each verb.)
#[derive(Debug, clap::Args)]
pub struct Folder {
    /// The folder of evidence: CSV, XLSX, JSON Lines or Parquet, named after their sets
    #[arg(value_name = "EVIDENCE_DIR")]
    pub evidence: PathBuf,
    /// Where the window begins: a day, or an instant; 12 months before --as-of without it
    #[arg(long, value_name = "DATE|INSTANT", value_parser = london::parse_day_or_instant)]
    from: Option<Instant>,
    /// When everything is judged: a day (its London midnight), or an instant; now without it
    #[arg(long, value_name = "DATE|INSTANT", value_parser = london::parse_day_or_instant)]
    as_of: Option<Instant>,
    /// A TOML file that sets parameters (custodes standard --parameters)
    #[arg(long, value_name = "FILE.toml")]
    parameters: Option<PathBuf>,
    /// A mapping for foreign exports: one that ships, by name, or a TOML file; may be repeated
    #[arg(long, value_name = "NAME|FILE.toml")]
    map: Vec<String>,
    /// How many threads to use; all processors without it. The answer is the same with any number
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    threads: Option<usize>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("nothing can be read on no thread at all: name 1 or more".to_owned()),
        Ok(threads) => Ok(threads),
        Err(_) => Err("not a number of threads".to_owned()),
    }
}

impl Folder {
    /// What is audited, and when it is judged; 12 months up to now where nothing is said.
    pub fn window(&self) -> Result<Window, String> {
        let as_of = self.as_of.unwrap_or_else(clock::now);
        let from = self.from.unwrap_or_else(|| london::months_before(as_of, 12));
        Window::new(from, as_of)
    }

    /// Whether files may be written that the command names, each by its option: not among the evidence, not
    /// over what is read, and not two under one name.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn leaves_room_for(&self, outputs: &[(&str, &Path)]) -> Result<(), String> {
        let mappings = self.map.iter().map(|name| ("--map", Path::new(name)));
        let read: Vec<_> =
            self.parameters.iter().map(|file| ("--parameters", file.as_path())).chain(mappings).collect();
        outputs::admissible(outputs, &self.evidence, &read)
    }

    pub fn parameters(&self) -> Result<Parameters, Mistakes> {
        let Some(file) = &self.parameters else { return Ok(Parameters::default()) };
        let text =
            std::fs::read_to_string(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
        Parameters::read(&text).map_err(|mistakes| {
            Mistakes(mistakes.iter().map(|mistake| format!("{}: {mistake}", file.display())).collect())
        })
    }

    /// Those that ship, by name, and files.
    pub fn mappings(&self) -> Result<Vec<Mapping>, Mistakes> {
        let named = |name: &String| {
            Mapping::named(name)
                .map_err(|problems| Mistakes(problems.iter().map(|problem| format!("--map: {problem}")).collect()))
        };
        self.map.iter().map(named).collect()
    }

    /// As many as the machine has, where nothing is said.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Opens it; what is asked of it is given beforehand.
    pub fn open(&self, window: Window, mappings: Vec<Mapping>, progress: &Progress) -> Result<Source, Mistakes> {
        let mut options = Options::new(window.from, window.as_of);
        options.threads = self.threads();
        options.mappings = mappings;
        options.isolated = std::env::current_exe().ok();
        let watcher = progress.handle();
        options.progress = Some(std::sync::Arc::new(move |file: &str, bytes: u64| watcher.read(file, bytes)));
        let evidence = Evidence::open(&self.evidence, options)
            .map_err(|problems| Mistakes(problems.iter().map(ToString::to_string).collect()))?;
        interrupt::remove_on_interrupt(evidence.temporary());
        Ok(Source::new(evidence, self.threads()))
    }
}

/// What a person should know besides the answer goes to standard error.
pub fn tell(report: &Report) {
    for notice in &report.notices {
        eprintln!("note: {}", on_one_line(notice));
    }
    let unlisted = report.quarantine_unlisted;
    if unlisted > 0 {
        eprintln!("note: {unlisted} more quarantined rows are counted and not listed");
    }
    let unlisted = report.conflicts_unlisted;
    if unlisted > 0 {
        eprintln!("note: {unlisted} more conflicting rows are counted and not listed");
    }
}
