//! What a report says of made-up audits, read from the struct.

use crate as compliance;

pub(crate) mod made_up_audit;

use std::collections::BTreeMap;

use super::*;
use crate::acts::audit::{
    Added, AuditOpened, Drawn, ExceptionsSettled, ItemJudged, ItemsAdded, PlanCommitted, Settled, Size, Strata, Verdict,
};
use crate::acts::evidence::EvidenceWithdrawn;
use crate::acts::matter::{MisuseHandled, MisuseReported, NoncomplianceIdentified};
use crate::acts::people::RoleWithdrawn;
use crate::acts::{ImportId, Mark, MisuseId, NoncomplianceId};
use crate::roles::{Role, Standing};
use made_up_audit::*;

/// 270 records, three a day; the rate drawn of those in the window, none judged.
fn drawn() -> Told {
    let mut told = opened();
    let records = frame(270);
    drew(&mut told, 1, plan(&records, Size::Rate("5 %".into())), &records, DICE[0]);
    told
}

fn judge_all(told: &mut Told) {
    for key in told.sample(1) {
        told.passed("p-auditor", &key);
    }
}

fn random(report: &AuditReport) -> &GroupResults {
    report.group(Group::Random).unwrap()
}

fn whys(report: &AuditReport) -> Vec<String> {
    report.not_established.iter().map(|limit| format!("{}: {}", limit.what, limit.why)).collect()
}

#[test]
fn the_sample_is_told_with_the_sentence_of_what_it_shows() {
    let mut told = drawn();
    judge_all(&mut told);
    let report = told.report(told.facts());
    let statement = &random(&report).statements[0];
    assert_eq!((statement.population, statement.drawn, statement.failed), (90, 5, 0));
    assert_eq!(
        statement.sentence,
        "none of the 5 records drawn was bad; at 95 % confidence the sample cannot exclude that up to 39 of all 90 records are bad"
    );
    assert_eq!(random(&report).records, Tally { pass: 5, ..Tally::default() });
}

#[test]
fn a_record_without_a_verdict_never_counts_as_one_that_passed() {
    let mut told = drawn();
    let sample = told.sample(1);
    for key in &sample[1..] {
        told.passed("p-auditor", key);
    }
    let one = |question: &str| crate::acts::audit::ItemJudged {
        audit: audit(),
        key: sample[0].clone(),
        question: question.into(),
        verdict: Verdict::Pass,
        note: String::new(),
    };
    for question in &QUESTIONS[..4] {
        told.did("p-auditor", one(question));
    }
    let report = told.report(told.facts());
    let results = random(&report);
    assert_eq!(results.records, Tally { pass: 4, not_judged: 1, ..Tally::default() });
    assert_eq!(results.questions[4].tally, Tally { pass: 4, not_judged: 1, ..Tally::default() });
    assert_eq!(results.items[0].verdict, None);
    assert_eq!(results.statements[0].upper_limit, None);
    assert_eq!(
        results.statements[0].sentence,
        "1 of the 5 records is not judged, so nothing is said of the population"
    );
    assert!(whys(&report).iter().any(|why| why.starts_with("the verdict on 1 record")), "{:?}", whys(&report));
}

#[test]
fn what_could_not_be_assessed_counts_as_bad_in_what_the_sample_shows() {
    let mut told = drawn();
    let sample = told.sample(1);
    judge_all(&mut told);
    let pass = (Verdict::Pass, "");
    told.judged("p-auditor", &sample[2], [(Verdict::NotAssessable, "no log"), pass, pass, pass, pass]);
    let report = told.report(told.facts());
    let statement = &random(&report).statements[0];
    assert_eq!((statement.failed, statement.not_assessable), (0, 1));
    assert!(
        statement.sentence.starts_with("counting the 1 record that could not be assessed as bad, 1 of the 5 records"),
        "{}",
        statement.sentence
    );
    assert!(
        whys(&report).contains(&format!("the verdict on record {} (drawn at random): authorised: no log", sample[2]))
    );
}

