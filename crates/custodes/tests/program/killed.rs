//! `kill -9` at any moment of any command leaves a workspace that opens, verifies, and holds every acknowledged
//! entry; and the same command, given again, works or says that it was done.
//!
//! `killed.txt` tells every verb of a workspace once. Before each, everything is copied; in such copies the
//! command is started and killed in the middle of an operation on files (`../faults/kill.c`). Commands that
//! write in a way of their own are killed at every operation, or at a dozen of them from first to last; those
//! that only write an entry, which all do in one way, at the first, the last, and one in between.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use custodes_journal::log::{Head, Log};
use custodes_journal::tree::Frontier;
use custodes_store::SqliteLog;

use super::story::{CLOCK, words};
use super::witness::copy;
use super::{custodes, northmere, stdout};

/// Verbs that need no workspace and write nothing into one. The only writing of a witness that serves is that
/// of `witness cosign`.
const WITHOUT_A_WORKSPACE: &[&str] =
    &["check", "plan round", "plan size", "redraw", "return", "standard", "synth", "verify", "witness serve"];

const SIGKILL: i32 = 9;

/// A command, and everything as it was before it.
struct Case {
    before: PathBuf,
    told: String,
    how: How,
    /// What may be said when it was done already.
    again: Option<String>,
    arguments: Vec<String>,
    input: String,
    at: At,
}

#[derive(Clone, Copy)]
enum How {
    EveryOperation,
    ADozen,
    Three,
}

/// When, and in which workspace.
#[derive(Clone)]
struct At {
    now: String,
    workspace: String,
}

/// What an unharmed run did.
struct Reference {
    operations: u64,
    /// The files that are there after it.
    names: BTreeSet<String>,
}

struct Ended {
    code: Option<i32>,
    signal: Option<i32>,
    said: String,
}

/// Runs the program in a folder of its own; `kill` names the operation to kill it in.
fn run(folder: &Path, at: &At, arguments: &[String], input: &str, kill: Option<(u64, &Path)>) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_custodes"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("CUSTODES_KEYS", folder.join(format!("keys-{}", at.workspace)))
        .env("CUSTODES_WORKSPACE", folder.join(&at.workspace))
        .env("TMPDIR", folder.join("tmp"))
        .env("FAKETIME", format!("@{}", at.now))
        .env("LD_PRELOAD", CLOCK)
        .env("TZ", "UTC")
        .env("USER", "clerk")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some((operation, count)) = kill {
        command
            .env("LD_PRELOAD", format!("{} {CLOCK}", shim().display()))
            .env("KILL_UNDER", folder)
            .env("KILL_AT", operation.to_string())
            .env("KILL_COUNT", count);
    }
    let mut child = command.spawn().expect("the program starts");
    // It may be dead before it reads.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Ended { code: output.status.code(), signal: output.status.signal(), said }
}

fn shim() -> &'static Path {
    static SHIM: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    SHIM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/kill.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let made = folder.join(format!("kill-{}.so", std::process::id()));
        let library = folder.join("kill.so");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&made, &source])
            .arg("-lpthread")
            .status()
            .expect("these tests need a C compiler, cc");
        assert!(compiled.success(), "cc could not compile {}", source.display());
        // At once, for another run of the tests may be using it.
        fs::rename(&made, &library).expect("renamed");
        library
    })
}

/// A witness that answers as long as the test lasts.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The story of `killed.txt`, told once, with copies of everything before each case.
struct Told {
    root: tempfile::TempDir,
    at: At,
    names: BTreeMap<String, String>,
    verbs: BTreeSet<String>,
    cases: Vec<Case>,
    serving: Option<Serving>,
}

impl Told {
    fn story(&self) -> PathBuf {
        self.root.path().join("story")
    }

