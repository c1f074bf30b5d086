"""Sections 4 (but reports) and 5: cameras, their clocks, places, tests and deployments."""

from fractions import Fraction

import times
from geodesic import distance
from intake import known, unknown
from rules import Clause, Period, both, cadence, either, star_cadence

OF_KIND = {"5.1.1": "static", "5.1.2": "moveable", "5.1.3": "multi_lane", "5.1.4": "cctv_integrated",
           "5.1.5": "mobile"}
REVIEWED_KINDS = ("static", "multi_lane", "cctv_integrated")
EVALUATION = ("evaluation_late", "evaluation_overdue")


class Camera:
    """One camera with its life; a withheld end reads as none, a withheld start is a doubt."""

    def __init__(self, case, row):
        self.id, self.kind, self.row = row.camera_id, row.kind, row
        self.since = row.installed_on
        self.until = None if unknown(row.decommissioned_on) else row.decommissioned_on
        self.dated = known(self.since)
        window = case.window
        self.in_window = self.dated and window.in_service(self.since, self.until)
        self.at_as_of = self.dated and self.since <= window.as_of_date and self.until is None
        self.installed_in_window = self.dated and window.holds(self.since)


def cameras(case):
    return [Camera(case, row) for row in case.get("cameras")]


def doubtful(case, clause, camera, sure, test):
    """Runs a test of one camera; where the camera's kind is withheld what it finds is only a doubt."""
    if sure:
        test(case, clause, camera)
        return
    trial = Clause(clause.name)
    test(case, trial, camera)
    for code in {code for code, *_ in trial.found} | set(trial.untestable):
        clause.no_verdict(code)


def latest_in_window(case, name, column):
    """camera → its rows in the window, latest first."""
    found = {}
    for row in case.in_window(name, column):
        found.setdefault(row.camera_id, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda r: r[column], reverse=True)
    return found


def by_camera(case, name):
    found = {}
    for row in case.get(name):
        found.setdefault(row.camera_id, []).append(row)
    return found


def clocks(case, clause):
    all_cameras = cameras(case)
    clause.population = sum(c.in_window for c in all_cameras)
    star_cadence(case, clause, Period(days=7))
    if not case.has("cameras", "clock_checks"):
        return
    start = times.wall_days_before(case.window.as_of, case.p["clock_evidence_days"])
    first = times.day(start)
    evidenced = {r.camera_id for r in case.get("clock_checks") if start <= r.checked_at < case.window.as_of}
    latest = latest_in_window(case, "clock_checks", "checked_at")
    for camera in all_cameras:
        if camera.at_as_of and camera.since <= first and camera.id not in evidenced:
            clause.exception("clock_evidence_missing", camera.id)
        elif not camera.dated and camera.until is None and camera.id not in evidenced:
            clause.no_verdict("clock_evidence_missing")
        if camera.id in latest and (camera.in_window or not camera.dated):
            offset = latest[camera.id][0].offset_seconds
            beyond = None if unknown(offset) else abs(Fraction(offset)) > limit(case, "clock_tolerance_seconds")
            clause.judge("clock_out_of_tolerance", camera.id, both(True if camera.dated else None, beyond))


def limit(case, name):
    """Measured numbers are binary fractions; a limit is compared as the nearest of those."""
    return Fraction(float(case.p[name]))


def locations(case, clause):
    some = [c for c in cameras(case) if c.kind != "mobile"]
    sure = [c for c in some if known(c.kind)]
    clause.population = sum(c.in_window for c in sure)
    clause.arises = arises(case, bool(clause.population), some)
    if not case.has("cameras", "location_checks"):
        return
    checks = by_camera(case, "location_checks")
    latest = latest_in_window(case, "location_checks", "checked_at")

    def test(case, clause, camera):
        mine = checks.get(camera.id, [])
        days = [times.day(r.checked_at) for r in mine]
        if camera.installed_in_window:
            end = times.add_days(camera.since, case.p["installation_grace_days"])
            if case.window.as_of_date > end and not any(d <= end for d in days):
                clause.exception("not_confirmed_on_installation", camera.id)
        if camera.in_window:
            cadence(case, clause, camera.id, days, Period(months=6), camera.since, camera.until)
            if camera.id in latest:
                clause.judge("location_out_of_tolerance", camera.id, misplaced(case, camera, latest[camera.id][0]))

    for camera in some:
        doubtful(case, clause, camera, known(camera.kind), test)


def misplaced(case, camera, check):
    place = (camera.row.latitude, camera.row.longitude, check.latitude, check.longitude)
    if not all(known(p) for p in place):
        return None
    return distance(*place) > float(case.p["location_tolerance_metres"])


def arises(case, found, candidates):
    """Whether any such camera was there: surely, surely not, or "unknown"."""
    if found:
        return True
    doubt = any(unknown(c.kind) and (c.in_window or not c.dated) or not c.dated for c in candidates)
    return "unknown" if doubt or not case.evidence.whole("cameras") else False


