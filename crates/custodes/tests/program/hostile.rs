//! Files that somebody made to do harm, or that broke on the way: each gets a sentence, never a crash, and
//! never more memory than any desk has. Every check here runs in an address space of 1 GiB, its children
//! with it, so taking more ends it with a signal.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::{WINDOW, stderr};

const KIBIBYTES: u32 = 1 << 20;

fn check(folder: &Path, more: &[&str]) -> Output {
    let limited = format!("ulimit -v {KIBIBYTES} && exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_custodes"), "check"])
        .arg(folder)
        .args(WINDOW)
        .args(["--threads", "2"])
        .args(more)
        .output()
        .expect("a shell starts")
}

/// Status 1, and a sentence that names the file and what is wrong; nothing on standard output.
fn assert_refused(folder: &Path, file: &str, what: &str) {
    let output = check(folder, &[]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{file}: {said}");
    assert!(said.contains(file) && said.contains(what), "{file}: {what:?} is not said in {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty());
}

fn folder(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(name), bytes).expect("a file");
    folder
}

const HEADER: &str = "policy_id,title,approved_on,review_by";

fn gzip(text: impl Read) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let mut text = text;
    std::io::copy(&mut text, &mut packed).expect("memory takes everything");
    packed.finish().expect("memory takes everything")
}

