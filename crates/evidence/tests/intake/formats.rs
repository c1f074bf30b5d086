//! The same rows in every packing and encoding of text.

use std::io::Write;

use custodes_standard::evidence::{AUDITORS, PRESERVED_CASES};

use crate::folder::{Folder, counts};

const TEXT: &str =
    "Person ID,CLEARANCE\r\nc1,\"Operation \"\"Ö\"\"\r\nsecond line\"\r\nc2,😀 and text beyond twelve bytes\r\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_packing_and_encoding_gives_the_same_rows() {
    let utf16 = |to: fn(u16) -> [u8; 2]| {
        ['\u{feff}']
            .into_iter()
            .chain(TEXT.chars())
            .collect::<String>()
            .encode_utf16()
            .flat_map(to)
            .collect::<Vec<u8>>()
    };
    let (first, second) = TEXT.as_bytes().split_at(30);
    let packings = [
        ("plain.csv", TEXT.as_bytes().to_vec()),
        ("semicolon.csv", TEXT.replace(',', ";").into_bytes()),
        ("tab.tsv", TEXT.replace(',', "\t").into_bytes()),
        ("lf.txt", TEXT.replace('\r', "").into_bytes()),
        ("bom.csv", [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat()),
        ("le.csv", utf16(u16::to_le_bytes)),
        ("be.csv", utf16(u16::to_be_bytes)),
        ("members.csv.gz", [gzip(first), gzip(second)].concat()),
        ("utf16.csv.gz", gzip(&utf16(u16::to_le_bytes))),
        ("frames.csv.zst", [zstd::encode_all(first, 1).unwrap(), zstd::encode_all(second, 1).unwrap()].concat()),
    ];
    for (name, bytes) in packings {
        let folder = Folder::of(&[]);
        folder.add(&format!("auditors/{name}"), &bytes);
        let rows = folder.rows(&AUDITORS, &["person_id", "clearance"]);
        let rows: Vec<String> = rows.iter().map(|row| row.replace('\r', "")).collect();
        assert_eq!(rows, ["c1|Operation \"Ö\"\nsecond line", "c2|😀 and text beyond twelve bytes"], "{name}");
    }
}

#[test]
fn a_header_alone_is_a_set_without_rows_and_no_byte_at_all_is_refused() {
    let folder = Folder::of(&[("preserved_cases.csv", "case_id,investigation\n")]);
    assert_eq!(counts(&folder.report().inputs[0]), [0; 6]);
    assert!(folder.open().unwrap().has(&PRESERVED_CASES));
    let folder = Folder::of(&[("preserved_cases.csv", "")]);
    assert!(folder.problem().starts_with("preserved_cases.csv: the file is empty, 0 bytes"));
}

#[test]
fn a_bomb_costs_no_memory_and_a_row_without_end_is_refused() {
    let folder = Folder::of(&[]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"case_id,investigation\nc1,\"").unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&zeros).unwrap();
    }
    folder.add("preserved_cases.csv.gz", &encoder.finish().unwrap());
    assert!(folder.problem().contains("the row that begins on line 2 does not end within 16 MiB"));
}

#[test]
fn a_truncated_file_is_refused_by_name() {
    let folder = Folder::of(&[]);
    let rows: String = (0..5000).map(|n| format!("c{n},x{}\n", n * 7919)).collect();
    let packed = gzip(format!("case_id,investigation\n{rows}").as_bytes());
    folder.add("preserved_cases.csv.gz", &packed[..packed.len() / 2]);
    assert!(folder.problem().starts_with("preserved_cases.csv.gz: the file"));
}

#[test]
fn hostile_text_never_panics() {
    let nasty: [&[u8]; 8] = [
        b"case_id,investigation\n\"",
        b"case_id,investigation\n\"\"\"",
        b"case_id,investigation\n\0\0\0,\0\n",
        b"case_id,investigation\n,,,,,,,\n\"\n\n",
        b"case_id,investigation\r\r\r",
        b"case_id,investigation\n\xF0\x9F\x98,\x80\n",
        b"\"case_id\",\"investigation\"x\n",
        b"case_id,investigation\n\xC3,\xA9\n",
    ];
    for bytes in nasty {
        let folder = Folder::of(&[]);
        folder.add("preserved_cases.csv", bytes);
        if let Ok(evidence) = folder.open() {
            let report = evidence.report().unwrap();
            let [rows, accepted, quarantined, ..] = counts(&report.inputs[0]);
            assert_eq!(rows, accepted + quarantined, "{bytes:?}");
        }
    }
}
