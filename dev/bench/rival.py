"""What both rivals share: the request, the exceptions they hand back, and the rules over sets that stay small.

The engines do what grows with use: reading, trimming, masking, keys, every test on searches and log-ons. What is
left (some thousands of reviews, leavers, dormant accounts and searches of preserved data) is judged here, by the
oracle's rules, the same for both.
"""

import argparse
import csv
import hashlib
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))

import clauses_access as access  # noqa: E402
import clauses_audit as audit  # noqa: E402
import clauses_searches as search  # noqa: E402
import parameters  # noqa: E402
import times  # noqa: E402
from evidence_sets import SETS  # noqa: E402
from intake import WHITE_SPACE, WITHHELD, Evidence, Row  # noqa: E402, F401
from rules import Case, Clause, Period, Window, star_cadence  # noqa: E402

READ = ("searches", "logons", "accounts", "reviews", "preserved_cases")
CLAUSES = ("8.2.2.c", "8.2.2.d", "8.2.4.a", "8.2.4.b", "8.2.4.c", "8.2.6")
REVIEWED = ("8.2.2.c", "8.2.2.d", "8.2.4.a", "8.2.4.b", "8.2.4.c")
# In the engines an instant or a count is a whole number: these two stand for none, and for one that is no value.
BLANK, BAD = -9_000_000_000_000_000_000, -9_000_000_000_000_000_001
NEVER = 9_000_000_000_000_000_000
MASK = r"[*#█](?:[*#█ ]*[*#█])?|(?i:redacted|\[redacted\]|withheld)"
INSTANT = r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})"
CONTROL = r"[\x00-\x1f\x7f-\x{9f}]"
FIRST_INSTANT = times.parse_instant("1600-01-01T00:00:00Z")
LAST_INSTANT = times.parse_instant("9990-12-31T23:59:59.999999Z")
# How a search is classed: outside the window, the classes of 8.2.4, unknown; and rows that are not judged at all.
OUTSIDE, ONLY_A, ONLY_B, A_AND_B, IN_C, UNCLASSED, FUTURE, QUARANTINED = range(8)
UNDER = {ONLY_A: "8.2.4.a", ONLY_B: "8.2.4.b", A_AND_B: "8.2.4.b", IN_C: "8.2.4.c", UNCLASSED: "8.2.4.a"}
COUNTED = ("rows", "accepted", "quarantined", "duplicate", "conflicting", "future")


class Request:
    """What was asked for, with everything understood."""

    def __init__(self, options):
        self.folder, self.careful = options.folder, options.form == "careful"
        self.as_of = times.argument(options.as_of)
        start = times.argument(options.start) if options.start else times.wall_months_before(self.as_of, 12)
        self.start, self.window = start, Window(start, self.as_of)
        self.p = parameters.read(options.parameters)
        self.threads, self.scratch = options.threads, options.scratch
        self.recent = self.p["recent_days"] * times.DAY
        self.ranks = sorted({parameters.bare(r) for r in self.p["authority_ranks_older"]})
        self.maxima = {purpose: int(days * times.DAY) for purpose, days in self.p["search_span_max_days"].items()}
        # Nobody authorised or seen later than this can have been dormant for long enough.
        self.dormant_before = self.as_of - (self.p["dormant_days"] - 1) * times.DAY

    def path(self, name):
        for ending in ("csv", "parquet"):
            path = os.path.join(self.folder, f"{name}.{ending}")
            if os.path.exists(path):
                return path
        sys.exit(f"{self.folder}: neither {name}.csv nor {name}.parquet is there")

    def is_csv(self, name):
        return self.path(name).endswith(".csv")

    def header(self, name):
        with open(self.path(name), newline="", encoding="utf-8-sig") as file:
            return next(csv.reader(file))


class Found:
    """What a rival found: exceptions, untestable rows, and what became of the rows of each set."""

    def __init__(self):
        self.exceptions, self.untestable, self.inputs = set(), Counter(), {}
        self.classes = Counter()
        self.hits, self.seen, self.logons, self.accounts, self.reviews = [], [], [], [], []

    def exception(self, clause, code, subject):
        self.exceptions.add((clause, code, subject, "", ""))


