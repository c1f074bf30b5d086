//! Audits of a made-up force, told act by act. The draws are real: anybody can repeat them.

use std::collections::{BTreeMap, BTreeSet};

use super::compliance::acts::audit::*;
use super::compliance::acts::evidence::{EvidenceImported, Original};
use super::compliance::acts::matter::*;
use super::compliance::acts::people::*;
use super::compliance::acts::schedule::Outcome;
use super::compliance::acts::*;
use super::compliance::draw::{self, Frame, Period, Seed};
use super::compliance::london::{parse_day, parse_day_or_instant};
use super::compliance::record::Record;
use super::compliance::report::*;
use super::compliance::roles::{Clearance, Role, Standing};
use super::compliance::state::State;
use super::compliance::time::MICROS_PER_HOUR;
use super::compliance::{Day, Instant};

pub fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

pub fn at(text: &str) -> Instant {
    parse_day_or_instant(text).unwrap()
}

pub fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

pub fn audit() -> AuditId {
    AuditId::after(None)
}

pub const QUESTIONS: [&str; 5] = ["authorised", "timescale", "reason", "purpose", "justification"];

/// A journal in the making: each act is an hour after the one before.
pub struct Told {
    pub record: Record,
    now: Instant,
}

impl Told {
    pub fn did(&mut self, by: &str, act: impl Into<Act>) {
        self.now = Instant(self.now.0 + MICROS_PER_HOUR);
        let content = Content { by: person(by), login: None, act: act.into() };
        let subject = self.record.subject_of(&content.act, Mark::of([9; 16]));
        self.record.apply(self.now, &subject, Some(content));
    }

    pub fn judged(&mut self, by: &str, key: &str, verdicts: [(Verdict, &str); 5]) {
        for (question, (verdict, note)) in QUESTIONS.iter().zip(verdicts) {
            let (key, question, note) = (key.to_owned(), (*question).to_owned(), note.to_owned());
            self.did(by, ItemJudged { audit: audit(), key, question, verdict, note });
        }
    }

    pub fn passed(&mut self, by: &str, key: &str) {
        self.judged(by, key, [(Verdict::Pass, ""); 5]);
    }

    /// Facts that fit the record as it stands.
    pub fn facts(&self) -> Facts {
        let accounts = Standing { accounts_known: true, ..Standing::default() };
        let cleared = Standing { clearance: Clearance::HeldUntil(day("2027-12-31")), ..accounts };
        let looked = |person: &str| (self::person(person), Looked { as_of: self.now, standing: cleared.clone() });
        Facts {
            now: Instant(self.now.0 + MICROS_PER_HOUR),
            program: "custodes 0.1.0".into(),
            standard: "National Standards for Compliance and Audit of Law Enforcement ANPR, v3.0".into(),
            checkpoint: Checkpoint {
                origin: "northmere.example/anpr-audit".into(),
                size: self.record.size,
                root: "5b".repeat(32),
                vkey: "northmere.example/anpr-audit+00000000+made-up".into(),
                note: "northmere.example/anpr-audit\n42\nmade+up+root=\n\n\u{2014} northmere.example/anpr-audit made+up+signature=\n"
                    .into(),
            },
            witnessed: Vec::new(),
            outcome: None,
            exceptions: Vec::new(),
            assumed: Vec::new(),
            set_otherwise: Vec::new(),
            nc_report_days: 28,
            inputs: Vec::new(),
            standing: BTreeMap::from([looked("p-auditor"), looked("p-deputy")]),
            strata: BTreeMap::new(),
            covert: BTreeSet::new(),
        }
    }

    pub fn report(&self, facts: Facts) -> AuditReport {
        AuditReport::of(&self.record, &audit(), facts).unwrap()
    }

    /// The keys that a plan drew, in the order of the draw.
    pub fn sample(&self, plan: usize) -> Vec<String> {
        let (_, drawn) = self.record.audits[&audit()].plans[plan - 1].drawn.as_ref().unwrap();
        drawn.sample.iter().map(|drawn| drawn.key.clone()).collect()
    }
}

