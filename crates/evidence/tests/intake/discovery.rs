//! Which files are taken, and what is said when none is.

use crate::folder::Folder;

const CASES: &str = "case_id,investigation\nc1,x\n";

#[test]
fn files_of_no_set_and_columns_of_no_use_are_noticed() {
    let folder = Folder::of(&[
        ("preserved_cases.csv", "case_id,Colour,investigation,LEA\nc1,red,x,y\n"),
        ("readme.md", "hello"),
        ("preserved_cases.csv.sha256", "abc"),
    ]);
    assert_eq!(
        folder.report().notices,
        [
            "preserved_cases.csv: columns that preserved_cases does not know, not used: \"Colour\"",
            "preserved_cases.csv.sha256: not of a format that is read, not used",
            "readme.md: of no set, not used",
        ]
    );
}

#[test]
fn a_file_of_a_set_in_a_format_that_is_not_read_is_refused() {
    let folder = Folder::of(&[("preserved_cases.csv", CASES), ("searches.xls", "x")]);
    assert!(folder.problem().starts_with("searches.xls: the file is of the set searches, but its format is not read"));
}

#[test]
fn a_file_of_a_set_whose_name_does_not_tell_its_format_is_refused() {
    for name in
        ["preserved_cases/part-00001", "preserved_cases.csv.bak", "preserved_cases.dat", "Preserved Cases-2025.old"]
    {
        let folder = Folder::of(&[("preserved_cases.csv", CASES), ("policies.csv.sha256", "abc")]);
        folder.add(name, CASES.as_bytes());
        let problem = folder.problem();
        let wanted = format!("{name}: the file is of the set preserved_cases, but its name does not tell its format");
        assert!(problem.starts_with(&wanted) && problem.contains("take it out of the folder"), "{problem}");
    }
}

#[test]
fn less_usual_endings_of_formats_that_are_read_are_known() {
    let folder = Folder::of(&[("preserved_cases/a.tab", "case_id\tinvestigation\nc1\tx\n")]);
    folder.add("preserved_cases/b.csv.zstd", &zstd::encode_all(&b"case_id,investigation\nc2,x\n"[..], 1).unwrap());
    let report = folder.report();
    assert_eq!(report.inputs.iter().map(|input| input.accepted).collect::<Vec<_>>(), [1, 1]);
    let folder = Folder::of(&[("preserved_cases.parq", CASES)]);
    assert!(folder.problem().contains("not a Parquet file"), "{}", folder.problem());
}

#[test]
fn what_programs_and_people_leave_beside_tables_is_only_noticed() {
    let folder = Folder::of(&[("preserved_cases/part-0.csv", CASES)]);
    let beside = [".part-0.csv.crc", "LICENSE", "README.txt", "Thumbs.db", "_SUCCESS", "_committed_1", "notes.md"];
    for name in beside {
        folder.add(&format!("preserved_cases/{name}"), b"x");
    }
    let wanted = beside.map(|name| format!("preserved_cases/{name}: not of a format that is read, not used"));
    assert_eq!(folder.report().notices, wanted);
}

#[test]
fn no_evidence_is_told_apart_by_its_cause() {
    let folder = Folder::of(&[]);
    assert!(folder.problem().contains("the folder is empty"));
    folder.add("notes/readme.txt", b"x");
    let problem = folder.problem();
    assert!(problem.contains("no file here is of a known set; seen: notes/readme.txt") && problem.contains("searches"));
    let missing = custodes_evidence::Evidence::open(&folder.path().join("nowhere"), crate::folder::options());
    assert!(missing.err().unwrap()[0].what.contains("cannot be opened"));
    let file = custodes_evidence::Evidence::open(&folder.path().join("notes/readme.txt"), crate::folder::options());
    assert!(file.err().unwrap()[0].what.contains("a file, not a folder"));
}

#[test]
fn every_refused_file_is_named_at_once() {
    let folder =
        Folder::of(&[("preserved_cases.csv", "case_id\nc1\n"), ("auditors.csv", ""), ("policies.csv", "policy_id\n")]);
    let problems = folder.open().err().unwrap();
    let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
    assert_eq!(places, ["auditors.csv", "policies.csv", "preserved_cases.csv"]);
    assert!(problems[2].what.contains("the required column investigation of preserved_cases is missing"));
}
