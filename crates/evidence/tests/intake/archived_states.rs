//! Past states: laid out again, they read as they read when they were taken in.

use std::fs;

use custodes_evidence::archive::{LaidOut, TakeIn};
use custodes_evidence::{Archive, Evidence, Mapping, Settled, Sha256};
use custodes_standard::evidence::{LOGONS, PRESERVED_CASES, SEARCHES};

use crate::archive::{LOGS, as_set, delivery, store, take_in};
use crate::folder::{Folder, counts, options, rows_of};

/// Lays out under `imports/0001/…`, as a state of one import.
fn lay_out(archive: &Archive, files: &[(String, Sha256)]) -> (tempfile::TempDir, LaidOut) {
    let private = archive.private_folder().unwrap();
    let laid_out = archive.lay_out(files, &private.path().join("state")).unwrap();
    (private, laid_out)
}

fn in_import(number: u32, intake: &custodes_evidence::archive::Intake) -> Vec<(String, Sha256)> {
    intake.files().map(|(name, object)| (format!("imports/{number:04}/{name}"), object)).collect()
}

#[test]
fn a_past_state_reads_as_it_was_taken_in() {
    let (_root, archive) = store();
    let manifest = "file,rows,period_from,period_to\nlogons.csv,5,2025-10-01,2026-09-30\nread me,,,\n";
    let folder = Folder::of(&[("logons.csv", LOGS), ("manifest.csv", manifest), ("read me", "hello")]);
    let first = take_in(&archive, &folder);
    assert_eq!(first.others.len(), 2, "the manifest, and what it states besides evidence");
    let renamed = Folder::of(&[("export.csv", "event_id,user_id,at,outcome\na,u9,2026-02-01T09:00:00Z,failure\n")]);
    let named = [as_set(renamed.path().join("export.csv"), &LOGONS)];
    let second = archive.take_in(&named, &TakeIn::default()).unwrap();

    let mut files = in_import(1, &first);
    let (private, laid_out) = lay_out(&archive, &files);
    let evidence = Evidence::open(&private.path().join("state"), options()).unwrap();
    let report = evidence.report().unwrap();
    laid_out.confirm(&report.inputs).unwrap();
    assert_eq!(counts(&report.inputs[0]), [5, 2, 1, 0, 1, 1], "now it is judged as of a time");
    assert_eq!(rows_of(&evidence, &LOGONS, &["event_id", "user_id"]), ["a|u1", "b|u2"]);

    files.extend(in_import(2, &second));
    let (private, _) = lay_out(&archive, &files);
    let evidence = Evidence::open(&private.path().join("state"), options()).unwrap();
    assert_eq!(rows_of(&evidence, &LOGONS, &["event_id", "user_id"]), ["b|u2", "a|u9"], "the later import stands");
}

#[test]
fn a_foreign_export_reads_again_under_the_mapping_that_it_was_taken_in_with() {
    let (_root, archive) = store();
    let text = "set = \"searches\"\n[columns]\nsearch_id = \"id\"\nsystem = { value = \"nas\" }\nuser_id = \"who\"\n\
        searched_at = \"at\"\ndata_from = \"at\"\ndata_to = \"at\"\nreference = { folder_name = \"host (.*)\" }\n";
    let how = TakeIn { mappings: vec![Mapping::parse("mine", text).unwrap()], ..TakeIn::default() };
    let folder = Folder::of(&[("host 7/searches.csv", "id,who,at\ns,u,2026-01-01T00:00:00Z\n")]);
    let foreign = archive.take_in(&[delivery(&folder.path().join("host 7"))], &how).unwrap();
    let own = "search_id,system,user_id,searched_at,data_from,data_to\n\
        t,nas,u,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z\n";
    let own = take_in(&archive, &Folder::of(&[("searches.csv", own)]));

    let foreign_files = in_import(1, &foreign);
    let mapping = archive.mapping(&foreign.mappings[0]).unwrap();
    let mappings = vec![mapping.only_for(foreign_files.iter().map(|(name, _)| name.clone()))];
    let (private, _) = lay_out(&archive, &[foreign_files, in_import(2, &own)].concat());
    let options = custodes_evidence::Options { mappings, ..options() };
    let evidence = Evidence::open(&private.path().join("state"), options).unwrap();
    assert_eq!(rows_of(&evidence, &SEARCHES, &["search_id", "reference"]), ["s|7", "t|?"]);
}

