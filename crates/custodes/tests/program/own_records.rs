//! What people record in a workspace speaks of the time since it was opened, and of no earlier month.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::story::{Story, evidence};

/// The clauses whose evidence is the reviews and audits themselves.
const OF_RECORDS: [&str; 4] = ["3.a", "7.1.3", "8.2.9", "8.2.10"];

/// What the board says of each clause's evidence.
fn states(story: &mut Story) -> BTreeMap<String, String> {
    let said = story.does("am1", "status --format json");
    let board: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let clauses = board["clauses"].as_array().expect("clauses").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    clauses.map(|line| (text(&line["clause"]), text(&line["state"]))).collect()
}

fn assert_each_is(states: &BTreeMap<String, String>, state: &str) {
    for clause in OF_RECORDS {
        assert_eq!(states[clause], state, "{clause}");
    }
}

/// An audit without a sample, completed and signed off, so that the journal has an audit of its own.
fn an_audit(story: &mut Story) {
    story.does("la1", "audit open 8.2.3.a --from 2026-04-01 --to 2026-10-01");
    let said = story.does("la1", "audit exceptions A1 --format json");
    let found: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let codes =
        found.as_array().expect("exceptions").iter().map(|one| one["exception"]["code"].as_str().expect("a code"));
    for code in codes.collect::<BTreeSet<_>>() {
        story.does("la1", &format!("audit settle A1 dismissed --code {code} --reason \"looked at\""));
    }
    story.does("la1", "audit add A1 * --reason \"asked of every copy at once\"");
    story.does("la1", "audit judge A1 * all=pass");
    let conclusion = "--outcome satisfactory --findings none --extent none --action none";
    story.does("la1", &format!("audit complete A1 {conclusion}"));
    story.does("sm1", "audit sign-off A1");
}

#[test]
fn one_review_recorded_here_lets_nothing_read_clear_over_months_that_nobody_evidenced() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    let folder = evidence(story.path());
    for set in ["reviews", "audits", "noncompliances"] {
        fs::remove_file(folder.join(format!("{set}.csv"))).expect("removed");
    }
    story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for (id, role) in [("am1", "anpr-manager"), ("sm1", "senior-manager")] {
        story.does("ad1", &format!("person add {id} --name \"{id}\""));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    story.does("am1", "import evidence");
    assert_each_is(&states(&mut story), "not_evidenced");

    // With a record in each set that the journal keeps, the months before still rest on nothing.
    story.does("am1", "review 7.1.1");
    assert_each_is(&states(&mut story), "not_evidenced");
    story.does("ad1", "person add la1 --name \"L. First\"");
    story.does("ad1", "role give la1 local-auditor --reason appointed");
    an_audit(&mut story);
    story.does("am1", "review 4.1.2");
    assert_each_is(&states(&mut story), "not_evidenced");

    // A year on the journal covers the whole window by itself.
    story.on("2027-10-02 08:00:00");
    story.does("am1", "review 7.1.1");
    assert_eq!(states(&mut story)["7.1.3"], "clear");
}
