//! A copy by the database's own means, while others read and write.

use std::path::Path;

use custodes_journal::log::{Head, Log, LogError};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::errors::{because, failed};
use super::open::{beside, sync_folder};
use super::{BACK_UP, Cause, SqliteLog};

impl SqliteLog {
    /// Copies the journal, as it is at one moment, to a file of its own, and opens the copy before it gets its
    /// name. Gives the head of the copy.
    ///
    /// The copy is a journal like any other: to restore is to open it. What is disposed of later stays in it.
    ///
    /// # Errors
    /// When something is at the path already, or the copy cannot be written or read back.
    pub fn backup_to(&self, path: &Path) -> Result<Head, LogError> {
        let about = |path: &Path| {
            let path = path.to_owned();
            move |cause| because(BACK_UP, Cause::File { path, cause })
        };
        let path = std::path::absolute(path).map_err(about(path))?;
        if path.exists() {
            return Err(because(BACK_UP, Cause::Taken(path)));
        }
        let unfinished = beside(&path, ".unfinished");
        for ending in ["", "-wal", "-shm", "-journal"] {
            remove(&beside(&unfinished, ending)).map_err(about(&unfinished))?;
        }
        self.copy(&unfinished)?;
        let head = {
            let copy = SqliteLog::open(&unfinished).map_err(|error| because(BACK_UP, Cause::Copy(Box::new(error))))?;
            copy.head()?
        };
        // A link fails where a rename would replace what another program put there.
        std::fs::hard_link(&unfinished, &path).or_else(|_| rename_new(&unfinished, &path)).map_err(about(&path))?;
        remove(&unfinished).map_err(about(&unfinished))?;
        sync_folder(&path).map_err(|error| because(BACK_UP, Cause::Copy(Box::new(error))))?;
        Ok(head)
    }

    fn copy(&self, to: &Path) -> Result<(), LogError> {
        let mut copy = Connection::open(to).map_err(failed(BACK_UP))?;
        let backup = Backup::new(&self.database, &mut copy).map_err(failed(BACK_UP))?;
        // In one go: readers and writers go on meanwhile, and the copy is of one moment.
        match backup.step(-1).map_err(failed(BACK_UP))? {
            StepResult::Done => Ok(()),
            _ => Err(because(BACK_UP, Cause::Busy)),
        }
    }
}

/// For file systems without links.
fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() { Err(std::io::ErrorKind::AlreadyExists.into()) } else { std::fs::rename(from, to) }
}

fn remove(path: &Path) -> std::io::Result<()> {
    std::fs::remove_file(path).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}
