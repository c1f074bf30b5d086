//! Ways to choose what an audit looks at, or what is left of it: each is refused, or leaves a reason on record.

use super::*;
use crate::acts::people::{ParametersApproved, ParametersProposed};
use crate::acts::{ProposalId, QueryId};

const A2: fn() -> AuditId = || AuditId::parse("A2").unwrap();

fn of(from: &str, to: &str, previous: Option<&str>) -> AuditOpened {
    AuditOpened { from: day(from), to: day(to), ..opened("8.2.4.a", previous, None) }
}

fn because(act: AuditOpened, which: &str) -> AuditOpened {
    let reason = Some("the reason".to_owned());
    match which {
        "again" => AuditOpened { again_because: reason, ..act },
        "later" => AuditOpened { later_because: reason, ..act },
        _ => AuditOpened { earlier_because: reason, ..act },
    }
}

/// Disclosures of a quarter, of which a sample of one record is drawn.
fn with_a_sample() -> Force {
    let mut force = Force::audit_of("8.2.7");
    force.did("la1", plan("sm1"));
    force.happened("la1", drawn(1, &["d1"]));
    force
}

fn asked(asked: u64) -> Population {
    Population { records: 3, asked, ..Population::default() }
}

#[test]
fn the_period_of_an_audit_has_happened_and_leaves_no_days_out_without_a_reason() {
    let force = Force::new();
    let refused = |act: AuditOpened| force.refused("la1", act);
    assert!(refused(of("2026-07-01", "2026-10-02", None)).contains("has not happened yet"));
    assert_eq!(refused(of("2026-07-01", "2026-10-01", None)), "");
    // Without an earlier audit, the period in which the clause is repeated.
    let short = of("2026-07-02", "2026-10-01", None);
    assert!(refused(short.clone()).contains("no earlier audit of 8.2.4.a is known, and it is repeated every 3 months"));
    assert_eq!(refused(because(short, "later")), "");
    // The days up to today, but for a month in which evidence comes.
    assert_eq!(refused(of("2026-05-31", "2026-08-31", None)), "");
    let old = of("2026-05-30", "2026-08-30", None);
    assert!(refused(old.clone()).contains("--earlier-because"));
    assert_eq!(refused(because(old, "earlier")), "");
}

#[test]
fn days_that_were_audited_are_audited_again_only_for_a_reason() {
    let force = Force::new();
    let refused = |act: AuditOpened| force.refused("la1", act);
    assert_eq!(refused(of("2026-08-06", "2026-10-01", Some("2026-08-06"))), "");
    let before = of("2026-07-01", "2026-10-01", Some("2026-08-06"));
    assert!(refused(before.clone()).contains("begin there (--from 2026-08-06)"));
    assert_eq!(refused(because(before, "again")), "");
    let all = because(of("2026-05-30", "2026-08-30", Some("2026-09-01")), "earlier");
    assert!(refused(all.clone()).contains("--again"));
    assert_eq!(refused(because(all, "again")), "");
}

#[test]
fn a_second_sample_of_the_same_days_waits_until_the_first_audit_is_signed_off() {
    let mut force = with_a_sample();
    let another = || AuditOpened { audit: A2(), later_because: Some("r".into()), ..opened("8.2.7", None, None) };
    assert!(force.refused("la1", another()).contains("A1 already audits 8.2.7"));
    let again = || because(another(), "again");
    assert!(force.refused("la1", again()).contains("custodes plan supersede A1"));
    judged(&mut force, "d1", Verdict::Fail);
    let findings = "a disclosure without its recipient".to_owned();
    let unsatisfactory = AuditCompleted { findings, ..completed(Outcome::Unsatisfactory, Some(asked(1))) };
    force.did("la1", unsatisfactory);
    force.did("sm1", AuditSignedOff { audit: A1(), note: String::new() });
    force.did("la1", again());
    let satisfied = AuditCompleted { audit: A2(), ..satisfactory(population(0, 0)) };
    assert!(force.refused("la1", satisfied).contains("A1 found something wrong on days of this period"));
}

#[test]
fn a_record_that_failed_counts_though_its_plan_was_given_up() {
    let mut force = with_a_sample();
    judged(&mut force, "d1", Verdict::Fail);
    force.did("la1", PlanSuperseded { audit: A1(), plan: 1, reason: "a second draw is fairer".into() });
    force.did("la1", PlanCommitted { number: 2, ..plan("sm1") });
    force.happened("la1", drawn(2, &["d2"]));
    judged(&mut force, "d2", Verdict::Pass);
    assert!(force.refused("la1", satisfactory(Some(asked(1)))).contains("or in one that was given up"));
}

#[test]
fn a_verdict_is_changed_with_a_note_and_the_one_before_is_kept() {
    let mut force = with_a_sample();
    let clause = custodes_standard::v3::clause("8.2.7").unwrap();
    let of = |verdict, note: &str| {
        let (key, question, note) = ("d1".to_owned(), clause.judgements[0].name.to_owned(), note.to_owned());
        ItemJudged { audit: A1(), key, question, verdict, note }
    };
    force.did("la2", of(Verdict::Fail, "no recipient is named"));
    assert!(force.refused("la1", of(Verdict::Pass, "")).contains("is judged otherwise than by la2 on 2026-10-01"));
    force.did("la1", of(Verdict::Pass, "the letter was found"));
    force.did("la1", of(Verdict::Pass, ""));
    let item = &force.record.audits[&A1()].items["d1"];
    let [(question, before)] = &item.changed[..] else { panic!("{item:?}") };
    assert_eq!((question.as_str(), before.verdict), (clause.judgements[0].name, Verdict::Fail));
    assert_eq!(before.note, "no recipient is named");
    let signed = AuditSignedOff { audit: A1(), note: String::new() };
    force.happened("la1", completed(Outcome::Unsatisfactory, Some(asked(1))));
    assert!(force.refused("la2", signed).contains("second person"), "whoever was overruled took part");
}

