use crate::compliance::acts::audit::{Size, Verdict};
use crate::compliance::acts::national::{ExceptionsTold, Extent, StatedAudit, StatedNoncompliance};
use crate::compliance::acts::retention::ReturnPeriod;
use crate::compliance::acts::schedule::Outcome;
use crate::compliance::acts::{AuditId, ReceiptId};
use crate::compliance::national::controllers::{AuditTold, Conclusion, ControllersReport, FindingTold, ItemTold};
use crate::compliance::national::{Fraction, Receipt};
use crate::form;
use crate::golden::is_the_golden;
use crate::hostile;
use crate::made_up_audit::{at, day};
use custodes_pages::{controllers_report, receipt};

fn stated(audit: &str, clause: &str, signed_off: bool) -> StatedAudit {
    StatedAudit {
        audit: audit.into(),
        clause: clause.into(),
        from: day("2026-01-01"),
        to: day("2026-04-01"),
        completed_at: at("2026-04-10T09:30:00Z"),
        signed_off,
        population: 12_480,
        examined: 624,
        failed: 3,
        findings: 2,
        outcome: Some(Outcome::Unsatisfactory),
        planned: Some(Size::Rate("5 %".into())),
        exceptions: Some(ExceptionsTold { confirmed: 3, dismissed: 12 }),
    }
}

/// An audit of days to come, of which nothing was examined.
fn unexamined() -> StatedAudit {
    let (outcome, planned, exceptions) = (Some(Outcome::Satisfactory), None, None);
    let (to, population, examined, failed, findings) = (day("2026-05-01"), 0, 0, 0, 0);
    let audit = stated("A3", "8.2.7", false);
    StatedAudit { to, population, examined, failed, findings, outcome, planned, exceptions, ..audit }
}

fn matter(name: &str, reported: Option<&str>, closed: bool) -> StatedNoncompliance {
    StatedNoncompliance {
        noncompliance: name.into(),
        clause: "8.2.4.b".into(),
        identified_on: day("2026-04-05"),
        reported_on: reported.map(day),
        stated_on: None,
        lacks_audit_report: false,
        closed,
    }
}

/// A bundle that held, with something of everything.
pub fn accepted() -> Receipt {
    Receipt {
        receipt: ReceiptId::after(None),
        lea: "northmere".into(),
        name: "Northmere Constabulary (made up)".into(),
        office: "Office of the National Auditor (made up)".into(),
        entry: 1_042,
        received_at: at("2026-04-14T10:15:00Z"),
        received_by: "Made-up National Auditor".into(),
        sha256: "3f".repeat(32),
        bytes: 4_812_337,
        size: 1_871,
        root: "5b".repeat(32),
        made_at: at("2026-04-13T16:00:00Z"),
        defects: Vec::new(),
        annual_return: Some(ReturnPeriod { from: day("2025-04-01"), to: day("2026-04-01") }),
        returns: vec!["audits of the first quarter".into(), "annual return on cameras (4.2)".into()],
        audits: vec![stated("A1", "8.2.4.a", true), stated("A2", "8.2.4.b", true), unexamined()],
        noncompliances: vec![
            matter("N1", Some("2026-04-20"), true),
            StatedNoncompliance {
                stated_on: Some(day("2026-05-24")),
                lacks_audit_report: true,
                ..matter("N2", Some("2026-05-10"), false)
            },
            matter("N3", None, false),
        ],
        witnessed_at: Some(at("2026-04-14T10:15:02Z")),
        cosignature: format!("— national-auditor.example {}=\n", "AbCd".repeat(26)),
    }
}

/// A bundle that was refused, of an LEA that says what it likes.
pub fn refused() -> Receipt {
    Receipt {
        lea: hostile::text(),
        name: hostile::text(),
        office: hostile::text(),
        received_by: hostile::text(),
        defects: vec!["entry 12: its leaf hash is not the one the tree holds".into(), hostile::text()],
        annual_return: None,
        returns: vec![hostile::text(), String::new()],
        witnessed_at: None,
        cosignature: String::new(),
        ..accepted()
    }
}

/// Bundles of which nothing can be told but that they came.
fn empty() -> Receipt {
    let annual_return = None;
    Receipt {
        annual_return,
        returns: Vec::new(),
        audits: Vec::new(),
        noncompliances: Vec::new(),
        witnessed_at: None,
        ..accepted()
    }
}

fn finding(name: &str, closed_on: Option<&str>) -> FindingTold {
    FindingTold {
        finding: name.into(),
        finds: "One administrator’s access was not withdrawn when the post ended.".into(),
        extent: "One account of the 18 examined.\nIt was not used after the post ended.".into(),
        action: "The account was closed; leavers are now sent to the system’s owner each week.".into(),
        closed_on: closed_on.map(day),
    }
}

