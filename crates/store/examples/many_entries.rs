//! How long a journal of many entries takes: `many_entries PATH [ENTRIES] [AT_ONCE]`.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use custodes_journal::entry::{Leaf, NewEntry, RandomId, Salt, commitment};
use custodes_journal::hash::Hash;
use custodes_journal::log::{Expect, Log};
use custodes_journal::tree::LeafIndex;
use custodes_store::SqliteLog;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which file is to be made?")?;
    let count: u64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let at_once: u64 = arguments.next().map_or(Ok(count), |text| text.parse())?;

    let mut log = SqliteLog::create(path.as_ref())?;
    let (mut began, mut worked) = (Instant::now(), processor_seconds());
    let mut took = |what: &str| {
        let (elapsed, work) = (began.elapsed().as_secs_f64(), processor_seconds() - worked);
        println!("{what:<28} {elapsed:>9.3} s, of which {work:>9.3} s of processor time");
        (began, worked) = (Instant::now(), processor_seconds());
    };
    for first in (0..count).step_by(at_once.max(1) as usize) {
        let entries: Vec<NewEntry> = (first..count.min(first + at_once)).map(entry).collect();
        took("made entries");
        log.append(&entries, Expect::Anything, None)?;
        took("appended them");
    }
    drop(log);
    took("closed");
    let mut log = SqliteLog::open(path.as_ref())?;
    took("opened");
    log.append(&[entry(count)], Expect::Anything, None)?;
    took("appended one");
    let mut bytes = 0;
    log.read(LeafIndex(0), log.head()?.size, &mut |entry| {
        bytes += entry.leaf.len();
        ControlFlow::Continue(())
    })?;
    took("read all");
    log.examine()?;
    took("examined all");
    log.dispose(&[LeafIndex(count / 2)], &[entry(count + 1)], Expect::Anything)?;
    took("disposed of one");
    println!("{bytes} bytes of leaves, {} bytes of file", std::fs::metadata(&path)?.len());
    Ok(())
}

/// Of the main thread; nothing where the system does not say.
fn processor_seconds() -> f64 {
    let said = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds: Option<u64> = said.split_whitespace().next().and_then(|text| text.parse().ok());
    nanoseconds.unwrap_or_default() as f64 / 1e9
}

fn entry(number: u64) -> NewEntry {
    let content = format!(
        "{{\"by\":\"a made-up auditor\",\"login\":\"clerk\",\"act\":{{\"did\":\"item.judged\",\"audit\":\"A1\",\"key\":\"{number:010}\",\
         \"question\":\"proportionate\",\"verdict\":\"fail\",\"note\":\"the log names no incident, and the desk \
         could not name one either when it was asked on the day: what was recorded is a single word\"}}}}"
    );
    let salt = Salt(Hash::of(&number.to_be_bytes()).0);
    let commitment = commitment(&salt, content.as_bytes());
    let leaf = Leaf {
        time: 1_767_225_600_000_000 + number as i64,
        kind: "record.judged".into(),
        actor: RandomId([1; 16]),
        subject: RandomId([2; 16]),
        commitment,
    };
    NewEntry { leaf, salt, content: content.into_bytes() }
}
