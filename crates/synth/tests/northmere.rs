//! The made-up force, seen from outside: its bytes, its key and what is planted.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use custodes_standard::evidence::SETS;
use custodes_synth::{Day, Format, Plan, Scale, write};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Every code of the standard, clause by clause. A yearly review of the whole force is late under an even seed
/// and overdue under an odd one, since twelve months have no room for both.
const PLANTED: &str = "
3.a auditor_unknown clearance_lapsed wrong_auditor
3.b auditor_has_user_access
3.c auditor_has_admin_access
4.1.1 marking_missing marking_wrong review_late review_overdue sample_not_recorded sample_too_small
4.1.2 clock_evidence_missing clock_out_of_tolerance review_late review_overdue
4.1.3 not_confirmed_on_installation location_out_of_tolerance review_late review_overdue
4.2 camera_unregistered review_late review_overdue
5.1.1 need_not_evidenced installation_test_missing capture_rate_low read_accuracy_low evaluation_late evaluation_overdue review_late review_overdue
5.1.2 need_not_evidenced installation_test_missing capture_rate_low read_accuracy_low evaluation_late evaluation_overdue
5.1.3 need_not_evidenced installation_test_missing capture_rate_low read_accuracy_low evaluation_late evaluation_overdue review_late review_overdue
5.1.4 need_not_evidenced installation_test_missing capture_rate_low read_accuracy_low evaluation_late evaluation_overdue review_late review_overdue
5.1.5 need_not_evidenced capture_rate_low read_accuracy_low evaluation_late evaluation_overdue
5.1.6 authority_missing authority_expired
6.1.1 retained_beyond_limit transfer_unauthorised review_late review_overdue
6.1.2 transfer_late records_lost review_late review_overdue
6.1.3 reinstatement_late review_late review_overdue
7.1.1 list_not_deleted list_deleted_late review_late review_overdue
7.1.2 deleted_list_held list_stale review_late review_overdue
7.1.3 disposed_early
8.1 policy_not_current review_late review_overdue
8.2.1 senior_manager_missing review_late review_overdue
8.2.2.a approver_missing self_approved review_late review_overdue sample_not_recorded sample_too_small
8.2.2.b approver_missing self_approved review_late review_overdue sample_not_recorded sample_too_small
8.2.2.c review_late review_missing
8.2.2.d leaver_access_open access_after_leaving review_late review_missing
8.2.2.e admin_is_user review_late review_overdue
8.2.2.f review_late review_overdue
8.2.3.a retained_beyond_limit review_late review_overdue
8.2.3.b reason_missing approver_missing retention_review_overdue review_late review_overdue sample_not_recorded sample_too_small
8.2.4.a reason_missing purpose_missing justification_missing justification_placeholder reference_missing period_inverted period_future period_excessive account_unknown account_not_open review_late review_overdue sample_not_recorded sample_too_small rationale_missing sample_window_short
8.2.4.b reason_missing purpose_missing justification_missing justification_placeholder reference_missing authority_missing authority_undated authority_after_search authority_self authority_rank period_inverted period_future period_excessive account_unknown account_not_open review_late review_overdue sample_not_recorded sample_too_small sample_window_short
8.2.4.c reason_missing purpose_missing justification_missing justification_placeholder reference_missing authority_missing authority_undated authority_after_search authority_self authority_rank period_inverted period_future period_excessive account_unknown account_not_open review_late review_missing
8.2.6 other_investigation preserved_case_unknown
8.2.7 justification_missing discloser_missing recipient_missing time_missing review_late review_overdue sample_not_recorded sample_too_small
8.2.8 reported_late not_reported report_copy_missing noncompliance_not_recorded
8.2.9 findings_missing extent_missing action_missing audit_record_missing
8.2.10 disposed_early
8.3.1 reason_missing no_change vrm_implausible review_late review_overdue sample_not_recorded sample_too_small
8.3.3 purpose_missing reference_missing review_late review_overdue
8.3.4 retained_beyond_limit review_late review_overdue
8.3.5 review_late review_missing
";

/// A folder of this test run alone.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("custodes-synth-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn plan(seed: u64) -> Plan {
    Plan::new(seed, "0.05".parse::<Scale>().unwrap())
}

fn make(name: &str, plan: &Plan) -> Folder {
    let folder = Folder::new(name);
    write(&folder.0, plan, &mut |_| {}).unwrap();
    folder
}

/// RFC 4180, for these files only.
fn csv(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(letter),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !quoted, "{} ends within a row", path.display());
    rows
}

fn key(folder: &Folder) -> Vec<Vec<String>> {
    let mut rows = csv(&folder.0.join("departures.csv"));
    assert_eq!(rows.remove(0), ["clause", "code", "subject", "due", "done"]);
    rows
}

