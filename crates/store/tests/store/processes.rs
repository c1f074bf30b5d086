//! Programs of their own: this test binary again, told by its environment what to do.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use custodes_journal::entry::NewEntry;
use custodes_journal::log::{Expect, Log, LogError};
use custodes_journal::tree::LeafIndex;
use custodes_store::{OpenError, Settings, SqliteLog, Synchronous};

use crate::sample::{entries, entry, read_all};

/// What a program is to do.
#[derive(Debug, Clone)]
pub enum Part {
    /// Append this many pairs of entries under a name, each with a key, and say so.
    Write { name: String, pairs: u64, expecting_a_head: bool },
    /// Play the script to its end, from wherever the journal is.
    Script { synchronous: Synchronous },
    /// Open the journal for reading and say its size.
    Look,
}

impl Part {
    fn to_text(&self) -> String {
        match self {
            Part::Write { name, pairs, expecting_a_head } => format!("write {name} {pairs} {expecting_a_head}"),
            Part::Script { synchronous } => format!("script {synchronous:?}"),
            Part::Look => "look".into(),
        }
    }

    fn parse(text: &str) -> Part {
        match text.split(' ').collect::<Vec<_>>()[..] {
            ["write", name, pairs, expecting] => Part::Write {
                name: name.into(),
                pairs: pairs.parse().unwrap(),
                expecting_a_head: expecting.parse().unwrap(),
            },
            ["script", "Off"] => Part::Script { synchronous: Synchronous::Off },
            ["script", "Normal"] => Part::Script { synchronous: Synchronous::Normal },
            ["script", "Full"] => Part::Script { synchronous: Synchronous::Full },
            ["look"] => Part::Look,
            _ => panic!("there is no part '{text}'"),
        }
    }

    /// A program that plays it. What it says is on its standard output.
    pub fn program(&self, journal: &Path) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "processes::a_program_of_its_own_plays_its_part", "--nocapture", "--test-threads=1"])
            .env("JOURNAL_PART", self.to_text())
            .env("JOURNAL_PATH", journal)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn play(&self, journal: &Path) {
        match self {
            Part::Write { name, pairs, expecting_a_head } => write(journal, name, *pairs, *expecting_a_head),
            Part::Script { synchronous } => script(journal, *synchronous),
            Part::Look => match SqliteLog::open_read_only(journal) {
                Ok(log) => say(&format!("size {}", read_all(&log).len())),
                Err(error) => say(&format!("error {error}")),
            },
        }
    }
}

/// Started by other tests with a part in its environment; without one it plays the script itself.
#[test]
fn a_program_of_its_own_plays_its_part() {
    if let (Ok(part), Ok(path)) = (std::env::var("JOURNAL_PART"), std::env::var("JOURNAL_PATH")) {
        return Part::parse(&part).play(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    Part::Script { synchronous: Synchronous::Full }.play(&path);
    holds(&path, Some(SCRIPT_SIZE)).unwrap();
}

/// One line in one piece, acknowledged to whoever started us.
fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "> {what}").and_then(|()| out.flush()).unwrap();
}

/// What a line of a program says, when it is one of ours and not the test harness's.
pub fn said(line: &str) -> Option<&str> {
    // The harness begins a line with the name of its test, and we end it.
    line.split_once("> ").map(|(_, what)| what)
}

pub fn lines(child: &mut Child) -> impl Iterator<Item = String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| said(&line).map(str::to_owned))
}

fn write(journal: &Path, name: &str, pairs: u64, expecting_a_head: bool) {
    let mut log = SqliteLog::open(journal).unwrap();
    for number in 0..pairs {
        let new = pair(name, number);
        let key = format!("{name} {number}");
        let appended = loop {
            let expect = if expecting_a_head { Expect::Head(log.head().unwrap()) } else { Expect::Anything };
            match log.append(&new, expect, Some(&key)) {
                Ok(appended) => break appended,
                Err(LogError::Moved { .. }) => {}
                Err(error) => return say(&format!("error {error}")),
            }
        };
        say(&format!("wrote {number} {}", appended.first.0));
    }
}

pub fn pair(name: &str, number: u64) -> Vec<NewEntry> {
    entries(name, 2 * number..2 * number + 2)
}

/// Step by step: how many entries it appends, and which it disposes of.
const STEPS: [(u64, &[u64]); 12] = [
    (1, &[]),
    (2, &[]),
    (3, &[]),
    (6, &[]),
    (1, &[0, 2, 5]),
    (2, &[]),
    (3, &[]),
    (1, &[]),
    (2, &[]),
    (1, &[5, 12, 13]),
    (3, &[]),
    (2, &[]),
];
pub const SCRIPT_SIZE: u64 = 27;

/// After this many entries the journal is closed and opened again.
const REOPENED_AT: u64 = 18;

/// Only a few pages, so that they go to the database many times in a short script.
fn settings(synchronous: Synchronous) -> Settings {
    Settings::default().synchronous(synchronous).checkpoint_after(12)
}

