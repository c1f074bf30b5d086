"""Section 3 (who may audit), the records of sampled audits, 7.1.3, and 8.2.8 to 8.2.10 (records)."""

import re

import times
from intake import known, unknown
from rules import Clause, both, either, in_office, open_at, share

AUDIT_KIND = ("6.1.1 8.1 8.2.1 8.2.2.a 8.2.2.b 8.2.2.c 8.2.2.d 8.2.2.e 8.2.2.f 8.2.3.a 8.2.3.b "
              "8.2.4.a 8.2.4.b 8.2.4.c 8.2.7 8.3.3 8.3.4 8.3.5").split()
OF_EVENTS = ("8.2.2.c", "8.2.2.d", "8.2.4.c", "8.3.5")
OF_ADMINISTRATORS = ("8.2.2.e", "8.3.3", "8.3.5")
ROLE_WANTED = {"8.1": "local_auditor", "8.2.1": "local_auditor",
               "8.3.3": "national_auditor", "8.3.4": "national_auditor", "8.3.5": "national_auditor"}
SAMPLED = {"4.1.1": "rate_reports", "8.2.2.a": "rate_new_authorisations", "8.2.2.b": "rate_privilege_changes",
           "8.2.3.b": "rate_retentions", "8.2.4.a": "rate_recent_searches", "8.2.4.b": "rate_older_searches",
           "8.2.7": "rate_disclosures", "8.3.1": "rate_read_changes"}
LISTS = ("7.1.1", "7.1.2", "7.1.3")


def among(clause, names):
    """Whether a review's clause is one of these; None when it is withheld."""
    return None if unknown(clause) else clause in names


def section_3(case, clauses):
    audits = [r for r in case.reviews_in_window() if among(r.clause, AUDIT_KIND) is not False]
    auditors = {row.person_id: row for row in case.get("auditors")}
    for name, asked in (("3.a", AUDIT_KIND), ("3.b", AUDIT_KIND), ("3.c", OF_ADMINISTRATORS)):
        clauses[name].population = sum(among(r.clause, asked) is True for r in audits)
        if any(among(r.clause, asked) is None for r in audits):
            clauses[name].perhaps = True
    for review in audits:
        if case.has("auditors"):
            clearance(clauses["3.a"], review, auditors)
        if case.has("appointments"):
            clauses["3.a"].judge("wrong_auditor", review.review_id, wrong_auditor(case, review))
    if not case.has("auditors", "accounts"):
        return
    accounts = {}
    for row in case.get("accounts"):
        accounts.setdefault(row.user_id, []).append(row)
    for review in audits:
        clauses["3.b"].judge("auditor_has_user_access", review.review_id,
                             both(among(review.clause, AUDIT_KIND), holds(review, auditors, accounts, ("user",))))
        clauses["3.c"].judge("auditor_has_admin_access", review.review_id,
                             both(among(review.clause, OF_ADMINISTRATORS),
                                  holds(review, auditors, accounts, ("administrator", "super_administrator"))))


def clearance(clause, review, auditors):
    subject, asked = review.review_id, among(review.clause, AUDIT_KIND)
    if unknown(review.reviewer_id):
        clause.no_verdict("auditor_unknown")
        clause.no_verdict("clearance_lapsed")
        return
    auditor = auditors.get(review.reviewer_id)
    clause.judge("auditor_unknown", subject, both(asked, auditor is None))
    if auditor is None:
        return
    level, until = auditor.clearance, auditor.clearance_expires_on
    lapsed = None if unknown(until) else until is None or until < times.day(review.reviewed_at)
    clause.judge("clearance_lapsed", subject, both(asked, either(None if unknown(level) else level is None, lapsed)))


def wrong_auditor(case, review):
    """A review of a withheld clause may be of each of the five; only who held both offices is right for all."""
    asked = among(review.clause, ROLE_WANTED)
    if asked is False or unknown(review.reviewer_id):
        return asked and None
    roles = set(ROLE_WANTED.values()) if asked is None else {ROLE_WANTED[review.clause]}
    return both(asked, either(*(not_held(case, review, role) for role in roles)))


def not_held(case, review, role):
    held = either(*(in_office(a, times.day(review.reviewed_at)) for a in case.get("appointments")
                    if a.role == role and a.person_id == review.reviewer_id))
    return None if held is None else not held


def listed_ids(cell, accounts):
    """The user ids in a cell of the list of auditors, and whether they are all there and told apart."""
    if unknown(cell):
        return [], False
    text = cell or ""
    own = any(mark in user for user in accounts for mark in ",;|")
    divided = re.split(r"[\s,;|]+", text)
    masked = any("*" in part or "█" in part or MASKED_ID.fullmatch(part) for part in divided)
    return (text.split() if own else divided), not masked and not (own and re.search("[,;|]", text))


MASKED_ID = re.compile(r"#+|\[?redacted\]?|withheld|#n/a|#[a-z0-9/]+[!?]", re.IGNORECASE)


def holds(review, auditors, accounts, permissions):
    """Whether the reviewer then held an open account with one of the permissions."""
    if unknown(review.reviewer_id):
        return None
    ids, doubt = {review.reviewer_id}, False
    auditor = auditors.get(review.reviewer_id)
    if auditor is not None:
        listed, whole = listed_ids(auditor.user_ids, accounts)
        ids.update(listed)
        doubt = False if whole else None
    return either(doubt, *(open_at(a, review.reviewed_at) for user in ids for a in accounts.get(user, [])
                           if a.permission in permissions))