/// A workbook with one sheet, its shared strings, and further parts.
fn workbook(path: &Path, rows: impl Read, strings: impl Read, more: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).expect("a file"));
    let options = SimpleFileOptions::default();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let mut part = |name: &str, text: &mut dyn Read| {
        zip.start_file(name, options).expect("a part");
        std::io::copy(text, &mut zip).expect("a part");
    };
    let types = format!(
        r#"<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#
    );
    part("[Content_Types].xml", &mut types.as_bytes());
    let roots = format!(
        r#"<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    part("_rels/.rels", &mut roots.as_bytes());
    let book = format!(
        r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    part("xl/workbook.xml", &mut book.as_bytes());
    let of_book = format!(
        r#"<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
    );
    part("xl/_rels/workbook.xml.rels", &mut of_book.as_bytes());
    let open = format!(r#"<worksheet xmlns="{main}"><sheetData>"#);
    part("xl/worksheets/sheet1.xml", &mut open.as_bytes().chain(rows).chain(&b"</sheetData></worksheet>"[..]));
    let open = format!(r#"<sst xmlns="{main}">"#);
    part("xl/sharedStrings.xml", &mut open.as_bytes().chain(strings).chain(&b"</sst>"[..]));
    for (name, bytes) in more {
        part(name, &mut &**bytes);
    }
    zip.finish().expect("a workbook");
}

fn row(line: u32, cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|cell| format!(r#"<c t="inlineStr"><is><t>{cell}</t></is></c>"#)).collect();
    format!(r#"<row r="{line}">{cells}</row>"#)
}

fn policies(rows: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policies.xlsx");
    let header = row(1, &HEADER.split(',').collect::<Vec<_>>());
    workbook(&path, format!("{header}{rows}").as_bytes(), &b""[..], &[]);
    (folder, path)
}

#[test]
fn a_zip_bomb_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let bomb = std::io::repeat(b' ').take(600 << 20);
    workbook(&folder.path().join("policies.xlsx"), bomb, &b""[..], &[]);
    assert_refused(folder.path(), "policies.xlsx", "decompression bomb");
}

#[test]
fn a_bomb_of_shared_strings_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let string = format!("<si><t>{}</t></si>", "a".repeat(68));
    let block = string.repeat(1 << 18);
    // 16 times 20 MB: what a reader would hold in memory as a whole.
    let strings =
        (0..16).fold(Box::new(std::io::empty()) as Box<dyn Read>, |all, _| Box::new(all.chain(block.as_bytes())));
    workbook(&folder.path().join("policies.xlsx"), &b""[..], strings, &[]);
    assert_refused(folder.path(), "policies.xlsx", "decompression bomb");
}

#[test]
fn strings_that_are_used_and_fit_are_read_within_the_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = HEADER.split(',').map(|name| format!("<si><t>{name}</t></si>")).collect::<String>();
    let more = "<si><t>never used</t></si>".repeat(1 << 20);
    let cells = (0..4).map(|n| format!(r#"<c t="s"><v>{n}</v></c>"#)).collect::<String>();
    let rows = format!(r#"<row r="1">{cells}</row>"#) + &row(2, &["P1", "ANPR", "2026-01-01", "2027-01-01"]);
    let strings = words.as_bytes().chain(more.as_bytes());
    workbook(&folder.path().join("policies.xlsx"), rows.as_bytes(), strings, &[]);
    let output = check(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_part_whose_name_climbs_out_of_the_archive_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let parts: [(&str, &[u8]); 1] = [("../../policies.csv", b"x")];
    workbook(&folder.path().join("policies.xlsx"), &b""[..], &b""[..], &parts);
    assert_refused(folder.path(), "policies.xlsx", "leads out of it");
}

#[test]
fn a_broken_archive_is_refused() {
    let (folder, path) = policies(&row(2, &["P1", "ANPR", "2026-01-01", "2027-01-01"]));
    let whole = fs::read(&path).expect("a workbook");
    fs::write(&path, &whole[..whole.len() / 2]).expect("a file");
    assert_refused(folder.path(), "policies.xlsx", "archive is broken");
}

#[test]
fn a_sheet_with_one_cell_at_its_far_corner_takes_no_room() {
    let far = r#"<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>P1</t></is></c></row>"#;
    let (folder, _) = policies(far);
    let output = check(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_hundred_thousand_columns_are_refused_in_every_form() {
    let names: Vec<String> = (0..100_000).map(|n| format!("c{n}")).collect();
    let csv = format!("{HEADER},{}\n", names.join(","));
    assert_refused(folder("policies.csv", csv.as_bytes()).path(), "policies.csv", "columns");
    let folder = tempfile::tempdir().expect("a folder");
    let cells: Vec<&str> = names.iter().map(String::as_str).collect();
    workbook(&folder.path().join("policies.xlsx"), row(1, &cells).as_bytes(), &b""[..], &[]);
    assert_refused(folder.path(), "policies.xlsx", "column");
}

#[test]
fn a_gzip_bomb_is_refused() {
    let bomb = gzip(std::io::repeat(b'a').take(1 << 30));
    assert_refused(folder("policies.csv.gz", &bomb).path(), "policies.csv.gz", "");
}

#[test]
fn a_cell_of_a_gibibyte_is_refused_by_its_line() {
    let (long, more) = (std::io::repeat(b'a').take(1 << 30), "\nP2,ANPR,2026-01-01,2027-01-01\n");
    let start = format!("{HEADER}\nP1,");
    let text = start.as_bytes().chain(long).chain(more.as_bytes());
    assert_refused(folder("policies.csv.gz", &gzip(text)).path(), "policies.csv.gz", "begins on line 2");
}

#[test]
fn a_cell_of_megabytes_spoils_its_row_and_no_more() {
    let text = format!("{HEADER}\nP1,{},2026-01-01,\nP2,ANPR,2026-01-01,2027-01-01\n", "a".repeat(4 << 20));
    let (folder, elsewhere) = (folder("policies.csv", text.as_bytes()), tempfile::tempdir().expect("a folder"));
    let listed = elsewhere.path().join("quarantine-list.jsonl");
    let output = check(folder.path(), &["--quarantine", listed.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let listed = fs::read_to_string(listed).expect("the list");
    assert!(listed.lines().count() == 1 && listed.contains("policies.csv"), "{listed}");
}

#[test]
fn a_gigantic_cell_of_a_workbook_spoils_its_row_and_no_more() {
    let long = (0..4_u32 << 20).map(|n| char::from(b'a' + (n % 23) as u8)).collect::<String>();
    let rows = row(2, &["P1", &long, "2026-01-01", "2027-01-01"]) + &row(3, &["P2", "ANPR", "2026-01-01", ""]);
    let (folder, _) = policies(&rows);
    let output = check(folder.path(), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["inputs"][0]["quarantined"], &answer["inputs"][0]["accepted"]), (&1.into(), &1.into()));
}

#[test]
fn files_cut_short_are_refused() {
    let mut packed = gzip(format!("{HEADER}\nP1,ANPR,2026-01-01,\n").repeat(2000).as_bytes());
    packed.truncate(packed.len() / 2);
    assert_refused(folder("policies.csv.gz", &packed).path(), "policies.csv.gz", "");
    for bytes in [&b"PAR1"[..], b"PAR1\x00\x00\x00\x00PAR1", b"PAR1 cut off in the middle", b"PAR1\xff\xff\xff\x7fPAR1"]
    {
        assert_refused(folder("policies.parquet", bytes).path(), "policies.parquet", "");
    }
    let whole = crate::forms::parquet(&format!("{HEADER}\nP1,ANPR,2026-01-01,2027-01-01\n"));
    for length in [8, whole.len() / 3, whole.len() - 9, whole.len() - 1] {
        assert_refused(folder("policies.parquet", &whole[..length]).path(), "policies.parquet", "");
    }
    assert_refused(folder("policies.csv", b"").path(), "policies.csv", "0 bytes");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_is_refused() {
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("elsewhere.csv");
    let mut written = File::create(&file).expect("a file");
    writeln!(written, "{HEADER}").expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(&file, folder.path().join("policies.csv")).expect("a link");
    assert_refused(folder.path(), "policies.csv", "leads out of the folder");
    let climbing = tempfile::tempdir_in(outside.path()).expect("a folder");
    std::os::unix::fs::symlink("../elsewhere.csv", climbing.path().join("policies.csv")).expect("a link");
    assert_refused(climbing.path(), "policies.csv", "leads out of the folder");
}

const CHANGES: &str = "change_id,read_id,changed_at,changed_by,field,old_value,new_value,reason";

/// The answer on 8.3.1, and how many rows were accepted, of a folder with one file of read changes.
fn read_changes(folder: &Path) -> (serde_json::Value, u64) {
    let output = check(folder, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let accepted = answer["inputs"][0]["accepted"].as_u64().expect("a count");
    let clauses = answer["clauses"].as_array().expect("the clauses");
    (clauses.iter().find(|clause| clause["clause"] == "8.3.1").expect("the clause").clone(), accepted)
}

#[test]
fn rows_that_end_with_a_carriage_return_alone_are_read() {
    let text =
        format!("{CHANGES}\rR1,a,2026-03-01T09:00:00Z,u1,vrm,AB1,AB2,\rR2,b,2026-03-01T09:00:00Z,u1,vrm,AB1,AB2,x\r");
    let (clause, accepted) = read_changes(folder("read_changes.csv", text.as_bytes()).path());
    assert_eq!((accepted, &clause["population"]), (2, &2.into()));
    assert_eq!((&clause["state"], &clause["codes"]["reason_missing"]), (&"exceptions".into(), &1.into()));
}

#[test]
fn a_quotation_mark_of_the_header_that_never_closes_is_refused() {
    let text = format!("{},\"reason\nR1,a,2026-03-01T09:00:00Z,u1,vrm,AB1,AB2,\n", CHANGES.trim_end_matches(",reason"));
    assert_refused(
        folder("read_changes.csv", text.as_bytes()).path(),
        "read_changes.csv",
        "quotation mark in the header",
    );
}

#[test]
fn a_second_sheet_of_the_same_records_is_refused_and_any_other_is_named() {
    let book = |second: &[&str]| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let header: Vec<&str> = CHANGES.split(',').collect();
        let change = ["R1", "a", "2026-03-01T09:00:00Z", "u1", "vrm"];
        for (name, rows) in [("2025", [&header[..], &change]), ("2026", [second, &change])] {
            let sheet = book.add_worksheet();
            sheet.set_name(name).expect("a name");
            for (line, row) in (0..).zip(rows) {
                sheet.write_row(line, 0, row.iter().copied()).expect("a row");
            }
        }
        folder("read_changes.xlsx", &book.save_to_buffer().expect("memory takes everything"))
    };
    let both = book(&CHANGES.split(',').collect::<Vec<_>>());
    assert_refused(both.path(), "read_changes.xlsx", "the sheet \"2026\" has rows under the columns of this evidence");
    let output = check(book(&["who", "what"]).path(), &[]);
    let board = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
    assert!(output.status.success() && board.contains("not read, though it holds cells: \"2026\""), "{board}");
}

#[test]
fn the_errors_of_a_spreadsheet_are_no_values() {
    let text = format!("{CHANGES}\nR1,a,2026-03-01T09:00:00Z,u1,vrm,AB1,AB2,#N/A\n");
    let of_csv = folder("read_changes.csv", text.as_bytes());
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, CHANGES.split(',')).expect("a row");
    sheet.write_row(1, 0, ["R1", "a", "2026-03-01T09:00:00Z", "u1", "vrm", "AB1", "AB2"]).expect("a row");
    sheet.write_formula(1, 7, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).expect("a cell");
    let of_workbook = folder("read_changes.xlsx", &book.save_to_buffer().expect("memory takes everything"));
    for folder in [of_csv, of_workbook] {
        let (clause, accepted) = read_changes(folder.path());
        assert_eq!((accepted, &clause["untestable"]["reason_missing"]), (1, &1.into()));
        assert_eq!(clause["state"], "not_evidenced");
        let output = check(folder.path(), &[]);
        let board = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
        assert!(board.contains("1 cell in reason is a spreadsheet's error"), "{board}");
    }
}

#[test]
fn a_folder_too_deep_is_refused_and_never_passed_over() {
    let folder = folder("policies.csv", format!("{HEADER}\n").as_bytes());
    let deep = (0..40).fold(folder.path().to_owned(), |path, _| path.join("a"));
    fs::create_dir_all(&deep).expect("folders");
    fs::write(deep.join("policies.csv"), format!("{HEADER}\nP1,ANPR,2020-01-01,2021-01-01\n")).expect("a file");
    assert_refused(folder.path(), "a/a/a", "not looked into");
}
