//! What the National Auditor may put on record, and controllers.

use super::*;

#[test]
fn a_controller_sets_their_own_extent_and_the_national_auditor_only_that_of_one_who_set_none() {
    let mut office = Office::new();
    office.add("na", Role::NationalAuditor).add("lead", Role::LeadController).add("other", Role::LeadController);
    office.add("plain", Role::SeniorManager);
    let set = |who: &str, lea: Option<&str>| ExtentSet {
        controller: person(who),
        lea: lea.map(str::to_owned),
        extent: Extent::Figures,
    };
    assert_eq!(refused(&office, "lead", set("lead", None)), "");
    assert!(refused(&office, "lead", set("other", None)).contains("themselves"));
    assert_eq!(refused(&office, "na", set("other", None)), "");
    assert!(refused(&office, "na", set("plain", None)).contains("--lea"));
    assert_eq!(refused(&office, "na", set("plain", Some("northmere"))), "");
    assert!(refused(&office, "na", set("plain", Some("nowhere"))).contains("register"));
    // What the National Auditor set holds until the controller says otherwise, and then their word stands.
    office.add("theirs", Role::Controller);
    assert!(refused(&office, "lead", set("theirs", Some("northmere"))).contains("themselves"));
    office.on("2026-02-06", set("lead", None));
    let told = |office: &Office| ControllersReport::of(&office.0, &person("lead"), None).unwrap();
    assert_eq!((told(&office).by_controller, told(&office).set_by.as_str()), (false, "auditor"));
    assert_eq!(refused(&office, "na", set("lead", None)), "");
    office.by("lead", "2026-02-07", set("lead", None));
    assert_eq!((told(&office).by_controller, told(&office).set_by.as_str()), (true, "LEAD"));
    for lea in [None, Some("northmere")] {
        let said = refused(&office, "na", set("lead", lea));
        assert!(said.contains("lead set on 2026-02-07 what they are shown, and only lead changes that"), "{said}");
    }
    assert_eq!(refused(&office, "lead", set("lead", None)), "");
    assert_eq!(refused(&office, "theirs", set("theirs", Some("northmere"))), "");
    assert!(refused(&office, "theirs", set("theirs", None)).contains("--lea"));
}

#[test]
fn a_bundle_is_no_return_that_nobody_expects_and_nothing_is_expected_twice() {
    let mut office = Office::new();
    office.add("na", Role::NationalAuditor);
    let unexpected = BundleReceived { returns: vec!["return 2025".into()], ..bundle(&office.0, "northmere", 5) };
    assert!(refused(&office, "na", unexpected.clone()).contains("expected"));
    let expected = ReturnExpected {
        lea: "northmere".into(),
        what: "return 2025".into(),
        due: day("2026-02-10"),
        kind: ReturnKind::Other,
    };
    assert_eq!(refused(&office, "na", expected.clone()), "");
    office.on("2026-01-02", expected.clone());
    assert!(refused(&office, "na", expected).contains("already"));
    assert_eq!(refused(&office, "na", unexpected), "");
}

#[test]
fn no_bundle_is_taken_for_an_annual_return_that_it_does_not_hold() {
    let mut office = Office::new();
    office.add("na", Role::NationalAuditor);
    let (lea, what, due) = ("northmere".to_owned(), "annual return 2026".to_owned(), day("2026-02-10"));
    office.on("2026-01-02", ReturnExpected { lea, what: what.clone(), due, kind: ReturnKind::AnnualReturn });
    let mut of_audits = BundleReceived { returns: vec![what], ..bundle(&office.0, "northmere", 5) };
    assert!(refused(&office, "na", of_audits.clone()).contains("it holds no completed audit"));
    of_audits.audits = vec![stated("A1", "8.2.4.a", "2026-01-10", 50, 3)];
    let said = refused(&office, "na", of_audits.clone());
    assert!(said.contains("the bundle holds none; it holds A1 of 8.2.4.a"), "{said}");
    let refused_bundle = BundleReceived { defects: vec!["a draw differs".into()], ..of_audits.clone() };
    assert_eq!(refused(&office, "na", refused_bundle), "", "what did not hold is on record, and taken for nothing");
    let period = Some(ReturnPeriod { from: day("2025-01-01"), to: day("2026-01-01") });
    assert_eq!(refused(&office, "na", BundleReceived { annual_return: period, ..of_audits }), "");
}
