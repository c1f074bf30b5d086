//! A folder of evidence, opened: its sets as batches, and the account of every row.
//!
//! It reads and never writes what it was given. It judges rows, not conduct: what evidence means for the
//! standard is not known here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use custodes_compliance::{Instant, london};
use custodes_standard::evidence::Set;

use crate::discovery::{self, Extension, Format, Found};
use crate::fate::AsOf;
use crate::intake::Intake;
use crate::manifest::{self, Stated};
use crate::mapping::Mapping;
use crate::problem::Problem;
use crate::scan::feed::Progress;
use crate::scan::source::{Access, SourceFile};
use crate::scan::{Scan, on_threads};
use crate::settled::Settled;
use crate::table::{Table, TableBuilder};

/// How a folder is to be read.
#[derive(Clone)]
pub struct Options {
    /// Rows later than this are counted as future and left out.
    pub as_of: Instant,
    /// The beginning of the window, for the periods that a manifest states.
    pub from: Instant,
    /// At least 1. Results are the same for any number.
    pub threads: usize,
    /// Each file takes the first that is for it.
    pub mappings: Vec<Mapping>,
    /// The program that reads workbooks and probes Parquet files in a process of its own; without one
    /// they are read in this process.
    pub isolated: Option<PathBuf>,
    /// Where the private temporary folder is made; by default where the system keeps such folders.
    pub temporary: Option<PathBuf>,
    /// How many bytes of hashed keys are held in memory at most.
    pub keys_in_memory: usize,
    pub progress: Option<Progress>,
    /// Quarantined rows that no longer keep their set from being whole.
    pub settled: Settled,
}

impl Options {
    pub fn new(from: Instant, as_of: Instant) -> Options {
        Options {
            as_of,
            from,
            threads: 1,
            mappings: Vec::new(),
            isolated: None,
            temporary: None,
            keys_in_memory: 512 << 20,
            progress: None,
            settled: Settled::default(),
        }
    }
}

/// An opened folder. Its temporary folder is removed when it, and every scan of it, is dropped; a
/// [`Table`] must not be read after that.
pub struct Evidence {
    pub(crate) intake: Arc<Intake>,
    pub(crate) stated: Vec<Stated>,
    /// What was noticed when the files were found and opened.
    pub(crate) noticed: Vec<String>,
    /// The window in London days, both ends included.
    pub(crate) window: (i32, i32),
    /// Where the files that a manifest may state are.
    pub(crate) paths: HashMap<String, PathBuf>,
    pub(crate) settled: Settled,
}

impl Evidence {
    /// Finds the files of a folder, binds each to its set and sees that it has the columns it needs. No
    /// row is read yet.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn open(folder: &Path, options: Options) -> Result<Evidence, Vec<Problem>> {
        let found = discovery::walk(folder)?;
        let mut opening = Opening::new(&options);
        let mut stated = Vec::new();
        for (index, file) in found.iter().enumerate() {
            if discovery::is_manifest(&file.name) {
                match manifest::read(file, &found) {
                    Ok((more, notices)) => {
                        stated.extend(more);
                        opening.noticed.extend(notices);
                    }
                    Err(problems) => opening.problems.extend(problems),
                }
            } else {
                opening.file(index, file);
            }
        }
        if opening.files.is_empty() && opening.problems.is_empty() {
            opening.problems.push(discovery::nothing_found(folder, &found));
        }
        opening.notice_unused_mappings();
        let Opening { files, noticed, mut problems, .. } = opening;
        let temporary = match temporary_folder(options.temporary.as_deref()) {
            Ok(folder) => folder,
            Err(problem) => {
                problems.push(problem);
                return Err(problems);
            }
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let intake = Intake {
            as_of: AsOf { micros: options.as_of.0, day: london::day_of(options.as_of).0 },
            seed: RandomState::new().hash_one(0),
            threads: options.threads.max(1),
            keys_in_memory: options.keys_in_memory,
            progress: options.progress,
            files,
            temporary,
            folders: AtomicUsize::new(0),
            outcomes: Mutex::default(),
        };
        let window = (london::day_of(options.from).0, london::day_of(Instant(options.as_of.0 - 1)).0);
        let paths = found.into_iter().map(|found| (found.name, found.path)).collect();
        let settled = options.settled;
        Ok(Evidence { intake: Arc::new(intake), stated, noticed, window, paths, settled })
    }

    /// The private temporary folder, for a program that is interrupted and has to remove it itself.
    pub fn temporary(&self) -> &Path {
        self.intake.temporary.path()
    }

    /// Whether any file of the set came.
    pub fn has(&self, set: &Set) -> bool {
        self.intake.files.iter().any(|file| file.set.name == set.name)
    }

    /// Whether any file of the set has the column.
    pub fn exported(&self, set: &Set, column: &str) -> bool {
        let Some(place) = set.columns.iter().position(|declared| declared.name == column) else { return false };
        self.intake.files.iter().any(|file| file.set.name == set.name && file.binding.places[place].is_some())
    }

    /// The schema in which a set is handed over.
    pub fn schema(&self, set: &Set) -> SchemaRef {
        crate::schema::schema(set)
    }

    /// A whole set, without superseded rows, in order of position. Beyond 64 MiB it is kept in the
    /// temporary folder.
    ///
    /// # Errors
    /// A file cannot be read to its end, or the temporary folder cannot be used.
    pub fn table(&self, set: &'static Set) -> Result<Table, Problem> {
        let schema = self.schema(set);
        let places: Vec<usize> = (0..schema.fields().len()).collect();
        let position = places.len() - 1;
        let mut scan = self.scan(set, &places, self.intake.threads)?;
        let builder = TableBuilder::new(schema, self.intake.private_folder("table"));
        drive(&mut scan, |batch| builder.add(crate::table::first_position(&batch, position), batch))?;
        let resolved = scan.finish()?;
        builder.finish(resolved.superseded)
    }