#[test]
fn targeted_records_are_kept_apart_and_give_no_rate() {
    let mut told = drawn();
    judge_all(&mut told);
    let before = told.report(told.facts());
    let items = (0..40).map(|n| Drawn { key: format!("T-{n:02}"), owners: Vec::new(), stratum: None }).collect();
    told.did("p-auditor", ItemsAdded { audit: audit(), how: Added::Targeted, items, reason: "a pattern".into() });
    for n in 0..40 {
        told.judged("p-auditor", &format!("T-{n:02}"), [(Verdict::Fail, "bad"); 5]);
    }
    let after = told.report(told.facts());
    assert_eq!(random(&after).records, random(&before).records);
    assert_eq!(random(&after).statements, random(&before).statements);
    let targeted = after.group(Group::Targeted).unwrap();
    assert_eq!(targeted.records.fail, 40);
    assert_eq!(targeted.statements, []);
}

#[test]
fn a_targeted_record_that_is_drawn_later_belongs_to_the_sample() {
    let mut told = opened();
    let records = frame(90);
    let items = records.iter().map(|(key, _)| Drawn { key: key.clone(), owners: Vec::new(), stratum: None }).collect();
    told.did("p-auditor", ItemsAdded { audit: audit(), how: Added::Targeted, items, reason: "all looked odd".into() });
    drew(&mut told, 1, plan(&records, Size::Number(3)), &records, DICE[0]);
    let report = told.report(told.facts());
    assert_eq!(random(&report).items.len(), 3);
    assert_eq!(report.group(Group::Targeted).unwrap().items.len(), 87);
}

#[test]
fn every_record_that_the_clause_asks_for_is_no_sample() {
    let mut told = opened();
    let items = (0..4).map(|n| Drawn { key: format!("E-{n}"), owners: Vec::new(), stratum: None }).collect();
    told.did("p-auditor", ItemsAdded { audit: audit(), how: Added::Everything, items, reason: "all".into() });
    for n in 0..4 {
        told.passed("p-auditor", &format!("E-{n}"));
    }
    let report = told.report(told.facts());
    assert_eq!(
        report.group(Group::Everything).unwrap().statements[0].sentence,
        "all 4 records were examined, and none was bad"
    );
    assert!(report.group(Group::Random).is_none());
}

#[test]
fn a_plan_that_was_given_up_stays_to_be_seen_and_counts_towards_nothing() {
    let (told, facts) = everything_told();
    let report = told.report(facts);
    let given_up = &report.plans[0];
    assert_eq!(
        given_up.superseded.as_ref().unwrap().reason,
        "The frame lacked the searches of the made-up east station."
    );
    assert!(given_up.drawn.is_some());
    let counted: Vec<&str> = random(&report).items.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(counted, told.sample(2));
    assert!(!given_up.set_aside.is_empty());
    assert!(given_up.set_aside.iter().all(|item| !counted.contains(&item.key.as_str()) && item.verdict.is_none()));
    assert!(random(&report).statements.iter().all(|statement| statement.of == "plan 2"));
}

