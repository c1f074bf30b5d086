//! `custodes check`: a folder of evidence goes in, every exception of the standard comes out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use custodes_checks::outcome::Outcome;
use custodes_checks::{Parameters, Source, Window, check};
use custodes_compliance::london;
use custodes_compliance::state::State;
use custodes_evidence::{Evidence, Mapping, Options, Report};
use custodes_report::{ExceptionRow, Format, write_exceptions, write_rows};
use custodes_standard::v3;

use super::board::Board;
use super::progress::Progress;
use super::{FOUND, Mistakes, OutputFormat, RAN, json, print};
use crate::clock;

/// Runs every clause's tests over a folder of evidence; writes nothing but what it is asked to
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of evidence: CSV, XLSX, JSON Lines or Parquet, named after their sets
    #[arg(value_name = "EVIDENCE_DIR")]
    evidence: PathBuf,
    /// Where the audited window begins: a day, or an instant; 12 months before --as-of without it
    #[arg(long, value_name = "DATE|INSTANT")]
    from: Option<String>,
    /// When everything is judged: a day (its London midnight), or an instant; now without it
    #[arg(long, value_name = "DATE|INSTANT")]
    as_of: Option<String>,
    /// A TOML file that sets parameters (custodes standard --parameters)
    #[arg(long, value_name = "FILE.toml")]
    parameters: Option<PathBuf>,
    /// Only this clause; may be repeated
    #[arg(long, value_name = "ID")]
    clause: Vec<String>,
    /// The answer on standard output
    #[arg(long, value_enum, default_value = "table")]
    format: OutputFormat,
    /// Write every exception to a file, by its ending: .csv, .jsonl, .parquet or .xlsx
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// A mapping for foreign exports: one that ships, by name, or a TOML file; may be repeated
    #[arg(long, value_name = "NAME|FILE.toml")]
    map: Vec<String>,
    /// Write the rows that could not be read, with the reason, to a .csv or .jsonl file
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    /// End with status 3 when that state was found
    #[arg(long, value_name = "STATE", value_parser = ["exceptions"])]
    fail_on: Option<String>,
    /// How many threads to use; all processors without it. The answer is the same with any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let request = Request::of(arguments)?;
    let threads = threads(arguments.threads);
    let progress = Progress::new();
    let source = open(&arguments.evidence, request.window, request.mappings, threads, &progress)?;
    let only: BTreeSet<&str> = request.clauses.iter().copied().collect();
    let checked = check(&source, request.window, &request.parameters, threads, &only);
    progress.done();
    let (outcome, report) = checked?;
    write_files(&request.files, &outcome, &report)?;
    tell(&report);
    let text = match arguments.format {
        OutputFormat::Json => format!("{:#}\n", json::check(request.window, &request.parameters, &report, &outcome)),
        OutputFormat::Table => Board {
            folder: &arguments.evidence.display().to_string(),
            window: request.window,
            outcome: &outcome,
            report: &report,
            parameters: &request.parameters,
        }
        .text(),
    };
    print(&text)?;
    let found = outcome.clauses.iter().any(|clause| clause.state == State::Exceptions);
    Ok(if arguments.fail_on.is_some() && found { FOUND } else { RAN })
}

/// The arguments, understood: everything that can be wrong with them is found before any evidence is read.
struct Request {
    window: Window,
    parameters: Parameters,
    clauses: Vec<&'static str>,
    mappings: Vec<Mapping>,
    files: Files,
}

#[derive(Default)]
struct Files {
    exceptions: Option<(PathBuf, Format)>,
    quarantine: Option<(PathBuf, Format)>,
}

impl Request {
    fn of(arguments: &Arguments) -> Result<Request, Mistakes> {
        let clauses = arguments.clause.iter().map(|id| {
            v3::clause(id)
                .map(|clause| clause.id)
                .ok_or_else(|| format!("--clause: there is no clause {id:?}; `custodes standard` lists them"))
        });
        Ok(Request {
            window: window(arguments.from.as_deref(), arguments.as_of.as_deref())?,
            parameters: parameters(arguments.parameters.as_deref())?,
            clauses: clauses.collect::<Result<_, _>>()?,
            mappings: arguments.map.iter().map(|name| mapping(name)).collect::<Result<_, _>>()?,
            files: Files {
                exceptions: output(
                    "--exceptions",
                    arguments.exceptions.as_ref(),
                    &["csv", "jsonl", "parquet", "xlsx"],
                )?,
                quarantine: output("--quarantine", arguments.quarantine.as_ref(), &["csv", "jsonl"])?,
            },
        })
    }
}

