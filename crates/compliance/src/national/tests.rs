mod steps;

use super::*;
use crate::acts::audit::{
    Added, AuditCompleted, AuditOpened, AuditSignedOff, Drawn, FindingRaised, ItemJudged, ItemsAdded, Size, Verdict,
};
use crate::acts::national::{
    BundleReceived, DemandEscalated, DemandMade, DemandMet, ExceptionsTold, Extent, ExtentSet, LeaRegistered,
    ReturnExpected, ReturnKind, StatedAudit, StatedNoncompliance,
};
use crate::acts::people::{Kind, PersonAdded, RoleGiven, WorkspaceOpened};
use crate::acts::retention::ReturnPeriod;
use crate::acts::schedule::{Outcome, Reviewed, ReviewsRecorded};
use crate::acts::{Act, AuditId, Content, FindingId, Mark, PersonId, ReviewId};
use crate::london;
use crate::national::controllers::{ControllersReport, NotSet};
use crate::record::admission::{Actor, refusals};
use crate::roles::{Clearance, Role, Standing};

fn day(text: &str) -> Day {
    london::parse_day(text).unwrap()
}

fn mark(of: u8) -> Mark {
    Mark::of([of; 16])
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

/// A national workspace in which acts happen on days.
struct Office(Record);

impl Office {
    fn new() -> Office {
        let mut office = Office(Record::default());
        let opened = WorkspaceOpened {
            kind: Kind::National,
            lea: "Office".into(),
            origin: "o".into(),
            key: "k".into(),
            standard: "s".into(),
            program: "p".into(),
            mark: mark(0),
        };
        office.on("2026-01-01", opened);
        for lea in ["northmere", "eastmarch"] {
            let (lea, name) = (lea.to_owned(), lea.to_uppercase());
            office.on(
                "2026-01-01",
                LeaRegistered { key: format!("key of {lea}"), lea, name, contact: "".into(), mark: mark(1) },
            );
        }
        office
    }

    fn on(&mut self, when: &str, act: impl Into<Act>) -> &mut Office {
        self.by("auditor", when, act)
    }

    fn by(&mut self, by: &str, when: &str, act: impl Into<Act>) -> &mut Office {
        let content = Content { by: person(by), login: None, act: act.into() };
        self.0.apply(london::midnight(day(when)), &mark(9), Some(content));
        self
    }

    fn add(&mut self, id: &str, role: Role) -> &mut Office {
        let added =
            PersonAdded { person: person(id), name: id.to_uppercase(), login: None, user_ids: vec![], mark: mark(2) };
        let from = day("2026-01-01");
        let given = RoleGiven { person: person(id), role, from, until: None, deputy_for: None, reason: "r".into() };
        self.on("2026-01-01", added).on("2026-01-01", given)
    }

    /// The first LEA of the view on a day.
    fn lea(&self, lea: &str, as_of: &str) -> Lea {
        National::of(&self.0, day(as_of), 28).leas.into_iter().find(|told| told.lea == lea).unwrap()
    }
}

fn bundle(record: &Record, lea: &str, size: u64) -> BundleReceived {
    BundleReceived {
        receipt: ReceiptId::after(record.receipts.keys().next_back()),
        lea: lea.into(),
        sha256: "0".into(),
        bytes: 1,
        size,
        root: "0".into(),
        made_at: london::midnight(day("2026-02-01")),
        defects: vec![],
        audits: vec![],
        noncompliances: vec![],
        parameters: vec![],
        annual_return: None,
        returns: vec![],
        witnessed_at: None,
        cosignature: String::new(),
    }
}

fn stated(audit: &str, clause: &str, completed: &str, examined: u64, failed: u64) -> StatedAudit {
    StatedAudit {
        audit: audit.into(),
        clause: clause.into(),
        from: day("2025-10-01"),
        to: day("2026-01-01"),
        completed_at: london::midnight(day(completed)),
        signed_off: true,
        population: 1000,
        examined,
        failed,
        findings: 0,
        outcome: Some(Outcome::Unsatisfactory),
        planned: Some(Size::Rate("5 %".into())),
        exceptions: Some(ExceptionsTold { confirmed: 3, dismissed: 12 }),
    }
}

fn matter(name: &str, identified: &str, reported: Option<&str>) -> StatedNoncompliance {
    StatedNoncompliance {
        noncompliance: name.into(),
        clause: "8.2.4.b".into(),
        identified_on: day(identified),
        reported_on: reported.map(day),
        stated_on: None,
        lacks_audit_report: false,
        closed: false,
    }
}

#[test]
fn a_return_is_expected_then_missing_then_received_late_by_its_receipt() {
    let mut office = Office::new();
    let expected = ReturnExpected {
        lea: "northmere".into(),
        what: "return 2025".into(),
        due: day("2026-02-10"),
        kind: ReturnKind::Other,
    };
    office.on("2026-01-02", expected);
    let came = |office: &Office, as_of| office.lea("northmere", as_of).returns[0].came.clone();
    assert_eq!(came(&office, "2026-02-10"), Came::Expected);
    assert_eq!(came(&office, "2026-02-13"), Came::Missing { days_late: 3 });
    let refused = BundleReceived {
        defects: vec!["no".into()],
        returns: vec!["return 2025".into()],
        ..bundle(&office.0, "northmere", 5)
    };
    office.on("2026-02-09", refused);
    assert_eq!(came(&office, "2026-02-13"), Came::Missing { days_late: 3 }, "a refused bundle is no return");
    let good = BundleReceived { returns: vec!["return 2025".into()], ..bundle(&office.0, "northmere", 5) };
    let receipt = good.receipt;
    office.on("2026-02-14", good);
    assert_eq!(came(&office, "2026-03-01"), Came::Received { receipt, on: day("2026-02-14"), days_late: 4 });
    assert!(office.lea("eastmarch", "2026-03-01").returns.is_empty());
}

#[test]
fn non_compliance_is_late_by_receipt_though_the_lea_says_in_time_and_the_earliest_receipt_counts() {
    let mut office = Office::new();
    let first = BundleReceived {
        noncompliances: vec![matter("N1", "2026-01-05", Some("2026-02-02")), matter("N2", "2026-01-20", None)],
        ..bundle(&office.0, "northmere", 5)
    };
    office.on("2026-02-03", first);
    let again = BundleReceived {
        noncompliances: vec![StatedNoncompliance { closed: true, ..matter("N1", "2026-01-05", Some("2026-02-02")) }],
        ..bundle(&office.0, "northmere", 9)
    };
    office.on("2026-05-01", again);
    let lea = office.lea("northmere", "2026-05-02");
    let [one, two] = &lea.noncompliances[..] else { panic!("{lea:?}") };
    assert_eq!((one.received_on, one.due), (day("2026-02-03"), day("2026-02-02")));
    assert_eq!((one.by_receipt, one.as_stated), (Punctuality::Late { days: 1 }, Punctuality::InTime));
    assert!(one.closed);
    assert_eq!((two.by_receipt, two.as_stated), (Punctuality::InTime, Punctuality::NotReported { days: 74 }));
    assert_eq!(lea.open_noncompliances().count(), 1);
}

#[test]
fn an_audit_is_overdue_one_period_after_the_last_that_was_signed_off() {
    let mut office = Office::new();
    let mut of = bundle(&office.0, "northmere", 5);
    of.audits = vec![
        stated("A1", "8.2.4.b", "2026-01-10", 50, 1),
        StatedAudit { signed_off: false, ..stated("A2", "8.2.4.b", "2026-06-10", 50, 1) },
    ];
    office.on("2026-01-11", of);
    let due = |as_of: &str| {
        let cadence = office.lea("northmere", as_of).cadence;
        cadence.into_iter().find(|due| due.clause == "8.2.4.b").unwrap()
    };
    let due_day = due("2026-01-11").due.unwrap();
    assert_eq!(due("2026-01-11").last, Some(day("2026-01-10")), "an audit that nobody signed off meets nothing");
    assert_eq!(due(&due_day.to_string()).days_late, 0);
    assert_eq!(due(&due_day.plus_days(2).to_string()).days_late, 2);
    let never = office.lea("eastmarch", "2030-01-01").cadence;
    assert!(!never.is_empty() && never.iter().all(|due| due.last.is_none() && due.due.is_none() && due.days_late == 0));
}

#[test]
fn figures_made_with_other_parameters_are_marked_as_unlike() {
    let mut office = Office::new();
    let mut one = bundle(&office.0, "northmere", 5);
    one.audits = vec![stated("A1", "8.2.4.b", "2026-01-10", 50, 3)];
    office.on("2026-01-11", one);
    let mut two = bundle(&office.0, "eastmarch", 7);
    two.audits = vec![stated("A4", "8.2.4.b", "2026-01-12", 40, 0)];
    office.on("2026-01-13", two.clone());
    let figures = |office: &Office| National::of(&office.0, day("2026-02-01"), 28).figures;
    let alike = figures(&office);
    assert_eq!((alike.len(), alike[0].unlike.len(), alike[0].periods_differ), (1, 0, false));
    let rates: Vec<String> = alike[0].figures.iter().map(|figure| figure.rate.unwrap().to_string()).collect();
    assert_eq!(rates, ["0/1 (0.0 %)", "3/50 (6.0 %)"]);
    two.receipt = ReceiptId::after(office.0.receipts.keys().next_back());
    two.parameters = vec![("rate_older_searches".into(), "3 %".into())];
    office.on("2026-01-14", two);
    assert_eq!(figures(&office)[0].unlike, ["rate_older_searches"]);
}

#[test]
fn figures_are_compared_by_the_parameters_on_which_their_clause_rests_and_no_others() {
    let mut office = Office::new();
    let told = |parameters: &[(&str, &str)]| -> Vec<(String, String)> {
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    for (lea, parameters) in [
        ("northmere", told(&[("clock_tolerance_seconds", "10"), ("dormant_days", "60"), ("rate_disclosures", "1/5")])),
        ("eastmarch", told(&[("dormant_days", "90"), ("rate_disclosures", "1/5")])),
    ] {
        let mut of = bundle(&office.0, lea, 5);
        of.audits = vec![stated("A1", "8.2.7", "2026-01-10", 50, 3), stated("A2", "8.2.2.c", "2026-01-11", 50, 3)];
        of.parameters = parameters;
        office.on("2026-01-12", of);
    }
    let figures = National::of(&office.0, day("2026-02-01"), 28).figures;
    let of = |clause: &str| figures.iter().find(|figures| figures.clause == clause).unwrap();
    let disclosures = of("8.2.7");
    assert!(disclosures.unlike.is_empty(), "{:?}", disclosures.unlike);
    for figure in &disclosures.figures {
        assert_eq!(figure.parameters, told(&[("rate_disclosures", "1/5")]), "{}", figure.lea);
    }
    assert_eq!(of("8.2.2.c").unlike, ["dormant_days"]);
}

#[test]
fn an_audit_of_which_nothing_was_examined_and_one_of_days_to_come_stand_out_in_words() {
    let mut office = Office::new();
    let mut of = bundle(&office.0, "northmere", 5);
    // The bundle was made at midnight of the first of February: its day is not over.
    let ends = |audit: StatedAudit, to: &str| StatedAudit { to: day(to), ..audit };
    of.audits = vec![
        stated("A1", "8.2.4.b", "2026-01-10", 50, 1),
        ends(stated("A2", "8.2.7", "2026-01-11", 0, 0), "2026-02-01"),
        ends(stated("A3", "8.2.6", "2026-01-12", 0, 0), "2026-02-02"),
    ];
    office.on("2026-02-02", of);
    let told = office.lea("northmere", "2026-02-03").audits;
    let remarks: Vec<String> = told.iter().map(|told| told.remarks.join("; ")).collect();
    let ahead = "no record was examined; its period ends after the bundle was made";
    assert_eq!(remarks, ["", "no record was examined", ahead]);
    let figures = National::of(&office.0, day("2026-02-03"), 28).figures;
    let of = figures.iter().find(|figures| figures.clause == "8.2.7").unwrap();
    assert_eq!(of.figures[0].remarks, ["no record was examined"]);
    assert_eq!((of.figures[0].outcome, of.figures[0].planned.as_deref()), (Some(Outcome::Unsatisfactory), Some("5 %")));
}

#[test]
fn a_fraction_is_exact_and_rounds_half_up_only_to_be_shown() {
    assert_eq!(Fraction::of(3, 48).unwrap().to_string(), "1/16 (6.3 %)");
    assert_eq!(Fraction::of(0, 0), None);
    assert_eq!(Fraction::of(1, 3).unwrap().per_mille(), 333);
    assert_eq!(Fraction::of(u64::MAX, u64::MAX).unwrap().per_mille(), 1000);
}

#[test]
fn a_refused_bundle_is_shown_until_a_good_one_comes_and_is_no_last_bundle() {
    let mut office = Office::new();
    let at = london::midnight(day("2026-01-11"));
    let good = BundleReceived { witnessed_at: Some(at), ..bundle(&office.0, "northmere", 5) };
    office.on("2026-01-11", good);
    let bad = BundleReceived { defects: vec!["a draw differs".into()], ..bundle(&office.0, "northmere", 9) };
    office.on("2026-01-12", bad);
    let lea = office.lea("northmere", "2026-01-13");
    assert_eq!(lea.last_bundle.as_ref().map(|last| last.size), Some(5));
    assert_eq!(lea.last_witnessed, Some(LastWitnessed { size: 5, at }));
    assert_eq!(lea.refused_since.len(), 1);
    let better = bundle(&office.0, "northmere", 9);
    office.on("2026-01-14", better);
    assert!(office.lea("northmere", "2026-01-15").refused_since.is_empty());
}

#[test]
fn a_demand_is_open_overdue_escalated_and_met_late() {
    let mut office = Office::new();
    let demand = crate::acts::DemandId::after(None);
    let made =
        DemandMade { demand, lea: "northmere".into(), is: Demand::Records, what: "A1".into(), due: day("2026-02-01") };
    office.on("2026-01-10", made);
    assert_eq!(office.lea("northmere", "2026-02-01").demands[0].days_late, 0);
    office.on("2026-02-04", DemandEscalated { demand, to: "chief".into(), reason: "no answer".into() });
    let open = office.lea("northmere", "2026-02-05").demands.remove(0);
    assert!(open.open() && open.days_late == 4 && open.escalated == [(day("2026-02-04"), "chief".to_owned())]);
    office.on("2026-02-06", DemandMet { demand, how: "sent".into() });
    let met = office.lea("northmere", "2026-05-01").demands.remove(0);
    assert!(!met.open() && met.days_late == 5);
}

fn audited(office: &mut Office) {
    let audit = AuditId::after(None);
    let opened = AuditOpened {
        audit,
        mark: mark(5),
        clause: "8.3.5".into(),
        from: day("2026-01-01"),
        to: day("2026-02-01"),
        again_because: None,
        previous: None,
        later_because: None,
        earlier_because: None,
    };
    let item = |key: &str| Drawn { key: key.into(), owners: vec![], stratum: None };
    let items = ItemsAdded { audit, how: Added::Everything, items: vec![item("S1"), item("S2")], reason: "all".into() };
    office.on("2026-02-02", opened).on("2026-02-02", items);
    for (key, verdict, note) in [("S1", Verdict::Pass, ""), ("S2", Verdict::Fail, "SECRET NOTE")] {
        let (question, note) = ("needed".into(), note.into());
        office.on("2026-02-03", ItemJudged { audit, key: key.into(), question, verdict, note });
    }
    let (finds, extent, action) = ("FOUND IT".into(), "one".into(), "train".into());
    let (items, exceptions) = (vec!["S2".into()], vec![]);
    office.on(
        "2026-02-03",
        FindingRaised { finding: FindingId::after(None), audit, finds, extent, action, items, exceptions },
    );
    let (findings, extent, action) = ("one".into(), "one".into(), "train".into());
    office.on(
        "2026-02-04",
        AuditCompleted { audit, outcome: Outcome::Unsatisfactory, findings, extent, action, population: None },
    );
    office.on("2026-02-05", AuditSignedOff { audit, note: "".into() });
}

#[test]
fn a_controller_sees_no_more_than_the_extent_that_was_set() {
    let mut office = Office::new();
    office.add("lead", Role::LeadController);
    audited(&mut office);
    let told = |office: &Office| ControllersReport::of(&office.0, &person("lead"), None);
    assert_eq!(told(&office), Err(NotSet::NoExtent(person("lead"))));
    assert!(matches!(ControllersReport::of(&office.0, &person("x"), None), Err(NotSet::Unknown(_))));
    for (extent, audits, found, noted) in [
        (Extent::Nothing, 0, false, false),
        (Extent::Figures, 1, false, false),
        (Extent::Findings, 1, true, false),
        (Extent::Everything, 1, true, true),
    ] {
        office.on("2026-02-06", ExtentSet { controller: person("lead"), lea: None, extent });
        let report = told(&office).unwrap();
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(report.audits.len(), audits, "{extent:?}");
        assert_eq!((text.contains("FOUND IT"), text.contains("SECRET NOTE")), (found, noted), "{extent:?}");
        if let Some(audit) = report.audits.first() {
            assert_eq!((audit.records, audit.examined, audit.failed), (2, 2, 1));
            assert_eq!(audit.rate, Fraction::of(1, 2));
        }
    }
}

fn refused(office: &Office, by: &str, act: impl Into<Act>) -> String {
    let standing =
        Standing { accounts_known: true, clearance: Clearance::HeldUntil(day("2030-01-01")), ..Standing::default() };
    let by = person(by);
    let actor = Actor { person: &by, standing: &standing, now: london::midnight(day("2026-03-01")) };
    let said = refusals(&office.0, &act.into(), &actor, &|_| standing.clone());
    said.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn opening(clause: &str, from: &str, to: &str) -> AuditOpened {
    AuditOpened {
        audit: AuditId::after(None),
        mark: mark(6),
        clause: clause.into(),
        from: day(from),
        to: day(to),
        again_because: None,
        previous: None,
        later_because: None,
        earlier_because: None,
    }
}

#[test]
fn the_national_auditor_takes_every_step_of_their_own_audits_and_nobody_else_does() {
    let mut office = Office::new();
    office.add("na", Role::NationalAuditor).add("second", Role::NationalAuditor).add("la", Role::LocalAuditor);
    for clause in ["8.3.3", "8.3.4", "8.3.5"] {
        assert_eq!(refused(&office, "na", opening(clause, "2025-08-01", "2026-02-01")), "", "{clause}");
    }
    for lea_clause in ["8.2.4.b", "8.1", "4.1.2"] {
        assert_ne!(refused(&office, "na", opening(lea_clause, "2026-01-01", "2026-02-01")), "", "{lea_clause}");
    }
    assert!(refused(&office, "la", opening("8.3.5", "2026-01-01", "2026-02-01")).contains("National Auditor"));
    audited(&mut office);
    let audit = AuditId::after(None);
    let (findings, extent, action) = ("one".to_owned(), "one".to_owned(), "train".to_owned());
    let outcome = Outcome::Unsatisfactory;
    let completed = AuditCompleted { audit, outcome, findings, extent, action, population: None };
    assert_eq!(refused(&office, "na", completed), "");
    let key = "S1".to_owned();
    let judged =
        ItemJudged { audit, key, question: "needed".into(), verdict: Verdict::Pass, note: "it was asked for".into() };
    assert_eq!(refused(&office, "na", judged), "");
}

#[test]
fn a_national_workspace_records_no_lea_reviews() {
    let mut office = Office::new();
    office.add("manager", Role::AnprManager);
    let review = Reviewed {
        review: ReviewId::after(None),
        clause: "4.1.2".into(),
        subject: "*".into(),
        at: london::midnight(day("2026-02-01")),
        outcome: Outcome::Satisfactory,
        note: String::new(),
        population: None,
        examined: None,
        maintenance: String::new(),
        late_because: None,
    };
    assert!(refused(&office, "manager", ReviewsRecorded { reviews: vec![review] }).contains("own workspace"));
}
