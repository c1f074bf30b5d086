//! Reading everything: what opening, which must be quick, does not.

use std::ops::ControlFlow;

use custodes_journal::hash::Hash;
use custodes_journal::log::{Head, Log, LogError};
use custodes_journal::tree::{Frontier, LeafIndex, Node, TreeSize};
use rusqlite::Connection;

use super::errors::failed;
use super::open::SCHEMA;
use super::{READ, SqliteLog, natural, nodes, read};

impl SqliteLog {
    /// Has SQLite check its file, makes every node and the root again from the leaves, and looks whether the
    /// tables and their triggers are those that [`SqliteLog::create`] makes. Gives the head that was examined. Whether contents are what the leaves commit to is for the journal's own verification.
    ///
    /// # Errors
    /// [`LogError::Damaged`] with the first thing found; else when the store cannot be read.
    pub fn examine(&self) -> Result<Head, LogError> {
        self.examine_telling(&mut |_| {})
    }

    /// The same for those who wait for it: `told` hears of every entry that was read.
    ///
    /// # Errors
    /// As [`SqliteLog::examine`].
    pub fn examine_telling(&self, told: &mut dyn FnMut(LeafIndex)) -> Result<Head, LogError> {
        self.check_file()?;
        let head = self.head()?;
        self.check_tree(head, told)?;
        self.check_schema()?;
        Ok(head)
    }

    /// Who wants to change what is written takes the triggers away first.
    fn check_schema(&self) -> Result<(), LogError> {
        let made = Connection::open_in_memory().map_err(failed(READ))?;
        made.execute_batch(SCHEMA).map_err(failed(READ))?;
        let (made, found) = (schema_of(&made)?, schema_of(&self.database)?);
        let other = made.iter().find(|part| !found.contains(part)).or(found.iter().find(|part| !made.contains(part)));
        match other {
            None => Ok(()),
            Some(part) => Err(LogError::Damaged(format!(
                "its {} {} is not as it was made: somebody changed the tables or their triggers; {}",
                part.kind,
                part.name,
                read::RESTORE
            ))),
        }
    }

    fn check_file(&self) -> Result<(), LogError> {
        let said: String =
            self.database.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failed(READ))?;
        if said != "ok" {
            return Err(LogError::Damaged(format!("SQLite found in its file: {said}; {}", read::RESTORE)));
        }
        let mut orphans = self.database.prepare("PRAGMA foreign_key_check").map_err(failed(READ))?;
        if orphans.exists([]).map_err(failed(READ))? {
            return Err(LogError::Damaged(format!("there is content without an entry; {}", read::RESTORE)));
        }
        Ok(())
    }

    fn check_tree(&self, head: Head, told: &mut dyn FnMut(LeafIndex)) -> Result<(), LogError> {
        let mut kept = nodes::Read::new(&self.database)?;
        let mut frontier = Frontier::empty();
        let mut wrong = None;
        self.read(LeafIndex(0), head.size, &mut |entry| {
            frontier.append(Hash::of_leaf(&entry.leaf), |node| {
                if wrong.is_none() && nodes::is_kept(&node) {
                    wrong = wrong_node(&mut kept, node);
                }
            });
            told(entry.index);
            if wrong.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if let Some(error) = wrong {
            return Err(error);
        }
        if frontier.root() != head.root {
            return Err(LogError::Damaged(format!("its leaves have another root than its head; {}", read::RESTORE)));
        }
        let (size, count) = self.count_nodes()?;
        if count != nodes::count(size.0) {
            return Err(LogError::Damaged(format!("it has {count} nodes that {} entries do not make", size.0)));
        }
        Ok(())
    }

    /// Others may have appended meanwhile, so the size is of the same moment.
    fn count_nodes(&self) -> Result<(TreeSize, u64), LogError> {
        let sql = "SELECT (SELECT size FROM head), (SELECT count(*) FROM node)";
        let (size, count): (i64, i64) =
            self.database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed(READ))?;
        Ok((TreeSize(natural(size, "the size in its head")?), natural(count, "the count of its nodes")?))
    }
}

/// A table, index or trigger, as SQLite keeps it.
#[derive(PartialEq, Eq)]
struct Part {
    kind: String,
    name: String,
    of: String,
    sql: Option<String>,
}

fn schema_of(database: &Connection) -> Result<Vec<Part>, LogError> {
    let mut statement =
        database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema").map_err(failed(READ))?;
    let parts = statement
        .query_map([], |row| Ok(Part { kind: row.get(0)?, name: row.get(1)?, of: row.get(2)?, sql: row.get(3)? }));
    parts.and_then(Iterator::collect).map_err(failed(READ))
}

fn wrong_node(kept: &mut nodes::Read<'_>, node: Node) -> Option<LogError> {
    match kept.kept(node.level, node.index) {
        Ok(Some(found)) if found == node.hash => None,
        Ok(_) => Some(LogError::Damaged(format!(
            "the hash kept for the subtree at level {}, place {} is not that of its leaves; {}",
            node.level,
            node.index,
            read::RESTORE
        ))),
        Err(error) => Some(error),
    }
}
