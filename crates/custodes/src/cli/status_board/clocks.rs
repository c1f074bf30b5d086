//! The other clocks of the board: who waits for whom, since when, until when.

use std::fmt::Write as _;

use custodes_compliance::schedule::clocks::{HoldInForce, OpenAudit, OpenFinding, OpenNoncompliance, OpenQuery};
use custodes_compliance::schedule::{Clocks, OfficeClocks};

use super::{left_or_late, plain, row};
use crate::words::counted;

fn heading(out: &mut String, says: &str, number: usize) -> bool {
    if number > 0 {
        let _ = writeln!(out, "\n{says} ({number})\n");
    }
    number > 0
}

pub(super) fn noncompliance(out: &mut String, matters: &[OpenNoncompliance]) {
    if !heading(out, "NON-COMPLIANCE, not reported or not closed", matters.len()) {
        return;
    }
    for matter in matters {
        let mut says = format!("{} identified {}; ", matter.noncompliance, matter.identified_on);
        let when = match matter.reported_on {
            Some(on) => {
                let _ = write!(says, "reported {on}");
                if let Some(stated) = matter.stated_on {
                    let _ = write!(says, " (stated on {stated})");
                }
                if matter.days_left < 0 {
                    let _ = write!(says, ", {} late", counted(matter.days_left.unsigned_abs(), "day", "days"));
                }
                if matter.lacks_audit_report {
                    says.push_str(", no audit report went with it");
                }
                String::new()
            }
            None => {
                let _ = write!(says, "not reported to the National Auditor, due {}", matter.report_due);
                left_or_late(matter.days_left)
            }
        };
        if let Some(owner) = &matter.owner {
            let _ = write!(says, "; with {}", plain(owner));
        }
        if let Some(due) = matter.action_due {
            let _ = write!(says, ", action due {due}");
        }
        says.push_str(match matter.retested {
            Some(true) => "; tested again: passed",
            Some(false) => "; tested again: failed",
            None => "",
        });
        row(out, &when, &matter.clause, &says);
    }
}

/// What LEAs owe the National Auditor.
pub(super) fn office(out: &mut String, office: &OfficeClocks) {
    if heading(out, "BUNDLES that were refused, and no good one has followed", office.refused.len()) {
        for refused in &office.refused {
            let says = format!(
                "{} of {}: custodes lea receipt {} says why",
                refused.receipt,
                plain(&refused.lea),
                refused.receipt
            );
            row(out, &refused.received_on.to_string(), "", &says);
        }
    }
    if heading(out, "RETURNS of LEAs", office.returns.len()) {
        for one in &office.returns {
            let (when, state) = match one.received {
                Some((receipt, on)) if one.days_left < 0 => {
                    let late = counted(one.days_left.unsigned_abs(), "day", "days");
                    (String::new(), format!("received {on} as {receipt}, {late} late"))
                }
                Some((receipt, on)) => (String::new(), format!("received {on} as {receipt}, in time")),
                None if one.days_left < 0 => (left_or_late(one.days_left), "MISSING".to_owned()),
                None => (left_or_late(one.days_left), "expected".to_owned()),
            };
            row(out, &when, "", &format!("{}, {}, due {}: {state}", plain(&one.lea), plain(&one.what), one.due));
        }
    }
    if heading(out, "DEMANDS on LEAs that are not met", office.demands.len()) {
        for demand in &office.demands {
            let mut says =
                format!("{} on {}, made {}, due {}", demand.demand, plain(&demand.lea), demand.made_on, demand.due);
            if let Some((on, to)) = &demand.escalated {
                let _ = write!(says, "; taken to {} on {on}", plain(to));
            }
            row(out, &left_or_late(demand.days_left), "", &says);
        }
    }
}

/// Audits that stand still until somebody else takes them over.
pub(super) fn suspended(out: &mut String, audits: &[OpenAudit]) {
    let suspended: Vec<&OpenAudit> = audits.iter().filter(|audit| !audit.suspended.is_empty()).collect();
    if !heading(out, "SUSPENDED AUDITS: their auditor may not audit any longer", suspended.len()) {
        return;
    }
    for audit in suspended {
        row(
            out,
            "",
            &audit.clause,
            &format!("{} of {}: {}", audit.audit, plain(&audit.auditor), plain(&audit.suspended.join("; "))),
        );
        row(out, "", "", &format!("another takes it over: custodes audit hand-over {} PERSON", audit.audit));
    }
}

