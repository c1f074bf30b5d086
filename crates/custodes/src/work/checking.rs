//! The check over a workspace: the evidence in force, and what people recorded here beside it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use custodes_checks::annual_return::{AnnualReturn, annual_return};
use custodes_checks::outcome::Outcome;
use custodes_checks::{Parameters, Source, Window, check};
use custodes_compliance::london;
use custodes_compliance::time::Instant;
use custodes_evidence::archive::{LaidOut, Sha256};
use custodes_evidence::{Evidence, Mapping, Options, Report, Settled};

use super::in_force::{InForce, OwnRows};
use super::{WorkError, Workspace};

/// A state of the evidence, laid out as a folder; gone when dropped.
pub struct View {
    folder: tempfile::TempDir,
    laid_out: LaidOut,
    mappings: Vec<Mapping>,
    settled: Settled,
}

/// The annual return on cameras (4.2), drawn from the evidence in force.
pub struct DrawnReturn {
    pub parameters: Parameters,
    pub drawn: AnnualReturn,
    pub outcome: Outcome,
    pub report: Report,
}

/// What a check of the workspace found.
pub struct Checked {
    pub parameters: Parameters,
    pub outcome: Outcome,
    pub report: Report,
}

impl Workspace {
    /// The parameters that were approved for windows ending at this instant.
    ///
    /// # Errors
    /// When they cannot be read, which was asked before they were proposed.
    pub fn parameters_at(&self, as_of: Instant) -> Result<Parameters, WorkError> {
        match self.record.parameters_on(london::day_of(as_of)) {
            Some((_, proposal)) => Parameters::read(&proposal.toml).map_err(|mistakes| mistakes.join("; ").into()),
            None => Ok(Parameters::default()),
        }
    }

    /// Lays the evidence in force out, with what people recorded here.
    ///
    /// # Errors
    /// When an object is missing or damaged.
    pub fn view(&self) -> Result<View, WorkError> {
        let in_force = InForce::of(&self.record);
        let folder = self.archive.private_folder()?;
        let files = in_force.files()?;
        let mut mappings = Vec::new();
        for (name, sha256, files) in in_force.mappings() {
            let text = self.archive.text(&object(sha256)?)?;
            mappings.push(Mapping::parse(name, &text)?.only_for(files.to_vec()));
        }
        let into = folder.path().join("evidence");
        let laid_out = self.archive.lay_out(&files, &into)?;
        for (name, text) in OwnRows::of(&self.record).files() {
            let path = into.join(name);
            let within = path.parent().unwrap_or(&into);
            std::fs::create_dir_all(within).map_err(WorkError::file(within, "cannot be made"))?;
            std::fs::write(&path, text).map_err(WorkError::file(&path, "cannot be written"))?;
        }
        Ok(View { folder, laid_out, mappings, settled: in_force.settled() })
    }

    /// Checks the evidence in force over a window, by the parameters that held for it.
    ///
    /// # Errors
    /// When the evidence cannot be read to its end.
    pub fn check(&self, window: Window, only: &BTreeSet<&str>) -> Result<Checked, WorkError> {
        let parameters = self.parameters_at(window.as_of)?;
        let view = self.view()?;
        let source = view.source(window)?;
        let (outcome, report) = check(&source, window, &parameters, threads(), only)?;
        view.laid_out.confirm(&report.inputs)?;
        Ok(Checked { parameters, outcome, report })
    }

    /// Draws the annual return from the evidence in force, as `custodes return` does from a folder.
    ///
    /// # Errors
    /// When the evidence cannot be read to its end.
    pub fn annual_return(&self, window: Window) -> Result<DrawnReturn, WorkError> {
        let parameters = self.parameters_at(window.as_of)?;
        let view = self.view()?;
        let source = view.source(window)?;
        let (drawn, outcome, report) = annual_return(&source, window, &parameters, threads())?;
        view.laid_out.confirm(&report.inputs)?;
        Ok(DrawnReturn { parameters, drawn, outcome, report })
    }
}

impl View {
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("evidence")
    }

    /// # Errors
    /// When the evidence cannot be opened.
    pub fn source(&self, window: Window) -> Result<Source, WorkError> {
        let mut options = Options::new(window.from, window.as_of);
        options.threads = threads();
        options.mappings.clone_from(&self.mappings);
        options.isolated = std::env::current_exe().ok();
        options.settled = self.settled.clone();
        // Where the next opening sweeps it away, should this program be killed.
        options.temporary = Some(self.folder.path().to_owned());
        let evidence = Evidence::open(&self.path(), options)?;
        Ok(Source::new(evidence, threads()))
    }
}

pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// An object's name, as the journal has it.
///
/// # Errors
/// When it is none.
pub fn object(sha256: &str) -> Result<Sha256, WorkError> {
    sha256.parse().map_err(|why: String| WorkError::Said(format!("the journal names an object wrongly: {why}")))
}
