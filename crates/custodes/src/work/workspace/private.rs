//! Whom a workspace's files are kept from: everybody but its owner, and a group for which its owner opened it.

use std::path::{Path, PathBuf};

use super::{EVIDENCE, JOURNAL};

/// What everybody else may do, on a file system that knows of owners.
const OTHERS: u32 = 0o007;
/// And what a group may do.
const GROUP: u32 = 0o070;

/// In a workspace just made, nobody but its owner may do anything.
pub(super) fn keep_for_the_owner(folder: &Path) {
    take_away(folder, OTHERS | GROUP);
}

/// In a workspace that is there, others may do nothing; what its owner opened for a group stays open for it.
pub(super) fn keep_others_out(folder: &Path) {
    // The whole store is looked through only where something shows that this was never done.
    if ours(folder).iter().any(|path| is_open(path)) {
        take_away(folder, OTHERS);
    }
}

/// The folder and what Custodes keeps in it: whatever else lies there is its owner's affair.
fn ours(folder: &Path) -> [PathBuf; 5] {
    let beside = |ending: &str| folder.join(format!("{JOURNAL}{ending}"));
    [folder.to_owned(), beside(""), beside("-wal"), beside("-shm"), folder.join(EVIDENCE)]
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).is_ok_and(|there| there.mode() & OTHERS != 0)
}

#[cfg(unix)]
fn take_away(folder: &Path, bits: u32) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let user = rustix::process::geteuid().as_raw();
    let mut waiting: Vec<PathBuf> = ours(folder).into();
    let narrow = |path: &Path, there: &std::fs::Metadata| {
        if there.uid() == user && there.mode() & bits != 0 {
            // Where it cannot be done, as on a medium without owners, nobody is kept from working.
            let narrower = std::fs::Permissions::from_mode(there.mode() & 0o7777 & !bits);
            let _ = std::fs::set_permissions(path, narrower);
        }
    };
    while let Some(path) = waiting.pop() {
        // The folder may be named by a link; what a link inside it leads to is not ours.
        let there = if path == folder { std::fs::metadata(&path) } else { std::fs::symlink_metadata(&path) };
        let Ok(there) = there else { continue };
        if !there.is_symlink() {
            narrow(&path, &there);
        }
        if there.is_dir() && path != folder {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(entries.map(|entry| entry.path()));
        }
    }
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

#[cfg(not(unix))]
fn take_away(_: &Path, _: u32) {}
