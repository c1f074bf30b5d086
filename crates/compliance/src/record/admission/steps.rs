//! The order of steps: what must have happened before, and what may not have. Each refusal says what to do.

mod audit;
mod completing;
mod national;
mod opening;
mod parties;
mod retention;
mod review;

use crate::acts::evidence::Original;
use crate::acts::matter::NoncomplianceReported;
use crate::acts::people::Kind;
use crate::acts::{Act, NoncomplianceId, PersonId};
use crate::record::{Noncompliance, Person, Record, admission::Actor};
use crate::roles::{Action, Refusal, Role, independence, no_such_misuse};
use custodes_standard::model::{By, Check, Clause};
use custodes_standard::v3;

type Steps = Result<(), String>;

/// Why it is not the next step.
pub(super) fn refusals(record: &Record, act: &Act, actor: &Actor<'_>) -> Vec<String> {
    let looked = match act {
        Act::PersonAdded(_) | Act::PersonChanged(_) | Act::RoleGiven(_) | Act::RoleWithdrawn(_) => {
            people(record, act, actor)
        }
        Act::WitnessTrusted(_) | Act::WitnessDismissed(_) => witnesses(record, act),
        Act::ParametersProposed(_) | Act::ParametersApproved(_) => parameters(record, act),
        Act::DataRequested(_) | Act::EvidenceImported(_) | Act::EvidenceWithdrawn(_) | Act::QuarantineSettled(_) => {
            evidence(record, act, actor)
        }
        Act::ReviewsRecorded(_) | Act::DueMoved(_) => reviews(record, act, actor),
        Act::NoncomplianceIdentified(_)
        | Act::NoncomplianceReported(_)
        | Act::NoncomplianceWorked(_)
        | Act::NoncomplianceRetested(_)
        | Act::NoncomplianceClosed(_) => matters(record, act, actor),
        Act::MisuseReported(_) | Act::MisuseHandled(_) => misuse(record, act, actor),
        Act::HoldPlaced(_) | Act::HoldReleased(_) | Act::DisposalProposed(_) | Act::DisposalApproved(_) => {
            retention::refusals(record, act)
        }
        Act::LeaRegistered(_)
        | Act::BundleReceived(_)
        | Act::ReturnExpected(_)
        | Act::DemandMade(_)
        | Act::DemandMet(_)
        | Act::DemandEscalated(_)
        | Act::ExtentSet(_) => national::refusals(record, act, actor),
        _ => audit::refusals(record, act, actor).and_then(|()| parties::refusals(record, act, actor)),
    };
    looked.err().into_iter().collect()
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Steps {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn given(text: &str, what: &str) -> Steps {
    ensure(!text.trim().is_empty(), || format!("{what} is missing: it has to be written down"))
}

/// A log-in name stands for one person, or nobody could say who acted.
fn login_is_free(record: &Record, login: Option<&String>, person: &PersonId) -> Steps {
    let Some(login) = login else { return Ok(()) };
    let taken = record.people.iter().find(|(id, other)| *id != person && other.login.as_ref() == Some(login));
    ensure(taken.is_none(), || "this log-in name belongs to another person".to_owned())
}

fn people(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    let known = |person| record.person(person).ok_or_else(|| format!("{person} is not known in this workspace"));
    match act {
        Act::PersonAdded(act) => {
            given(&act.name, "the person's name")?;
            ensure(record.person(&act.person).is_none(), || format!("{} is there already", act.person))?;
            login_is_free(record, act.login.as_ref(), &act.person)
        }
        Act::PersonChanged(act) => {
            let person = known(&act.person)?;
            given(&act.reason, "the reason")?;
            let changes = act.name.as_ref().is_some_and(|name| *name != person.name)
                || act.login.as_ref().is_some_and(|login| person.login.as_ref() != Some(login))
                || act.user_ids.as_ref().is_some_and(|ids| *ids != person.user_ids);
            ensure(changes, || {
                format!("nothing of {} would change: give another --name, --login or --user-id", act.person)
            })?;
            login_is_free(record, act.login.as_ref(), &act.person)
        }
        Act::RoleGiven(act) => {
            let person = known(&act.person)?;
            given(&act.reason, "the reason for the appointment")?;
            ensure(act.from >= actor.today(), || {
                format!("a role is held from the day on which it is given, or later: {} is past", act.from)
            })?;
            apart(&act.person, person, act.role)?;
            ensure(act.until.is_none_or(|until| act.from < until), || {
                "the role would end before it begins".to_owned()
            })?;
            match &act.deputy_for {
                Some(deputy_for) => known(deputy_for).and_then(|principal| {
                    ensure(principal.holdings.iter().any(|holding| holding.role == act.role), || {
                        format!("{deputy_for} does not hold the role, so nobody can deputise in it")
                    })
                }),
                None => Ok(()),
            }
        }
        Act::RoleWithdrawn(act) => {
            let person = known(&act.person)?;
            given(&act.reason, "the reason")?;
            ensure(
                person.holdings.iter().any(|holding| holding.role == act.role && holding.withdrawn.is_none()),
                || format!("{} does not hold the role of {}", act.person, act.role.title()),
            )?;
            let others = record.people.iter().filter(|(id, _)| **id != act.person);
            let administered = act.role != Role::Administrator
                || others.into_iter().any(|(_, other)| other.holds(Role::Administrator, actor.today()));
            ensure(administered, || {
                format!(
                    "{} is the only administrator, and nobody could give a role after this: appoint another first",
                    act.person
                )
            })
        }
        _ => Ok(()),
    }
}

/// Who keeps accounts and configuration sees no content of audits, and so holds no part that does.
fn apart(id: &PersonId, person: &Person, role: Role) -> Steps {
    let sees =
        |role: &Role| [Action::ReadAudits, Action::JudgeItems].iter().any(|action| action.granted_to().contains(role));
    let held = |wanted: &dyn Fn(&Role) -> bool| {
        let holdings = person.holdings.iter().filter(|holding| holding.withdrawn.is_none());
        holdings.map(|holding| holding.role).find(|role| wanted(role))
    };
    let other = match role {
        Role::Administrator => held(&sees),
        role if sees(&role) => held(&|held| *held == Role::Administrator),
        _ => None,
    };
    match other {
        Some(other) => Err(format!(
            "{id} is {}, and an administrator sees no content of audits: one person cannot be {} too",
            other.title(),
            role.title()
        )),
        None => Ok(()),
    }
}

fn witnesses(record: &Record, act: &Act) -> Steps {
    match act {
        Act::WitnessTrusted(act) => {
            given(&act.reason, "who the witness is, and how the key was handed over,")?;
            ensure(!record.witnesses.contains_key(&act.key), || "this witness is trusted already".to_owned())
        }
        Act::WitnessDismissed(act) => {
            given(&act.reason, "the reason")?;
            ensure(record.witnesses.contains_key(&act.key), || "this witness is not trusted here".to_owned())
        }
        _ => Ok(()),
    }
}

fn parameters(record: &Record, act: &Act) -> Steps {
    if let Act::ParametersProposed(act) = act {
        return given(&act.rationale, "the reason for these parameters");
    }
    let Act::ParametersApproved(act) = act else { return Ok(()) };
    let proposal = record.proposals.get(&act.proposal).ok_or_else(|| format!("there is no {}", act.proposal))?;
    ensure(proposal.approved.is_none(), || format!("{} was approved before", act.proposal))?;
    // A window that was audited is judged by what held then, whatever is approved later.
    let judged = record.audits.values().filter(|audit| audit.completed.is_some() || audit.signed_off.is_some());
    let latest = judged.filter(|audit| audit.what.to >= proposal.holds_from).max_by_key(|audit| audit.what.to);
    ensure(latest.is_none(), || {
        let (id, to) =
            latest.map_or(Default::default(), |audit| (audit.what.audit.to_string(), audit.what.to.to_string()));
        format!(
            "{id} was completed for a period up to {to}, by the parameters that held for it: put these forward again, to \
             hold from a later day (--holds-from)"
        )
    })
}

fn evidence(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    let import = |id| record.imports.get(id).ok_or_else(|| format!("there is no import {id}"));
    match act {
        Act::DataRequested(act) => {
            given(&act.what, "what is wanted")?;
            given(&act.from_whom, "from whom it is wanted")
        }
        Act::EvidenceImported(act) => {
            not_what_binds(record, sets_of(&act.originals), actor)?;
            let Some(replaced) = &act.replaces else { return Ok(()) };
            given(&act.reason, "the reason for replacing what is in force")?;
            let earlier = import(replaced)?;
            ensure(earlier.in_force(), || format!("{replaced} is not in force any longer"))?;
            not_what_binds(record, sets_of(&earlier.what.originals), actor)?;
            not_while_auditing(record, sets_of(&earlier.what.originals), actor)?;
            let lost = sets_of(&earlier.what.originals).find(|set| !sets_of(&act.originals).any(|other| other == *set));
            ensure(lost.is_none(), || {
                format!(
                    "{replaced} also holds {}, which would be gone: import what stands in for all of it, or only add",
                    lost.unwrap_or_default()
                )
            })
        }
        Act::EvidenceWithdrawn(act) => {
            given(&act.reason, "the reason")?;
            let import = import(&act.import)?;
            ensure(import.in_force(), || format!("{} is not in force any longer", act.import))?;
            not_what_binds(record, sets_of(&import.what.originals), actor)?;
            not_while_auditing(record, sets_of(&import.what.originals), actor)
        }
        Act::QuarantineSettled(act) => {
            given(&act.reason, "the reason")?;
            let import = import(&act.import)?;
            let file = import.what.originals.iter().filter(|original| original.name == act.file);
            not_what_binds(record, file.filter_map(|original| original.set.as_deref()), actor)?;
            let rows = || import.what.quarantine.iter().filter(|row| row.file == act.file);
            ensure(rows().next().is_some(), || format!("{:?} of {} has no quarantined rows", act.file, act.import))?;
            let stranger = act.lines.iter().find(|line| !rows().any(|row| row.line == **line));
            ensure(stranger.is_none(), || {
                format!("line {} of {:?} is not quarantined", stranger.copied().unwrap_or_default(), act.file)
            })
        }
        _ => Ok(()),
    }
}

fn sets_of(originals: &[Original]) -> impl Iterator<Item = &str> {
    originals.iter().filter_map(|original| original.set.as_deref())
}

/// Whoever conducts an audit does not take its evidence out of force: what they would rather not find would be gone.
fn not_while_auditing<'a>(record: &Record, sets: impl Iterator<Item = &'a str>, actor: &Actor<'_>) -> Steps {
    let sets: Vec<&str> = sets.collect();
    let own = record.audits.values().filter(|audit| audit.signed_off.is_none() && &audit.auditor == actor.person);
    for audit in own {
        let needs = v3::clause(&audit.what.clause).map_or(&[][..], |clause| clause.needs);
        let rests_on = sets.iter().find(|set| needs.iter().any(|needed| needed.name == **set));
        ensure(rests_on.is_none(), || {
            format!(
                "{} conducts {}, which rests on {}: another person takes that out of force",
                actor.person,
                audit.what.audit,
                rests_on.unwrap_or(&"")
            )
        })?;
    }
    Ok(())
}

/// Somebody whom section 3 keeps from auditing, by the evidence as it stands, does not change the evidence
/// that does.
fn not_what_binds<'a>(record: &Record, mut sets: impl Iterator<Item = &'a str>, actor: &Actor<'_>) -> Steps {
    let touched = sets.find(|set| ["accounts", "auditors"].contains(set));
    let audits = record
        .person(actor.person)
        .is_some_and(|person| person.roles_on(actor.today()).iter().any(|role| role.audits()));
    let (Some(set), true) = (touched, audits) else { return Ok(()) };
    let why = independence(&actor.name(), actor.standing, None, actor.today()).into_iter().find(|refusal| {
        // What was never taken in binds nobody yet, and somebody has to begin.
        !matches!(refusal, Refusal::AccountsUnknown { .. } | Refusal::ClearanceUnknown { .. })
    });
    match why {
        Some(why) => Err(format!("{why}, so another person changes what is in {set}")),
        None => Ok(()),
    }
}

