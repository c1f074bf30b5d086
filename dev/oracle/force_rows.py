"""The made-up force's parameters, cameras, systems, lists, and the reviews of all of them."""

from datetime import timedelta
from fractions import Fraction

import times
from evidence_sets import KINDS

LAT, LON = 51.5, -2.3
STAR_REVIEWS = {  # clause: (months, days)
    "4.1.1": (6, 0), "4.1.2": (0, 7), "4.2": (12, 0), "6.1.2": (0, 7), "6.1.3": (0, 7), "7.1.1": (0, 14),
    "7.1.2": (0, 7), "8.1": (12, 0), "8.2.1": (12, 0), "8.2.2.a": (12, 0), "8.2.2.b": (12, 0), "8.2.2.e": (12, 0),
    "8.2.2.f": (1, 0), "8.2.3.a": (6, 0), "8.2.3.b": (12, 0), "8.2.4.a": (3, 0), "8.2.4.b": (3, 0),
    "8.2.7": (3, 0), "8.3.1": (6, 0), "8.3.3": (6, 0), "8.3.4": (6, 0), "7.1.3": (6, 0),
}

_CHOICES = {
    "clock_tolerance_seconds": (5, 2.5, 0), "clock_evidence_days": (1, 14), "location_tolerance_metres": (5, 12.5),
    "installation_grace_days": (0, 14), "evaluation_months": (3, 6), "local_retention_days": (2, 30),
    "mobile_transfer_hours": (1, 48), "reinstatement_hours": (24, 100), "voi_list_days": (7, 30),
    "dormant_days": (30, 60), "dormant_review_days": (7, 30), "leaver_hours": (24, 72), "retention_months": (6, 1),
    "recent_days": (30, 60), "sample_window_days": (7, 14), "rate_recent_searches": ("3 %", 0.03, "2.5%"),
    "rate_older_searches": (0.1, "7 %"), "rate_new_authorisations": (0.3, 1), "rate_retentions": ("33 %",),
    "rate_disclosures": (0.07, 0), "rate_reports": (0.29,), "rate_privilege_changes": ("14 %",),
    "rate_read_changes": (0.58,), "disclosure_audit_months": (1, 6), "preserved_review_months": (1, 6),
    "super_admin_review_days": (7,), "privileged_review_months": (1, 12), "nc_report_days": (7, 14),
    "record_retention_years": (1, 3), "references_required": (False,), "retention_approver_required": (False,),
    "authority_ranks_older": (["Chief Inspector", "super-intendent"], ["Acting Inspector", "detective-sergeant"], []),
}


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


def choose_parameters(scene):
    if scene.chance(0.35):
        return
    plain, tables = [], []
    for name, choices in _CHOICES.items():
        if not scene.chance(0.2):
            continue
        value = scene.pick(choices)
        amount = value
        if isinstance(value, str):
            amount = Fraction(value.rstrip("% ")) / 100
        scene.p[name] = amount
        if scene.chance(0.3):
            tables.append(f'[{name}]\nvalue = {toml(value)}\nbasis = "made up"\nrationale = "for the trial"\n')
        else:
            plain.append(f"{name} = {toml(value)}\n")
    for name in ("capture_rate_min", "read_accuracy_min"):
        if scene.chance(0.4):
            chosen = {kind: scene.pick(("0.9", '"80 %"', "0.5", "1")) for kind in KINDS[:5] if scene.chance(0.4)}
            tables.append(f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in chosen.items()))
    if scene.chance(0.8):
        tables.append('[search_span_max_days]\n"Missing person" = 30\n"road safety" = 1\nVULNERABLE = 0.5\n')
        scene.p["search_span_max_days"] = {"missing person": 30, "road safety": 1, "vulnerable": Fraction(1, 2)}
    scene.parameters_text = "".join(plain) + "".join(tables)


def add_months(day, months, days=0):
    return times.add_days(times.add_months(day, months), days)


def fill(scene):
    cameras(scene)
    holdings(scene)
    transfers(scene)
    lists(scene)
    covert(scene)
    star_reviews(scene)


def cadence_days(scene, months, days, first=None):
    """Dates that keep a cadence to the day, now and then a day late, or not at all."""
    if scene.chance(0.12):
        return []
    base = first or scene.first
    if scene.chance(0.7):
        base -= timedelta(days=scene.pick((0, 1, 1, 3, 30, 400)))
    else:
        base += timedelta(days=scene.pick((0, 1, 5)))
    found = []
    while base <= scene.today + timedelta(days=2) and len(found) < 80:
        found.append(base)
        if scene.chance(0.05):
            break
        base = add_months(base, months, days) + timedelta(
            days=scene.pick((0, 0, 0, -1, -1, 1) if scene.chance(0.5) else (0, -1)))
    return found


