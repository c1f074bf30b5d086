//! The same records as CSV, JSON Lines, workbook and Parquet come out with the same types and values.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use custodes_standard::evidence::SEARCHES;

use crate::chunk::{Columns, Reader};
use crate::header::Binding;
use crate::typing::{GridColumn, Mark, TypedColumn, Values, arrays, type_texts};
use crate::workbook::Sheet;
use crate::{csv, jsonl, parquet, stream, workbook};

const CSV: &str = "search_id,system,user_id,searched_at,data_from,data_to,reason,results
17,NAS,u1,2026-08-01T08:30:00Z,2026-07-01T00:00:00Z,2026-07-31T23:59:59.500Z, a reason that is longer than a view ,3
18,nsap,***,2026-08-01T08:30:01Z,,2026-07-31T00:00:00Z,,
19.5,other,u1,2026-08-01T08:30:02Z,2026-07-01T00:00:00Z,2026-07-31T00:00:00Z,###,-1
";

const JSON_LINES: &str = r####"{"search_id":17,"system":"NAS","user_id":"u1","searched_at":"2026-08-01T08:30:00Z","data_from":"2026-07-01T00:00:00Z","data_to":"2026-07-31T23:59:59.500Z","reason":" a reason that is longer than a view ","results":3.0}
{"search_id":18,"system":"nsap","user_id":"***","searched_at":"2026-08-01T08:30:01Z","data_from":null,"data_to":"2026-07-31T00:00:00Z","reason":""}
{"results":-1,"search_id":19.50,"system":"other","user_id":"u1","searched_at":"2026-08-01T08:30:02Z","data_from":"2026-07-01T00:00:00Z","data_to":"2026-07-31T00:00:00Z","reason":"###"}
"####;

fn sheet() -> String {
    let header = CSV.lines().next().unwrap().split(',').map(text).collect::<String>();
    let row = |line: u32, id: &str, system: &str, user: &str, times: [&str; 3], reason: &str, results: &str| {
        let times = times.map(text).concat();
        format!(
            r#"<row r="{line}"><c><v>{id}</v></c>{}{}{times}{}<c><v>{results}</v></c></row>"#,
            text(system),
            text(user),
            text(reason)
        )
    };
    let rows = [
        row(
            2,
            "17.0",
            "NAS",
            "u1",
            ["2026-08-01T08:30:00Z", "2026-07-01T00:00:00Z", "2026-07-31T23:59:59.500Z"],
            " a reason that is longer than a view ",
            "3",
        ),
        row(3, "18", "nsap", "***", ["2026-08-01T08:30:01Z", "", "2026-07-31T00:00:00Z"], "", ""),
        row(
            4,
            "19.5",
            "other",
            "u1",
            ["2026-08-01T08:30:02Z", "2026-07-01T00:00:00Z", "2026-07-31T00:00:00Z"],
            "###",
            "-1",
        ),
    ];
    format!(r#"<row r="1">{header}</row>{}"#, rows.concat())
}

fn text(text: &str) -> String {
    format!(r#"<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

fn batch() -> RecordBatch {
    let texts = |values: [Option<&str>; 3]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let times = |values: [Option<&str>; 3]| {
        let micros = values.map(|text| text.map(|text| crate::typing::time::instant(text).unwrap() / 1_000));
        Arc::new(TimestampMillisecondArray::from(micros.to_vec()).with_timezone("UTC")) as ArrayRef
    };
    RecordBatch::try_from_iter([
        ("search_id", Arc::new(Float64Array::from(vec![17.0, 18.0, 19.5])) as ArrayRef),
        ("system", texts([Some("NAS"), Some("nsap"), Some("other")])),
        ("user_id", texts([Some("u1"), Some("***"), Some("u1")])),
        (
            "searched_at",
            times([Some("2026-08-01T08:30:00Z"), Some("2026-08-01T08:30:01Z"), Some("2026-08-01T08:30:02Z")]),
        ),
        ("data_from", times([Some("2026-07-01T00:00:00Z"), None, Some("2026-07-01T00:00:00Z")])),
        (
            "data_to",
            times([Some("2026-07-31T23:59:59.500Z"), Some("2026-07-31T00:00:00Z"), Some("2026-07-31T00:00:00Z")]),
        ),
        ("reason", texts([Some(" a reason that is longer than a view "), None, Some("###")])),
        ("results", Arc::new(Int64Array::from(vec![Some(3), None, Some(-1)])) as ArrayRef),
    ])
    .unwrap()
}

/// Every bound column, cell by cell: its mark, with the value or the reason that there is none.
fn typed(mut reader: Box<dyn Reader>) -> Vec<String> {
    let binding = Binding::new("x", &SEARCHES, reader.header(), reader.not_exported()).unwrap();
    let chunk = reader.next_chunk().unwrap().unwrap();
    assert!(reader.next_chunk().unwrap().is_none());
    let mut said = Vec::new();
    for (column, place) in SEARCHES.columns.iter().zip(&binding.places) {
        let Some(place) = *place else { continue };
        let typed = match &chunk.columns {
            Columns::Cells(grid) => type_texts(&SEARCHES, column, &GridColumn { grid, place }),
            Columns::Arrays(batch) => arrays::type_array(&SEARCHES, column, batch.column(place)),
        };
        said.extend((0..typed.rows()).map(|row| format!("{} {row} {}", column.name, shown(&typed, row))));
    }
    said
}

fn shown(column: &TypedColumn, row: usize) -> String {
    match (column.marks[row], &column.values) {
        (Mark::Value, Values::Text(texts)) => String::from_utf8(texts.get(row).to_vec()).unwrap(),
        (Mark::Value, Values::Instants(values) | Values::Ints(values)) => values[row].to_string(),
        (Mark::Value, Values::Days(values)) => values[row].to_string(),
        (Mark::Value, Values::Numbers(values)) => values[row].to_string(),
        (Mark::Wrong, _) => {
            let wrong = column.wrong.iter().find(|wrong| wrong.row as usize == row).unwrap();
            format!("{:?} {}", wrong.value, wrong.reason)
        }
        (mark, _) => format!("{mark:?}"),
    }
}

fn stored(bytes: &[u8]) -> tempfile::TempPath {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.into_temp_path()
}

#[test]
fn the_same_records_come_out_of_every_format() {
    let csv = stored(CSV.as_bytes());
    let expected = typed(csv::open(&csv, "x.csv", &csv::Layout::default()).unwrap());
    assert_eq!((expected[0].as_str(), expected[2].as_str()), ("search_id 0 17", "search_id 2 19.5"));
    assert!(expected.contains(&"results 2 \"-1\" a negative count".to_owned()), "{expected:#?}");

    let lines = stored(JSON_LINES.as_bytes());
    let names: Vec<&str> = SEARCHES.columns.iter().map(|column| column.name).collect();
    assert_eq!(typed(jsonl::open(|| stream::open(&lines, "x.jsonl", None), "x.jsonl", &names).unwrap()), expected);

    let book = workbook::tests::workbook(&[("Sheet1", &sheet())], None, &[]);
    let opened: &Path = &book;
    assert_eq!(typed(workbook::open(opened, "x.xlsx", &Sheet::default(), None, &|_| false).unwrap()), expected);

    let mut bytes = Vec::new();
    let mut writer = ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch().schema(), None).unwrap();
    writer.write(&batch()).unwrap();
    writer.close().unwrap();
    assert_eq!(typed(parquet::open(&stored(&bytes), "x.parquet", None).unwrap()), expected);
}
