//! What of a delivery is evidence, under which name it is kept, and how each file is read.
//!
//! No row is read here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use custodes_standard::evidence::Set;

use crate::discovery::{self, Extension, Found, is_manifest, set_of};
use crate::manifest;
use crate::mapping::Mapping;
use crate::problem::Problem;

/// What somebody hands over: a file, or a folder with everything in it.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub path: PathBuf,
    /// The set of all its files, where their names do not say it, or say another.
    pub of: Option<&'static Set>,
}

/// A file that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub path: PathBuf,
    /// The name under which it is kept: relative, with `/`; the set can be told from it.
    pub name: String,
    /// The mapping under which it is read, as its place in the list.
    pub mapping: Option<usize>,
}

/// The files to be kept, in byte order of their names, and what a person should know of the others.
#[derive(Debug, Default)]
pub struct Selection {
    pub files: Vec<Selected>,
    pub notices: Vec<String>,
}

/// One file of a delivery.
struct Candidate {
    found: Found,
    /// The set that its name tells.
    by_name: Option<&'static Set>,
    mapping: Option<usize>,
}

/// Selects the files of all deliveries.
///
/// # Errors
/// All that is wrong with them.
pub fn select(deliveries: &[Delivery], mappings: &[Mapping]) -> Result<Selection, Vec<Problem>> {
    let (mut selection, mut problems) = (Selection::default(), Vec::new());
    for delivery in deliveries {
        match candidates(delivery, mappings) {
            Ok(candidates) => problems.extend(selection.take(candidates, delivery.of).err().into_iter().flatten()),
            Err(more) => problems.extend(more),
        }
    }
    selection.files.sort_by(|a, b| (a.name.as_bytes(), &a.path).cmp(&(b.name.as_bytes(), &b.path)));
    selection.files.dedup();
    for pair in selection.files.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        let what = format!("{} and {} would be kept under one name", pair[0].path.display(), pair[1].path.display());
        problems.push(Problem::new(&pair[0].name, what, "take them in one after the other"));
    }
    if selection.files.is_empty() && problems.is_empty() {
        let shown: Vec<String> = deliveries.iter().map(|delivery| delivery.path.display().to_string()).collect();
        let what = "no file here is named after a set of evidence";
        let remedy = "name each file after its set, as in searches.csv, or say of which set it is";
        problems.push(Problem::new(shown.join(", "), what, remedy));
    }
    if problems.is_empty() { Ok(selection) } else { Err(problems) }
}