    fn tell(leaves: &BTreeSet<String>) -> Told {
        // Thousands of small files: in memory, where there is such a place.
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder");
        let at = At { now: String::new(), workspace: String::new() };
        let (names, verbs, cases) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        let mut told = Told { root, at, names, verbs, cases, serving: None };
        evidence(&told.story());
        for line in include_str!("killed.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(' ') {
                Some(("on", now)) => now.clone_into(&mut told.at.now),
                Some(("at", workspace)) => workspace.clone_into(&mut told.at.workspace),
                _ => told.step(line, leaves),
            }
        }
        told
    }

    fn step(&mut self, line: &str, leaves: &BTreeSet<String>) {
        let how = match line.as_bytes()[0] {
            b'*' => Some(How::EveryOperation),
            b'+' => Some(How::ADozen),
            _ => None,
        };
        let (line, again) = off(line.trim_start_matches(['*', '+']), " ~ ");
        let (line, output) = off(line, " > ");
        let (line, input) = off(line, " < ");
        let (person, command) = line.split_once("$ ").expect("who does it");
        if command.contains("{url}") {
            self.serve();
        }
        let mut filled = command.to_owned();
        for (name, value) in &self.names {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        let mut arguments = words(&filled);
        let two = arguments[..2.min(arguments.len())].join(" ");
        let verb = if leaves.contains(&two) { two } else { arguments[0].clone() };
        arguments.extend(["--as".to_owned(), person.to_owned()]);
        let input = input.unwrap_or_default().to_owned();
        if self.verbs.insert(verb.clone()) || how.is_some() {
            let before = self.root.path().join(format!("before-{}", self.cases.len()));
            copy(&self.story(), &before);
            self.cases.push(Case {
                before,
                told: command.to_owned(),
                how: how.unwrap_or(How::Three),
                again: again.map(str::to_owned),
                arguments: arguments.clone(),
                input: input.clone(),
                at: self.at.clone(),
            });
        }
        let ended = run(&self.story(), &self.at, &arguments, &input, None);
        assert_eq!(ended.code, Some(0), "{command}: {}", ended.said);
        self.remember(&verb, &arguments, &ended.said);
        if let Some(file) = output {
            fs::write(self.story().join(file), ended.said).expect("written");
        }
    }

    fn remember(&mut self, verb: &str, arguments: &[String], said: &str) {
        let key = said.lines().find_map(|line| line.strip_prefix("Public key")).map(|key| key.trim().to_owned());
        match (verb, key) {
            ("init", Some(key)) => drop(self.names.insert(arguments[1].clone(), key)),
            ("witness init", Some(key)) => drop(self.names.insert(arguments[2].clone(), key)),
            ("plan secret", _) => drop(self.names.insert("secret".to_owned(), said.trim().to_owned())),
            ("audit worklist", _) => {
                let keys = said.lines().skip(1).filter_map(|line| line.split_whitespace().next());
                self.names.extend(keys.enumerate().map(|(place, key)| ((place + 1).to_string(), key.to_owned())));
            }
            _ => {}
        }
    }

    fn serve(&mut self) {
        let folder = self.root.path().join("served");
        copy(&self.story().join("w"), &folder);
        let mut child = Command::new(env!("CARGO_BIN_EXE_custodes"))
            .args(["witness", "serve", "--listen", "127.0.0.1:0", "--dir"])
            .arg(folder)
            .env("FAKETIME", format!("@{}", self.at.now))
            .env("LD_PRELOAD", CLOCK)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the witness starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        self.serving = Some(Serving(child));
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        self.names.insert("url".to_owned(), format!("http://{address}"));
    }
}

/// What comes before a sign, and what comes after it.
fn off<'a>(line: &'a str, sign: &str) -> (&'a str, Option<&'a str>) {
    line.split_once(sign).map_or((line, None), |(line, after)| (line, Some(after)))
}

/// A few searches of a made-up force, one of them unreadable, and what section 3 needs of its auditors.
fn evidence(into: &Path) {
    for folder in ["evidence", "more", "tmp"] {
        fs::create_dir_all(into.join(folder)).expect("a folder");
    }
    let write = |name: &str, text: String| fs::write(into.join(name), text).expect("written");
    let header = "search_id,system,user_id,searched_at,data_from,data_to,target,purpose,reason,justification,reference,authorised_by,authorised_rank,authorised_at,preserved_case,results\n";
    let row = |number: i32, at: &str, justification: &str| {
        let (month, day) = (6 + number / 10, 1 + number % 10 * 3);
        let date = format!("2023-{month:02}-{day:02}");
        let at = if at.is_empty() { format!("{date}T10:00:00Z") } else { at.to_owned() };
        format!(
            "S{number},nas,nm1,{at},{date}T00:00:00Z,{date}T09:00:00Z,AA00AAA,Terrorism,test,{justification},R1,,,,,0\n"
        )
    };
    let mut searches = header.to_owned();
    searches.extend((0..29).map(|number| row(number, "", "\"as asked, in writing\"")));
    searches += &(row(29, "", "-") + &row(30, "yesterday", "asked"));
    write("evidence/searches.csv", searches);
    write("more/searches.csv", header.to_owned() + &row(31, "", "asked"));
    let failures = fs::read_to_string(northmere().join("failures.csv")).expect("the example");
    write("more/failures.csv", failures.lines().take(2).map(|line| format!("{line}\n")).collect());
    write(
        "evidence/accounts.csv",
        "person_id,user_id,system,permission,authorised_at,authorised_by,last_access_at,closed_at,left_at\nP1,nm1,nas,user,2022-01-01T09:36:00Z,SUP,,,\n".to_owned(),
    );
    let auditors = ["la1", "la2", "rv1", "na1"].map(|person| format!("{person},,SC,2199-01-01\n"));
    write("evidence/auditors.csv", format!("person_id,user_ids,clearance,clearance_expires_on\n{}", auditors.concat()));
    write("parameters.toml", "nc_report_days = 21\n".to_owned());
    write("note.txt", "the log of the desk\n".to_owned());
}