fn reviews(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    match act {
        Act::ReviewsRecorded(act) => {
            let kind = record.workspace.as_ref().map(|workspace| workspace.what.kind);
            ensure(kind != Some(Kind::National), || {
                "reviews of an LEA are recorded in its own workspace, not in the National Auditor's".to_owned()
            })?;
            ensure(!act.reviews.is_empty(), || "no review is named".to_owned())?;
            for review in &act.reviews {
                let clause = clause(&review.clause)?;
                ensure(clause.by == By::Lea, || {
                    format!(
                        "{} is conducted by the {}: it needs an audit (custodes audit open)",
                        clause.id,
                        clause.by.name()
                    )
                })?;
                ensure(review.at <= actor.now, || "a review of the future cannot be recorded".to_owned())?;
                ensure(!record.reviews.contains_key(&review.review), || format!("{} is there already", review.review))?;
                review::may_be_recorded(record, clause, review, actor)?;
            }
            Ok(())
        }
        Act::DueMoved(act) => {
            clause(&act.clause)?;
            given(&act.reason, "the reason")?;
            ensure(act.to != act.scheduled, || "the date is the scheduled one".to_owned())
        }
        _ => Ok(()),
    }
}

fn clause(id: &str) -> Result<&'static Clause, String> {
    v3::clause(id).ok_or_else(|| format!("the standard has no clause {id:?}; `custodes standard` lists them"))
}

