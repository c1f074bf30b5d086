//! Reading, and finding that what was read belongs together.

use std::ops::ControlFlow;

use custodes_journal::entry::{Content, Entry, Salt};
use custodes_journal::log::{Appended, Head, LogError};
use custodes_journal::tree::{Frontier, LeafIndex, TreeSize};
use rusqlite::{Connection, OptionalExtension, Row, Statement};

use super::errors::{because, failed};
use super::{Cause, READ, hash, natural, whole};

pub(super) fn head_of(frontier: &Frontier) -> Head {
    Head { size: frontier.size(), root: frontier.root() }
}

pub(super) const RESTORE: &str = "restore a backup";

/// As it is written; opening to write, appending and examining find out whether it is that of the entries.
pub(super) fn head(database: &Connection) -> Result<Head, LogError> {
    let row: Option<(i64, Vec<u8>)> = database
        .query_row("SELECT size, root FROM head", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(failed(READ))?;
    let (size, root) = row.ok_or_else(|| LogError::Damaged(format!("it has no head; {RESTORE}")))?;
    Ok(Head { size: TreeSize(natural(size, "the size in its head")?), root: hash(&root, "the root in its head")? })
}

pub(super) fn purge_due(database: &Connection) -> Result<Option<i64>, LogError> {
    database.query_row("SELECT purge_due FROM head", [], |row| row.get(0)).map_err(failed(READ))
}

/// Entries are handed over when this many of them, or this many bytes, are read: so no lock is held while the
/// caller thinks about them, and memory does not grow with the journal.
const ENTRIES_AT_ONCE: usize = 512;
const BYTES_AT_ONCE: usize = 4 << 20;

const ENTRIES: &str = "SELECT entry.idx, entry.leaf, content.idx, content.salt, content.bytes \
     FROM entry LEFT JOIN content ON content.idx = entry.idx \
     WHERE entry.idx >= ?1 AND entry.idx < ?2 ORDER BY entry.idx";

pub(super) fn entries(
    database: &Connection,
    from: LeafIndex,
    to: TreeSize,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Result<(), LogError> {
    let size = head(database)?.size.0;
    if to.0 > size {
        return Err(because(READ, Cause::Beyond { size, wanted: to.0 }));
    }
    let mut statement = database.prepare(ENTRIES).map_err(failed(READ))?;
    let mut next = from.0;
    while next < to.0 {
        let some = some_entries(&mut statement, next, to.0)?;
        if some.is_empty() {
            return Err(missing_entry(next));
        }
        next += some.len() as u64;
        for entry in some {
            if each(entry).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn some_entries(statement: &mut Statement<'_>, from: u64, to: u64) -> Result<Vec<Entry>, LogError> {
    let mut rows = statement.query((whole(from, READ)?, whole(to, READ)?)).map_err(failed(READ))?;
    let (mut some, mut bytes) = (Vec::new(), 0);
    while some.len() < ENTRIES_AT_ONCE
        && bytes < BYTES_AT_ONCE
        && let Some(row) = rows.next().map_err(failed(READ))?
    {
        let index = natural(row.get(0).map_err(failed(READ))?, "an entry's place")?;
        let expected = from + some.len() as u64;
        if index != expected {
            return Err(missing_entry(expected));
        }
        let entry = entry(row, index)?;
        bytes += entry.leaf.len() + entry.content.as_ref().map_or(0, |content| content.bytes.len());
        some.push(entry);
    }
    Ok(some)
}

fn entry(row: &Row<'_>, index: u64) -> Result<Entry, LogError> {
    let content_row: Option<i64> = row.get(2).map_err(failed(READ))?;
    if content_row.is_none() {
        return Err(LogError::Damaged(format!(
            "the content of entry {index} is neither there nor disposed of; {RESTORE}"
        )));
    }
    let salt: Option<Vec<u8>> = row.get(3).map_err(failed(READ))?;
    let bytes: Option<Vec<u8>> = row.get(4).map_err(failed(READ))?;
    let content = match (salt, bytes) {
        (None, None) => None,
        (Some(salt), Some(bytes)) if salt.len() == 32 => {
            let mut taken = [0; 32];
            taken.copy_from_slice(&salt);
            Some(Content { salt: Salt(taken), bytes })
        }
        _ => return Err(LogError::Damaged(format!("the content of entry {index} is half there; {RESTORE}"))),
    };
    Ok(Entry { index: LeafIndex(index), leaf: row.get(1).map_err(failed(READ))?, content })
}

pub(super) fn missing_entry(index: u64) -> LogError {
    LogError::Damaged(format!("entry {index} is missing; {RESTORE}"))
}

pub(super) fn written_with(database: &Connection, key: &str) -> Result<Option<Appended>, LogError> {
    let row: Option<(i64, i64, Vec<u8>)> = database
        .query_row("SELECT first_idx, size, root FROM idempotency WHERE key = ?1", [key], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .map_err(failed(READ))?;
    let Some((first, size, root)) = row else { return Ok(None) };
    Ok(Some(Appended {
        first: LeafIndex(natural(first, "a place kept with a key")?),
        head: Head {
            size: TreeSize(natural(size, "a size kept with a key")?),
            root: hash(&root, "a root kept with a key")?,
        },
        repeated: true,
    }))
}

pub(super) fn checkpoints(database: &Connection) -> Result<Vec<(TreeSize, String)>, LogError> {
    let mut statement = database.prepare("SELECT size, note FROM checkpoint ORDER BY size").map_err(failed(READ))?;
    let mut rows = statement.query([]).map_err(failed(READ))?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next().map_err(failed(READ))? {
        kept.push(checkpoint(row)?);
    }
    Ok(kept)
}

pub(super) fn latest_checkpoint(
    database: &Connection,
    up_to: TreeSize,
) -> Result<Option<(TreeSize, String)>, LogError> {
    let up_to = i64::try_from(up_to.0).unwrap_or(i64::MAX);
    let mut statement = database
        .prepare("SELECT size, note FROM checkpoint WHERE size <= ?1 ORDER BY size DESC LIMIT 1")
        .map_err(failed(READ))?;
    let mut rows = statement.query([up_to]).map_err(failed(READ))?;
    rows.next().map_err(failed(READ))?.map(checkpoint).transpose()
}

fn checkpoint(row: &Row<'_>) -> Result<(TreeSize, String), LogError> {
    let size = natural(row.get(0).map_err(failed(READ))?, "a checkpoint's size")?;
    Ok((TreeSize(size), row.get(1).map_err(failed(READ))?))
}

pub(super) fn derived(database: &Connection, name: &str) -> Result<Option<Vec<u8>>, LogError> {
    database
        .query_row("SELECT bytes FROM derived WHERE name = ?1", [name], |row| row.get(0))
        .optional()
        .map_err(failed(READ))
}