def sampled_audits(case, clauses):
    for name, rate in SAMPLED.items():
        clause = clauses[name]
        all_of = sorted(times.day(at) for at in case.reviewed(name, "*"))
        for review in case.reviews_in_window():
            asked = both(among(review.clause, (name,)), among(review.subject, ("*",)))
            if asked:
                sampled_audit(case, clause, review, case.p[rate], all_of)
            elif asked is None:
                perhaps_sampled(case, clause, review, case.p[rate], all_of)


def perhaps_sampled(case, clause, review, rate, all_of):
    """Whether the clause asks anything of this record is withheld: what is wrong with it cannot be said."""
    tried = Clause(clause.name)
    sampled_audit(case, tried, review, rate, all_of)
    for code in tried.codes():
        clause.no_verdict(code)
    for code, times_ in tried.untestable.items():
        clause.no_verdict(code, times_)


def sampled_audit(case, clause, review, rate, all_of):
    subject = review.review_id
    searches = clause.name in ("8.2.4.a", "8.2.4.b")
    cells = [review.population, review.examined]
    if searches:
        cells += [review.window_from, review.window_to]
    clause.judge("sample_not_recorded", subject, either(*(None if unknown(c) else c is None for c in cells)))
    if review.population is not None and review.examined is not None:
        clause.judge("sample_too_small", subject, too_small(review, rate))
    if clause.name == "8.2.4.a":
        clause.blank("rationale_missing", subject, review.rationale)
    if searches:
        clause.judge("sample_window_short", subject, window_short(case, review, all_of))


def too_small(review, rate):
    if known(review.population):
        needed = share(rate, review.population)
        if needed == 0:
            return False
        return None if unknown(review.examined) else review.examined < needed
    return None


def window_short(case, review, all_of):
    today = times.day(review.reviewed_at)
    earlier = [d for d in all_of if d < today]
    since = (today - (earlier[-1] if earlier else case.window.first)).days
    start, end = review.window_from, review.window_to
    if since < case.p["sample_window_days"] or start is None or end is None:
        return False
    if unknown(start) or unknown(end):
        return None
    return (end - start).days + 1 < case.p["sample_window_days"]


def disposed_early(case, clause, subject, made_on, disposed_on, asked=True):
    early = None
    if not unknown(disposed_on):
        kept_until = times.add_months(made_on, 12 * case.p["record_retention_years"])
        early = disposed_on is not None and disposed_on < kept_until
    clause.judge("disposed_early", subject, both(asked, early))


def records_kept(case, clauses):
    """7.1.3 and 8.2.10. A review whose clause is withheld belongs to one of them, nobody can say which."""
    for review in case.get("reviews"):
        made_on = times.day(review.reviewed_at)
        of_lists = among(review.clause, LISTS)
        if of_lists is None:
            for name in ("7.1.3", "8.2.10"):
                clauses[name].perhaps = True
                disposed_early(case, clauses[name], review.review_id, made_on, review.disposed_on, None)
            continue
        clause = clauses["7.1.3" if of_lists else "8.2.10"]
        clause.population += 1
        disposed_early(case, clause, review.review_id, made_on, review.disposed_on)
    for audit in case.get("audits"):
        clauses["8.2.10"].population += 1
        disposed_early(case, clauses["8.2.10"], audit.audit_id, times.day(audit.completed_at), audit.disposed_on)


def noncompliances(case, clause):
    days = case.p["nc_report_days"]
    window = case.window
    for row in case.get("noncompliances"):
        due = times.add_days(row.identified_on, days)
        reported = row.reported_on
        inside = window.holds(row.identified_on)
        if not inside and not window.before(row.identified_on):
            continue
        if unknown(reported):
            clause.population += inside
            # Reported on time, late, or not at all: after the last day for it only that much is sure.
            if window.as_of_date > due:
                clause.no_verdict("reported_late")
                clause.no_verdict("not_reported")
            if not known(row.report_reference):
                clause.no_verdict("report_copy_missing")
            continue
        if not inside and reported is not None and window.before(reported):
            continue
        clause.population += 1
        if reported is None:
            clause.judge("not_reported", row.noncompliance_id, window.as_of_date > due)
        else:
            clause.judge("reported_late", row.noncompliance_id, reported > due)
            clause.blank("report_copy_missing", row.noncompliance_id, row.report_reference)
    if case.has("noncompliances"):
        not_recorded(case, clause, days)


def not_recorded(case, clause, days):
    for review in case.reviews_in_window():
        if review.outcome == "satisfactory":
            continue
        start = times.day(review.reviewed_at)
        end = times.add_days(start, days)
        if case.window.as_of_date <= end:
            continue
        answered = either(*(
            None if unknown(nc.clause) or unknown(review.clause) else nc.clause == review.clause
            for nc in case.get("noncompliances") if start <= nc.identified_on <= end))
        missing = None if answered is None else not answered
        clause.judge("noncompliance_not_recorded", review.review_id,
                     both(None if unknown(review.outcome) else True, missing))


def audit_records(case, clause):
    audits = case.in_window("audits", "completed_at")
    clause.population = len(audits)
    for audit in audits:
        clause.blank("findings_missing", audit.audit_id, audit.findings)
        clause.blank("extent_missing", audit.audit_id, audit.extent)
        clause.blank("action_missing", audit.audit_id, audit.action)
    if not case.has("audits", "reviews"):
        return
    ids = {audit.audit_id for audit in case.get("audits")}
    for review in case.reviews_in_window():
        asked = among(review.clause, [name for name in AUDIT_KIND if name not in OF_EVENTS])
        missing = None if unknown(review.audit_id) else review.audit_id not in ids
        clause.judge("audit_record_missing", review.review_id, both(asked, missing))
