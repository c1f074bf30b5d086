//! A quarter at a made-up force, from `init` to a verified bundle at the National Auditor's: every step with
//! what its reader sees. The transcript beside this file is the golden; read it before it is accepted.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{northmere, root};

/// The clock of a story is set from outside: the program itself has no way to be told another time.
pub const CLOCK: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// A workspace's people and clock, and what was printed so far.
pub struct Story {
    folder: tempfile::TempDir,
    now: String,
    /// Whether the clock stands still, so that each run prints the same.
    frozen: bool,
    workspace: &'static str,
    transcript: String,
}

impl Story {
    pub fn begins(now: &str) -> Story {
        assert!(Path::new(CLOCK).exists(), "the tests need the package faketime: dev/test installs it");
        let folder = tempfile::tempdir().expect("a folder");
        Story { folder, now: now.to_owned(), frozen: false, workspace: "northmere", transcript: String::new() }
    }

    /// A story that prints the same on each run: its clock moves only where it is told to.
    pub fn stands_still(now: &str) -> Story {
        let mut story = Story::begins(now);
        story.frozen = true;
        story
    }

    /// Does what is told elsewhere, and leaves it out of this transcript.
    pub fn untold<T>(&mut self, does: impl FnOnce(&mut Story) -> T) -> T {
        let told = self.transcript.len();
        let came_of_it = does(self);
        self.transcript.truncate(told);
        came_of_it
    }

    /// Whether it reads as it was kept; CUSTODES_ACCEPT=1 keeps it as it reads now.
    pub fn reads_as(&self, name: &str) {
        let golden = root().join("crates/custodes/tests/program").join(name);
        let transcript = self.transcript();
        if std::env::var_os("CUSTODES_ACCEPT").is_some() {
            fs::write(&golden, &transcript).expect("written");
        }
        let kept = fs::read_to_string(&golden).expect("the golden");
        assert!(
            kept == transcript,
            "{name} reads otherwise; read it, then keep it with CUSTODES_ACCEPT=1:\n{transcript}"
        );
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn tells(&mut self, text: &str) {
        self.transcript.push_str(&format!("\n# {text}\n\n"));
    }

    pub fn on(&mut self, now: &str) {
        now.clone_into(&mut self.now);
    }

    pub fn at(&mut self, workspace: &'static str) {
        self.workspace = workspace;
    }

    /// Runs one command as a person; returns what it printed, and whether it ended well.
    pub fn run(&mut self, person: &str, command: &str) -> (bool, String) {
        self.ran(person, command, &["--as", person], None)
    }

    /// The same, and the person types a line.
    pub fn types(&mut self, person: &str, command: &str, line: &str) -> (bool, String) {
        self.ran(person, command, &["--as", person], Some(line))
    }

    /// A command that needs nobody's permission.
    pub fn does_alone(&mut self, command: &str) -> String {
        let (well, said) = self.ran("anybody", command, &[], None);
        assert!(well, "{command}\n{said}");
        said
    }

    /// The program, about to do something at this workspace and time.
    pub fn program(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_custodes"));
        program
            .args(words(command))
            .current_dir(self.path())
            .env("CUSTODES_KEYS", self.path().join(format!("keys-{}", self.workspace)))
            .env("CUSTODES_WORKSPACE", self.path().join(self.workspace))
            .env("LD_PRELOAD", CLOCK)
            .env("FAKETIME", format!("{}{}", if self.frozen { "" } else { "@" }, self.now))
            .env("TZ", "UTC")
            .env("USER", "clerk");
        program
    }

    fn ran(&mut self, person: &str, command: &str, more: &[&str], typed: Option<&str>) -> (bool, String) {
        let mut running = self
            .program(command)
            .args(more)
            .stdin(if typed.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        if let Some(line) = typed {
            let mut input = running.stdin.take().expect("its input");
            // It may have ended before it read anything.
            let _ = input.write_all(format!("{line}\n").as_bytes());
        }
        let output = running.wait_with_output().expect("it ends");
        let said = String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8_lossy(&output.stderr);
        let ended = output.status.code().expect("it ends by itself");
        let typed = typed.map(|line| format!("{line}\n")).unwrap_or_default();
        self.transcript.push_str(&format!("{person}$ custodes {command}\n{typed}{said}[{ended}]\n"));
        (ended == 0, said)
    }

    pub fn does(&mut self, person: &str, command: &str) -> String {
        let (well, said) = self.run(person, command);
        assert!(well, "{person}: {command}\n{said}");
        said
    }

    pub fn is_refused(&mut self, person: &str, command: &str, why: &str) {
        let (well, said) = self.run(person, command);
        assert!(!well && said.contains(why), "{person}: {command}\n{said}");
    }

    /// What is random or of this machine is masked; all else is as it was printed.
    pub fn transcript(&self) -> String {
        let text = self.transcript.replace(&self.path().display().to_string(), "<folder>");
        text.lines().map(|line| masked(line) + "\n").collect()
    }
}

/// Where a story breaks off, the way up to there is told.
impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.transcript());
        }
    }
}

