//! What may not be done, each rule from both sides: refused, and allowed once the reason is gone.

mod matters;

use std::collections::BTreeMap;

use super::{Actor, refusals};
use crate::acts::audit::*;
use crate::acts::evidence::{EvidenceImported, EvidenceWithdrawn, Original};
use crate::acts::matter::{NoncomplianceIdentified, NoncomplianceReported};
use crate::acts::people::{Kind, PersonAdded, PersonChanged, RoleGiven, RoleWithdrawn, WorkspaceOpened};
use crate::acts::retention::HoldPlaced;
use crate::acts::schedule::Outcome;
use crate::acts::{Act, AuditId, Content, FindingId, HoldId, ImportId, Mark, NoncomplianceId, PersonId};
use crate::london;
use crate::record::Record;
use crate::roles::{Clearance, Role, Standing};
use crate::time::Day;

mod choosing;

const A1: fn() -> AuditId = || AuditId::parse("A1").unwrap();

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn day(text: &str) -> Day {
    london::parse_day(text).unwrap()
}

/// A workspace in which people act one after another, all on one day unless it is moved on.
struct Force {
    record: Record,
    today: &'static str,
    standings: BTreeMap<&'static str, Standing>,
}

impl Force {
    fn new() -> Force {
        let mut force = Force { record: Record::default(), today: "2026-10-01", standings: BTreeMap::new() };
        let text = |text: &str| text.to_owned();
        force.happened(
            "ad1",
            WorkspaceOpened {
                kind: Kind::Lea,
                lea: text("Northmere"),
                origin: text("o"),
                key: text("k"),
                standard: text("s"),
                program: text("p"),
                mark: Mark::of([0; 16]),
            },
        );
        for (id, role) in [
            ("ad1", Role::Administrator),
            ("la1", Role::LocalAuditor),
            ("la2", Role::LocalAuditor),
            ("sm1", Role::SeniorManager),
            ("am1", Role::AnprManager),
            ("rv1", Role::Reviewer),
        ] {
            force.happened("ad1", added(id, None));
            force.happened("ad1", given(id, role, "2026-10-01"));
        }
        force
    }

    fn standing(&self, id: &str) -> Standing {
        let held = Clearance::HeldUntil(day("2030-01-01"));
        let clean = Standing { accounts_known: true, clearance: held, ..Standing::default() };
        self.standings.get(id).cloned().unwrap_or(clean)
    }

