//! Workbooks made by hand, most of them hostile.

use std::fmt::Write as _;
use std::io::Write as _;

use zip::write::SimpleFileOptions;

use super::*;
use crate::chunk::Columns;

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;

/// A workbook of these sheets (name, rows as XML), with these shared strings and more parts.
pub(crate) fn workbook(sheets: &[(&str, &str)], strings: Option<&str>, more: &[(&str, &[u8])]) -> tempfile::TempPath {
    let mut file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
    let mut archive = zip::ZipWriter::new(&mut file);
    let mut part = |name: &str, bytes: &[u8]| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    };
    let (mut list, mut relations) = (String::new(), String::new());
    for (place, (name, rows)) in sheets.iter().enumerate() {
        let number = place + 1;
        write!(list, r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#).unwrap();
        write!(relations, r#"<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#).unwrap();
        let sheet = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        );
        part(&format!("xl/worksheets/sheet{number}.xml"), sheet.as_bytes());
    }
    part("_rels/.rels", RELATIONS.as_bytes());
    part("xl/styles.xml", STYLES.as_bytes());
    part("xl/workbook.xml", format!(r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{list}</sheets></workbook>"#).as_bytes());
    part("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#).as_bytes());
    if let Some(strings) = strings {
        part("xl/sharedStrings.xml", strings.as_bytes());
    }
    more.iter().for_each(|(name, bytes)| part(name, bytes));
    archive.finish().unwrap();
    file.into_temp_path()
}

/// A row of texts, on that line.
fn row(line: u32, cells: &[&str]) -> String {
    let cell = |text: &&str| format!(r#"<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#);
    format!(r#"<row r="{line}">{}</row>"#, cells.iter().map(cell).collect::<String>())
}

fn opened(path: &Path, preferred: &str) -> Result<Vec<String>, Refusal> {
    let sheet = Sheet { wanted: None, preferred: preferred.to_owned() };
    let mut reader = open(path, "x.xlsx", &sheet, None, &|header| header.contains(&"case_id".to_owned()))?;
    let mut lines = vec![reader.header().join("|")];
    while let Some(chunk) = reader.next_chunk()? {
        let Columns::Cells(grid) = chunk.columns else { panic!("text cells") };
        for row in 0..grid.rows() {
            let bad = grid.bad_rows().iter().find(|bad| bad.row as usize == row);
            let cells = (0..grid.width()).map(|place| grid.cell(row, place)).collect::<Vec<_>>().join("|");
            lines.push(format!("{} {}", grid.line(row), bad.map_or(cells, |bad| bad.reason.clone())));
        }
    }
    lines.extend(reader.notices());
    Ok(lines)
}

fn refused(path: &Path) -> String {
    opened(path, "").unwrap_err().what
}

#[test]
fn cells_come_out_as_a_csv_file_would_have_them() {
    let rows = format!(
        "{}{}{}",
        row(2, &["id", "at", "n", "ok", "f", "e"]),
        r#"<row r="3"><c r="A3"><v>17.0</v></c><c r="B3" s="1"><v>45832.5</v></c><c r="C3"><v>0.1</v></c><c r="D3" t="b"><v>1</v></c><c r="E3"><f>A1</f></c><c r="F3" t="e"><v>#N/A</v></c></row>"#,
        r#"<row r="9"><c r="B9" s="1"><v>45832</v></c><c r="E9" t="str"><f>A1&amp;B1</f><v>x &amp; y</v></c></row>"#,
    );
    let path = workbook(&[("Sheet1", &rows)], None, &[]);
    let expected = ["id|at|n|ok|f|e", "3 17|2025-06-24 12:00:00|0.1|true||#N/A", "9 |2025-06-24|||x & y|"];
    assert_eq!(opened(&path, "").unwrap(), expected);
}

#[test]
fn the_sheet_named_as_the_set_comes_before_the_first() {
    let (cover, log) = (row(1, &["nothing"]), row(1, &["case_id"]));
    let path = workbook(&[("Cover", &cover), ("Preserved Cases", &log)], None, &[]);
    let not_read = |read: &str, other: &str| {
        format!("only the sheet {read:?} is read; not read, though it holds cells: {other:?}")
    };
    let of_set = ["case_id".to_owned(), not_read("Preserved Cases", "Cover")];
    assert_eq!(opened(&path, "preserved_cases").unwrap(), of_set);
    assert_eq!(opened(&path, "searches").unwrap(), ["nothing".to_owned(), not_read("Cover", "Preserved Cases")]);
    let missing = Sheet { wanted: Some("Log".into()), preferred: String::new() };
    let refusal = open(&path, "x.xlsx", &missing, None, &|_| false).err().unwrap();
    assert!(refusal.what.contains("\"Cover\", \"Preserved Cases\""), "{refusal:?}");
}

#[test]
fn a_second_sheet_with_rows_of_the_same_table_refuses_the_workbook_unless_one_is_named() {
    let (year, title) = (row(1, &["case_id"]) + &row(2, &["a"]), row(1, &["Cases of 2026"]));
    let later = format!("{title}{}{}", row(3, &["x", "case_id"]), row(5, &["y", "b"]));
    let path = workbook(&[("2025", &year), ("2026", &later)], None, &[]);
    let refusal = opened(&path, "preserved_cases").unwrap_err();
    assert!(refusal.what.contains("\"2025\"") && refusal.what.contains("\"2026\""), "{refusal:?}");
    assert!(refusal.remedy.contains("\"preserved_cases\""), "{refusal:?}");
    let named = Sheet { wanted: Some("2025".into()), preferred: String::new() };
    let mut reader = open(&path, "x.xlsx", &named, None, &|_| true).unwrap();
    assert_eq!(reader.header(), ["case_id"]);
    assert!(reader.notices()[0].contains("\"2026\""));
    assert_eq!(opened(&path, "").unwrap_err().file, "x.xlsx");
}

#[test]
fn a_sheet_that_bears_the_name_of_the_set_is_read_and_rows_on_others_are_noticed() {
    let (some, more) = (row(1, &["case_id"]) + &row(2, &["a"]), row(1, &["case_id"]) + &row(2, &["b"]));
    let noticed =
        |rest: &str| format!("only the sheet \"Preserved Cases\" is read; not read, though it holds cells: {rest}");
    let sheets = [("Old", more.as_str()), ("Preserved Cases", &some), ("Notes", &row(1, &["x"]))];
    let wanted = ["case_id", "2 a", &noticed("\"Old\", with rows under the same columns, \"Notes\"")];
    assert_eq!(opened(&workbook(&sheets, None, &[]), "preserved_cases").unwrap(), wanted);
    let path = workbook(&[("Old", &more), ("Preserved Cases", &row(1, &["case_id"]))], None, &[]);
    let wanted = ["case_id", &noticed("\"Old\", with rows under the same columns")];
    assert_eq!(opened(&path, "preserved_cases").unwrap(), wanted);
    // Two bear the name: which one is meant, nobody said.
    let path = workbook(&[("Preserved Cases", &some), ("preserved_cases", &more)], None, &[]);
    assert!(opened(&path, "preserved_cases").unwrap_err().what.contains("\"preserved_cases\""));
}

#[test]
fn the_first_sheet_is_read_even_where_it_is_hidden_and_empty_ones_are_not_named() {
    let path = workbook(&[("A\" state=\"hidden", &row(1, &["a"])), ("B", "")], None, &[]);
    assert_eq!(opened(&path, "").unwrap(), ["a", "the sheet that is read, \"A\", is hidden"]);
}

#[test]
fn a_value_beyond_the_table_makes_a_ragged_row_and_a_blank_one_does_not() {
    let rows = format!("{}{}{}", row(1, &["a"]), row(2, &["1", " "]), row(3, &["2", "x"]));
    let path = workbook(&[("S", &rows)], None, &[]);
    assert_eq!(opened(&path, "").unwrap()[1..], ["2 1", "3 ragged row: a value in column 2, 1 expected"]);
}

#[test]
fn one_cell_at_the_far_corner_takes_no_room() {
    let rows = format!(r#"{}<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#, row(1, &["a"]));
    let path = workbook(&[("S", &rows)], None, &[]);
    assert_eq!(opened(&path, "").unwrap(), ["a", "1048576 1"]);
}

#[test]
fn a_hundred_thousand_columns_are_refused() {
    let path = workbook(&[("S", &row(1, &vec!["x"; 100_000]))], None, &[]);
    assert!(refused(&path).contains("beyond the last column"), "{}", refused(&path));
    let path = workbook(&[("S", &row(1, &vec!["x"; 12_000]))], None, &[]);
    assert!(refused(&path).contains("12000 columns"), "{}", refused(&path));
}

#[test]
fn a_cell_of_megabytes_spoils_its_row_only() {
    let long = "x".repeat(3 << 20);
    let rows = format!("{}{}{}", row(1, &["a"]), row(2, &[&long]), row(3, &["1"]));
    let path = workbook(&[("S", &rows)], None, &[]);
    assert_eq!(opened(&path, "").unwrap()[1..], ["2 the cell in column 1 is longer than 1024 KiB", "3 1"]);
}

#[test]
fn a_decompression_bomb_is_refused() {
    let path = workbook(&[("S", &row(1, &["a"]))], None, &[("xl/media/image1.png", &vec![0; 40 << 20])]);
    assert!(refused(&path).contains("decompression bomb"), "{}", refused(&path));
}

#[test]
fn strings_that_are_only_promised_are_refused() {
    let strings = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4000000000"><si><t>a</t></si></sst>"#;
    let path = workbook(&[("S", &row(1, &["a"]))], Some(strings), &[]);
    assert!(refused(&path).contains("promises 4000000000 texts"), "{}", refused(&path));
}

#[test]
fn a_part_whose_name_climbs_out_is_refused() {
    let path = workbook(&[("S", &row(1, &["a"]))], None, &[("../../evil.xml", b"x")]);
    assert!(refused(&path).contains("leads out of it"), "{}", refused(&path));
}

#[test]
fn broken_and_foreign_archives_are_refused() {
    let path = workbook(&[("S", &row(1, &["a"]))], None, &[]);
    let whole = std::fs::read(&path).unwrap();
    for (bytes, what) in [
        (&whole[..whole.len() / 2], "archive is broken"),
        (b"", "0 bytes"),
        (b"a,b\n1,2\n", "not a workbook"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", "old .xls form"),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        assert!(refused(file.path()).contains(what), "{}", refused(file.path()));
    }
    let encrypted: Vec<u8> = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
        .iter()
        .copied()
        .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&encrypted).unwrap();
    assert!(refused(file.path()).contains("protected by a password"));
    let mut broken_inside = whole.clone();
    let middle = broken_inside.len() / 3;
    broken_inside[middle..middle + 40].fill(0xA5);
    file.as_file_mut().set_len(0).unwrap();
    std::fs::write(file.path(), &broken_inside).unwrap();
    opened(file.path(), "").unwrap_err();
}

#[test]
fn a_sheet_that_stops_in_the_middle_is_refused() {
    let rows = format!("{}<row r=\"2\"><c r=\"A2\"><v>1", row(1, &["a"]));
    let path = workbook(&[("S", &rows)], None, &[]);
    assert!(refused(&path).contains("workbook is broken"), "{}", refused(&path));
}

#[test]
fn a_sheet_that_is_not_whole_to_its_end_is_refused() {
    let rows = row(1, &["a"]) + &row(2, &["1"]);
    let long = "<a>".repeat(100_000);
    for (sheet, what) in [
        (format!("{rows}{long}"), "elements lie in more than 256 others"),
        (format!("{rows}<a><b>"), "<b> is closed by </sheetData>"),
        (format!("{rows}</sheetData><sheetData>{rows}"), "rows stand in two places"),
        (format!("{rows}</sheetData><sheetData/><x>{rows}</x><sheetData>"), "rows stand in two places"),
        (format!("</sheetData>{rows}<sheetProtection>"), "a row stands outside of the others"),
        (format!("{rows}</sheetData></worksheet><worksheet><sheetData>"), "an element <worksheet> follows its end"),
        (format!("{rows}</sheetData></worksheet>x<y><z>"), "text stands outside"),
        (format!("{rows}</x>"), "<sheetData> is closed by </x>"),
    ] {
        let said = refused(&workbook(&[("S", &sheet)], None, &[]));
        let wanted = format!("the workbook is broken: {what}");
        assert!(said.starts_with(&wanted) && said.ends_with("in its part xl/worksheets/sheet1.xml"), "{said}");
    }
}

#[test]
fn what_a_workbook_keeps_of_others_that_it_is_linked_to_is_no_sheet() {
    let link = b"<externalLink><externalBook><sheetDataSet><sheetData sheetId=\"0\"/><sheetData sheetId=\"1\"><row r=\"1\"/></sheetData></sheetDataSet></externalBook></externalLink>";
    let path = workbook(&[("S", &row(1, &["a"]))], None, &[("xl/externalLinks/externalLink1.xml", link)]);
    assert_eq!(opened(&path, "").unwrap(), ["a"]);
}

#[test]
fn what_is_wrong_with_a_workbook_is_said_without_the_words_of_a_library() {
    let entity = row(1, &["a&nothing;"]);
    let said = refused(&workbook(&[("S", &entity)], None, &[]));
    assert_eq!(said, "the workbook is broken: &nothing; means nothing in one of its parts");
    let cell = r#"<row r="1"><c r="A1" t="z"><v>1</v></c></row>"#;
    let said = refused(&workbook(&[("S", cell)], None, &[]));
    assert_eq!(said, "the workbook is broken: a cell is of a type that no workbook has, \"z\"");
}

#[test]
fn a_reader_program_that_dies_is_a_refusal() {
    let path = workbook(&[("S", &row(1, &["a"]))], None, &[]);
    for program in ["/bin/false", "/bin/true", "/nowhere/at/all"] {
        let refusal = open(&path, "x.xlsx", &Sheet::default(), Some(Path::new(program)), &|_| false).err().unwrap();
        assert_eq!(refusal.file, "x.xlsx");
    }
}