/// The force, its people, one import, and an audit of 8.2.4.b that was opened and no more.
pub fn opened() -> Told {
    let mut told = Told { record: Record::default(), now: at("2026-04-01T08:00:00Z") };
    told.did(
        "p-admin",
        WorkspaceOpened {
            kind: Kind::Lea,
            lea: "Northmere Constabulary (made up)".into(),
            origin: "northmere.example/anpr-audit".into(),
            key: "northmere.example/anpr-audit+00000000+made-up".into(),
            standard: "3.0".into(),
            program: "custodes 0.1.0".into(),
            mark: Mark::of([0; 16]),
        },
    );
    let people = [
        ("p-admin", "Made-up Administrator", Role::Administrator, None),
        ("p-auditor", "Made-up Auditor", Role::LocalAuditor, None),
        ("p-deputy", "Made-up Deputy", Role::LocalAuditor, Some("p-auditor")),
        ("p-senior", "Made-up Senior Manager", Role::SeniorManager, None),
        ("p-sergeant", "Made-up Sergeant", Role::Respondent, None),
    ];
    for (place, (id, name, _, _)) in people.iter().enumerate() {
        let (person, name, mark) = (person(id), (*name).to_owned(), Mark::of([place as u8 + 1; 16]));
        told.did("p-admin", PersonAdded { person, name, login: None, user_ids: Vec::new(), mark });
    }
    for (id, _, role, deputy_for) in people {
        let (person, deputy_for) = (person(id), deputy_for.map(person));
        let (from, until) = (day("2026-01-01"), deputy_for.is_some().then(|| day("2026-10-01")));
        let reason = "appointed by the made-up chief officer".into();
        told.did("p-admin", RoleGiven { person, role, from, until, deputy_for, reason });
    }
    told.did("p-auditor", imported());
    told.did(
        "p-auditor",
        AuditOpened {
            audit: audit(),
            mark: Mark::of([7; 16]),
            clause: "8.2.4.b".into(),
            from: day("2026-01-01"),
            to: day("2026-04-01"),
            again_because: None,
            previous: None,
            later_because: None,
            earlier_because: None,
        },
    );
    told
}

