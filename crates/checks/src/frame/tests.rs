//! Frames hold what populations count.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use custodes_compliance::london;
use custodes_compliance::state::State;
use custodes_evidence::{Evidence, Options, Settled};
use custodes_standard::v3::{self, CLAUSES};

use super::*;
use crate::check;

fn window() -> Window {
    let at = |text: &str| london::parse_day_or_instant(text).unwrap();
    Window::new(at("2025-10-01"), at("2026-10-01")).unwrap()
}

fn source(folder: &Path, threads: usize, settled: Settled) -> Source {
    let options = Options { threads, settled, ..Options::new(window().from, window().as_of) };
    Source::new(Evidence::open(folder, options).unwrap(), threads)
}

fn asked(clause: &str) -> Asked<'static> {
    Asked { clause: v3::clause(clause).unwrap(), days: None, stratum: None }
}

fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn keys(frame: &Frame) -> Vec<&str> {
    frame.members().map(|member| member.key).collect()
}

/// The force that ships, and the worked examples where they lie beside the source.
fn forces() -> Vec<(PathBuf, Parameters)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("CUSTODES_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut forces = vec![(root.join("examples/northmere"), Parameters::default())];
    for name in ["busy", "quiet"] {
        let example = shared.join("acceptance").join(name);
        if let Ok(text) = std::fs::read_to_string(example.join("parameters.toml")) {
            forces.push((example.join("evidence"), Parameters::read(&text).unwrap()));
        }
    }
    forces
}

#[test]
fn a_frame_holds_as_many_records_as_the_population_counts_and_each_once() {
    let sampled: Vec<&'static Clause> =
        CLAUSES.iter().copied().filter(|clause| !matches!(clause.sample, Sample::None)).collect();
    let ids: Vec<&str> = sampled.iter().map(|clause| clause.id).collect();
    assert_eq!(
        ids,
        ["4.1.1", "8.2.2.a", "8.2.2.b", "8.2.3.b", "8.2.4.a", "8.2.4.b", "8.2.4.c", "8.2.7", "8.3.1", "8.3.5"]
    );
    let mut seen = BTreeSet::new();
    for (folder, parameters) in forces() {
        let source = source(&folder, 2, Settled::new());
        let before = check(&source, window(), &parameters, 2, &BTreeSet::new()).unwrap().0;
        for clause in &sampled {
            let frame = frame(&source, window(), &parameters, 2, &asked(clause.id)).unwrap();
            let population = before.clauses.iter().find(|outcome| outcome.clause.id == clause.id).unwrap().population;
            assert_eq!(frame.len() as u64, population, "{} in {}", clause.id, folder.display());
            let keys = keys(&frame);
            assert!(
                keys.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()),
                "{} sorted, distinct",
                clause.id
            );
            if population > 0 {
                seen.insert(clause.id);
            }
        }
        let after = check(&source, window(), &parameters, 2, &BTreeSet::new()).unwrap().0;
        assert_eq!(format!("{before:?}"), format!("{after:?}"), "the same evidence can be checked again");
    }
    assert!(seen.len() >= 8, "the examples have records of nearly all sampled clauses: {seen:?}");
}

#[test]
fn the_frame_does_not_depend_on_the_number_of_threads() {
    for (folder, parameters) in forces() {
        for clause in ["8.2.4.a", "8.2.4.b", "8.2.2.a"] {
            let of = |threads| {
                let asked = Asked { stratum: Some("system"), ..asked(clause) };
                let frame = frame(&source(&folder, threads, Settled::new()), window(), &parameters, threads, &asked);
                let frame = frame.unwrap();
                let members: Vec<String> = frame.members().map(|member| format!("{member:?}")).collect();
                (members, frame.cannot_be_said, frame.not_whole.clone())
            };
            assert_eq!(of(1), of(3), "{clause} in {}", folder.display());
        }
    }
}

const SEARCHES: &str = "search_id,system,user_id,searched_at,data_from,data_to,purpose,preserved_case\n\
    old,nas,u,2026-03-10T12:00:00Z,2025-03-01T00:00:00Z,2025-04-01T00:00:00Z,murder,\n\
    new,nas,u,2026-03-29T22:59:59.999999Z,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,,\n\
    next day,nas,u,2026-03-29T23:00:00Z,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,***,\n\
    masked,nas,u,2026-03-10T12:00:00Z,***,2026-03-02T00:00:00Z,murder,***\n\
    before,nas,u,2025-09-30T12:00:00Z,2025-09-01T00:00:00Z,2025-09-02T00:00:00Z,murder,\n\
    future,nas,u,2026-10-01T12:00:00Z,2026-09-01T00:00:00Z,2026-09-02T00:00:00Z,murder,\n\
    twice,nas,u,2026-03-10T12:00:00Z,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,murder,\n\
    twice,nas,u,2026-03-10T12:00:00Z,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,murder,case 1\n";

