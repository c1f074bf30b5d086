//! What came, compared with what the source says that it sent.

use crate::folder::Folder;

const CASES: &str = "case_id,investigation\nc1,x\nc2,\n";

fn with_manifest(manifest: &str) -> Folder {
    Folder::of(&[("preserved_cases.csv", CASES), ("manifest.csv", manifest)])
}

#[test]
fn a_manifest_that_agrees_says_nothing() {
    let sha256 = Folder::of(&[("preserved_cases.csv", CASES)]).report().inputs[0].sha256.clone();
    let manifest =
        format!("File;Rows;SHA-256;period from;period_to\npreserved_cases.csv;2;{};;\n", sha256.to_uppercase());
    let report = with_manifest(&manifest).report();
    assert!(report.notices.is_empty() && report.inputs.len() == 1);
}

#[test]
fn a_mismatch_names_both_figures() {
    let problem = with_manifest("file,rows\npreserved_cases.csv,3\n").problem();
    assert!(problem.starts_with("manifest.csv line 2: 3 rows are stated for preserved_cases.csv, 2 came"), "{problem}");
    let problem = with_manifest(&format!("file,sha256\npreserved_cases.csv,{}\n", "0".repeat(64))).problem();
    assert!(problem.contains(&"0".repeat(64)) && problem.contains("what came has "), "{problem}");
}

#[test]
fn a_stated_file_that_did_not_come_is_an_error() {
    let problem = with_manifest("file\npreserved_cases.csv\nlogons.csv\n").problem();
    assert!(problem.starts_with("manifest.csv line 3: \"logons.csv\" is stated but did not come"), "{problem}");
}

#[test]
fn a_manifest_that_cannot_be_understood_is_an_error() {
    assert!(with_manifest("rows\n1\n").problem().contains("column file is missing"));
    assert!(with_manifest("file,rows\npreserved_cases.csv,many\n").problem().contains("rows is \"many\""));
    assert!(
        with_manifest("file,period_from,period_to\npreserved_cases.csv,2026-02-01,2026-01-01\n")
            .problem()
            .contains("period_to")
    );
}

#[test]
fn half_a_period_and_a_column_stated_twice_are_errors() {
    let half = with_manifest("file,period_from,period_to\npreserved_cases.csv,2026-06-01,\n").problem();
    assert!(
        half.starts_with("manifest.csv line 2: period_from is \"2026-06-01\", and period_to is not stated"),
        "{half}"
    );
    let half = with_manifest("file,period_to\npreserved_cases.csv,2026-06-01\n").problem();
    assert!(half.contains("period_from is not stated"), "{half}");
    let twice = with_manifest("file,rows,Rows\npreserved_cases.csv,2,9\n").problem();
    assert!(twice.contains("\"rows\" and \"Rows\" are both the column \"rows\""), "{twice}");
}

#[test]
fn a_misspelt_column_of_a_manifest_is_noticed() {
    let report = with_manifest("file,rows,sha265,\npreserved_cases.csv,2,x,\n").report();
    assert!(report.notices[0].contains("columns not used: \"sha265\""), "{:?}", report.notices);
    let folder = with_manifest("file\npreserved_cases.csv\n");
    folder.add("manifest.csv.gz", b"x");
    assert!(folder.report().notices[0].contains("only read as manifest.csv"), "{:?}", folder.report().notices);
}

#[test]
fn rows_are_those_of_the_source_whatever_a_mapping_makes_of_them() {
    let mapping = "set = \"preserved_cases\"\n[input]\nskip_lines_starting = [\"#\"]\n\
                   [[skip]]\ncolumn = \"investigation\"\nblank = true\n";
    let folder = |rows: u64| {
        let text = "case_id,investigation\n# exported by hand\nc1,x\nc2,\n";
        Folder::of(&[
            ("preserved_cases.csv", text),
            ("manifest.csv", &format!("file,rows\npreserved_cases.csv,{rows}\n")),
        ])
    };
    let opened = |rows: u64| {
        let mappings = vec![custodes_evidence::Mapping::parse("m.toml", mapping).unwrap()];
        let options = custodes_evidence::Options { mappings, ..crate::folder::options() };
        custodes_evidence::Evidence::open(folder(rows).path(), options).unwrap().report()
    };
    let report = opened(2).unwrap();
    assert_eq!((report.inputs[0].rows, report.inputs[0].accepted), (1, 1));
    assert!(opened(1).unwrap_err()[0].what.contains("1 rows are stated for preserved_cases.csv, 2 came"));
}

#[test]
fn periods_that_leave_days_of_the_window_out_make_the_set_not_whole() {
    let folder = |from: &str, to: &str| {
        let manifest = format!("file,period_from,period_to\nauditors.csv,{from},{to}\n");
        Folder::of(&[("auditors.csv", "person_id\np\n"), ("manifest.csv", &manifest)]).report().not_whole
    };
    assert!(folder("2025-10-01", "2026-09-30").is_empty());
    let reason = &folder("2025-10-02", "2026-09-29")["auditors"][0];
    assert!(reason.ends_with("leave out 2025-10-01 to 2025-10-01, 2026-09-30 to 2026-09-30"), "{reason}");
}
