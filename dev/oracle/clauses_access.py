"""Section 8 but for searches and records of audits: policy, people, accounts, disclosures, the national clauses."""

import re
import unicodedata

import times
from clauses_systems import national_holdings
from intake import WHITE_SPACE, known, unknown
from rules import (Period, both, either, event_in_question, event_rule, in_office, moment, open_at, share,
                   star_cadence)


def reports(case, clause):
    rows = case.in_window("reports", "produced_at")
    clause.population = len(rows)
    clause.sample = share(case.p["rate_reports"], len(rows))
    for row in rows:
        clause.blank("marking_missing", row.report_id, row.marking)
        if row.marking is not None:
            clause.judge("marking_wrong", row.report_id,
                         None if unknown(row.marking) else not marked(row.marking))
    star_cadence(case, clause, Period(months=6))


def marked(marking):
    plain = "".join(c for c in marking if c not in WHITE_SPACE and c != "\u2212" and unicodedata.category(c) != "Pd")
    return plain.casefold().startswith("officialsensitive")


def policy(case, clause):
    today = case.window.as_of_date
    rows = case.get("policies")
    clause.population = len(rows)
    if case.has("policies"):
        current = either(*(None if unknown(r.review_by) else r.review_by is None or r.review_by >= today
                           for r in rows))
        clause.judge("policy_not_current", "*", None if current is None else not current)
    star_cadence(case, clause, Period(months=12))


def senior_manager(case, clause):
    rows = [r for r in case.get("appointments") if r.role == "senior_manager"]
    clause.population = len(rows)
    if case.has("appointments"):
        held = either(*(in_office(r, case.window.as_of_date) for r in rows))
        clause.judge("senior_manager_missing", "*", None if held is None else not held)
    star_cadence(case, clause, Period(months=12))


def name_of(account):
    return f"{account.user_id}/{account.system}/{account.permission}"


def last_twelve_months(case, name, column):
    start = times.wall_months_before(case.window.as_of, 12)
    return [r for r in case.get(name) if start <= r[column] < case.window.as_of]


def approved(clause, subject, approver, *holders):
    clause.blank("approver_missing", subject, approver)
    if approver is not None:
        clause.judge("self_approved", subject,
                     either(*(None if unknown(h) or unknown(approver) else approver == h for h in holders)))


def authorisations(case, clause):
    rows = last_twelve_months(case, "accounts", "authorised_at")
    clause.population, clause.sample = len(rows), share(case.p["rate_new_authorisations"], len(rows))
    for row in rows:
        holders = [row.user_id] + ([row.person_id] if known(row.person_id) else [])
        approved(clause, name_of(row), row.authorised_by, *holders)
    star_cadence(case, clause, Period(months=12))


def privilege_changes(case, clause):
    rows = last_twelve_months(case, "privilege_changes", "changed_at")
    clause.population, clause.sample = len(rows), share(case.p["rate_privilege_changes"], len(rows))
    for row in rows:
        approved(clause, row.change_id, row.authorised_by, row.user_id)
    star_cadence(case, clause, Period(months=12))


def dormant(case, clause):
    window = case.window
    for row in case.get("accounts"):
        if unknown(row.last_access_at):
            dormant_unknown(case, clause, row)
            continue
        base = max(row.authorised_at, row.last_access_at or row.authorised_at)
        event = times.add_days(times.day(base), case.p["dormant_days"])
        due = times.add_days(event, case.p["dormant_review_days"])
        if moment(event) >= window.as_of or row.last_access_at is not None and row.last_access_at > window.as_of:
            continue
        reviews = case.reviewed(clause.name, name_of(row), row.user_id)
        judged, counting = event_in_question(case, event, reviews)
        closed = row.closed_at
        if not judged or known(closed) and closed <= moment(event):
            continue
        if not window.holds(event) and known(closed) and closed <= window.start:
            continue
        clause.population += 1
        if unknown(closed):
            if case.has("reviews") and late_or_missing(case, counting, due):
                clause.no_verdict("review_missing")
        elif closed is None or times.day(closed) > due:
            if case.has("reviews"):
                event_rule(case, clause, name_of(row), event, counting, Period(days=case.p["dormant_review_days"]))


