//! Evidence taken in for good, and rows that a person answers for.

use std::path::{Path, PathBuf};

use custodes_compliance::acts::evidence::{
    EvidenceImported, Lost, MappingKept, Original, QuarantineSettled, Quarantined, Typed,
};
use custodes_compliance::acts::{Act, ImportId, Mark, PersonId, RequestId};
use custodes_compliance::record::Record;
use custodes_compliance::roles::Action;
use custodes_evidence::archive::{Delivery, Intake, TakeIn};
use custodes_standard::evidence::Set;

use super::checking::object;
use super::{WorkError, Workspace, outgoing, random};

/// Where evidence came from, as far as whoever brings it says.
#[derive(Debug, Default, Clone)]
pub struct Provenance {
    pub answers: Option<RequestId>,
    pub extracted_by: Option<String>,
    pub query: Option<String>,
    pub independent_count: Option<u64>,
    pub replaces: Option<ImportId>,
    /// Why.
    pub reason: String,
}

/// What an import did.
pub enum Imported {
    New(ImportId, Box<Intake>),
    /// The same files are in force already.
    Nothing(ImportId),
}

/// Takes files in: unchanged, typed, and journalled with what became of every row.
///
/// # Errors
/// When the person may not, when the delivery is wrong, or the count is not the independent one.
pub fn import(
    workspace: &mut Workspace,
    by: &PersonId,
    deliveries: Vec<PathBuf>,
    of: Option<&'static Set>,
    how: &TakeIn,
    provenance: &Provenance,
) -> Result<Imported, WorkError> {
    workspace.permit(by, Action::TakeInEvidence, None)?;
    let deliveries: Vec<Delivery> = deliveries.into_iter().map(|path| Delivery { path, of }).collect();
    let intake = workspace.archive.take_in(&deliveries, how)?;
    if intake.sets.is_empty() {
        return Err("none of the files is of a known evidence set: docs/evidence.md has their names".into());
    }
    let rows: u64 = intake.sets.iter().flat_map(|set| &set.inputs).map(|input| input.rows).sum();
    if let Some(counted) = provenance.independent_count
        && counted != rows
    {
        return Err(format!(
            "the files have {rows} rows, and the independent count is {counted}: nothing was taken in"
        )
        .into());
    }
    let what = described(&intake);
    if let Some(there) = in_force(&workspace.record, &what.originals)
        && provenance.replaces.is_none()
    {
        return Ok(Imported::Nothing(there));
    }
    let lost = match provenance.replaces {
        Some(replaced) => lost(workspace, replaced, &what)?,
        None => Vec::new(),
    };
    let mark = Mark::of(random()?);
    workspace.act(by, |workspace| {
        let import = workspace.record.next_import();
        let provenance = provenance.clone();
        Ok(vec![Act::from(EvidenceImported {
            import,
            mark: mark.clone(),
            answers: provenance.answers,
            extracted_by: provenance.extracted_by,
            query: provenance.query,
            independent_count: provenance.independent_count,
            replaces: provenance.replaces,
            reason: provenance.reason,
            lost: lost.clone(),
            ..what.clone()
        })])
    })?;
    let import = workspace.record.imports.keys().next_back().copied().ok_or("the import is not on record")?;
    Ok(Imported::New(import, Box::new(intake)))
}

/// An import with the same originals, read under the same mappings.
fn in_force(record: &Record, originals: &[Original]) -> Option<ImportId> {
    let same = |import: &EvidenceImported| import.originals == originals;
    record.evidence().find(|(_, import)| same(&import.what)).map(|(id, _)| *id)
}

