//! A small workspace for tests: one audit was drawn, and its first record judged.

use std::fs;
use std::path::{Path, PathBuf};

use custodes_compliance::acts::audit::{Attached, ItemJudged, Matter, SeedSource, Size, Verdict};
use custodes_compliance::acts::people::{Kind, PersonAdded, RoleGiven};
use custodes_compliance::acts::{Act, Mark, PersonId};
use custodes_compliance::london::parse_day;
use custodes_compliance::roles::Role;
use custodes_evidence::archive::TakeIn;
use custodes_journal::key::VerifierKey;

use super::audits::{self, Because};
use super::evidence::{Provenance, import};
use super::sampling::{self, Given, Planned};
use super::{Opening, Workspace};

pub fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

/// The workspace, where it lies, and the auditor.
pub struct Sample {
    pub folder: tempfile::TempDir,
    pub workspace: Workspace,
    pub auditor: PersonId,
}

pub fn sample() -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let (administrator, auditor, witness) = (person("ad1"), person("la1"), person("sm1"));
    let mut workspace = empty(folder.path());
    for (id, role) in [("am1", Role::AnprManager), ("sm1", Role::SeniorManager)] {
        appoint(&mut workspace, &administrator, id, role);
    }
    let provenance = Provenance::default();
    let how = TakeIn { threads: 1, ..TakeIn::default() };
    import(&mut workspace, &person("am1"), vec![evidence(folder.path())], None, &how, &provenance).unwrap();
    appoint(&mut workspace, &administrator, "la1", Role::LocalAuditor);
    let (from, to) = (parse_day("2026-07-01").unwrap(), parse_day("2026-10-01").unwrap());
    // The clock is the machine's: the period may lie long ago.
    let because = Because { earlier: Some("the searches are of these days".into()), ..Because::default() };
    let audit = audits::open(&mut workspace, &auditor, "8.2.4.a", (from, to), &because).unwrap();
    let planned = Planned {
        size: Some(Size::Number(3)),
        strata: None,
        rationale: "three are enough for a test".into(),
        risk_assessment: "none: the force is made up".into(),
        seed_from: vec![SeedSource::Dice { witness: witness.clone() }],
        tops_up: false,
    };
    sampling::commit_plan(&mut workspace, &auditor, audit, &planned).unwrap();
    let digits = "31415926535897932384";
    let dice = Given::Dice { digits: digits.into(), witness: witness.clone() };
    sampling::contribute(&mut workspace, &auditor, audit, 0, &dice).unwrap();
    sampling::confirm(&mut workspace, &witness, audit, digits).unwrap();
    let drawn = sampling::draw(&mut workspace, &auditor, audit).unwrap();
    let key = drawn.sample[0].key.clone();
    let (sha256, bytes) = workspace.archive.keep_text("the log of the desk\n").unwrap();
    let (to, name) = (Matter::Audit(audit), "desk.txt".to_owned());
    let attached = Attached { to, name, sha256: sha256.to_string(), bytes, note: String::new() };
    workspace.act(&auditor, |_| Ok(vec![Act::from(attached.clone())])).unwrap();
    let mut sample = Sample { folder, workspace, auditor };
    sample.judge(key, Verdict::Fail);
    sample
}

/// A workspace with nobody in it but its administrator, ad1, in `northmere`; its keys are in `keys`.
pub fn empty(folder: &Path) -> Workspace {
    let opening = Opening {
        kind: Kind::Lea,
        lea: "Northmere Constabulary".into(),
        administrator: person("ad1"),
        name: "A. Adams".into(),
        login: None,
        keys: folder.join("keys"),
    };
    Workspace::create(&folder.join("northmere"), opening).unwrap()
}

pub fn appoint(workspace: &mut Workspace, by: &PersonId, id: &str, role: Role) {
    let mark = Mark::of(super::random().unwrap());
    let added = PersonAdded { person: person(id), name: format!("Person {id}"), login: None, user_ids: vec![], mark };
    workspace.act(by, |_| Ok(vec![Act::from(added.clone())])).unwrap();
    let from = audits::today();
    let given = RoleGiven { person: person(id), role, from, until: None, deputy_for: None, reason: "appointed".into() };
    workspace.act(by, |_| Ok(vec![Act::from(given.clone())])).unwrap();
}

/// A few searches of a made-up force, and what section 3 needs of its auditor.
fn evidence(into: &Path) -> PathBuf {
    let folder = into.join("evidence");
    fs::create_dir(&folder).unwrap();
    let header = "search_id,system,user_id,searched_at,data_from,data_to,target,purpose,reason,justification,reference,authorised_by,authorised_rank,authorised_at,preserved_case,results\n";
    // Wherever the draw puts its window of 30 days, some are in it.
    let first = parse_day("2026-07-01").unwrap();
    let searches: String = (0..30)
        .map(|number| {
            let day = first.plus_days(3 * number);
            format!("S{number},nas,nm1,{day}T10:00:00Z,{day}T00:00:00Z,{day}T09:00:00Z,AA00AAA,Terrorism,test,\"as asked, in writing\",R1,,,,,0\n")
        })
        .collect();
    fs::write(folder.join("searches.csv"), header.to_owned() + &searches).unwrap();
    fs::write(
        folder.join("accounts.csv"),
        "person_id,user_id,system,permission,authorised_at,authorised_by,last_access_at,closed_at,left_at\nP1,nm1,nas,user,2022-01-01T09:36:00Z,SUP,,,\n",
    )
    .unwrap();
    fs::write(folder.join("auditors.csv"), "person_id,user_ids,clearance,clearance_expires_on\nla1,,SC,2199-01-01\n")
        .unwrap();
    folder
}

impl Sample {
    pub fn key(&self) -> Vec<VerifierKey> {
        vec![self.workspace.verifier().unwrap()]
    }

    pub fn judge(&mut self, key: String, verdict: Verdict) {
        let audit = *self.workspace.record.audits.keys().next().unwrap();
        let judged = ItemJudged { audit, key, question: "reason".into(), verdict, note: "none was given".into() };
        self.workspace.act(&self.auditor, |_| Ok(vec![Act::from(judged.clone())])).unwrap();
    }
}