def rows(names, tuples, careful):
    """Rows of the engine as the oracle's rules want them."""
    def cell(value):
        if value is None:
            return WITHHELD if careful else None
        return None if value == "" or value == BLANK else value
    return [Row(zip(names, map(cell, values))) for values in tuples]


def small_sets(request, found):
    """The event rules, the leavers, the dormant, the cadence and the records of the sampled audits."""
    evidence = Evidence()
    evidence.rows = {"accounts": found.accounts, "reviews": found.reviews, "logons": found.logons,
                     "searches": found.seen, "preserved_cases": []}
    case = Case(evidence, request.window, request.p)
    clauses = {name: Clause(name) for name in CLAUSES}
    access.dormant(case, clauses["8.2.2.c"])
    access.leavers(case, clauses["8.2.2.d"])
    evidence.rows["searches"] = found.hits
    search.each_preserved_access(case, clauses["8.2.4.c"])
    count = found.classes
    doubt = count[UNCLASSED] or found.inputs.get("searches", {}).get("quarantined", 0)
    for name, population in (("8.2.4.a", count[ONLY_A] + count[A_AND_B]), ("8.2.4.b", count[ONLY_B] + count[A_AND_B])):
        if population or doubt:
            star_cadence(case, clauses[name], Period(months=3))
    sampled(case, clauses)
    for name, clause in clauses.items():
        found.exceptions.update((name, *key) for key in clause.found)
        for code, times_ in clause.untestable.items():
            found.untestable[name, code] += times_
    if count[UNCLASSED]:
        found.untestable["8.2.4.a", "period_unknown"] += count[UNCLASSED]
        found.untestable["8.2.4.b", "period_unknown"] += count[UNCLASSED]


def sampled(case, clauses):
    for name, rate in (("8.2.4.a", "rate_recent_searches"), ("8.2.4.b", "rate_older_searches")):
        days = sorted(times.day(at) for at in case.reviewed(name, "*"))
        for review in case.reviews_in_window():
            if review.clause == name and review.subject == "*":
                audit.sampled_audit(case, clauses[name], review, case.p[rate], days)


class Hashing:
    """SHA-256 of the inputs, beside the query as an expert would: hashlib lets other threads run."""

    def __init__(self, request, wanted):
        paths = [request.path(name) for name in READ] if wanted else []
        self.pool = ThreadPoolExecutor(max_workers=1)
        self.digests = {os.path.basename(path): self.pool.submit(digest, path) for path in paths}

    def done(self):
        return {name: job.result() for name, job in self.digests.items()}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(judge, engine):
    """Runs one rival: `judge(request)` gives what it found."""
    parser = argparse.ArgumentParser(description=f"The tests of 8.2.2.c, 8.2.2.d and 8.2.4 to 8.2.6 in {engine}.")
    parser.add_argument("folder")
    parser.add_argument("--form", choices=["trusting", "careful"], required=True)
    parser.add_argument("--from", dest="start")
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--parameters")
    parser.add_argument("--exceptions", required=True, help="where the exceptions go, as CSV")
    parser.add_argument("--sha256", action="store_true", help="hash the inputs as well, as Custodes always does")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scratch", help="a folder for what does not fit in memory")
    options = parser.parse_args()
    request = Request(options)
    began = time.perf_counter()
    hashing = Hashing(request, options.sha256)
    found = judge(request)
    small_sets(request, found)
    with open(options.exceptions, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["clause", "code", "subject", "due", "done"])
        out.writerows(sorted(found.exceptions))
    untestable = {}
    for (clause, code), count in sorted(found.untestable.items()):
        untestable.setdefault(clause, {})[code] = count
    json.dump({"engine": engine, "exceptions": len(found.exceptions), "untestable": untestable,
               "inputs": found.inputs, "sha256": hashing.done(),
               "seconds": round(time.perf_counter() - began, 3)}, sys.stdout, indent=1)
    print()
