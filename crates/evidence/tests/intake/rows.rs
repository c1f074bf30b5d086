//! What becomes of single rows and cells.

use custodes_standard::evidence::{ACCOUNTS, CAMERAS, CLOCK_CHECKS, DISCLOSURES, REVIEWS, VOI_LISTS};

use crate::folder::{Folder, counts};

const CAMERA: &str = "camera_id,kind,name,latitude,longitude,installed_on,decommissioned_on\n";

fn quarantine(folder: &Folder) -> Vec<String> {
    let row = |row: &custodes_evidence::QuarantinedRow| {
        format!("{} {}={:?}: {}", row.line, row.column, row.value, row.reason)
    };
    folder.report().quarantine.iter().map(row).collect()
}

#[test]
fn the_first_failing_column_in_declared_order_is_named() {
    let folder = Folder::of(&[("cameras.csv", &format!("{CAMERA}c1,robot,,north,,,\n,static,,,,2026-01-01,\n"))]);
    assert_eq!(
        quarantine(&folder),
        [
            "2 kind=\"robot\": not one of static, moveable, multi_lane, cctv_integrated, mobile, covert",
            "3 camera_id=\"\": a required value is blank",
        ]
    );
}

#[test]
fn a_withheld_key_or_deciding_time_quarantines_and_other_withheld_values_do_not() {
    let folder = Folder::of(&[
        ("cameras.csv", &format!("{CAMERA}***,static,,,,2026-01-01,\nc3,███,* *,###,,*,WITHHELD\n")),
        ("policies.csv", "policy_id,approved_on\np1,#\n"),
    ]);
    assert_eq!(
        quarantine(&folder),
        [
            "2 camera_id=\"***\": a key or deciding time is withheld",
            "2 approved_on=\"#\": a key or deciding time is withheld",
        ]
    );
    let columns = [
        "kind",
        "name",
        "latitude",
        "latitude_given",
        "longitude_given",
        "installed_on",
        "decommissioned_on",
        "decommissioned_on_given",
    ];
    // That a camera was decommissioned must be known: withheld reads as blank.
    assert_eq!(folder.rows(&CAMERAS, &columns), ["?|?|?|?|false|?|?|false"]);
}

#[test]
fn a_column_that_was_not_exported_is_unknown_everywhere() {
    let folder = Folder::of(&[(
        "accounts.csv",
        "user_id,system,permission,authorised_at,closed_at\nu1,NAS,Super Administrator,2026-01-01T00:00:00Z,\n",
    )]);
    let columns = [
        "person_id",
        "permission",
        "authorised_by",
        "last_access_at_given",
        "closed_at_given",
        "left_at",
        "left_at_given",
    ];
    assert_eq!(folder.rows(&ACCOUNTS, &columns), ["|super_administrator|?|?|false|?|?"]);
    let evidence = folder.open().unwrap();
    assert!(evidence.has(&ACCOUNTS) && !evidence.has(&CAMERAS));
    assert!(evidence.exported(&ACCOUNTS, "closed_at") && !evidence.exported(&ACCOUNTS, "left_at"));
}

#[test]
fn instants_have_their_london_day_and_endings_to_come_are_blank() {
    let folder = Folder::of(&[(
        "voi_lists.csv",
        "list_id,revision,revised_at,deleted_at\n\
         a,1,2026-06-30T23:30:00Z,2026-10-01T00:00:00+01:00\n\
         b,1,2026-01-31T23:30:00Z,2026-10-01T00:00:00.000001+01:00\n",
    )]);
    let columns = ["list_id", "revised_at_day", "deleted_at_given", "deleted_at_day"];
    assert_eq!(folder.rows(&VOI_LISTS, &columns), ["a|2026-07-01|true|2026-10-01", "b|2026-01-31|false|?"]);
}

#[test]
fn a_row_at_as_of_is_taken_in_and_a_later_one_is_future() {
    let folder = Folder::of(&[
        ("policies.csv", "policy_id,approved_on\np1,2026-10-01\np2,2026-10-02\n"),
        (
            "clock_checks.csv",
            "camera_id,checked_at,offset_seconds\nc1,2026-10-01T00:00:00+01:00,1\nc1,2026-09-30T23:00:00.000001Z,1\n",
        ),
    ]);
    let report = folder.report();
    assert_eq!((counts(&report.inputs[0]), counts(&report.inputs[1])), ([2, 1, 0, 0, 0, 1], [2, 1, 0, 0, 0, 1]));
    assert_eq!(folder.rows(&CLOCK_CHECKS, &["camera_id", "offset_seconds"]), ["c1|1.0"]);
}

