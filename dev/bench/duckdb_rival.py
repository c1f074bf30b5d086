#!/usr/bin/env python3
"""The tests of 8.2.2.c, 8.2.2.d and 8.2.4 to 8.2.6 in DuckDB, as somebody who knows DuckDB would write them."""

import re
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager

import duckdb

import rival
from duckdb_cells import careful, content_of, endings, key_of, quoted, trusting
from rival import (A_AND_B, BLANK, FUTURE, IN_C, NEVER, ONLY_A, ONLY_B, OUTSIDE, QUARANTINED, REVIEWED, UNCLASSED, UNDER,
                   WHITE_SPACE, Found)
from clauses_searches import PLACEHOLDERS

ACCOUNT = ("user_id", "system", "permission", "authorised_at", "last_access_at", "closed_at", "left_at")
REVIEW = ("review_id", "clause", "subject", "reviewed_at", "population", "examined", "window_from", "window_to", "rationale")
HIT = ("search_id", "system", "user_id", "searched_at", "data_from", "data_to", "purpose", "reason", "justification",
       "reference", "authorised_by", "authorised_rank", "authorised_at", "preserved_case", "known", "opened")


def blanks(request):
    """How a blank is told in this form: text, number."""
    return ("{} = ''".format, f"{{}} = {BLANK}".format) if request.careful else ("{} IS NULL".format, "{} IS NULL".format)


def conditions(request):
    """code → condition over one search: TRUE an exception, FALSE none, NULL not to be known."""
    day = rival.times.DAY
    blank, blank_at = blanks(request)
    older = f"data_from < searched_at - {request.recent}"
    given = f"NOT ({blank('authorised_by')})"
    rank = "regexp_replace(replace(replace(lower(authorised_rank), '-', '_'), ' ', '_'), '^(?:temporary_|acting_|detective_)+', '')"
    ranks = ", ".join(map(quoted, request.ranks))
    # Nearly all begin with a letter, are longer than any word of the list and do not end in a dot: no need to look closer.
    words = "|".join(map(re.escape, sorted(PLACEHOLDERS)))
    says_nothing = f"(?i:{words}|(?s:.){{0,2}}|\\P{{L}}*)[.{WHITE_SPACE}]*"
    longest = max(map(len, PLACEHOLDERS))
    nothing_said = (f"CASE WHEN strlen(justification) > {longest} AND justification >= 'A' AND justification < '[' "
                    f"AND justification[-1] <> '.' THEN FALSE "
                    f"ELSE regexp_full_match(justification, {quoted(says_nothing)}) END")
    tests = {
        "reason_missing": blank("reason"),
        "purpose_missing": blank("purpose"),
        "justification_missing": blank("justification"),
        "justification_placeholder": f"CASE WHEN {blank('justification')} THEN FALSE ELSE {nothing_said} END",
        "authority_missing": f"{older} AND {blank('authorised_by')}",
        "authority_undated": f"{older} AND {given} AND {blank_at('authorised_at')}",
        "authority_after_search": f"{older} AND authorised_at > searched_at",
        "authority_self": f"{older} AND {given} AND authorised_by = user_id",
        # Few are of older data: the rank is only folded where it matters.
        "authority_rank": f"CASE WHEN ({older} AND {given}) IS NOT FALSE THEN {older} AND {given} "
                          f"AND ({blank('authorised_rank')} OR {rank} NOT IN ({ranks})) ELSE FALSE END",
        "period_inverted": "data_from > data_to",
        "period_future": f"data_to > searched_at + {day}",
        "account_unknown": "NOT known",
        "account_not_open": "known AND NOT opened",
    }
    if request.p["references_required"]:
        tests["reference_missing"] = blank("reference")
    if request.maxima:
        over = " ".join(f"WHEN lower(purpose) = {quoted(purpose)} THEN data_to - data_from > {most}"
                        for purpose, most in request.maxima.items())
        tests["period_excessive"] = f"CASE WHEN purpose IS NULL THEN NULL {over} ELSE FALSE END"
    return tests


def classed(request):
    """The class of a search, as a number; the last standing of repeated keys is settled later."""
    preserved = "preserved_case <> ''" if request.careful else "preserved_case IS NOT NULL"
    line = f"searched_at - {request.recent}"
    bad = f"WHEN bad THEN {QUARANTINED} " if request.careful else ""
    return (f"CASE {bad}WHEN searched_at > {request.as_of} THEN {FUTURE} "
            f"WHEN searched_at < {request.start} OR searched_at >= {request.as_of} THEN {OUTSIDE} "
            f"WHEN {preserved} THEN {IN_C} WHEN data_from IS NULL OR data_to IS NULL THEN {UNCLASSED} "
            f"WHEN data_from >= {line} THEN {ONLY_A} WHEN data_to >= {line} THEN {A_AND_B} ELSE {ONLY_B} END::UTINYINT")


