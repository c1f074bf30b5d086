//! Retention: two years, a legal hold, and disposal by two people. Afterwards no file of the workspace, nor of
//! the folder of keys, holds a byte of what went; and whatever is kept can still be proved.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::national::office;
use super::story::Story;

/// Words that stand nowhere else, each put where a person or a source can put something.
const OF_THE_AUDIT: &[(&str, &str)] = &[
    ("the question of a query", "Quillfeather"),
    ("its answer", "Ombrelune"),
    ("the note on a judgement", "Tarnwick"),
    ("the reason of a settled exception", "Dunmallow"),
    ("a finding", "Vexholme"),
    ("the name of a file", "Wyrmlow"),
    ("the file", "Oakenshade"),
    ("the note on the file", "Bramblecote"),
    ("what was non-compliant", "Farrowmere"),
    ("its root cause", "Skelderby"),
    ("the letter about it", "Thistlewaite"),
    ("what was refused", "Gorsefell"),
    ("the conclusion, and the report", "Larkspool"),
    ("the note of a review", "Hexwater"),
];
const OF_THE_EVIDENCE: &[(&str, &str)] =
    &[("a row", "Juniperwold"), ("a row that could not be read", "Pellgrave"), ("the reason for it", "Coldmarsh")];

/// Searches of one summer, as few as a story needs.
fn evidence(into: &Path) {
    let folder = into.join("evidence");
    fs::create_dir(&folder).expect("a folder");
    let mut searches = String::from("search_id,system,user_id,searched_at,data_from,data_to,target,purpose,reason,");
    searches.push_str("justification,reference,authorised_by,authorised_rank,authorised_at,preserved_case,results\n");
    for number in 0..60 {
        // Row 7 says nothing to justify it, and one row has no time that anybody could read.
        let said = if number == 7 { "n/a" } else { "seen near Juniperwold farm" };
        let at = if number == 30 { "Pellgrave".to_owned() } else { format!("2026-08-{:02}T10:30:00Z", 1 + number / 2) };
        searches.push_str(&format!(
            "S{number:02},nas,nm{:02},{at},2026-08-01T08:00:00Z,2026-08-01T09:00:00Z,AB12CDE,Priority and volume crime,\
             burglary,{said},I{number},INSP-01,inspector,2026-07-31T08:30:00Z,,1\n",
            number % 7
        ));
    }
    fs::write(folder.join("searches.csv"), searches).expect("written");
    accounts(&folder, "2028-01-01");
}

fn accounts(folder: &Path, cleared_until: &str) {
    let mut accounts = String::from("person_id,user_id,system,permission,authorised_at,");
    accounts.push_str("authorised_by,last_access_at,closed_at,left_at\n");
    for number in 0..7 {
        accounts.push_str(&format!(
            "P-0{number},nm0{number},nas,user,2022-01-01T09:00:00Z,SUP-01,2026-09-01T09:00:00Z,,\n"
        ));
    }
    fs::write(folder.join("accounts.csv"), accounts).expect("written");
    let auditors = format!(
        "person_id,user_ids,clearance,clearance_expires_on\nla1,,SC,{cleared_until}\nla2,,SC,{cleared_until}\n"
    );
    fs::write(folder.join("auditors.csv"), auditors).expect("written");
}

#[test]
fn two_years_later_everything_that_may_go_is_gone_from_every_file_and_the_rest_is_proved() {
    let mut story = Story::stands_still("2026-10-01 08:00:00");
    evidence(story.path());
    let key = story.untold(people);
    an_audit(&mut story);
    closing(&mut story);
    to_the_national_auditor(&mut story, &key);
    let files = Files::of(&story);
    files.hold_all(OF_THE_AUDIT);
    files.hold_all(OF_THE_EVIDENCE);
    the_review_first(&mut story);
    let files = Files::of(&story);
    let (review, others): (Vec<_>, Vec<_>) = OF_THE_AUDIT.iter().partition(|(what, _)| what.contains("review"));
    files.hold_none(&review);
    files.hold_all(&others);
    held_and_disposed_of(&mut story);
    let before = Files::of(&story);
    before.hold_none(OF_THE_AUDIT);
    before.hold_all(OF_THE_EVIDENCE);
    the_evidence(&mut story);
    let after = Files::of(&story);
    after.hold_none(OF_THE_EVIDENCE);
    after.hold_nothing_of_what_is_not_there_since(&before);
    what_is_left(&mut story, &key);
    let files = Files::of(&story);
    files.hold_none(OF_THE_AUDIT);
    files.hold_none(OF_THE_EVIDENCE);
    story.reads_as("two_years_later.txt");
    an_audit_stands_still_when_its_auditors_clearance_lapses(&mut story);
}