#[test]
fn a_disclosure_without_a_time_is_taken_in_and_one_with_a_withheld_time_is_not() {
    let folder = Folder::of(&[("disclosures.csv", "disclosure_id,disclosed_at,basis\nd1,,other\nd2,***,other\n")]);
    assert_eq!(folder.rows(&DISCLOSURES, &["disclosure_id", "disclosed_at_given"]), ["d1|false"]);
    assert_eq!(counts(&folder.report().inputs[0]), [2, 1, 1, 0, 0, 0]);
}

#[test]
fn a_review_of_the_whole_lea_is_no_mask() {
    let header = "review_id,clause,subject,reviewed_at,reviewer_id,outcome\n";
    let folder = Folder::of(&[(
        "reviews.csv",
        &format!(
            "{header}r1,8.1,*,2026-01-01T00:00:00Z,p,satisfactory\nr2,8.1,**,2026-01-01T00:00:00Z,p,satisfactory\n"
        ),
    )]);
    assert_eq!(folder.rows(&REVIEWS, &["review_id", "subject"]), ["r1|*", "r2|?"]);
}

#[test]
fn bytes_that_are_not_utf8_and_ragged_rows_spoil_only_themselves() {
    let folder = Folder::of(&[]);
    folder.add("preserved_cases.csv", b"case_id,investigation\na,x\nb,\xFFy\nc\nd,x,y\n\n\"e\ne\",x\nf,x\n");
    assert_eq!(
        quarantine(&folder),
        [
            "3 =\"\u{fffd}y\": not UTF-8 text",
            "4 =\"c\": ragged row: 1 cells, 2 expected",
            "5 =\"d,x,y\": ragged row: 3 cells, 2 expected",
            "7 case_id=\"e\\ne\": not an id (1 to 200 characters, no control characters)",
        ]
    );
    assert_eq!(counts(&folder.report().inputs[0]), [6, 2, 4, 0, 0, 0]);
}

#[test]
fn bytes_that_are_not_utf8_spoil_their_row_in_a_column_that_is_not_used_as_well() {
    let folder = Folder::of(&[]);
    folder.add(
        "preserved_cases.csv",
        b"case_id,colour,investigation\na,red,x\nb,r\xE9d,x\nc,\"r\xE9d\",\"x\"\nd,r\xE9d,\xFFy\ne,r\xE9d\n\nf,\xC3\xA9,x\n",
    );
    assert_eq!(
        quarantine(&folder),
        [
            "3 =\"b,r\u{fffd}d,x\": not UTF-8 text",
            "4 =\"c,\\\"r\u{fffd}d\\\",\\\"x\\\"\": not UTF-8 text",
            "5 =\"\u{fffd}y\": not UTF-8 text",
            "6 =\"e,r\u{fffd}d\": ragged row: 2 cells, 3 expected",
        ]
    );
    assert_eq!(counts(&folder.report().inputs[0]), [6, 2, 4, 0, 0, 0]);
}

#[test]
fn a_set_with_quarantined_rows_is_not_whole() {
    let folder =
        Folder::of(&[("preserved_cases.csv", "case_id,investigation\na,\nb,x\n"), ("auditors.csv", "person_id\np\n")]);
    let report = folder.report();
    assert_eq!(report.not_whole.keys().collect::<Vec<_>>(), [&"preserved_cases"]);
    assert_eq!(report.not_whole["preserved_cases"], ["1 row is quarantined"]);
}

#[test]
fn times_without_offset_are_said_once_per_column() {
    let folder = Folder::of(&[(
        "clock_checks.csv",
        "camera_id,checked_at,offset_seconds\na,2026-01-01T00:00:00,1\nb,2026-01-01 00:00:00,1\n",
    )]);
    let wanted = "clock_checks.csv: 2 times in checked_at are without offset; a mapping can give the zone";
    assert_eq!(folder.report().notices, [wanted]);
}
