//! A bundle of an LEA, as the National Auditor receives it: verified, held against the bundle received last,
//! kept, journalled with what it states, and cosigned.
//!
//! A bundle in which something does not hold is refused, and that too is journalled: the LEA gets a receipt
//! that says why.

use std::path::Path;

use custodes_checks::Parameters;
use custodes_checks::parameters::Value;
use custodes_compliance::acts::audit::{Added, Settled, Verdict};
use custodes_compliance::acts::national::{
    BundleReceived, DemandMet, ExceptionsTold, StatedAudit, StatedNoncompliance,
};
use custodes_compliance::acts::retention::ReturnPeriod;
use custodes_compliance::acts::{Act, DemandId, PersonId, ReceiptId};
use custodes_compliance::london;
use custodes_compliance::record::audit::CameBy;
use custodes_compliance::record::{Audit, Record};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Instant;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::hash::Hash;
use custodes_journal::key::VerifierKey;
use custodes_journal::log::Head;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::TreeSize;
use custodes_journal::witness::{AddCheckpoint, Refusal};
use custodes_standard::v3;

use super::witness::WitnessFolder;
use super::{WorkError, Workspace};
use crate::clock;

/// What a verified bundle hands over.
#[derive(Debug, Clone)]
pub struct Presented {
    pub record: Record,
    pub defects: Vec<String>,
    /// Of the file.
    pub sha256: String,
    pub bytes: u64,
    pub made_at: Instant,
    pub checkpoint: SignedCheckpoint,
    /// Proofs that its journal continues earlier states, by the size of each.
    pub proofs: Vec<(TreeSize, ConsistencyProof)>,
}

/// How it is received.
#[derive(Debug, Clone, Default)]
pub struct Receiving {
    pub lea: String,
    /// Which expected returns it is.
    pub returns: Vec<String>,
    /// Which demands it meets.
    pub demands: Vec<DemandId>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub receipt: ReceiptId,
    /// The same file was received before, as this: nothing was added.
    pub before: bool,
    /// Why a checkpoint that holds was not cosigned.
    pub not_cosigned: Option<String>,
}

/// The key by which an LEA's bundles are verified.
///
/// # Errors
/// When the LEA is not in the register.
pub fn key_of(record: &Record, lea: &str) -> Result<VerifierKey, WorkError> {
    let lea = record
        .leas
        .get(lea)
        .ok_or_else(|| format!("{lea:?} is not in the register: custodes lea register, or custodes lea list"))?;
    Ok(VerifierKey::parse(&lea.what.key).map_err(|error| error.to_string())?)
}

/// Receives a bundle that was opened with the LEA's registered key.
///
/// # Errors
/// When the person may not, or the file cannot be kept. A bundle with defects is no error.
pub fn receive(
    workspace: &mut Workspace,
    by: &PersonId,
    file: &Path,
    mut presented: Presented,
    how: &Receiving,
    witness: Option<&WitnessFolder>,
) -> Result<Received, WorkError> {
    workspace.permit(by, Action::ReceiveBundle, None)?;
    let key = key_of(&workspace.record, &how.lea)?;
    if let Some(receipt) = received_before(&workspace.record, &how.lea, &presented.sha256) {
        return Ok(Received { receipt, before: true, not_cosigned: None });
    }
    presented.defects.extend(continuity(&workspace.record, &how.lea, &presented, &key).err());
    let cosigned = match witness {
        Some(witness) if presented.defects.is_empty() => Some(cosign(witness, &key, &presented)?),
        _ => None,
    };
    let (cosignature, not_cosigned) = match cosigned {
        Some(Cosigning::Rewritten(why)) => {
            presented.defects.push(why);
            (String::new(), None)
        }
        Some(Cosigning::Unproven(why)) => (String::new(), Some(why)),
        Some(Cosigning::Done(lines)) => (lines, None),
        None => (String::new(), None),
    };
    let (kept, _) = workspace.archive.keep_file(file)?;
    if kept.to_string() != presented.sha256 {
        return Err(format!("{}: the file was changed while it was read: try again", file.display()).into());
    }
    let witnessed_at = if cosignature.is_empty() { None } else { Some(clock::now()) };
    let stated = BundleReceived { cosignature, witnessed_at, ..stated(&presented, how)? };
    let done = workspace.act(by, |workspace| {
        let receipt = ReceiptId::after(workspace.record.receipts.keys().next_back());
        let mut acts = vec![Act::from(BundleReceived { receipt, ..stated.clone() })];
        if stated.defects.is_empty() {
            let met = |demand: &DemandId| DemandMet { demand: *demand, how: format!("by the bundle {receipt}") };
            acts.extend(how.demands.iter().map(|demand| Act::from(met(demand))));
        }
        Ok(acts)
    })?;
    let entry = done.first().map(|done| done.entry);
    let receipt = workspace.record.receipts.iter().find(|(_, receipt)| Some(receipt.done.entry) == entry);
    let receipt = receipt.map(|(id, _)| *id).ok_or("the receipt is not on record")?;
    Ok(Received { receipt, before: false, not_cosigned })
}

