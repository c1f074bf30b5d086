//! Files that are handed out: reports, receipts, bundles. Each is there whole or not at all, whenever the
//! program is killed, and what a killed one left is written over by the next.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::WorkError;
use super::keys::sync_folder;

/// Writes a file; one that is there is replaced.
///
/// # Errors
/// When it cannot be written.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), WorkError> {
    let (unfinished, _locked) = written(path, &mut { bytes }, &mut OpenOptions::new())?;
    fs::rename(&unfinished, path).map_err(WorkError::file(path, "cannot be written"))?;
    sync_folder(folder_of(path))
}

/// Writes a new file.
///
/// # Errors
/// When there is one of that name, or it cannot be written.
pub fn put_new(path: &Path, bytes: &[u8]) -> Result<(), WorkError> {
    put_as(path, &mut { bytes }, &mut OpenOptions::new())
}

/// Writes a new file that nobody but its owner may read.
///
/// # Errors
/// As of [`put_new`].
pub fn put_private(path: &Path, bytes: &[u8]) -> Result<(), WorkError> {
    put_private_from(path, &mut { bytes })
}

/// The same, with what is read to its end.
///
/// # Errors
/// As of [`put_new`].
pub fn put_private_from(path: &Path, from: &mut dyn Read) -> Result<(), WorkError> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    put_as(path, from, &mut options)
}

fn put_as(path: &Path, from: &mut dyn Read, options: &mut OpenOptions) -> Result<(), WorkError> {
    let there = || format!("{}: there is a file of that name already: name a new one", path.display());
    if is_there(path) {
        return Err(there().into());
    }
    let (unfinished, _locked) = written(path, from, options)?;
    // A link fails where a rename would replace what another program put there.
    match fs::hard_link(&unfinished, path) {
        Ok(()) => fs::remove_file(&unfinished),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(there().into()),
        // For file systems without links.
        Err(_) if path.exists() => return Err(there().into()),
        Err(_) => fs::rename(&unfinished, path),
    }
    .map_err(WorkError::file(path, "cannot be written"))?;
    sync_folder(folder_of(path))
}

/// Whether there is a file of that name. A program that was killed when it had come so far left a second name
/// for it, which is taken away.
pub fn is_there(path: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(whole), Ok(left)) = (fs::metadata(path), fs::symlink_metadata(unfinished(path))) {
        use std::os::unix::fs::MetadataExt;
        if (whole.dev(), whole.ino()) == (left.dev(), left.ino()) {
            // It costs nothing but a name: whoever writes here next meets it again.
            let _ = fs::remove_file(unfinished(path));
        }
    }
    path.exists()
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    path.with_file_name(name)
}

/// The bytes under a name beside the file's own, on the disk; locked, so that no two programs write there.
fn written(path: &Path, from: &mut dyn Read, options: &mut OpenOptions) -> Result<(PathBuf, File), WorkError> {
    let unfinished = unfinished(path);
    let failed = |error| WorkError::file(path, "cannot be written")(error);
    let mut file = options.create(true).truncate(false).write(true).open(&unfinished).map_err(failed)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            return Err(format!("{}: another program is writing it: try again", path.display()).into());
        }
        // Where files cannot be locked, two programs that write one name are the users' own doing.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    file.set_len(0).and_then(|()| io::copy(from, &mut file)).and_then(|_| file.sync_all()).map_err(failed)?;
    Ok((unfinished, file))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_and_what_was_left_of_another_attempt_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A1.zip");
        fs::write(folder.path().join("A1.zip.unfinished"), "much longer than what is written in the end").unwrap();
        put_new(&path, b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(put_private(&path, b"other").unwrap_err().to_string().contains("of that name already"));
        put(&path, b"replaced").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"replaced");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_programs_do_not_write_one_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A1.zip");
        let (_, _held) = written(&path, &mut &b"one"[..], &mut OpenOptions::new()).unwrap();
        assert!(put_new(&path, b"two").unwrap_err().to_string().contains("another program is writing it"));
    }
}