/// Words of a command line; quotes hold words together.
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in command.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Hashes of what holds random marks, keys and journal names.
fn masked(line: &str) -> String {
    if line.starts_with("— ") {
        return "— <random>".to_owned();
    }
    // A frame, a seed and the hash of a secret are what they are on every machine.
    let alone = line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    let drawn = alone
        || line.contains("secret:")
        || line.contains("seed beacon")
        || ["frame_sha256 ", "seed "].iter().any(|start| line.trim_start().starts_with(start));
    let mut out = String::new();
    let mut run = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '+' || c == '/' || c == '=' || c == '.' || c == '-' {
            run.push(c);
            continue;
        }
        let hash = run.len() >= 40 && run.chars().all(|c| c.is_ascii_hexdigit());
        let random = run.starts_with("custodes.invalid/") || (hash && !drawn) || (run.len() >= 60 && run.contains('+'));
        out.push_str(if random { "<random>" } else { &run });
        run.clear();
        if c != '\n' {
            out.push(c);
        }
    }
    out.trim_end().to_owned()
}

/// The evidence of the example, with the people of the story as its auditors.
pub fn evidence(into: &Path) -> PathBuf {
    let folder = into.join("evidence");
    fs::create_dir(&folder).expect("a folder");
    for entry in fs::read_dir(northmere()).expect("the example").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "csv") {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
        }
    }
    let auditors = folder.join("auditors.csv");
    let known = fs::read_to_string(&auditors).expect("text");
    fs::write(&auditors, known + "la1,,SC,2028-01-01\nla2,,SC,2026-11-15\nrv1,nm00002,SC,2028-01-01\n")
        .expect("written");
    folder
}

#[test]
fn a_quarter_at_a_made_up_force() {
    let mut story = Story::stands_still("2026-10-01 08:00:00");
    evidence(story.path());
    let key = opening(&mut story);
    sampling(&mut story);
    judging(&mut story);
    noncompliance(&mut story);
    to_the_national_auditor(&mut story, &key);
    story.reads_as("story.txt");
}