    fn refused(&self, who: &str, act: impl Into<Act>) -> String {
        let (person, standing) = (person(who), self.standing(who));
        let now = crate::time::Instant(london::midnight(day(self.today)).0 + 3_600_000_000);
        let actor = Actor { person: &person, standing: &standing, now };
        let refused = refusals(&self.record, &act.into(), &actor, &|of| self.standing(of.as_str()));
        refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    /// What the journal says, whether it was allowed or not.
    fn happened(&mut self, who: &str, act: impl Into<Act>) {
        let content = Content { by: person(who), login: None, act: act.into() };
        self.record.apply(london::midnight(day(self.today)), &Mark::of([9; 16]), Some(content));
    }

    #[track_caller]
    fn did(&mut self, who: &str, act: impl Into<Act>) {
        let act = act.into();
        assert_eq!(self.refused(who, act.clone()), "", "{who}: {act:?}");
        self.happened(who, act);
    }

    fn audit_of(clause: &str) -> Force {
        let mut force = Force::new();
        force.did("la1", opened(clause, None, Some("the first audit here")));
        force
    }
}

/// Of the quarter up to 1 October.
fn opened(clause: &str, previous: Option<&str>, later_because: Option<&str>) -> AuditOpened {
    AuditOpened {
        audit: A1(),
        mark: Mark::of([1; 16]),
        clause: clause.to_owned(),
        from: day("2026-07-01"),
        to: day("2026-10-01"),
        again_because: None,
        previous: previous.map(day),
        later_because: later_because.map(str::to_owned),
        earlier_because: None,
    }
}

fn added(id: &str, login: Option<&str>) -> PersonAdded {
    let login = login.map(str::to_owned);
    PersonAdded { person: person(id), name: id.to_uppercase(), login, user_ids: Vec::new(), mark: Mark::of([2; 16]) }
}

fn given(id: &str, role: Role, from: &str) -> RoleGiven {
    RoleGiven { person: person(id), role, from: day(from), until: None, deputy_for: None, reason: "appointed".into() }
}

fn completed(outcome: Outcome, population: Option<Population>) -> AuditCompleted {
    let none = || "none".to_owned();
    AuditCompleted { audit: A1(), outcome, findings: none(), extent: none(), action: none(), population }
}

fn satisfactory(population: Option<Population>) -> AuditCompleted {
    completed(Outcome::Satisfactory, population)
}

fn population(records: u64, not_on_worklist: u64) -> Option<Population> {
    Some(Population { records, not_on_worklist, ..Population::default() })
}

fn exception(code: &str, subject: &str) -> ExceptionName {
    let (clause, code, subject) = ("8.2.4.a".to_owned(), code.to_owned(), subject.to_owned());
    ExceptionName { clause, code, subject, due: String::new(), done: String::new() }
}

fn settled(settled: Settled, owners: &[&str]) -> ExceptionsSettled {
    let owners = owners.iter().map(|owner| (*owner).to_owned()).collect();
    let exceptions = vec![exception("justification_placeholder", "s1")];
    ExceptionsSettled { audit: A1(), exceptions, settled, reason: "looked at".into(), owners }
}

/// A plan over three disclosures, whose seed is dice before a witness.
fn plan(witness: &str) -> PlanCommitted {
    PlanCommitted {
        audit: A1(),
        number: 1,
        plan: Plan {
            clause: "8.2.7".into(),
            from: day("2026-07-01"),
            to: day("2026-10-01"),
            window_days: None,
            size: Size::Number(1),
            strata: None,
            rationale: "as the standard".into(),
            risk_assessment: "low".into(),
            frame: FrameStated {
                sha256: "0".into(),
                count: 3,
                table_sha256: "0".into(),
                uncertain: 0,
                not_whole: Vec::new(),
            },
            seed_from: vec![SeedSource::Dice { witness: person(witness) }],
            evidence: Vec::new(),
            parameters: None,
            tops_up: None,
        },
    }
}

fn drawn(number: u32, keys: &[&str]) -> SampleDrawn {
    let sample = keys.iter().map(|key| Drawn { key: (*key).to_owned(), owners: Vec::new(), stratum: None }).collect();
    SampleDrawn { audit: A1(), plan: number, seed: "seed".into(), window: None, population: 3, sample }
}

fn finding(items: &[&str]) -> FindingRaised {
    FindingRaised {
        finding: FindingId::parse("F1").unwrap(),
        audit: A1(),
        finds: "a search without a reason".into(),
        extent: "one".into(),
        action: "training".into(),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        exceptions: Vec::new(),
    }
}

fn everything(keys: &[&str]) -> ItemsAdded {
    let items = keys.iter().map(|key| Drawn { key: (*key).to_owned(), owners: Vec::new(), stratum: None }).collect();
    ItemsAdded { audit: A1(), how: Added::Everything, items, reason: "the clause asks for all".into() }
}

fn judged(force: &mut Force, key: &str, verdict: Verdict) {
    let clause = custodes_standard::v3::clause(&force.record.audits[&A1()].what.clause).unwrap();
    for question in clause.judgements {
        let (key, question, note) = (key.to_owned(), question.name.to_owned(), "seen".to_owned());
        force.did("la1", ItemJudged { audit: A1(), key, question, verdict, note });
    }
}

#[test]
fn an_audit_with_a_confirmed_exception_is_not_satisfactory() {
    let mut force = Force::audit_of("8.2.4.a");
    let nobody = population(0, 0);
    assert_eq!(force.refused("la1", satisfactory(nobody.clone())), "");
    force.did("la1", settled(Settled::Confirmed, &[]));
    assert!(force.refused("la1", satisfactory(nobody.clone())).contains("exceptions were confirmed"));
    assert_eq!(force.refused("la1", completed(Outcome::Unsatisfactory, nobody.clone())), "");
    force.did("la1", settled(Settled::Dismissed, &[]));
    assert_eq!(force.refused("la1", satisfactory(nobody)), "");
}

#[test]
fn a_sampled_audit_without_a_sample_is_satisfactory_only_where_there_is_nothing_to_draw() {
    let force = Force::audit_of("8.2.4.a");
    assert!(force.refused("la1", satisfactory(population(44, 44))).contains("no sample of them is drawn"));
    assert_eq!(force.refused("la1", satisfactory(population(0, 0))), "");
    assert!(force.refused("la1", satisfactory(None)).contains("nobody has reckoned"));
    let uncertain = Some(Population { uncertain: 3, ..Population::default() });
    assert!(force.refused("la1", satisfactory(uncertain)).contains("of 3 rows it cannot be said"));
    let not_whole = Some(Population { not_whole: vec!["searches did not come".into()], ..Population::default() });
    assert!(force.refused("la1", satisfactory(not_whole)).contains("searches did not come"));
}

#[test]
fn an_audit_of_every_record_is_satisfactory_once_all_are_judged() {
    let mut force = Force::audit_of("8.2.4.c");
    assert!(force.refused("la1", satisfactory(population(2, 2))).contains("2 of them are not on the worklist"));
    force.did("la1", everything(&["s1", "s2"]));
    assert!(force.refused("la1", satisfactory(population(2, 0))).contains("not judged"));
    judged(&mut force, "s1", Verdict::Pass);
    judged(&mut force, "s2", Verdict::NotAssessable);
    assert!(force.refused("la1", satisfactory(population(2, 0))).contains("could not be assessed"));
    judged(&mut force, "s2", Verdict::Pass);
    assert_eq!(force.refused("la1", satisfactory(population(2, 0))), "");
}

#[test]
fn an_audit_without_records_answers_what_its_clause_asks() {
    let mut force = Force::audit_of("8.1");
    assert!(force.refused("la1", satisfactory(None)).contains("what 8.1 asks (in_accordance)"));
    force.did("la1", everything(&["*"]));
    assert!(force.refused("la1", satisfactory(None)).contains("not judged"));
    judged(&mut force, "*", Verdict::Pass);
    assert_eq!(force.refused("la1", satisfactory(None)), "");
}

#[test]
fn the_days_that_a_draw_chooses_among_begin_where_the_audit_before_ended() {
    let force = Force::new();
    assert_eq!(force.refused("la1", opened("8.2.4.b", None, None)), "");
    assert_eq!(force.refused("la1", opened("8.2.4.b", Some("2026-07-01"), None)), "");
    assert!(force.refused("la1", opened("8.2.4.b", Some("2026-06-30"), None)).contains("--from 2026-06-30"));
    assert!(force.refused("la1", opened("8.2.4.b", Some("2026-06-30"), Some(" "))).contains("reason"));
    assert_eq!(force.refused("la1", opened("8.2.4.b", Some("2026-06-30"), Some("no system that week"))), "");
    // What is not drawn from 30 days is not left out either.
    assert!(force.refused("la1", opened("8.2.7", Some("2026-06-30"), None)).contains("--from 2026-06-30"));
    assert_eq!(force.refused("la1", opened("8.2.7", Some("2026-07-01"), None)), "");
    // An event rule asks for each of its subjects, whenever.
    assert_eq!(force.refused("la1", opened("8.2.4.c", Some("2026-09-30"), None)), "");
}

#[test]
fn dice_count_once_their_witness_confirms_what_was_rolled() {
    let mut force = Force::audit_of("8.2.7");
    assert!(force.refused("la1", plan("la1")).contains("another person"));
    for nothing in [Size::Number(0), Size::Rate("0%".into())] {
        let mut empty = plan("sm1");
        empty.plan.size = nothing;
        assert!(force.refused("la1", empty).contains("a sample of no record shows nothing"));
    }
    force.did("la1", plan("sm1"));
    let digits = "31415926535897932384";
    let rolled = Contribution::Dice { digits: digits.into(), witness: person("sm1") };
    let witnessed = |digits: &str| SeedWitnessed { audit: A1(), plan: 1, source: 0, digits: digits.into() };
    assert!(force.refused("sm1", witnessed(digits)).contains("no dice wait"));
    force.did("la1", SeedContributed { audit: A1(), plan: 1, source: 0, contribution: rolled });
    assert!(force.refused("la1", drawn(1, &["d1"])).contains("sm1 has not confirmed the dice"));
    assert!(force.refused("la1", witnessed(digits)).contains("names sm1 as the witness"));
    assert!(force.refused("sm1", witnessed("27182818284590452353")).contains("not the digits"));
    force.did("sm1", witnessed(digits));
    force.did("la1", drawn(1, &["d1"]));
    judged(&mut force, "d1", Verdict::Pass);
    let asked = |asked| Some(Population { records: 3, asked, ..Population::default() });
    assert!(force.refused("la1", satisfactory(asked(2))).contains("asks for 2 to be judged, and 1 were drawn"));
    assert_eq!(force.refused("la1", satisfactory(asked(1))), "");
}

#[test]
fn nobody_settles_an_exception_of_their_own_record() {
    let mut force = Force::audit_of("8.2.4.a");
    let own = Standing { user_ids: vec!["nm00018".into()], ..force.standing("la1") };
    force.standings.insert("la1", own);
    assert!(force.refused("la1", settled(Settled::Dismissed, &["nm00018"])).contains("la1's own"));
    assert_eq!(force.refused("la2", settled(Settled::Dismissed, &["nm00018"])), "");
}

#[test]
fn whoever_worked_on_an_audit_does_not_sign_it_off() {
    let mut force = Force::audit_of("8.2.4.a");
    force.did("la1", settled(Settled::Dismissed, &[]));
    force.did("la1", AuditHandedOver { audit: A1(), to: person("la2"), reason: "away".into() });
    force.did("la2", satisfactory(population(0, 0)));
    let signed = AuditSignedOff { audit: A1(), note: String::new() };
    for worked in ["la1", "la2"] {
        assert!(force.refused(worked, signed.clone()).contains("second person"), "{worked}");
    }
    force.did("sm1", signed);
    // A file that the second person has not seen voids what they signed.
    let to = Matter::Audit(A1());
    let attached = Attached { to, name: "n".into(), sha256: "0".into(), bytes: 1, note: String::new() };
    force.did("la2", attached);
    let audit = &force.record.audits[&A1()];
    assert!(audit.signed_off.is_none() && audit.completed.is_none() && audit.voided.len() == 1);
}

fn import(id: &str, sets: &[&str], replaces: Option<&str>) -> EvidenceImported {
    let original = |set: &&str| Original {
        name: format!("{set}.csv"),
        sha256: "0".into(),
        bytes: 1,
        set: Some((*set).into()),
        mapping: None,
        rows: 1,
        quarantined: 0,
        duplicate: 0,
        conflicting: 0,
    };
    EvidenceImported {
        import: ImportId::parse(id).unwrap(),
        mark: Mark::of([3; 16]),
        originals: sets.iter().map(original).collect(),
        typed: Vec::new(),
        mappings: Vec::new(),
        quarantine: Vec::new(),
        quarantine_unlisted: 0,
        answers: None,
        extracted_by: None,
        query: None,
        independent_count: None,
        replaces: replaces.map(|id| ImportId::parse(id).unwrap()),
        reason: "a mended file".into(),
        lost: Vec::new(),
    }
}

#[test]
fn whom_the_evidence_keeps_from_auditing_does_not_change_that_evidence() {
    let mut force = Force::new();
    force.did("la1", import("E1", &["accounts", "cameras"], None));
    let withdrawn = || EvidenceWithdrawn { import: ImportId::parse("E1").unwrap(), reason: "not mine".into() };
    assert_eq!(force.refused("la1", withdrawn()), "");
    let user = Standing { user_of: vec!["u1 on nas".into()], ..force.standing("la1") };
    force.standings.insert("la1", user);
    for act in [Act::from(withdrawn()), import("E2", &["accounts"], None).into()] {
        assert!(force.refused("la1", act).contains("another person changes what is in accounts"));
    }
    assert_eq!(force.refused("la1", import("E2", &["cameras"], None)), "");
    assert_eq!(force.refused("am1", withdrawn()), "");
    assert!(force.refused("am1", import("E2", &["accounts"], Some("E1"))).contains("E1 also holds cameras"));
    assert_eq!(force.refused("am1", import("E2", &["accounts", "cameras"], Some("E1"))), "");
}

#[test]
fn roles_are_given_by_another_from_today_and_administrators_see_no_audit() {
    let mut force = Force::new();
    assert!(force.refused("ad1", given("ad1", Role::AnprManager, "2026-10-01")).contains("second person"));
    assert!(force.refused("ad1", given("am1", Role::Respondent, "2026-09-30")).contains("is past"));
    assert!(force.refused("ad1", given("la1", Role::Administrator, "2026-10-01")).contains("no content of audits"));
    assert_eq!(force.refused("ad1", given("am1", Role::Administrator, "2026-10-01")), "");
    let withdrawn = RoleWithdrawn { person: person("ad1"), role: Role::Administrator, reason: "leaves".into() };
    assert!(force.refused("ad1", withdrawn.clone()).contains("only administrator"));
    force.did("ad1", given("am1", Role::Administrator, "2026-10-01"));
    assert!(force.refused("ad1", given("am1", Role::LocalAuditor, "2026-10-01")).contains("no content of audits"));
    force.did("ad1", withdrawn);
    assert!(force.refused("ad1", added("x", None)).contains("holds no role"));
}

#[test]
fn a_log_in_name_stands_for_one_person() {
    let mut force = Force::new();
    force.did("ad1", added("p1", Some("chief")));
    let changed = |id: &str| PersonChanged {
        person: person(id),
        name: None,
        login: Some("chief".into()),
        user_ids: None,
        reason: "asked".into(),
    };
    assert!(force.refused("ad1", changed("am1")).contains("belongs to another person"));
    assert!(force.refused("ad1", changed("p1")).contains("nothing of p1 would change"));
    assert_eq!(force.refused("ad1", PersonChanged { name: Some("Q".into()), ..changed("p1") }), "");
}

#[test]
fn what_hangs_on_nothing_is_refused() {
    let mut force = Force::audit_of("8.2.4.c");
    force.did("la1", everything(&["s1"]));
    let attached = |to| Attached { to, name: "n".into(), sha256: "0".into(), bytes: 1, note: String::new() };
    let noncompliance = NoncomplianceId::parse("N4").unwrap();
    for to in [
        Matter::Item(A1(), "s9".into()),
        Matter::Audit(AuditId::parse("A9").unwrap()),
        Matter::Finding(FindingId::parse("F9").unwrap()),
        Matter::Noncompliance(noncompliance),
    ] {
        assert_ne!(force.refused("la1", attached(to.clone())), "", "{to:?}");
    }
    assert_eq!(force.refused("la1", attached(Matter::Item(A1(), "s1".into()))), "");
    // A reviewer touches what is assigned, and nothing else.
    assert!(force.refused("rv1", attached(Matter::Item(A1(), "s1".into()))).contains("not assigned"));
    assert!(force.refused("rv1", attached(Matter::Audit(A1()))).contains("assigned"));
    assert!(force.refused("la1", finding(&["s9"])).contains("not on the worklist"));
    assert_eq!(force.refused("la1", finding(&["s1"])), "");
    let hold = |audits: &[&str], reason: &str| HoldPlaced {
        hold: HoldId::after(None),
        audits: audits.iter().map(|id| AuditId::parse(id).unwrap()).collect(),
        reason: reason.into(),
    };
    assert!(force.refused("la1", hold(&["A77"], "a claim")).contains("no audit A77"));
    assert!(force.refused("la1", hold(&["A1"], " ")).contains("who asked for the hold"));
    assert_eq!(force.refused("la1", hold(&["A1"], "a claim")), "");
}

#[test]
fn the_28_days_run_from_the_finding_whenever_they_are_written_down() {
    let mut force = Force::audit_of("8.2.4.a");
    force.did("la1", finding(&[]));
    force.today = "2026-12-20";
    let identified = |clause: &str, on: &str| NoncomplianceIdentified {
        noncompliance: NoncomplianceId::parse("N1").unwrap(),
        mark: Mark::of([4; 16]),
        clause: clause.into(),
        finding: FindingId::parse("F1").ok(),
        identified_on: day(on),
        what: "searches without a reason".into(),
    };
    assert!(force.refused("la1", identified("8.2.4.a", "2026-12-20")).contains("raised on 2026-10-01"));
    assert!(force.refused("la1", identified("8.2.7", "2026-10-01")).contains("not of 8.2.7"));
    assert_eq!(force.refused("la1", identified("8.2.5", "2026-10-01")), "");
    force.did("la1", identified("8.2.4.a", "2026-10-01"));
    let reported = NoncomplianceReported {
        noncompliance: NoncomplianceId::parse("N1").unwrap(),
        reported_on: day("2026-12-20"),
        reference: "letter".into(),
        report_sha256: Some("zzzz".into()),
        late_because: None,
    };
    assert!(force.refused("la1", reported.clone()).contains("no report with this SHA-256"));
    assert_eq!(force.refused("la1", NoncomplianceReported { report_sha256: None, ..reported }), "");
}