/// As told in `story.txt`. Returns the journal's public key.
fn people(story: &mut Story) -> String {
    let said =
        story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for (id, name, role) in [
        ("am1", "M. Manager", "anpr-manager"),
        ("sm1", "S. Senior", "senior-manager"),
        ("sm2", "T. Senior", "senior-manager"),
        ("rp1", "R. Spondent", "respondent"),
    ] {
        story.does("ad1", &format!("person add {id} --name \"{name}\""));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    story.does("am1", "import evidence");
    let settle = "quarantine settle E1 evidence/searches.csv --line 32 --reason \"Coldmarsh has no better copy\"";
    story.does("am1", settle);
    story.does("ad1", "person add la1 --name \"L. First\"");
    story.does("ad1", "role give la1 local-auditor --reason appointed");
    story.does("ad1", "person add la2 --name \"L. Second\"");
    story.does("ad1", "role give la2 local-auditor --reason appointed");
    said.lines().find_map(|line| line.strip_prefix("Public key")).expect("the key").trim().to_owned()
}

fn an_audit(story: &mut Story) {
    story.tells("An audit of autumn 2026: a query, a file, a finding, non-compliance, a report.");
    let path = story.path().to_owned();
    fs::write(path.join("sketch-of-Wyrmlow.txt"), "Oakenshade 4417: where the vehicle stood\n").expect("written");
    fs::write(path.join("letter.txt"), "Thistlewaite asks for the form to be changed\n").expect("written");
    story.does("la1", "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01");
    story
        .does("la1", "plan commit A1 --size 2 --rationale \"a small team\" --risk-assessment low --seed-from dice:sm1");
    story.does("la1", "seed dice A1 \"31415 92653 58979 32384\" --witness sm1");
    story.does("sm1", "seed confirm A1 \"31415 92653 58979 32384\"");
    let drawn = story.does("la1", "draw A1");
    let lines = drawn.lines().skip_while(|line| !line.starts_with("  seed ")).skip(1);
    let keys: Vec<String> = lines.filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect();
    let [first, second] = &keys[..] else { panic!("{drawn}") };
    story.is_refused("la1", "audit judge A1 Gorsefell all=pass", "not on the worklist");
    let query = format!("audit query A1 {first} --to rp1 --due 2026-10-08 --asks \"was it Quillfeather Lane?\"");
    story.does("la1", &query);
    story.does("rp1", "audit answer Q1 \"no, Ombrelune Road\"");
    let attach = format!("audit attach sketch-of-Wyrmlow.txt --to A1/{first} --note \"drawn at Bramblecote\"");
    story.does("la1", &attach);
    story.does("la1", &format!("audit judge A1 {second} all=pass"));
    let fails = format!("audit judge A1 {first} all=fail --note \"Tarnwick is in no incident\"");
    story.does("la1", &fails);
    let settle = "audit settle A1 dismissed --code justification_placeholder --reason \"Dunmallow was meant\"";
    story.does("la1", settle);
    let finding =
        format!("finding raise A1 \"the Vexholme desk gives no reasons\" --extent 1 --action told --item {first}");
    story.does("la1", &finding);
    story.does("la1", "noncompliance identify 8.2.4.a \"the Farrowmere form lets it be left out\" --finding F1");
    story.does(
        "la1",
        "audit complete A1 --outcome unsatisfactory --findings \"F1, at Larkspool\" --extent 1 --action told",
    );
    story.does("sm1", "audit sign-off A1");
    story.does("la1", "report A1 --out A1.html");
    story.does("am1", "review 4.1.2 --note \"the clock at Hexwater was set\"");
}

fn closing(story: &mut Story) {
    story.tells("All of it is closed by the end of October.");
    story.on("2026-10-20 09:00:00");
    story.does("la1", "noncompliance report N1 --reference NA-2026-7 --report A1");
    story.does("am1", "noncompliance work N1 --root-cause \"Skelderby prints the form\" --action \"a new form\"");
    story.does("am1", "audit attach letter.txt --to N1");
    story.does("am1", "noncompliance retest N1 --how \"20 searches, all with reasons\"");
    story.does("la2", "noncompliance close N1 --reason \"tested again\"");
    story.does("sm1", "finding close F1 --reason \"N1 is closed\"");
}

fn to_the_national_auditor(story: &mut Story, key: &str) {
    story.tells("With the report and the files in it, it goes to the National Auditor, who needs nothing else.");
    story.does("la1", "bundle --audit A1 --for \"the National Auditor\" --out A1.zip");
    let said = story.does_alone(&format!("verify A1.zip --key {key}"));
    for part in ["the report on A1 rests on entries", "1 draw was performed again", "5 files"] {
        assert!(said.contains(part), "{part:?} is not said:\n{said}");
    }
    let archive = fs::File::open(story.path().join("A1.zip")).expect("a bundle");
    let archive = zip::ZipArchive::new(archive).expect("an archive");
    let names: BTreeSet<String> = archive.file_names().map(|name| name.expect("a name").into_owned()).collect();
    let of = |word: &str| names.iter().filter(|name| name.contains(word)).count();
    assert_eq!((of("report"), of("attachments/")), (2, 2), "the report and its proof, both files: {names:?}");
    story.at("national");
    story.untold(|story| office(story, key));
    let receipt = story.does("na1", "receive A1.zip --lea northmere");
    assert!(receipt.contains("everything in it holds"), "{receipt}");
    story.at("northmere");
}

fn the_review_first(story: &mut Story) {
    story.tells(
        "Two years after the sign-off only the review is old enough: what the audit found was closed three weeks \
         later. One person puts it forward, another approves.",
    );
    story.on("2028-10-10 09:00:00");
    story.is_refused("sm1", "dispose propose --before 2026-10-15", "records are kept 2 years");
    story.does("sm1", "dispose propose");
    story.is_refused("sm1", "dispose approve X1", "takes a second person");
    story.is_refused("am1", "dispose approve X1", "holds no role that lets them");
    story.does("sm2", "dispose approve X1");
    story.is_refused("sm2", "dispose approve X1", "was approved before");
}

fn held_and_disposed_of(story: &mut Story) {
    story.tells(
        "A month later all of it is old enough; but a court has asked for the audit, and an inquiry for everything.",
    );
    story.on("2028-11-20 09:00:00");
    story.is_refused("la1", "hold place A1 --reason \"a court\"", "clearance expired on 2028-01-01");
    story.is_refused("sm1", "hold place A7 --reason \"a court\"", "there is no audit A7");
    story.does("sm1", "hold place A1 --reason \"asked for by a court\"");
    story.is_refused("sm1", "dispose propose", "kept by the legal hold H1: A1");
    story.is_refused("sm1", "dispose evidence E1 --rule \"rule 12\"", "is in force");
    newer_evidence(story);
    story.is_refused("sm1", "dispose evidence E1 --rule \"rule 12\"", "A1 was drawn from E1 and is kept still");
    story.does("sm1", "hold release H1 --reason \"the court has decided\"");
    story.does("sm1", "dispose propose");
    story.does("sm2", "hold place --reason \"an inquiry\"");
    story.is_refused("sm2", "dispose approve X2", "the legal hold H2 covers everything");
    let board = story.untold(|story| story.does("sm1", "status"));
    assert!(board.contains("a legal hold") && board.contains("H2       covers everything"), "{board}");
    story.does("sm2", "hold release H2 --reason \"the inquiry is over\"");
    story.is_refused("sm1", "dispose approve X2", "takes a second person");
    story.does("sm2", "dispose approve X2");
}

/// What stands in for the evidence of two years ago; the auditor's clearance is renewed with it.
fn newer_evidence(story: &mut Story) {
    let folder = story.path().join("newer");
    fs::create_dir(&folder).expect("a folder");
    let mut searches = String::from("search_id,system,user_id,searched_at,data_from,data_to,target,purpose,reason,");
    searches.push_str("justification,reference,authorised_by,authorised_rank,authorised_at,preserved_case,results\n");
    for number in 0..40 {
        searches.push_str(&format!(
            "T{number:02},nas,nm01,2028-10-{:02}T10:30:00Z,2028-10-01T08:00:00Z,2028-10-01T09:00:00Z,AB12CDE,\
             Priority and volume crime,burglary,a vehicle that was seen nearby,I{number},INSP-01,inspector,\
             2028-09-30T08:30:00Z,,1\n",
            1 + number % 28
        ));
    }
    fs::write(folder.join("searches.csv"), searches).expect("written");
    accounts(&folder, "2030-01-01");
    story.does("am1", "import newer --replaces E1 --reason \"two years have passed\"");
}

fn the_evidence(story: &mut Story) {
    story.tells(
        "Then the evidence of then: the standard has no rule for it, so the LEA names its own. Newer evidence is in \
         force, and nothing that is kept was drawn from the old.",
    );
    story.does("sm1", "dispose evidence E1 --rule \"rule 12 of the force: evidence goes after two years\"");
    story.is_refused("sm1", "dispose approve X3", "takes a second person");
    let before = Files::of(story);
    story.does("sm2", "dispose approve X3");
    story.untold(|story| {
        let read = story.does("sm1", "journal --from 0");
        assert!(read.contains("disposed of under X1 on ") && read.contains("disposed of under X3 on "), "{read}");
        let listed = story.does("sm1", "evidence list --at 30");
        assert!(listed.contains("E1 went with a disposal since, and may have been in force"), "{listed}");
    });
    story.untold(|story| cut_short(story, &before));
}

/// A machine that stopped in the middle left a file behind: `verify` names it, and the next command removes it.
fn cut_short(story: &mut Story, before: &Files) {
    let row = OF_THE_EVIDENCE[0].1;
    let left = before.with(row).into_iter().find(|path| !path.exists()).expect("a file that went").to_owned();
    fs::write(&left, format!("a row with {row}")).expect("written");
    let (well, said) = story.run("sm1", "verify northmere");
    assert!(!well && said.contains("the next command of the key's holder removes it"), "{said}");
    story.does("sm1", "audit list");
    assert!(!left.exists());
    assert!(story.run("sm1", "verify northmere").0);
}

fn what_is_left(story: &mut Story, key: &str) {
    story.tells("What went is named as gone, by whom and by which rule; no number is given twice; all else is proved.");
    let said = story.does_alone(&format!("verify northmere --key {key}"));
    assert!(said.starts_with("Everything holds") && said.contains("disposed of under rule"), "{said}");
    story.is_refused("la1", "audit show A1", "A1 was disposed of on 2028-11-20 (X2)");
    story.is_refused("la1", "bundle --audit A1 --for \"a court\" --out late.zip", "A1 was disposed of");
    let opened = story.does("la1", "audit open 8.2.4.a --from 2028-08-01 --to 2028-11-01");
    assert!(opened.starts_with("A2:"), "{opened}");
    story
        .does("la1", "plan commit A2 --size 2 --rationale \"a small team\" --risk-assessment low --seed-from dice:sm1");
    story.does("la1", "seed dice A2 \"27182 81828 45904 52353\" --witness sm1");
    story.does("sm1", "seed confirm A2 \"27182 81828 45904 52353\"");
    story.does("la1", "draw A2");
    story.does("la1", "bundle --audit A2 --interim --for \"the National Auditor\" --out A2.zip");
    let said = story.does_alone(&format!("verify A2.zip --key {key}"));
    assert!(said.contains("it continues the previous bundle") && said.contains("disposed of under rule"), "{said}");
    story.at("national");
    let receipt = story.does("na1", "receive A2.zip --lea northmere");
    assert!(receipt.contains("everything in it holds"), "{receipt}");
    story.at("northmere");
}

fn an_audit_stands_still_when_its_auditors_clearance_lapses(story: &mut Story) {
    let suspended = "SUSPENDED AUDITS: their auditor may not audit any longer (1)";
    assert!(!story.does("sm1", "status").contains(suspended));
    story.on("2030-01-02 09:00:00");
    let board = story.does("sm1", "status");
    for part in
        [suspended, "A2 of L. First: la1's clearance expired on 2030-01-01 (3.a)", "hand-over A2", "; suspended"]
    {
        assert!(board.contains(part), "{part:?} is not said:\n{board}");
    }
}

/// So many bytes of a file are enough to know it again.
const PIECE: usize = 48;

/// Every file of a workspace and of its keys, as bytes, and with what is compressed in them unpacked.
struct Files(Vec<(PathBuf, Vec<u8>)>);

impl Files {
    fn of(story: &Story) -> Files {
        let mut files = Files(Vec::new());
        for folder in ["northmere", "keys-northmere"] {
            files.take(&story.path().join(folder));
        }
        files
    }

    fn take(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.take(&path);
            } else {
                let mut bytes = fs::read(&path).expect("a file");
                bytes.extend(unpacked(&bytes));
                bytes.extend(path.as_os_str().as_encoded_bytes());
                self.0.push((path, bytes));
            }
        }
    }

    /// In which files a word stands, or other bytes.
    fn with(&self, word: impl AsRef<[u8]>) -> Vec<&Path> {
        let word = word.as_ref();
        let holds = |bytes: &[u8]| bytes.windows(word.len()).any(|there| there == word);
        self.0.iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path.as_path()).collect()
    }

    fn hold_all(&self, words: &[(&str, &str)]) {
        for (what, word) in words {
            assert!(!self.with(word).is_empty(), "{what} ({word}) is not found, although it is there");
        }
    }

    /// Not even as it was compressed: pieces of each file that is gone, which stood in no other, stand nowhere.
    fn hold_nothing_of_what_is_not_there_since(&self, before: &Files) {
        let there: BTreeSet<&Path> = self.0.iter().map(|(path, _)| path.as_path()).collect();
        let mut tables = 0;
        for (path, bytes) in before.0.iter().filter(|(path, _)| !there.contains(path.as_path())) {
            let own: Vec<&[u8]> =
                bytes.chunks_exact(PIECE).step_by(3).filter(|piece| before.with(piece) == [path.as_path()]).collect();
            tables += usize::from(bytes.starts_with(b"PAR1") && own.len() >= 5);
            for piece in own {
                assert_eq!(self.with(piece), Vec::<&Path>::new(), "a piece of {} is there still", path.display());
            }
        }
        assert!(tables >= 1, "a table of typed rows is among what went");
    }

    fn hold_none(&self, words: &[(&str, &str)]) {
        for (what, word) in words {
            assert_eq!(self.with(word), Vec::<&Path>::new(), "{what} ({word}) is there still");
        }
    }
}

/// What stands in a file as zstd: the pages of a table of typed rows, wherever in the file they lie.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let mut out = Vec::new();
    for at in (0..bytes.len().saturating_sub(4)).filter(|at| bytes[*at..*at + 4] == MAGIC) {
        let Ok(decoder) = zstd::stream::read::Decoder::new(&bytes[at..]) else { continue };
        // What looks like the beginning of a page by chance ends in an error, with what came before it.
        let _ = decoder.single_frame().read_to_end(&mut out);
    }
    out
}