#[test]
fn superseded_future_and_masked_rows_are_in_no_frame_and_the_masked_ones_are_counted() {
    let folder = folder_of(&[("searches.csv", SEARCHES)]);
    let source = source(folder.path(), 2, Settled::new());
    let of = |clause: &str| frame(&source, window(), &Parameters::default(), 2, &asked(clause)).unwrap();
    assert_eq!((keys(&of("8.2.4.a")), of("8.2.4.a").cannot_be_said), (vec!["new", "next day"], 1));
    assert_eq!((keys(&of("8.2.4.b")), of("8.2.4.b").cannot_be_said), (vec!["old"], 1));
    assert_eq!((keys(&of("8.2.4.c")), of("8.2.4.c").cannot_be_said), (vec!["twice"], 1));
}

#[test]
fn the_days_of_a_frame_are_london_days_and_strata_tell_blank_from_unknown() {
    let folder = folder_of(&[("searches.csv", SEARCHES)]);
    let source = source(folder.path(), 1, Settled::new());
    let day = |text: &str| london::parse_day(text).unwrap();
    let of = |first: &str, last: &str| {
        let asked = Asked { days: Some((day(first), day(last))), stratum: Some("purpose"), ..asked("8.2.4.a") };
        frame(&source, window(), &Parameters::default(), 1, &asked).unwrap()
    };
    let members = |frame: &Frame| -> Vec<(String, String, Option<String>)> {
        let text = |member: Member<'_>| {
            let day = member.day.map(|day| day.to_string()).unwrap_or_default();
            (member.key.to_owned(), day, member.stratum.map(str::to_owned))
        };
        frame.members().map(text).collect()
    };
    let new = ("new".to_owned(), "2026-03-29".to_owned(), Some(String::new()));
    let next = ("next day".to_owned(), "2026-03-30".to_owned(), None);
    assert_eq!(members(&of("2026-03-11", "2026-03-29")), std::slice::from_ref(&new));
    assert_eq!(members(&of("2026-03-29", "2026-03-30")), [new, next.clone()]);
    assert_eq!(members(&of("2026-03-30", "2026-04-30")), [next]);
    assert_eq!((of("2026-03-11", "2026-03-29").cannot_be_said, of("2026-03-10", "2026-03-10").cannot_be_said), (0, 1));
}

#[test]
fn a_disclosure_without_a_time_falls_on_every_day_and_one_of_unknown_basis_is_counted_apart() {
    let text = "disclosure_id,disclosed_at,basis\na,2026-03-01T12:00:00Z,other\nb,,other\nc,2026-03-01T12:00:00Z,***\n\
                d,2026-03-01T12:00:00Z,cpia\n";
    let folder = folder_of(&[("disclosures.csv", text)]);
    let source = source(folder.path(), 1, Settled::new());
    let april = Asked { days: Some((Day(20_545), Day(20_560))), ..asked("8.2.7") };
    let of = |asked: &Asked<'_>| frame(&source, window(), &Parameters::default(), 1, asked).unwrap();
    assert_eq!((keys(&of(&asked("8.2.7"))), of(&asked("8.2.7")).cannot_be_said), (vec!["a", "b"], 1));
    assert_eq!(keys(&of(&april)), ["b"]);
    assert_eq!(of(&april).members().next().unwrap().day, None);
}

#[test]
fn an_account_given_twice_is_two_records_of_one_subject() {
    let text = "user_id,system,permission,authorised_at,closed_at\nu/1,nas,user,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\n\
                u/1,nas,user,2026-03-01T00:00:00.5Z,\n";
    let folder = folder_of(&[("accounts.csv", text)]);
    let frame =
        frame(&source(folder.path(), 1, Settled::new()), window(), &Parameters::default(), 1, &asked("8.2.2.a"))
            .unwrap();
    assert_eq!(keys(&frame), ["u/1/nas/user/2026-01-01T00:00:00Z", "u/1/nas/user/2026-03-01T00:00:00.5Z"]);
    assert!(
        keys(&frame).into_iter().all(|key| subject_of(&custodes_standard::evidence::ACCOUNTS, key) == "u/1/nas/user")
    );
    assert_eq!(subject_of(&custodes_standard::evidence::SEARCHES, "a/b"), "a/b");
}