def annual_return(case, clause):
    clause.population = sum(c.in_window for c in cameras(case))
    star_cadence(case, clause, Period(months=12))
    if not case.has("cameras"):
        return
    registered = {row.camera_id for row in case.get("cameras")}
    for name, column in (("clock_checks", "checked_at"), ("location_checks", "checked_at"),
                         ("performance_tests", "tested_at"), ("mobile_transfers", "collected_until"),
                         ("failures", "failed_at")):
        for row in case.in_window(name, column):
            if unknown(row.camera_id):
                clause.no_verdict("camera_unregistered")
            elif row.camera_id is not None and row.camera_id not in registered:
                clause.exception("camera_unregistered", row.camera_id)


def infrastructure(case, clause):
    kind = OF_KIND[clause.name]
    some = [c for c in cameras(case) if c.kind == kind or unknown(c.kind)]
    clause.population = sum(c.in_window for c in some if known(c.kind))
    clause.arises = arises(case, bool(clause.population), some)
    if not case.has("cameras"):
        return
    deployments, tests = by_camera(case, "deployments"), by_camera(case, "performance_tests")

    def test(case, clause, camera):
        if case.has("deployments") and camera.at_as_of:
            clause.judge("need_not_evidenced", camera.id, need_missing(case, deployments.get(camera.id, [])))
        if case.has("performance_tests"):
            mine = [t for t in tests.get(camera.id, []) if t.observed != 0]
            if kind != "mobile":
                installation(case, clause, camera, mine)
            if camera.in_window:
                performance(case, clause, camera, kind, mine)
                evaluation(case, clause, camera, mine)
        if kind in REVIEWED_KINDS and case.has("reviews") and camera.in_window:
            dates = [times.day(at) for at in case.reviewed(clause.name, camera.id)]
            dates += [d for d in map(times.day, case.reviewed(clause.name, "*"))
                      if camera.since <= d and (camera.until is None or camera.until > d)]
            cadence(case, clause, camera.id, dates, Period(months=12), camera.since, camera.until)

    for camera in some:
        doubtful(case, clause, camera, known(camera.kind), test)


def need_missing(case, rows):
    if not rows:
        return True
    latest = max(rows, key=lambda r: r.deployed_on)
    looked_at = [r for r in rows if r is latest or case.window.holds(r.deployed_on)]
    verdicts = []
    for row in looked_at:
        assessed = row.need_assessed_on
        verdicts.append(None if unknown(assessed) else assessed is None or assessed > row.deployed_on)
        verdicts.append(None if unknown(row.approved_by) else row.approved_by is None)
    return either(*verdicts)


def installation(case, clause, camera, tests):
    if not camera.installed_in_window:
        return
    end = times.add_days(camera.since, case.p["installation_grace_days"])
    if case.window.as_of_date <= end:
        return
    tested = either(*(
        both(None if unknown(t.kind) else t.kind == "installation", None if unknown(t.observed) else True)
        for t in tests if times.day(t.tested_at) <= end))
    clause.judge("installation_test_missing", camera.id, None if tested is None else not tested)


def performance(case, clause, camera, kind, tests):
    inside = [t for t in tests if case.window.holds(t.tested_at)]
    if not inside:
        return
    latest = max(inside, key=lambda t: t.tested_at)
    capture_min, accuracy_min = case.p["capture_rate_min"][kind], case.p["read_accuracy_min"][kind]
    if unknown(latest.observed):
        clause.no_verdict("capture_rate_low")
        clause.no_verdict("read_accuracy_low")
        return
    captured, right = latest.captured, latest.read_correctly
    clause.judge("capture_rate_low", camera.id,
                 None if unknown(captured) else captured < capture_min * latest.observed)
    if captured == 0:
        return
    clause.judge("read_accuracy_low", camera.id,
                 None if unknown(captured) or unknown(right) else right < accuracy_min * captured)


def evaluation(case, clause, camera, tests):
    """Where it is withheld whether a test observed anything, only what holds either way is said."""
    outcomes = []
    for chosen in ([t for t in tests if known(t.observed)], tests):
        trial = Clause(clause.name)
        cadence(case, trial, camera.id, [times.day(t.tested_at) for t in chosen],
                Period(months=case.p["evaluation_months"]), camera.since, camera.until, EVALUATION)
        outcomes.append(trial)
    with_sure, with_all = outcomes
    doubt = set(with_sure.untestable) | set(with_all.untestable)
    for found in with_sure.found.keys() | with_all.found.keys():
        if with_sure.found.get(found) == with_all.found.get(found):
            clause.found[found] = with_all.found[found]
        else:
            doubt.add(found[0])
    for code in doubt:
        clause.no_verdict(code)


def covert(case, clause):
    today = case.window.as_of_date
    for row in case.get("covert_authorisations"):
        going_on = None if unknown(row.ended_on) else row.ended_on is None
        clause.population += going_on is not False
        expires = row.expires_on
        expired = None if unknown(expires) else expires is not None and expires < today
        unreferenced = None if unknown(row.reference) else row.reference is None
        running = None if expired is None else not expired
        clause.judge("authority_missing", row.authorisation_id, both(going_on, running, unreferenced))
        clause.judge("authority_expired", row.authorisation_id, both(going_on, expired))
    if case.has("covert_authorisations"):
        if not case.get("covert_authorisations"):
            clause.arises = False if case.evidence.whole("covert_authorisations") else "unknown"
    else:
        some = [c for c in cameras(case) if c.kind == "covert" or unknown(c.kind)]
        clause.arises = arises(case, any(c.in_window and known(c.kind) for c in some), some)