fn script(path: &Path, synchronous: Synchronous) {
    let settings = settings(synchronous);
    let opened = match SqliteLog::open_with(path, settings) {
        Err(OpenError::Missing { .. } | OpenError::Unfinished { .. }) => SqliteLog::create_with(path, settings),
        opened => opened,
    };
    let mut log = match opened {
        Ok(log) => log,
        Err(error) => return say(&format!("error {error}")),
    };
    say("size 0");
    let mut size = 0;
    for (count, of) in STEPS {
        let head = log.head().unwrap();
        if head.size.0 == size {
            let new = entries("script", size..size + count);
            let appended = if of.is_empty() {
                log.append(&new, Expect::Head(head), Some(&format!("step {size}")))
            } else {
                let of: Vec<LeafIndex> = of.iter().copied().map(LeafIndex).collect();
                log.dispose(&of, &new, Expect::Head(head))
            };
            match appended {
                Ok(appended) => say(&format!("size {}", appended.head.size.0)),
                Err(error) => return say(&format!("error {error}")),
            }
        }
        size += count;
        if size == REOPENED_AT {
            drop(log);
            log = SqliteLog::open_with(path, settings).unwrap();
        }
    }
}

/// What the script has disposed of when the journal has this size.
pub fn disposed_of(size: u64) -> Vec<u64> {
    let mut so_far = 0;
    let mut gone = Vec::new();
    for (count, of) in STEPS {
        so_far += count;
        if so_far <= size {
            gone.extend(of);
        }
    }
    gone
}

/// Whether the script's journal is whole, and has everything up to the size that was acknowledged; with
/// `None`, not even its making was.
pub fn holds(path: &Path, acknowledged: Option<u64>) -> Result<(), String> {
    let settings = settings(Synchronous::Off);
    let log = match SqliteLog::open_with(path, settings) {
        Err(OpenError::Missing { .. } | OpenError::Unfinished { .. }) if acknowledged.is_none() => {
            SqliteLog::create_with(path, settings)
        }
        opened => opened,
    }
    .map_err(|error| error.to_string())?;
    let size = log.examine().map_err(|error| error.to_string())?.size.0;
    if size < acknowledged.unwrap_or(0) {
        return Err(format!("{acknowledged:?} entries were acknowledged, and {size} are there"));
    }
    let steps = STEPS.iter().scan(0, |so_far, (count, _)| {
        *so_far += count;
        Some(*so_far)
    });
    if size != 0 && !steps.into_iter().any(|step| step == size) {
        return Err(format!("a step is half there: {size} entries"));
    }
    let gone = disposed_of(size);
    for read in read_all(&log) {
        let expected = entry("script", read.index.0);
        let content = read.content.map(|content| content.bytes);
        let expected_content = (!gone.contains(&read.index.0)).then_some(expected.content);
        if read.leaf != expected.leaf.to_bytes() || content != expected_content {
            return Err(format!("entry {} is another", read.index.0));
        }
    }
    Ok(())
}

#[test]
fn two_programs_at_once_lose_nothing_and_fork_nothing() {
    for expecting_a_head in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        SqliteLog::create(&path).unwrap();
        let programs: Vec<(&str, Child)> = ["left", "right"]
            .into_iter()
            .map(|name| {
                let part = Part::Write { name: name.into(), pairs: 60, expecting_a_head };
                (name, part.program(&path).spawn().unwrap())
            })
            .collect();
        let mut acknowledged = Vec::new();
        for (name, mut child) in programs {
            for line in lines(&mut child) {
                acknowledged.push((name, wrote(&line)));
            }
            assert!(child.wait().unwrap().success());
        }
        let log = SqliteLog::open(&path).unwrap();
        log.examine().unwrap();
        let all = read_all(&log);
        assert_eq!((acknowledged.len(), all.len()), (120, 240));
        for (name, (number, first)) in acknowledged {
            for (place, written) in (first as usize..).zip(pair(name, number)) {
                assert_eq!(all[place].leaf, written.leaf.to_bytes());
            }
        }
    }
}

/// The number of the pair that was acknowledged, and where its first entry stands.
pub fn wrote(line: &str) -> (u64, u64) {
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["wrote", number, first] => (number.parse().unwrap(), first.parse().unwrap()),
        _ => panic!("the program said: {line}"),
    }
}

#[test]
fn a_journal_that_is_opened_while_another_program_writes_is_not_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    SqliteLog::create(&path).unwrap();
    let part = Part::Write { name: "busy".into(), pairs: 200, expecting_a_head: false };
    let mut writing = part.program(&path).spawn().unwrap();
    let mut opened = 0;
    while writing.try_wait().unwrap().is_none() {
        SqliteLog::open(&path).unwrap();
        opened += 1;
    }
    assert!(opened > 0 && writing.wait().unwrap().success());
}
