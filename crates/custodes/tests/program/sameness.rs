//! The same evidence in another form is the same evidence.

use std::fs;
use std::path::Path;

use crate::{WINDOW, custodes, forms, northmere, stderr};

/// The exceptions of a folder, as bytes.
fn exceptions(folder: &Path, more: &[&str]) -> String {
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("exceptions.csv");
    let path = [folder.to_str().expect("UTF-8"), file.to_str().expect("UTF-8")];
    let arguments = ["check", path[0], "--exceptions", path[1]].into_iter().chain(WINDOW).chain(more.iter().copied());
    let output = custodes(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    fs::read_to_string(file).expect("the exceptions")
}

/// A copy of the example, each CSV put through `change`.
fn changed(change: impl Fn(&str, Vec<u8>) -> Vec<(String, Vec<u8>)>) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(northmere()).expect("the example") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
        if name.ends_with(".csv") {
            for (name, bytes) in change(&name, fs::read(&path).expect("a file")) {
                let to = copy.path().join(name);
                fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
                fs::write(to, bytes).expect("a file");
            }
        }
    }
    copy
}

fn assert_same(form: &str, folder: &Path, more: &[&str]) {
    let (wanted, got) = (exceptions(&northmere(), &[]), exceptions(folder, more));
    assert!(wanted == got, "as {form} the same evidence gives other exceptions");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    assert_same("one thread", &northmere(), &["--threads", "1"]);
    assert_same("five threads", &northmere(), &["--threads", "5"]);
}

#[test]
fn utf_16_gives_the_same_bytes() {
    let copy = changed(|name, bytes| {
        let text = String::from_utf8(bytes).expect("UTF-8");
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        vec![(name.to_owned(), units.flat_map(u16::to_le_bytes).collect())]
    });
    assert_same("UTF-16", copy.path(), &[]);
}

#[test]
fn tabs_and_windows_line_ends_give_the_same_bytes() {
    let copy = changed(|name, bytes| {
        let mut quoted = false;
        let mut out = Vec::new();
        for byte in bytes {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => {
                    out.push(b'\t');
                    continue;
                }
                b'\n' if !quoted => out.push(b'\r'),
                // A cell that now holds the separator would need quotes that it does not have.
                b'\t' if !quoted => panic!("the example has no bare tabs"),
                _ => {}
            }
            out.push(byte);
        }
        vec![(name.to_owned(), out)]
    });
    assert_same("tabs", copy.path(), &[]);
}

#[test]
fn files_in_parts_give_the_same_bytes() {
    let copy = changed(|name, bytes| {
        let stem = name.trim_end_matches(".csv");
        let header_ends = bytes.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
        let mut quoted = false;
        let ends: Vec<usize> = (0..bytes.len())
            .filter(|&at| {
                quoted ^= bytes[at] == b'"';
                bytes[at] == b'\n' && !quoted
            })
            .map(|at| at + 1)
            .collect();
        let middle = ends[ends.len() / 2];
        let mut second = bytes[..header_ends].to_vec();
        second.extend(&bytes[middle..]);
        vec![(format!("{stem}/part-0.csv"), bytes[..middle].to_vec()), (format!("{stem}/part-1.csv"), second)]
    });
    assert_same("parts", copy.path(), &[]);
}

/// Each CSV of the example, in another form under another ending.
fn as_form(ending: &str, form: impl Fn(&str) -> Vec<u8>) -> tempfile::TempDir {
    changed(|name, bytes| {
        let text = String::from_utf8(bytes).expect("UTF-8");
        vec![(name.replace(".csv", ending), form(&text))]
    })
}

#[test]
fn workbooks_give_the_same_bytes() {
    assert_same("XLSX", as_form(".xlsx", forms::xlsx).path(), &[]);
}

#[test]
fn parquet_gives_the_same_bytes() {
    assert_same("Parquet", as_form(".parquet", forms::parquet).path(), &[]);
}

#[test]
fn gzip_and_zstd_give_the_same_bytes() {
    assert_same("gzip", as_form(".csv.gz", |text| forms::gzip(text.as_bytes())).path(), &[]);
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("memory takes everything");
    assert_same("zstd", as_form(".csv.zst", zstd).path(), &[]);
}

#[test]
fn columns_in_another_order_give_the_same_bytes() {
    let reversed = as_form(".csv", |text| {
        let mut records = forms::records(text);
        let width = records[0].len();
        for record in &mut records {
            // A row with a cell too many or too few is no row of any order: it is set aside in both.
            if record.len() == width {
                record.reverse();
            }
        }
        forms::csv(&records)
    });
    assert_same("reversed columns", reversed.path(), &[]);
}

/// Which of two rows of one key stands depends on their order, where they contradict each other; the files
/// that hold such rows stay as they are.
#[test]
fn rows_in_another_order_give_the_same_bytes() {
    let conflicting = files_with_conflicts();
    let shuffled = changed(|name, bytes| {
        if conflicting.contains(&name.to_owned()) {
            return vec![(name.to_owned(), bytes)];
        }
        let mut records = forms::records(&String::from_utf8(bytes).expect("UTF-8"));
        let rows = records.len() - 1;
        // Every step-th row, until all were dealt: far from any order that the program could be made for.
        let step = (1..).map(|n| rows / 3 + n).find(|step| gcd(*step, rows.max(1)) == 1).expect("1 is one");
        let dealt: Vec<Vec<String>> = (0..rows).map(|n| records[1 + n * step % rows].clone()).collect();
        records.truncate(1);
        records.extend(dealt);
        vec![(name.to_owned(), forms::csv(&records))]
    });
    assert!(conflicting.len() < 5, "most of the example is shuffled: {conflicting:?}");
    assert_same("shuffled rows", shuffled.path(), &[]);
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The files in which rows of one key contradict each other.
fn files_with_conflicts() -> Vec<String> {
    let folder = northmere();
    let arguments = ["check", folder.to_str().expect("UTF-8"), "--format", "json"];
    let output = custodes(arguments.into_iter().chain(WINDOW));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let inputs = answer["inputs"].as_array().expect("inputs");
    let conflicting = inputs.iter().filter(|input| input["conflicting"] != 0);
    conflicting.map(|input| input["file"].as_str().expect("a name").to_owned()).collect()
}