def review(scene, clause, subject, at, **cells):
    number = len(scene.rows["reviews"])
    row = dict(review_id=f"RV{number:05d}", clause=clause, subject=subject, reviewed_at=at,
               reviewer_id=scene.pick(("aud1", "aud1", "aud2", "nat1", "aud3", "ghost", "u001")),
               outcome="satisfactory" if scene.chance(0.9) else "unsatisfactory",
               audit_id=scene.pick(("AU001", "AU002", "AU003", "AU404", None)))
    if scene.chance(0.15):
        day = times.day(at)
        row["disposed_on"] = scene.pick((add_months(day, 12 * scene.p["record_retention_years"]),
                                         add_months(day, 12 * scene.p["record_retention_years"], -1),
                                         scene.day()))
    scene.add("reviews", **(row | cells))


def star_reviews(scene):
    from force_people import sample_cells  # the cells of a sampled audit belong with the people who make it
    periods = dict(STAR_REVIEWS)
    periods["8.2.7"] = (scene.p["disclosure_audit_months"], 0)
    periods["8.3.3"] = (scene.p["privileged_review_months"], 0)
    for clause, (months, days) in periods.items():
        for day in cadence_days(scene, months, days):
            review(scene, clause, "*", scene.on_day(day), **sample_cells(scene, clause, day))
        if scene.chance(0.3):
            day = scene.day(0.3)
            review(scene, clause, "*", scene.on_day(day), **sample_cells(scene, clause, day))
    for clause in ("9.9.9", "3.a", "8.2.5", "8.2.9", "5.1.2"):
        review(scene, clause, scene.pick(("*", "C001")), scene.instant(0.2))