@contextmanager
def opened(request):
    """A connection of so many threads, and a database file of its own for what is kept of every row."""
    folder = tempfile.mkdtemp(prefix="custodes-bench-", dir=request.scratch)
    db = duckdb.connect()
    try:
        db.execute(f"SET threads = {request.threads}")
        db.execute("SET enable_progress_bar = false")
        db.execute("SET TimeZone = 'UTC'")
        # The long set must be the side that streams through every join: else the order of its rows, in which the
        # last of a repeated key stands, is lost.
        db.execute("SET disabled_optimizers = 'build_side_probe_side'")
        db.execute(f"SET temp_directory = {quoted(folder + '/spill')}")
        db.execute(f"ATTACH {quoted(folder + '/kept.duckdb')} AS kept")
        yield db
    finally:
        db.close()
        shutil.rmtree(folder, ignore_errors=True)


def settle(db, name, found):
    """Of the rows with one key in kept.NAME the last stands; `lost` are the others. Counts what became of them."""
    db.execute(f"CREATE TEMP TABLE twice_{name} AS SELECT key FROM kept.{name} WHERE class <> {QUARANTINED} "
               "GROUP BY key HAVING count(*) > 1")
    db.execute(f"""CREATE TEMP TABLE lost_{name} AS SELECT row, content = standing AS same, class FROM (
        SELECT rowid AS row, content, class, last_value(content) OVER w AS standing, last_value(rowid) OVER w AS last
        FROM kept.{name} WHERE class <> {QUARANTINED} AND key IN (FROM twice_{name})
        WINDOW w AS (PARTITION BY key ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
        WHERE row <> last""")
    classes = Counter(dict(db.execute(f"SELECT class, count(*) FROM kept.{name} GROUP BY class").fetchall()))
    total, quarantined = sum(classes.values()), classes[QUARANTINED]
    lost = db.execute(f"SELECT class, same, count(*) FROM lost_{name} GROUP BY ALL").fetchall()
    same, other = (sum(n for _, s, n in lost if s is wanted) for wanted in (True, False))
    for class_, _, n in lost:
        classes[class_] -= n
    future = classes[FUTURE]
    found.inputs[name] = dict(zip(rival.COUNTED, (total, total - quarantined - same - other - future, quarantined, same,
                                                  other, future)))
    return classes


def small_set(db, request, name, found):
    """A set that does not grow with use, as a table of standing rows in their types."""
    if not request.careful:
        columns = [c.name for c in rival.SETS[name]]
        db.execute(f"CREATE TEMP TABLE {name} AS {trusting(request, name, columns)}")
        if name == "reviews":
            db.execute(f"DELETE FROM reviews WHERE reviewed_at > {request.as_of}")
        elif name == "accounts":
            db.execute(f"DELETE FROM accounts WHERE authorised_at > {request.as_of}")
            for ending in ("closed_at", "left_at"):
                db.execute(f"UPDATE accounts SET {ending} = NULL WHERE {ending} > {request.as_of}")
        return
    deciding = [c.name for c in rival.SETS[name] if c.deciding]
    later = f"WHEN {deciding[0]} > {request.as_of} THEN {FUTURE}" if deciding else ""
    db.execute(f"""CREATE TABLE kept.{name} AS SELECT *, hash({key_of(name)}) AS key, hash({content_of(name)}) AS content,
        CASE WHEN bad THEN {QUARANTINED} {later} ELSE 0 END AS class FROM ({careful(request, name)})""")
    settle(db, name, found)
    db.execute(f"""CREATE TEMP TABLE {name} AS SELECT {endings(request, name)} FROM kept.{name}
        WHERE class = 0 AND rowid NOT IN (SELECT row FROM lost_{name})""")