fn matters(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    let known = |id| known_matter(record, id);
    match act {
        Act::NoncomplianceIdentified(act) => {
            clause(&act.clause)?;
            given(&act.what, "what the non-compliance is")?;
            ensure(act.identified_on <= actor.today(), || "it cannot be identified in the future".to_owned())?;
            let Some(id) = &act.finding else { return Ok(()) };
            let finding = record.findings.get(id).ok_or_else(|| format!("there is no finding {id}"))?;
            // The 28 days run from the day on which it was known, whenever it is written down.
            let found = finding.raised.day();
            ensure(act.identified_on <= found, || {
                format!("{id} was raised on {found}: what it found was identified then, or before")
            })?;
            let audited = record.audits.get(&finding.what.audit).map(|audit| audit.what.clause.as_str());
            let named = finding.what.exceptions.iter().any(|exception| exception.clause == act.clause);
            ensure(named || audited.is_none_or(|audited| is_part_of(&act.clause, audited)), || {
                format!("{id} is a finding of an audit of {}, not of {}", audited.unwrap_or_default(), act.clause)
            })
        }
        Act::NoncomplianceReported(act) => reported(record, act, actor),
        Act::NoncomplianceWorked(act) => {
            ensure(known(&act.noncompliance)?.closed.is_none(), || format!("{} is closed", act.noncompliance))
        }
        Act::NoncomplianceRetested(act) => {
            given(&act.how, "how it was tested again")?;
            ensure(known(&act.noncompliance)?.closed.is_none(), || format!("{} is closed", act.noncompliance))
        }
        Act::NoncomplianceClosed(act) => {
            let matter = known(&act.noncompliance)?;
            given(&act.reason, "the reason")?;
            ensure(matter.closed.is_none(), || format!("{} was closed before", act.noncompliance))?;
            ensure(matter.reported.is_some(), || {
                format!("{} is not reported to the National Auditor", act.noncompliance)
            })?;
            ensure(!matter.lacks_audit_report(), || {
                format!(
                    "no audit report went with {0} (8.2.8): send it, and name it (custodes noncompliance report {0} --report)",
                    act.noncompliance
                )
            })?;
            let worked = |told: fn(&crate::acts::matter::NoncomplianceWorked) -> &String| {
                matter.worked.iter().any(|(_, worked)| !told(worked).trim().is_empty())
            };
            ensure(worked(|worked| &worked.root_cause), || "its root cause is not recorded".to_owned())?;
            ensure(worked(|worked| &worked.action), || "what was done about it is not recorded".to_owned())?;
            ensure(matter.retested.last().is_some_and(|(_, test)| test.passed), || {
                "it was not tested again with success".to_owned()
            })
        }
        _ => Ok(()),
    }
}