impl Selection {
    fn take(&mut self, candidates: Vec<Candidate>, of: Option<&'static Set>) -> Result<(), Vec<Problem>> {
        let all: Vec<Found> = candidates.iter().map(|candidate| candidate.found.clone()).collect();
        let (mut stated, mut problems) = (BTreeSet::new(), Vec::new());
        for found in all.iter().filter(|found| is_manifest(&found.name)) {
            match manifest::read(found, &all) {
                Ok((lines, notices)) => {
                    stated.extend(lines.into_iter().map(|line| line.file));
                    self.notices.extend(notices);
                }
                Err(more) => problems.extend(more),
            }
        }
        for Candidate { found, by_name, mapping } in candidates {
            let manifest = is_manifest(&found.name);
            // What holds no table is left alone by intake, and only a mapping reads it; what may hold one is refused.
            let read =
                mapping.is_some() || (by_name.is_some() && discovery::extension_of(&found.name) != Extension::NoTable);
            if !(manifest || read || stated.contains(&found.name)) {
                match of {
                    Some(set) => {
                        let what = format!("it is said to be of the set {}, but its format is not read", set.name);
                        let remedy = "export it as CSV (plain, .gz or .zst), XLSX, JSON Lines or Parquet";
                        problems.push(Problem::new(&found.name, what, remedy));
                    }
                    None if by_name.is_some() => {
                        self.notices.push(format!("{}: not of a format that is read, not taken in", found.name));
                    }
                    None => {
                        let hint = discovery::hint(&found.name);
                        self.notices.push(format!("{}: of no set, not taken in{hint}", found.name));
                    }
                }
                continue;
            }
            let mapping = mapping.filter(|_| !manifest);
            self.files.push(Selected { path: found.path, name: found.name, mapping });
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn candidates(delivery: &Delivery, mappings: &[Mapping]) -> Result<Vec<Candidate>, Vec<Problem>> {
    let shown = delivery.path.display().to_string();
    let metadata = std::fs::metadata(&delivery.path).map_err(|error| {
        let what = format!("this cannot be opened: {error}");
        vec![Problem::new(&shown, what, "check the name of the file or folder")]
    })?;
    if metadata.is_dir() {
        return folder(delivery, mappings);
    }
    if !metadata.is_file() {
        return Err(vec![Problem::new(shown, "this is neither a file nor a folder", "name a file or a folder")]);
    }
    let own = delivery.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let above = delivery.path.parent().and_then(own_name);
    let found = |name: String| Found { path: delivery.path.clone(), name };
    let name = prefixed(above.as_deref(), &own);
    let candidate = candidate(found(name.clone()), &own, set_of(&name), delivery.of, mappings)?;
    if candidate.by_name.is_none() && candidate.mapping.is_none() && !is_manifest(&own) {
        let what = "its name does not say of which set of evidence it is";
        return Err(vec![Problem::new(shown, what, "say which set it is, or name it after its set")]);
    }
    Ok(vec![candidate])
}

fn folder(delivery: &Delivery, mappings: &[Mapping]) -> Result<Vec<Candidate>, Vec<Problem>> {
    let found = discovery::walk(&delivery.path)?;
    let own = own_name(&delivery.path);
    // A folder's own name counts where nothing in it says of which set it is.
    let inside_tells = |found: &Found| {
        let by_name = set_of(&found.name);
        by_name.is_some() || Mapping::first_for(mappings, &found.name, None).is_some()
    };
    let own_set = own.as_deref().and_then(set_of);
    let own_counts = own_set.filter(|_| !found.iter().any(inside_tells));
    let above = own.as_deref().filter(|_| own_set.is_none() || own_counts.is_some());
    found
        .into_iter()
        .map(|found| {
            let inside = found.name;
            let name = prefixed(above, &inside);
            let by_name = set_of(&inside).or(own_counts);
            candidate(Found { path: found.path, name }, &inside, by_name, delivery.of, mappings)
        })
        .collect()
}

/// `inside` is the name by which mappings know the file.
fn candidate(
    found: Found,
    inside: &str,
    by_name: Option<&'static Set>,
    of: Option<&'static Set>,
    mappings: &[Mapping],
) -> Result<Candidate, Vec<Problem>> {
    let set = of.or(by_name);
    let mapping = mappings.iter().position(|mapping| mapping.matches(inside, set));
    if let (Some(of), Some(mapping)) = (of, mapping.map(|place| &mappings[place]))
        && mapping.set != of
    {
        let what = format!(
            "it is said to be of the set {}, and the mapping {} is for {}",
            of.name, mapping.name, mapping.set.name
        );
        return Err(vec![Problem::new(&found.name, what, "leave out the one or the other")]);
    }
    let name = of.map_or(found.name.clone(), |of| name_of_set(of, &found.name));
    Ok(Candidate { found: Found { path: found.path, name }, by_name: set, mapping })
}

/// A name from which that set can be told.
fn name_of_set(set: &Set, name: &str) -> String {
    let within = format!("{}/{name}", set.name);
    if is_manifest(name) || set_of(&within).is_some_and(|told| told == set) {
        return within;
    }
    match within.rsplit_once('/') {
        Some((folder, own)) => format!("{folder}/{}-{own}", set.name),
        None => within,
    }
}

fn prefixed(above: Option<&str>, name: &str) -> String {
    above.map_or(name.to_owned(), |above| format!("{above}/{name}"))
}

/// The name of a folder, even of `.`; none of a root.
fn own_name(folder: &Path) -> Option<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let whole = std::fs::canonicalize(folder).ok()?;
    whole.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// The mappings, each for exactly the files that it was found for.
pub fn bound(files: &[Selected], mappings: &[Mapping]) -> Vec<Mapping> {
    let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for file in files {
        if let Some(place) = file.mapping {
            names.entry(place).or_default().push(file.name.clone());
        }
    }
    names.into_iter().map(|(place, names)| mappings[place].clone().only_for(names)).collect()
}
