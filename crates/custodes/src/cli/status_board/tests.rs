use custodes_compliance::acts::audit::{Added, AuditOpened, Drawn, FindingRaised, ItemJudged, ItemsAdded};
use custodes_compliance::acts::audit::{ItemsAssigned, QueryRaised, Verdict};
use custodes_compliance::acts::evidence::{DataRequested, EvidenceImported, Original, Quarantined};
use custodes_compliance::acts::matter::{NoncomplianceIdentified, NoncomplianceReported, NoncomplianceWorked};
use custodes_compliance::acts::people::{Kind, ParametersProposed, PersonAdded, WorkspaceOpened};
use custodes_compliance::acts::retention::{DisposalProposed, HoldPlaced};
use custodes_compliance::acts::schedule::DueMoved;
use custodes_compliance::acts::{Act, Content, Mark, PersonId};
use custodes_compliance::event::Moment;
use custodes_compliance::london::{midnight, parse_day, parse_day_or_instant};
use custodes_compliance::record::Record;
use custodes_compliance::schedule::{Checked, Doer, Duty, Met, Sources};
use custodes_compliance::{Day, State};

use super::*;

fn day(text: &str) -> Day {
    parse_day(text).expect("a day")
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).expect("an id")
}

/// A journal in the making: each act at the London midnight of its day.
struct Journal(Record);

impl Journal {
    fn put(&mut self, on: &str, by: &str, act: impl Into<Act>) {
        let content = Content { by: person(by), login: None, act: act.into() };
        self.0.apply(midnight(day(on)), &Mark::of([self.0.size as u8; 16]), Some(content));
    }
}

fn mark() -> Mark {
    Mark::of([9; 16])
}

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("an id")
}

/// A made-up force some way into its year.
fn northmere() -> Record {
    let mut journal = Journal(Record::default());
    let opened = WorkspaceOpened {
        kind: Kind::Lea,
        lea: "Northmere Police".into(),
        origin: "northmere.example/anpr-audit".into(),
        key: "northmere.example/anpr-audit+00000000+AA".into(),
        standard: "3.0".into(),
        program: "custodes 0".into(),
        mark: mark(),
    };
    journal.put("2026-01-05", "p1", opened);
    for (id, name) in [("p1", "Auditor One"), ("p2", "Manager Two"), ("p3", "Reviewer Three"), ("p4", "Senior Four")] {
        let added = PersonAdded {
            person: person(id),
            name: name.into(),
            login: None,
            user_ids: Vec::new(),
            mark: Mark::of([id.as_bytes()[1]; 16]),
        };
        journal.put("2026-01-05", "p1", added);
    }
    an_audit(&mut journal);
    what_came_of_it(&mut journal);
    data_and_records(&mut journal);
    journal.0
}

fn an_audit(journal: &mut Journal) {
    let opened = AuditOpened {
        audit: id("A1"),
        mark: mark(),
        clause: "8.2.2.d".into(),
        from: day("2026-07-01"),
        to: day("2026-10-01"),
        again_because: None,
        previous: None,
        later_because: None,
        earlier_because: None,
    };
    journal.put("2026-09-10", "p1", opened);
    let keys = ["u7/NAS/user", "u8/NAS/user", "u9/NAS/user"];
    let items = keys.iter().map(|key| Drawn { key: (*key).into(), owners: Vec::new(), stratum: None }).collect();
    journal.put(
        "2026-09-11",
        "p1",
        ItemsAdded { audit: id("A1"), how: Added::Everything, items, reason: "every leaver".into() },
    );
    let assigned = ItemsAssigned { audit: id("A1"), keys: vec![keys[0].into(), keys[1].into()], to: person("p3") };
    journal.put("2026-09-11", "p1", assigned);
    let judged = ItemJudged {
        audit: id("A1"),
        key: keys[0].into(),
        question: "ceased".into(),
        verdict: Verdict::Fail,
        note: "still open".into(),
    };
    journal.put("2026-09-12", "p3", judged);
    let query = QueryRaised {
        query: id("Q1"),
        audit: id("A1"),
        key: keys[1].into(),
        to: person("p2"),
        asks: "when was it closed?".into(),
        due: day("2026-09-28"),
    };
    journal.put("2026-09-14", "p3", query);
}

