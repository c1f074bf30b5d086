"""The made-up force's people: accounts, searches, audits, appointments, and what is asked about them."""

from datetime import timedelta
from fractions import Fraction
from math import ceil

import times
from clauses_audit import SAMPLED
from force_rows import add_months, review

JUSTIFICATIONS = ("Establish route before the collision", "check", "Checking..", "N/A", "...", "ab..", "12345", "xyz",
                  "OK .", "look  up", "Follow up. ", "Ymchwiliad i ddwyn cerbyd", "É", "police", "see above.", "12a4")
RANKS = ("Inspector", "acting-detective Chief Inspector", "Temporary superintendent", "sergeant", "Insp", "equivalent",
         "Detective Temporary Commander", "super-intendent")
PURPOSES = ("Missing person", "ROAD SAFETY", "vulnerable", "Other purpose")
MARKINGS = ("OFFICIAL-SENSITIVE", "official – sensitive: crime", "Official\u2212Sensitive", "OFFICIAL", "x OFFICIAL-SENSITIVE",
            "OFFICIAL\u00a0SENSITIVE", "OFFICIAL_SENSITIVE")
CLAUSES = ("4.1.1", "5.1.1", "6.1.1", "8.1", "8.2.4.a", "8.2.7", "9.9.9")


def fill(scene):
    auditors(scene)
    accounts(scene)
    searches(scene)
    records(scene)
    noncompliances(scene)


def sample_cells(scene, clause, day):
    if clause not in SAMPLED:
        return {}
    rate = Fraction(str(scene.p[SAMPLED[clause]]))
    population = scene.pick((0, 1, 20, 21, 100, 101))
    cells = {"population": population, "examined": max(0, ceil(rate * population) - scene.pick((0, 0, 0, 1)))}
    if clause.startswith("8.2.4"):
        length = scene.p["sample_window_days"] + scene.pick((0, 0, -1, 1, -5))
        start = day - timedelta(days=40)
        cells |= {"window_from": start, "window_to": start + timedelta(days=length - 1),
                  "rationale": scene.pick(("low risk, see plan", "see plan", None))}
    for name in list(cells):
        if scene.chance(0.03):
            cells[name] = None
    return cells


def auditors(scene):
    for person in ("aud1", "aud2", "aud3", "nat1", "stf1"):
        if scene.chance(0.1):
            continue
        scene.add("auditors", person_id=person, user_ids=scene.pick((f"{person}.a {person}.b", f"{person}.a u002", None, f"{person}.a,u002",
                                                                        f"u001; {person}.a", f"*** {person}.a")),
                  clearance=scene.pick(("SC", "NPPV3", "NPPV3", None)) if scene.chance(0.3) else "SC",
                  clearance_expires_on=scene.pick((scene.day(), scene.today + timedelta(days=400), None,
                                                   scene.today + timedelta(days=90))))
    for role, people in (("senior_manager", ("sm1", "sm2")), ("local_auditor", ("aud1", "aud2")),
                         ("national_auditor", ("nat1",)), ("lead_controller", ("lc1",))):
        for person in people:
            if role == "national_auditor" and scene.chance(0.2):
                continue
            since = scene.day(0.7)
            scene.add("appointments", role=role, person_id=person, from_date=since,
                      to_date=scene.pick((None, None, scene.near_day(scene.today), scene.near_day(scene.first),
                                          scene.day())))
    for number in range(scene.pick((0, 1, 2))):
        scene.add("policies", policy_id=f"POL{number}", approved_on=scene.day(0.7),
                  review_by=scene.pick((None, scene.near_day(scene.today), scene.day())))


