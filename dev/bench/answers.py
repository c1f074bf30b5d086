"""The answers of the contenders, in one form, and what differs between two of them."""

import csv
import hashlib
from collections import namedtuple

from rival import CLAUSES, COUNTED, READ

# exceptions: set of (clause, code, subject, due, done); untestable, inputs: dicts, or None where not asked for.
Answer = namedtuple("Answer", "exceptions untestable inputs")

SHOWN = 5


def exceptions(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return {(r["clause"], r["code"], r["subject"], r["due"], r["done"]) for r in rows if r["clause"] in CLAUSES}


def of_custodes(said, path):
    """The answer of `custodes check --format json --exceptions PATH`, or of the oracle."""
    inputs = {}
    for file in said["inputs"]:
        if file["set"] in READ:
            counts = inputs.setdefault(file["set"], dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                counts[name] += file[name]
    untestable = {c["clause"]: c["untestable"] for c in said["clauses"] if c["clause"] in CLAUSES and c["untestable"]}
    return Answer(exceptions(path), untestable, inputs)


def of_rival(said, path):
    return Answer(exceptions(path), said["untestable"], said["inputs"])


def of_key(path):
    """The planted departures: exceptions only."""
    return Answer(exceptions(path), None, None)


def digest(found):
    """SHA-256 over the sorted exceptions."""
    return hashlib.sha256("\n".join("\t".join(row) for row in sorted(found)).encode()).hexdigest()


def without(answer, subjects):
    return answer._replace(exceptions={row for row in answer.exceptions if row[2] not in subjects})


def difference(wanted, got, whole=True):
    """Lines that say where the second answer departs from the first; none when they are equal."""
    lines = []
    for what, rows in (("lacks", wanted.exceptions - got.exceptions), ("invents", got.exceptions - wanted.exceptions)):
        lines += [f"{what} {' '.join(filter(None, row))}" for row in sorted(rows)[:SHOWN]]
        if len(rows) > SHOWN:
            lines.append(f"{what} {len(rows) - SHOWN} more")
    if not whole:
        return lines
    for clause in CLAUSES:
        first, second = wanted.untestable.get(clause, {}), got.untestable.get(clause, {})
        if first != second:
            lines.append(f"untestable of {clause}: {first} wanted, {second} found")
    for name in READ:
        first, second = wanted.inputs.get(name), got.inputs.get(name)
        if first != second:
            lines.append(f"rows of {name}: {first} wanted, {second} found")
    return lines
