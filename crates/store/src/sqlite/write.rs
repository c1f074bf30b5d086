//! Writing: always inside one transaction that began as the only writer.

use std::time::Duration;

use custodes_journal::entry::{NewEntry, commitment};
use custodes_journal::hash::Hash;
use custodes_journal::log::{Appended, Expect, Head, LogError};
use custodes_journal::tree::{Frontier, LeafIndex, Node, TreeSize};
use rusqlite::{Connection, Statement};

use super::errors::{StillThere, because, failed};
use super::{Cause, DISPOSE, PURGE, WRITE, nodes, read, whole};

/// The leaf's bytes. What is written stays for good, so nothing is taken that no verifier could confirm.
fn sound_leaf(entry: &NewEntry, place: usize) -> Result<Vec<u8>, LogError> {
    let unsound = |why| because(WRITE, Cause::Unsound { place, why });
    if commitment(&entry.salt, &entry.content) != entry.leaf.commitment {
        return Err(unsound("its leaf does not commit to its content and salt"));
    }
    if !entry.leaf.has_a_form() {
        return Err(unsound("its leaf has no canonical form; look at its kind"));
    }
    Ok(entry.leaf.to_bytes())
}

/// How many entries go in before the nodes over them do: enough that each table is written in long runs.
const RUN: usize = 4096;

pub(super) fn append(database: &Connection, entries: &[NewEntry], expect: Expect) -> Result<Appended, LogError> {
    let mut frontier = nodes::frontier(database)?;
    let found = read::head_of(&frontier);
    if let Expect::Head(expected) = expect
        && expected != found
    {
        return Err(LogError::Moved { expected, found });
    }
    let mut insert = Insert::new(database)?;
    for (number, run) in entries.chunks(RUN).enumerate() {
        insert.run(run, number * RUN, &mut frontier)?;
    }
    let head = read::head_of(&frontier);
    if !entries.is_empty() {
        database
            .execute("UPDATE head SET size = ?1, root = ?2", (whole(head.size.0, WRITE)?, head.root.0))
            .map_err(failed(WRITE))?;
    }
    Ok(Appended { first: LeafIndex(found.size.0), head, repeated: false })
}

/// What an append says again and again, prepared once.
struct Insert<'a> {
    leaf: Statement<'a>,
    content: Statement<'a>,
    node: Statement<'a>,
}

impl<'a> Insert<'a> {
    fn new(database: &'a Connection) -> Result<Insert<'a>, LogError> {
        let prepare = |sql| database.prepare(sql).map_err(failed(WRITE));
        Ok(Insert {
            leaf: prepare("INSERT INTO entry (idx, leaf) VALUES (?1, ?2)")?,
            content: prepare("INSERT INTO content (idx, salt, bytes) VALUES (?1, ?2, ?3)")?,
            node: prepare(nodes::INSERT)?,
        })
    }

    /// Writes some entries, the first of which is the one at `place` of all that are to be written.
    fn run(&mut self, run: &[NewEntry], place: usize, frontier: &mut Frontier) -> Result<(), LogError> {
        let mut complete: Vec<Node> = Vec::new();
        for (place, entry) in (place..).zip(run) {
            let index = whole(frontier.size().0, WRITE)?;
            let leaf = sound_leaf(entry, place)?;
            self.leaf.execute((index, &leaf)).map_err(failed(WRITE))?;
            self.content.execute((index, entry.salt.0, &entry.content)).map_err(failed(WRITE))?;
            frontier.append(Hash::of_leaf(&leaf), |node| {
                if nodes::is_kept(&node) {
                    complete.push(node);
                }
            });
        }
        nodes::write(&mut self.node, complete)
    }
}

pub(super) fn remember(database: &Connection, key: &str, appended: &Appended) -> Result<(), LogError> {
    let Appended { first, head, .. } = appended;
    let row = (key, whole(first.0, WRITE)?, whole(head.size.0, WRITE)?, head.root.0);
    database
        .execute("INSERT INTO idempotency (key, first_idx, size, root) VALUES (?1, ?2, ?3, ?4)", row)
        .map_err(failed(WRITE))?;
    Ok(())
}

pub(super) fn dispose(
    database: &Connection,
    of: &[LeafIndex],
    record: &[NewEntry],
    expect: Expect,
) -> Result<Appended, LogError> {
    let appended = append(database, record, expect)?;
    let size = appended.first.0;
    let mut empty =
        database.prepare("UPDATE content SET salt = NULL, bytes = NULL WHERE idx = ?1").map_err(failed(DISPOSE))?;
    for LeafIndex(index) in of {
        // The record of a disposal is not disposed of by it.
        if *index >= size {
            return Err(because(DISPOSE, Cause::Beyond { size, wanted: *index }));
        }
        let emptied = empty.execute([whole(*index, DISPOSE)?]).map_err(failed(DISPOSE))?;
        if emptied != 1 {
            return Err(LogError::Damaged(format!("the content of entry {index} is neither there nor disposed of")));
        }
    }
    database.execute("DELETE FROM derived", []).map_err(failed(DISPOSE))?;
    database
        .execute("UPDATE head SET purge_due = ?1", [whole(appended.head.size.0, DISPOSE)?])
        .map_err(failed(DISPOSE))?;
    Ok(appended)
}

/// In the database what was disposed of is zeros by now, but the write-ahead log still has the pages as they
/// were: so all of it goes to the database, and the file is cut to nothing.
pub(super) fn purge(database: &Connection) -> Result<(), LogError> {
    let Some(due) = read::purge_due(database)? else { return Ok(()) };
    let busy: bool =
        database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(failed(PURGE))?;
    if busy {
        return Err(LogError::Store { doing: PURGE.to_owned(), cause: Box::new(StillThere) });
    }
    // A later disposal has its own size here, and still is due.
    database.execute("UPDATE head SET purge_due = NULL WHERE purge_due = ?1", [due]).map_err(failed(PURGE))?;
    Ok(())
}

/// Finishes what a program that ended too early left. Whoever opens the journal does not wait for others.
pub(super) fn purge_if_nobody_minds(database: &Connection, patience: Duration) -> Result<(), LogError> {
    database.busy_timeout(Duration::ZERO).map_err(failed(PURGE))?;
    let purged = purge(database);
    database.busy_timeout(patience).map_err(failed(PURGE))?;
    match purged {
        Err(LogError::Store { cause, .. }) if cause.is::<StillThere>() || is_busy(cause.as_ref()) => Ok(()),
        other => other,
    }
}

fn is_busy(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(Cause::Busy))
}

pub(super) fn checkpoint(database: &Connection, size: TreeSize, note: &str) -> Result<(), LogError> {
    let sql = "INSERT INTO checkpoint (size, note) VALUES (?1, ?2) ON CONFLICT (size) DO UPDATE SET note = ?2";
    database.execute(sql, (whole(size.0, WRITE)?, note)).map_err(failed(WRITE))?;
    Ok(())
}

/// Whether it was kept: not where the journal has moved on from the head that it was made of.
pub(super) fn derived(
    database: &Connection,
    name: &str,
    bytes: Option<&[u8]>,
    made_of: Head,
) -> Result<bool, LogError> {
    if read::head(database)? != made_of {
        return Ok(false);
    }
    match bytes {
        Some(bytes) => {
            let sql = "INSERT INTO derived (name, bytes) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET bytes = ?2";
            database.execute(sql, (name, bytes))
        }
        None => database.execute("DELETE FROM derived WHERE name = ?1", [name]),
    }
    .map_err(failed(WRITE))?;
    Ok(true)
}
