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
    let mut began = Instant::now();
    let mut took = |what: &str| {
        println!("{what:<28} {:>9.3} s", began.elapsed().as_secs_f64());
        began = Instant::now();
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

fn entry(number: u64) -> NewEntry {
    let content = format!("{{\"record\":\"{number:010}\",\"judged\":\"proportionate\",\"by\":\"a made-up auditor\"}}");
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