/// Verbs that have no verbs of their own, as the program lists them.
fn leaves() -> BTreeSet<String> {
    let page = stdout(&custodes(["standard", "--markdown", "cli"]));
    let verbs: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("## custodes ")).map(str::to_owned).collect();
    assert!(verbs.len() > 80, "the program lists its verbs: {verbs:?}");
    verbs.iter().filter(|verb| !verbs.iter().any(|other| other.starts_with(&format!("{verb} ")))).cloned().collect()
}

/// The names of everything below a folder but the objects, which are named after what is in them, and what
/// SQLite keeps while a database is open. What is random in a name is masked.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(folder).expect("below it").display().to_string();
            if path.is_dir() && entry.file_name() != "objects" {
                folders.push(path);
            }
            if !name.ends_with("-wal") && !name.ends_with("-shm") {
                names.insert(masked(&name));
            }
        }
    }
    names
}

/// A journal's name ends with eight random digits.
fn masked(name: &str) -> String {
    match name.split_once("custodes.invalid_") {
        Some((before, key)) => {
            let (lea, rest) = key.split_once('_').expect("a journal's name");
            format!("{before}{lea}{}", &rest[8..])
        }
        None => name.to_owned(),
    }
}

fn head(folder: &Path, at: &At) -> Option<Head> {
    let log = SqliteLog::open_read_only(&folder.join(&at.workspace).join("journal.sqlite")).ok()?;
    log.head().ok()
}

impl Case {
    fn is_init(&self) -> bool {
        self.arguments[0] == "init"
    }

    fn copied(&self, root: &Path) -> PathBuf {
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let folder = root.join(format!("copy-{}", COPIES.fetch_add(1, Ordering::Relaxed)));
        copy(&self.before, &folder);
        folder
    }

    /// Any other command.
    fn next(&self, folder: &Path) -> Ended {
        let by = if self.at.workspace == "national" { "ad9" } else { "ad1" };
        run(folder, &self.at, &["person", "list", "--as", by].map(str::to_owned), "", None)
    }

    fn unharmed(&self, root: &Path) -> Reference {
        let folder = self.copied(root);
        // As before a kill: a look at the journal leaves files beside it that are not made again.
        head(&folder, &self.at);
        let count = folder.with_extension("count");
        let ended = run(&folder, &self.at, &self.arguments, &self.input, Some((0, &count)));
        assert_eq!(ended.code, Some(0), "{}: {}", self.told, ended.said);
        self.next(&folder);
        let operations = fs::read_to_string(&count).expect("a count").parse().expect("a number");
        let reference = Reference { operations, names: names(&folder) };
        fs::remove_dir_all(folder).expect("removed");
        reference
    }

    fn moments(&self, operations: u64, place: u64) -> BTreeSet<u64> {
        let evenly = |count: u64| (0..count).map(|part| 1 + (operations - 1) * part / (count - 1)).collect();
        match self.how {
            _ if operations == 0 => BTreeSet::new(),
            How::EveryOperation => (1..=operations).collect(),
            How::ADozen => evenly(12),
            // Another one in between for each verb: together they are all moments of an act.
            How::Three => BTreeSet::from([1, 1 + (operations - 1) * (1 + place % 7) / 8, operations]),
        }
    }

