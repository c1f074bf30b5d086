//! The power goes: every write of the script is recorded, and the disk is put back as it would be found.

use std::collections::BTreeMap;
use std::path::Path;

use custodes_store::Synchronous;

use crate::faults::{Act, Deed, Disk, Fault, Luck, acts, with};
use crate::processes::{Part, SCRIPT_SIZE, disposed_of, holds, said};
use crate::retention::traces_in;
use crate::sample::entry;

/// What the script did to its files under these settings, and what it said in between.
fn recorded(synchronous: Synchronous) -> Vec<Act> {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let record = elsewhere.path().join("record");
    let program = Part::Script { synchronous }.program(&folder.path().join("journal.db"));
    let output = with(program, folder.path(), Fault::None { record: &record }).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    holds(&folder.path().join("journal.db"), Some(SCRIPT_SIZE)).unwrap();
    acts(&record, folder.path())
}

/// The files as they are found, and the size that was acknowledged before.
type State = (BTreeMap<String, Vec<u8>>, Option<u64>);

#[derive(Debug, Default)]
struct Found {
    power_cuts: u64,
    syncs: u64,
    /// That entries which had been acknowledged are not there, in a journal that is sound.
    losses: Vec<String>,
    /// That entries had been acknowledged, and there is no sound journal.
    ruins: Vec<String>,
    /// That nothing had been acknowledged, and no journal can be made.
    dead_ends: Vec<String>,
    /// Bytes of what had been disposed of.
    remains: Vec<String>,
}

/// Cuts the power after every operation, with the pending lost, kept, and torn in two ways.
fn with_power_cuts(acts: &[Act]) -> Found {
    let mut found = Found::default();
    let mut disk = Disk::default();
    let mut acknowledged = None;
    let mut line = String::new();
    let mut last: [Option<State>; 4] = Default::default();
    for (moment, act) in acts.iter().enumerate() {
        disk.apply(act);
        if let Deed::Said(text) = &act.deed {
            line.push_str(text);
            while let Some((whole, rest)) = line.split_once('\n') {
                acknowledged = size_said(whole).or(acknowledged);
                line = rest.to_owned();
            }
        }
        found.syncs += u64::from(matches!(act.deed, Deed::Synced));
        let seed = 2 * moment as u64;
        let lucks = [Luck::Nothing, Luck::Everything, Luck::Some(seed), Luck::Some(seed + 1)];
        for (luck, last) in lucks.into_iter().zip(&mut last) {
            let state = (disk.after_power_cut(luck), acknowledged);
            if last.as_ref() == Some(&state) {
                continue;
            }
            found.power_cuts += 1;
            let what = || format!("after operation {moment} ({}), {luck:?}", act.file);
            check_disposed(&state.0, acknowledged, &mut found.remains, &what);
            if let Err(why) = check_journal(&state.0, acknowledged) {
                let kind = match acknowledged {
                    None => &mut found.dead_ends,
                    Some(_) if why.contains("were acknowledged") => &mut found.losses,
                    Some(_) => &mut found.ruins,
                };
                kind.push(format!("{}: {why}", what()));
            }
            *last = Some(state);
        }
    }
    assert_eq!(acknowledged, Some(SCRIPT_SIZE));
    found
}

fn size_said(line: &str) -> Option<u64> {
    said(line)?.strip_prefix("size ")?.parse().ok()
}

fn check_journal(files: &BTreeMap<String, Vec<u8>>, acknowledged: Option<u64>) -> Result<(), String> {
    let folder = tempfile::tempdir_in(memory()).unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    holds(&folder.path().join("journal.db"), acknowledged)
}

/// Thousands of journals are put back: in memory, where there is such a place.
fn memory() -> &'static Path {
    static TEMPORARY: std::sync::OnceLock<std::path::PathBuf> = std::sync::OnceLock::new();
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { shared } else { TEMPORARY.get_or_init(std::env::temp_dir) }
}

fn check_disposed(
    files: &BTreeMap<String, Vec<u8>>,
    acknowledged: Option<u64>,
    remains: &mut Vec<String>,
    what: &dyn Fn() -> String,
) {
    let gone: Vec<_> =
        disposed_of(acknowledged.unwrap_or(0)).into_iter().map(|number| entry("script", number)).collect();
    if !gone.is_empty() {
        for bytes in files.values() {
            remains.extend(traces_in(bytes, &gone).into_iter().map(|trace| format!("{}: {trace}", what())));
        }
    }
}

#[test]
fn no_power_cut_loses_what_was_acknowledged_or_brings_back_what_was_disposed_of() {
    let found = with_power_cuts(&recorded(Synchronous::Full));
    assert_eq!(found.losses, Vec::<String>::new());
    assert_eq!(found.ruins, Vec::<String>::new());
    assert_eq!(found.dead_ends, Vec::<String>::new());
    assert_eq!(found.remains, Vec::<String>::new());
    // Every one of the 12 steps waits for the disk.
    assert!(found.syncs > 24 && found.power_cuts > 500, "{} syncs, {} cuts", found.syncs, found.power_cuts);
}

#[test]
fn the_same_power_cuts_ruin_the_journal_when_sqlite_does_not_wait_for_the_disk() {
    let found = with_power_cuts(&recorded(Synchronous::Off));
    assert!(!found.ruins.is_empty(), "{found:?}");
}

#[test]
fn the_same_power_cuts_lose_the_latest_entries_when_sqlite_waits_only_at_checkpoints() {
    let found = with_power_cuts(&recorded(Synchronous::Normal));
    assert!(!found.losses.is_empty(), "{found:?}");
    // What is left is sound, if the making of the journal was not lost with the rest.
    assert!(found.ruins.iter().all(|ruin| ruin.contains("was interrupted")), "{:?}", found.ruins);
}