def late_or_missing(case, counting, due):
    return times.day(counting[0]) > due if counting else case.window.as_of_date > due


def dormant_unknown(case, clause, row):
    """When the account was last used is unknown: at any time from the day it was authorised."""
    earliest = moment(times.add_days(times.day(row.authorised_at), case.p["dormant_days"]))
    closed = row.closed_at if known(row.closed_at) else case.window.as_of
    if case.has("reviews") and earliest < case.window.as_of and closed > max(earliest, case.window.start):
        clause.no_verdict("review_missing")


def leavers(case, clause):
    window, limit = case.window, case.p["leaver_hours"]
    uses = Uses(case)
    for row in case.get("accounts"):
        left, subject = row.left_at, name_of(row)
        if left is None:
            continue
        if unknown(left):
            leaver_unknown(case, clause)
            continue
        inside = window.holds(left)
        if not inside and not window.before(left):
            continue
        judged = inside
        due = left + limit * times.HOUR
        closed = row.closed_at
        if unknown(closed):
            if window.as_of > due:
                clause.no_verdict("leaver_access_open")
        elif inside or closed is None or closed >= window.start:
            judged = True
            clause.judge("leaver_access_open", subject, (window.as_of if closed is None else closed) > due)
        if inside and case_has_uses(case):
            clause.judge("access_after_leaving", subject, uses.after(row))
        in_question, counting = event_in_question(case, left, case.reviewed(clause.name, subject, row.user_id))
        if in_question:
            judged = True
            if case.has("reviews"):
                event_rule(case, clause, subject, left, counting, hours=limit)
        clause.population += judged


def leaver_unknown(case, clause):
    """Whether and when the holder left is unknown: nothing that is asked of leavers can be said."""
    clause.no_verdict("leaver_access_open")
    if case_has_uses(case):
        clause.no_verdict("access_after_leaving")
    if case.has("reviews"):
        clause.no_verdict("review_missing")


def case_has_uses(case):
    return case.has("logons") or case.has("searches")


class Uses:
    """When each user was seen: successful log-ons on any system, searches on one."""

    def __init__(self, case):
        self.logons, self.searches, self.authorised = {}, {}, {}
        for row in case.get("logons"):
            if known(row.user_id) and row.outcome != "failure":
                self.logons.setdefault(row.user_id, []).append((row.at, known(row.outcome)))
        for row in case.get("searches"):
            if known(row.user_id):
                self.searches.setdefault(row.user_id, []).append((row.searched_at, row.system))
        for row in case.get("accounts"):
            self.authorised.setdefault(row.user_id, []).append((row.authorised_at, row.system))

    def after(self, account):
        left, user, system = account.left_at, account.user_id, account.system
        again = [(at, on) for at, on in self.authorised[user] if at > left]
        until_any = min((at for at, _ in again), default=float("inf"))
        until_here = min((at for at, on in again if on == system), default=float("inf"))
        seen = [True if sure else None for at, sure in self.logons.get(user, []) if left < at < until_any]
        seen += [None if unknown(on) else on == system
                 for at, on in self.searches.get(user, []) if left < at < until_here]
        return either(*seen)


def administrators(case, clause):
    people = {}
    for row in case.get("accounts"):
        state = open_at(row, case.window.as_of)
        admin = row.permission in ("administrator", "super_administrator")
        clause.population += admin and state is not False
        person = row.person_id if known(row.person_id) else row.user_id
        people.setdefault(person, ([], []))
        if admin:
            people[person][0].append(state)
        elif row.permission == "user":
            people[person][1].append(state)
    for person, (admin, user) in sorted(people.items()):
        clause.judge("admin_is_user", person, both(either(*admin), either(*user)))
    star_cadence(case, clause, Period(months=12))


def failed_logons(case, clause):
    clause.population = sum(r.outcome == "failure" for r in case.in_window("logons", "at"))
    star_cadence(case, clause, Period(months=1))


def deletion(case, clause):
    national_holdings(case, clause)
    star_cadence(case, clause, Period(months=6))


