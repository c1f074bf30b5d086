//! From a made-up force's bundle to the National Auditor's receipt, and the view over all LEAs.

use std::fs;
use std::path::{Path, PathBuf};

use super::story::{self, Story};
use super::witness::copy;

/// The word after `Public key`.
fn key_in(said: &str) -> String {
    let line = said.lines().find(|line| line.starts_with("Public key")).expect("a key");
    line.split_whitespace().last().expect("a key").to_owned()
}

#[test]
fn a_bundle_is_received_cosigned_and_told_and_one_that_was_rolled_back_is_refused() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story::evidence(story.path());
    story::opening(&mut story);
    story::sampling(&mut story);
    story::judging(&mut story);
    story.does("la1", "noncompliance identify 8.2.4.a \"reasons not recorded\" --finding F1");
    story.on("2026-10-20 09:00:00");
    let unfinished = "A1 is not completed, or no report of it was issued since";
    story.is_refused("la1", "bundle --audit A1 --for \"the National Auditor\" --out one.zip", unfinished);
    let made = story.does("la1", "bundle --audit A1 --interim --for \"the National Auditor\" --out one.zip");
    story.does("la1", "noncompliance report N1 --reference NA-1");
    let before = story.path().join("before");
    copy(&story.path().join("northmere"), &before.join("northmere"));
    copy(&story.path().join("keys-northmere"), &before.join("keys-northmere"));
    story.does("la1", "bundle --audit A1 --interim --for \"the National Auditor\" --out two.zip");
    let key = key_in(&made);

    story.at("national");
    let redrawn = story.does_alone("redraw one.zip --audit A1");
    assert!(
        redrawn.contains("the same as the journal says") && redrawn.contains("seed 31415926535897932384"),
        "{redrawn}"
    );
    office(&mut story, &key);
    story.is_refused("na1", "receive one.zip --lea nowhere", "not in the register");
    story.does("na1", "lea expect northmere \"audits of the quarter\" --due 2026-10-15");
    story.does("na1", "demand make northmere --what \"the records of A1\" --due 2026-10-19");
    story.does("na1", "witness init w --name witness.example/na");
    let view = story.does("na1", "national");
    assert!(
        view.contains("MISSING, 5 days late") && view.contains("OVERDUE, 1 day late") && view.contains("none came yet"),
        "{view}"
    );

    let board = story.does("na1", "status");
    for part in [
        "RETURNS of LEAs (1)",
        "5 days late          northmere, audits of the quarter, due 2026-10-15: MISSING",
        "DEMANDS on LEAs that are not met (1)",
        "1 day late          K1 on northmere, made 2026-10-20, due 2026-10-19",
    ] {
        assert!(board.contains(part), "{part:?} is not said:\n{board}");
    }

    let receipt = story.does(
        "na1",
        "receive one.zip --lea northmere --return \"audits of the quarter\" --demand K1 --witness-dir w --html receipt.html",
    );
    assert!(receipt.contains("RECEIPT B1") && receipt.contains("everything in it holds"), "{receipt}");
    assert!(receipt.contains("A1 of 8.2.4.a") && receipt.contains("N1 of 8.2.4.a"), "{receipt}");
    let page = fs::read_to_string(story.path().join("receipt.html")).expect("a page");
    assert!(page.contains("Receipt B1") && page.contains("OFFICIAL-SENSITIVE"));
    assert!(story.does("na1", "receive one.zip --lea northmere").contains("received before"));
    assert!(story.does("na1", "receive two.zip --lea northmere --witness-dir w").contains("RECEIPT B2"));
    let view = story.does("na1", "national");
    assert!(view.contains("received 2026-10-20 as B1, 5 days LATE"), "{view}");
    assert!(view.contains("by receipt in time (B1 on 2026-10-20)"), "{view}");
    assert!(view.contains("8.2.4.a\n") && view.contains("met 2026-10-20, 1 day late"), "{view}");

    let mut changed = fs::read(story.path().join("two.zip")).expect("bytes");
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(story.path().join("changed.zip"), changed).expect("written");
    let (well, said) = story.run("na1", "receive changed.zip --lea northmere");
    assert!(!well, "{said}");

    // The whole machine is put back and goes on otherwise: it cannot show that it continues what was received.
    for folder in ["northmere", "keys-northmere"] {
        fs::remove_dir_all(story.path().join(folder)).expect("gone");
        copy(&before.join(folder), &story.path().join(folder));
    }
    story.at("northmere");
    story.does("ad1", "person add z1 --name Z");
    story.does("la1", "bundle --audit A1 --interim --for \"the National Auditor\" --out rewritten.zip");
    story.at("national");
    story.is_refused("na1", "receive rewritten.zip --lea northmere --witness-dir w", "REFUSED");
    let view = story.does("na1", "national");
    assert!(view.contains("REFUSED        B3") && view.contains("last bundle    B2"), "{view}");
    let board = story.does("na1", "status");
    for part in ["BUNDLES that were refused, and no good one has followed (1)", "received 2026-10-20 as"] {
        assert!(board.contains(part), "{part:?} is not said:\n{board}");
    }
    assert!(!board.contains("DEMANDS"), "what was met is not asked for any longer:\n{board}");

    // What was received is read again by whoever verifies, also the bundle that was refused.
    let said = story.does_alone("verify national");
    assert!(said.contains("Everything holds"), "{said}");
    for bundle in ["two.zip", "rewritten.zip"] {
        let object = object_of(&story.path().join("national"), &story.path().join(bundle));
        let whole = fs::read(&object).expect("an object");
        fs::remove_file(&object).expect("removed");
        fs::write(&object, &whole[1..]).expect("written");
        let (well, said) = story.run("anybody", "verify national");
        assert!(!well && said.contains("its bytes are not those that were taken in"), "{said}");
        fs::write(&object, whole).expect("written");
    }

    // The cosignature on the receipt is added to the LEA's own journal.
    let witness = fs::read_to_string(story.path().join("w/witness.pub")).expect("text");
    fs::write(story.path().join("receipt.txt"), receipt).expect("written");
    story.at("northmere");
    story.does("ad1", &format!("witness trust {} --reason \"read out on the telephone\"", witness.trim()));
    let added = story.does("ad1", "witness add receipt.txt");
    assert!(added.contains("witness.example/na cosigned"), "{added}");
}

