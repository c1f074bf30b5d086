//! Which objects of the evidence store the record names, and which went with a disposal.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::record::Record;

/// Objects that went with a disposal that two people made.
pub fn gone(record: &Record) -> BTreeSet<&str> {
    let approved = record.disposals.values().filter(|disposal| disposal.approved.is_some());
    approved.flat_map(|disposal| disposal.what.objects.iter().map(String::as_str)).collect()
}

/// Every object that the record names, with what it is; an object of several names once.
pub fn named(record: &Record) -> BTreeMap<String, String> {
    let mut named = BTreeMap::new();
    let mut name = |sha256: &String, what: String| {
        named.entry(sha256.clone()).or_insert(what);
    };
    for (id, import) in &record.imports {
        import.what.originals.iter().for_each(|original| name(&original.sha256, format!("{} of {id}", original.name)));
        import.what.typed.iter().for_each(|typed| name(&typed.sha256, format!("the rows of {} of {id}", typed.set)));
        import.what.mappings.iter().for_each(|kept| name(&kept.sha256, format!("the mapping {} of {id}", kept.name)));
    }
    for (id, audit) in &record.audits {
        for (place, plan) in audit.plans.iter().enumerate() {
            name(&plan.plan.frame.table_sha256, format!("the frame of plan {} of {id}", place + 1));
        }
        audit.reports.iter().for_each(|(_, report)| name(&report.sha256, format!("the report on {id}")));
        audit
            .attachments
            .iter()
            .for_each(|(_, attached)| name(&attached.sha256, format!("{} attached to {id}", attached.name)));
    }
    for (id, matter) in &record.noncompliances {
        matter
            .attachments
            .iter()
            .for_each(|(_, attached)| name(&attached.sha256, format!("{} attached to {id}", attached.name)));
    }
    for (id, receipt) in &record.receipts {
        name(&receipt.what.sha256, format!("the bundle of {id}"));
    }
    named
}