#[test]
fn suspected_misuse_leaves_no_trace_in_a_report() {
    let (mut told, facts) = everything_told();
    let before = told.report(facts.clone());
    let misuse = MisuseId::after(None);
    let reported = MisuseReported {
        misuse,
        mark: Mark::of([5; 16]),
        user_id: "u-suspect".into(),
        person: None,
        line: Vec::new(),
        what: "a neighbour's plate".into(),
        audit: Some(audit()),
    };
    told.did("p-deputy", reported);
    told.did("p-senior", MisuseHandled { misuse, what: "sent on".into(), closed: false });
    let size = told.record.size;
    let after = told.report(Facts { checkpoint: Checkpoint { size, ..facts.checkpoint.clone() }, ..facts });
    let limits = |report: &AuditReport| {
        report.not_established.iter().filter(|limit| !limit.what.contains("the journal")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(limits(&after), limits(&before));
    let same =
        AuditReport { checkpoint: before.checkpoint.clone(), not_established: before.not_established.clone(), ..after };
    assert_eq!(same, before);
}

#[test]
fn exceptions_are_confirmed_dismissed_or_left_and_each_is_told_once() {
    let (told, facts) = everything_told();
    let report = told.report(facts);
    let codes = |list: &[ExceptionTold]| list.iter().map(|told| told.name.code.clone()).collect::<Vec<_>>();
    assert_eq!(codes(&report.exceptions.confirmed), ["authority_after_search"]);
    assert_eq!(report.exceptions.confirmed[0].detail, None, "the test does not find it any more");
    assert_eq!(codes(&report.exceptions.dismissed), ["authority_rank"]);
    assert_eq!(
        report.exceptions.dismissed[0].settled.as_ref().unwrap().reason,
        "An acting rank, recorded by its substantive name."
    );
    assert_eq!(codes(&report.exceptions.not_settled), ["reference_missing"]);
    assert!(whys(&report).iter().any(|why| why.starts_with("whether 1 exception is non-compliance")));
}

#[test]
fn what_is_covert_is_counted_and_named_nowhere() {
    let (mut told, _) = everything_told();
    let mut secret = exception("authority_expired", "OP-NIGHTJAR");
    secret.clause = "5.1.6".into();
    let hidden = exception("reference_missing", "S-HIDDEN");
    let (exceptions, reason) = (vec![secret.clone()], "as stated".into());
    told.did(
        "p-auditor",
        ExceptionsSettled { audit: audit(), exceptions, settled: Settled::Confirmed, reason, owners: Vec::new() },
    );
    let mut facts = told.facts();
    facts.covert.insert("S-HIDDEN".into());
    facts.exceptions = vec![FoundException { name: hidden, detail: "none".into() }];
    let report = told.report(facts);
    assert_eq!(report.exceptions.covert, CovertExceptions { confirmed: 1, dismissed: 0, not_settled: 1 });
    let all = serde_json::to_string(&report).unwrap();
    assert!(!all.contains("NIGHTJAR") && !all.contains("S-HIDDEN"));
}

#[test]
fn the_clock_of_non_compliance_is_told_to_the_day() {
    let (mut told, facts) = everything_told();
    let report = told.report(facts);
    let matter = &report.noncompliances[0];
    assert_eq!(matter.report_due, day("2026-05-03"));
    assert_eq!(matter.punctuality, Punctuality::Late { reported_on: day("2026-05-10"), days: 7 });

    let noncompliance = NoncomplianceId::after(Some(&matter.noncompliance));
    told.did(
        "p-auditor",
        NoncomplianceIdentified {
            noncompliance,
            mark: Mark::of([4; 16]),
            clause: "8.2.4.b".into(),
            finding: Some(crate::acts::FindingId::after(None)),
            identified_on: day("2026-04-06"),
            what: "another".into(),
        },
    );
    let on = |now: &str| {
        let report = told.report(Facts { now: at(now), ..told.facts() });
        report.noncompliances[1].punctuality
    };
    assert_eq!(on("2026-05-03"), Punctuality::Awaited { days_left: 1 });
    assert_eq!(on("2026-05-04"), Punctuality::Awaited { days_left: 0 });
    assert_eq!(on("2026-05-05"), Punctuality::Overdue { days: 1 });
}

#[test]
fn a_sign_off_that_was_made_void_says_what_was_changed() {
    let (told, facts) = everything_told();
    let report = told.report(facts);
    assert_eq!(report.voided.len(), 1);
    assert_eq!(report.voided[0].because, format!("record {} was judged anew on \"reason\": pass", told.sample(2)[1]));
    assert_eq!(report.sign_off.as_ref().unwrap().done.person, person("p-senior"));
    assert_eq!(report.audited.stage, "signed off");
}

#[test]
fn people_are_told_with_the_roles_they_held_then_and_what_speaks_for_them() {
    let (mut told, _) = everything_told();
    told.did("p-admin", RoleWithdrawn { person: person("p-deputy"), role: Role::LocalAuditor, reason: "moved".into() });
    let mut facts = told.facts();
    let user = Standing { user_of: vec!["NAS u-17".into()], ..facts.standing[&person("p-auditor")].standing.clone() };
    facts.standing.get_mut(&person("p-auditor")).unwrap().standing = user;
    facts.standing.remove(&person("p-senior"));
    let report = told.report(facts);
    let of = |id: &str| report.people.iter().find(|told| told.person == person(id)).unwrap();

    let deputy = of("p-deputy");
    assert_eq!(deputy.roles[0].deputy_for.as_ref().unwrap().1, "Made-up Auditor");
    assert_eq!(deputy.roles[0].until, Some(day("2026-10-01")));
    assert!(deputy.roles[0].withdrawn.is_some(), "withdrawn since, and held then");
    assert!(
        matches!(deputy.independence, Independence::Shown { cleared_until, .. } if cleared_until == day("2027-12-31"))
    );
    assert!(
        matches!(&of("p-auditor").independence, Independence::Against { reasons, .. } if reasons[0].contains("NAS u-17"))
    );
    assert_eq!(of("p-senior").independence, Independence::NotAsked);
    assert!(report.people.iter().all(|told| told.person != person("p-admin")), "the administrator had no part in it");
}

#[test]
fn an_auditor_whose_evidence_was_not_looked_at_is_not_said_to_be_independent() {
    let told = drawn();
    let report = told.report(Facts { standing: BTreeMap::new(), ..told.facts() });
    assert_eq!(report.people[0].independence, Independence::NotLookedAt);
    assert!(whys(&report).iter().any(|why| why.starts_with("the clearance of Made-up Auditor")));
}

#[test]
fn strata_are_told_each_and_together_only_where_their_populations_are_known() {
    let mut told = opened();
    let records = frame(40);
    let sizes = BTreeMap::from([("north".to_owned(), Size::Number(2))]);
    let strata = Some(Strata { column: "department".into(), sizes, others: Size::Number(1) });
    let plan = crate::acts::audit::Plan { strata, window_days: None, ..plan(&records, Size::Number(3)) };
    told.did("p-auditor", PlanCommitted { audit: audit(), number: 1, plan });
    let item = |key: &str, stratum: &str| Drawn { key: key.into(), owners: Vec::new(), stratum: Some(stratum.into()) };
    let sample = vec![item("S-00001", "north"), item("S-00002", "south"), item("S-00003", "north")];
    let drawn = crate::acts::audit::SampleDrawn {
        audit: audit(),
        plan: 1,
        seed: "seed".into(),
        window: None,
        population: 40,
        sample,
    };
    told.did("p-auditor", drawn);
    judge_all(&mut told);

    let report = told.report(told.facts());
    assert_eq!(random(&report).statements, []);
    assert!(
        whys(&report)
            .iter()
            .any(|why| why.ends_with("how many records each stratum had was not looked up for this report"))
    );

    let populations = BTreeMap::from([("north".to_owned(), 30), ("south".to_owned(), 10)]);
    let report = told.report(Facts { strata: BTreeMap::from([(1, populations)]), ..told.facts() });
    let of: Vec<(&str, u64, u64)> =
        random(&report).statements.iter().map(|told| (told.of.as_str(), told.population, told.drawn)).collect();
    assert_eq!(of, [("plan 1, stratum north", 30, 2), ("plan 1, stratum south", 10, 1), ("plan 1, all strata", 40, 3)]);

    let unknown = BTreeMap::from([("north".to_owned(), 30)]);
    let report = told.report(Facts { strata: BTreeMap::from([(1, unknown)]), ..told.facts() });
    assert_eq!(random(&report).statements.len(), 2, "nothing is said of all strata together");
    assert!(random(&report).statements[1].sentence.starts_with("nothing is said of the population"));
}

#[test]
fn what_was_not_witnessed_or_not_tested_is_said() {
    let told = opened();
    let report = told.report(told.facts());
    let whys = whys(&report);
    assert!(whys.iter().any(|why| why.ends_with("nobody else has witnessed it yet")), "{whys:?}");
    assert!(whys.iter().any(|why| why.ends_with("its tests were not run for this report")), "{whys:?}");
    assert_eq!(report.conclusion, None);
}

#[test]
fn facts_about_something_else_are_refused() {
    let told = opened();
    let of = |audit, facts| AuditReport::of(&told.record, &audit, facts).map(|_| ()).unwrap_err();
    let other = crate::acts::AuditId::after(Some(&audit()));
    assert_eq!(of(other, told.facts()), ReportError::NoAudit { audit: other });
    let mut facts = told.facts();
    facts.checkpoint.size -= 1;
    let (checkpoint, record) = (facts.checkpoint.size, told.record.size);
    assert_eq!(of(audit(), facts), ReportError::OtherCheckpoint { checkpoint, record });
    let mut facts = with_outcome(told.facts());
    facts.outcome.as_mut().unwrap().clause = "8.2.7".into();
    assert!(matches!(of(audit(), facts), ReportError::OtherClause { .. }));
}

/// Whoever reads the report sees what was chosen, changed and taken away, and by whom.
#[test]
fn days_left_out_another_sample_changed_verdicts_and_evidence_taken_away_are_told() {
    let mut told = drawn();
    let key = told.sample(1)[0].clone();
    let judged = |verdict, note: &str| {
        let (key, question, note) = (key.clone(), "reason".to_owned(), note.to_owned());
        ItemJudged { audit: audit(), key, question, verdict, note }
    };
    told.did("p-deputy", judged(Verdict::Fail, "no incident is named"));
    told.did("p-auditor", judged(Verdict::Pass, "the log names it"));
    let import = ImportId::after(None);
    told.did("p-senior", EvidenceWithdrawn { import, reason: "as the desk asked".into() });
    let second = AuditId::after(Some(&audit()));
    told.did(
        "p-deputy",
        AuditOpened {
            audit: second,
            mark: Mark::of([77; 16]),
            clause: "8.2.4.b".into(),
            from: day("2026-02-01"),
            to: day("2026-04-01"),
            again_because: Some("the wrong period".into()),
            previous: Some(day("2026-01-15")),
            later_because: Some("the system was down".into()),
            earlier_because: Some("the log came late".into()),
        },
    );
    let report = told.report(told.facts());
    let lines: Vec<String> =
        report.not_established.iter().map(|limit| format!("{}: {}", limit.what, limit.why)).collect();
    let says = |words: &[&str]| lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(says(&["the verdict on reason of record", "Made-up Deputy judged it fail", "no incident is named"]));
    assert!(says(&["Made-up Auditor judged otherwise", "the log names it"]));
    assert!(says(&["not in force any longer (searches)", "Made-up Senior Manager withdrew E1: as the desk asked"]));
    assert!(report.people.iter().any(|who| who.name == "Made-up Deputy"), "whoever was overruled had a part");

    let of_second = AuditReport::of(&told.record, &second, told.facts()).unwrap();
    let lines: Vec<String> =
        of_second.not_established.iter().map(|limit| format!("{}: {}", limit.what, limit.why)).collect();
    let says = |words: &[&str]| lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(says(&["what happened before 2026-02-01", "2026-01-15", "the system was down"]), "{lines:?}");
    assert!(says(&["what happened from 2026-04-01 on", "the log came late"]));
    assert!(says(&["no sample of these days was preferred", "A1, of 2026-01-01", "the wrong period"]));
}

#[test]
fn figures_other_than_the_standards_are_told_beside_its_own() {
    let told = drawn();
    let set = SetOtherwise { name: "recent_days".into(), value: "365".into(), standard: "90".into() };
    let report = told.report(Facts { set_otherwise: vec![set], ..told.facts() });
    let line = report.not_established.iter().find(|limit| limit.what.contains("recent_days (90)")).unwrap();
    assert_eq!(line.why, "it was judged by 365, as the LEA has set it");
}
