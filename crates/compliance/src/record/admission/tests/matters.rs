//! Non-compliance, as it is reported and closed.

use super::*;
use crate::acts::matter::NoncomplianceClosed;

#[test]
fn a_report_of_long_ago_needs_its_reason_and_one_without_the_audit_report_is_not_closed() {
    let mut force = Force::audit_of("8.2.4.a");
    force.did("la1", finding(&[]));
    let id = NoncomplianceId::parse("N1").unwrap();
    force.did(
        "la1",
        NoncomplianceIdentified {
            noncompliance: id,
            mark: Mark::of([4; 16]),
            clause: "8.2.4.a".into(),
            finding: FindingId::parse("F1").ok(),
            identified_on: day("2026-10-01"),
            what: "searches without a reason".into(),
        },
    );
    force.today = "2026-10-28";
    let reported = |on: &str, because: Option<&str>| NoncomplianceReported {
        noncompliance: id,
        reported_on: day(on),
        reference: "letter".into(),
        report_sha256: None,
        late_because: because.map(str::to_owned),
    };
    assert_eq!(force.refused("la1", reported("2026-10-21", None)), "");
    assert!(force.refused("la1", reported("2026-10-20", None)).contains("--late-because"));
    assert!(force.refused("la1", reported("2026-10-20", Some(" "))).contains("8 days ago"));
    assert_eq!(force.refused("la1", reported("2026-10-20", Some("the letter was mislaid"))), "");
    force.did("la1", reported("2026-10-20", Some("the letter was mislaid")));
    let matter = |force: &Force| force.record.noncompliances[&id].clone();
    assert_eq!((matter(&force).stated_on(), matter(&force).lacks_audit_report()), (Some(day("2026-10-28")), true));
    let close = NoncomplianceClosed { noncompliance: id, reason: "done".into() };
    assert!(force.refused("la2", close.clone()).contains("no audit report went with N1"));
    assert!(force.refused("la1", reported("2026-10-28", None)).contains("name the one that followed"));
    let followed = NoncomplianceReported { report_sha256: Some("ab".into()), ..reported("2026-10-28", None) };
    assert!(force.refused("la1", followed.clone()).contains("issued here of A1"));
    force.happened("la1", followed);
    let told = matter(&force);
    assert!(!told.lacks_audit_report());
    assert_eq!(told.reported.unwrap().1.reported_on, day("2026-10-20"), "the first report is the one that was in time");
    assert!(!force.refused("la2", close).contains("audit report"));
}