pub(super) fn audits(out: &mut String, audits: &[OpenAudit]) {
    if !heading(out, "AUDITS that are not signed off", audits.len()) {
        return;
    }
    for audit in audits {
        let days = counted(audit.age_days.unsigned_abs(), "day old", "days old");
        let still = if audit.suspended.is_empty() { "" } else { "; suspended" };
        let says = format!("{} {}: {}{still}", audit.audit, audit.title, audit.stage);
        row(out, &days, &audit.clause, &says);
        let last = audit.to.plus_days(-1);
        let mut details = format!("period {} to {last}, opened by {}", audit.from, plain(&audit.opened_by));
        if audit.unjudged > 0 {
            let _ = write!(details, "; {} of {} not judged", audit.unjudged, counted(audit.items, "record", "records"));
            let mut with: Vec<String> =
                audit.unjudged_by.iter().map(|(name, number)| format!("{} {number}", plain(name))).collect();
            if audit.unassigned > 0 {
                with.push(format!("nobody {}", audit.unassigned));
            }
            let _ = write!(details, " (with {})", with.join(", "));
        }
        if audit.voided > 0 {
            let _ = write!(details, "; {} made void by a later change", counted(audit.voided, "sign-off", "sign-offs"));
        }
        row(out, "", "", &details);
    }
}

pub(super) fn queries(out: &mut String, queries: &[OpenQuery]) {
    if !heading(out, "QUERIES without an answer", queries.len()) {
        return;
    }
    for query in queries {
        let says = format!(
            "{} of {}, to {}, raised {}, due {}",
            query.query,
            query.audit,
            plain(&query.to),
            query.raised_on,
            query.due
        );
        row(out, &left_or_late(query.days_left), &query.clause, &says);
    }
}

pub(super) fn findings(out: &mut String, findings: &[OpenFinding]) {
    if !heading(out, "FINDINGS that are open", findings.len()) {
        return;
    }
    for finding in findings {
        let says = format!(
            "{} of {}, raised {} by {}",
            finding.finding,
            finding.audit,
            finding.raised_on,
            plain(&finding.raised_by)
        );
        row(out, &counted(finding.age_days.unsigned_abs(), "day old", "days old"), &finding.clause, &says);
    }
}

pub(super) fn data(out: &mut String, clocks: &Clocks) {
    if heading(out, "DATA that was requested and has not come", clocks.requests.len()) {
        for request in &clocks.requests {
            let says = format!(
                "{} of {}, requested {}, due {}",
                plain(&request.set),
                plain(&request.from_whom),
                request.requested_on,
                request.due
            );
            row(out, &left_or_late(request.days_left), &request.request.to_string(), &says);
        }
    }
    if heading(out, "DATA that came with another number of rows than was counted", clocks.miscounted.len()) {
        for counted in &clocks.miscounted {
            row(out, "", &counted.request.to_string(), &counted.in_words());
        }
    }
    if heading(out, "FILES with rows that could not be read, for which nobody has answered", clocks.unsettled.len()) {
        for file in &clocks.unsettled {
            let says = format!("{}, imported {}", plain(&file.file), file.imported_on);
            row(out, &counted(file.rows, "row", "rows"), &file.import.to_string(), &says);
        }
    }
}

pub(super) fn second_person(out: &mut String, clocks: &Clocks) {
    if !heading(out, "WAITING FOR A SECOND PERSON", clocks.disposals.len() + clocks.parameters.len()) {
        return;
    }
    for proposal in &clocks.parameters {
        let says = format!(
            "parameters that are to hold from {}, proposed {} by {}",
            proposal.holds_from,
            proposal.proposed_on,
            plain(&proposal.proposed_by)
        );
        row(out, "", &proposal.proposal.to_string(), &says);
    }
    for disposal in &clocks.disposals {
        let held = if disposal.held { "; a legal hold stands against it" } else { "" };
        let says = format!(
            "disposal of {}, proposed {} by {}{held}",
            counted(disposal.entries, "entry", "entries"),
            disposal.proposed_on,
            plain(&disposal.proposed_by)
        );
        row(out, "", &disposal.disposal.to_string(), &says);
    }
}

pub(super) fn holds(out: &mut String, holds: &[HoldInForce]) {
    if !heading(out, "LEGAL HOLDS in force", holds.len()) {
        return;
    }
    for hold in holds {
        let covers = if hold.audits.is_empty() {
            "everything".to_owned()
        } else {
            hold.audits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let says = format!("covers {covers}, placed {} by {}", hold.placed_on, plain(&hold.placed_by));
        row(out, "", &hold.hold.to_string(), &says);
    }
}