fn described(intake: &Intake) -> EvidenceImported {
    let mut originals = Vec::new();
    let mut quarantine = Vec::new();
    let mut unlisted = 0;
    for set in &intake.sets {
        for original in &set.originals {
            let input = set.inputs.iter().find(|input| input.file == original.name);
            originals.push(Original {
                name: original.name.clone(),
                sha256: original.sha256.to_string(),
                bytes: original.bytes,
                set: Some(set.set.name.to_owned()),
                mapping: original.mapping.clone(),
                rows: input.map_or(0, |input| input.rows),
                quarantined: input.map_or(0, |input| input.quarantined),
                duplicate: input.map_or(0, |input| input.duplicate),
                conflicting: input.map_or(0, |input| input.conflicting),
            });
        }
        quarantine.extend(set.quarantine.iter().map(|row| Quarantined {
            file: row.file.clone(),
            line: row.line,
            column: row.column.to_owned(),
            value: row.value.clone(),
            reason: row.reason.clone(),
        }));
        unlisted += set.quarantine_unlisted;
    }
    originals.extend(intake.others.iter().map(|other| Original {
        name: other.name.clone(),
        sha256: other.sha256.to_string(),
        bytes: other.bytes,
        set: None,
        mapping: other.mapping.clone(),
        rows: 0,
        quarantined: 0,
        duplicate: 0,
        conflicting: 0,
    }));
    let typed = intake.sets.iter().map(|set| Typed {
        set: set.set.name.to_owned(),
        sha256: set.typed.sha256.to_string(),
        bytes: set.typed.bytes,
        rows: set.typed.rows,
    });
    let mappings = intake
        .mappings
        .iter()
        .map(|mapping| MappingKept { name: mapping.name.clone(), sha256: mapping.sha256.to_string() });
    EvidenceImported {
        import: ImportId::after(None),
        mark: Mark::of([0; 16]),
        originals,
        typed: typed.collect(),
        mappings: mappings.collect(),
        quarantine,
        quarantine_unlisted: unlisted,
        answers: None,
        extracted_by: None,
        query: None,
        independent_count: None,
        replaces: None,
        reason: String::new(),
        lost: Vec::new(),
    }
}

/// What the replaced import has, and the evidence in force will have no longer.
fn lost(workspace: &Workspace, replaced: ImportId, by: &EvidenceImported) -> Result<Vec<Lost>, WorkError> {
    let record = &workspace.record;
    // An import that is not there, or not in force, is refused with better words.
    let Some(earlier) = record.imports.get(&replaced).filter(|earlier| earlier.in_force()) else {
        return Ok(Vec::new());
    };
    let mut lost = Vec::new();
    for typed in &earlier.what.typed {
        let Some(set) = Set::named(&typed.set) else { continue };
        let of_set = |tables: &[Typed]| -> Vec<Typed> {
            tables.iter().filter(|table| table.set == typed.set).cloned().collect()
        };
        let new = of_set(&by.typed);
        let others = record.evidence().filter(|(id, _)| **id != replaced);
        let there = others.flat_map(|(_, import)| of_set(&import.what.typed)).chain(new.iter().cloned());
        let there = there.map(|table| object(&table.sha256)).collect::<Result<Vec<_>, _>>()?;
        let keys_gone = workspace.archive.keys_gone(set, &[object(&typed.sha256)?], &there)?;
        let rows: u64 = new.iter().map(|table| table.rows).sum();
        if keys_gone > 0 || rows < typed.rows {
            lost.push(Lost { set: typed.set.clone(), rows_before: typed.rows, rows, keys_gone });
        }
    }
    Ok(lost)
}

/// Gives an original back as it came.
///
/// # Errors
/// When the person may not, there is no such file, or something has the name that it is to have.
pub fn give_back(
    workspace: &mut Workspace,
    by: &PersonId,
    import: ImportId,
    file: &str,
    to: &Path,
) -> Result<Original, WorkError> {
    workspace.permit(by, Action::TakeOutEvidence, None)?;
    let record = &workspace.record;
    let there = record.imports.get(&import).ok_or_else(|| match record.disposed_as(&import.to_string()) {
        Some((disposal, _)) => format!("{import} was disposed of under {disposal}"),
        None => format!("there is no import {import}: custodes evidence list"),
    })?;
    let original = there.what.originals.iter().find(|original| original.name == file).ok_or_else(|| {
        let names: Vec<&str> = there.what.originals.iter().map(|original| original.name.as_str()).collect();
        format!("{import} has no file {file:?}; it has {}", names.join(", "))
    })?;
    let mut bytes = workspace.archive.original(&object(&original.sha256)?)?;
    outgoing::put_private_from(to, &mut bytes)?;
    Ok(original.clone())
}

/// A person answers for quarantined rows: all of a file's, or those on some lines.
///
/// # Errors
/// When the person may not, or the rows are not quarantined.
pub fn settle(
    workspace: &mut Workspace,
    by: &PersonId,
    import: ImportId,
    file: &str,
    lines: &[u64],
    reason: &str,
) -> Result<(), WorkError> {
    workspace.act(by, |_| {
        Ok(vec![Act::from(QuarantineSettled {
            import,
            file: file.to_owned(),
            lines: lines.to_vec(),
            reason: reason.to_owned(),
        })])
    })?;
    Ok(())
}
