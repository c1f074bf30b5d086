//! Lays the evidence of a case out as a folder of CSV files.

use std::fmt::Write as _;
use std::path::Path;

use super::{Case, fill};
use custodes_standard::evidence::Set;

/// Writes one CSV file per set of the case into an empty folder, and `manifest.csv` where the case
/// has one. Errors name the file of the case and its line.
pub fn lay_out(case: &Case, folder: &Path) -> Result<(), String> {
    let place = |what: String| format!("{}:{}: {what}", case.file, case.line);
    for (set, rows) in fill::evidence(case).map_err(place)? {
        let declared = Set::named(&set).ok_or_else(|| place(format!("`{set}` is no set")))?;
        let missing = |column: &str| case.not_exported.iter().any(|(of, name)| *of == set && name == column);
        let kept: Vec<usize> =
            (0..declared.columns.len()).filter(|index| !missing(declared.columns[*index].name)).collect();
        let mut text = line(kept.iter().map(|index| declared.columns[*index].name));
        for row in &rows {
            text += &line(kept.iter().map(|index| row[*index].as_str()));
        }
        write_file(folder, &set, &text).map_err(place)?;
    }
    for manifest in case.tables.iter().filter(|table| table.set == "manifest") {
        let mut text = line(manifest.header.iter().map(String::as_str));
        for row in &manifest.rows {
            text += &line(row.iter().map(String::as_str));
        }
        write_file(folder, "manifest", &text).map_err(place)?;
    }
    Ok(())
}

fn write_file(folder: &Path, stem: &str, text: &str) -> Result<(), String> {
    let path = folder.join(format!("{stem}.csv"));
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// One line of CSV; every set has several columns, so no row is an empty line.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (index, cell) in cells.enumerate() {
        let comma = if index > 0 { "," } else { "" };
        if cell.contains([',', '"', '\n', '\r', ';', '\t']) {
            let _ = write!(text, "{comma}\"{}\"", cell.replace('"', "\"\""));
        } else {
            let _ = write!(text, "{comma}{cell}");
        }
    }
    text + "\n"
}