fn what_came_of_it(journal: &mut Journal) {
    let finding = FindingRaised {
        finding: id("F1"),
        audit: id("A1"),
        finds: "an account was open".into(),
        extent: "one".into(),
        action: "close it".into(),
        items: vec!["u7/NAS/user".into()],
        exceptions: Vec::new(),
    };
    journal.put("2026-09-15", "p1", finding);
    for (number, clause, on) in [("N1", "8.2.2.d", "2026-09-15"), ("N2", "5.1.1", "2026-08-01")] {
        let identified = NoncomplianceIdentified {
            noncompliance: id(number),
            mark: mark(),
            clause: clause.into(),
            finding: None,
            identified_on: day(on),
            what: "as found".into(),
        };
        journal.put(on, "p1", identified);
    }
    let reported = NoncomplianceReported {
        noncompliance: id("N2"),
        reported_on: day("2026-08-31"),
        reference: "letter 4".into(),
        report_sha256: None,
        late_because: None,
    };
    journal.put("2026-08-31", "p1", reported);
    let worked = NoncomplianceWorked {
        noncompliance: id("N2"),
        root_cause: "no spare".into(),
        action: "ordered".into(),
        owner: Some(person("p2")),
        due: Some(day("2026-11-01")),
    };
    journal.put("2026-09-01", "p2", worked);
    let moved = |subject: &str, scheduled: &str, to: &str, reason: &str| DueMoved {
        clause: "5.1.1".into(),
        subject: subject.into(),
        owed: Owed::Evaluation,
        scheduled: day(scheduled),
        to: day(to),
        reason: reason.into(),
    };
    journal.put("2026-09-02", "p4", moved("CAM-2", "2026-09-20", "2026-10-10", "the road is closed"));
    journal.put("2026-09-21", "p4", moved("CAM-2", "2026-09-20", "2026-10-20", "it is closed for longer"));
}

fn data_and_records(journal: &mut Journal) {
    for (number, set, due) in [("D1", "searches", "2026-10-05"), ("D2", "logons", "2026-09-30")] {
        let requested = DataRequested {
            request: id(number),
            set: set.into(),
            what: "the third quarter".into(),
            from_whom: "the NAS service desk".into(),
            due: day(due),
            query: None,
            independent_count: None,
        };
        journal.put("2026-09-01", "p2", requested);
    }
    let quarantined = Quarantined {
        file: "cameras.csv".into(),
        line: 7,
        column: "kind".into(),
        value: "drone".into(),
        reason: "not one of the kinds".into(),
    };
    let imported = EvidenceImported {
        import: id("E1"),
        mark: mark(),
        originals: vec![Original {
            name: "cameras.csv".into(),
            sha256: "00".repeat(32),
            bytes: 900,
            mapping: None,
            set: Some("cameras".into()),
            rows: 12,
            quarantined: 3,
            duplicate: 0,
            conflicting: 0,
        }],
        typed: Vec::new(),
        mappings: Vec::new(),
        quarantine: vec![quarantined],
        quarantine_unlisted: 2,
        answers: None,
        extracted_by: None,
        query: None,
        independent_count: None,
        replaces: None,
        reason: String::new(),
        lost: Vec::new(),
    };
    journal.put("2026-09-05", "p2", imported);
    journal.put("2026-09-06", "p4", HoldPlaced { hold: id("H1"), audits: vec![id("A1")], reason: "a trial".into() });
    let proposed = ParametersProposed {
        proposal: id("P1"),
        toml: "clock_tolerance_seconds = 5\n".into(),
        holds_from: day("2026-10-01"),
        rationale: "as agreed".into(),
    };
    journal.put("2026-09-07", "p2", proposed);
    let disposal = DisposalProposed {
        disposal: id("X1"),
        mark: mark(),
        rule: "two years".into(),
        before: day("2024-01-01"),
        entries: vec![1, 2],
        objects: Vec::new(),
        names: vec!["A9".into()],
    };
    journal.put("2026-09-08", "p1", disposal);
}

fn duty(clause: &'static str, subject: &str, scheduled: &str) -> Duty {
    Duty {
        clause,
        owed: Owed::Review,
        subject: subject.into(),
        happened: None,
        scheduled: Moment::On(day(scheduled)),
        done: None,
        previous: None,
        vouched: true,
        certain: true,
        covert: false,
    }
}

