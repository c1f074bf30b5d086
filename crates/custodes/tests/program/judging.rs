//! Answers that were written down elsewhere are put on record at once: all of them, or none.

use std::fs;

use crate::story::{Story, evidence};

/// An audit of which a sample of four is drawn, and the keys of the four.
fn drawn() -> (Story, Vec<String>) {
    let mut story = Story::begins("2026-10-01 08:00:00");
    let folder = evidence(story.path());
    for entry in fs::read_dir(&folder).expect("the evidence").flatten() {
        let kept = ["accounts.csv", "auditors.csv", "searches.csv"];
        if !kept.iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for (id, role) in [("am1", "anpr-manager"), ("sm1", "senior-manager")] {
        story.does("ad1", &format!("person add {id} --name \"{id}\""));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    story.does("am1", "import evidence");
    story.does("ad1", "person add la1 --name \"L. First\"");
    story.does("ad1", "role give la1 local-auditor --reason appointed");
    story.does("la1", "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01");
    story.does("la1", "plan commit A1 --size 4 --rationale enough --risk-assessment low --seed-from dice:sm1");
    story.does("la1", "seed dice A1 31415926535897932384 --witness sm1");
    story.does("sm1", "seed confirm A1 31415926535897932384");
    story.does("la1", "draw A1");
    let worklist = story.does("la1", "audit worklist A1");
    let keys: Vec<String> =
        worklist.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert_eq!(keys.len(), 4, "{worklist}");
    (story, keys)
}

fn file(story: &Story, name: &str, rows: &[String]) {
    let text: String = rows.iter().map(|row| format!("{row}\r\n")).collect();
    fs::write(story.path().join(name), text).expect("written");
}

fn begun(story: &mut Story, count: usize) {
    let said = story.does("la1", "audit list");
    assert!(said.contains(&format!("{count} of 4 records begun")), "{said}");
}

#[test]
fn every_answer_of_a_file_is_put_on_record_with_its_note() {
    let (mut story, keys) = drawn();
    // As a spreadsheet writes it where the comma is decimal: another order of columns, one more, quotation marks.
    let mut rows = vec!["Question;Key;Seen by;Verdict;Note".to_owned()];
    rows.extend(keys[1..].iter().map(|key| format!("all;{key};me;Pass;")));
    rows.push(format!("all;{};me;pass;", keys[0]));
    rows.push(format!("reason;{};me;fail;\"one word;\nand no \"\"incident\"\"\"", keys[0]));
    file(&story, "answers.csv", &rows);
    let said = story.does("la1", "audit judge A1 --from answers.csv");
    assert!(said.contains("21 answers of A1 on record"), "{said}");
    begun(&mut story, 4);
    let item = story.does("la1", &format!("audit item A1 {}", keys[0]));
    assert!(item.contains("fail one word;\nand no \"incident\""), "{item}");
    let said = story.does_alone("verify northmere");
    assert!(said.contains("Everything holds: 36 entries"), "{said}");
}

#[test]
fn where_one_row_is_no_answer_or_may_not_be_recorded_none_is() {
    let (mut story, keys) = drawn();
    let header = "key,question,verdict,note".to_owned();
    let good = format!("{},all,pass,", keys[0]);
    file(&story, "columns.csv", &["key,question,note".to_owned(), format!("{},all,", keys[0])]);
    story.is_refused("la1", "audit judge A1 --from columns.csv", "the column verdict is missing");

    let wrong = [format!("{},mood,pass,", keys[1]), format!("{},all,passed,", keys[1]), ",all,pass,".to_owned()];
    file(&story, "wrong.csv", &[&[header.clone(), good.clone()], &wrong[..]].concat());
    let (_, said) = story.run("la1", "audit judge A1 --from wrong.csv");
    for (line, why) in [(3, "asks no question \"mood\""), (4, "write pass, fail or not-assessable"), (5, "is blank")] {
        assert!(
            said.lines().any(|said| said.contains(&format!("wrong.csv line {line}")) && said.contains(why)),
            "{said}"
        );
    }

    file(&story, "note.csv", &[header.clone(), good.clone(), format!("{},reason,fail,", keys[1])]);
    story.is_refused(
        "la1",
        "audit judge A1 --from note.csv",
        "line 3: refused, and no answer of the file is on record: a note",
    );
    file(&story, "stranger.csv", &[header, good, "S0,all,pass,".to_owned()]);
    story.is_refused("la1", "audit judge A1 --from stranger.csv", "line 3: refused");
    story.is_refused("am1", "audit judge A1 --from stranger.csv", "holds no role that lets them judge items");
    begun(&mut story, 0);
}
