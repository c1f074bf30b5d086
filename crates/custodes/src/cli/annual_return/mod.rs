//! `custodes return`: clause 4.2, the annual return on cameras to the National Auditor.

use std::path::{Path, PathBuf};

use custodes_checks::annual_return::annual_return;
use custodes_evidence::Mapping;
use custodes_pages::annual_return::AnnualReturn as Page;
use custodes_report::{Sheet, write_csv_document, write_text, write_workbook};

use super::progress::Progress;
use super::{Mistakes, OutputFormat, RAN, check, print};

mod document;
mod json;

/// Draws up the annual return on cameras (4.2) from a folder of evidence; covert cameras are counted only
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of evidence: CSV, XLSX, JSON Lines or Parquet, named after their sets
    #[arg(value_name = "EVIDENCE_DIR")]
    evidence: PathBuf,
    /// Where the 12 months begin: a day, or an instant; 12 months before --as-of without it
    #[arg(long, value_name = "DATE|INSTANT")]
    from: Option<String>,
    /// When everything is judged: a day (its London midnight), or an instant; now without it
    #[arg(long, value_name = "DATE|INSTANT")]
    as_of: Option<String>,
    /// A TOML file that sets parameters (custodes standard --parameters)
    #[arg(long, value_name = "FILE.toml")]
    parameters: Option<PathBuf>,
    /// A mapping for foreign exports: one that ships, by name, or a TOML file; may be repeated
    #[arg(long, value_name = "NAME|FILE.toml")]
    map: Vec<String>,
    /// The answer on standard output
    #[arg(long, value_enum, default_value = "table")]
    format: OutputFormat,
    /// Write the return to a file instead, by its ending: .html (to print), .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many threads to use; all processors without it. The answer is the same with any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let window = check::window(arguments.from.as_deref(), arguments.as_of.as_deref())?;
    let parameters = check::parameters(arguments.parameters.as_deref())?;
    let mappings: Vec<Mapping> = arguments.map.iter().map(|name| check::mapping(name)).collect::<Result<_, _>>()?;
    let out = arguments.out.as_deref().map(|path| Ok::<_, Mistakes>((path, Form::of(path)?))).transpose()?;
    let threads = check::threads(arguments.threads);
    let progress = Progress::new();
    let source = check::open(&arguments.evidence, window, mappings, threads, &progress)?;
    let drawn = annual_return(&source, window, &parameters, threads);
    progress.done();
    let (drawn, outcome, report) = drawn?;
    check::tell(&report);
    let told = document::Told { window, drawn: &drawn, outcome: &outcome, report: &report, parameters: &parameters };
    let page = told.page();
    if let Some((path, form)) = out {
        write(path, form, &page)?;
    }
    match (arguments.format, out) {
        (OutputFormat::Json, _) => print(&format!("{:#}\n", json::annual_return(&told)))?,
        (OutputFormat::Table, None) => print(&document::text(&page))?,
        (OutputFormat::Table, Some(_)) => {}
    }
    Ok(RAN)
}

/// What a file is to be, by the end of its name.
#[derive(Debug, Clone, Copy)]
enum Form {
    Html,
    Workbook,
    Csv,
}

impl Form {
    fn of(path: &Path) -> Result<Form, Mistakes> {
        match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase().as_str() {
            "html" | "htm" => Ok(Form::Html),
            "xlsx" => Ok(Form::Workbook),
            "csv" => Ok(Form::Csv),
            _ => Err(format!("--out: {} must end in one of .html, .xlsx, .csv", path.display()).into()),
        }
    }
}

fn write(path: &Path, form: Form, page: &Page) -> Result<(), Mistakes> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: cannot be written: {error}", path.display());
    let written = match form {
        Form::Html => write_text(path, &page.html().map_err(|error| failed(&error))?),
        Form::Workbook => write_workbook(path, &page.title, &sheets(page)),
        Form::Csv => write_csv_document(path, &sheets(page)),
    };
    Ok(written.map_err(|error| failed(&error))?)
}

/// The head of the return as a table of its own, and then its tables.
fn sheets(page: &Page) -> Vec<Sheet> {
    let facts = page.facts.iter().map(|fact| vec![fact.name.clone(), fact.value.clone()]);
    let notes = page.notes.iter().map(|note| vec!["Note".to_owned(), note.clone()]);
    let head = Sheet {
        name: "Return".to_owned(),
        columns: vec![page.title.clone(), String::new()],
        rows: facts.chain(notes).collect(),
    };
    let tables = page.tables.iter().map(|table| Sheet {
        name: table.title.to_owned(),
        columns: table.columns.iter().map(|column| column.name.to_owned()).collect(),
        rows: table.rows.clone(),
    });
    std::iter::once(head).chain(tables).collect()
}
