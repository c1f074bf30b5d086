//! The hashes of the tree: which are kept, and how the others follow from the leaves.

use custodes_journal::hash::Hash;
use custodes_journal::log::{Head, LogError};
use custodes_journal::tree::{Frontier, Node, TreeSize};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::errors::{because, failed};
use super::read::{RESTORE, head, missing_entry};
use super::{Cause, READ, WRITE, hash, natural, whole};

/// Complete subtrees below this level are not kept. The at most eight leaves under one lie side by side and give
/// its hash in microseconds; kept, the four levels would be fifteen of every sixteen rows of the table.
const LOWEST_KEPT: u8 = 4;

pub(super) fn is_kept(node: &Node) -> bool {
    node.level >= LOWEST_KEPT
}

/// How many hashes are kept of a tree of `size` leaves.
pub(super) fn count(size: u64) -> u64 {
    (LOWEST_KEPT.into()..u64::BITS).map(|level| size >> level).sum()
}

pub(super) const INSERT: &str = "INSERT INTO node (level, idx, hash) VALUES (?1, ?2, ?3)";

/// Writes what is to be kept of these, in the order of the table.
pub(super) fn write(insert: &mut Statement<'_>, mut nodes: Vec<Node>) -> Result<(), LogError> {
    nodes.sort_unstable_by_key(|node| (node.level, node.index));
    for Node { level, index, hash } in nodes {
        insert.execute((level, whole(index, WRITE)?, hash.0)).map_err(failed(WRITE))?;
    }
    Ok(())
}

/// The head as it is written, and that the entries and the nodes agree with it. Reads a few rows, however many
/// entries there are.
pub(super) fn frontier(database: &Connection) -> Result<Frontier, LogError> {
    let Head { size: TreeSize(size), root } = head(database)?;
    let last: Option<i64> =
        database.query_row("SELECT max(idx) FROM entry", [], |row| row.get(0)).map_err(failed(READ))?;
    let entries = last.map_or(Ok(0), |last| natural(last, "an entry's place").map(|last| last + 1))?;
    if entries != size {
        return Err(LogError::Damaged(format!("its head says {size} entries, and there are {entries}; {RESTORE}")));
    }
    let mut read = Read::new(database)?;
    let frontier = Frontier::read(TreeSize(size), |level, index| read.node(level, index))?;
    if frontier.root() != root {
        let found = frontier.root();
        return Err(LogError::Damaged(format!(
            "its head says that {size} entries have the root {root}, and its nodes give {found}; {RESTORE}"
        )));
    }
    Ok(frontier)
}

pub(super) fn node(database: &Connection, level: u8, index: u64) -> Result<Hash, LogError> {
    let size = head(database)?.size.0;
    if index >= size.checked_shr(level.into()).unwrap_or(0) {
        return Err(because(READ, Cause::NoSuchNode { size, level, index }));
    }
    Read::new(database)?.node(level, index)
}

/// Reads hashes of complete subtrees.
pub(super) struct Read<'a> {
    kept: Statement<'a>,
    leaves: Statement<'a>,
}

impl<'a> Read<'a> {
    pub(super) fn new(database: &'a Connection) -> Result<Read<'a>, LogError> {
        let prepare = |sql| database.prepare(sql).map_err(failed(READ));
        Ok(Read {
            kept: prepare("SELECT hash FROM node WHERE level = ?1 AND idx = ?2")?,
            leaves: prepare("SELECT leaf FROM entry WHERE idx >= ?1 AND idx < ?2 ORDER BY idx")?,
        })
    }

    pub(super) fn node(&mut self, level: u8, index: u64) -> Result<Hash, LogError> {
        if level < LOWEST_KEPT {
            return self.of_leaves(level, index);
        }
        self.kept(level, index)?.ok_or_else(|| {
            LogError::Damaged(format!("the hash of the subtree at level {level}, place {index} is missing; {RESTORE}"))
        })
    }

    /// What the table says; `None` where it says nothing.
    pub(super) fn kept(&mut self, level: u8, index: u64) -> Result<Option<Hash>, LogError> {
        let place = (i64::from(level), whole(index, READ)?);
        let row: Option<Vec<u8>> = self.kept.query_row(place, |row| row.get(0)).optional().map_err(failed(READ))?;
        row.map(|bytes| hash(&bytes, "a node's hash")).transpose()
    }

    fn of_leaves(&mut self, level: u8, index: u64) -> Result<Hash, LogError> {
        let (from, to) = (index << level, (index + 1) << level);
        let mut rows = self.leaves.query((whole(from, READ)?, whole(to, READ)?)).map_err(failed(READ))?;
        let mut subtree = Frontier::empty();
        while let Some(row) = rows.next().map_err(failed(READ))? {
            let leaf: Vec<u8> = row.get(0).map_err(failed(READ))?;
            subtree.append(Hash::of_leaf(&leaf), |_| {});
        }
        let found = subtree.size().0;
        if found == to - from { Ok(subtree.root()) } else { Err(missing_entry(from + found)) }
    }
}