fn received_before(record: &Record, lea: &str, sha256: &str) -> Option<ReceiptId> {
    let same = record.receipts.iter().find(|(_, receipt)| {
        let BundleReceived { lea: from, sha256: of, defects, .. } = &receipt.what;
        from == lea && of == sha256 && defects.is_empty()
    });
    same.map(|(id, _)| *id)
}

/// The journal that the LEA's last good bundle proved.
fn last(record: &Record, lea: &str) -> Option<(ReceiptId, Head)> {
    let good = record.receipts.iter().filter(|(_, receipt)| receipt.what.lea == lea && receipt.what.defects.is_empty());
    let (id, receipt) = good.max_by_key(|(_, receipt)| receipt.done.entry)?;
    Some((*id, Head { size: TreeSize(receipt.what.size), root: Hash::parse(&receipt.what.root)? }))
}

/// Whether the journal continues the one that the last bundle proved.
fn continuity(record: &Record, lea: &str, presented: &Presented, key: &VerifierKey) -> Result<(), String> {
    let checkpoint = presented.checkpoint.checkpoint();
    if checkpoint.origin().as_str() != key.name().as_str() {
        return Err(format!("it is of the journal {}, and the registered one is {}", checkpoint.origin(), key.name()));
    }
    let Some((receipt, before)) = last(record, lea) else { return Ok(()) };
    let now = checkpoint.head();
    let (had, has) = (before.size.0, now.size.0);
    if has < had {
        return Err(format!(
            "it proves {has} entries, fewer than the {had} of {receipt}: it is an older bundle, or the LEA's journal was rolled back"
        ));
    }
    if has == had {
        let same = now.root == before.root;
        return if same {
            Ok(())
        } else {
            Err(format!("the LEA's journal was rewritten: it has the {has} entries of {receipt}, and they are others"))
        };
    }
    match proof_from(presented, before.size) {
        Some(proof) => proof.verify(&before, &now).map_err(|why| {
            format!("the LEA's journal was rewritten: it does not continue the one that {receipt} proved ({why})")
        }),
        None => Err(format!(
            "it does not show that the LEA's journal continues the one that {receipt} proved: ask the LEA for the text \
             of `custodes witness request --from-size {had} --to-size {has}`, and give it with --proof"
        )),
    }
}

fn proof_from(presented: &Presented, size: TreeSize) -> Option<&ConsistencyProof> {
    presented.proofs.iter().find(|(from, _)| *from == size).map(|(_, proof)| proof)
}

enum Cosigning {
    Done(String),
    /// The witness saw another state than that of the last bundle, and nothing leads from there.
    Unproven(String),
    Rewritten(String),
}

fn cosign(witness: &WitnessFolder, key: &VerifierKey, presented: &Presented) -> Result<Cosigning, WorkError> {
    witness.know(key)?;
    let checkpoint = presented.checkpoint.checkpoint();
    let head = checkpoint.head();
    let old = witness.latest(checkpoint.origin())?.map_or(TreeSize(0), |seen| seen.size);
    let proof = if old.0 == 0 || old == head.size {
        Some(ConsistencyProof::default())
    } else {
        proof_from(presented, old).cloned()
    };
    let Some(proof) = proof else {
        let (old, size) = (old.0, head.size.0);
        return Ok(Cosigning::Unproven(if old > size {
            format!("the witness has seen {old} entries of this journal already, more than the {size} of the bundle")
        } else {
            format!(
                "the witness saw {old} entries last, and the bundle has no proof from there: ask the LEA for the text of `custodes witness request --from-size {old} --to-size {size}`, and give it with --proof"
            )
        }));
    };
    let request = AddCheckpoint { old, proof, checkpoint: presented.checkpoint.clone() };
    Ok(match witness.answer(request.to_text().as_bytes(), clock::now())? {
        Ok(lines) => Cosigning::Done(lines),
        Err(refusal @ (Refusal::SameSizeOtherRoot(_) | Refusal::NotConsistent(_))) => {
            Cosigning::Rewritten(format!("the LEA's journal was rewritten since the witness saw it: {refusal}"))
        }
        Err(other) => Cosigning::Unproven(other.to_string()),
    })
}