def accounts(scene):
    p = scene.p
    users = scene.ids("u", scene.count(12)) + ["aud1.a", "aud2.b", "nat1.a", "aud3"]
    scene.users = users
    for user in users:
        person = scene.pick((None, f"P{user}", "P000", "P001"))
        for _ in range(scene.pick((1, 1, 2, 3))):
            account(scene, user, person, scene.pick(("nas", "nsap")), scene.pick(
                ("user", "user", "user", "administrator", "super_administrator", "auditor", "provider")))
    for number in range(scene.count(12)):
        scene.add("logons", event_id=f"LG{number:04d}", user_id=scene.pick(users), at=scene.instant(0.1),
                  outcome=scene.pick(("success", "failure")))
    twelve = times.wall_months_before(scene.as_of, 12)
    for number in range(scene.count(6)):
        user = scene.pick(users)
        scene.add("privilege_changes", change_id=f"PC{number:03d}", user_id=user,
                  changed_at=scene.pick((scene.instant(0.2), scene.near(twelve))), from_permission="user",
                  to_permission="administrator", authorised_by=scene.pick((None, user, "boss1", "boss2")))
    for number in range(scene.count(5)):
        at = scene.pick((scene.instant(0.4), retention_line(scene)))
        scene.add("super_admin_sessions", session_id=f"SA{number:03d}", user_id=scene.pick(users), enabled_at=at,
                  disabled_at=at + times.HOUR)
        due = add_months(times.day(at), 0, p["super_admin_review_days"])
        event_reviews(scene, "8.3.5", f"SA{number:03d}", at, scene.on_day(scene.near_day(due)))


def retention_line(scene):
    """The oldest event that a rule may still ask about."""
    return scene.near(times.wall_months_before(scene.as_of, 12 * scene.p["record_retention_years"]))


def event_reviews(scene, clause, subject, at, due):
    for _ in range(scene.pick((0, 1, 1, 2))):
        review(scene, clause, subject, scene.pick(
            (due, due, scene.near(at), scene.on_day(times.day(at)), scene.near(scene.start), scene.instant())))


def account(scene, user, person, system, permission):
    p = scene.p
    dormant, span = p["dormant_days"], p["dormant_review_days"]
    given = scene.instant(0.8)
    event = scene.pick((scene.day(), scene.near_day(scene.today) - timedelta(days=span), scene.near_day(scene.first)))
    used = scene.pick((None, scene.on_day(event - timedelta(days=dormant)), scene.near(scene.as_of)))
    left = closed = None
    name = f"{user}/{system}/{permission}"
    if scene.chance(0.35):
        left = scene.pick((scene.instant(0.3), scene.near(scene.as_of - p["leaver_hours"] * times.HOUR),
                           retention_line(scene)))
        if scene.chance(0.2):
            left = times.day(left)
        at = times.end_of_day(left) if not isinstance(left, int) else left
        limit = at + p["leaver_hours"] * times.HOUR
        closed = scene.pick((None, scene.near(limit), scene.near(scene.start), scene.near(at)))
        event_reviews(scene, "8.2.2.d", scene.pick((user, name)), at, scene.near(limit))
        if scene.chance(0.5):
            scene.add("logons", event_id=f"LGX{len(scene.rows['logons']):04d}", user_id=user, at=scene.near(at),
                      outcome=scene.pick(("success", "success", "failure")))
    else:
        closed = scene.pick((None, None, None, scene.on_day(scene.near_day(event + timedelta(days=span))),
                             scene.near(times.midnight(event)), scene.near(scene.start), scene.near(scene.as_of)))
        base = max(given, used or given)
        real = add_months(times.day(base), 0, dormant)
        event_reviews(scene, "8.2.2.c", scene.pick((user, name)), times.midnight(real),
                      scene.on_day(scene.near_day(add_months(real, 0, span))))
    approver = scene.pick(("boss1",) * 8 + (user, person, None))
    scene.add("accounts", person_id=person, user_id=user, system=system, permission=permission, authorised_at=given,
              authorised_by=approver, last_access_at=used, closed_at=closed, left_at=left)
    if scene.chance(0.2):
        again = scene.pick((scene.instant(), scene.near(closed or scene.as_of), scene.near(
            times.wall_months_before(scene.as_of, 12))))
        if again != given:
            scene.add("accounts", person_id=person, user_id=user, system=system, permission=permission,
                      authorised_at=again, authorised_by=approver)