#[test]
fn nothing_is_laid_out_that_leads_astray() {
    let (root, archive) = store();
    let taken = take_in(&archive, &Folder::of(&[("logons.csv", LOGS)]));
    let object = taken.sets[0].originals[0].sha256;
    let typed = taken.sets[0].typed.sha256;
    let refusal = |files: &[(&str, Sha256)]| {
        let files: Vec<_> = files.iter().map(|(name, object)| ((*name).to_owned(), *object)).collect();
        let private = archive.private_folder().unwrap();
        archive.lay_out(&files, &private.path().join("x")).expect_err("it was to be refused")[0].to_string()
    };
    for name in ["", "../logons.csv", "/logons.csv", "a/../../logons.csv", "a//logons.csv", "./logons.csv", "a/"] {
        assert!(refusal(&[(name, object)]).contains("no name of a file inside the folder"), "{name:?}");
    }
    assert!(refusal(&[("logons.csv", object), ("logons.csv", typed)]).contains("two objects"));
    let missing = Sha256::from([7; 32]);
    assert!(refusal(&[("logons.csv", missing)]).contains(&missing.to_string()));
    let full = archive.lay_out(&[("a/logons.csv".to_owned(), object)], root.path()).unwrap_err();
    assert!(full[0].to_string().contains("not empty"), "{}", full[0]);
}

#[test]
fn an_object_that_changed_shows_when_its_state_is_read() {
    let (root, archive) = store();
    let taken = take_in(&archive, &Folder::of(&[("logons.csv", LOGS)]));
    let name = taken.sets[0].originals[0].sha256.to_string();
    let path = root.path().join("objects").join(&name[..2]).join(&name);
    fs::remove_file(&path).unwrap();
    fs::write(&path, LOGS.replace("u1", "u9")).unwrap();
    let (private, laid_out) = lay_out(&archive, &in_import(1, &taken));
    let report = Evidence::open(&private.path().join("state"), options()).unwrap().report().unwrap();
    let problems = laid_out.confirm(&report.inputs).unwrap_err();
    assert!(problems[0].to_string().contains(&name), "{}", problems[0]);
}

#[test]
fn settled_rows_stay_quarantined_and_no_longer_keep_the_set_from_being_whole() {
    let folder = Folder::of(&[("preserved_cases.csv", "case_id,investigation\na,\nb,x\nc,\n")]);
    let sha256 = folder.report().inputs[0].sha256.clone();
    let report = |settle: &dyn Fn(&mut Settled)| {
        let mut settled = Settled::new();
        settle(&mut settled);
        let options = custodes_evidence::Options { settled, ..options() };
        let evidence = Evidence::open(folder.path(), options).unwrap();
        let reasons = evidence.why_not_whole(&PRESERVED_CASES).unwrap();
        let report = evidence.report().unwrap();
        assert_eq!(report.not_whole.get("preserved_cases").cloned().unwrap_or_default(), reasons);
        assert_eq!((report.inputs[0].quarantined, report.quarantine.len()), (2, 2));
        (report.inputs[0].settled, reasons)
    };
    let unsettled = |text: &str| vec![text.to_owned()];
    assert_eq!(report(&|_| ()), (0, unsettled("2 rows are quarantined")));
    let one = report(&|settled| settled.settle_line(&sha256, 2));
    assert_eq!(one, (1, unsettled("1 of 2 quarantined rows are not settled")));
    let both = |settled: &mut Settled| [2, 4].into_iter().for_each(|line| settled.settle_line(&sha256, line));
    assert_eq!(report(&both), (2, Vec::new()));
    assert_eq!(report(&|settled| settled.settle_file(&sha256.to_uppercase())), (2, Vec::new()));
    let other = report(&|settled| settled.settle_file(&"0".repeat(64)));
    assert_eq!(other, (0, unsettled("2 rows are quarantined")), "of another file's bytes nothing is settled");
    assert_eq!(report(&|settled| settled.settle_line(&sha256, 3)).0, 0, "a row that was read has nothing to settle");
}
