//! Mappings applied to small files, and the shipped ones to the real exports where those are at hand.

use std::path::PathBuf;

use super::*;
use crate::chunk::{Columns, Reader};

struct Applied {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Line and reason.
    bad: Vec<(u64, String)>,
    notices: Vec<String>,
    not_exported: Vec<String>,
}

impl Applied {
    fn column(&self, name: &str) -> Vec<&str> {
        let place = self.header.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }
}

fn read(mut reader: Box<dyn Reader>) -> Applied {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    while let Some(chunk) = reader.next_chunk().unwrap() {
        let Columns::Cells(grid) = chunk.columns else { panic!("text cells") };
        for row in 0..grid.rows() {
            match grid.bad_rows().iter().find(|bad| bad.row as usize == row) {
                Some(found) => bad.push((grid.line(row), found.reason.clone())),
                None => rows.push((0..grid.width()).map(|place| grid.cell(row, place).to_owned()).collect()),
            }
        }
    }
    let (header, not_exported) = (reader.header().to_vec(), reader.not_exported().to_vec());
    Applied { header, rows, bad, notices: reader.notices(), not_exported }
}

fn applied(mapping: &str, file: &str, text: &str) -> Applied {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    read(open(&parsed(mapping), &path, file, None).unwrap())
}

fn parsed(mapping: &str) -> Mapping {
    match SHIPPED.iter().find(|(name, _)| *name == mapping) {
        Some((name, text)) => Mapping::parse(name, text).unwrap(),
        None => Mapping::parse("m.toml", mapping).unwrap_or_else(|problems| panic!("{problems:?}")),
    }
}

