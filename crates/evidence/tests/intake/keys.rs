//! Rows with one key: the last stands, whatever the files, chunks and threads.

use custodes_evidence::{Conflict, Evidence, Options};
use custodes_standard::evidence::{LOGONS, PRESERVED_CASES};

use crate::folder::{Folder, counts, options, rows_of, shown};

const LOGON: &str = "event_id,user_id,at,outcome,source\n";

#[test]
fn the_last_row_of_a_key_stands_and_each_earlier_one_counts_in_its_own_file() {
    let folder = Folder::of(&[
        ("preserved_cases-b.csv", "case_id,investigation\nc1,new\nc2,same\n"),
        ("preserved_cases-a.csv", "case_id,investigation\nc1,old\nc2, same \nc3,only\nc1,old\n"),
    ]);
    let report = folder.report();
    assert_eq!(counts(&report.inputs[0]), [4, 1, 0, 1, 2, 0]);
    assert_eq!(counts(&report.inputs[1]), [2, 2, 0, 0, 0, 0]);
    assert_eq!(folder.rows(&PRESERVED_CASES, &["case_id", "investigation"]), ["c3|only", "c1|new", "c2|same"]);
    let conflicts: Vec<String> = report
        .conflicts
        .iter()
        .map(|conflict| {
            let Conflict { file, line, key, stands_file, stands_line } = conflict;
            format!("{file} {line} {key}, {stands_file} {stands_line}")
        })
        .collect();
    assert_eq!(
        conflicts,
        ["preserved_cases-a.csv 2 c1, preserved_cases-b.csv 2", "preserved_cases-a.csv 5 c1, preserved_cases-b.csv 2"]
    );
}

#[test]
fn files_come_in_byte_order_of_their_paths() {
    let text = |value| format!("case_id,investigation\nc1,{value}\n");
    let folder = Folder::of(&[
        ("preserved_cases/b.csv", &text("inside")),
        ("preserved_cases.csv", &text("dot")),
        ("preserved_cases-1.csv", &text("hyphen")),
    ]);
    // '-' is before '.', and '.' is before '/'.
    assert_eq!(folder.rows(&PRESERVED_CASES, &["investigation"]), ["inside"]);
}

#[test]
fn quarantine_comes_before_keys_and_keys_before_future() {
    let folder = Folder::of(&[(
        "logons.csv",
        &format!(
            "{LOGON}\
             a,u,2026-01-01T00:00:00Z,success,\n\
             a,u,2027-01-01T00:00:00Z,success,\n\
             b,u,2027-01-01T00:00:00Z,success,\n\
             b,u,2026-01-01T00:00:00Z,success,\n\
             c,u,2026-01-01T00:00:00Z,success,\n\
             c,u,2026-01-01T00:00:00,success,\n\
             d,u,2027-01-01T00:00:00Z,success,\n\
             d,u,2027-01-01T00:00:00Z,success,\n"
        ),
    )]);
    // a: a future row stands over an earlier one. b: a superseded row is not future. c: a bad row has no key.
    assert_eq!(counts(&folder.report().inputs[0]), [8, 2, 1, 1, 2, 2]);
    assert_eq!(folder.rows(&LOGONS, &["event_id"]), ["b", "c"]);
}

#[test]
fn content_is_compared_as_typed_and_without_lea() {
    let folder = Folder::of(&[(
        "logons.csv",
        "event_id,user_id,at,outcome,source,lea,more\n\
         a,u,2026-07-01T10:00:00+01:00,SUCCESS,***,one,x\n\
         a, u ,2026-07-01 09:00:00.0000001Z,success,REDACTED,two,y\n\
         b,u,2026-07-01T10:00:00Z,success,***,,\n\
         b,u,2026-07-01T10:00:00Z,success,,,\n",
    )]);
    assert_eq!(counts(&folder.report().inputs[0]), [4, 2, 0, 1, 1, 0]);
}

/// A log of many chunks in which every 1,000th row is repeated much later, with or without a change.
fn long_log() -> Folder {
    let row = |n: u32, source: u32| {
        format!("e{n:07},user{},2026-03-01T10:{:02}:00Z,success,source-number-{source}\n", n % 97, n % 60)
    };
    let mut text = LOGON.to_owned();
    text.extend((0..60_000).map(|n| row(n, n)));
    text.extend((0..60_000).step_by(1000).map(|n| row(n, n + n % 2000)));
    Folder::of(&[("logons.csv", &text), ("logons-zz.csv", &format!("{LOGON}{}", row(5, 5)))])
}

#[test]
fn results_are_the_same_on_any_number_of_threads_and_with_keys_on_disk() {
    let folder = long_log();
    let mut seen = Vec::new();
    for (threads, keys_in_memory) in [(1, 1 << 20), (2, 0), (7, 1 << 30)] {
        let evidence = Evidence::open(folder.path(), Options { threads, keys_in_memory, ..options() }).unwrap();
        let rows = rows_of(&evidence, &LOGONS, &["event_id", "source", "position"]);
        seen.push((evidence.report().unwrap(), rows));
    }
    assert_eq!(counts(&seen[0].0.inputs[0]), [1, 0, 0, 1, 0, 0], "logons-zz.csv comes before logons.csv");
    assert_eq!(counts(&seen[0].0.inputs[1]), [60_060, 60_000, 0, 30, 30, 0]);
    assert!(seen[0] == seen[1] && seen[0] == seen[2]);
}

#[test]
fn a_scan_gives_superseded_rows_and_then_gives_them_again_to_be_taken_out() {
    let folder = long_log();
    let evidence = folder.open().unwrap();
    for _ in 0..2 {
        // event_id, source, position
        let mut scan = evidence.scan(&LOGONS, &[0, 5, 6], 4).unwrap();
        let partitions = std::mem::take(&mut scan.partitions);
        let rows: usize = partitions.into_iter().flatten().map(|batch| batch.unwrap().num_rows()).sum();
        let resolved = scan.finish().unwrap();
        let taken_out: Vec<String> = resolved
            .rows
            .batches()
            .unwrap()
            .flat_map(|batch| shown(&batch.unwrap(), &["event_id", "position"]))
            .collect();
        assert_eq!((rows, resolved.superseded.len(), taken_out.len()), (60_061, 61, 61));
        let positions: Vec<String> = resolved.superseded.iter().map(u64::to_string).collect();
        assert!(taken_out.iter().zip(positions).all(|(row, position)| row.ends_with(&format!("|{position}"))));
    }
}

#[test]
fn a_scan_that_is_not_driven_to_its_end_says_so() {
    let folder = long_log();
    let evidence = folder.open().unwrap();
    let mut scan = evidence.scan(&LOGONS, &[0], 2).unwrap();
    assert!(scan.partitions[0].next().unwrap().is_ok());
    scan.partitions.clear();
    assert!(scan.finish().is_err());
    assert_eq!(evidence.report().unwrap().inputs[1].rows, 60_060);
}
