//! `custodes return`: clause 4.2, the annual return on cameras to the National Auditor.

use std::path::{Path, PathBuf};

use custodes_checks::Window;
use custodes_checks::annual_return::annual_return;
use custodes_pages::annual_return::AnnualReturn as Page;
use custodes_report::{Sheet, write_csv_document, write_text, write_workbook};

use super::folder::{Folder, tell};
use super::outputs::can_be_written;
use super::progress::Progress;
use super::{Mistakes, OutputFormat, RAN, print};
use crate::work::checking::DrawnReturn;
use crate::work::{WorkError, Workspace};

mod document;
mod json;

/// Draws up the annual return on cameras (4.2) from a folder of evidence; covert cameras are counted only
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The answer on standard output
    #[arg(long, value_enum, default_value = "table")]
    format: OutputFormat,
    /// Write the return to a file instead, by its ending: .html (to print), .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Arguments {
    /// What is wrong with the command as it was given.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn used_rightly(&self) -> Result<(), String> {
        self.folder.window()?;
        let Some(out) = &self.out else { return Ok(()) };
        Form::of(out)?;
        self.folder.leaves_room_for(&[("--out", out)])
    }
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let out = arguments.out.as_deref().map(|path| Form::of(path).map(|form| (path, form))).transpose()?;
    if let Some((path, _)) = out {
        can_be_written("--out", path)?;
    }
    let window = arguments.folder.window()?;
    let parameters = arguments.folder.parameters()?;
    let mappings = arguments.folder.mappings()?;
    let threads = arguments.folder.threads();
    let progress = Progress::new();
    let source = arguments.folder.open(window, mappings, &progress)?;
    let drawn = annual_return(&source, window, &parameters, threads);
    progress.done();
    let (drawn, outcome, report) = drawn?;
    tell(&report);
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

/// The return of a workspace, drawn from its evidence in force: as a page, and for programs.
///
/// # Errors
/// When the evidence cannot be read to its end.
pub fn of_workspace(workspace: &Workspace, window: Window) -> Result<(String, String), WorkError> {
    let DrawnReturn { parameters, drawn, outcome, report } = workspace.annual_return(window)?;
    let told = document::Told { window, drawn: &drawn, outcome: &outcome, report: &report, parameters: &parameters };
    Ok((custodes_pages::annual_return(&told.page()), format!("{:#}\n", json::annual_return(&told))))
}

/// What a file is to be, by the end of its name.
#[derive(Debug, Clone, Copy)]
enum Form {
    Html,
    Workbook,
    Csv,
}

impl Form {
    fn of(path: &Path) -> Result<Form, String> {
        match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase().as_str() {
            "html" | "htm" => Ok(Form::Html),
            "xlsx" => Ok(Form::Workbook),
            "csv" => Ok(Form::Csv),
            _ => Err(format!("--out: {} must end in one of .html, .xlsx, .csv", path.display())),
        }
    }
}

fn write(path: &Path, form: Form, page: &Page) -> Result<(), Mistakes> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: cannot be written: {error}", path.display());
    let written = match form {
        Form::Html => write_text(path, &custodes_pages::annual_return(page)),
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