/// The entry, but for the receipt's number and the cosignature. Of a bundle in which something does not
/// hold, nothing is taken for stated.
fn stated(presented: &Presented, how: &Receiving) -> Result<BundleReceived, WorkError> {
    let head = presented.checkpoint.checkpoint().head();
    let holds = presented.defects.is_empty();
    let record = &presented.record;
    Ok(BundleReceived {
        receipt: ReceiptId::after(None),
        lea: how.lea.clone(),
        sha256: presented.sha256.clone(),
        bytes: presented.bytes,
        size: head.size.0,
        root: head.root.to_string(),
        made_at: presented.made_at,
        defects: presented.defects.clone(),
        audits: if holds {
            record.audits.values().filter_map(|audit| audit_stated(record, audit)).collect()
        } else {
            Vec::new()
        },
        noncompliances: if holds { noncompliances_stated(record) } else { Vec::new() },
        parameters: if holds { parameters_stated(record, presented.made_at)? } else { Vec::new() },
        annual_return: if holds { annual_return_held(record) } else { None },
        returns: how.returns.clone(),
        witnessed_at: None,
        cosignature: String::new(),
    })
}

/// By the entry by which the bundle was made, which is the latest of its kind in it.
fn annual_return_held(record: &Record) -> Option<ReturnPeriod> {
    record.bundles.last().and_then(|made| made.what.annual_return)
}

/// The figures are of the random sample where one was drawn, else of everything that the clause asks for:
/// what was pointed at is in no rate.
fn audit_stated(record: &Record, audit: &Audit) -> Option<StatedAudit> {
    let (completed, conclusion) = audit.completed.as_ref()?;
    let questions: Vec<&str> =
        v3::clause(&audit.what.clause)?.judgements.iter().map(|question| question.name).collect();
    let in_force = || audit.plans.iter().filter(|plan| plan.superseded.is_none());
    // A top-up draws from what was left over: the population is that of the plan it adds to.
    let planned = in_force().find(|plan| plan.plan.tops_up.is_none());
    let first = planned.and_then(|plan| plan.drawn.as_ref());
    let basis: Vec<_> = audit
        .worklist()
        .filter(|(_, item)| match (&item.came_by, first) {
            (CameBy::Draw { .. }, _) => true,
            (CameBy::Added { how, .. }, None) => *how == Added::Everything,
            (CameBy::Added { .. }, Some(_)) => false,
        })
        .map(|(_, item)| item.verdict(&questions))
        .collect();
    let with = |wanted: Verdict| basis.iter().filter(|verdict| **verdict == Some(wanted)).count() as u64;
    let settled = |as_what: Settled| audit.exceptions.values().filter(|of| of.settled == as_what).count() as u64;
    Some(StatedAudit {
        audit: audit.what.audit.to_string(),
        clause: audit.what.clause.clone(),
        from: audit.what.from,
        to: audit.what.to,
        completed_at: completed.at,
        signed_off: audit.signed_off.is_some(),
        population: first.map_or(basis.len() as u64, |(_, drawn)| drawn.population),
        examined: with(Verdict::Pass) + with(Verdict::Fail),
        failed: with(Verdict::Fail),
        findings: audit.findings(&record.findings).count() as u64,
        outcome: Some(conclusion.outcome),
        planned: planned.map(|plan| plan.plan.size.clone()),
        exceptions: Some(ExceptionsTold {
            confirmed: settled(Settled::Confirmed),
            dismissed: settled(Settled::Dismissed),
        }),
    })
}

fn noncompliances_stated(record: &Record) -> Vec<StatedNoncompliance> {
    let stated = record.noncompliances.iter().map(|(id, matter)| StatedNoncompliance {
        noncompliance: id.to_string(),
        clause: matter.what.clause.clone(),
        identified_on: matter.what.identified_on,
        reported_on: matter.reported.as_ref().map(|(_, reported)| reported.reported_on),
        stated_on: matter.stated_on(),
        lacks_audit_report: matter.lacks_audit_report(),
        closed: matter.closed.is_some(),
    });
    stated.collect()
}

/// What the LEA has set otherwise than by default, as it held when the bundle was made.
fn parameters_stated(record: &Record, made_at: Instant) -> Result<Vec<(String, String)>, WorkError> {
    let Some((_, proposal)) = record.parameters_on(london::day_of(made_at)) else { return Ok(Vec::new()) };
    let set = Parameters::read(&proposal.toml).map_err(|mistakes| mistakes.join("; "))?;
    let defaults = Parameters::default();
    let other = |(name, setting): &(&str, &custodes_checks::parameters::Setting)| {
        defaults.get(name).is_none_or(|default| default.value != setting.value)
    };
    Ok(set.iter().filter(other).map(|(name, setting)| (name.to_owned(), in_words(&setting.value))).collect())
}

fn in_words(value: &Value) -> String {
    let rate = |rate: &custodes_standard::model::Ratio| format!("{}/{}", rate.numerator, rate.denominator);
    let each = |named: &std::collections::BTreeMap<String, custodes_standard::model::Ratio>| {
        named.iter().map(|(name, value)| format!("{name} {}", rate(value))).collect::<Vec<_>>().join(", ")
    };
    match value {
        Value::Whole(number) => number.to_string(),
        Value::Measure(number) => number.clone(),
        Value::Rate(of) => rate(of),
        Value::RatePerKind(named) | Value::DaysPerPurpose(named) => each(named),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Words(words) => words.join(", "),
    }
}
