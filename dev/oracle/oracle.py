#!/usr/bin/env python3
"""A second, independent reading of the standard: judges a folder of CSV evidence and prints the summary."""

import argparse
import csv
import json
import sys

import clauses_access as access
import clauses_audit as audit
import clauses_cameras as cams
import clauses_searches as search
import clauses_systems as systems
import parameters
import times
from intake import Refused, take_in
from rules import Case, Clause, Window

NEEDS = """3.a: reviews auditors appointments; 3.b: reviews auditors accounts; 3.c: reviews auditors accounts;
4.1.1: reports reviews; 4.1.2: cameras clock_checks reviews; 4.1.3: cameras location_checks;
4.2: cameras clock_checks location_checks performance_tests mobile_transfers failures reviews;
5.1.1: cameras deployments performance_tests reviews; 5.1.2: cameras deployments performance_tests;
5.1.3: cameras deployments performance_tests reviews; 5.1.4: cameras deployments performance_tests reviews;
5.1.5: cameras deployments performance_tests; 5.1.6: covert_authorisations;
6.1.1: holdings onward_transfers reviews; 6.1.2: mobile_transfers reviews; 6.1.3: failures reviews;
7.1.1: voi_lists reviews; 7.1.2: voi_lists mobile_lists reviews; 7.1.3: reviews; 8.1: policies reviews;
8.2.1: appointments reviews; 8.2.2.a: accounts reviews; 8.2.2.b: privilege_changes reviews;
8.2.2.c: accounts reviews; 8.2.2.d: accounts logons searches reviews; 8.2.2.e: accounts reviews;
8.2.2.f: logons reviews; 8.2.3.a: holdings reviews; 8.2.3.b: retentions reviews;
8.2.4.a: searches accounts reviews; 8.2.4.b: searches accounts reviews; 8.2.4.c: searches accounts reviews;
8.2.5: searches accounts; 8.2.6: searches preserved_cases; 8.2.7: disclosures reviews;
8.2.8: noncompliances reviews; 8.2.9: audits reviews; 8.2.10: audits reviews; 8.3.1: read_changes reviews;
8.3.3: privileged_accesses reviews appointments; 8.3.4: holdings reviews appointments;
8.3.5: super_admin_sessions reviews appointments"""
NEEDS = {name.strip(): sets.split() for name, sets in (part.split(":") for part in NEEDS.split(";"))}

DECIDED_BY_ALL = ("3.a", "3.b", "3.c", "7.1.3", "8.2.2.c", "8.2.2.d", "8.2.8", "8.2.9", "8.2.10", "8.3.5")


def judge(case):
    clauses = {name: Clause(name) for name in NEEDS}

    def run(name, test):
        test(case, clauses[name])

    audit.section_3(case, clauses)
    run("4.1.1", access.reports)
    run("4.1.2", cams.clocks)
    run("4.1.3", cams.locations)
    run("4.2", cams.annual_return)
    for name in cams.OF_KIND:
        run(name, cams.infrastructure)
    run("5.1.6", cams.covert)
    run("6.1.1", systems.local_storage)
    run("6.1.2", systems.transfers)
    run("6.1.3", systems.failures)
    run("7.1.1", systems.list_deletion)
    run("7.1.2", systems.mobile_lists)
    audit.records_kept(case, clauses)
    run("8.1", access.policy)
    run("8.2.1", access.senior_manager)
    run("8.2.2.a", access.authorisations)
    run("8.2.2.b", access.privilege_changes)
    run("8.2.2.c", access.dormant)
    run("8.2.2.d", access.leavers)
    run("8.2.2.e", access.administrators)
    run("8.2.2.f", access.failed_logons)
    run("8.2.3.a", access.deletion)
    run("8.2.3.b", access.retentions)
    search.searches(case, clauses)
    run("8.2.7", access.disclosures)
    run("8.2.8", audit.noncompliances)
    run("8.2.9", audit.audit_records)
    run("8.3.1", access.read_changes)
    access.national(case, clauses)
    audit.sampled_audits(case, clauses)
    for clause in clauses.values():
        clause.state = clause.state or state(case, clause)
    return clauses


def state(case, clause):
    if clause.found:
        return "exceptions"
    whole = all(case.evidence.whole(name) for name in NEEDS[clause.name])
    if clause.population == 0 and not clause.untestable:
        if clause.arises is False or clause.name in DECIDED_BY_ALL and whole and not clause.perhaps:
            return "not_applicable"
    doubted = clause.arises == "unknown" or clause.perhaps and clause.population == 0
    if clause.untestable or not whole or doubted:
        return "not_evidenced"
    return "clear"


def summary(case, clauses):
    return {
        "as_of": times.show_instant(case.window.as_of), "from": times.show_instant(case.window.start),
        "inputs": case.evidence.inputs,
        "clauses": [{
            "clause": c.name, "state": c.state, "population": c.population, "sample_size": c.sample,
            "due": c.due.isoformat() if c.due else None, "codes": c.codes(),
            "untestable": dict(sorted(c.untestable.items()))} for c in clauses.values()],
    }


def exceptions(clauses):
    rows = [(c.name, *found, late) for c in clauses.values() for found, late in c.found.items()]
    return sorted(rows, key=lambda row: [text.encode() for text in row[:5]])


def write_exceptions(path, clauses):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["clause", "code", "subject", "due", "done", "days_late", "detail"])
        out.writerows([*row, ""] for row in exceptions(clauses))


def check(folder, start, as_of, parameters_file=None):
    as_of = times.argument(as_of)
    window = Window(times.argument(start) if start else times.wall_months_before(as_of, 12), as_of)
    evidence = take_in(folder, window)
    case = Case(evidence, window, parameters.read(parameters_file))
    return case, judge(case)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--from", dest="start")
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--parameters")
    parser.add_argument("--exceptions")
    parser.add_argument("--format", default="json", choices=["json"])
    options = parser.parse_args(arguments)
    try:
        case, clauses = check(options.folder, options.start, options.as_of, options.parameters)
    except (Refused, ValueError, OSError) as problem:
        print(f"oracle: {problem}", file=sys.stderr)
        return 1
    if options.exceptions:
        write_exceptions(options.exceptions, clauses)
    json.dump(summary(case, clauses), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