    /// A pass over a set in these places of its engine schema, shared out among partitions. Superseded
    /// rows are still in the batches.
    ///
    /// # Errors
    /// A place that the schema does not have.
    pub fn scan(&self, set: &'static Set, projection: &[usize], partitions: usize) -> Result<Scan, Problem> {
        Scan::start(&self.intake, set, projection, partitions)
    }

    /// Sees to it that every row of every set was looked at.
    pub(crate) fn look_at_all(&self) -> Result<(), Vec<Problem>> {
        let sets: BTreeMap<&str, &'static Set> =
            self.intake.files.iter().map(|file| (file.set.name, file.set)).collect();
        let problems: Vec<Problem> = sets.into_values().filter_map(|set| self.look_at(set).err()).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Sees to it that every row of a set was looked at.
    pub(crate) fn look_at(&self, set: &'static Set) -> Result<(), Problem> {
        if !self.has(set) || self.intake.outcome(set).is_some() {
            return Ok(());
        }
        let mut scan = self.scan(set, &[], self.intake.threads)?;
        drive(&mut scan, |_| Ok(()))?;
        scan.finish().map(drop)
    }
}

/// Drives all partitions of a scan to their ends, each on a thread of its own.
fn drive(scan: &mut Scan, each: impl Fn(RecordBatch) -> Result<(), Problem> + Sync) -> Result<(), Problem> {
    let partitions = Mutex::new(std::mem::take(&mut scan.partitions));
    let next = || partitions.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let threads = scan.begun();
    on_threads(threads, || next().into_iter().flatten().try_for_each(|batch| each(batch?)))
}

fn temporary_folder(parent: Option<&Path>) -> Result<tempfile::TempDir, Problem> {
    // The folder is made for its owner only (0700).
    let mut builder = tempfile::Builder::new();
    builder.prefix("custodes-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let made = parent.map_or_else(|| builder.tempdir(), |parent| builder.tempdir_in(parent));
    made.map_err(|error| {
        let what = format!("no temporary folder can be made: {error}");
        Problem::new("the temporary folder", what, "name a folder that can be written")
    })
}

struct Opening<'a> {
    options: &'a Options,
    /// The places of the mappings under which a file is read.
    used: BTreeSet<usize>,
    files: Vec<Arc<SourceFile>>,
    noticed: Vec<String>,
    problems: Vec<Problem>,
}

impl Opening<'_> {
    fn new(options: &Options) -> Opening<'_> {
        Opening { options, used: BTreeSet::new(), files: Vec::new(), noticed: Vec::new(), problems: Vec::new() }
    }

    /// Whoever gave a mapping believes that a file is read under it.
    fn notice_unused_mappings(&mut self) {
        let unused = self.options.mappings.iter().enumerate().filter(|(place, _)| !self.used.contains(place));
        self.noticed.extend(unused.filter_map(|(_, mapping)| mapping.says_that_it_is_unused()));
    }

    fn file(&mut self, index: usize, found: &Found) {
        let by_name = discovery::set_of(&found.name);
        let place = self.options.mappings.iter().position(|mapping| mapping.matches(&found.name, by_name));
        self.used.extend(place);
        let mapping = place.map(|place| &self.options.mappings[place]);
        let Some(set) = mapping.map(|mapping| mapping.set).or(by_name) else {
            let hint = discovery::hint(&found.name);
            return self.noticed.push(format!("{}: of no set, not used{hint}", found.name));
        };
        let format = match discovery::extension_of(&found.name) {
            Extension::Read(format) => format,
            // A mapping says itself how the text is laid out.
            _ if mapping.is_some() => Format::Csv,
            Extension::NotRead => {
                let what = format!("the file is of the set {}, but its format is not read", set.name);
                let remedy =
                    "export it as CSV (plain, .gz or .zst), XLSX, JSON Lines or Parquet, or take it out of the folder";
                return self.problems.push(Problem::new(&found.name, what, remedy));
            }
            // It may hold the rows that would be missed.
            Extension::Unknown => {
                let what = format!("the file is of the set {}, but its name does not tell its format", set.name);
                let remedy = "let its name end in the format that it is in, such as .csv or .parquet, \
                              take it out of the folder, or name it in a mapping";
                return self.problems.push(Problem::new(&found.name, what, remedy));
            }
            Extension::NoTable => {
                return self.noticed.push(format!("{}: not of a format that is read, not used", found.name));
            }
        };
        let access = Access {
            path: found.path.clone(),
            format,
            mapping: mapping.cloned().map(Arc::new),
            isolated: self.options.isolated.clone(),
        };
        match SourceFile::check(index, found.name.clone(), set, access) {
            Ok(file) => {
                if !file.binding.unknown.is_empty() {
                    self.noticed.push(unknown_columns(&file));
                }
                self.files.push(Arc::new(file));
            }
            Err(refusal) => self.problems.push(refusal.into()),
        }
    }
}

fn unknown_columns(file: &SourceFile) -> String {
    let unknown = &file.binding.unknown;
    let shown: Vec<String> =
        unknown.iter().take(20).map(|name| format!("{:?}", crate::typing::abbreviate(name))).collect();
    let more = if unknown.len() > 20 { format!(" and {} more", unknown.len() - 20) } else { String::new() };
    format!("{}: columns that {} does not know, not used: {}{more}", file.name, file.set.name, shown.join(", "))
}
