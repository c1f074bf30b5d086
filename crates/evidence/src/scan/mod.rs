//! One pass over a set: batches for an engine's threads, and afterwards the rows that others stand for.
//!
//! Batches leave quarantined and future rows out. Which rows are superseded is only known at the end,
//! so they are still in; [`Scan::finish`] gives them for the engine to take out again.

pub mod feed;
pub mod source;
pub mod typed;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use custodes_standard::evidence::Set;

use crate::assemble::{self, Projection};
use crate::fate::{AsOf, Fate};
use crate::intake::Intake;
use crate::keys::{self, Buckets, Gathering};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::table::{Table, TableBuilder};
use crate::tally::{LISTED, Tally};
use feed::{Feed, Numbers, Order, Rows, Said};
use typed::{TypedChunk, Typing};

/// The most rows of a batch.
const BATCH_ROWS: usize = 32_768;

/// Batches of one partition. The first error ends it.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, Problem>> + Send>;

/// A pass over a set that is under way.
pub struct Scan {
    /// To be driven to their ends, each by any thread. Rows are shared out among them as they ask.
    pub partitions: Vec<Batches>,
    intake: Arc<Intake>,
    set: &'static Set,
    projection: Arc<Projection>,
    feed: Feed,
    shared: Arc<Shared>,
    /// How many partitions there were.
    begun: usize,
}

/// What is left after a scan: the rows that must not count.
pub struct Resolved {
    /// Positions of rows that the scan gave and that another row stands for; sorted.
    pub superseded: Arc<Vec<u64>>,
    /// Those rows, in the scan's projection.
    pub rows: Table,
}

/// What the partitions gather for the end.
struct Shared {
    /// `None` on any but the first scan of a set.
    seen: Option<Buckets<3>>,
    gathered: Mutex<Gathered>,
}

#[derive(Default)]
struct Gathered {
    tallies: BTreeMap<usize, Tally>,
    exhausted: usize,
    problems: Vec<Problem>,
}