    /// Kills it in an operation; gives whether it was killed, and what is wrong afterwards.
    fn killed(&self, root: &Path, operation: u64, reference: &Reference) -> (bool, Vec<String>) {
        let folder = self.copied(root);
        let before = head(&folder, &self.at);
        let mut wrong = Vec::new();
        let mut complain = |what: &str, said: &str| {
            wrong.push(format!("{} (killed in {operation} of {}): {what}: {said}", self.told, reference.operations));
        };
        let count = folder.with_extension("count");
        let ended = run(&folder, &self.at, &self.arguments, &self.input, Some((operation, &count)));
        let was_killed = ended.signal == Some(SIGKILL);
        if !was_killed && ended.code != Some(0) {
            complain("it ends otherwise", &ended.said);
        }
        if !self.is_init() {
            let ended = self.verify(&folder);
            if ended.code != Some(0) && !self.files_are_still_there(&ended.said) {
                complain("it does not verify", &ended.said);
            }
        }
        let ended = self.next(&folder);
        let not_yet = self.is_init() && ["interrupted", "no workspace"].iter().any(|why| ended.said.contains(why));
        if ended.code != Some(0) && !not_yet {
            complain("the next command does not open it", &ended.said);
        }
        let ended = run(&folder, &self.at, &self.arguments, &self.input, None);
        let done = self.again.as_ref().is_some_and(|again| ended.said.contains(again));
        if ended.code != Some(0) && !done {
            complain("given again", &ended.said);
        }
        let ended = self.verify(&folder);
        if ended.code != Some(0) {
            complain("it does not verify when given again", &ended.said);
        }
        if let Some(before) = before
            && !continues(&folder, &self.at, before)
        {
            complain("acknowledged entries are lost", "");
        }
        let left: Vec<String> = names(&folder).difference(&reference.names).cloned().collect();
        if !left.is_empty() {
            complain("it leaves", &format!("{left:?}"));
        }
        fs::remove_dir_all(folder).expect("removed");
        (was_killed, wrong)
    }

    fn verify(&self, folder: &Path) -> Ended {
        run(folder, &self.at, &["verify".to_owned()], "", None)
    }

    /// Files go after the disposal is on record: until the next command has finished that, it is said.
    fn files_are_still_there(&self, said: &str) -> bool {
        let mut defects = said.lines().filter(|line| line.starts_with("Does not hold: "));
        self.told.contains("dispose approve") && defects.all(|defect| defect.contains("although it was disposed of"))
    }
}

/// Whether the journal still begins with the entries that it had.
fn continues(folder: &Path, at: &At, before: Head) -> bool {
    let Ok(log) = SqliteLog::open_read_only(&folder.join(&at.workspace).join("journal.sqlite")) else { return false };
    let frontier = Frontier::read(before.size, |level, index| log.node(level, index));
    frontier.is_ok_and(|frontier| frontier.root() == before.root)
}

/// Does each on two threads, and hands the results back in order.
fn on_two_threads<T: Sync, R: Send>(items: &[T], each: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { return };
                    let result = each(place, item);
                    done.lock().expect("no thread panicked").insert(place, result);
                }
            });
        }
    });
    done.into_inner().expect("no thread panicked").into_values().collect()
}

#[test]
fn a_command_killed_at_any_moment_leaves_a_workspace_that_opens_verifies_and_has_lost_nothing() {
    let leaves = leaves();
    let told = Told::tell(&leaves);
    let known: BTreeSet<&str> =
        told.verbs.iter().map(String::as_str).chain(WITHOUT_A_WORKSPACE.iter().copied()).collect();
    let untold: Vec<&String> = leaves.iter().filter(|verb| !known.contains(verb.as_str())).collect();
    assert!(untold.is_empty(), "tell these verbs in killed.txt: {untold:?}");

    let root = told.root.path();
    let references = on_two_threads(&told.cases, |_, case| case.unharmed(root));
    let mut kills = Vec::new();
    for (place, (case, reference)) in told.cases.iter().zip(&references).enumerate() {
        let moments = case.moments(reference.operations, place as u64);
        kills.extend(moments.into_iter().map(|operation| (case, reference, operation)));
    }
    let ended = on_two_threads(&kills, |_, (case, reference, operation)| case.killed(root, *operation, reference));
    let killed = ended.iter().filter(|(was_killed, _)| *was_killed).count();
    let wrong: Vec<String> = ended.into_iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{} of {} kills:\n{}", wrong.len(), kills.len(), wrong.join("\n"));
    // Threads may finish an operation less or more than when they were counted.
    assert!(killed > 400 && killed * 20 > kills.len() * 19, "{killed} of {}", kills.len());
}