#[test]
fn sessions_are_framed_while_somebody_may_hold_the_office() {
    let sessions =
        "session_id,user_id,enabled_at\na,x,2026-03-01T12:00:00Z\nb,y,2026-04-01T12:00:00Z\nc,y,2025-01-01T00:00:00Z\n";
    let reviews =
        "review_id,clause,subject,reviewed_at,reviewer_id,outcome\nr,8.3.5,c,2025-01-02T00:00:00Z,n,satisfactory\n";
    let of = |appointments: Option<&str>| {
        let mut files = vec![("super_admin_sessions.csv", sessions), ("reviews.csv", reviews)];
        files.extend(appointments.map(|text| ("appointments.csv", text)));
        let folder = folder_of(&files);
        let source = source(folder.path(), 1, Settled::new());
        let parameters = Parameters::default();
        let asked = Asked { stratum: Some("user_id"), ..asked("8.3.5") };
        let frame = frame(&source, window(), &parameters, 1, &asked).unwrap();
        let population =
            check(&source, window(), &parameters, 1, &BTreeSet::from(["8.3.5"])).unwrap().0.clauses[0].population;
        assert_eq!(frame.len() as u64, population);
        let members: Vec<_> =
            frame.members().map(|member| format!("{} {}", member.key, member.stratum.unwrap())).collect();
        (members, frame.not_whole.clone())
    };
    let both = vec!["a x".to_owned(), "b y".to_owned()];
    let header = "role,person_id,from_date,to_date\n";
    assert_eq!(of(None), (both.clone(), vec!["appointments did not come".to_owned()]));
    assert_eq!(of(Some(&format!("{header}national_auditor,n,2020-01-01,\n"))), (both, Vec::new()));
    assert_eq!(of(Some(header)), (Vec::new(), Vec::new()));
}

#[test]
fn what_cannot_be_framed_is_refused_in_words() {
    let folder = folder_of(&[("searches.csv", SEARCHES)]);
    let source = source(folder.path(), 1, Settled::new());
    let refusal =
        |asked: &Asked<'_>| frame(&source, window(), &Parameters::default(), 1, asked).unwrap_err().to_string();
    assert!(refusal(&asked("8.2.3.a")).starts_with("8.2.3.a asks for no sample"));
    let stratum = refusal(&Asked { stratum: Some("departmant"), ..asked("8.2.4.a") });
    assert!(stratum.contains("\"departmant\"") && stratum.contains("purpose"), "{stratum}");
    let absent = frame(&source, window(), &Parameters::default(), 1, &asked("8.3.1")).unwrap();
    assert_eq!((absent.is_empty(), absent.not_whole), (true, vec!["read_changes did not come".to_owned()]));
}

#[test]
fn a_set_whose_quarantined_rows_are_all_settled_is_whole_to_a_check() {
    let text = "disclosure_id,disclosed_at,basis,justification,discloser,recipient\n\
                a,2026-03-01T12:00:00Z,other,needed for court,x,y\nb,2026-13-01T12:00:00Z,other,needed for court,x,y\n";
    let mut reviews = "review_id,clause,subject,reviewed_at,reviewer_id,outcome,population,examined\n".to_owned();
    for day in ["2025-09-30", "2025-12-30", "2026-03-30", "2026-06-30", "2026-09-29"] {
        reviews += &format!("r{day},8.2.7,*,{day}T09:00:00Z,n,satisfactory,1,1\n");
    }
    let folder = folder_of(&[("disclosures.csv", text), ("reviews.csv", &reviews)]);
    let checked = |settled: Settled| {
        let source = source(folder.path(), 1, settled);
        let (outcome, report) =
            check(&source, window(), &Parameters::default(), 1, &BTreeSet::from(["8.2.7"])).unwrap();
        assert_eq!(report.quarantine.len(), 1, "a settled row is still shown as quarantined");
        (outcome.clauses[0].state, outcome.clauses[0].not_whole.clone(), report.inputs[0].sha256.clone())
    };
    let (state, not_whole, sha256) = checked(Settled::new());
    assert_eq!((state, not_whole), (State::NotEvidenced, vec!["disclosures"]));
    let mut settled = Settled::new();
    settled.settle_line(&sha256, 3);
    assert_eq!((checked(settled.clone()).0, checked(settled).1), (State::Clear, Vec::new()));
}
