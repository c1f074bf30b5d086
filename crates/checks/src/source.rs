//! Intake, as the tests ask for it.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use custodes_evidence::{Evidence, Problem, Report, Scan, Table};
use custodes_standard::evidence::Set;

use crate::CheckError;
use crate::engine::Batches;
use crate::rows::Superseded;

/// The evidence to be checked.
pub struct Source {
    evidence: Arc<Evidence>,
    threads: usize,
}

impl Source {
    pub fn new(evidence: Evidence, threads: usize) -> Source {
        Source { evidence: Arc::new(evidence), threads: threads.max(1) }
    }

    /// Whether any file of the set came.
    pub fn has(&self, set: &Set) -> bool {
        self.evidence.has(set)
    }

    pub fn schema(&self, set: &Set) -> SchemaRef {
        self.evidence.schema(set)
    }

    /// A whole set, resolved.
    ///
    /// # Errors
    /// When a file cannot be read to its end.
    pub fn table(&self, set: &'static Set) -> Result<Table, CheckError> {
        self.evidence.table(set).map_err(|problem| CheckError::Evidence(vec![problem]))
    }

    /// The account of every row that came.
    ///
    /// # Errors
    /// When a file cannot be read, or is not what the manifest states.
    pub fn report(&self) -> Result<Report, CheckError> {
        self.evidence.report().map_err(CheckError::Evidence)
    }

    /// Why a set cannot be taken to be whole: it did not come, rows of it are quarantined, or a manifest
    /// leaves days of the window out. No reason where it is whole.
    ///
    /// # Errors
    /// When a file of the set cannot be read to its end.
    pub fn why_not_whole(&self, set: &'static Set) -> Result<Vec<String>, CheckError> {
        if !self.has(set) {
            return Ok(vec![format!("{} did not come", set.name)]);
        }
        self.evidence.why_not_whole(set).map_err(|problem| CheckError::Evidence(vec![problem]))
    }

    /// One pass over a set; it begins when the engine asks for its columns.
    pub(crate) fn pass(&self, set: &'static Set) -> Arc<OnePass> {
        Arc::new(OnePass { evidence: Arc::clone(&self.evidence), set, threads: self.threads, scan: Mutex::default() })
    }
}

/// A pass that is under way, or about to be.
pub(crate) struct OnePass {
    evidence: Arc<Evidence>,
    set: &'static Set,
    threads: usize,
    scan: Mutex<Option<Scan>>,
}

impl OnePass {
    pub fn open(&self, columns: &[usize]) -> Result<Vec<Batches>, Problem> {
        let mut scan = self.evidence.scan(self.set, columns, self.threads)?;
        let partitions = std::mem::take(&mut scan.partitions);
        *self.scan.lock().unwrap_or_else(PoisonError::into_inner) = Some(scan);
        Ok(partitions)
    }

    /// The rows that a later row of the same key supersedes, once the pass is over.
    pub fn finish(&self) -> Result<Superseded, Problem> {
        let Some(scan) = self.scan.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(Superseded { positions: Vec::new(), rows: Vec::new() });
        };
        let resolved = scan.finish()?;
        let rows = resolved.rows.batches()?.collect::<Result<Vec<RecordBatch>, Problem>>()?;
        Ok(Superseded { positions: resolved.superseded.to_vec(), rows })
    }
}
