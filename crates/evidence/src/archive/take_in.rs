//! Evidence is taken in: read as `check` would read it, then kept, original and typed.
//!
//! What is judged is the copy that will be kept, so nobody can change a file in between. Nothing becomes
//! an object before everything was read to its end and found to be what its manifest states.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use custodes_compliance::Instant;
use custodes_standard::evidence::Set;

use super::incoming::Incoming;
use super::selection::{Delivery, Selected, Selection, bound, select};
use super::{Archive, Fault, Sha256, typed, unusable};
use crate::evidence::{Evidence, Options};
use crate::mapping::Mapping;
use crate::outcome::Conflict;
use crate::problem::Problem;
use crate::report::{Input, QuarantinedRow, Report};
use crate::scan::feed::Progress;

/// Later than any time that is accepted in evidence (9999-01-01): what is taken in is not judged as of a
/// time, so no row is later, and no ending has yet to come.
const AFTER_ALL: Instant = Instant(253_370_764_800_000_000);

/// How a delivery is to be read.
#[derive(Clone)]
pub struct TakeIn {
    /// Each file takes the first that is for it.
    pub mappings: Vec<Mapping>,
    /// At least 1. Results are the same for any number.
    pub threads: usize,
    /// As of [`Options::isolated`].
    pub isolated: Option<PathBuf>,
    /// As of [`Options::keys_in_memory`].
    pub keys_in_memory: usize,
    pub progress: Option<Progress>,
}

impl Default for TakeIn {
    fn default() -> Self {
        let usual = Options::new(AFTER_ALL, AFTER_ALL);
        TakeIn {
            mappings: usual.mappings,
            threads: usual.threads,
            isolated: usual.isolated,
            keys_in_memory: usual.keys_in_memory,
            progress: usual.progress,
        }
    }
}

/// What was taken in: all that a record of the import has to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// In byte order of their names.
    pub sets: Vec<SetIntake>,
    /// Manifests, and files that are of no set but stated in one.
    pub others: Vec<Original>,
    /// The mappings that were used, as they were.
    pub mappings: Vec<StoredMapping>,
    /// What a person should know, as sentences without a full stop.
    pub notices: Vec<String>,
}

/// One set of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetIntake {
    pub set: &'static Set,
    /// In byte order of their names.
    pub originals: Vec<Original>,
    pub typed: TypedTable,
    /// The account of every row, file by file. No row is `future`.
    pub inputs: Vec<Input>,
    /// In order of file and line: the first 100,000 of each file.
    pub quarantine: Vec<QuarantinedRow>,
    pub quarantine_unlisted: u64,
    /// In order of file and line: the first 100,000.
    pub conflicts: Vec<Conflict>,
    pub conflicts_unlisted: u64,
}

/// A file, kept unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Relative, with the folder that it lay in and with `/`. A state lays it out under this name.
    pub name: String,
    /// Where it was.
    pub given: PathBuf,
    pub sha256: Sha256,
    pub bytes: u64,
    /// The name of the mapping under which it is read.
    pub mapping: Option<String>,
    /// Whether the store held these bytes before.
    pub was_there: bool,
}

/// The rows of a set that stand, typed, as Parquet in the columns of [`crate::schema::schema`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedTable {
    pub sha256: Sha256,
    pub bytes: u64,
    pub rows: u64,
    pub was_there: bool,
}

/// The text of a mapping, kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMapping {
    pub name: String,
    pub sha256: Sha256,
}

impl Intake {
    /// Whether the store held every file before: the same delivery again. Whether it is part of the state
    /// already, the record of imports says: an import that was broken off leaves files that no state names.
    pub fn adds_nothing(&self) -> bool {
        let originals = self.sets.iter().flat_map(|set| &set.originals).chain(&self.others);
        originals.into_iter().all(|original| original.was_there)
    }

    /// Every file, by the name and object that [`Archive::lay_out`] asks for.
    pub fn files(&self) -> impl Iterator<Item = (&str, Sha256)> {
        let originals = self.sets.iter().flat_map(|set| &set.originals).chain(&self.others);
        originals.map(|original| (original.name.as_str(), original.sha256))
    }
}

/// Files on their way, with what came of reading them.
struct Staged {
    files: Vec<(Selected, Incoming)>,
    tables: Vec<(&'static Set, Incoming, u64)>,
    report: Report,
}

impl Archive {
    /// Reads what was handed over, and keeps it: the originals of every set, manifests, the mappings used,
    /// and each set's typed rows. The same delivery again adds no object.
    ///
    /// # Errors
    /// All that is wrong with the delivery, or the store cannot be written; then nothing was added to a
    /// state. A row that fails its types is no error: it is listed.
    pub fn take_in(&self, deliveries: &[Delivery], how: &TakeIn) -> Result<Intake, Vec<Problem>> {
        let selection = select(deliveries, &how.mappings)?;
        let private = self.private_folder().map_err(|problem| vec![problem])?;
        let staged = self.stage(&selection, how, private.path())?;
        self.keep(selection.notices, staged, how, private.path()).map_err(|problem| vec![problem])
    }

