use std::fs;
use std::path::Path;

use crate::{WINDOW, custodes, northmere, stderr, stdout};

fn annual_return(folder: &Path, more: &[&str]) -> std::process::Output {
    let folder = folder.to_str().expect("UTF-8");
    custodes(["return", folder].into_iter().chain(WINDOW).chain(more.iter().copied()))
}

fn json(folder: &Path) -> serde_json::Value {
    let output = annual_return(folder, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

const CAMERAS: &str = "camera_id,kind,name,latitude,longitude,installed_on,decommissioned_on
C1,static,=Bridge,54.0,-2.0,2020-01-01,
C2,mobile,Van <1>,,,2020-01-01,2026-01-15
C3,static,Gone,54.0,-2.0,2019-01-01,2020-01-01
S1,covert,Hedge,54.0,-2.0,2020-01-01,
W1,***,Masked,54.0,-2.0,2020-01-01,
";

const CLOCK_CHECKS: &str = "camera_id,checked_at,offset_seconds,maintenance
C1,2026-01-01T12:00:00Z,2.5,
C1,2026-02-01T12:00:00Z,-11,clock set
S1,2026-02-01T12:00:00Z,99,antenna of S1 moved
C1,2024-02-01T12:00:00Z,50,before the window
C2,2025-12-01T12:00:00Z,***,seen beside S1
";

const LOCATION_CHECKS: &str = "camera_id,checked_at,latitude,longitude,maintenance
C1,2026-01-01T12:00:00Z,54.0001,-2.0,
";

const PERFORMANCE_TESTS: &str = "camera_id,tested_at,kind,observed,captured,read_correctly
C1,2026-01-01T12:00:00Z,evaluation,100,99,97
C1,2026-03-01T12:00:00Z,monitoring,0,0,0
";

fn force() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("cameras.csv", CAMERAS),
        ("clock_checks.csv", CLOCK_CHECKS),
        ("location_checks.csv", LOCATION_CHECKS),
        ("performance_tests.csv", PERFORMANCE_TESTS),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn the_return_counts_cameras_and_tests_and_tells_the_accuracy_of_each() {
    let answer = json(force().path());
    let counted = &answer["cameras_counted"];
    // C1, C2, S1 and W1 served in the window; C2 left in it.
    assert_eq!(
        (&counted["operated"], &counted["operated_at_as_of"], &counted["tested"]),
        (&4.into(), &3.into(), &3.into())
    );
    let cameras = answer["cameras"].as_array().expect("cameras");
    let ids: Vec<&str> = cameras.iter().filter_map(|camera| camera["camera_id"].as_str()).collect();
    assert_eq!(ids, ["C1", "C2"]);
    let (first, second) = (&cameras[0], &cameras[1]);
    assert_eq!(first["clock"]["checks"], 2, "one lies before the window");
    assert_eq!((&first["clock"]["latest"], &first["clock"]["beyond_tolerance"]), (&"2026-02-01".into(), &true.into()));
    assert_eq!((&first["location"]["metres"], &first["location"]["beyond_tolerance"]), (&"11.1".into(), &true.into()));
    assert_eq!((&first["performance"]["tests"], &first["performance"]["captured"]), (&1.into(), &99.into()));
    assert_eq!(second["clock"]["beyond_tolerance"], serde_json::Value::Null, "the offset was withheld");
    assert_eq!(second["operated_at_as_of"], false);
}

#[test]
fn covert_cameras_leave_as_numbers_in_every_form() {
    let folder = force();
    let answer = json(folder.path());
    assert_eq!((&answer["covert"]["operated"], &answer["covert"]["tested"]), (&1.into(), &1.into()));
    assert_eq!(answer["kind_withheld"]["operated"], 1, "it may be covert");
    // One record of S1, and one that names it.
    assert_eq!(answer["maintenance_unlisted"], 2);
    let mut forms = vec![answer.to_string(), stdout(&annual_return(folder.path(), &[]))];
    let elsewhere = tempfile::tempdir().expect("a folder");
    for name in ["r.html", "r.csv"] {
        let path = elsewhere.path().join(name);
        assert_eq!(annual_return(folder.path(), &["--out", path.to_str().expect("UTF-8")]).status.code(), Some(0));
        forms.push(fs::read_to_string(&path).expect("the return"));
    }
    for form in forms {
        for hidden in ["S1", "Hedge", "W1", "Masked", "antenna"] {
            assert!(!form.contains(hidden), "{hidden} is named in\n{form}");
        }
        assert!(form.contains("clock set") && form.contains("OFFICIAL-SENSITIVE"));
    }
}

#[test]
fn the_page_is_marked_escaped_and_says_what_it_rests_on() {
    let (folder, elsewhere) = (force(), tempfile::tempdir().expect("a folder"));
    let path = elsewhere.path().join("return.html");
    let output = annual_return(folder.path(), &["--out", path.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty(), "it was asked for as a file");
    let page = fs::read_to_string(path).expect("the page");
    assert!(!page.contains("Van <1>") && page.contains("Van"), "names are escaped");
    assert_eq!(page.matches(">OFFICIAL-SENSITIVE<").count(), 2);
    for wanted in
        ["clock_tolerance_seconds", "1 October 2025 (midnight, London)", "not evidenced", "for want of a file: reviews"]
    {
        assert!(page.contains(wanted), "{wanted} is missing");
    }
    let sha256 = answer_hash(folder.path());
    assert!(page.contains(&sha256), "the hash of each input is given");
}

fn answer_hash(folder: &Path) -> String {
    let answer = json(folder);
    answer["inputs"][0]["sha256"].as_str().expect("a hash").to_owned()
}

#[test]
fn no_cell_of_the_csv_becomes_a_formula() {
    let (folder, elsewhere) = (force(), tempfile::tempdir().expect("a folder"));
    let path = elsewhere.path().join("return.csv");
    annual_return(folder.path(), &["--out", path.to_str().expect("UTF-8")]);
    let text = fs::read_to_string(path).expect("the return");
    assert!(text.contains("'=Bridge") && !text.contains(",=Bridge"), "{text}");
    assert!(text.starts_with("OFFICIAL-SENSITIVE\n") && text.trim_end().ends_with("OFFICIAL-SENSITIVE"));
}

#[test]
fn the_example_force_has_a_return_and_any_number_of_threads_gives_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, threads: &str| {
        let path = folder.path().join(name);
        let more = ["--out", path.to_str().expect("UTF-8"), "--threads", threads];
        let output = annual_return(&northmere(), &more);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        fs::read(path).expect("the return")
    };
    assert!(write("one.html", "1") == write("three.html", "3"));
    assert!(write("one.xlsx", "1") == write("three.xlsx", "3"));
}

#[test]
fn a_return_of_nothing_says_what_is_missing_and_a_wrong_ending_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("policies.csv"), "policy_id,approved_on\nP1,2026-01-01\n").expect("a file");
    let said = stdout(&annual_return(folder.path(), &[]));
    assert!(said.contains("Could not be established, for want of a file: cameras"), "{said}");
    let output = annual_return(folder.path(), &["--out", "return.docx"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("return.docx"), "{}", stderr(&output));
}
