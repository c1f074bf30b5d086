//! What all scans of one folder share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use custodes_standard::evidence::Set;
use tempfile::TempDir;

use crate::fate::AsOf;
use crate::outcome::Outcome;
use crate::scan::feed::Progress;
use crate::scan::source::SourceFile;

pub struct Intake {
    pub as_of: AsOf,
    /// Random for each process; results do not depend on it.
    pub seed: u64,
    pub threads: usize,
    /// How many bytes of hashed keys are held before they go to the temporary folder.
    pub keys_in_memory: usize,
    pub progress: Option<Progress>,
    /// In byte order of their names.
    pub files: Vec<Arc<SourceFile>>,
    /// Private, and removed when this is dropped.
    pub temporary: TempDir,
    pub folders: AtomicUsize,
    pub outcomes: Mutex<BTreeMap<&'static str, Arc<Outcome>>>,
}

impl Intake {
    pub fn files_of(&self, set: &Set) -> Vec<Arc<SourceFile>> {
        self.files.iter().filter(|file| file.set.name == set.name).map(Arc::clone).collect()
    }

    /// A name in the temporary folder that nothing else has.
    pub fn private_folder(&self, what: &str) -> PathBuf {
        let number = self.folders.fetch_add(1, Ordering::Relaxed);
        self.temporary.path().join(format!("{what}-{number}"))
    }

    /// What the first scan of a set found out, once it has finished.
    pub fn outcome(&self, set: &Set) -> Option<Arc<Outcome>> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).get(set.name).cloned()
    }

    /// Keeps the outcome of a set. Two scans that were both the first agree, so either may stand.
    pub fn settle(&self, set: &'static Set, outcome: Outcome) -> Arc<Outcome> {
        let outcome = Arc::new(outcome);
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(set.name, Arc::clone(&outcome));
        outcome
    }
}
