//! The signing key, and its holder's own memory of what was signed last. Both live outside the workspace:
//! who restores an old copy of the workspace does not restore them.
//!
//! Beside the memory lies an intent: what the journal will have come to when the act that is being written is
//! in it. A program that is killed between writing and signing leaves entries that no checkpoint covers; by the
//! intent its own entries are told from those of somebody who does not hold the key.

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
    files: Files,
}

/// Held by the one program that writes and signs with a key; others that use the same folder wait for it. The
/// system takes it back from a program that ends, however it ends.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl Keys {
    /// Makes a key for a new journal; or takes up the one that an interrupted making left, with which nothing
    /// was signed yet.
    ///
    /// # Errors
    /// When a key of that name has signed something, or the folder cannot be written.
    pub fn create(folder: &Path, origin: &Origin) -> Result<Keys, WorkError> {
        private_folder(folder)?;
        if let Some(keys) = Keys::open(folder, origin.as_str())? {
            return match keys.memory()?.head().size.0 {
                0 => Ok(keys),
                size => Err(format!(
                    "{}: this key has signed {size} entries of a journal already, and cannot begin a new one",
                    keys.files.key.display()
                )
                .into()),
            };
        }
        let name = KeyName::parse(origin.as_str()).map_err(|error| error.to_string())?;
        let key = SignerKey::from_seed(name, super::random()?);
        let files = Files::of(folder, origin.as_str());
        // The key comes last: where there is one, its memory is there too.
        replace(&files.memory, &Memory::first(origin.clone()).to_text())?;
        replace(&files.key, &format!("{}\n", key.to_secret_text()))?;
        Ok(Keys { key, files })
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
        Ok(Some(Keys { key, files }))
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
        let memory = &self.files.memory;
        let text = fs::read_to_string(memory).map_err(|error| {
            format!(
                "{}: the memory of what was signed last cannot be read ({error}); without it an old copy of the \
                 journal could be signed. Bring the file back, or recover it from a witnessed checkpoint",
                memory.display()
            )
        })?;
        Memory::parse(&text).map_err(|error| format!("{}: {error}", memory.display()).into())
    }

    /// Waits until no other program writes with this key.
    ///
    /// # Errors
    /// When the folder of keys cannot be written.
    pub fn turn(&self) -> Result<Turn, WorkError> {
        let path = &self.files.lock;
        let lock = private().create(true).truncate(false).write(true).open(path);
        let lock = lock.map_err(WorkError::file(path, "cannot be made"))?;
        lock.lock().map_err(WorkError::file(path, "cannot be locked"))?;
        Ok(Turn(lock))
    }

    /// Notes what the journal will have come to with what is about to be written. It is on the disk before the
    /// first of it is written.
    ///
    /// # Errors
    /// When the folder of keys cannot be written.
    pub fn intend(&self, _: &Turn, head: Head) -> Result<(), WorkError> {
        let origin = Origin::parse(self.key.verifier().name().as_str()).map_err(|error| error.to_string())?;
        replace(&self.files.intent, &Memory::recovered(&Checkpoint::new(origin, head)).to_text())
    }

    /// What the latest act was to bring the journal to; `None` before the first.
    ///
    /// # Errors
    /// When the file is damaged. It is made again with the next act.
    pub fn intended(&self) -> Result<Option<Head>, WorkError> {
        let path = &self.files.intent;
        match fs::read_to_string(path) {
            Ok(text) => match Memory::parse(&text) {
                Ok(intent) => Ok(Some(intent.head())),
                Err(why) => Err(format!(
                    "{}: what the latest act was to bring the journal to cannot be read ({why}); the next act writes \
                     the file anew",
                    path.display()
                )
                .into()),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(WorkError::file(path, "cannot be read")(error)),
        }
    }

    /// Signs the journal's present state, if it continues what was signed before. The memory is on the disk
    /// before the signature leaves.
    ///
    /// # Errors
    /// When it does not continue it, with what happened.
    pub fn sign(
        &self,
        _: &Turn,
        look: impl FnOnce(Head) -> Result<(Checkpoint, ConsistencyProof), WorkError>,
    ) -> Result<signer::Signed, WorkError> {
        let memory = self.memory()?;
        let (offered, proof) = look(memory.head())?;
        let signed = signer::sign(&memory, &self.key, offered, &proof)?;
        if signed.memory != memory {
            replace(&self.files.memory, &signed.memory.to_text())?;
        }
        Ok(signed)
    }
}

#[derive(Debug)]
struct Files {
    key: PathBuf,
    memory: PathBuf,
    intent: PathBuf,
    lock: PathBuf,
}

impl Files {
    fn of(folder: &Path, origin: &str) -> Files {
        // An origin may hold slashes; a file name may not.
        let stem: String =
            origin.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect();
        let file = |ending: &str| folder.join(format!("{stem}.{ending}"));
        Files { key: file("key"), memory: file("memory"), intent: file("intent"), lock: file("lock") }
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

/// The file is there whole, the old or the new one, whatever happens. What an interrupted program left of it
/// is written over.
fn replace(path: &Path, text: &str) -> Result<(), WorkError> {
    let mut next = path.as_os_str().to_owned();
    next.push("-next");
    let next = PathBuf::from(next);
    let failed = |error| WorkError::file(&next, "cannot be written")(error);
    let mut file = private().create(true).truncate(true).write(true).open(&next).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&next, path).map_err(failed)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

pub fn sync_folder(folder: &Path) -> Result<(), WorkError> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(WorkError::file(folder, "cannot be synced"))?;
    Ok(())
}
