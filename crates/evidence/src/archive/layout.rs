//! A state of the evidence as a folder that `check` can read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path};

use super::{Archive, Fault, Sha256};
use crate::discovery::is_manifest;
use crate::problem::Problem;
use crate::report::Input;

/// What was laid out, to be held against what was read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidOut(BTreeMap<String, Sha256>);

impl LaidOut {
    /// Compares what intake read with what was to be read: an object that changed on the disk shows here.
    ///
    /// # Errors
    /// Every file that had other bytes than the object that it was laid out from.
    pub fn confirm(&self, inputs: &[Input]) -> Result<(), Vec<Problem>> {
        let damaged = |input: &Input| {
            let object = *self.0.get(&input.file)?;
            let found: Sha256 = input.sha256.parse().ok()?;
            (found != object).then(|| Problem::from(Fault::Damaged { object, found }))
        };
        let problems: Vec<Problem> = inputs.iter().filter_map(damaged).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Archive {
    /// Makes a folder of these files, by relative name (with `/`) and object: links to the objects, or
    /// copies where the file system has no links between the two places. Nothing may be written there.
    ///
    /// Where one set comes in several imports, the file that is last in byte order of names stands, so an
    /// import's folder must sort after those of earlier ones.
    ///
    /// # Errors
    /// A name that leads out of the folder or is taken, an object that is missing, a folder that holds
    /// something already or cannot be written.
    pub fn lay_out(&self, files: &[(String, Sha256)], into: &Path) -> Result<LaidOut, Vec<Problem>> {
        let mut laid_out = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, object) in files {
            if let Err(problem) = check_name(name) {
                problems.push(problem);
            } else if !self.holds(object) {
                problems.push(Fault::Missing { object: *object }.into());
            } else if laid_out.insert(name.clone(), *object).is_some_and(|other| other != *object) {
                let what = "two objects have this name in one state";
                problems.push(Problem::new(name, what, "give each import a folder of its own"));
            }
        }
        if fs::read_dir(into).is_ok_and(|mut entries| entries.next().is_some()) {
            let what = "the folder to lay the evidence out in is not empty";
            problems.push(Problem::new(into.display().to_string(), what, "name a new folder"));
        }
        if problems.is_empty() {
            problems.extend(fs::create_dir_all(into).err().map(|error| cannot_lay_out("", into, &error)));
        }
        if problems.is_empty() {
            problems.extend(laid_out.iter().filter_map(|(name, object)| self.lay_out_one(name, object, into).err()));
        }
        if problems.is_empty() { Ok(LaidOut(laid_out)) } else { Err(problems) }
    }

    fn lay_out_one(&self, name: &str, object: &Sha256, into: &Path) -> Result<(), Problem> {
        // Intake hashes what it reads, but of a manifest it reads the words only.
        if is_manifest(name) {
            self.verify(object)?;
        }
        let (from, to) = (self.path_of(object), into.join(name));
        let linked = || -> io::Result<()> {
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            match fs::hard_link(&from, &to) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => copy(&from, &to),
                linked => linked,
            }
        };
        linked().map_err(|error| cannot_lay_out(name, into, &error))
    }
}

/// Never over a file that is there: it could be a link to an object.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    io::copy(&mut File::open(from)?, &mut File::create_new(to)?).map(drop)
}

fn cannot_lay_out(name: &str, into: &Path, error: &io::Error) -> Problem {
    let what = format!("evidence cannot be laid out there: {error}");
    Problem::new(into.join(name).display().to_string(), what, "make room there, or name another folder")
}

fn check_name(name: &str) -> Result<(), Problem> {
    let bad = |part: &str| {
        let mut components = Path::new(part).components();
        !matches!((components.next(), components.next()), (Some(Component::Normal(own)), None) if own == part)
    };
    if name.split('/').any(bad) {
        let what = "this is no name of a file inside the folder";
        return Err(Problem::new(format!("{name:?}"), what, "use folder names and a file name, divided by /"));
    }
    Ok(())
}