def cameras(scene):
    p = scene.p
    clauses = dict(zip(KINDS, ("5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "")))
    kinds = [k for k in KINDS if not scene.chance(0.12)] or ["static"]
    names = scene.ids("C", scene.count(16))
    for name in names:
        kind = scene.pick(kinds)
        since = scene.day(0.6)
        until = None
        if scene.chance(0.25):
            until = scene.pick((scene.day(), scene.near_day(since), scene.near_day(scene.first)))
        lat, lon = LAT + scene.random.uniform(-1, 1), LON + scene.random.uniform(-1, 1)
        scene.add("cameras", camera_id=name, kind=kind, name="A4 north; gantry, 2", latitude=round(lat, 6),
                  longitude=round(lon, 6), installed_on=since, decommissioned_on=until)
        clocks(scene, name, p)
        locations(scene, name, since, until, lat, lon)
        tests(scene, name, kind, since, until)
        deployments(scene, name, since)
        if clauses[kind]:
            for day in cadence_days(scene, 12, 0, scene.pick((since, None, until))):
                if not scene.chance(0.3):
                    review(scene, clauses[kind], name, scene.on_day(day))
    for clause in ("5.1.1", "5.1.3", "5.1.4"):
        for day in cadence_days(scene, 12, 0):
            if scene.chance(0.5):
                review(scene, clause, "*", scene.on_day(day))
    for _ in range(scene.count(8)):
        failed = scene.instant(0.3)
        back = scene.pick((None, scene.near(failed + p["reinstatement_hours"] * times.HOUR), scene.near(scene.start),
                           scene.near(scene.as_of)))
        scene.add("failures", failure_id=f"F{len(scene.rows['failures']):03d}", camera_id=scene.pick(
            names + ["C777", None]), component="lamp", failed_at=failed, restored_at=later_than(back, failed))


def later_than(end, start):
    return end if end is None or end >= start else start + 1


def clocks(scene, name, p):
    tolerance = float(p["clock_tolerance_seconds"])
    line = times.wall_days_before(scene.as_of, p["clock_evidence_days"])
    for at in sorted({scene.near(line) if scene.chance(0.5) else scene.instant(0.2) for _ in range(scene.pick((0, 1, 2)))}):
        offset = scene.pick((tolerance, -tolerance, tolerance + 0.001, -tolerance - 0.001, 0.25, 1e-3))
        scene.add("clock_checks", camera_id=scene.pick((name,) * 12 + ("C999",)), checked_at=at,
                  offset_seconds=offset)


def locations(scene, name, since, until, lat, lon):
    days = cadence_days(scene, 6, 0, scene.pick((since, None, until)))
    if scene.chance(0.5):
        days.append(add_months(since, 0, scene.p["installation_grace_days"] + scene.pick((0, 1, -1, -40))))
    for at in sorted({scene.on_day(day) for day in days if not scene.chance(0.1)}):
        metres = float(scene.p["location_tolerance_metres"]) * scene.pick((0.99, 1.01, 0.1, 0, 3))
        scene.add("location_checks", camera_id=name, checked_at=at, latitude=round(lat, 6) + metres / 111_250,
                  longitude=round(lon, 6))


def tests(scene, name, kind, since, until):
    days = cadence_days(scene, scene.p["evaluation_months"], 0, scene.pick((since, None, until)))
    if scene.chance(0.6):
        days.append(add_months(since, 0, scene.p["installation_grace_days"] + scene.pick((0, 1, -1, -40))))
    least, right = (scene.p[n].get(kind, Fraction(9, 10)) for n in ("capture_rate_min", "read_accuracy_min"))
    for at in sorted({scene.on_day(day) for day in days if not scene.chance(0.1)}):
        observed = scene.pick((0, 100, 200, 1000, 20))
        captured = max(0, int(least * observed) - scene.pick((0, 0, 0, 1, 500)))
        scene.add("performance_tests", camera_id=name, tested_at=at,
                  kind=scene.pick(("installation", "installation", "monitoring", "evaluation")), observed=observed,
                  captured=captured, read_correctly=max(0, int(right * captured) - scene.pick((0, 0, 0, 1))))


def deployments(scene, name, since):
    for day in sorted({scene.pick((since, scene.day(0.3))) for _ in range(scene.pick((0, 1, 1, 2, 3)))}):
        assessed = scene.pick((day, day, day - timedelta(days=30), day + timedelta(days=1), None))
        scene.add("deployments", camera_id=name, deployed_on=day, need_assessed_on=assessed,
                  approved_by=scene.pick(("Ch Supt Made Up",) * 8 + (None,)))


def covert(scene):
    for number in range(scene.pick((0, 0, 1, 4))):
        scene.add("covert_authorisations", authorisation_id=f"CV{number}", act=scene.pick(("ripa", "ripsa")),
                  reference=scene.pick(("URN 1", None)), authorised_on=scene.day(0.3),
                  expires_on=scene.pick((None, scene.near_day(scene.today), scene.day())),
                  ended_on=scene.pick((None, None, scene.near_day(scene.today), scene.day())))


def holdings(scene):
    p = scene.p
    systems = ["NAS", "NSAP"] + scene.ids("BOF", scene.count(4))
    for system in systems:
        scope = "national" if system.startswith("N") else "local"
        first = None
        for at in sorted({scene.instant(0.5) for _ in range(scene.pick((1, 2, 4)))}):
            day = times.day(at)
            first = min(first or day, day)
            line = (add_months(day, 0, -p["local_retention_days"]) if scope == "local"
                    else add_months(day, -p["retention_months"]))
            count = scene.pick((None, None, 0, 3, 4))
            scene.add("holdings", system_id=system, snapshot_at=at, scope=scope,
                      oldest_record_at=scene.pick((scene.on_day(line), scene.on_day(line - timedelta(days=1)), None)),
                      records_beyond_limit=count, preserved=scene.pick((None, 0, 3, count)))
        for day in cadence_days(scene, 6, 0, scene.pick((None, first))):
            review(scene, "6.1.1", scene.pick((system, system, system, "*")), scene.on_day(day))
    for number in range(scene.count(4)):
        scene.add("onward_transfers", transfer_id=f"OT{number}", system_id=scene.pick(systems),
                  transferred_at=scene.instant(0.1), authority=scene.pick(("AUTH 7", "AUTH 8", None)))


def transfers(scene):
    limit = scene.p["mobile_transfer_hours"] * times.HOUR
    for number in range(scene.pick((0, 1, 1)) * scene.count(10)):
        ended = scene.pick((scene.instant(0.3), scene.near(scene.as_of - limit)))
        moved = scene.pick((None, scene.near(ended + limit), scene.near(scene.start), scene.near(scene.as_of)))
        scene.add("mobile_transfers", transfer_id=f"MT{number:03d}", camera_id=scene.pick(("C001", "C002", "C888")),
                  collected_until=ended, transferred_at=later_than(moved, ended),
                  captured=scene.pick((10, 11, None)), transferred=scene.pick((10, 11, 10, None)))


def lists(scene):
    names = scene.ids("VL", scene.count(5))
    for name in names:
        at = scene.instant(0.5)
        revisions = []
        for revision in range(1, scene.pick((2, 3, 5))):
            revisions.append([scene.pick((revision, revision, 10 - revision)), at])
            at += scene.random.randrange(20 * times.DAY)
        due = add_months(times.day(max(r[1] for r in revisions)), 0, scene.p["voi_list_days"])
        deleted = scene.pick((None, scene.on_day(scene.near_day(due)), scene.near(scene.start)))
        for place, (revision, revised) in enumerate(revisions):
            scene.add("voi_lists", list_id=name, revision=revision, revised_at=revised,
                      deleted_at=deleted if place == 0 or scene.chance(0.3) else None)
        for device in range(scene.pick((0, 1, 3))):
            for at in sorted({scene.instant(), scene.near(scene.pick(revisions)[1] + 168 * times.HOUR),
                              scene.near(deleted or scene.as_of)}):
                scene.add("mobile_lists", device_id=f"MDT{device}", list_id=scene.pick((name,) * 9 + ("VLX",)),
                          observed_at=at, revision=scene.pick(revisions)[0])