impl Shared {
    fn gathered(&self) -> std::sync::MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scan {
    /// Begins a pass over a set in these places of its engine schema.
    pub(crate) fn start(
        intake: &Arc<Intake>,
        set: &'static Set,
        places: &[usize],
        partitions: usize,
    ) -> Result<Scan, Problem> {
        let failed = |error: ArrowError| Problem::new(set.name, format!("no such column: {error}"), "");
        let projection = Arc::new(Projection::new(set, places).map_err(failed)?);
        let first = intake.outcome(set).is_none();
        let partitions = partitions.max(1);
        let order = Order {
            files: intake.files_of(set),
            only: None,
            digests: first,
            typing: typing_for(set, intake.as_of, |declared| projection.needs(declared)),
            threads: partitions,
            progress: intake.progress.clone(),
        };
        let feed = Feed::start(order);
        let seen = first.then(|| Buckets::new(intake.private_folder("keys"), intake.keys_in_memory));
        let shared = Arc::new(Shared { seen, gathered: Mutex::default() });
        let partition = |_| -> Batches {
            Box::new(Partition {
                set,
                projection: Arc::clone(&projection),
                as_of: intake.as_of,
                seed: intake.seed,
                rows: Some(feed.rows()),
                feed: feed.clone(),
                shared: Arc::clone(&shared),
                ready: VecDeque::new(),
                gathering: Gathering::default(),
                tallies: BTreeMap::new(),
            })
        };
        let begun = partitions;
        let partitions = (0..begun).map(partition).collect();
        Ok(Scan { partitions, intake: Arc::clone(intake), set, projection, feed, shared, begun })
    }

    /// How many partitions there were at the beginning.
    pub fn begun(&self) -> usize {
        self.begun
    }

    /// Finds the rows that others stand for. All partitions must have been driven to their ends; taking
    /// them out of [`Scan::partitions`] to do so is fine.
    ///
    /// # Errors
    /// A file could not be read to its end, or a partition was not driven to its end.
    pub fn finish(self) -> Result<Resolved, Problem> {
        let said = self.feed.said();
        let gathered = std::mem::take(&mut *self.shared.gathered());
        if let Some(problem) = said.problems.iter().chain(&gathered.problems).min() {
            return Err(problem.clone());
        }
        if gathered.exhausted < self.begun {
            return Err(Problem::new(self.set.name, "the scan was not driven to its end", ""));
        }
        let outcome = match &self.shared.seen {
            Some(seen) => self.settle(seen, gathered.tallies, said)?,
            None => {
                self.intake.outcome(self.set).ok_or_else(|| Problem::new(self.set.name, "no outcome is known", ""))?
            }
        };
        let rows = self.superseded_rows(&outcome)?;
        Ok(Resolved { superseded: Arc::clone(&outcome.superseded), rows })
    }

    /// The outcome of the first scan of a set.
    fn settle(&self, seen: &Buckets<3>, tallies: BTreeMap<usize, Tally>, said: Said) -> Result<Arc<Outcome>, Problem> {
        let threads = self.intake.threads;
        let failed = |error| spilled(self.set, &error);
        let Said { digests, notices, source_rows, .. } = said;
        let repeated = keys::Repeated::find(seen, threads).map_err(failed)?;
        let numbered = self.feed.parts();
        let parts = repeated.parts.iter().map(|&number| numbered[number as usize]).collect();
        let mut outcome = Outcome { tallies, digests, notices, source_rows, parts, ..Outcome::default() };
        if !repeated.hashes.is_empty() {
            let standing = self.compare(&repeated, &outcome)?;
            outcome.superseded = Arc::new(standing.superseded);
            outcome.conflicting = Arc::new(standing.conflicting.iter().map(|&(superseded, _)| superseded).collect());
            outcome.files = standing.files;
            if !standing.conflicting.is_empty() {
                let listed = standing.conflicting.len().min(LISTED);
                outcome.list_conflicts(self.pass(&outcome, |_| true), &standing.conflicting[..listed])?;
            }
        }
        Ok(self.intake.settle(self.set, outcome))
    }

    /// A further pass over the parts in which keys are repeated.
    fn pass(&self, outcome: &Outcome, needed: impl Fn(usize) -> bool) -> Feed {
        Feed::start(Order {
            files: self.intake.files_of(self.set),
            only: Some(outcome.parts.clone()),
            digests: false,
            typing: typing_for(self.set, self.intake.as_of, needed),
            threads: self.intake.threads,
            progress: None,
        })
    }

    /// Compares the keys and contents of all rows whose hashes are repeated.
    fn compare(&self, repeated: &keys::Repeated, outcome: &Outcome) -> Result<keys::Standing, Problem> {
        let (set, seed, threads) = (self.set, self.intake.seed, self.intake.threads);
        let candidates = Buckets::new(self.intake.private_folder("candidates"), self.intake.keys_in_memory);
        let feed = self.pass(outcome, |_| true);
        on_threads(threads, || {
            let (mut rows, mut gathering) = (feed.rows(), Gathering::default());
            while let Some((chunk, _)) = rows.next_chunk() {
                let mut result = Ok(());
                keys::hashes(set, &chunk.columns, &chunk.fates.rows, seed, |row, hash| {
                    if result.is_ok() && repeated.contains(hash) {
                        let future = chunk.fates.rows[row] == Fate::Future;
                        let position = chunk.first.0 + row as u64;
                        result = gathering
                            .push(&candidates, keys::candidate(set, &chunk.columns, row, position, future, seed));
                    }
                });
                result?;
            }
            gathering.finish(&candidates)
        })
        .map_err(|error| spilled(set, &error))?;
        if let Some(problem) = feed.said().problems.first() {
            return Err(problem.clone());
        }
        keys::Standing::find(&candidates, threads).map_err(|error| spilled(set, &error))
    }

    fn superseded_rows(&self, outcome: &Outcome) -> Result<Table, Problem> {
        let table = TableBuilder::new(self.projection.schema.clone(), self.intake.private_folder("superseded"));
        if !outcome.superseded.is_empty() {
            let feed = self.pass(outcome, |declared| self.projection.needs(declared));
            let (set, projection, as_of) = (self.set, &self.projection, self.intake.as_of);
            on_threads(self.intake.threads, || {
                let mut rows = feed.rows();
                while let Some((chunk, _)) = rows.next_chunk() {
                    let superseded = |row| outcome.superseded.binary_search(&(chunk.first.0 + row as u64)).is_ok();
                    let batch = batch_of(set, projection, &chunk, as_of, superseded)
                        .map_err(|error| Problem::new(set.name, error.to_string(), ""))?;
                    table.add(chunk.first.0, batch)?;
                }
                Ok::<(), Problem>(())
            })?;
            if let Some(problem) = feed.said().problems.first() {
                return Err(problem.clone());
            }
        }
        table.finish(Arc::default())
    }
}

/// The problem of not being able to keep what does not fit into memory.
fn spilled(set: &Set, error: &std::io::Error) -> Problem {
    let what = format!("keys cannot be kept in the temporary folder: {error}");
    Problem::new(set.name, what, "make room there, or name another temporary folder")
}

fn typing_for(set: &Set, as_of: AsOf, needed: impl Fn(usize) -> bool) -> Typing {
    Typing { as_of, needed: (0..set.columns.len()).map(needed).collect(), compact: true }
}

/// Runs the same work on several threads.
pub(crate) fn on_threads<E: Send>(threads: usize, work: impl Fn() -> Result<(), E> + Sync) -> Result<(), E> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        let own = work();
        others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .fold(own, Result::and)
    })
}