    /// Copies the files, and reads the copies.
    fn stage(&self, selection: &Selection, how: &TakeIn, private: &Path) -> Result<Staged, Vec<Problem>> {
        let (delivered, work) = (private.join("delivered"), private.join("work"));
        let mut files = Vec::new();
        for selected in &selection.files {
            files.push((selected.clone(), self.copy(selected, &delivered).map_err(|problem| vec![problem])?));
        }
        std::fs::create_dir_all(&work).map_err(|error| vec![unusable(&self.root, &error)])?;
        let evidence = Evidence::open(&delivered, how.options(&selection.files, work))?;
        let sets: BTreeMap<&str, &'static Set> =
            evidence.intake.files.iter().map(|file| (file.set.name, file.set)).collect();
        let (mut tables, mut problems) = (Vec::new(), Vec::new());
        for (name, set) in sets {
            let to = private.join(format!("{name}.parquet"));
            match evidence.table(set).and_then(|table| typed::write(set, &table, to)) {
                Ok((incoming, rows)) => tables.push((set, incoming, rows)),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let report = evidence.report()?;
        Ok(Staged { files, tables, report })
    }

    fn copy(&self, selected: &Selected, delivered: &Path) -> Result<Incoming, Problem> {
        let to = delivered.join(&selected.name);
        let folder = to.parent().unwrap_or(delivered);
        std::fs::create_dir_all(folder).map_err(|error| unusable(&self.root, &error))?;
        Incoming::copy_of(&selected.path, to).map_err(|error| {
            let what = format!("it cannot be copied into the evidence store: {error}");
            let remedy = "make sure that it can be read, and that the store has room";
            Problem::new(selected.path.display().to_string(), what, remedy)
        })
    }

    /// Everything was read: from here on files become objects.
    fn keep(&self, mut notices: Vec<String>, staged: Staged, how: &TakeIn, private: &Path) -> Result<Intake, Problem> {
        let Staged { files, tables, mut report } = staged;
        notices.append(&mut report.notices);
        let mut originals = BTreeMap::new();
        for (selected, incoming) in files {
            let read = report.inputs.iter().find(|input| input.file == selected.name);
            if let Some(found) = read.and_then(|input| input.sha256.parse().ok())
                && found != incoming.sha256
            {
                return Err(Fault::Damaged { object: incoming.sha256, found }.into());
            }
            let original = Original {
                was_there: self.publish(&incoming)?,
                name: selected.name,
                given: selected.path,
                sha256: incoming.sha256,
                bytes: incoming.bytes,
                mapping: selected.mapping.map(|place| how.mappings[place].name.clone()),
            };
            originals.insert(original.name.clone(), original);
        }
        let mappings = self.keep_mappings(&originals, how, private)?;
        let mut sets = Vec::new();
        for (set, incoming, rows) in tables {
            let was_there = self.publish(&incoming)?;
            let typed = TypedTable { sha256: incoming.sha256, bytes: incoming.bytes, rows, was_there };
            sets.push(SetIntake::new(set, typed, &report, &mut originals));
        }
        Ok(Intake { sets, others: originals.into_values().collect(), mappings, notices })
    }

    fn keep_mappings(
        &self,
        originals: &BTreeMap<String, Original>,
        how: &TakeIn,
        private: &Path,
    ) -> Result<Vec<StoredMapping>, Problem> {
        let mut stored = Vec::new();
        for (place, mapping) in how.mappings.iter().enumerate() {
            if originals.values().any(|original| original.mapping.as_ref() == Some(&mapping.name)) {
                let incoming = Incoming::of_text(mapping.text(), private.join(format!("mapping-{place}")))
                    .map_err(|error| unusable(&self.root, &error))?;
                self.publish(&incoming)?;
                stored.push(StoredMapping { name: mapping.name.clone(), sha256: incoming.sha256 });
            }
        }
        Ok(stored)
    }

    /// A mapping as it was when it was used.
    ///
    /// # Errors
    /// The object is missing or damaged, or is no mapping that this program can read.
    pub fn mapping(&self, stored: &StoredMapping) -> Result<Mapping, Vec<Problem>> {
        self.verify(&stored.sha256).map_err(|fault| vec![fault.into()])?;
        let text = std::fs::read_to_string(self.path_of(&stored.sha256))
            .map_err(|error| vec![unusable(&self.root, &error)])?;
        Mapping::parse(&stored.name, &text)
    }
}

impl TakeIn {
    fn options(&self, files: &[Selected], temporary: PathBuf) -> Options {
        Options {
            threads: self.threads,
            mappings: bound(files, &self.mappings),
            isolated: self.isolated.clone(),
            temporary: Some(temporary),
            keys_in_memory: self.keys_in_memory,
            progress: self.progress.clone(),
            // No window: a manifest's periods are held against one when the evidence is checked.
            ..Options::new(AFTER_ALL, AFTER_ALL)
        }
    }
}

impl SetIntake {
    fn new(
        set: &'static Set,
        typed: TypedTable,
        report: &Report,
        originals: &mut BTreeMap<String, Original>,
    ) -> SetIntake {
        let inputs: Vec<Input> = report.inputs.iter().filter(|input| input.set == set.name).cloned().collect();
        let ours = |file: &str| inputs.iter().any(|input| input.file == file);
        let quarantine: Vec<_> = report.quarantine.iter().filter(|row| ours(&row.file)).cloned().collect();
        let conflicts: Vec<_> = report.conflicts.iter().filter(|conflict| ours(&conflict.file)).cloned().collect();
        let quarantined: u64 = inputs.iter().map(|input| input.quarantined).sum();
        let conflicting: u64 = inputs.iter().map(|input| input.conflicting).sum();
        SetIntake {
            set,
            originals: inputs.iter().filter_map(|input| originals.remove(&input.file)).collect(),
            typed,
            quarantine_unlisted: quarantined - quarantine.len() as u64,
            conflicts_unlisted: conflicting - conflicts.len() as u64,
            quarantine,
            conflicts,
            inputs,
        }
    }
}