fn imported() -> EvidenceImported {
    let file = Original {
        name: "searches.csv".into(),
        sha256: "aa".repeat(32),
        bytes: 48_211,
        mapping: None,
        set: Some("searches".into()),
        rows: 90,
        quarantined: 0,
        duplicate: 0,
        conflicting: 0,
    };
    EvidenceImported {
        import: ImportId::after(None),
        mark: Mark::of([8; 16]),
        originals: vec![file],
        typed: Vec::new(),
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

/// One record a day in turn, over the 90 days of the period.
pub fn frame(count: usize) -> Vec<(String, Day)> {
    (0..count).map(|n| (format!("S-{n:05}"), day("2026-01-01").plus_days(n as i64 % 90))).collect()
}

pub fn plan(records: &[(String, Day)], size: Size) -> Plan {
    let digest = Frame::of(records.iter().map(|(key, _)| key.clone())).unwrap().digest();
    Plan {
        clause: "8.2.4.b".into(),
        from: day("2026-01-01"),
        to: day("2026-04-01"),
        window_days: Some(30),
        size,
        strata: None,
        rationale: "The standard's own rate, and nothing in the last audit asks for more.".into(),
        risk_assessment: "Low: two made-up teams search older data, both under close supervision.".into(),
        frame: FrameStated {
            sha256: digest.frame_sha256.to_string(),
            count: digest.count,
            table_sha256: "bb".repeat(32),
            uncertain: 0,
            not_whole: Vec::new(),
        },
        seed_from: vec![SeedSource::Dice { witness: person("p-senior") }, SeedSource::Beacon { round: 26_000_000 }],
        evidence: vec![ImportId::after(None)],
        parameters: None,
        tops_up: None,
    }
}

/// Commits a plan, brings the seed, and draws.
pub fn drew(told: &mut Told, number: u32, plan: Plan, records: &[(String, Day)], dice: &str) {
    let (from, to, size, frame) = (plan.from, plan.to, plan.size.clone(), plan.frame.sha256.clone());
    let audit = audit();
    told.did("p-auditor", PlanCommitted { audit, number, plan });
    let randomness = "cd".repeat(32);
    let given = Contribution::Dice { digits: dice.to_owned(), witness: person("p-senior") };
    told.did("p-auditor", SeedContributed { audit, plan: number, source: 0, contribution: given });
    let (round, signature) = (26_000_000, "ef".repeat(48));
    let given = Contribution::Beacon { round, signature, randomness: randomness.clone() };
    told.did("p-auditor", SeedContributed { audit, plan: number, source: 1, contribution: given });

    let text = format!("{dice},{randomness},{frame}");
    let seed = Seed::recorded(text.clone());
    let window = draw::choose_window(Period::new(from, to).unwrap(), 30, &seed).unwrap();
    let inside: Vec<&str> =
        records.iter().filter(|(_, day)| window.contains(*day)).map(|(key, _)| key.as_str()).collect();
    let population = inside.len() as u64;
    let size = match size {
        Size::Number(number) => number,
        Size::Everything => population,
        Size::Rate(rate) => custodes_standard::model::Ratio::parse(&rate).unwrap().sample_size(population),
    };
    let sample = draw::draw(inside, &seed, size).unwrap();
    let sample = sample
        .into_iter()
        .map(|drawn| Drawn { key: drawn.key.as_str().to_owned(), owners: Vec::new(), stratum: None })
        .collect();
    let window = Some((window.first, window.last));
    told.did("p-auditor", SampleDrawn { audit, plan: number, seed: text, window, population, sample });
}

pub const DICE: [&str; 2] = ["31415926535897932384", "27182818284590452353"];

/// A whole audit with something of everything, small enough to read.
pub fn everything_told() -> (Told, Facts) {
    let mut told = opened();
    let records = frame(180);
    drew(&mut told, 1, plan(&records, Size::Rate("5 %".into())), &records, DICE[0]);
    let reason = "The frame lacked the searches of the made-up east station.".to_owned();
    told.did("p-auditor", PlanSuperseded { audit: audit(), plan: 1, reason });
    let records = frame(300);
    drew(&mut told, 2, plan(&records, Size::Rate("5 %".into())), &records, DICE[1]);
    let sample = told.sample(2);
    targeted_judged_and_asked(&mut told, &sample);
    found(&mut told, &sample);
    concluded(&mut told, &sample);
    let facts = with_outcome(told.facts());
    (told, facts)
}

fn targeted_judged_and_asked(told: &mut Told, sample: &[String]) {
    let audit = audit();
    let items = vec![Drawn { key: "S-90001".into(), owners: Vec::new(), stratum: None }];
    let reason = "Made at night by an account that searches by day.".into();
    told.did("p-auditor", ItemsAdded { audit, how: Added::Targeted, items, reason });
    told.did("p-auditor", ItemsAssigned { audit, keys: vec![sample[0].clone()], to: person("p-deputy") });
    let failed = (Verdict::Fail, "The authority is dated the day after the search.");
    let pass = (Verdict::Pass, "");
    told.judged("p-deputy", &sample[0], [failed, pass, pass, pass, pass]);
    for key in &sample[1..sample.len() - 1] {
        told.passed("p-auditor", key);
    }
    let cannot = (Verdict::NotAssessable, "The purpose is in a file that was not supplied.");
    told.judged("p-auditor", sample.last().unwrap(), [pass, pass, pass, cannot, pass]);
    let own = (Verdict::Fail, "The stated incident is not one of the force's.");
    told.judged("p-auditor", "S-90001", [pass, pass, own, pass, own]);

    let query = QueryId::after(None);
    let asks = "When was the authority given, and where is it recorded?".into();
    let (key, to, due) = (sample[0].clone(), person("p-sergeant"), day("2026-04-20"));
    told.did("p-deputy", QueryRaised { query, audit, key, to, asks, due });
    told.did(
        "p-sergeant",
        QueryAnswered { query, answer: "By telephone on the day, written up the day after.".into() },
    );
    let (name, sha256) = ("telephone-log.pdf".into(), "dd".repeat(32));
    told.did(
        "p-sergeant",
        Attached { to: Matter::Query(query), name, sha256, bytes: 10_240, note: "Extract for that day.".into() },
    );
}

pub fn exception(code: &str, subject: &str) -> ExceptionName {
    ExceptionName {
        clause: "8.2.4.b".into(),
        code: code.into(),
        subject: subject.into(),
        due: String::new(),
        done: String::new(),
    }
}

fn found(told: &mut Told, sample: &[String]) {
    let audit = audit();
    let settled = |code, subject: &str, settled, reason: &str| ExceptionsSettled {
        audit,
        exceptions: vec![exception(code, subject)],
        settled,
        reason: reason.into(),
        owners: Vec::new(),
    };
    told.did(
        "p-auditor",
        settled("authority_after_search", &sample[0], Settled::Confirmed, "Borne out by the answer to the query."),
    );
    told.did(
        "p-auditor",
        settled("authority_rank", "S-00007", Settled::Dismissed, "An acting rank, recorded by its substantive name."),
    );
    let finding = FindingId::after(None);
    told.did(
        "p-auditor",
        FindingRaised {
            finding,
            audit,
            finds: "One search of older data was made before its authority was recorded.".into(),
            extent: "One record of those drawn.".into(),
            action: "The made-up team was told to record authority before it searches.".into(),
            items: vec![sample[0].clone()],
            exceptions: vec![exception("authority_after_search", &sample[0])],
        },
    );
    let noncompliance = NoncomplianceId::after(None);
    told.did(
        "p-auditor",
        NoncomplianceIdentified {
            noncompliance,
            mark: Mark::of([6; 16]),
            clause: "8.2.4.b".into(),
            finding: Some(finding),
            identified_on: day("2026-04-05"),
            what: "Authority recorded after the search.".into(),
        },
    );
    let (reported_on, reference) = (day("2026-05-10"), "NM-ANPR-26-01".into());
    told.did(
        "p-auditor",
        NoncomplianceReported {
            noncompliance,
            reported_on,
            reference,
            report_sha256: Some("ee".repeat(32)),
            late_because: None,
        },
    );
}

pub fn completed() -> AuditCompleted {
    AuditCompleted {
        audit: audit(),
        outcome: Outcome::Unsatisfactory,
        findings: "One search without authority at the time.".into(),
        extent: "One record of those drawn; one targeted record besides.".into(),
        action: "The team was told; a second look follows in three months.".into(),
        population: None,
    }
}

fn concluded(told: &mut Told, sample: &[String]) {
    let audit = audit();
    let mut conclusion = completed();
    conclusion.extent = "One record of those drawn.".into();
    told.did("p-auditor", conclusion);
    told.did("p-senior", AuditSignedOff { audit, note: String::new() });
    let (key, question) = (sample[1].clone(), "reason".to_owned());
    let note = "Looked at again: the reason is recorded in full.".into();
    told.did("p-auditor", ItemJudged { audit, key, question, verdict: Verdict::Pass, note });
    told.did("p-auditor", completed());
    told.did("p-senior", AuditSignedOff { audit, note: "Read with the auditor.".into() });
}

/// What a check of the made-up evidence gave.
pub fn with_outcome(facts: Facts) -> Facts {
    let found = |code, subject: &str, detail: &str| FoundException {
        name: exception(code, subject),
        detail: detail.to_owned(),
    };
    Facts {
        outcome: Some(ClauseOutcome {
            clause: "8.2.4.b".into(),
            from: at("2026-01-01"),
            as_of: at("2026-04-01"),
            state: State::Exceptions,
            population: Some(300),
            codes: BTreeMap::from([("authority_rank".into(), 1), ("reference_missing".into(), 1)]),
            untestable: BTreeMap::from([("authority_undated".into(), 3)]),
            absent: Vec::new(),
            not_whole: vec![NotWhole { set: "accounts".into(), why: "2 rows could not be read".into() }],
        }),
        exceptions: vec![
            found("authority_rank", "S-00007", "the authorising officer's rank is not one that may authorise it"),
            found("reference_missing", "S-00011", "no crime, incident, operation or authority reference is recorded"),
        ],
        assumed: vec![AssumedParameter {
            name: "authority_ranks_older".into(),
            value: "inspector and above".into(),
            source: "8.2.5".into(),
            says: "the ranks that may authorise a search of older data".into(),
        }],
        inputs: vec![InputFile {
            name: "searches.csv".into(),
            set: Some("searches".into()),
            sha256: "aa".repeat(32),
            rows: 302,
            accepted: 300,
            quarantined: 1,
            duplicate: 1,
            conflicting: 0,
            future: 0,
        }],
        witnessed: vec![Witnessed {
            size: facts.checkpoint.size - 4,
            at: at("2026-04-06T09:00:00Z"),
            by: "national-auditor.example".into(),
        }],
        ..facts
    }
}