/// The rows of a chunk for which `keep` holds and that are neither quarantined nor in the future.
fn batch_of(
    set: &Set,
    projection: &Projection,
    chunk: &TypedChunk,
    as_of: AsOf,
    keep: impl Fn(usize) -> bool,
) -> Result<RecordBatch, ArrowError> {
    let batch = assemble::batch(set, projection, &chunk.columns, chunk.rows, chunk.first, as_of)?;
    let kept = |row: usize| chunk.fates.rows[row] == Fate::Taken && keep(row);
    let mask = BooleanArray::new(BooleanBuffer::collect_bool(chunk.rows, kept), None);
    if mask.true_count() == chunk.rows { Ok(batch) } else { filter_record_batch(&batch, &mask) }
}

struct Partition {
    set: &'static Set,
    projection: Arc<Projection>,
    as_of: AsOf,
    seed: u64,
    /// `None` once there are no more.
    rows: Option<Rows>,
    feed: Feed,
    shared: Arc<Shared>,
    ready: VecDeque<RecordBatch>,
    gathering: Gathering<3>,
    tallies: BTreeMap<usize, Tally>,
}

impl Partition {
    fn take(&mut self, chunk: &TypedChunk, numbers: Numbers) -> Result<(), Problem> {
        if let Some(seen) = &self.shared.seen {
            self.tallies.entry(chunk.file.index).or_default().count(chunk);
            let (gathering, mut result) = (&mut self.gathering, Ok(()));
            keys::hashes(self.set, &chunk.columns, &chunk.fates.rows, self.seed, |row, hash| {
                if result.is_ok() {
                    result = gathering.push(seen, keys::seen(hash, numbers.of(row)));
                }
            });
            result.map_err(|error| spilled(self.set, &error))?;
        }
        let batch = batch_of(self.set, &self.projection, chunk, self.as_of, |_| true)
            .map_err(|error| Problem::new(self.set.name, error.to_string(), ""))?;
        for from in (0..batch.num_rows()).step_by(BATCH_ROWS) {
            self.ready.push_back(batch.slice(from, BATCH_ROWS.min(batch.num_rows() - from)));
        }
        Ok(())
    }

    /// Hands over what this partition gathered.
    fn end(&mut self) -> Result<(), Problem> {
        self.rows = None;
        let flushed = self.shared.seen.as_ref().map_or(Ok(()), |seen| self.gathering.finish(seen));
        let mut gathered = self.shared.gathered();
        for (file, tally) in std::mem::take(&mut self.tallies) {
            gathered.tallies.entry(file).or_default().add(tally);
        }
        gathered.exhausted += 1;
        drop(gathered);
        flushed.map_err(|error| spilled(self.set, &error))?;
        self.feed.said().problems.first().map_or(Ok(()), |problem| Err(problem.clone()))
    }

    fn fail(&mut self, problem: Problem) -> Problem {
        self.rows = None;
        self.shared.gathered().problems.push(problem.clone());
        problem
    }
}

impl Iterator for Partition {
    type Item = Result<RecordBatch, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Some(Ok(batch));
            }
            let result = match self.rows.as_mut()?.next_chunk() {
                Some((chunk, numbers)) => self.take(&chunk, numbers),
                None => self.end(),
            };
            if let Err(problem) = result {
                return Some(Err(self.fail(problem)));
            }
        }
    }
}
