"""Sections 6 and 7, and what the same rules ask elsewhere: holdings, transfers, failures, lists."""

import times
from clauses_cameras import arises, cameras
from intake import WITHHELD, known, unknown
from rules import Period, both, cadence, star_cadence


def snapshots(case):
    """system → its snapshots."""
    found = {}
    for row in case.get("holdings"):
        found.setdefault(row.system_id, []).append(row)
    return found


def retained(case, clause, scope, limit_day):
    """`limit_day` gives, from the snapshot's day, the oldest day that may be held."""
    for system, rows in sorted(snapshots(case).items()):
        mine = [r for r in rows if r.scope == scope]
        if not mine:
            continue
        clause.population += 1
        latest = max(mine, key=lambda r: r.snapshot_at)
        clause.judge("retained_beyond_limit", system, beyond_limit(latest, limit_day))


def beyond_limit(row, limit_day):
    count, kept, oldest = row.records_beyond_limit, row.preserved, row.oldest_record_at
    if known(count):
        if count == 0:
            return False
        return None if unknown(kept) else count > (kept or 0)
    if count is WITHHELD or kept not in (None, 0) or not known(oldest):
        return None
    return times.day(oldest) < limit_day(times.day(row.snapshot_at))


def national_holdings(case, clause):
    months = case.p["retention_months"]
    retained(case, clause, "national", lambda day: times.add_months(day, -months))


def local_storage(case, clause):
    days = case.p["local_retention_days"]
    retained(case, clause, "local", lambda day: times.add_days(day, -days))
    for row in case.in_window("onward_transfers", "transferred_at"):
        clause.blank("transfer_unauthorised", row.transfer_id, row.authority)
    if not case.has("holdings", "reviews"):
        return
    for system, rows in snapshots(case).items():
        if not any(r.scope == "local" for r in rows):
            continue
        since = min(times.day(r.snapshot_at) for r in rows)
        dates = [times.day(at) for at in case.reviewed(clause.name, system)]
        dates += [d for d in map(times.day, case.reviewed(clause.name, "*")) if d >= since]
        cadence(case, clause, system, dates, Period(months=6), since)


def deadline(case, clause, subject, code, event, ended, hours):
    """Judges one deadline in hours; says whether it is judged: True, False, or None where that is unknown."""
    window = case.window
    inside = window.holds(event)
    if not inside and not window.before(event):
        return False
    due = event + hours * times.HOUR
    if unknown(ended):
        if window.as_of > due:
            clause.no_verdict(code)
        return True if inside else None
    if not inside and ended is not None and ended < window.start:
        return False
    clause.judge(code, subject, (window.as_of if ended is None else ended) > due)
    return True


def transfers(case, clause):
    for row in case.get("mobile_transfers"):
        judged = deadline(case, clause, row.transfer_id, "transfer_late", row.collected_until,
                          row.transferred_at, case.p["mobile_transfer_hours"])
        if judged is False:
            continue
        clause.population += judged is True
        if row.transferred_at is not None:
            counts = known(row.captured) and known(row.transferred)
            lost = row.transferred < row.captured if counts else None
            clause.judge("records_lost", row.transfer_id, both(None if unknown(row.transferred_at) else True, lost))
    mobile_clause(case, clause)
    if clause.arises:
        star_cadence(case, clause, Period(days=7))


def mobile_clause(case, clause):
    """6.1.2 and 7.1.2 arise with a mobile camera or with a record."""
    some = [c for c in cameras(case) if c.kind == "mobile" or unknown(c.kind)]
    there = any(c.in_window and known(c.kind) for c in some) or clause.population > 0
    clause.arises = arises(case, there, some)


def failures(case, clause):
    for row in case.get("failures"):
        clause.population += deadline(case, clause, row.failure_id, "reinstatement_late", row.failed_at,
                                      row.restored_at, case.p["reinstatement_hours"]) is True
    star_cadence(case, clause, Period(days=7))


def voi_lists(case):
    """list → (its rows, the earliest known deletion or None, whether another deletion is withheld)."""
    found = {}
    for row in case.get("voi_lists"):
        found.setdefault(row.list_id, []).append(row)
    lists = {}
    for name, rows in found.items():
        deletions = [r.deleted_at for r in rows if known(r.deleted_at)]
        earliest = min(deletions, default=None)
        doubt = any(unknown(r.deleted_at) for r in rows)
        lists[name] = (rows, earliest, doubt)
    return lists


def list_deletion(case, clause):
    window = case.window
    for name, (rows, deleted, doubt) in sorted(voi_lists(case).items()):
        due = times.add_days(times.day(max(r.revised_at for r in rows)), case.p["voi_list_days"])
        clause.population += deleted is None or deleted >= window.start
        if deleted is None:
            overdue = window.as_of_date > due
            clause.judge("list_not_deleted", name, both(overdue, None if doubt else True))
            if doubt and overdue:
                clause.no_verdict("list_deleted_late")
        elif window.holds(deleted):
            clause.judge("list_deleted_late", name, both(times.day(deleted) > due, None if doubt else True))
    star_cadence(case, clause, Period(days=14))


def mobile_lists(case, clause):
    latest = {}
    for row in case.in_window("mobile_lists", "observed_at"):
        held = latest.get((row.device_id, row.list_id))
        if held is None or row.observed_at > held.observed_at:
            latest[row.device_id, row.list_id] = row
    clause.population = len(latest)
    if case.has("voi_lists"):
        lists = voi_lists(case)
        for (device, name), row in sorted(latest.items()):
            current_version(clause, f"{device}/{name}", row, lists.get(name))
    mobile_clause(case, clause)
    if clause.arises:
        star_cadence(case, clause, Period(days=7))


def current_version(clause, subject, row, voi_list):
    if voi_list is None:
        clause.no_verdict("list_stale")
        return
    rows, deleted, doubt = voi_list
    gone = True if deleted is not None and deleted < row.observed_at else (None if doubt else False)
    clause.judge("deleted_list_held", subject, gone)
    old_enough = [r.revision for r in rows if r.revised_at <= row.observed_at - 168 * times.HOUR]
    if not old_enough:
        return
    stale = None if unknown(row.revision) else row.revision < max(old_enough)
    clause.judge("list_stale", subject, both(None if gone is None else not gone, stale))
