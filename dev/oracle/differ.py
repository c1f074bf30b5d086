#!/usr/bin/env python3
"""Runs a program and the oracle on made-up forces and lists what differs.

    differ.py PROGRAM [--seeds A-B] [--size small|medium] [--keep FOLDER] [--limit N]
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

from force import write_force

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = ("clause", "code", "subject", "due", "done", "days_late")
INPUT = ("set", "sha256", "rows", "accepted", "quarantined", "duplicate", "conflicting", "future")
CLAUSE = ("state", "population", "sample_size", "due", "codes", "untestable")


def run(command, arguments, folder, name):
    """(status, summary, exceptions, messages) of one program."""
    out = os.path.join(folder, f"{name}-exceptions.csv")
    if os.path.exists(out):
        os.remove(out)
    done = subprocess.run([*command, "check", *arguments, "--format", "json", "--exceptions", out], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    if done.returncode != 0:
        return done.returncode, {}, [], done.stderr.strip()
    with open(out, newline="", encoding="utf-8-sig") as file:
        found = [tuple(row[k] or "" for k in KEY) for row in csv.DictReader(file)]
    with open(os.path.join(folder, f"{name}-summary.json"), "w", encoding="utf-8") as file:
        file.write(done.stdout)
    return 0, json.loads(done.stdout), found, ""


def differences(mine, theirs):
    """Lines that say what the program and the oracle say differently."""
    if mine[0] or theirs[0]:
        if mine[0] == theirs[0]:
            return
        yield f"the program ended with {mine[0]} ({mine[3][-300:]}), the oracle with {theirs[0]} ({theirs[3][-300:]})"
        return
    yield from of_exceptions(mine[2], theirs[2])
    for part, key, fields in (("inputs", "file", INPUT), ("clauses", "clause", CLAUSE)):
        have = {x[key]: x for x in mine[1].get(part, [])}
        want = {x[key]: x for x in theirs[1][part]}
        for name in sorted(have.keys() ^ want.keys()):
            yield f"{part}: {name} is only in the {'program' if name in have else 'oracle'}"
        for name in want.keys() & have.keys():
            for field in fields:
                a, b = have[name].get(field), want[name].get(field)
                if a != b and (a or None) != (b or None):
                    yield f"{part}: {name}.{field}: the program says {a}, the oracle {b}"


def of_exceptions(mine, theirs):
    for row in sorted(set(mine) - set(theirs)):
        yield "exceptions: only the program has " + ", ".join(row)
    for row in sorted(set(theirs) - set(mine)):
        yield "exceptions: only the oracle has " + ", ".join(row)
    if len(mine) != len(set(mine)):
        yield "exceptions: the program lists one twice"
    if mine != sorted(mine, key=lambda row: [cell.encode() for cell in row[:4]]):
        yield "exceptions: the program's are not in byte order of clause, code, subject, due"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seeds", default="1-50")
    parser.add_argument("--size", choices=["small", "medium"], default="small")
    parser.add_argument("--keep", help="a folder that keeps each force and both answers")
    parser.add_argument("--limit", type=int, default=30, help="differences shown of each force")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    passed = failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        for seed in range(int(first), int(last or first) + 1):
            folder = os.path.join(options.keep or temporary, f"{options.size}-{seed}")
            shutil.rmtree(os.path.join(folder, "evidence"), ignore_errors=True)
            arguments = write_force(seed, options.size, folder)
            theirs = run([os.path.join(HERE, "check")], arguments, folder, "oracle")
            mine = run([os.path.abspath(options.program)], arguments, folder, "program")
            found = sorted(differences(mine, theirs))
            passed, failed = passed + (not found), failed + bool(found)
            if found:
                print(f"seed {seed} ({' '.join(arguments)}): {len(found)} differences")
                print("".join(f"  {line}\n" for line in found[:options.limit]), end="", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
