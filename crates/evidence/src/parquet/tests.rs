#![expect(clippy::single_range_in_vec_init, reason = "one range of rows is what is meant")]

//! Parquet files, whole and broken.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array, ListArray, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Int32Type, Int64Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::metadata::{
    ColumnChunkMetaDataBuilder, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::*;

fn batch(rows: i64) -> RecordBatch {
    let ids = StringArray::from_iter_values((0..rows).map(|row| format!("an id of some length {row}")));
    let numbers = Int64Array::from_iter_values(0..rows);
    let times = TimestampMicrosecondArray::from_iter_values(0..rows).with_timezone("UTC");
    RecordBatch::try_from_iter([
        ("id", Arc::new(ids) as _),
        ("n", Arc::new(numbers) as _),
        ("at", Arc::new(times) as _),
    ])
    .unwrap()
}

fn written(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn stored(bytes: &[u8]) -> tempfile::TempPath {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.into_temp_path()
}

fn refused(bytes: &[u8]) -> String {
    open_pieces(&stored(bytes), "x.parquet", None).map(|_| ()).unwrap_err().what
}

#[test]
fn row_groups_are_read_apart_and_in_any_order_of_columns() {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(40)).build();
    let path = stored(&written(&batch(100), properties));
    let file = open_pieces(&path, "x.parquet", None).unwrap();
    assert_eq!((file.count(), file.header()), (3, ["id".to_owned(), "n".into(), "at".into()].as_slice()));
    let mut reader = file.open(2, &[1, 0], &[80..100]).unwrap();
    assert_eq!(reader.header(), ["n", "id"]);
    let chunk = reader.next_chunk().unwrap().unwrap();
    let Columns::Arrays(arrays) = chunk.columns else { panic!("native columns") };
    let ids = arrow::compute::cast(arrays.column(1), &DataType::Utf8).unwrap();
    assert_eq!(
        (chunk.first_row, arrays.num_rows(), ids.as_string::<i32>().value(0)),
        (80, 20, "an id of some length 80")
    );
    assert!(reader.next_chunk().unwrap().is_none());
    let whole = open(&path, "x.parquet", None).unwrap().next_chunk().unwrap().unwrap();
    let Columns::Arrays(arrays) = whole.columns else { panic!("native columns") };
    assert_eq!((arrays.num_rows(), arrays.num_columns()), (100, 3));
}

#[test]
fn rows_that_are_asked_for_come_in_chunks_that_keep_their_places() {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(60)).build();
    let path = stored(&written(&batch(100), properties));
    let file = open_pieces(&path, "x.parquet", None).unwrap();
    let mut reader = file.open(1, &[1], &[60..62, 62..63, 70..75, 99..100]).unwrap();
    let mut found = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        let Columns::Arrays(arrays) = chunk.columns else { panic!("native columns") };
        found.push((chunk.first_row, arrays.column(0).as_primitive::<Int64Type>().values().to_vec()));
    }
    assert_eq!(found, [(60, vec![60, 61]), (62, vec![62]), (70, (70..75).collect()), (99, vec![99])]);
}

#[test]
fn texts_that_all_stand_in_a_dictionary_stay_there() {
    let texts = StringArray::from_iter((0..100).map(|row| (row % 7 > 0).then(|| format!("{}", row % 3))));
    let batch = RecordBatch::try_from_iter([("t", Arc::new(texts.clone()) as _)]).unwrap();
    for with_dictionary in [true, false] {
        let properties = WriterProperties::builder().set_dictionary_enabled(with_dictionary).build();
        let path = stored(&written(&batch, properties));
        let file = open_pieces(&path, "x.parquet", None).unwrap();
        let chunk = file.open(0, &[0], &[0..100]).unwrap().next_chunk().unwrap().unwrap();
        let Columns::Arrays(arrays) = chunk.columns else { panic!("native columns") };
        assert_eq!(matches!(arrays.column(0).data_type(), DataType::Dictionary(..)), with_dictionary);
        assert_eq!(arrow::compute::cast(arrays.column(0), &DataType::Utf8).unwrap().as_string::<i32>(), &texts);
    }
}