def searches(scene):
    p = scene.p
    recent, day = p["recent_days"] * times.DAY, times.DAY
    for number in range(scene.pick((0, 1, 1, 1, 1, 1)) * scene.count(70)):
        name, user = f"S{number:05d}", scene.pick(scene.users + ["nobody"])
        at = scene.instant(0.08)
        start = scene.pick((at - day, scene.near(at - recent), scene.near(at - recent), at - 400 * day, at - 3 * day))
        most = scene.pick((30, 1, Fraction(1, 2)))
        end = scene.pick((at, scene.near(start + int(most * day)), scene.near(at - recent), scene.near(at + day), start))
        older = start < at - recent
        by = scene.pick(("insp1", "insp1", user, None)) if older or scene.chance(0.1) else None
        case = scene.pick((None,) * 6 + ("CASE1", "CASE2", "CASE9"))
        scene.add("searches", search_id=name, system=scene.pick(("nas", "nsap")), user_id=user, searched_at=at,
                  data_from=start, data_to=end, target="AB1*", purpose=scene.pick(PURPOSES) if scene.chance(0.95) else None,
                  reason="Burglary" if scene.chance(0.95) else None,
                  justification=scene.pick(JUSTIFICATIONS + (None,)) if scene.chance(0.5) else JUSTIFICATIONS[0],
                  reference=scene.pick(("OP 1", "OP 2", "OP 1", None)), authorised_by=by,
                  authorised_rank=scene.pick(RANKS + (None,)) if by else None,
                  authorised_at=scene.pick((scene.near(at), at, at - day, None)) if by or scene.chance(0.1) else None,
                  preserved_case=case, results=3)
        if case:
            due = add_months(times.day(at), p["preserved_review_months"])
            event_reviews(scene, "8.2.4.c", name, at, scene.on_day(scene.near_day(due)))
    for name, investigation in (("CASE1", "OP 1"), ("CASE2", "OP 2")):
        scene.add("preserved_cases", case_id=name, investigation=investigation)
    for number in range(scene.count(5)):
        scene.add("reports", report_id=f"RP{number:03d}", user_id="u001", system=scene.pick(("nas", None)),
                  produced_at=scene.instant(0.1), marking=scene.pick(MARKINGS + (None,)))


def records(scene):
    for number in range(scene.count(6)):
        at = scene.instant(0.5)
        day, years = times.day(at), 12 * scene.p["record_retention_years"]
        scene.add("audits", audit_id=f"AU{number:03d}", clause=scene.pick(CLAUSES), completed_at=at,
                  findings=scene.note(None), extent=scene.note(None), action=scene.note(None),
                  disposed_on=scene.pick((None, None, add_months(day, years), add_months(day, years, -1), scene.day())))
        scene.add("retentions", retention_id=f"RT{number:03d}", system_id="NAS", retained_since=scene.instant(0.5),
                  reason=scene.note(None), approved_by=scene.note(None),
                  review_by=scene.pick((None, scene.near_day(scene.today), scene.day())),
                  ended_on=scene.pick((None, None, scene.near_day(scene.today))))
        scene.add("disclosures", disclosure_id=f"DS{number:03d}", disclosed_at=scene.pick((None, scene.instant(), scene.instant())),
                  discloser=scene.note(None), recipient=scene.note(None), justification=scene.note(None),
                  basis=scene.pick(("other", "other", "cpia", "scottish")))
        scene.add("read_changes", change_id=f"RC{number:03d}", read_id="R1", changed_at=scene.instant(0.1),
                  changed_by="u001", field=scene.pick(("vrm", "vrm", "time", "other")),
                  old_value=scene.pick(("AB12 CDE", "ab12cde", None)),
                  new_value=scene.pick(("AB12 CDE", "A", "A B", "AB12CDE99", "AB12-CDE", "ß1", "Ä1", None)),
                  reason=scene.note(None))
        scene.add("privileged_accesses", access_id=f"PA{number:03d}", user_id="prov1",
                  **{"class": scene.pick(("system_provider", "national_administrator", "local_auditor"))},
                  at=scene.instant(0.1), purpose=scene.note(None), reference=scene.note(None))


def noncompliances(scene):
    days = scene.p["nc_report_days"]
    for number in range(scene.count(8)):
        found = scene.pick((scene.day(0.4), scene.near_day(scene.today - timedelta(days=days))))
        reported = scene.pick((None, scene.near_day(found + timedelta(days=days)), scene.near_day(scene.first),
                               scene.near_day(scene.today)))
        scene.add("noncompliances", noncompliance_id=f"NC{number:03d}", clause=scene.pick(CLAUSES), identified_on=found,
                  reported_on=reported, report_reference=scene.pick(("AR/1", "AR/2", None)))
    for row in list(scene.rows["reviews"]):
        if row["outcome"] == "unsatisfactory" and scene.chance(0.7):
            on = times.day(row["reviewed_at"])
            found = scene.pick((on, on - timedelta(days=1), on + timedelta(days=days), on + timedelta(days=days + 1)))
            scene.add("noncompliances", noncompliance_id=f"NCR{row['review_id']}", clause=row["clause"],
                      identified_on=found, reported_on=found, report_reference="AR/3")