/// Returns the public key of the journal.
pub fn opening(story: &mut Story) -> String {
    story.tells("A workspace is made, people come in. An auditor's part waits for the evidence of section 3.");
    let said =
        story.does("ad1", "init northmere --lea \"Northmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    let key = said.lines().find_map(|line| line.strip_prefix("Public key")).expect("the key").trim().to_owned();
    for (id, name) in [
        ("la1", "L. First"),
        ("la2", "L. Second"),
        ("am1", "M. Manager"),
        ("sm1", "S. Senior"),
        ("rv1", "R. Reviewer"),
        ("rp1", "R. Spondent"),
    ] {
        story.does("ad1", &format!("person add {id} --name \"{name}\""));
    }
    story.is_refused("ad1", "role give la1 local-auditor --reason appointed", "(3.b)");
    story.does("ad1", "role give am1 anpr-manager --reason appointed");
    story.does("ad1", "role give sm1 senior-manager --reason appointed");
    story.does("ad1", "role give rp1 respondent --reason \"answers for the search desk\"");
    story.is_refused("sm1", "import evidence", "holds no role that lets them take evidence in");
    story.does(
        "am1",
        "request add searches --what \"all searches of the year\" --from-whom \"the national desk\" --due 2026-10-05",
    );
    story.does("am1", "import evidence --answers D1 --extracted-by \"the national desk\"");
    story.does("am1", "import evidence");
    story.does("am1", "quarantine list");
    story.does("am1", "quarantine settle E1 evidence/location_checks.csv --line 7 --reason \"accepted as unreadable: the van's log is gone\"");
    story.does("ad1", "role give la1 local-auditor --reason appointed");
    story.does("ad1", "role give la2 local-auditor --deputy-for la1 --reason \"deputises\"");
    story.is_refused("ad1", "role give rv1 reviewer --reason helps", "(3.b)");
    story.does("ad1", "person list");
    key
}

pub fn sampling(story: &mut Story) {
    story.tells("Commit, then the seed, then the draw; every other order is refused.");
    story.is_refused(
        "am1",
        "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01",
        "holds no role that lets them conduct an audit",
    );
    story.is_refused("la1", "audit open 4.1.2 --from 2026-07-01 --to 2026-10-01", "record it with `custodes review`");
    story.is_refused("la1", "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01", "begin there (--from 2026-08-06)");
    story.is_refused("la1", "audit open 8.2.4.a --from 2026-08-06 --to 2027-01-01", "has not happened yet");
    let quarter = "audit open 8.2.4.a --from 2026-07-01 --to 2026-10-01";
    story.does("la1", &format!("{quarter} --again \"the whole quarter: the audit of August looked at one desk\""));
    story.is_refused("la1", quarter, "--again");
    story.is_refused("la1", "draw A1", "the plan comes before the draw");
    story.is_refused("la1", "plan commit A1 --size 5% --seed-from dice:sm1", "the rationale of the rate is missing");
    story.is_refused(
        "la1",
        "plan commit A1 --size 5% --rationale r --risk-assessment r --seed-from beacon:1000",
        "published",
    );
    story.does("la1", "plan size 120 --tolerable 6");
    story.does("la1", "plan commit A1 --size 5% --rationale \"more than the 2 % of the footnote: new users\" --risk-assessment \"moderate: one finding last year\" --seed-from dice:sm1");
    story.is_refused("la1", "draw A1", "the seed comes before the draw");
    story.is_refused("la1", "seed dice A1 123 --witness sm1", "roll 17 more");
    story.is_refused("sm1", "seed dice A1 31415926535897932384 --witness sm1", "does not enter them");
    story.does("la1", "seed dice A1 \"31415 92653 58979 32384\" --witness sm1");
    story.is_refused("la1", "draw A1", "sm1 has not confirmed the dice");
    story.is_refused("sm1", "seed confirm A1 31415926535897932385", "not the digits");
    story.does("sm1", "seed confirm A1 \"31415 92653 58979 32384\"");
    story.does("la1", "draw A1");
    story.is_refused("la1", "draw A1", "has drawn already");
    story.is_refused(
        "la1",
        "plan commit A1 --rationale r --risk-assessment r --seed-from dice:sm1",
        "custodes plan supersede",
    );
}

pub fn judging(story: &mut Story) {
    story.tells("Each record is judged, by those who may; a query runs on its clock.");
    story.on("2026-10-05 09:00:00");
    let worklist = story.does("la1", "audit worklist A1");
    let keys: Vec<String> =
        worklist.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(keys.len() >= 2, "{worklist}");
    story.does("la1", &format!("audit item A1 {}", keys[0]));
    story.is_refused("rp1", &format!("audit judge A1 {} all=pass", keys[0]), "judge items");
    story.is_refused(
        "la1",
        &format!("audit judge A1 {} reason=fail", keys[0]),
        "a note on why it does not pass is missing",
    );
    story.is_refused("la1", &format!("audit judge A1 {} mood=pass", keys[0]), "asks no question");
    story.does(
        "la1",
        &format!("audit query A1 {} --to rp1 --due 2026-10-12 --asks \"which incident was this for?\"", keys[0]),
    );
    for key in &keys[1..] {
        story.does("la1", &format!("audit judge A1 {key} all=pass"));
    }
    story.is_refused("am1", "audit answer Q1 \"incident 12\"", "was put to rp1");
    story.does("rp1", "audit answer Q1 \"incident 12, the log says so\"");
    story.does(
        "la1",
        &format!("audit judge A1 {} authorised=pass timescale=pass purpose=pass justification=pass", keys[0]),
    );
    story.does(
        "la1",
        &format!("audit judge A1 {} reason=fail --note \"the reason was given only when asked\"", keys[0]),
    );
    story.does("la1", "audit exceptions A1");
    story.is_refused(
        "la1",
        "audit complete A1 --outcome unsatisfactory --findings f --extent e --action a",
        "neither confirmed nor dismissed",
    );
    story.does(
        "la1",
        "audit settle A1 confirmed --code justification_placeholder --reason \"a single word, and no incident\"",
    );
    story.does("la1", &format!("finding raise A1 \"a search without a recorded reason\" --extent \"1 of the sample\" --action \"the desk is told\" --item {}", keys[0]));
    story.is_refused(
        "la1",
        "audit complete A1 --outcome satisfactory --findings F1 --extent \"1 record\" --action told",
        "cannot be satisfactory",
    );
    story.does("la1", "audit complete A1 --outcome unsatisfactory --findings F1 --extent \"1 record of the sample\" --action \"the desk is told\"");
    story.is_refused("la1", "audit sign-off A1", "takes a second person");
    story.does("sm1", "audit sign-off A1");
    story.does("la1", &format!("audit judge A1 {} reason=fail --note \"the reason was given late\"", keys[0]));
    story.does("la1", "audit show A1");
    story.does("la1", "audit complete A1 --outcome unsatisfactory --findings F1 --extent \"1 record of the sample\" --action \"the desk is told\"");
    story.does("sm1", "audit sign-off A1");
}

fn noncompliance(story: &mut Story) {
    story.tells("Non-compliance on its 28 days, worked, tested again, closed by another person.");
    story.does("la1", "noncompliance identify 8.2.4.a \"reasons not recorded\" --finding F1");
    story.does("la1", "report A1 --out A1.html");
    story.on("2026-10-20 09:00:00");
    story.does("la1", "noncompliance list");
    story.does("la1", "noncompliance report N1 --reference \"NA-2026-7\" --report A1");
    story.is_refused("la2", "noncompliance close N1 --reason done", "its root cause is not recorded");
    story.does("am1", "noncompliance work N1 --root-cause \"the form let it be left out\" --action \"the form asks for it\" --owner am1");
    story.does("am1", "noncompliance retest N1 --how \"20 searches of the week, all with reasons\"");
    story.is_refused("la1", "noncompliance close N1 --reason done", "takes a second person");
    story.does("la2", "noncompliance close N1 --reason \"tested again with success\"");
    story.is_refused("la1", "finding close F1 --reason done", "takes a second person");
    story.does("sm1", "finding close F1 --reason \"N1 is closed\"");
    story.tells("Reviews that are not audits, in one short step; the board; a clearance that lapsed.");
    story.does("am1", "review 4.1.2");
    story.does("am1", "review 5.1.1 --cameras static");
    story.on("2026-11-20 09:00:00");
    story.is_refused(
        "la2",
        "audit open 8.2.7 --from 2026-08-01 --to 2026-11-01",
        "clearance expired on 2026-11-15 (3.a)",
    );
    story.does("sm1", "hold place A1 --reason \"asked for by a court\"");
    story.is_refused("la1", "dispose propose --before 2026-11-01", "records are kept 2 years");
    story.is_refused("la1", "dispose propose", "nothing is old enough");
    story.does("la1", "misuse report nm00002 --what \"searches of a neighbour's plate\" --line sm1");
    story.does("sm1", "misuse list");
    story.does("la1", "misuse list");
}

fn to_the_national_auditor(story: &mut Story, key: &str) {
    story.tells("One file with everything, verified with the public key alone, and received by the National Auditor.");
    story.does("la1", "bundle --audit A1 --for \"the National Auditor\" --out A1.zip");
    story.does_alone(&format!("verify A1.zip --key {key}"));
    story.does_alone(&format!("verify northmere --key {key}"));
    story.does_alone("redraw A1.zip --audit A1");
    story.at("national");
    super::national::office(story, key);
    story.does("na1", "witness init w --name witness.example/na");
    story.does("na1", "receive A1.zip --lea northmere --witness-dir w");
    story.does("na1", "national");
    story.does_alone("verify national");
}
