use crate::compliance::acts::audit::{Added, Drawn, ItemsAdded, Size, Verdict};
use crate::compliance::report::{AuditReport, FoundException, Group};
use crate::form;
use crate::golden::is_the_golden;
use crate::hostile;
use crate::made_up_audit::{DICE, audit, drew, everything_told, exception, frame, opened, plan};
use custodes_pages::audit_report;

/// An audit with something of everything.
pub fn everything() -> AuditReport {
    let (told, facts) = everything_told();
    told.report(facts)
}

#[test]
fn an_audit_with_something_of_everything_is_the_golden_page() {
    let html = audit_report(&everything());
    form::is_fit(&html);
    is_the_golden("audit_report", &html);
}

#[test]
fn an_audit_that_was_only_opened_is_the_golden_page_and_claims_nothing() {
    let told = opened();
    let html = audit_report(&told.report(told.facts()));
    form::is_fit(&html);
    assert!(html.contains("This audit is not completed.") && html.contains("Not signed off."));
    is_the_golden("audit_report_opened", &html);
}

#[test]
fn a_long_audit_names_every_record_once() {
    let mut told = opened();
    let records = frame(1500);
    drew(&mut told, 1, plan(&records, Size::Number(200)), &records, DICE[0]);
    let sample = told.sample(1);
    for (place, key) in sample.iter().enumerate() {
        let pass = (Verdict::Pass, "");
        let first = if place % 9 == 0 { (Verdict::Fail, "The authority is dated later.") } else { pass };
        told.judged("p-auditor", key, [first, pass, pass, pass, pass]);
    }
    let mut facts = told.facts();
    let subjects = (0..250).map(|n| format!("S-{n:05}"));
    facts.exceptions = subjects
        .map(|subject| FoundException { name: exception("reference_missing", &subject), detail: "no reference".into() })
        .collect();
    let html = audit_report(&told.report(facts));
    form::is_fit(&html);
    for (place, key) in sample.iter().enumerate() {
        let row = format!("<td class=\"number\">{}</td><th scope=\"row\">{key}</th>", place + 1);
        assert_eq!(html.matches(&row).count(), 1, "{key}");
    }
    assert!(html.contains("Nobody has confirmed or dismissed 250 exceptions"));
    assert!(html.contains("50 more are not listed here"));
}

/// The same by people who write what they like, wherever they can.
pub fn hostile_everywhere() -> AuditReport {
    let mut report = everything();
    let text = hostile::text;
    report.audited.lea = text();
    report.audited.again_because = Some(text());
    report.conclusion.as_mut().unwrap().findings = text();
    report.sign_off.as_mut().unwrap().note = text();
    report.voided[0].because = text();
    for person in &mut report.people {
        person.name = text();
        person.roles.iter_mut().for_each(|role| role.reason = text());
    }
    let plan = &mut report.plans[0];
    (plan.rationale, plan.risk_assessment) = (text(), text());
    plan.superseded.as_mut().unwrap().reason = text();
    plan.evidence[0].originals[0].0 = text();
    plan.seed[0].contribution.as_mut().unwrap().text = text();
    plan.drawn.as_mut().unwrap().repeat.script = text();
    let item = &mut report.results[0].items[0];
    item.key = text();
    item.answers[0].given.as_mut().unwrap().note = text();
    report.exceptions.confirmed[0].name.subject = text();
    report.queries[0].asks = text();
    report.queries[0].attachments[0].name = text();
    report.findings[0].finds = text();
    report.noncompliances[0].what = text();
    report.not_established[0].why = text();
    report.inputs[0].name = text();
    report.checkpoint.origin = text();
    report
}

#[test]
fn whatever_people_wrote_is_text_and_no_markup() {
    let html = audit_report(&hostile_everywhere());
    form::is_fit(&html);
    hostile::is_only_text_in(&html, 31);
    is_the_golden("audit_report_hostile", &html);
}

#[test]
fn a_record_that_nobody_judged_is_never_shown_as_a_pass() {
    let mut told = opened();
    let records = frame(90);
    drew(&mut told, 1, plan(&records, Size::Number(3)), &records, DICE[0]);
    let html = audit_report(&told.report(told.facts()));
    assert!(!html.contains("<td>Pass</td>"));
    assert_eq!(html.matches("<td>Not judged</td>").count(), 3 * 6);
    assert_eq!(html.matches("Nobody has judged it").count(), 3);
    assert!(html.contains("3 of the 3 records are not judged, so nothing is said of the population."));
}

#[test]
fn targeted_records_have_no_statement_beside_them() {
    let mut told = opened();
    let items = vec![Drawn { key: "T-1".into(), owners: Vec::new(), stratum: None }];
    told.did("p-auditor", ItemsAdded { audit: audit(), how: Added::Targeted, items, reason: "a pattern".into() });
    told.passed("p-auditor", "T-1");
    let report = told.report(told.facts());
    assert!(report.group(Group::Targeted).is_some());
    let html = audit_report(&report);
    assert!(html.contains("no rate is estimated from them"));
    assert!(!html.contains("confidence") && !html.contains("class=\"inset\"><strong>Plan"));
}
