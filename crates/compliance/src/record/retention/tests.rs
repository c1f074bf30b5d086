use super::*;
use crate::acts::audit::{
    Attached, AuditCompleted, AuditOpened, AuditSignedOff, FindingClosed, FindingRaised, FrameStated, Matter, Plan,
    PlanCommitted, Size,
};
use crate::acts::evidence::{EvidenceImported, EvidenceWithdrawn, Typed};
use crate::acts::matter::{NoncomplianceClosed, NoncomplianceIdentified};
use crate::acts::people::Refused;
use crate::acts::retention::{DisposalApproved, HoldPlaced, HoldReleased};
use crate::acts::schedule::{Outcome, Reviewed, ReviewsRecorded};
use crate::acts::{Act, Content, PersonId};
use crate::london::{midnight, parse_day};

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

fn id<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

/// A journal in the making; each act belongs to the matter that the record says.
struct Journal(Record);

impl Journal {
    fn put(&mut self, on: &str, act: impl Into<Act>) {
        let act = act.into();
        let mark = self.0.subject_of(&act, Mark::of([self.0.size as u8 + 100; 16]));
        let content = Content { by: PersonId::parse("p1").unwrap(), login: None, act };
        self.0.apply(midnight(day(on)), &mark, Some(content));
    }

    /// Makes a disposal, as a workspace does: what went is folded without its content.
    fn dispose(self, on: &str, number: &str, found: &Disposable) -> Journal {
        let proposed = DisposalProposed {
            disposal: id(number),
            mark: Mark::of([90; 16]),
            rule: "two years".into(),
            before: day(on),
            entries: found.entries.iter().copied().collect(),
            objects: found.objects.iter().cloned().collect(),
            names: found.names.clone(),
        };
        let mut after = Journal(self.0);
        after.put(on, proposed);
        after.put(on, DisposalApproved { disposal: id(number) });
        // What matters of the fold without that content: the matters are not there any more.
        after.0.disposed.extend(&found.entries);
        after.0.audits.clear();
        after.0.findings.clear();
        after.0.noncompliances.clear();
        after.0.reviews.clear();
        after
    }
}

fn import(number: &str, table: &str) -> EvidenceImported {
    let typed = Typed { set: "searches".into(), sha256: table.into(), bytes: 1, rows: 1 };
    EvidenceImported {
        import: id(number),
        mark: Mark::of([number.as_bytes()[1]; 16]),
        originals: Vec::new(),
        typed: vec![typed],
        mappings: Vec::new(),
        quarantine: Vec::new(),
        quarantine_unlisted: 0,
        answers: None,
        extracted_by: None,
        query: None,
        independent_count: None,
        replaces: None,
        reason: String::new(),
        lost: Vec::new(),
    }
}

fn plan() -> PlanCommitted {
    let frame =
        FrameStated { sha256: "f".into(), count: 1, table_sha256: "frame".into(), uncertain: 0, not_whole: Vec::new() };
    let plan = Plan {
        clause: "8.2.4.a".into(),
        from: day("2024-07-01"),
        to: day("2024-10-01"),
        window_days: None,
        size: Size::Everything,
        strata: None,
        rationale: "r".into(),
        risk_assessment: "r".into(),
        frame,
        seed_from: Vec::new(),
        evidence: vec![id("E1")],
        parameters: None,
        tops_up: None,
    };
    PlanCommitted { audit: id("A1"), number: 1, plan }
}

fn attached(to: Matter, sha256: &str) -> Attached {
    Attached { to, name: "file".into(), sha256: sha256.into(), bytes: 1, note: String::new() }
}

/// An audit with a finding and its non-compliance, all closed by the end of October 2024; and a review.
fn a_finished_audit() -> Journal {
    let mut journal = Journal(Record::default());
    journal.put("2024-10-01", import("E1", "table"));
    journal.put(
        "2024-10-01",
        AuditOpened {
            audit: id("A1"),
            mark: Mark::of([7; 16]),
            clause: "8.2.4.a".into(),
            from: day("2024-07-01"),
            to: day("2024-10-01"),
            again_because: None,
            previous: None,
            later_because: None,
            earlier_because: None,
        },
    );
    journal.put("2024-10-01", plan());
    journal.put(
        "2024-10-02",
        Refused { kind: "item.judged".into(), about: "A1".into(), reasons: vec!["S1 is not on the worklist".into()] },
    );
    journal.put(
        "2024-10-02",
        FindingRaised {
            finding: id("F1"),
            audit: id("A1"),
            finds: "f".into(),
            extent: "e".into(),
            action: "a".into(),
            items: Vec::new(),
            exceptions: Vec::new(),
        },
    );
    journal.put(
        "2024-10-03",
        NoncomplianceIdentified {
            noncompliance: id("N1"),
            mark: Mark::of([8; 16]),
            clause: "8.2.4.a".into(),
            finding: Some(id("F1")),
            identified_on: day("2024-10-03"),
            what: "w".into(),
        },
    );
    journal.put("2024-10-03", attached(Matter::Noncompliance(id("N1")), "letter"));
    let word = || "none".to_owned();
    journal.put(
        "2024-10-04",
        AuditCompleted {
            audit: id("A1"),
            outcome: Outcome::Unsatisfactory,
            findings: word(),
            extent: word(),
            action: word(),
            population: None,
        },
    );
    journal.put("2024-10-05", AuditSignedOff { audit: id("A1"), note: String::new() });
    journal.put("2024-10-06", FindingClosed { finding: id("F1"), reason: word() });
    journal.put("2024-10-30", NoncomplianceClosed { noncompliance: id("N1"), reason: word() });
    let review = Reviewed {
        review: id("R1"),
        clause: "4.1.2".into(),
        subject: "*".into(),
        at: midnight(day("2024-10-31")),
        outcome: Outcome::Satisfactory,
        note: String::new(),
        population: None,
        examined: None,
        maintenance: String::new(),
        late_because: None,
    };
    journal.put("2024-10-31", ReviewsRecorded { reviews: vec![review] });
    journal
}

