//! The steps of legal holds and disposals.

use std::collections::BTreeSet;

use super::{Steps, ensure, given};
use crate::acts::Act;
use crate::acts::retention::DisposalProposed;
use crate::record::{Disposable, Record};

pub(super) fn refusals(record: &Record, act: &Act) -> Steps {
    match act {
        Act::HoldPlaced(act) => {
            given(&act.reason, "who asked for the hold, and why,")?;
            let stranger = act.audits.iter().find(|audit| !record.audits.contains_key(audit));
            ensure(stranger.is_none(), || {
                let name = stranger.map(ToString::to_string).unwrap_or_default();
                match record.disposed_as(&name) {
                    Some((disposal, _)) => format!("{name} was disposed of ({disposal}), so nothing of it can be held"),
                    None => format!("there is no audit {name}"),
                }
            })
        }
        Act::HoldReleased(act) => {
            given(&act.reason, "the reason")?;
            let hold = record.holds.get(&act.hold).ok_or_else(|| format!("there is no hold {}", act.hold))?;
            ensure(hold.released.is_none(), || format!("{} was released before", act.hold))
        }
        Act::DisposalProposed(act) => {
            given(&act.rule, "the rule of the disposal")?;
            disposable(record, act)
        }
        Act::DisposalApproved(act) => {
            let disposal =
                record.disposals.get(&act.disposal).ok_or_else(|| format!("there is no disposal {}", act.disposal))?;
            ensure(disposal.approved.is_none(), || format!("{} was approved before", act.disposal))?;
            disposable(record, &disposal.what)
        }
        _ => Ok(()),
    }
}

/// Nothing but whole matters that are old enough. What holds may have changed since it was put forward.
fn disposable(record: &Record, proposed: &DisposalProposed) -> Steps {
    let found = Disposable::of(record, proposed)?;
    if proposed.entries.is_empty() {
        return Err(match found.held.iter().next() {
            Some((hold, names)) => {
                format!(
                    "all that is old enough to be disposed of is kept by the legal hold {hold}: {}",
                    names.join(", ")
                )
            }
            None => "nothing is old enough to be disposed of".to_owned(),
        });
    }
    not_held(record, &proposed.entries)?;
    let stays = proposed.entries.iter().find(|entry| !found.entries.contains(entry));
    ensure(stays.is_none(), || {
        format!("entry {} belongs to what is kept still: put the disposal forward anew", stays.copied().unwrap_or(0))
    })
}

fn not_held(record: &Record, entries: &[u64]) -> Steps {
    if let Some((id, hold)) = record.held(None) {
        return Err(format!("the legal hold {id} covers everything: {}", hold.what.reason));
    }
    let entries: BTreeSet<u64> = entries.iter().copied().collect();
    for (audit, held) in record.audits.iter().filter_map(|(id, audit)| Some((audit, record.held(Some(id))?))) {
        let of_audit = record.entries_of.get(&audit.what.mark);
        let touched = of_audit.is_some_and(|of_audit| of_audit.iter().any(|entry| entries.contains(entry)));
        ensure(!touched, || format!("the legal hold {} covers {}: {}", held.0, audit.what.audit, held.1.what.reason))?;
    }
    Ok(())
}
