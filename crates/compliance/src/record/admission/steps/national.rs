//! The National Auditor's own steps: the register, bundles, demands, and what controllers are shown.

use super::{Steps, ensure, given};
use crate::acts::Act;
use crate::acts::national::{BundleReceived, ReturnKind};
use crate::acts::people::Kind;
use crate::record::{Record, admission::Actor};
use crate::roles::Role;

pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    let national = record.workspace.as_ref().is_some_and(|workspace| workspace.what.kind == Kind::National);
    ensure(national, || "this belongs to the National Auditor's workspace (custodes init --national)".to_owned())?;
    let registered = |lea: &str| {
        ensure(record.leas.contains_key(lea), || format!("{lea:?} is not in the register: custodes lea register"))
    };
    match act {
        Act::LeaRegistered(act) => {
            given(&act.lea, "the LEA's short name")?;
            given(&act.name, "the LEA's name")?;
            ensure(!record.leas.contains_key(&act.lea), || format!("{:?} is in the register already", act.lea))?;
            let other = record.leas.iter().find(|(_, lea)| lea.what.key == act.key);
            ensure(other.is_none(), || {
                format!("this is the key of {:?}", other.map(|(lea, _)| lea.as_str()).unwrap_or_default())
            })
        }
        Act::BundleReceived(act) => {
            registered(&act.lea)?;
            let expected =
                |what: &String| record.returns.iter().any(|due| due.what.lea == act.lea && due.what.what == *what);
            let stranger = act.returns.iter().find(|what| !expected(what));
            ensure(stranger.is_none(), || {
                let what = stranger.map(String::as_str).unwrap_or_default();
                format!("no return {what:?} is expected of {}: custodes lea expect", act.lea)
            })?;
            holds_what_is_expected(record, act)
        }
        Act::ReturnExpected(act) => {
            registered(&act.lea)?;
            given(&act.what, "what is expected")?;
            let same = |due: &&crate::record::Recorded<crate::acts::national::ReturnExpected>| {
                due.what.lea == act.lea && due.what.what == act.what
            };
            let other = record.returns.iter().find(same);
            ensure(other.is_none(), || format!("{:?} is expected of {} already", act.what, act.lea))
        }
        Act::DemandMade(_) | Act::DemandMet(_) | Act::DemandEscalated(_) => demands(record, act),
        Act::ExtentSet(act) => {
            if let Some(lea) = &act.lea {
                registered(lea)?;
            }
            let controller = record
                .person(&act.controller)
                .ok_or_else(|| format!("{} is not known in this workspace: custodes person add", act.controller))?;
            // A lead controller holds that part here; an LEA's controller is shown a report and need not.
            ensure(act.lea.is_some() || controller.holds(Role::LeadController, actor.today()), || {
                format!("{} is no lead controller: say of which LEA they are the controller (--lea)", act.controller)
            })?;
            if actor.person == &act.controller {
                return Ok(());
            }
            let auditor = record.person(actor.person).is_some_and(|p| p.holds(Role::NationalAuditor, actor.today()));
            ensure(auditor, || "a controller says how much they themselves are shown, and nobody else".to_owned())?;
            // Under whatever office they set it: it is the person's own word.
            let own = record.extents.iter().find(|set| set.what.controller == act.controller && set.by_controller());
            ensure(own.is_none(), || {
                let on = own.map(|set| set.done.day().to_string()).unwrap_or_default();
                format!("{0} set on {on} what they are shown, and only {0} changes that", act.controller)
            })
        }
        _ => Ok(()),
    }
}

/// A bundle is not taken for an annual return that it does not hold. One that was refused is taken for nothing.
fn holds_what_is_expected(record: &Record, act: &BundleReceived) -> Steps {
    if act.annual_return.is_some() || !act.defects.is_empty() {
        return Ok(());
    }
    let mut of_lea = record.returns.iter().map(|due| &due.what).filter(|due| due.lea == act.lea);
    let annual = of_lea.find(|due| due.kind == ReturnKind::AnnualReturn && act.returns.contains(&due.what));
    ensure(annual.is_none(), || {
        let what = annual.map(|due| due.what.as_str()).unwrap_or_default();
        let audits: Vec<String> = act.audits.iter().map(|of| format!("{} of {}", of.audit, of.clause)).collect();
        let holds = if audits.is_empty() { "no completed audit".to_owned() } else { audits.join(", ") };
        format!(
            "{what:?} is the annual return on cameras (4.2), and the bundle holds none; it holds {holds}: the LEA \
             makes one with `custodes bundle --return`"
        )
    })
}

fn demands(record: &Record, act: &Act) -> Steps {
    let open = |id| {
        let demand = record.demands.get(id).ok_or_else(|| format!("there is no demand {id}"))?;
        ensure(demand.met.is_none(), || format!("{id} was met before"))
    };
    match act {
        Act::DemandMade(act) => {
            given(&act.what, "what is demanded")?;
            ensure(record.leas.contains_key(&act.lea), || {
                format!("{:?} is not in the register: custodes lea register", act.lea)
            })?;
            ensure(!record.demands.contains_key(&act.demand), || format!("{} is there already", act.demand))
        }
        Act::DemandMet(act) => {
            open(&act.demand)?;
            given(&act.how, "how it was met")
        }
        Act::DemandEscalated(act) => {
            open(&act.demand)?;
            given(&act.to, "to whom it goes")?;
            given(&act.reason, "the reason")
        }
        _ => Ok(()),
    }
}