fn misuse(record: &Record, act: &Act, actor: &Actor<'_>) -> Steps {
    match act {
        Act::MisuseReported(act) => {
            given(&act.what, "what is suspected")?;
            // Whoever is named wrongly here would be shown what is to be hidden from them.
            let named = act.person.iter().chain(&act.line);
            let stranger = named.into_iter().find(|person| record.person(person).is_none());
            ensure(stranger.is_none(), || {
                let stranger = stranger.map_or("", PersonId::as_str);
                format!(
                    "{stranger} is not known in this workspace, so nothing can be hidden from them: give the id as \
                     `custodes person list` has it"
                )
            })
        }
        Act::MisuseHandled(act) => {
            // Asked first: nothing else that is said here may tell a report that is hidden from none.
            ensure(record.misuse.contains_key(&act.misuse), || no_such_misuse(&act.misuse.to_string(), &actor.name()))?;
            given(&act.what, "what was done")
        }
        _ => Ok(()),
    }
}

fn known_matter<'a>(record: &'a Record, id: &NoncomplianceId) -> Result<&'a Noncompliance, String> {
    record.noncompliances.get(id).ok_or_else(|| format!("there is no non-compliance {id}"))
}

/// How many days later a report may be put on record without a word on why.
const REPORTED_LATELY_DAYS: i64 = 7;