#[test]
fn a_bundle_is_received_as_the_annual_return_only_when_it_holds_one_that_was_drawn_up_from_the_evidence() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    let evidence = story::evidence(story.path());
    let key = story::opening(&mut story);
    story::sampling(&mut story);
    story.does("la1", "bundle --audit A1 --interim --for \"the National Auditor\" --out A1.zip");
    let period = "--return --from 2025-10-01 --to 2026-10-01";
    let for_whom = "--for \"the National Auditor\" --out return.zip";
    story.is_refused("am1", &format!("bundle {period} {for_whom}"), "holds no role that lets them issue");
    let ahead = format!("bundle --return --from 2025-10-01 --to 2026-10-02 {for_whom}");
    story.is_refused("la1", &ahead, "the time of which the return tells is not over yet");
    let made = story.does("la1", &format!("bundle {period} {for_whom}"));
    assert!(made.contains("annual return (4.2) 2025-10-01 up to 2026-10-01 of Northmere"), "{made}");
    story.is_refused("la1", &format!("bundle {period} {for_whom}"), "of that name already");
    assert!(story.does_alone(&format!("verify return.zip --key {key}")).contains("Everything holds"));
    covert_cameras_are_not_named(&evidence, &fs::read(story.path().join("return.zip")).expect("bytes"));

    story.at("national");
    office(&mut story, &key);
    story.does("na1", "lea expect northmere \"annual return 2026\" --due 2026-10-31 --kind annual-return");
    let receive = "--lea northmere --return \"annual return 2026\"";
    let none = "is the annual return on cameras (4.2), and the bundle holds none; it holds no completed audit";
    story.is_refused("na1", &format!("receive A1.zip {receive}"), none);
    assert!(!story.does("na1", "national").contains("received 2026-10-01"));
    let receipt = story.does("na1", &format!("receive return.zip {receive}"));
    assert!(receipt.contains("holds         the annual return (4.2), 2025-10-01 up to 2026-10-01"), "{receipt}");
    assert!(story.does("na1", "national").contains("return         annual return 2026, due 2026-10-31: received"));
}

/// The files of a bundle are stored as they are, so what is in them is in its bytes.
fn covert_cameras_are_not_named(evidence: &Path, bundle: &[u8]) {
    let text = String::from_utf8_lossy(bundle);
    let cameras = fs::read_to_string(evidence.join("cameras.csv")).expect("text");
    let (covert, others): (Vec<&str>, Vec<&str>) =
        cameras.lines().skip(1).partition(|line| line.split(',').any(|cell| cell == "covert"));
    let id = |line: &&str| line.split(',').next().expect("an id").to_owned();
    assert!(!covert.is_empty() && others.iter().map(id).any(|camera| text.contains(&camera)));
    for camera in covert.iter().map(id) {
        assert!(!text.contains(&camera), "{camera} is named");
    }
}