fn mistakes(text: &str) -> Vec<String> {
    Mapping::parse("m.toml", text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_worked_example_of_the_documentation_holds() {
    let documentation = include_str!("../../../../docs/mappings.md");
    let block = |start: &str| documentation.split(start).nth(1).unwrap().split("```").next().unwrap().to_owned();
    let csv = block("`anpr_export_2026-08.csv`:\n\n```\n");
    let toml = block("into the set `searches`:\n\n```toml\n");
    assert!(parsed(&toml).matches("anpr_export_2026-08.csv", None));
    let done = applied(&toml, "anpr_export_2026-08.csv", &csv);
    assert_eq!(done.column("search_id"), ["A-77"]);
    assert_eq!(done.column("searched_at"), ["2026-08-01T08:30:00Z"]);
    assert_eq!(done.column("data_from"), ["2026-06-30T23:00:00Z"]);
    assert_eq!(done.column("data_to"), ["2026-07-30T23:00:00Z"]);
    assert_eq!((done.column("authorised_by"), done.column("authorised_rank")), (vec!["insp-9"], vec!["Inspector"]));
    assert_eq!(done.not_exported, ["purpose"]);
    assert_eq!(done.notices, ["1 row was skipped because they were made in training"]);
}

#[test]
fn every_mistake_names_its_line_and_what_is_known() {
    let text = "set = \"searches\"\nfiels = []\n[columns]\nsearch_id = \"a\"\nserch = \"b\"\nreason = { form = \"x\" }\nuser_id = { from = \"u\", match = '(' }\n[times]\nzone = \"Mars\"\n";
    let found = mistakes(text);
    let expected = [
        "line 2: the mapping has no key \"fiels\"",
        "line 5: searches has no column \"serch\"",
        "line 6: reason needs exactly one of",
        "line 6: reason has no key \"form\"",
        "line 7: match is not a regular expression",
        "line 9: there is no time zone \"Mars\"",
    ];
    for what in expected {
        assert!(found.iter().any(|problem| problem.contains(what)), "{what}: {found:#?}");
    }
    assert!(mistakes("set = ").iter().all(|problem| problem.starts_with("m.toml line 1: not valid TOML")));
    assert!(mistakes("says = \"x\"")[0].contains("which set"));
    assert!(
        mistakes("set = \"cameras\"\n[columns]\nname = { from = \"a\", time = \"DD/MM\" }")[0]
            .contains("no whole date")
    );
    assert!(Mapping::named("no-such-mapping").unwrap_err()[0].remedy.contains("chrony-tracking"));
}

#[test]
fn a_column_can_feed_several_be_joined_split_and_translated() {
    let mapping = r#"
        set = "searches"
        [columns]
        search_id = { from = ["a", "b"], join = "-" }
        user_id = { from = "who", match = '\((.+)\)' }
        system = { from = "sys", translate = { "National Service" = "nas" }, otherwise = "nsap" }
        reason = "why"
        justification = { from = "why", line = 2 }
        results = { from = "n", multiply_by = "1000" }
        target = { value = "AB12" }
    "#;
    let text = "a,b,who,sys,why,n\n1,2,P (u1),national service,\"x\ny\",1.5\n3,,P,other,***,***\n";
    let done = applied(mapping, "searches.csv", text);
    assert_eq!(done.column("search_id"), ["1-2", "3"]);
    assert_eq!(done.column("user_id"), ["u1", ""]);
    assert_eq!(done.column("system"), ["nas", "nsap"]);
    assert_eq!(done.column("reason"), ["x\ny", "***"]);
    assert_eq!(done.column("justification"), ["y", "***"]);
    assert_eq!(done.column("results"), ["1500", "***"]);
    assert_eq!(done.column("target"), ["AB12", "AB12"]);
}

#[test]
fn lines_passed_over_are_counted_and_a_mapping_that_leaves_nothing_says_so() {
    let mapping = "set = \"preserved_cases\"\n[input]\nskip_lines_starting = [\"#\", \"c\"]";
    let done = applied(mapping, "preserved_cases.csv", "case_id,investigation\n# by hand\nc1,x\nd1,y\n");
    assert_eq!(done.notices, ["2 lines were passed over because they begin with \"#\" or \"c\""]);
    let done = applied(mapping, "preserved_cases.csv", "case_id,investigation\nc1,x\nc2,y\n");
    assert_eq!(done.rows.len(), 0);
    assert_eq!(done.notices[1], "the mapping m.toml takes no record from any of the 2 lines below the header");
    let spaced = "set = \"preserved_cases\"\n[input]\nseparator = \"spaces\"\nskip_lines_starting = [\"#\"]";
    let done = applied(spaced, "preserved_cases.log", "case_id investigation\r# x\rc1 x\r");
    assert_eq!((done.rows.len(), done.notices.len()), (1, 1));
    assert_eq!(done.notices, ["1 line was passed over because it begins with \"#\""]);
}

#[test]
fn doubtful_local_times_are_quarantined_or_resolved() {
    let mapping = |policy: &str| format!("set = \"logons\"\n[times]\nzone = \"Europe/London\"\n{policy}");
    let text = "event_id,user_id,at,outcome\n1,u,2026-10-25 01:30:00,success\n2,u,2026-10-25 03:30:00+02:00,success\n3,u,soon,success\n";
    let done = applied(&mapping(""), "logons.csv", text);
    assert_eq!(done.bad, [(2, "at: a local time that came twice in Europe/London".to_owned())]);
    assert_eq!(done.column("at"), ["2026-10-25 03:30:00+02:00", "soon"]);
    let done = applied(&mapping("when_clocks_go_back = \"earlier\""), "logons.csv", text);
    assert_eq!(done.column("at")[0], "2026-10-25T00:30:00Z");
}

#[test]
fn values_come_from_the_names_of_file_and_folder() {
    let mapping = "set = \"holdings\"\n[columns]\nsystem_id = { folder_name = '.+' }\nsnapshot_at = { file_name = '\\d{4}-\\d\\d-\\d\\d', zone = \"Europe/London\" }\nscope = { value = \"local\" }";
    let done = applied(mapping, "store 1/holdings-2026-08-01.csv", "records_beyond_limit\n4\n");
    assert_eq!(done.header, ["system_id", "snapshot_at", "scope", "records_beyond_limit"]);
    assert_eq!(done.rows, [["store 1", "2026-07-31T23:00:00Z", "local", "4"]]);
}

#[test]
fn a_masked_cell_that_decides_the_record_quarantines_the_row() {
    let text = "First Name,Email,User Mgmt,Search,Last Login\nA,a@example.invalid,Enabled,Enabled,2025-06-24\nB,b@example.invalid,***,Disabled,2025-06-24\nC,c@example.invalid,,,2025-06-24\n";
    let done = applied("eugene-accounts", "flock_user_accounts_2025.csv", text);
    assert_eq!(done.column("permission"), ["user", "administrator"]);
    assert_eq!(done.bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    assert!(done.notices.iter().any(|notice| notice.starts_with("1 row was left out")), "{:?}", done.notices);
}

#[test]
fn a_missing_source_of_a_required_column_refuses_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("SearchAuditLog.csv");
    std::fs::write(&path, "id,userId\n1,u\n").unwrap();
    let refusal = open(&parsed("eugene-searches"), &path, "SearchAuditLog.csv", None).err().unwrap();
    assert_eq!(refusal.what, "searched_at comes from searchDate, which the file does not have");
}

#[test]
fn audits_of_every_known_form_are_read() {
    let time_frame = "\"07/01/2026, 12:00:00 AM UTC\n7/31/2026, 11:59:59 PM UTC\"";
    let old = format!(
        "\u{feff}Name,Org Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type\n\
         A. Made-up,Nowhere PD,12,{time_frame},***,test,26-1,,8/1/2026\\, 09:30:00 AM UTC,lookup\n"
    )
    .replace("8/1/2026\\, 09:30:00 AM UTC", "\"8/1/2026, 09:30:00 AM UTC\"");
    let stacked = format!("{old}{}", old.trim_start_matches('\u{feff}'));
    let done = applied("flock-audit", "Organization_Audit.csv", &stacked);
    assert_eq!((done.rows.len(), done.bad.len()), (2, 0), "{:?}", done.bad);
    assert_eq!(done.column("search_id")[0], "8/1/2026, 09:30:00 AM UTC / Nowhere PD / A. Made-up / ***");
    assert_eq!(done.column("searched_at")[0], "2026-08-01T09:30:00Z");
    assert_eq!(
        (done.column("data_from")[0], done.column("data_to")[0]),
        ("2026-07-01T00:00:00Z", "2026-07-31T23:59:59Z")
    );
    assert_eq!((done.column("target")[0], done.column("reference")[0]), ("***", "26-1"));
    assert!(
        done.notices.contains(&"1 row was skipped because they only repeat the header".to_owned()),
        "{:?}",
        done.notices
    );
    let portal = "ID,userID,networkCount,Search Time,Reason\n7,u,3,2026-08-01 09:30:00,x\n";
    let done = applied("flock-audit", "Public_Search_Audit.csv", portal);
    assert_eq!((done.column("search_id"), done.column("searched_at")), (vec!["7"], vec!["2026-08-01T09:30:00Z"]));
    assert_eq!(done.not_exported, ["data_from", "data_to"]);
}

#[test]
fn ntpd_counts_ahead_as_negative_and_only_answering_sources_count() {
    let peers = "48773 10847.650 127.127.4.1 9714 -0.001605376 0.0 0.001424877 0.000958674\n\
                 48773 10848.650 192.0.2.1 8011 0.0 0.0 0.0 0.0\n48773 10849.650 192.0.2.2 9414 5.0 0.0 0.0 0.0\n48773 10850 127.127.1.0 9614 0.0 0.0 0.0 0.0\n";
    let done = applied("ntpd-peerstats", "cam-1/peerstats.20260801", peers);
    assert_eq!(done.rows, [["cam-1", "1992-05-31T03:00:47.65Z", "0.001605376", "127.127.4.1"]]);
    let done = applied("ntpd-loopstats", "cam-1/loopstats", "50935 75440.031 1.25 13.778190 0.000351733 0.0133806 6\n");
    assert_eq!(done.rows, [["cam-1", "1998-05-02T20:57:20.031Z", "-1.25"]]);
}

/// The real exports, where they are at hand.
fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CUSTODES_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    Some(root.join("data").join(name)).filter(|path| path.exists())
}

#[test]
fn chrony_tells_the_truth_of_three_clocks() {
    let Some(logs) = shared("chrony-logs") else { return };
    let log = |camera: &str, file: &str, mapping: &str| {
        let relative = format!("{camera}/{file}");
        assert!(parsed(mapping).matches(&relative, None));
        read(open(&parsed(mapping), &logs.join(&relative), &relative, None).unwrap())
    };
    let late = log("late", "tracking.log", "chrony-tracking");
    assert_eq!((late.rows.len(), late.bad.len()), (113, 0));
    let offsets: Vec<f64> = late.column("offset_seconds").iter().map(|text| text.parse().unwrap()).collect();
    assert!(offsets.iter().all(|offset| (offset + 1.25).abs() < 0.001), "{offsets:?}");
    assert_eq!(late.rows[0], ["late", "2026-11-22T11:03:55Z", "-1.25", "127.0.0.1"]);
    let good = log("good", "tracking.log", "chrony-tracking");
    assert!(
        good.rows.len() == 113
            && good.column("offset_seconds").iter().all(|text| text.parse::<f64>().unwrap().abs() < 1e-4)
    );
    let dead = log("dead", "tracking.log", "chrony-tracking");
    assert_eq!((dead.rows.len(), dead.bad.len()), (0, 0));
    for (file, mapping, rows) in
        [("measurements.log", "chrony-measurements", 116), ("statistics.log", "chrony-statistics", 113)]
    {
        let done = log("late", file, mapping);
        assert_eq!((done.rows.len(), done.bad.len()), (rows, 0));
        assert_eq!(
            (done.header.contains(&"offset_seconds".to_owned()), done.not_exported),
            (false, vec!["offset_seconds".to_owned()])
        );
    }
}

#[test]
fn the_published_search_log_and_account_list_are_read_whole() {
    let Some(folder) = shared("eugene-search-audit") else { return };
    let file = |name: &str, mapping: &str| read(open(&parsed(mapping), &folder.join(name), name, None).unwrap());
    let csv = file("EPDSearchAuditLogs.csv", "eugene-searches");
    assert_eq!((csv.rows.len(), csv.bad.len()), (4_294, 0));
    assert_eq!(csv.column("searched_at")[0], "2025-06-18T00:02:04.789Z");
    let workbook = file("EPDSearchAuditLogs.xlsx", "eugene-searches");
    assert_eq!((workbook.rows.len(), workbook.bad.len()), (4_377, 0));
    let known: std::collections::BTreeSet<_> = csv.rows.iter().collect();
    assert_eq!(workbook.rows.iter().filter(|row| !known.contains(row)).count(), 2);
    let accounts = file("flock_user_accounts_2025-10-02_pseudonymised.csv", "eugene-accounts");
    let permissions = accounts.column("permission");
    let count = |wanted: &str| permissions.iter().filter(|&&permission| permission == wanted).count();
    assert_eq!((count("user"), count("administrator"), accounts.bad.len()), (186, 11, 0));
    let workbook = file("flock_user_accounts_2025-10-02_pseudonymised.xlsx", "eugene-accounts");
    assert_eq!(workbook.rows, accounts.rows);
}

#[test]
fn an_optional_column_whose_source_is_missing_is_told_unless_that_was_foreseen() {
    let text = |reason: &str| format!("set = \"reports\"\n[columns]\nreport_id = \"id\"\nmarking = {reason}\n");
    let read = |reason: &str| applied(&text(reason), "reports.csv", "id,produced_at\n1,2026-01-01T00:00:00Z\n").notices;
    let told = "the mapping m.toml takes columns from others that the file does not have: marking from Nope or No";
    assert_eq!(read("{ from = [\"Nope\", \"No\"] }"), [told]);
    assert_eq!(read("{ from = \"Nope\", may_be_missing = true }"), Vec::<String>::new());
}