fn met(on: &str, review: &str, person: &str) -> Option<Met> {
    let by = Doer { review: review.into(), person: Some(person.into()), audit: Some("A0".into()) };
    Some(Met { on: Moment::On(day(on)), by: Some(by) })
}

fn left_on(subject: &str, at: &str) -> Duty {
    let happened = parse_day_or_instant(at).expect("an instant");
    let scheduled = Moment::At(happened.plus_hours(48));
    Duty { happened: Some(Moment::At(happened)), scheduled, ..duty("8.2.2.d", subject, "2026-01-01") }
}

fn duties() -> Vec<Duty> {
    let mut duties = vec![
        Duty { done: met("2026-09-10", "r1", "p1"), ..duty("8.1", "*", "2026-09-09") },
        Duty { previous: met("2026-09-10", "r1", "p1"), ..duty("8.1", "*", "2027-09-10") },
        Duty { previous: met("2026-09-10", "r2", "p2"), ..duty("4.1.2", "*", "2026-09-17") },
        Duty { vouched: false, ..duty("8.2.1", "*", "2026-10-01") },
        Duty { certain: false, ..duty("5.1.1", "CAM-1", "2026-10-07") },
        Duty { owed: Owed::Evaluation, ..duty("5.1.1", "CAM-2", "2026-09-20") },
        left_on("u7/NAS/user", "2026-09-08T16:00:00Z"),
        left_on("u8/NAS/user", "2026-09-29T23:30:00Z"),
    ];
    let missed = (10..17).map(|n| duty("4.1.3", &format!("CAM-{n}"), &format!("2026-08-{n}")));
    duties.extend(missed);
    let covert = |n: u32| Duty { covert: true, ..duty("4.1.3", &format!("HIDDEN-{n}"), "2026-10-03") };
    duties.extend((1..4).map(covert));
    duties
}

fn checked() -> Vec<Checked> {
    let of = |clause, state, absent: &[&'static str]| Checked {
        clause,
        state,
        absent: absent.to_vec(),
        set_otherwise: Vec::new(),
    };
    vec![
        of("4.1.3", State::Exceptions, &[]),
        of("8.1", State::Clear, &[]),
        of("7.1.2", State::NotApplicable, &[]),
        of("6.1.1", State::NotEvidenced, &["holdings"]),
    ]
}

fn board() -> Board {
    let (record, duties, checked) = (northmere(), duties(), checked());
    Board::of(&Sources::new(&record, &duties, &checked, midnight(day("2026-10-01"))))
}

#[test]
fn the_board_of_a_made_up_force_reads_as_it_was_accepted() {
    let text = text(&board());
    if std::env::var_os("CUSTODES_ACCEPT").is_some() {
        let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/status_board/northmere.txt");
        std::fs::write(golden, &text).expect("the golden file");
    }
    assert_eq!(text, include_str!("northmere.txt"));
}

#[test]
fn no_line_of_the_board_is_wider_than_100_columns() {
    for line in text(&board()).lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
}

#[test]
fn the_board_shows_no_covert_camera_and_no_content_of_an_audit() {
    let text = text(&board());
    for kept_back in ["HIDDEN", "still open", "when was it closed", "an account was open", "a trial"] {
        assert!(!text.contains(kept_back), "{kept_back}");
    }
    assert!(text.contains("3 covert cameras"));
}

#[test]
fn the_feed_names_cameras_and_counts_accounts() {
    let feed = calendar(&board(), midnight(day("2026-10-01"))).expect("a feed").replace("\r\n ", "");
    for kept_back in ["HIDDEN", "u7", "u8", "Auditor One", "Manager Two"] {
        assert!(!feed.contains(kept_back), "{kept_back}");
    }
    for wanted in [
        "SUMMARY:OVERDUE 4.1.3 Location: CAM-10\r\n",
        "SUMMARY:4.1.3 Location: 3 covert cameras due\r\n",
        "SUMMARY:OVERDUE 8.2.2.d Leavers: 1 review due\r\n",
        "SUMMARY:8.2.8 Report non-compliance N1 (8.2.2.d) to the National Auditor\r\n",
        "DTSTAMP:20260930T230000Z\r\n",
    ] {
        assert!(feed.contains(wanted), "{wanted} is not in {feed}");
    }
    let of = |of: &str| feed.matches(of).count();
    assert_eq!((of("BEGIN:VEVENT"), of("UID:")), (of("END:VEVENT"), of("BEGIN:VEVENT")));
}