def account_spans(db, request):
    """`spans`: one row for each user and system, its accounts side by side, so that a search needs one look-up.

    Gives the condition "one of them was open at searched_at" and its table's extra columns.
    """
    blank, blank_at = blanks(request)
    sure = "closed_at IS NOT NULL" if request.careful else "TRUE"
    left = f"left_at >= {request.start} AND left_at < {request.as_of}"
    db.execute(f"""CREATE TEMP TABLE numbered AS SELECT *,
        row_number() OVER (PARTITION BY user_id, system, {sure} ORDER BY authorised_at) AS nth FROM accounts""")
    most = db.execute(f"SELECT coalesce(max(nth), 1) FROM numbered WHERE {sure}").fetchone()[0]
    shown = ", ".join(
        f"coalesce(max(authorised_at) FILTER ({sure} AND nth = {n}), {NEVER}) AS since{n}, "
        f"coalesce(max(CASE WHEN {blank_at('closed_at')} THEN {NEVER} ELSE closed_at END) FILTER ({sure} AND nth = {n}), "
        f"{BLANK}) AS until{n}" for n in range(1, most + 1))
    db.execute(f"""CREATE TEMP TABLE spans AS SELECT user_id, system, {shown},
        coalesce(min(authorised_at) FILTER (NOT ({sure})), {NEVER}) AS doubt,
        coalesce(min(left_at) FILTER ({left}), {NEVER}) AS left_at FROM numbered GROUP BY user_id, system""")
    db.execute(f"""CREATE TEMP TABLE leavers AS SELECT user_id AS leaver, min(left_at) AS left_at FROM accounts
        WHERE {left} GROUP BY user_id""")
    certain = " OR ".join(f"(searched_at >= since{n} AND searched_at < until{n})" for n in range(1, most + 1))
    return f"CASE WHEN {certain} THEN TRUE WHEN searched_at >= doubt THEN NULL ELSE FALSE END"


def searches(db, request, found, is_open):
    """One pass over the searches: the classes of all, and all there is of those that a test may speak of."""
    tests = conditions(request)
    columns = {c for c in HIT if c not in ("known", "opened")}
    rows = careful(request, "searches") if request.careful else trusting(request, "searches", columns)
    unsure = "user_id IS NULL OR searches.system IS NULL" if request.careful else "FALSE"
    joined = f"""SELECT searches.*, CASE WHEN {unsure.replace('user_id', 'searches.user_id')} THEN NULL ELSE spans.user_id IS NOT NULL END AS known,
        {is_open} AS opened, coalesce(spans.left_at, {NEVER}) AS left_at, {classed(request)} AS class
        FROM ({rows}) AS searches LEFT JOIN spans ON searches.user_id = spans.user_id AND searches.system = spans.system"""
    any_test = " OR ".join(f"({test})" for test in tests.values())
    verdict = "IS NOT FALSE" if request.careful else "IS TRUE"
    special = "preserved_case <> '' IS NOT FALSE OR system IS NULL" if request.careful else "preserved_case IS NOT NULL"
    hit = f"class < {FUTURE} AND (searched_at > left_at OR {special} OR (class <> {OUTSIDE} AND ({any_test}) {verdict}))"
    fields = ", ".join(f"{name} := {name}" for name in HIT)
    if request.careful:
        db.execute(f"""CREATE TABLE kept.searches AS SELECT hash({key_of('searches')}) AS key,
            hash({content_of('searches')}) AS content, class, CASE WHEN {hit} THEN struct_pack({fields}) END AS hit
            FROM ({joined})""")
        found.classes = settle(db, "searches", found)
        db.execute("""CREATE TEMP TABLE hits AS SELECT class, unnest(hit) FROM kept.searches
            WHERE hit IS NOT NULL AND rowid NOT IN (SELECT row FROM lost_searches)""")
    else:
        counts = ", ".join(f"count(*) FILTER (class = {n})" for n in range(FUTURE + 1))
        db.execute(f"""CREATE TEMP TABLE passed AS SELECT [{counts}] AS counts,
            list(struct_pack({fields}, class := class)) FILTER ({hit}) AS hits FROM ({joined})""")
        found.classes = Counter(dict(enumerate(db.execute("SELECT counts FROM passed").fetchone()[0])))
        db.execute("CREATE TEMP TABLE hits AS SELECT unnest(hits, recursive := true) FROM passed")
    return tests