#[test]
fn a_nested_column_is_refused_only_when_it_is_asked_for() {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let columns = [("tags", Arc::new(lists) as _), ("n", Arc::new(Int64Array::from(vec![1])) as _)];
    let path = stored(&written(&RecordBatch::try_from_iter(columns).unwrap(), WriterProperties::default()));
    let file = open_pieces(&path, "x.parquet", None).unwrap();
    assert!(file.open(0, &[0], &[0..1]).err().unwrap().what.contains("\"tags\" holds lists or records"));
    assert!(file.open(0, &[1], &[0..1]).unwrap().next_chunk().unwrap().is_some());
    assert_eq!(open(&path, "x.parquet", None).unwrap().header(), ["n"]);
}

#[test]
fn a_timestamp_keeps_whether_it_is_utc() {
    let local = TimestampMicrosecondArray::from(vec![0]);
    let utc = TimestampMicrosecondArray::from(vec![0]).with_timezone("Europe/London");
    let columns = [("local", Arc::new(local) as _), ("utc", Arc::new(utc) as _)];
    let path = stored(&written(&RecordBatch::try_from_iter(columns).unwrap(), WriterProperties::default()));
    let chunk = open(&path, "x.parquet", None).unwrap().next_chunk().unwrap().unwrap();
    let Columns::Arrays(arrays) = chunk.columns else { panic!("native columns") };
    let zoned = |place: usize| matches!(arrays.column(place).data_type(), DataType::Timestamp(_, Some(_)));
    assert_eq!((zoned(0), zoned(1)), (false, true));
}

#[test]
fn files_cut_short_or_of_another_kind_are_refused() {
    let bytes = written(&batch(1_000), WriterProperties::default());
    assert!(refused(&bytes[..bytes.len() / 2]).contains("cut short"));
    assert!(refused(&bytes[..20]).contains("cut short"));
    assert!(refused(b"").contains("0 bytes"));
    assert!(refused(b"a,b\n1,2\n3,4\n").contains("not a Parquet file"));
    let mut footer_lies = bytes.clone();
    let end = footer_lies.len();
    footer_lies[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(refused(&footer_lies).contains("a footer of 4294967295 bytes"));
    let mut encrypted = bytes;
    encrypted[end - 4..].copy_from_slice(b"PARE");
    assert!(refused(&encrypted).contains("encrypted"));
}

#[test]
fn any_spoilt_byte_is_read_or_refused_and_never_a_crash() {
    let whole = written(&batch(300), WriterProperties::default());
    for place in (4..whole.len()).step_by(29) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x5A;
        if let Ok(mut reader) = open(&stored(&bytes), "x.parquet", None) {
            while let Ok(Some(_)) = reader.next_chunk() {}
        }
    }
}

#[test]
fn values_that_repeat_the_beginning_of_others_are_tried_first() {
    use parquet::basic::Encoding;
    let properties = WriterProperties::builder().set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY);
    let texts = StringArray::from_iter_values((0..50).map(|row| format!("{}{row}", "x".repeat(1_000))));
    let batch = RecordBatch::try_from_iter([("t", Arc::new(texts) as _)]).unwrap();
    assert!(open_pieces(&stored(&written(&batch, properties.build())), "x.parquet", None).is_ok());
}

