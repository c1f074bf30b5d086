//! What was taken in and what people did can be looked at again: past states, originals, the journal.

use std::fs;

use serde_json::Value;

use crate::refused::opened;
use crate::story::Story;

fn json(said: &str) -> Value {
    serde_json::from_str(said).expect("JSON")
}

fn policies(story: &Story, folder: &str, ids: &[&str]) {
    let folder = story.path().join(folder);
    fs::create_dir(&folder).expect("a folder");
    let rows: String = ids.iter().map(|id| format!("{id},ANPR,2026-01-01,2028-01-01\n")).collect();
    fs::write(folder.join("policies.csv"), format!("policy_id,title,approved_on,review_by\n{rows}")).expect("written");
}

fn state(story: &mut Story, of: &str) -> String {
    let listed = json(&story.does("sm1", &format!("evidence list {of} --format json")));
    listed["state"].as_str().expect("a name").to_owned()
}

#[test]
fn any_past_state_of_the_evidence_is_named_again_and_its_originals_come_back_as_they_were() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name Adams");
    for (id, role) in [("am1", "anpr-manager"), ("sm1", "senior-manager")] {
        story.does("ad1", &format!("person add {id} --name {id}"));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    let nothing = state(&mut story, "");
    policies(&story, "first", &["P1", "P2", "P3"]);
    policies(&story, "second", &["P3", "P4"]);
    policies(&story, "third", &["P5", "P6"]);
    story.does("am1", "request add policies --what all --from-whom desk --due 2026-10-05 --independent-count 4");
    let said = story.does("am1", "import first --answers D1");
    assert!(said.contains("D1: 4 rows of policies counted independently, 3 in E1 came: which DIFFER"), "{said}");
    assert!(story.does("am1", "request list").contains("which DIFFER"));
    let board = story.does("am1", "status");
    assert!(board.contains("DATA that came with another number of rows than was counted (1)"), "{board}");
    let listed = json(&story.does("sm1", "evidence list --format json"));
    let (entries, first) = (listed["entries"].as_u64().expect("a number"), state(&mut story, ""));
    assert!(board.contains(&format!("state {first}")), "{board}");

    story.on("2026-10-02 08:00:00");
    story.is_refused("am1", "import second --replaces E1", "--reason");
    story.is_refused("am1", "import second --replaces E1 --reason \" \"", "the reason for replacing");
    let said = story.does("am1", "import second --answers D1 --replaces E1 --reason \"two were of another force\"");
    assert!(said.contains("policies: 2 rows stand where 3 stood; keys that are gone: 2"), "{said}");
    let second = state(&mut story, "");
    story.does("am1", "import third --answers D1");
    let said = story.does("am1", "request list");
    assert!(said.contains("E1 on 2026-10-01 (replaced by E2), E2 on 2026-10-02, E3 on 2026-10-02"), "{said}");
    assert!(said.contains("2 in E2 and 2 in E3 came: which agree"), "{said}");
    assert!(!story.does("am1", "status").contains("another number of rows"));
    story.does("am1", "withdraw E3 --reason \"sent by mistake\"");

    assert_eq!(state(&mut story, ""), second, "what is in force is what it was");
    assert_eq!(state(&mut story, &format!("--at {entries}")), first);
    assert_eq!(state(&mut story, "--as-of 2026-10-02"), first);
    assert_eq!(state(&mut story, "--at 1"), nothing);
    assert_ne!(first, second);
    let listed = story.does("sm1", "evidence list");
    for told in ["OFFICIAL-SENSITIVE", "answers D1", "replaced by E2 on 2026-10-02 by am1: two were of another force"] {
        assert!(listed.contains(told), "{told}: {listed}");
    }
    assert!(listed.contains("E3 taken in") && listed.contains("withdrawn 2026-10-02 by am1: sent by mistake"));
    let then = story.does("sm1", &format!("evidence list --at {entries}"));
    assert!(then.contains("in force") && !then.contains("E2"), "{then}");

    let said = story.does("sm1", "evidence original E1 first/policies.csv --out back.csv");
    assert!(said.contains("OFFICIAL-SENSITIVE"), "{said}");
    let (back, came) = (story.path().join("back.csv"), story.path().join("first/policies.csv"));
    assert_eq!(fs::read(back).expect("given back"), fs::read(came).expect("there"));
    story.is_refused("sm1", "evidence original E1 first/policies.csv --out back.csv", "of that name already");
    story.is_refused("sm1", "evidence original E1 none.csv --out other.csv", "it has first/policies.csv");
    story.is_refused("ad1", "evidence original E1 first/policies.csv --out other.csv", "holds no role");
    story.is_refused("ad1", "evidence list", "holds no role");
}

#[test]
fn the_journal_says_who_did_what_and_of_misuse_nothing_to_those_it_is_hidden_from() {
    let (mut story, _) = opened();
    story.does("la1", "misuse report nm00009 --person la2 --what \"searches of a neighbour's plate\"");
    story.is_refused("la2", "misuse handle M1 --what read", "no report of misuse M1");
    story.is_refused("la2", "audit sign-off A1", "refused: ");
    story.is_refused("ad1", "role give ad1 local-auditor --reason mine", "takes a second person");
    story.is_refused("am1", "journal", "holds no role that lets them read the journal");

    let read = story.does("la1", "journal --from 0");
    for told in
        ["workspace.opened", "evidence.imported      E1", "plan.committed         A1", "misuse.reported        M1"]
    {
        assert!(read.contains(told), "{told}: {read}");
    }
    assert!(!read.contains("neighbour"), "{read}");
    let concerned = story.does("la2", "journal --from 0");
    assert!(!concerned.contains("misuse") && !concerned.contains("M1"), "{concerned}");
    assert_eq!(concerned.matches("confidential").count(), 2, "the report, and what was refused: {concerned}");
    assert!(story.does("la2", "journal --about M1").contains("No entry is like that"));

    let refused = story.does("la1", "journal --refused");
    assert!(refused.contains("audit.signed-off") && !refused.contains("plan.committed"), "{refused}");
    let administrators = story.does("ad1", "journal --refused");
    assert!(administrators.contains("giving a role takes a second person"), "{administrators}");
    assert!(administrators.contains("why is for those who read audits"), "{administrators}");
    assert!(!administrators.contains("is not completed") && !administrators.contains("misuse"), "{administrators}");

    let about = story.does("sm1", "journal --about a1 --format json");
    let about = json(&about);
    let kinds: Vec<&str> = about.as_array().expect("a list").iter().filter_map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds[..2], ["audit.opened", "plan.committed"]);
    assert!(!kinds.contains(&"evidence.imported"));
    assert_eq!(json(&story.does("sm1", "journal --last 2 --format json")).as_array().map(Vec::len), Some(2));
}
