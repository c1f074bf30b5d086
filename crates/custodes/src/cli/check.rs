//! `custodes check`: a folder of evidence goes in, every exception of the standard comes out.

use std::collections::BTreeSet;
use std::path::PathBuf;

use custodes_checks::outcome::Outcome;
use custodes_checks::{Parameters, Window, check};
use custodes_compliance::state::State;
use custodes_evidence::{Mapping, Report};
use custodes_report::{ExceptionRow, Format, write_exceptions, write_rows};
use custodes_standard::evidence::Set;
use custodes_standard::v3;

use super::board::Board;
use super::folder::{Folder, tell};
use super::outputs::can_be_written;
use super::progress::Progress;
use super::{FOUND, Mistakes, OutputFormat, RAN, json, print};

/// Runs every clause's tests over a folder of evidence; writes nothing but what it is asked to
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Only this clause; may be repeated
    #[arg(long, value_name = "ID", value_parser = clause_named)]
    clause: Vec<&'static str>,
    /// The answer on standard output
    #[arg(long, value_enum, default_value = "table")]
    format: OutputFormat,
    /// Write every exception to a file, by its ending: .csv, .jsonl, .parquet or .xlsx
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// Write the rows that could not be read, with the reason, to a .csv or .jsonl file
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    /// Write the rows that a later row of their key stands over with other content, each with the row that
    /// stands, to a .csv or .jsonl file
    #[arg(long, value_name = "FILE")]
    conflicting: Option<PathBuf>,
    /// End with status 3 when that state was found
    #[arg(long, value_name = "STATE", value_parser = ["exceptions"])]
    fail_on: Option<String>,
}

fn clause_named(id: &str) -> Result<&'static str, String> {
    let found = v3::clause(id).map(|clause| clause.id);
    found.ok_or_else(|| format!("there is no clause {id:?}; `custodes standard` lists them"))
}

impl Arguments {
    /// What is wrong with the command as it was given.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn used_rightly(&self) -> Result<(), String> {
        self.folder.window()?;
        self.files()?;
        let exceptions = self.exceptions.iter().map(|file| ("--exceptions", file.as_path()));
        let quarantine = self.quarantine.iter().map(|file| ("--quarantine", file.as_path()));
        let conflicting = self.conflicting.iter().map(|file| ("--conflicting", file.as_path()));
        self.folder.leaves_room_for(&exceptions.chain(quarantine).chain(conflicting).collect::<Vec<_>>())
    }

    fn files(&self) -> Result<Files, String> {
        let endings = ["csv", "jsonl", "parquet", "xlsx"];
        Ok(Files {
            exceptions: output("--exceptions", self.exceptions.as_ref(), &endings)?,
            quarantine: output("--quarantine", self.quarantine.as_ref(), &endings[..2])?,
            conflicting: output("--conflicting", self.conflicting.as_ref(), &endings[..2])?,
        })
    }
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let request = Request::of(arguments)?;
    let threads = arguments.folder.threads();
    let progress = Progress::new();
    let source = arguments.folder.open(request.window, request.mappings, &progress)?;
    let only: BTreeSet<&str> = arguments.clause.iter().copied().collect();
    let checked = check(&source, request.window, &request.parameters, threads, &only);
    progress.done();
    let (outcome, report) = checked?;
    write_files(&request.files, &outcome, &report)?;
    tell(&report);
    let text = match arguments.format {
        OutputFormat::Json => format!("{:#}\n", json::check(request.window, &request.parameters, &report, &outcome)),
        OutputFormat::Table => Board {
            folder: &arguments.folder.evidence.display().to_string(),
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
    mappings: Vec<Mapping>,
    files: Files,
}

#[derive(Default)]
struct Files {
    exceptions: Option<(PathBuf, Format)>,
    quarantine: Option<(PathBuf, Format)>,
    conflicting: Option<(PathBuf, Format)>,
}

impl Request {
    fn of(arguments: &Arguments) -> Result<Request, Mistakes> {
        let files = arguments.files()?;
        for (option, file) in [
            ("--exceptions", &files.exceptions),
            ("--quarantine", &files.quarantine),
            ("--conflicting", &files.conflicting),
        ] {
            if let Some((path, _)) = file {
                can_be_written(option, path)?;
            }
        }
        Ok(Request {
            window: arguments.folder.window()?,
            parameters: arguments.folder.parameters()?,
            mappings: arguments.folder.mappings()?,
            files,
        })
    }
}

fn output(option: &str, file: Option<&PathBuf>, endings: &[&str]) -> Result<Option<(PathBuf, Format)>, String> {
    let Some(file) = file else { return Ok(None) };
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match Format::of(file).filter(|_| endings.contains(&ending.as_str()) || ending == "ndjson") {
        Some(format) => Ok(Some((file.clone(), format))),
        None => Err(format!("{option}: {} must end in one of .{}", file.display(), endings.join(", ."))),
    }
}

fn write_files(files: &Files, outcome: &Outcome, report: &Report) -> Result<(), Mistakes> {
    if let Some((path, format)) = &files.exceptions {
        let rows: Vec<ExceptionRow> = outcome.exceptions.iter().map(row).collect();
        write_exceptions(path, *format, &rows)
            .map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
    }
    let lists = [(&files.quarantine, quarantined as fn(&Report) -> _), (&files.conflicting, conflicting)];
    for (file, list) in lists {
        let Some((path, format)) = file else { continue };
        write_rows(path, *format, &["file", "line", "column", "value", "reason"], list(report).into_iter())
            .map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
    }
    Ok(())
}

/// The quarantined rows, in order of file and line.
fn quarantined(report: &Report) -> Vec<[String; 5]> {
    let rows = report.quarantine.iter().map(|row| {
        [row.file.clone(), row.line.to_string(), row.column.to_owned(), row.value.clone(), row.reason.clone()]
    });
    rows.collect()
}

/// The rows that another of their key stands over with other content, in order of file and line. Duplicates say
/// nothing that is not said by the row that stands.
fn conflicting(report: &Report) -> Vec<[String; 5]> {
    let rows = report.conflicts.iter().map(|row| {
        let reason = format!(
            "superseded by {} line {}: the same key again with other content, and the row that comes last stands",
            row.stands_file, row.stands_line
        );
        [row.file.clone(), row.line.to_string(), key_columns(report, &row.file), row.key.clone(), reason]
    });
    rows.collect()
}

/// The columns that make the key of a file's rows, divided as the key's parts are.
fn key_columns(report: &Report, file: &str) -> String {
    let input = report.inputs.iter().find(|input| input.file == file);
    let columns = input.and_then(|input| Set::named(input.set)).map(|set| set.columns).unwrap_or_default();
    let keys: Vec<&str> = columns.iter().filter(|column| column.key).map(|column| column.name).collect();
    keys.join(" / ")
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