/// A file that says of its texts that they are text, or JSON, whatever their bytes.
fn claimed(groups: &[&[&[u8]]], claim: LogicalType, dictionary: bool) -> Vec<u8> {
    let text = Type::primitive_type_builder("t", PhysicalType::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(claim));
    let number = Type::primitive_type_builder("n", PhysicalType::INT64).with_repetition(Repetition::REQUIRED);
    let fields = vec![Arc::new(text.build().unwrap()), Arc::new(number.build().unwrap())];
    let schema = Arc::new(Type::group_type_builder("rows").with_fields(fields).build().unwrap());
    let properties = WriterProperties::builder().set_dictionary_enabled(dictionary).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for texts in groups {
        let values: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(text.to_vec())).collect();
        let numbers: Vec<i64> = (0..values.len() as i64).collect();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<parquet::data_type::Int64Type>().write_batch(&numbers, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

#[test]
fn a_text_that_is_not_utf8_is_handed_over_as_bytes_and_spoils_no_other() {
    let texts: [&[&[u8]]; 2] = [&[b"a", b"b\xFF", b"c"], &[b"d", "\u{e9}".as_bytes()]];
    for (claim, dictionary) in [LogicalType::String, LogicalType::Json]
        .into_iter()
        .zip([false, true])
        .chain([(LogicalType::String, true), (LogicalType::Json, false)])
    {
        let path = stored(&claimed(&texts, claim.clone(), dictionary));
        let file = open_pieces(&path, "x.parquet", None).unwrap();
        let mut found = Vec::new();
        for (piece, rows) in [(0, 0..3), (1, 3..5)] {
            let mut reader = file.open(piece, &[1, 0], &[rows]).unwrap();
            while let Some(chunk) = reader.next_chunk().unwrap() {
                let Columns::Arrays(arrays) = chunk.columns else { panic!("native columns") };
                let (texts, wrong) = crate::typing::render::texts(arrays.column(1));
                found.extend(texts.iter().enumerate().map(|(row, text)| {
                    if wrong.contains(&(row as u32)) { "not UTF-8".to_owned() } else { text.unwrap().to_owned() }
                }));
            }
        }
        assert_eq!(found, ["a", "not UTF-8", "c", "d", "\u{e9}"], "{claim:?} {dictionary}");
    }
}

/// The same file, with its columns described otherwise.
fn described(bytes: &[u8], otherwise: impl Fn(ColumnChunkMetaDataBuilder) -> ColumnChunkMetaDataBuilder) -> Vec<u8> {
    let file = File::open(stored(bytes)).unwrap();
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).unwrap();
    let column = |column: &ColumnChunkMetaData| otherwise(column.clone().into_builder()).build().unwrap();
    let groups = metadata.row_groups().iter().map(|group| {
        let columns = group.columns().iter().map(column).collect();
        group.clone().into_builder().set_column_metadata(columns).build().unwrap()
    });
    let metadata = ParquetMetaData::new(metadata.file_metadata().clone(), groups.collect());
    let (rest, end) = bytes.split_at(bytes.len() - 8);
    let footer = u32::from_le_bytes(*end.first_chunk().unwrap()) as usize;
    let mut out = rest[..rest.len() - footer].to_vec();
    ParquetMetaDataWriter::new(&mut out, &metadata).finish().unwrap();
    out
}

#[test]
fn a_row_group_without_rows_need_not_say_where_its_columns_are() {
    let nowhere = |column: ColumnChunkMetaDataBuilder| {
        column.set_data_page_offset(0).set_total_compressed_size(0).set_total_uncompressed_size(0)
    };
    let path = stored(&described(&claimed(&[&[]], LogicalType::String, false), nowhere));
    let file = open_pieces(&path, "x.parquet", None).unwrap();
    assert_eq!((file.count(), file.header()), (1, ["t".to_owned(), "n".into()].as_slice()));
    assert!(file.open(0, &[0, 1], &[0..0]).unwrap().next_chunk().unwrap().is_none());
    assert!(open(&path, "x.parquet", None).unwrap().next_chunk().unwrap().is_none());
}

#[test]
fn a_compression_that_is_not_read_is_named() {
    let bytes = written(&batch(10), WriterProperties::default());
    for (packing, name) in [(Compression::BROTLI(BrotliLevel::default()), "Brotli"), (Compression::LZO, "LZO")] {
        let wanted = format!("column \"id\" is compressed with {name}, and only snappy, gzip, lz4 and zstd are read");
        assert_eq!(refused(&described(&bytes, |column| column.set_compression(packing))), wanted);
    }
}