/// What is audited, and when it is judged; 12 months up to now where nothing is said.
pub(super) fn window(from: Option<&str>, as_of: Option<&str>) -> Result<Window, Mistakes> {
    let as_of = match as_of {
        Some(text) => london::parse_day_or_instant(text).map_err(|mistake| format!("--as-of: {mistake}"))?,
        None => clock::now(),
    };
    let from = match from {
        Some(text) => london::parse_day_or_instant(text).map_err(|mistake| format!("--from: {mistake}"))?,
        None => london::months_before(as_of, 12),
    };
    Ok(Window::new(from, as_of)?)
}

/// Opens a folder; what is asked of it is given beforehand.
pub(super) fn open(
    folder: &Path,
    window: Window,
    mappings: Vec<Mapping>,
    threads: usize,
    progress: &Progress,
) -> Result<Source, Mistakes> {
    let mut options = Options::new(window.from, window.as_of);
    options.threads = threads;
    options.mappings = mappings;
    options.isolated = std::env::current_exe().ok();
    let watcher = progress.handle();
    options.progress = Some(std::sync::Arc::new(move |file: &str, bytes: u64| watcher.read(file, bytes)));
    let evidence = Evidence::open(folder, options)
        .map_err(|problems| Mistakes(problems.iter().map(ToString::to_string).collect()))?;
    super::interrupt::remove_on_interrupt(evidence.temporary());
    Ok(Source::new(evidence, threads))
}

/// As many as the machine has, where nothing is said.
pub(super) fn threads(wanted: Option<usize>) -> usize {
    wanted.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

pub(super) fn parameters(file: Option<&Path>) -> Result<Parameters, Mistakes> {
    let Some(file) = file else { return Ok(Parameters::default()) };
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
    Parameters::read(&text)
        .map_err(|mistakes| Mistakes(mistakes.iter().map(|mistake| format!("{}: {mistake}", file.display())).collect()))
}

/// One that ships, by name, or a file.
pub(super) fn mapping(name: &str) -> Result<Mapping, Mistakes> {
    Mapping::named(name)
        .map_err(|problems| Mistakes(problems.iter().map(|problem| format!("--map: {problem}")).collect()))
}

fn output(option: &str, file: Option<&PathBuf>, endings: &[&str]) -> Result<Option<(PathBuf, Format)>, Mistakes> {
    let Some(file) = file else { return Ok(None) };
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match Format::of(file).filter(|_| endings.contains(&ending.as_str()) || ending == "ndjson") {
        Some(format) => Ok(Some((file.clone(), format))),
        None => Err(format!("{option}: {} must end in one of .{}", file.display(), endings.join(", .")).into()),
    }
}

fn write_files(files: &Files, outcome: &Outcome, report: &Report) -> Result<(), Mistakes> {
    if let Some((path, format)) = &files.exceptions {
        let rows: Vec<ExceptionRow> = outcome.exceptions.iter().map(row).collect();
        write_exceptions(path, *format, &rows)
            .map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
    }
    if let Some((path, format)) = &files.quarantine {
        let columns = ["file", "line", "column", "value", "reason"];
        let rows = report.quarantine.iter().map(|row| {
            [row.file.clone(), row.line.to_string(), row.column.to_owned(), row.value.clone(), row.reason.clone()]
        });
        write_rows(path, *format, &columns, rows)
            .map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
    }
    Ok(())
}

fn row(exception: &custodes_checks::Exception) -> ExceptionRow {
    let text = |moment: Option<custodes_compliance::event::Moment>| {
        moment.map(|moment| moment.to_string()).unwrap_or_default()
    };
    ExceptionRow {
        clause: exception.clause,
        code: exception.code,
        subject: exception.subject.clone(),
        due: text(exception.due),
        done: text(exception.done),
        days_late: exception.days_late,
        detail: exception.detail.clone(),
    }
}

/// What a person should know besides the answer goes to standard error.
pub(super) fn tell(report: &Report) {
    for notice in &report.notices {
        eprintln!("note: {notice}");
    }
    let unlisted = report.quarantine_unlisted;
    if unlisted > 0 {
        eprintln!("note: {unlisted} more quarantined rows are counted and not listed");
    }
}
