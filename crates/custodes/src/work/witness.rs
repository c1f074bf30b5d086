//! A witness: its own key, the journals it knows, and what it saw of each last, in a folder of its own.
//!
//! It belongs on another machine than the journals, in another department's hands. What it has seen is on
//! the disk before a cosignature leaves, and only one request at a time is looked at: a witness that forgot
//! could be shown a rewritten journal.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use custodes_compliance::time::Instant;
use custodes_journal::checkpoint::Origin;
use custodes_journal::cosignature::{Cosigner, PosixSeconds};
use custodes_journal::key::{Algorithm, KeyName, SignerKey, VerifierKey};
use custodes_journal::log::Head;
use custodes_journal::witness::{AddCheckpoint, Refusal, Seen, Witness};

use super::keys::{private, private_folder};
use super::{WorkError, keys, random};

const KEY: &str = "witness.key";
const PUBLIC: &str = "witness.pub";
const JOURNALS: &str = "journals";
const SEEN: &str = "seen";
const LOCK: &str = "lock";

/// The folder of a witness.
#[derive(Debug, Clone)]
pub struct WitnessFolder(PathBuf);

impl WitnessFolder {
    /// Makes a witness in a new or empty folder, with a key of its own.
    ///
    /// # Errors
    /// When the folder holds something, cannot be written, or the name is none for a key.
    pub fn create(folder: &Path, name: &str) -> Result<(WitnessFolder, VerifierKey), WorkError> {
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(format!("{}: this folder is not empty: name a new one", folder.display()).into());
        }
        let name = KeyName::parse(name).map_err(|error| error.to_string())?;
        let key = SignerKey::from_seed(name, random()?);
        let secret = key.to_secret_text();
        let verifier = Cosigner::new(key).verifier().clone();
        private_folder(folder)?;
        let witness = WitnessFolder(folder.to_owned());
        witness.replace(JOURNALS, "")?;
        witness.replace(SEEN, &Seen::nothing().to_text())?;
        witness.replace(PUBLIC, &format!("{verifier}\n"))?;
        // The key comes last: a folder with a key has everything else.
        witness.replace(KEY, &format!("{secret}\n"))?;
        Ok((witness, verifier))
    }

    /// # Errors
    /// When there is no witness in the folder, or its key cannot be used.
    pub fn open(folder: &Path) -> Result<WitnessFolder, WorkError> {
        let witness = WitnessFolder(folder.to_owned());
        if !witness.path(KEY).is_file() {
            return Err(format!(
                "{}: there is no witness in this folder: make one with `custodes witness init`",
                folder.display()
            )
            .into());
        }
        witness.cosigner()?;
        Ok(witness)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> Result<String, WorkError> {
        let path = self.path(name);
        fs::read_to_string(&path).map_err(WorkError::file(&path, "cannot be read"))
    }

    fn cosigner(&self) -> Result<Cosigner, WorkError> {
        let text = self.text(KEY)?;
        let key =
            SignerKey::parse(text.trim_end()).map_err(|error| format!("{}: {error}", self.path(KEY).display()))?;
        Ok(Cosigner::new(key))
    }

    /// The public keys of the journals that it cosigns.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn journals(&self) -> Result<Vec<VerifierKey>, WorkError> {
        let path = self.path(JOURNALS);
        let keys = self.text(JOURNALS)?;
        let parse =
            |line: &str| VerifierKey::parse(line).map_err(|error| format!("{}: {error}", path.display()).into());
        keys.lines().filter(|line| !line.trim().is_empty()).map(parse).collect()
    }

    /// Cosigns this journal from now on. One that is known already stays so.
    ///
    /// # Errors
    /// When the key is no journal's, or the list cannot be written.
    pub fn know(&self, key: &VerifierKey) -> Result<(), WorkError> {
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(format!("{} is the key of a witness, not of a journal", key.name()).into());
        }
        let _lock = self.lock()?;
        let mut keys = self.journals()?;
        if keys.contains(key) {
            return Ok(());
        }
        if let Some(other) = keys.iter().find(|known| known.name() == key.name()) {
            return Err(format!(
                "the journal {} is known here with another key ({}): if it was given a new key, take the old line out \
                 of {} first",
                key.name(),
                other.id(),
                self.path(JOURNALS).display()
            )
            .into());
        }
        keys.push(key.clone());
        self.replace(JOURNALS, &keys.iter().map(|key| format!("{key}\n")).collect::<String>())
    }

    /// What it saw last of each journal.
    ///
    /// # Errors
    /// When the memory is not there or not whole. It is never made anew by itself: that would be to forget.
    pub fn seen(&self) -> Result<Seen, WorkError> {
        let path = self.path(SEEN);
        let text = fs::read_to_string(&path).map_err(|error| {
            format!(
                "{}: what this witness saw last cannot be read ({error}); without it a rewritten journal could be \
                 cosigned: bring the file back",
                path.display()
            )
        })?;
        Seen::parse(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// What it saw last of one journal.
    ///
    /// # Errors
    /// As of [`WitnessFolder::seen`].
    pub fn latest(&self, origin: &Origin) -> Result<Option<Head>, WorkError> {
        Ok(self.seen()?.latest(origin))
    }

    /// Answers a request. What was seen is on the disk before this returns the answer's lines.
    ///
    /// # Errors
    /// When the witness itself does not work; why it does not cosign is the inner result.
    pub fn answer(&self, request: &[u8], now: Instant) -> Result<Result<String, Refusal>, WorkError> {
        let time = u64::try_from(now.0 / 1_000_000).ok().and_then(PosixSeconds::new);
        let time = time.ok_or("this machine's clock stands before 1970: set it right first")?;
        let _lock = self.lock()?;
        let mut journals: BTreeMap<Origin, Vec<VerifierKey>> = BTreeMap::new();
        for key in self.journals()? {
            let origin = Origin::parse(key.name().as_str()).map_err(|error| error.to_string())?;
            journals.entry(origin).or_default().push(key);
        }
        let seen = self.seen()?;
        match Witness::new(self.cosigner()?, journals).add_checkpoint(&seen, request, time) {
            Err(refusal) => Ok(Err(refusal)),
            Ok(cosigned) => {
                if cosigned.seen != seen {
                    self.replace(SEEN, &cosigned.seen.to_text())?;
                }
                Ok(Ok(cosigned.lines))
            }
        }
    }

    /// Held while what was seen is read and written: two programs may serve one witness, one at a time.
    fn lock(&self) -> Result<File, WorkError> {
        let path = self.path(LOCK);
        let file = private().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(WorkError::file(&path, "cannot be made"))?;
        file.lock().map_err(WorkError::file(&path, "cannot be locked"))?;
        Ok(file)
    }

    /// A file is there whole, the old or the new one, whatever happens.
    fn replace(&self, name: &str, text: &str) -> Result<(), WorkError> {
        let next = self.path(&format!("{name}.next"));
        let failed = |error| WorkError::file(&next, "cannot be written")(error);
        let mut file = private().create(true).truncate(true).write(true).open(&next).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&next, self.path(name)).map_err(failed)?;
        keys::sync_folder(&self.0)
    }
}

/// Which journal a request is of, where it can be read at all.
pub fn origin_of(request: &[u8]) -> Option<Origin> {
    AddCheckpoint::parse(request).ok().map(|request| request.checkpoint.checkpoint().origin().clone())
}