def retentions(case, clause):
    for row in case.get("retentions"):
        going_on = None if unknown(row.ended_on) else row.ended_on is None
        if going_on is False:
            continue
        clause.population += 1
        until = row.review_by

        def ask(code, verdict):
            clause.judge(code, row.retention_id, both(going_on, verdict))

        ask("reason_missing", None if unknown(row.reason) else row.reason is None)
        if case.p["retention_approver_required"]:
            ask("approver_missing", None if unknown(row.approved_by) else row.approved_by is None)
        ask("retention_review_overdue",
            None if unknown(until) else until is not None and until < case.window.as_of_date)
    clause.sample = share(case.p["rate_retentions"], clause.population)
    star_cadence(case, clause, Period(months=12))


def disclosures(case, clause):
    for row in case.get("disclosures"):
        if known(row.disclosed_at) and not case.window.holds(row.disclosed_at):
            continue
        if row.basis in ("cpia", "scottish"):
            continue
        other = None if unknown(row.basis) else True
        clause.population += other is True
        for code, column in (("justification_missing", "justification"), ("discloser_missing", "discloser"),
                             ("recipient_missing", "recipient"), ("time_missing", "disclosed_at")):
            blank = None if unknown(row[column]) else row[column] is None
            clause.judge(code, row.disclosure_id, both(other, blank))
    clause.sample = share(case.p["rate_disclosures"], clause.population)
    star_cadence(case, clause, Period(months=case.p["disclosure_audit_months"]))


def read_changes(case, clause):
    rows = case.in_window("read_changes", "changed_at")
    clause.population, clause.sample = len(rows), share(case.p["rate_read_changes"], len(rows))
    for row in rows:
        clause.blank("reason_missing", row.change_id, row.reason)
        old, new = row.old_value, row.new_value
        if old is not None and new is not None:
            clause.judge("no_change", row.change_id, None if unknown(old) or unknown(new) else old == new)
        if new is not None:
            of_plate = None if unknown(row.field) else row.field == "vrm"
            clause.judge("vrm_implausible", row.change_id,
                         both(of_plate, None if unknown(new) else not plausible(new)))
    star_cadence(case, clause, Period(months=6))


def plausible(vrm):
    plain = "".join(c for c in vrm if c not in WHITE_SPACE).upper()
    return re.fullmatch(r"[A-Z0-9]{2,8}", plain) is not None


def national_auditor(case):
    """Whether one was in office in the window: True, False, or "unknown"."""
    if not case.has("appointments"):
        return "unknown"
    doubt = not case.evidence.whole("appointments")
    for row in case.get("appointments"):
        if row.role == "national_auditor" and row.from_date <= case.window.last:
            if unknown(row.to_date):
                doubt = True
            elif case.window.in_service(row.from_date, row.to_date):
                return True
    return "unknown" if doubt else False


def national(case, clauses):
    """8.3.3 to 8.3.5 are the National Auditor's; nothing is judged where nobody can say that there is one."""
    for name, judge in (("8.3.3", privileged_accesses), ("8.3.4", deletion), ("8.3.5", sessions)):
        clause = clauses[name]
        clause.arises = national_auditor(case)
        if clause.arises is not False:
            judge(case, clause)
        if name == "8.3.5":
            clause.sample = clause.population
        if clause.arises == "unknown":
            clause.found.clear()
            clause.untestable.clear()


def privileged_accesses(case, clause):
    rows = case.in_window("privileged_accesses", "at")
    clause.population = len(rows)
    for row in rows:
        clause.blank("purpose_missing", row.access_id, row.purpose)
        if case.p["references_required"]:
            clause.blank("reference_missing", row.access_id, row.reference)
    star_cadence(case, clause, Period(months=case.p["privileged_review_months"]))


def sessions(case, clause):
    for row in case.get("super_admin_sessions"):
        judged, counting = event_in_question(case, row.enabled_at, case.reviewed(clause.name, row.session_id))
        if judged:
            clause.population += 1
            if case.has("reviews"):
                event_rule(case, clause, row.session_id, row.enabled_at, counting,
                           Period(days=case.p["super_admin_review_days"]))