#[test]
fn a_finished_audit_goes_with_everything_that_came_of_it_and_not_before_all_of_it_is_old() {
    let journal = a_finished_audit();
    let found = Disposable::before(&journal.0, day("2024-11-01"));
    assert_eq!(found.names, ["A1", "F1", "N1", "R1"]);
    // All but the import: the refusal about the audit, and what was attached to the non-compliance, too.
    assert_eq!(found.entries, (1..12).collect());
    assert_eq!(found.objects, BTreeSet::from(["frame".to_owned(), "letter".to_owned()]));
    assert!(found.held.is_empty());
    let before_it_closed = Disposable::before(&journal.0, day("2024-10-30"));
    assert_eq!(before_it_closed, Disposable::default());
}

#[test]
fn a_legal_hold_keeps_what_it_covers_and_what_was_found_in_it_and_is_named() {
    let mut journal = a_finished_audit();
    journal.put("2026-10-01", HoldPlaced { hold: id("H1"), audits: vec![id("A1")], reason: "a court".into() });
    let found = Disposable::before(&journal.0, day("2024-11-01"));
    assert_eq!(found.names, ["R1"]);
    assert_eq!(found.held[&id("H1")], ["A1"]);
    journal.put("2026-10-02", HoldPlaced { hold: id("H2"), audits: Vec::new(), reason: "an inquiry".into() });
    let found = Disposable::before(&journal.0, day("2024-11-01"));
    assert!(found.names.is_empty() && found.entries.is_empty());
    assert_eq!(found.held[&id("H2")], ["R1"]);
    for hold in ["H1", "H2"] {
        journal.put("2026-10-03", HoldReleased { hold: id(hold), reason: "over".into() });
    }
    assert_eq!(Disposable::before(&journal.0, day("2024-11-01")).names, ["A1", "F1", "N1", "R1"]);
}

#[test]
fn a_number_is_given_once_even_when_its_matter_was_disposed_of() {
    let journal = a_finished_audit();
    let found = Disposable::before(&journal.0, day("2024-11-01"));
    let journal = journal.dispose("2026-11-02", "X1", &found);
    assert!(journal.0.audits.is_empty());
    assert_eq!(journal.0.next_audit(), id("A2"));
    assert_eq!(journal.0.next_finding(), id("F2"));
    assert_eq!(journal.0.next_noncompliance(), id("N2"));
    assert_eq!(journal.0.next_review(), id("R2"));
    assert_eq!(journal.0.next_query(), id("Q1"));
    assert_eq!(journal.0.disposed_as("A1").map(|(disposal, _)| *disposal), Some(id("X1")));
    assert!(journal.0.disposed_as("A2").is_none());
}

#[test]
fn evidence_goes_once_it_is_out_of_force_old_and_nothing_kept_was_drawn_from_it() {
    let mut journal = a_finished_audit();
    let of = |journal: &Journal, day: Day| Disposable::imports(&journal.0, &[id("E1")], day);
    let (early, late) = (day("2024-10-01"), day("2024-11-01"));
    assert!(of(&journal, late).unwrap_err().contains("is in force"));
    journal.put("2026-10-01", EvidenceWithdrawn { import: id("E1"), reason: "old".into() });
    assert!(of(&journal, early).unwrap_err().contains("was taken in on 2024-10-01"));
    assert!(of(&journal, late).unwrap_err().contains("A1 was drawn from E1 and is kept still"));
    let found = Disposable::before(&journal.0, late);
    let mut journal = journal.dispose("2026-11-02", "X1", &found);
    let found = of(&journal, late).unwrap();
    assert_eq!((found.names, found.objects), (vec!["E1".to_owned()], BTreeSet::from(["table".to_owned()])));
    // The same rows came with another import too: they stay as long as it does.
    journal.put("2026-11-03", import("E2", "table"));
    let found = of(&journal, late).unwrap();
    assert!(found.objects.is_empty() && !found.entries.is_empty());
    assert!(Disposable::imports(&journal.0, &[id("E7")], late).unwrap_err().contains("there is no import E7"));
}
