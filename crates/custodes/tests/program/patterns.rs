//! 8.2.2.f: what is shown of failed log-ons.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{WINDOW, custodes, stderr, stdout};

fn check(folder: &Path, more: &[&str]) -> std::process::Output {
    let folder = folder.to_str().expect("UTF-8");
    let output = custodes(["check", folder].into_iter().chain(WINDOW).chain(more.iter().copied()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output
}

/// The clause as `--format json` gives it.
fn clause(folder: &Path, more: &[&str]) -> Value {
    let output = check(folder, &[&["--format", "json", "--clause", "8.2.2.f"], more].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    answer["clauses"][0].clone()
}

fn pattern<'a>(clause: &'a Value, name: &str) -> &'a Value {
    let patterns = clause["patterns"].as_array().expect("patterns");
    patterns.iter().find(|pattern| pattern["pattern"] == name).expect("the pattern")
}

const REVIEWS: &str = "review_id,clause,subject,reviewed_at,reviewer_id,outcome
r1,8.2.2.f,*,2026-09-15T12:00:00Z,la1,satisfactory
";

/// A folder of log-ons (user, time, outcome, source) and accounts.
fn force(logons: &[(&str, &str, &str, &str)], accounts: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::from("event_id,user_id,at,outcome,source\n");
    for (n, (user, at, outcome, source)) in logons.iter().enumerate() {
        writeln!(text, "e{n},{user},2026-06-{at}Z,{outcome},{source}").expect("a string");
    }
    fs::write(folder.path().join("logons.csv"), text).expect("a file");
    fs::write(folder.path().join("reviews.csv"), REVIEWS).expect("a file");
    if let Some(rows) = accounts {
        let header = "user_id,system,permission,authorised_at,closed_at,left_at\n";
        fs::write(folder.path().join("accounts.csv"), format!("{header}{rows}")).expect("a file");
    }
    folder
}

fn failures<'a>(user: &'a str, times: &[&'a str]) -> Vec<(&'a str, &'a str, &'a str, &'a str)> {
    times.iter().map(|at| (user, *at, "failure", "")).collect()
}

#[test]
fn a_burst_is_five_failures_in_ten_minutes_and_the_success_after_it_is_told() {
    let mut logons = failures("u1", &["01T12:00:00", "01T12:02:00", "01T12:04:00", "01T12:06:00", "01T12:10:00"]);
    logons.push(("u1", "01T12:40:00", "success", ""));
    logons.push(("u1", "01T12:20:00", "success", ""));
    // A second beyond ten minutes, and a success beyond thirty.
    logons.extend(failures("u2", &["01T12:00:00", "01T12:02:00", "01T12:04:00", "01T12:06:00", "01T12:10:01"]));
    logons.extend(failures("u3", &["02T12:00:00", "02T12:00:01", "02T12:00:02", "02T12:00:03", "02T12:00:04"]));
    logons.push(("u3", "02T12:30:05", "success", ""));
    let clause = clause(force(&logons, None).path(), &[]);
    let bursts = pattern(&clause, "burst");
    assert_eq!(bursts["found"], 2, "{bursts}");
    assert_eq!((&bursts["listed"][0]["subject"], &bursts["listed"][0]["failures"]), (&"u1".into(), &5.into()));
    assert_eq!(bursts["listed"][0]["last"], "2026-06-01T12:10:00Z");
    let followed = pattern(&clause, "burst_then_success");
    assert_eq!(followed["found"], 1, "{followed}");
    assert_eq!(followed["listed"][0]["success"], "2026-06-01T12:20:00Z", "the first of the two");
    assert_eq!(clause["population"], 15);
}

#[test]
fn patterns_are_no_exceptions_and_do_not_touch_the_state() {
    let logons = failures("u1", &["01T12:00:00", "01T12:00:01", "01T12:00:02", "01T12:00:03", "01T12:00:04"]);
    let (with, without) = (force(&logons, None), force(&logons[..1], None));
    let (with, without) = (clause(with.path(), &[]), clause(without.path(), &[]));
    for key in ["state", "codes", "untestable", "due", "sample_size"] {
        assert_eq!(with[key], without[key], "{key}");
    }
}

#[test]
fn many_users_of_one_source_ended_accounts_and_nights_are_told() {
    let mut logons: Vec<_> = ["a", "b", "c", "d", "e"]
        .into_iter()
        .zip(["01T12:00:00", "01T12:10:00", "01T12:20:00", "01T12:30:00", "01T13:00:00"])
        .map(|(user, at)| (user, at, "failure", "ws-7"))
        .collect();
    // Three nights in a row, London: it is summer time; and two that are none.
    logons.extend(failures("job", &["02T23:30:00", "04T03:59:59", "04T23:00:00", "10T01:00:00", "11T01:00:00"]));
    logons.extend(failures("gone", &["01T12:00:00", "20T12:00:00"]));
    logons.extend(failures("back", &["20T12:00:00"]));
    logons.extend(failures("masked", &["20T12:00:00"]));
    logons.push(("***", "20T12:00:00", "failure", ""));
    let accounts = "gone,nas,user,2025-01-01T00:00:00Z,2026-06-10T00:00:00Z,
back,nas,user,2025-01-01T00:00:00Z,2026-06-10T00:00:00Z,
back,nas,user,2026-06-12T00:00:00Z,,
masked,nas,user,2025-01-01T00:00:00Z,***,
";
    let folder = force(&logons, Some(accounts));
    let clause = clause(folder.path(), &[]);
    let crowd = pattern(&clause, "many_users_one_source");
    assert_eq!((&crowd["found"], &crowd["listed"][0]["subject"]), (&1.into(), &"ws-7".into()));
    assert_eq!(crowd["listed"][0]["users"], 5);
    let nightly = pattern(&clause, "nightly");
    assert_eq!((&nightly["found"], &nightly["listed"][0]["nights"]), (&1.into(), &3.into()), "{nightly}");
    let ended = pattern(&clause, "ended_account");
    assert_eq!((&ended["found"], &ended["listed"][0]["subject"]), (&1.into(), &"gone".into()), "{ended}");
    assert_eq!((&ended["listed"][0]["failures"], &ended["left_out"]), (&1.into(), &1.into()));
    let board = stdout(&check(folder.path(), &["--clause", "8.2.2.f"]));
    assert!(board.contains("SHOWN FOR REVIEW") && board.contains("ws-7: 5 failures"), "{board}");
    let whole = stdout(&check(folder.path(), &[]));
    assert!(whole.contains("many_users_one_source") && !whole.contains("ws-7"), "in short beside other clauses");
}

#[test]
fn the_twenty_largest_are_listed_the_rest_counted_and_no_thread_shows() {
    let users: Vec<String> = (10..35).map(|n| format!("u{n}")).collect();
    let seconds: Vec<String> = (10..20).map(|n| format!("01T12:00:{n}")).collect();
    let mut logons = Vec::new();
    for (n, user) in users.iter().enumerate() {
        logons.extend(seconds[..5 + n / 5].iter().map(|at| (user.as_str(), at.as_str(), "failure", "")));
    }
    let folder = force(&logons, None);
    // The same rows again: they count once.
    fs::copy(folder.path().join("logons.csv"), folder.path().join("logons-again.csv")).expect("a file");
    let one = clause(folder.path(), &["--threads", "1"]);
    assert_eq!(one, clause(folder.path(), &["--threads", "4"]));
    let bursts = pattern(&one, "burst");
    let listed = bursts["listed"].as_array().expect("a list");
    assert_eq!((&bursts["found"], listed.len(), &bursts["more"]), (&25.into(), 20, &5.into()));
    assert_eq!((&listed[0]["failures"], &listed[0]["subject"]), (&9.into(), &"u30".into()));
    assert!(pattern(&one, "ended_account")["absent"] == "accounts");
}

#[test]
fn without_log_ons_nothing_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("reviews.csv"), REVIEWS).expect("a file");
    assert!(clause(folder.path(), &[]).get("patterns").is_none());
}