fn reported(record: &Record, act: &NoncomplianceReported, actor: &Actor<'_>) -> Steps {
    let matter = known_matter(record, &act.noncompliance)?;
    given(&act.reference, "the reference of the report")?;
    ensure(matter.reported.is_none() || matter.lacks_audit_report(), || {
        format!("{} was reported before", act.noncompliance)
    })?;
    ensure(matter.reported.is_none() || act.report_sha256.is_some(), || {
        format!(
            "{} was reported before, without an audit report: name the one that followed (--report)",
            act.noncompliance
        )
    })?;
    ensure(act.reported_on <= actor.today(), || "it cannot have been reported in the future".to_owned())?;
    ensure(act.reported_on >= matter.what.identified_on, || "it was reported before it was identified".to_owned())?;
    let because = act.late_because.as_deref().unwrap_or_default();
    let days = actor.today().days_since(act.reported_on);
    ensure(days <= REPORTED_LATELY_DAYS || !because.trim().is_empty(), || {
        format!("{} is {days} days ago: say why it is put on record only now (--late-because)", act.reported_on)
    })?;
    audit_report(record, act)
}

/// The report that is named was issued here, and of the audit that the non-compliance comes of.
fn audit_report(record: &Record, act: &NoncomplianceReported) -> Steps {
    let Some(sent) = &act.report_sha256 else { return Ok(()) };
    let comes_of = record.audit_of_noncompliance(&act.noncompliance).filter(|id| record.audits.contains_key(id));
    let of = record.audits.iter().filter(|(id, _)| comes_of.is_none_or(|comes_of| comes_of == **id));
    let mut issued = of.flat_map(|(_, audit)| &audit.reports).map(|(_, report)| &report.sha256);
    ensure(issued.any(|issued| issued == sent), || {
        let of = comes_of.map_or_else(String::new, |id| format!(" of {id}"));
        format!("no report with this SHA-256 was issued here{of}: give that of the file as `custodes report` wrote it")
    })
}

/// Whether a finding about one clause can come of an audit of another, whose records it is about.
fn is_part_of(clause: &str, audited: &str) -> bool {
    let reported_under = v3::clause(clause)
        .into_iter()
        .flat_map(|clause| clause.checks)
        .any(|check| matches!(check, Check::ReportedUnder { clauses, .. } if clauses.contains(&audited)));
    clause == audited || reported_under
}
