//! A folder of evidence made for one test, and short ways to look at what came of it.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use custodes_compliance::{Instant, london};
use custodes_evidence::{Evidence, Input, Options, Problem, Report};
use custodes_standard::evidence::Set;

pub struct Folder(tempfile::TempDir);

pub fn at(text: &str) -> Instant {
    london::parse_day_or_instant(text).unwrap()
}

/// The window that tests have unless they say otherwise.
pub fn options() -> Options {
    Options { threads: 3, ..Options::new(at("2025-10-01"), at("2026-10-01")) }
}

impl Folder {
    pub fn of(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.add(name, text.as_bytes());
        }
        folder
    }

    pub fn add(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn open(&self) -> Result<Evidence, Vec<Problem>> {
        Evidence::open(self.path(), options())
    }

    pub fn report(&self) -> Report {
        self.open().unwrap().report().unwrap()
    }

    /// The first problem, as it is shown.
    pub fn problem(&self) -> String {
        match self.open().and_then(|evidence| evidence.report()) {
            Ok(_) => panic!("the folder was expected to be refused"),
            Err(problems) => problems[0].to_string(),
        }
    }

    /// The rows of a set, the named columns divided by `|`, NULL as `?`.
    pub fn rows(&self, set: &'static Set, columns: &[&str]) -> Vec<String> {
        rows_of(&self.open().unwrap(), set, columns)
    }
}

pub fn rows_of(evidence: &Evidence, set: &'static Set, columns: &[&str]) -> Vec<String> {
    let table = evidence.table(set).unwrap();
    table.batches().unwrap().flat_map(|batch| shown(&batch.unwrap(), columns)).collect()
}

pub fn shown(batch: &RecordBatch, columns: &[&str]) -> Vec<String> {
    let cell = |column: &&str, row| {
        let array = batch.column_by_name(column).unwrap();
        if array.is_null(row) { "?".to_owned() } else { array_value_to_string(array, row).unwrap() }
    };
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|column| cell(column, row)).collect::<Vec<_>>().join("|"))
        .collect()
}

/// rows, accepted, quarantined, duplicate, conflicting, future
pub fn counts(input: &Input) -> [u64; 6] {
    [input.rows, input.accepted, input.quarantined, input.duplicate, input.conflicting, input.future]
}
