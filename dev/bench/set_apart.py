#!/usr/bin/env python3
"""Lists the searches about which a reader that trusts its input must err: those with a cell that is masked, or
without a required value. The trusting form is compared on all the others. Not timed.

    set_apart.py EVIDENCE_DIR OUT
"""

import os
import sys

import duckdb

from rival import MASK, SETS


def main(folder, out):
    path = next(p for p in (os.path.join(folder, f"searches.{e}") for e in ("csv", "parquet")) if os.path.exists(p))
    read = (f"read_csv('{path}', all_varchar = true, header = true)" if path.endswith(".csv")
            else f"read_parquet('{path}')")
    odd = [f"regexp_full_match(CAST({c.name} AS VARCHAR), '\\s*(?:{MASK})\\s*')" for c in SETS["searches"]
           if path.endswith(".csv") or c.values or c.kind in ("id", "text")]
    odd += [f"{c.name} IS NULL" for c in SETS["searches"] if c.required]
    db = duckdb.connect()
    db.execute("SET threads = 2")
    found = db.execute(f"SELECT DISTINCT search_id FROM {read} WHERE {' OR '.join(odd)} ORDER BY 1").fetchall()
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(f"{subject}\n" for subject, in found if subject is not None)


if __name__ == "__main__":
    main(*sys.argv[1:])
