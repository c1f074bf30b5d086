//! The signing key, and its holder's own memory of what was signed last. Both live outside the workspace:
//! who restores an old copy of the workspace does not restore them.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use custodes_journal::checkpoint::{Checkpoint, Origin};
use custodes_journal::key::{KeyName, SignerKey, VerifierKey};
use custodes_journal::log::Head;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::signer::{self, Memory};

use super::WorkError;

/// Where keys are kept when nobody says otherwise.
pub fn usual_folder() -> Result<PathBuf, WorkError> {
    if let Some(folder) = std::env::var_os("CUSTODES_KEYS") {
        return Ok(folder.into());
    }
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = || std::env::home_dir().map(|home| home.join(".config"));
    match config.or_else(home) {
        Some(folder) => Ok(folder.join("custodes").join("keys")),
        None => Err("there is no home folder to keep keys in: set CUSTODES_KEYS to a folder of your own".into()),
    }
}

/// One journal's key, with its memory beside it.
#[derive(Debug)]
pub struct Keys {
    key: SignerKey,
    memory: PathBuf,
    lock: PathBuf,
}

impl Keys {
    /// Makes a key for a new journal.
    ///
    /// # Errors
    /// When one of that name is there, or the folder cannot be written.
    pub fn create(folder: &Path, origin: &Origin) -> Result<Keys, WorkError> {
        let name = KeyName::parse(origin.as_str()).map_err(|error| error.to_string())?;
        let key = SignerKey::from_seed(name, super::random()?);
        let files = Files::of(folder, origin.as_str());
        private_folder(folder)?;
        write_new(&files.key, &format!("{}\n", key.to_secret_text()))?;
        write_new(&files.memory, &Memory::first(origin.clone()).to_text())?;
        sync_folder(folder)?;
        Ok(Keys { key, memory: files.memory, lock: files.lock })
    }

    /// The key of a journal; `None` where this machine's user does not hold it: then one may look, and not write.
    ///
    /// # Errors
    /// When it is there and cannot be used.
    pub fn open(folder: &Path, origin: &str) -> Result<Option<Keys>, WorkError> {
        let files = Files::of(folder, origin);
        if !files.key.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&files.key).map_err(WorkError::file(&files.key, "cannot be read"))?;
        let key = SignerKey::parse(text.trim_end()).map_err(|error| format!("{}: {error}", files.key.display()))?;
        Ok(Some(Keys { key, memory: files.memory, lock: files.lock }))
    }

    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    pub fn signer(&self) -> &SignerKey {
        &self.key
    }

    /// What was signed last.
    ///
    /// # Errors
    /// When the memory is not there or not whole. It is never made anew by itself: that would be to forget.
    pub fn memory(&self) -> Result<Memory, WorkError> {
        let text = fs::read_to_string(&self.memory).map_err(|error| {
            format!(
                "{}: the memory of what was signed last cannot be read ({error}); without it an old copy of the \
                 journal could be signed. Bring the file back, or recover it from a witnessed checkpoint",
                self.memory.display()
            )
        })?;
        Memory::parse(&text).map_err(|error| format!("{}: {error}", self.memory.display()).into())
    }

    /// Signs the journal's present state, if it continues what was signed before. One program at a time; the
    /// memory is on the disk before the signature leaves.
    ///
    /// # Errors
    /// When it does not continue it, with what happened.
    pub fn sign(
        &self,
        look: impl FnOnce(Head) -> Result<(Checkpoint, ConsistencyProof), WorkError>,
    ) -> Result<signer::Signed, WorkError> {
        let lock = File::create(&self.lock).map_err(WorkError::file(&self.lock, "cannot be made"))?;
        lock.lock().map_err(WorkError::file(&self.lock, "cannot be locked"))?;
        let memory = self.memory()?;
        let (offered, proof) = look(memory.head())?;
        let signed = signer::sign(&memory, &self.key, offered, &proof)?;
        if signed.memory != memory {
            self.remember(&signed.memory)?;
        }
        Ok(signed)
    }

    fn remember(&self, memory: &Memory) -> Result<(), WorkError> {
        let next = self.memory.with_extension("memory-next");
        let failed = |error| WorkError::file(&next, "cannot be written")(error);
        let mut file = private().create(true).truncate(true).write(true).open(&next).map_err(failed)?;
        file.write_all(memory.to_text().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&next, &self.memory).map_err(failed)?;
        sync_folder(self.memory.parent().unwrap_or(Path::new(".")))
    }
}

struct Files {
    key: PathBuf,
    memory: PathBuf,
    lock: PathBuf,
}

impl Files {
    fn of(folder: &Path, origin: &str) -> Files {
        // An origin may hold slashes; a file name may not.
        let stem: String =
            origin.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect();
        let file = |ending: &str| folder.join(format!("{stem}.{ending}"));
        Files { key: file("key"), memory: file("memory"), lock: file("lock") }
    }
}

/// Makes a folder that only its owner may enter.
pub(super) fn private_folder(folder: &Path) -> Result<(), WorkError> {
    fs::create_dir_all(folder).map_err(WorkError::file(folder, "cannot be made"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .map_err(WorkError::file(folder, "cannot be made private"))?;
    }
    Ok(())
}

/// For files that only their owner may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_new(path: &Path, text: &str) -> Result<(), WorkError> {
    let mut file =
        private().create_new(true).write(true).open(path).map_err(WorkError::file(path, "cannot be made"))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(WorkError::file(path, "cannot be written"))
}

pub fn sync_folder(folder: &Path) -> Result<(), WorkError> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(WorkError::file(folder, "cannot be synced"))?;
    Ok(())
}