/// FNV-1a over every file in order of name: enough to notice a changed byte.
fn digest(folder: &Folder) -> u64 {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder.0.join("evidence")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(folder.0.join("departures.csv"));
    files.sort();
    let bytes = files.iter().flat_map(|file| fs::read(file).unwrap());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_ever() {
    let (first, second, other) = (make("first", &plan(7)), make("second", &plan(7)), make("other", &plan(8)));
    assert_eq!(digest(&first), digest(&second));
    assert_ne!(digest(&first), digest(&other));
    assert_eq!(format!("{:016x}", digest(&first)), "6b89345cf59fe2b2", "the made-up force of seed 7 has changed");
}

#[test]
fn every_code_of_every_clause_is_planted_and_nothing_else() {
    let expected: BTreeSet<(String, String)> = PLANTED
        .lines()
        .flat_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let clause = words.next().unwrap_or_default();
            words.map(move |code| (clause.clone(), code)).collect::<Vec<_>>()
        })
        .collect();
    let mut planted = BTreeSet::new();
    for seed in [1, 2] {
        let folder = make(&format!("codes-{seed}"), &plan(seed));
        planted.extend(key(&folder).into_iter().map(|row| (row[0].clone(), row[1].clone())));
    }
    let missing: Vec<_> = expected.difference(&planted).collect();
    let surprising: Vec<_> = planted.difference(&expected).collect();
    assert!(missing.is_empty() && surprising.is_empty(), "not planted: {missing:?}; not in the list: {surprising:?}");
}

#[test]
fn the_key_is_sorted_and_says_nothing_twice() {
    for seed in [3, 4] {
        let rows = key(&make(&format!("key-{seed}"), &plan(seed)));
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]), "seed {seed}");
    }
}

#[test]
fn a_clean_force_has_an_empty_key() {
    let folder = make("clean", &Plan { departures: false, ..plan(5) });
    assert_eq!(key(&folder), Vec::<Vec<String>>::new());
}

#[test]
fn every_set_is_there_with_its_columns_and_unique_keys() {
    let folder = make("keys", &Plan { departures: false, ..plan(6) });
    for set in SETS {
        let rows = csv(&folder.0.join(format!("evidence/{}.csv", set.name)));
        let names: Vec<&str> = set.columns.iter().map(|column| column.name).collect();
        assert_eq!(rows[0], names);
        assert!(rows.len() > 1, "{} is empty", set.name);
        let mut seen = HashSet::new();
        for row in &rows[1..] {
            let cells = set.columns.iter().zip(row);
            assert!(cells.clone().all(|(column, cell)| !column.required || !cell.is_empty()), "{} {row:?}", set.name);
            let key: Vec<&String> = cells.filter(|(column, _)| column.key).map(|(_, cell)| cell).collect();
            assert!(seen.insert(key.clone()), "{} has {key:?} twice", set.name);
        }
    }
}

#[test]
fn parquet_says_what_csv_says_in_native_types() {
    let as_csv = make("as-csv", &plan(9));
    let as_parquet = make("as-parquet", &Plan { format: Format::Parquet, ..plan(9) });
    assert_eq!(key(&as_csv), key(&as_parquet));
    for set in SETS {
        let rows = csv(&as_csv.0.join(format!("evidence/{}.csv", set.name)));
        let stored = parquet(&as_parquet.0.join(format!("evidence/{}.parquet", set.name)));
        assert_eq!(rows[1..], stored, "{}", set.name);
    }
}

/// The rows of a Parquet file, in the words of CSV.
fn parquet(path: &Path) -> Vec<Vec<String>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|column| cell(column, row)).collect());
        }
    }
    rows
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return String::new();
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Date32 => Day(column.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == "UTC" => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
        }
        other => panic!("{other} is no native type of evidence"),
    }
}

#[test]
fn searches_are_shaped_like_searches() {
    let folder = make("shape", &Plan::new(10, "0.5".parse().unwrap()));
    let rows = csv(&folder.0.join("evidence/searches.csv"));
    let mut by_user = BTreeMap::new();
    for row in &rows[1..] {
        *by_user.entry(row[2].as_str()).or_insert(0) += 1;
    }
    let mut counts: Vec<i32> = by_user.into_values().collect();
    counts.sort_unstable();
    let (half, most): (i32, i32) = (counts[counts.len() / 2], counts[counts.len() - 1]);
    assert!(most > 8 * half, "a few people make most searches, and here the median is {half} and the most {most}");
    let night = rows[1..].iter().filter(|row| ("02".."05").contains(&&row[3][11..13])).count();
    assert!(night * 12 < rows.len(), "{night} of {} searches are made before dawn", rows.len());
}

#[test]
fn what_cannot_be_made_is_refused_in_words() {
    let folder = make("refused", &plan(11));
    let again = write(&folder.0, &plan(11), &mut |_| {}).unwrap_err().to_string();
    assert!(again.ends_with("is not empty: name a new folder for the made-up force"), "{again}");
    assert!("0".parse::<Scale>().is_err() && "1.2345".parse::<Scale>().is_err() && "-1".parse::<Scale>().is_err());
    assert!("2026-02-30".parse::<Day>().is_err());
    let far = Plan { as_of: Day::new(2100, 1, 1).unwrap(), ..plan(1) };
    assert!(write(&Folder::new("far").0, &far, &mut |_| {}).is_err());
}