/// Where the evidence store keeps these bytes.
fn object_of(workspace: &Path, file: &Path) -> PathBuf {
    let bytes = fs::read(file).expect("a file");
    let parts = fs::read_dir(workspace.join("evidence/objects")).expect("objects").flatten();
    let objects = parts.flat_map(|part| fs::read_dir(part.path()).expect("objects").flatten());
    let same = |path: &PathBuf| fs::read(path).expect("an object") == bytes;
    objects.map(|object| object.path()).find(same).expect("it is kept")
}

/// A national workspace with a National Auditor whom section 3 lets audit, and the LEA in its register.
pub fn office(story: &mut Story, key: &str) {
    story
        .does("ad9", "init national --national --lea \"National Auditor's office\" --administrator ad9 --name N.Adams");
    story.does("ad9", "person add na1 --name \"N. Auditor\"");
    story.does("ad9", "person add mg9 --name \"K. Registers\"");
    story.does("ad9", "role give mg9 anpr-manager --reason \"keeps the registers\"");
    let auditors = story.path().join("auditors.csv");
    fs::write(&auditors, "person_id,user_ids,clearance,clearance_expires_on\nna1,,SC,2028-01-01\nna2,,SC,2028-01-01\n")
        .expect("written");
    story.does("mg9", "import auditors.csv evidence/accounts.csv");
    story.does("ad9", "role give na1 national-auditor --reason appointed");
    story.does("na1", &format!("lea register northmere --name \"Northmere Constabulary\" --key {key}"));
    story.is_refused("na1", "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01", "by each LEA");
}

#[test]
fn the_national_auditors_own_audit_runs_through_and_is_told_to_the_extent_that_was_set() {
    let mut story = Story::begins("2026-10-20 08:00:00");
    story::evidence(story.path());
    story.at("national");
    let key = key_in(&story.does("la1", "init northmere --lea Northmere --administrator ad1 --name Adams"));
    office(&mut story, &key);
    story.does("ad9", "person add na2 --name \"N. Deputy\"");
    story.does("ad9", "role give na2 national-auditor --reason deputises");
    story.does("na1", "audit open 8.3.4 --from 2026-04-01 --to 2026-10-01");
    let conclusion = "--outcome satisfactory --findings none --extent none --action none";
    let complete = format!("audit complete A1 {conclusion}");
    story.is_refused("na1", &complete, "nobody has answered what 8.3.4 asks (deleted)");
    story.does("na1", "audit add A1 * --reason \"asked of every copy at once\"");
    story.does("na1", "audit judge A1 * all=pass");
    let (well, said) = story.run("na1", &complete);
    assert!(well, "{said}");
    story.does("na2", "audit sign-off A1");
    story.does("ad9", "person add lc1 --name \"L. Controller\"");
    story.does("ad9", "role give lc1 lead-controller --reason elected");
    story.is_refused("lc1", "controllers-report --to lc1", "has not said");
    story.does("lc1", "extent set lc1 nothing");
    assert!(story.does("lc1", "controllers-report --to lc1").contains("Nothing is shown"));
    story.is_refused("na1", "extent set lc1 everything", "lc1 set on 2026-10-20 what they are shown, and only lc1");
    story.does("lc1", "extent set lc1 findings");
    let told = story.does("lc1", "controllers-report --to lc1 --html told.html");
    assert!(told.contains("8.3.4") && told.contains("findings: none"), "{told}");
    assert!(fs::read_to_string(story.path().join("told.html")).expect("a page").contains("8.3.4"));
    story.is_refused("lc1", "lea register x --name X --key y", "public key");

    // The controller of one LEA sets their own, reads that, and nothing of the others.
    story.does("ad9", "person add co1 --name \"C. Controller\"");
    story.does("ad9", "role give co1 controller --reason \"controller of Northmere\"");
    story.does("na1", "extent set co1 figures --lea northmere");
    let told = story.does("co1", "controllers-report --to co1 --lea northmere");
    assert!(told.contains("as N. Auditor (not the controller, who has set nothing) set on 2026-10-20"), "{told}");
    story.does("co1", "extent set co1 findings --lea northmere");
    let told = story.does("co1", "controllers-report --to co1 --lea northmere");
    assert!(told.contains("findings, as the controller set on 2026-10-20") && told.contains("8.3.4"), "{told}");
    let list = story.does("na1", "extent list");
    assert!(list.contains("findings since 2026-10-20, set by themself"), "{list}");
    let none = "holds no role that lets them";
    for verb in ["national", "lea list", "extent list", "status", "audit list", "controllers-report --to lc1"] {
        story.is_refused("co1", verb, none);
    }
    story.is_refused("co1", "extent set lc1 everything", "a controller says how much they themselves are shown");
}
