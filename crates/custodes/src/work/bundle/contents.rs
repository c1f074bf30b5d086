//! The files of a bundle that are neither entries nor proofs: frames, rows, reports, attachments.

use std::collections::BTreeSet;

use custodes_compliance::acts::AuditId;
use custodes_compliance::record::{Audit, Record};
use custodes_evidence::record::write_csv;

use super::selection::imports;
use super::{Files, attachment_name, evidence_name, frame_name, report_name};
use crate::work::checking::object;
use crate::work::{WorkError, Workspace, audits};

/// Everything that the audits' entries name, and the rows that were judged.
///
/// # Errors
/// When an object is missing without having been disposed of, or is damaged.
pub fn gather(workspace: &Workspace, ids: &[AuditId]) -> Result<Files, WorkError> {
    let mut files = Files::new();
    for id in ids {
        let audit = workspace.record.audits.get(id).ok_or_else(|| audits::not_there(&workspace.record, id))?;
        for (name, sha256) in objects(audit) {
            // The same bytes may have come again since they were disposed of with another matter.
            let object = object(&sha256)?;
            if workspace.archive.holds(&object) || !is_disposed_of(&workspace.record, &sha256) {
                files.insert(name, workspace.archive.bytes(&object)?);
            }
        }
        if let Some(rows) = rows(workspace, ids, id, audit)? {
            files.insert(evidence_name(id), rows);
        }
    }
    Ok(files)
}

/// The objects of the archive that an audit's entries name, by their names in a bundle. Of several reports
/// the one issued last stands.
pub fn objects(audit: &Audit) -> Vec<(String, String)> {
    let id = &audit.what.audit;
    let mut objects = Vec::new();
    for (place, plan) in audit.plans.iter().enumerate() {
        objects.push((frame_name(id, place + 1), plan.plan.frame.table_sha256.clone()));
    }
    if let Some((_, report)) = audit.reports.last() {
        objects.push((report_name(id), report.sha256.clone()));
    }
    for (_, attached) in &audit.attachments {
        objects.push((attachment_name(&attached.sha256), attached.sha256.clone()));
    }
    objects
}

/// Whether an object went with a disposal that two people made.
pub fn is_disposed_of(record: &Record, sha256: &str) -> bool {
    let approved = record.disposals.values().filter(|disposal| disposal.approved.is_some());
    approved.flat_map(|disposal| &disposal.what.objects).any(|object| object == sha256)
}

/// The rows of the records on the audit's worklist, of every plan that it had.
fn rows(workspace: &Workspace, ids: &[AuditId], id: &AuditId, audit: &Audit) -> Result<Option<Vec<u8>>, WorkError> {
    let (clause, _) = audits::clause_of(&workspace.record, id)?;
    let keys: BTreeSet<String> = audit.items.keys().cloned().collect();
    let Some(set) = audits::set_of(clause).filter(|_| !keys.is_empty()) else { return Ok(None) };
    let mut typed = Vec::new();
    for import in imports(&workspace.record, ids).iter().filter_map(|id| workspace.record.imports.get(id)) {
        for table in import.what.typed.iter().filter(|table| table.set == set.name) {
            // A table that is gone for good gives no rows; the disposal says so.
            let object = object(&table.sha256)?;
            if workspace.archive.holds(&object) || !is_disposed_of(&workspace.record, &table.sha256) {
                typed.push(object);
            }
        }
    }
    let records = workspace.archive.records(set, &typed, &keys)?;
    let mut csv = Vec::new();
    write_csv(set, &records, &mut csv).map_err(|error| error.to_string())?;
    Ok(Some(csv))
}
