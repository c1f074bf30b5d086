//! The same table in the other forms that evidence comes in, made from its CSV.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::Workbook;

/// Header and rows; rows that are too short or too long stay so.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|record| record.expect("CSV").iter().map(str::to_owned).collect()).collect()
}

pub fn csv(records: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    records.iter().for_each(|record| writer.write_record(record).expect("memory takes everything"));
    writer.into_inner().expect("memory takes everything")
}

/// Every column as text.
pub fn parquet(text: &str) -> Vec<u8> {
    let records = records(text);
    let columns = records[0].iter().enumerate().map(|(n, name)| {
        let cells = records[1..].iter().map(|record| record.get(n).filter(|cell| !cell.is_empty()));
        (name.as_str(), Arc::new(cells.collect::<StringArray>()) as ArrayRef, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("a batch");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("Parquet");
    writer.write(&batch).expect("memory takes everything");
    writer.into_inner().expect("memory takes everything")
}

/// Every cell as text.
pub fn xlsx(text: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (line, record) in records(text).iter().enumerate() {
        for (column, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line as u32, column as u16, cell).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("memory takes everything")
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).expect("memory takes everything");
    packed.finish().expect("memory takes everything")
}