#[test]
fn what_an_event_rule_asks_for_is_looked_at_one_by_one() {
    let mut force = Force::audit_of("8.2.2.c");
    assert!(force.refused("la1", satisfactory(None)).contains("nobody has reckoned"));
    assert!(force.refused("la1", satisfactory(population(2, 2))).contains("2 of them are not on the worklist"));
    force.did("la1", everything(&["u1/nas/user", "u2/nas/user"]));
    judged(&mut force, "u1/nas/user", Verdict::Pass);
    judged(&mut force, "u2/nas/user", Verdict::Pass);
    assert_eq!(force.refused("la1", satisfactory(population(2, 0))), "");
}

#[test]
fn a_sample_from_evidence_that_is_not_whole_or_of_no_record_is_not_satisfactory() {
    let mut force = with_a_sample();
    judged(&mut force, "d1", Verdict::Pass);
    assert_eq!(force.refused("la1", satisfactory(Some(asked(1)))), "");
    let not_whole = Population { not_whole: vec!["4 rows of disclosures could not be read".into()], ..asked(1) };
    assert!(force.refused("la1", satisfactory(Some(not_whole))).contains("4 rows of disclosures could not be read"));
    let uncertain = Population { uncertain: 1, ..asked(1) };
    assert!(force.refused("la1", satisfactory(Some(uncertain))).contains("of 1 rows it cannot be said"));
    let mut force = Force::audit_of("8.2.7");
    force.did("la1", plan("sm1"));
    force.happened("la1", drawn(1, &[]));
    assert!(force.refused("la1", satisfactory(population(0, 0))).contains("none of the 3 records of the period lies"));
}

#[test]
fn unsatisfactory_says_what_was_wrong() {
    let force = Force::audit_of("8.2.7");
    let unsatisfactory = completed(Outcome::Unsatisfactory, population(0, 0));
    assert!(force.refused("la1", unsatisfactory.clone()).contains("nothing was found wrong"));
    let found = AuditCompleted { findings: "no disclosure is recorded at all".into(), ..unsatisfactory };
    assert_eq!(force.refused("la1", found), "");
}

#[test]
fn whoever_conducts_an_audit_does_not_take_its_evidence_out_of_force() {
    let mut force = Force::audit_of("8.2.7");
    force.did("am1", import("E1", &["disclosures"], None));
    let withdrawn = || EvidenceWithdrawn { import: ImportId::parse("E1").unwrap(), reason: "sent by mistake".into() };
    for act in [Act::from(withdrawn()), import("E2", &["disclosures"], Some("E1")).into()] {
        assert!(force.refused("la1", act.clone()).contains("la1 conducts A1, which rests on disclosures"));
        assert_eq!(force.refused("la2", act), "");
    }
    assert_eq!(force.refused("la1", import("E2", &["disclosures"], None)), "", "more evidence may come");
}

#[test]
fn a_period_that_was_audited_is_judged_by_the_parameters_that_held_then() {
    let mut force = Force::audit_of("8.2.7");
    let proposed = |id: &str, from: &str| ParametersProposed {
        proposal: ProposalId::parse(id).unwrap(),
        toml: String::new(),
        holds_from: day(from),
        rationale: "our own copy".into(),
    };
    force.did("am1", proposed("P1", "2026-01-01"));
    force.did("am1", proposed("P2", "2026-10-02"));
    let approved = |id: &str| ParametersApproved { proposal: ProposalId::parse(id).unwrap() };
    assert_eq!(force.refused("sm1", approved("P1")), "");
    force.did("la1", satisfactory(population(0, 0)));
    assert!(force.refused("sm1", approved("P1")).contains("A1 was completed for a period up to 2026-10-01"));
    assert_eq!(force.refused("sm1", approved("P2")), "");
}

#[test]
fn a_file_is_attached_to_a_query_by_whom_it_was_put_to() {
    let mut force = Force::audit_of("8.2.4.c");
    for id in ["rp1", "rp2"] {
        force.did("ad1", added(id, None));
        force.did("ad1", given(id, Role::Respondent, "2026-10-01"));
    }
    force.did("la1", everything(&["s1"]));
    let query = QueryId::parse("Q1").unwrap();
    let (key, to, asks, due) = ("s1".to_owned(), person("rp1"), "why?".to_owned(), day("2026-10-20"));
    force.did("la1", QueryRaised { query, audit: A1(), key, to, asks, due });
    let to = Matter::Query(query);
    let attached = Attached { to, name: "n".into(), sha256: "0".into(), bytes: 1, note: String::new() };
    assert!(force.refused("rp2", attached.clone()).contains("Q1 was put to rp1"));
    assert_eq!(force.refused("rp1", attached), "");
}
