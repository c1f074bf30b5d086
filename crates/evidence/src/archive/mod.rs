//! The evidence store: files kept for good, each under the SHA-256 of its bytes.
//!
//! [`Archive::take_in`] reads what is handed over as `check` would, and keeps the originals unchanged
//! together with the typed rows of every set; [`Archive::lay_out`] makes a folder of any past state;
//! [`Archive::records`] shows single rows of it. What belongs to which state is not known here: whoever
//! keeps the record of imports names the objects.
//!
//! An object is written under a temporary name, synced, made read-only and renamed, so a process that is
//! killed leaves whole objects and temporary files, which the next [`Archive::open`] sweeps away.

mod attachments;
mod incoming;
mod layout;
mod object;
mod records;
mod selection;
mod sha256;
mod take_in;
mod typed;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::problem::Problem;
pub use layout::LaidOut;
pub use object::Fault;
pub use selection::Delivery;
pub use sha256::Sha256;
pub use take_in::{Intake, Original, SetIntake, StoredMapping, TakeIn, TypedTable};

const OBJECTS: &str = "objects";
const INCOMING: &str = "incoming";
const LOCK: &str = "lock";

/// An evidence store. Any number of programs may have it open; all they share is what it keeps.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    /// Held shared while the store is open, so that nobody sweeps away what is being written.
    lock: Option<File>,
}

impl Archive {
    /// Opens a store for reading and writing, and makes it where there is none.
    ///
    /// # Errors
    /// The folder cannot be made or written, or it holds something else.
    pub fn open(folder: &Path) -> Result<Archive, Problem> {
        let failed = |error: io::Error| unusable(folder, &error);
        if !folder.join(OBJECTS).is_dir() && holds_something(folder).map_err(failed)? {
            let what = "this folder holds something else than an evidence store";
            return Err(Problem::new(folder.display().to_string(), what, "name an empty folder, or a store"));
        }
        for part in [OBJECTS, INCOMING] {
            fs::create_dir_all(folder.join(part)).map_err(failed)?;
        }
        let root = fs::canonicalize(folder).map_err(failed)?;
        object::sync_folder(&root).map_err(failed)?;
        let lock = File::options().create(true).truncate(false).write(true).read(true).open(root.join(LOCK));
        let lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {
                sweep(&root.join(INCOMING)).map_err(failed)?;
                lock.unlock().map_err(failed)?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        lock.lock_shared().map_err(failed)?;
        Ok(Archive { root, lock: Some(lock) })
    }

    /// Opens a store to look at it: a backup, or one on a medium that cannot be written. Nothing is swept
    /// away, and nothing can be taken in.
    ///
    /// # Errors
    /// There is no store.
    pub fn open_read_only(folder: &Path) -> Result<Archive, Problem> {
        let root = fs::canonicalize(folder).map_err(|error| unusable(folder, &error))?;
        if !root.join(OBJECTS).is_dir() {
            let what = "there is no evidence store in this folder";
            return Err(Problem::new(folder.display().to_string(), what, "name the folder that holds one"));
        }
        Ok(Archive { root, lock: None })
    }

    /// A private folder beside the objects, removed when it is dropped and swept away after a crash: for
    /// laying a state out, since files there can be linked instead of copied.
    ///
    /// # Errors
    /// The store is open for reading only, or cannot be written.
    pub fn private_folder(&self) -> Result<TempDir, Problem> {
        if self.lock.is_none() {
            let what = "the evidence store is open for reading only";
            return Err(Problem::new(self.root.display().to_string(), what, "open it for writing"));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix("");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        builder.tempdir_in(self.root.join(INCOMING)).map_err(|error| unusable(&self.root, &error))
    }
}

fn unusable(folder: &Path, error: &io::Error) -> Problem {
    let what = format!("the evidence store cannot be used: {error}");
    Problem::new(folder.display().to_string(), what, "make sure that the folder can be written and has room")
}

fn holds_something(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes what a process left behind that was killed.
fn sweep(incoming: &Path) -> io::Result<()> {
    for entry in fs::read_dir(incoming)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
