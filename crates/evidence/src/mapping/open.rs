//! Opens a foreign file in its own format, and puts its mapping on top.

use std::path::Path;

use super::plan::{Name, Plan};
use super::reader::Mapped;
use super::text::Spaced;
use super::{Mapping, Separator};
use crate::chunk::{Reader, Refusal};
use crate::csv::HeaderRow;
use crate::discovery::without_packing;
use crate::rows::{Headed, Layout};
use crate::workbook::{self, Sheet};
use crate::{csv, jsonl, parquet, stream};

/// Opens a file under a mapping. Its format is told by its name, and for text by the mapping.
///
/// `file` is the path relative to the evidence folder, with `/`, which refusals give; `program` reads
/// workbooks and probes Parquet files, as of [`workbook::open`].
///
/// # Errors
/// The file cannot be read, or lacks a column that the mapping takes a required one from.
pub fn open(mapping: &Mapping, path: &Path, file: &str, program: Option<&Path>) -> Result<Box<dyn Reader>, Refusal> {
    let reader = open_format(mapping, path, file, program)?;
    Ok(Box::new(Mapped::new(mapping.clone(), reader, path, file)?))
}

fn open_format(mapping: &Mapping, path: &Path, file: &str, program: Option<&Path>) -> Result<Box<dyn Reader>, Refusal> {
    let input = &mapping.input;
    let layout = Layout { header: input.header.clone(), skip_beginning: input.skip_lines_starting.clone() };
    match extension(file).as_str() {
        "xlsx" | "xlsm" => {
            let sheet = Sheet { wanted: input.sheet.clone(), preferred: mapping.set.name.to_owned() };
            let rows = workbook::rows(path, file, &sheet, program, &|header| takes(mapping, header, path, file))?;
            Ok(Box::new(Headed::open(rows, file, layout)?))
        }
        "jsonl" | "ndjson" | "json" => {
            let names = mapping.names();
            let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
            jsonl::open(|| stream::open(path, file, None), file, &wanted)
        }
        "parquet" | "parq" | "pq" => parquet::open(path, file, program),
        _ => match input.separator {
            Some(Separator::Spaces) => {
                Ok(Box::new(Headed::open(Spaced::new(stream::open(path, file, None)?, file), file, layout)?))
            }
            Some(Separator::Byte(separator)) => {
                csv::open(path, file, &csv::Layout { separator: Some(separator), header: layout.header })
            }
            None => csv::open(path, file, &csv::Layout { separator: None, header: layout.header }),
        },
    }
}

/// Whether the mapping finds its columns under such a header, and takes anything from it.
fn takes(mapping: &Mapping, header: &[String], path: &Path, file: &str) -> bool {
    // Without a header any row would do, so none tells anything.
    if matches!(mapping.input.header, HeaderRow::Named(_)) {
        return false;
    }
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let names = header.iter().filter(|name| !name.is_empty()).count();
    Plan::new(mapping, &header, &Name { path, file }).is_ok_and(|plan| plan.unused.len() < names)
}

/// The extension that tells the format: what a packed file is packed from.
fn extension(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let name = without_packing(&name).unwrap_or(&name);
    name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default()
}
