//! What was written, read back by other means than wrote it.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use calamine::{Data, Reader, Xlsx, open_workbook};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::exceptions::COLUMNS;
use crate::{
    ExceptionRow, Format, MARKING, Sheet, write_csv_document, write_exceptions, write_rows, write_text, write_workbook,
};

/// What spreadsheets would take for a formula, and what CSV has trouble with.
const HOSTILE: [&str; 9] = [
    "=HYPERLINK(\"http://made.up\",\"x\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "a \"quoted\", comma",
    "two\nlines",
    "{=1+1}",
];

fn rows() -> Vec<ExceptionRow> {
    let row = |n: usize, subject: &str| ExceptionRow {
        clause: "8.2.4.b",
        code: "authority_missing",
        subject: subject.to_owned(),
        due: if n == 0 { "2026-03-01".to_owned() } else { String::new() },
        done: String::new(),
        days_late: (n == 0).then_some(-3),
        detail: format!("{subject} again"),
    };
    HOSTILE.iter().enumerate().map(|(n, subject)| row(n, subject)).collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The cells of a sheet as text; a formula in any of them fails.
fn sheet_of(path: &Path, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let formulas = book.worksheet_formula(name).expect("the sheet");
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "a cell became a formula");
    let range = book.worksheet_range(name).expect("the sheet");
    let text = |cell: &Data| match cell {
        Data::String(text) => text.clone(),
        Data::Empty => String::new(),
        other => panic!("{other:?} is not text"),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[test]
fn nothing_in_a_workbook_of_exceptions_becomes_a_formula() {
    let folder = folder();
    let path = folder.path().join("e.xlsx");
    write_exceptions(&path, Format::Xlsx, &rows()).expect("it is written");
    let sheet = sheet_of(&path, "exceptions");
    assert_eq!(sheet[0], COLUMNS);
    for (row, subject) in sheet[1..].iter().zip(HOSTILE) {
        // A carriage return in a cell is read as a line feed: XML says so.
        assert_eq!(row[2].replace('\n', "\r"), subject.replace('\n', "\r"));
    }
    assert_eq!(sheet.len(), HOSTILE.len() + 1);
    assert_eq!((sheet[1][3].as_str(), sheet[1][5].as_str()), ("2026-03-01", "-3"));
}

#[test]
fn a_workbook_is_the_same_bytes_every_time() {
    let folder = folder();
    let write = |name: &str| {
        let path = folder.path().join(name);
        write_exceptions(&path, Format::Xlsx, &rows()).expect("it is written");
        std::fs::read(path).expect("a file")
    };
    assert!(write("one.xlsx") == write("two.xlsx"));
}

#[test]
fn parquet_holds_the_exact_text_and_null_for_nothing() {
    let folder = folder();
    let path = folder.path().join("e.parquet");
    write_exceptions(&path, Format::Parquet, &rows()).expect("it is written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("a file")).expect("Parquet");
    let batches: Vec<_> = reader.build().expect("a reader").collect::<Result<_, _>>().expect("batches");
    let batch = &batches[0];
    let text = |name: &str| batch.column_by_name(name).expect("the column").as_string::<i32>().clone();
    let subjects: Vec<Option<&str>> = HOSTILE.iter().map(|subject| Some(*subject)).collect();
    assert_eq!(text("subject").iter().collect::<Vec<_>>(), subjects);
    assert!(text("due").value(0) == "2026-03-01" && text("due").is_null(1) && text("done").is_null(0));
    let days = batch.column_by_name("days_late").expect("the column").as_primitive::<Int64Type>().clone();
    assert!(days.value(0) == -3 && days.is_null(1));
    assert_eq!(batch.num_rows(), HOSTILE.len());
}

#[test]
fn csv_and_json_lines_are_exact_data() {
    let folder = folder();
    let (csv_path, json_path) = (folder.path().join("e.csv"), folder.path().join("e.jsonl"));
    write_exceptions(&csv_path, Format::Csv, &rows()).expect("it is written");
    write_exceptions(&json_path, Format::JsonLines, &rows()).expect("it is written");
    let mut csv = csv::Reader::from_path(&csv_path).expect("CSV");
    let subjects: Vec<String> = csv.records().map(|record| record.expect("a record")[2].to_owned()).collect();
    assert_eq!(subjects, HOSTILE);
    let json = std::fs::read_to_string(json_path).expect("JSON Lines");
    let subjects: Vec<String> = json
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["subject"].as_str().expect("text").to_owned()
        })
        .collect();
    assert_eq!(subjects, HOSTILE);
}

fn sheet() -> Sheet {
    Sheet {
        name: "Cameras".to_owned(),
        columns: vec!["camera".to_owned(), "offset".to_owned()],
        rows: HOSTILE.iter().map(|cell| vec![(*cell).to_owned(), "-3.5".to_owned()]).collect(),
    }
}

#[test]
fn nothing_in_a_document_becomes_a_formula_and_numbers_stay_numbers() {
    let folder = folder();
    let path = folder.path().join("d.csv");
    write_csv_document(&path, &[sheet()]).expect("it is written");
    let mut csv = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_path(&path).expect("CSV");
    let records: Vec<Vec<String>> =
        csv.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect();
    for cell in records.iter().flatten() {
        let number = cell == "-3.5";
        assert!(number || !cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?} would be a formula");
        assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?} would be a formula");
    }
    assert!(records.iter().any(|record| record.len() == 2 && record[1] == "-3.5"));
    assert_eq!(records.first().map(|record| record[0].as_str()), Some(MARKING));
    assert_eq!(records.last().map(|record| record[0].as_str()), Some(MARKING));
}

#[test]
fn a_document_as_a_workbook_is_text_and_marked_first_and_last() {
    let folder = folder();
    let path = folder.path().join("d.xlsx");
    write_workbook(&path, "Return", &[sheet()]).expect("it is written");
    let cells = sheet_of(&path, "Cameras");
    assert_eq!(cells.first().map(|row| row[0].as_str()), Some(MARKING));
    assert_eq!(cells.last().map(|row| row[0].as_str()), Some(MARKING));
    assert_eq!(cells[2][0], HOSTILE[0]);
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_one() {
    let folder = folder();
    let path = folder.path().join("kept.csv");
    write_text(&path, "old").expect("it is written");
    // A folder stands where the unfinished file would be.
    std::fs::create_dir(folder.path().join("kept.csv.unfinished")).expect("a folder");
    assert!(write_exceptions(&path, Format::Csv, &rows()).is_err());
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "old");
    assert!(write_rows(&folder.path().join("none/x.csv"), Format::Csv, &["a"], std::iter::empty()).is_err());
}