def codes(db, request, found, tests):
    """Every code on the few searches that one may speak of."""
    own = "hits LEFT JOIN preserved_cases ON preserved_case = case_id"
    blank, _ = blanks(request)
    for name, sql in (("TRUE", "IS TRUE"), ("NULL", "IS NULL")):
        if name == "NULL" and not request.careful:
            continue
        shown = ", ".join(f"CASE WHEN ({test}) {sql} THEN '{code}' END" for code, test in tests.items())
        for class_, subject, code in db.execute(f"""SELECT class, search_id, code FROM (
                SELECT class, search_id, unnest([{shown}]) AS code FROM hits WHERE class NOT IN ({OUTSIDE}, {FUTURE}))
                WHERE code IS NOT NULL""").fetchall():
            if name == "TRUE":
                found.exception(UNDER[class_], code, subject)
            else:
                found.untestable[UNDER[class_], code] += 1
    for subject, code in db.execute(f"""SELECT search_id, CASE WHEN case_id IS NULL THEN 'preserved_case_unknown'
            WHEN NOT ({blank('reference')}) AND reference <> investigation THEN 'other_investigation' END AS code
            FROM {own} WHERE class = {IN_C} AND code IS NOT NULL""").fetchall():
        found.exception("8.2.6", code, subject)
    if request.careful:
        doubt, withheld = db.execute(f"""SELECT
            count(*) FILTER (class = {IN_C} AND case_id IS NOT NULL AND reference <> '' IS NOT FALSE
                AND (reference <> investigation) IS NULL),
            count(*) FILTER (preserved_case IS NULL AND class NOT IN ({OUTSIDE}, {FUTURE})) FROM {own}""").fetchone()
        found.untestable["8.2.6", "other_investigation"] += doubt + withheld
        found.untestable["8.2.6", "preserved_case_unknown"] += withheld
        found.untestable += Counter()


def logons(db, request, found):
    """The log-ons of those who left, after they did."""
    seen = f'user_id = leaver AND "at" > left_at AND "at" <= {request.as_of}'
    if not request.careful:
        return db.execute(f"""SELECT user_id, "at", outcome
            FROM ({trusting(request, 'logons', {'user_id', 'at', 'outcome'})}) JOIN leavers
            ON {seen} AND outcome = 'success'""").fetchall()
    db.execute(f"""CREATE TABLE kept.logons AS SELECT hash({key_of('logons')}) AS key, hash({content_of('logons')}) AS content,
        CASE WHEN bad THEN {QUARANTINED} WHEN "at" > {request.as_of} THEN {FUTURE} ELSE 0 END::UTINYINT AS class,
        CASE WHEN "at" > left_at AND outcome = 'failure' IS NOT TRUE THEN
            struct_pack(user_id := user_id, "at" := "at", outcome := outcome) END AS hit
        FROM ({careful(request, 'logons')}) LEFT JOIN leavers ON user_id = leaver""")
    settle(db, "logons", found)
    return db.execute("""SELECT unnest(hit) FROM kept.logons WHERE hit IS NOT NULL AND class = 0
        AND rowid NOT IN (SELECT row FROM lost_logons)""").fetchall()


def judge(request):
    found = Found()
    with opened(request) as db:
        for name in ("accounts", "reviews", "preserved_cases"):
            small_set(db, request, name, found)
        tests = searches(db, request, found, account_spans(db, request))
        codes(db, request, found, tests)
        found.logons = rival.rows(("user_id", "at", "outcome"), logons(db, request, found), request.careful)
        hand_over(db, request, found)
    return found


def hand_over(db, request, found):
    """The few rows that the rules over small sets need."""
    def rows(names, sql):
        return rival.rows(names, db.execute(f"SELECT {', '.join(names)} FROM {sql}").fetchall(), request.careful)

    left = f"left_at <> {BLANK} IS NOT FALSE" if request.careful else "left_at IS NOT NULL"
    unsure = "last_access_at IS NULL OR" if request.careful else ""
    found.accounts = rows(ACCOUNT, f"""accounts WHERE {unsure}
        greatest(authorised_at, coalesce(last_access_at, authorised_at)) < {request.dormant_before}
        OR user_id IN (SELECT user_id FROM accounts WHERE {left})""")
    found.reviews = rows(REVIEW, f"reviews WHERE clause IN ({', '.join(map(quoted, REVIEWED))})")
    for review in found.reviews:
        for name in ("window_from", "window_to"):
            if isinstance(review[name], int):
                review[name] = rival.times.add_days(rival.times.EPOCH.date(), review[name])
    special = "preserved_case <> '' IS NOT FALSE" if request.careful else "preserved_case IS NOT NULL"
    found.hits = rows(("search_id", "searched_at", "preserved_case"), f"hits WHERE {special}")
    found.seen = rows(("user_id", "searched_at", "system"),
                      "hits WHERE user_id IN (SELECT leaver FROM leavers)")


if __name__ == "__main__":
    rival.main(judge, f"DuckDB {duckdb.__version__}")