fn answer(key: &str, verdict: Verdict, note: &str) -> ItemTold {
    ItemTold { key: key.into(), question: "still needed".into(), verdict, note: note.into() }
}

fn audited() -> AuditTold {
    AuditTold {
        audit: AuditId::after(None),
        clause: "8.3.4".into(),
        title: "Administrators of the national systems",
        from: day("2025-10-01"),
        to: day("2026-04-01"),
        completed_on: day("2026-04-10"),
        outcome: Outcome::Unsatisfactory,
        records: 20,
        examined: 18,
        failed: 2,
        rate: Fraction::of(2, 18),
        findings: vec![finding("F1", Some("2026-05-02")), finding("F2", None)],
        conclusion: Some(Conclusion {
            findings: "Two accounts were open without need.".into(),
            extent: "Two of the 18 examined.".into(),
            action: "Both are closed.".into(),
        }),
        items: vec![
            answer("admin-00017", Verdict::Pass, ""),
            answer("admin-00021", Verdict::Fail, "The post ended on 1 February 2026."),
            answer("admin-00034", Verdict::NotAssessable, "The owner’s answer is awaited."),
        ],
    }
}

/// Everything of two audits, to the controller of one LEA.
pub fn everything_shown() -> ControllersReport {
    ControllersReport {
        office: "Office of the National Auditor (made up)".into(),
        controller: "Made-up Controller".into(),
        lea: Some("Northmere Constabulary (made up)".into()),
        extent: Extent::Everything,
        set_on: day("2026-01-15"),
        set_by: "Made-up Controller".into(),
        by_controller: true,
        audits: vec![
            audited(),
            AuditTold {
                audit: AuditId::after(Some(&AuditId::after(None))),
                clause: "8.3.5".into(),
                title: "Searches by the national systems’ own staff",
                records: 0,
                examined: 0,
                failed: 0,
                rate: None,
                outcome: Outcome::Satisfactory,
                findings: Vec::new(),
                conclusion: Some(Conclusion { findings: String::new(), extent: " ".into(), action: String::new() }),
                items: Vec::new(),
                ..audited()
            },
        ],
    }
}

/// The same, by people who write what they like.
pub fn hostile_shown() -> ControllersReport {
    let mut report = everything_shown();
    (report.office, report.controller, report.lea) = (hostile::text(), hostile::text(), Some(hostile::text()));
    (report.set_by, report.by_controller) = (hostile::text(), false);
    let audit = &mut report.audits[0];
    audit.conclusion = Some(Conclusion { findings: hostile::text(), extent: hostile::text(), action: hostile::text() });
    let finding = &mut audit.findings[0];
    (finding.finds, finding.extent, finding.action) = (hostile::text(), hostile::text(), hostile::text());
    let item = &mut audit.items[0];
    (item.key, item.note) = (hostile::text(), hostile::text());
    report
}

#[test]
fn the_receipt_for_a_bundle_that_held_is_the_golden_page() {
    let html = receipt(&accepted());
    form::is_fit(&html);
    assert!(html.contains("1 January 2026 to 31 March 2026"), "the last day of a period is told, not the day after");
    is_the_golden("receipt", &html);
}

#[test]
fn the_receipt_for_a_refused_bundle_is_the_golden_page_and_vouches_for_nothing() {
    let html = receipt(&refused());
    form::is_fit(&html);
    hostile::is_only_text_in(&html, 8);
    assert!(!html.contains("everything in it holds") && !html.contains("bundle states"));
    is_the_golden("receipt_refused", &html);
}

#[test]
fn a_receipt_for_a_bundle_that_states_nothing_says_so() {
    let html = receipt(&empty());
    form::is_fit(&html);
    assert_eq!(html.matches("<p>None.</p>").count(), 2);
    assert!(!html.contains("cosigned"));
}

#[test]
fn a_report_to_a_controller_who_asked_for_everything_is_the_golden_page() {
    let html = controllers_report(&everything_shown());
    form::is_fit(&html);
    assert!(html.contains("(11.1\u{a0}% of those examined)") && html.contains("(left blank)"));
    is_the_golden("controllers_report", &html);
}

#[test]
fn what_people_wrote_in_a_report_to_a_controller_is_text_and_no_markup() {
    let html = controllers_report(&hostile_shown());
    form::is_fit(&html);
    hostile::is_only_text_in(&html, 11);
    is_the_golden("controllers_report_hostile", &html);
}

#[test]
fn a_controller_who_asked_for_nothing_is_told_that_nothing_is_shown() {
    let html = controllers_report(&ControllersReport {
        extent: Extent::Nothing,
        audits: Vec::new(),
        lea: None,
        ..everything_shown()
    });
    form::is_fit(&html);
    assert!(html.contains("Nothing is shown, as the controller wished.") && html.contains("lead controller"));
    assert!(!html.contains("signed off"), "{html}");
}
