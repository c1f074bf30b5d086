"""Takes a folder of CSV evidence in: files to sets, cells to types, bad and repeated rows set apart."""

import csv
import hashlib
import io
import math
import os
import re
import sys
import unicodedata

import times
from evidence_sets import SETS

csv.field_size_limit(1 << 30)

WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


class Refused(Exception):
    """The evidence cannot be read at all."""


class Unknown:
    """A cell that is neither a value nor blank."""

    def __init__(self, word):
        self.word = word

    def __repr__(self):
        return self.word


WITHHELD = Unknown("withheld")
NOT_EXPORTED = Unknown("not exported")


def unknown(value):
    return isinstance(value, Unknown)


def known(value):
    """A real value: neither blank nor unknown."""
    return value is not None and not isinstance(value, Unknown)


class Row(dict):
    __getattr__ = dict.__getitem__


_MASK = re.compile(r"[*#█](?:[*#█ ]*[*#█])?")
_MASK_WORDS = {"redacted", "[redacted]", "withheld"}
# What spreadsheets leave where a formula failed.
_ERRORS = {"#n/a", "#ref!", "#name?", "#value!", "#div/0!", "#null!", "#num!", "#getting_data", "#spill!", "#calc!",
           "#field!", "#blocked!", "#connect!", "#unknown!", "#data!"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INT = re.compile(r"[+-]?\d+", re.ASCII)


def is_withheld(column, cell):
    if column.star_is_a_value and cell == "*":
        return False
    return bool(_MASK.fullmatch(cell)) or cell.lower() in _MASK_WORDS or cell.lower() in _ERRORS


def number(cell):
    if not _NUMBER.fullmatch(cell):
        raise ValueError("not a number")
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError("a number too large")
    return value


def integer(cell):
    if not _INT.fullmatch(cell):
        raise ValueError("not an integer")
    value = int(cell)
    if not -2**63 <= value < 2**63:
        raise ValueError("an integer too large")
    return value


def _within(value, low, high):
    if not low <= value <= high:
        raise ValueError(f"not between {low} and {high}")
    return value


def identifier(cell):
    if len(cell) > 200 or any(unicodedata.category(c) == "Cc" for c in cell):
        raise ValueError("not an id")
    return cell


def day_cell(cell):
    try:
        return times.parse_date(cell)
    except ValueError:
        return times.day(times.parse_instant(cell))


PARSERS = {
    "id": identifier,
    "text": str,
    "number": number,
    "latitude": lambda cell: _within(number(cell), -90, 90),
    "longitude": lambda cell: _within(number(cell), -180, 180),
    "int": integer,
    "count": lambda cell: _within(integer(cell), 0, 2**63),
    "instant": times.parse_instant,
    "date": day_cell,
}


def parse(column, cell):
    if column.kind == "enum":
        folded = cell.lower().replace("-", "_").replace(" ", "_")
        if folded not in column.values:
            raise ValueError("not one of " + ", ".join(column.values))
        return folded
    if column.date_means_end_of_day:
        try:
            return times.end_of_day(times.parse_date(cell))
        except ValueError:
            pass
    return PARSERS[column.kind](cell)


class Bad(Exception):
    def __init__(self, column, value, reason):
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def typed(columns, places, cells, width):
    """One row in its types; raises Bad where it is to be quarantined."""
    if len(cells) != width:
        raise Bad("", "", f"{len(cells)} cells where the header has {width}")
    for cell in cells:
        if any("\ud800" <= c <= "\udfff" for c in cell):
            raise Bad("", "", "bytes that are not UTF-8")
    row = Row()
    for column in columns:
        place = places.get(column.name)
        if place is None:
            row[column.name] = NOT_EXPORTED
            continue
        cell = cells[place].strip(WHITE_SPACE)
        if cell == "":
            if column.required:
                raise Bad(column.name, "", "a required value is blank")
            row[column.name] = None
        elif is_withheld(column, cell):
            if column.key or column.deciding:
                raise Bad(column.name, cell, "a key or deciding time is withheld")
            row[column.name] = WITHHELD
        else:
            try:
                row[column.name] = parse(column, cell)
            except (ValueError, OverflowError) as problem:
                raise Bad(column.name, cell, str(problem)) from None
    return row


def decode(data, where):
    if not data:
        raise Refused(f"{where}: the file is empty")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "surrogatepass")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def fold_header(name):
    return re.sub(r"[\s_-]", "", name).casefold()


def table(data, where):
    """The header and the data rows of a CSV file; empty lines are not rows."""
    text = decode(data, where)
    told = re.match(r"\"?sep=([!#-/:-@\[-`{-~\t])\"?[ \r]*(?:\n|$)", text, re.IGNORECASE)
    text = text[told.end():] if told else text
    first_line = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    separator = told[1] if told else max(",;\t", key=first_line.count)
    rows = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if r]
    if not rows:
        raise Refused(f"{where}: no header")
    try:
        next(r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if r)
    except csv.Error:
        raise Refused(f"{where}: a quotation mark in the header does not close") from None
    if any(separator in name and re.search(r"[\r\n]", name) for name in rows[0]):
        raise Refused(f"{where}: a quotation mark in the header takes in rows")
    return rows[0], rows[1:]


def find_columns(columns, header, where):
    places = {}
    for column in columns:
        found = [i for i, name in enumerate(header) if fold_header(name) == fold_header(column.name)]
        if len(found) > 1:
            raise Refused(f"{where}: two headers are {column.name}")
        if found:
            places[column.name] = found[0]
        elif column.required:
            raise Refused(f"{where}: the column {column.name} is missing")
    return places


def _letter_or_digit(character):
    return character != "" and (unicodedata.category(character)[0] == "L" or unicodedata.category(character) == "Nd")


def set_of(path):
    """The set that a file belongs to by its stem, else by its nearest folder."""
    parts = path.split("/")
    for part in [parts[-1].split(".")[0], *reversed(parts[:-1])]:
        for name in sorted(SETS, key=len, reverse=True):
            begins = re.match(name.replace("_", r"[\s_-]*"), part, re.IGNORECASE)
            if begins and not _letter_or_digit(part[begins.end():begins.end() + 1]):
                return name
    return None


class Evidence:
    """rows: set name → accepted rows, in order; a set with no file is not in it."""

    def __init__(self):
        self.rows, self.inputs, self.quarantine = {}, [], []
        self.not_whole = set()

    def whole(self, name):
        return name in self.rows and name not in self.not_whole


# What programs and people leave beside tables: it holds no rows.
_NO_TABLE = re.compile(r"\..*|_success|_(?:committed|started)_.*|thumbs\.db|desktop\.ini|(?:readme|license).*|"
                       r".*\.(?:md|crc|md5|sha1|sha256|sha512)", re.IGNORECASE | re.DOTALL)


def paths_in(folder):
    found = []
    for top, _, files in os.walk(folder, followlinks=True):
        for name in files:
            found.append(os.path.relpath(os.path.join(top, name), folder).replace(os.sep, "/"))
    return sorted(found, key=os.fsencode)


def take_in(folder, window):
    """window: what holds as_of, as_of_date, first and last."""
    evidence = Evidence()
    gathered = {}
    for path in paths_in(folder):
        name, own = set_of(path), path.split("/")[-1]
        if own.lower() == "manifest.csv":
            continue
        if name is None:
            print(f"{path}: of no set", file=sys.stderr)
            continue
        if not own.lower().endswith(".csv"):
            if _NO_TABLE.fullmatch(own):
                continue
            raise Refused(f"{path}: of the set {name}, and not CSV")
        with open(os.path.join(folder, path), "rb") as file:
            data = file.read()
        read_file(evidence, gathered.setdefault(name, []), name, path, data)
    if not gathered:
        raise Refused(f"{folder}: no evidence")
    for name, rows in gathered.items():
        evidence.rows[name] = settle(name, rows, window)
    if os.path.exists(os.path.join(folder, "manifest.csv")):
        apply_manifest(evidence, folder, window)
    return evidence


def read_file(evidence, gathered, name, path, data):
    header, rows = table(data, path)
    columns = SETS[name]
    places = find_columns(columns, header, path)
    counts = {"file": path, "set": name, "sha256": hashlib.sha256(data).hexdigest(), "rows": len(rows),
              "accepted": 0, "quarantined": 0, "duplicate": 0, "conflicting": 0, "future": 0}
    evidence.inputs.append(counts)
    for cells in rows:
        try:
            gathered.append((typed(columns, places, cells, len(header)), counts))
        except Bad as bad:
            counts["quarantined"] += 1
            evidence.quarantine.append((path, bad.column, bad.value, bad.reason))
            evidence.not_whole.add(name)


def settle(name, rows, window):
    """Repeated keys, then rows later than as_of, then endings that have not happened."""
    columns = SETS[name]
    key = [c.name for c in columns if c.key]
    standing = {}
    for row, counts in rows:
        standing[tuple(row[c] for c in key)] = row
    accepted = []
    for row, counts in rows:
        last = standing[tuple(row[c] for c in key)]
        if last is not row:
            counts["duplicate" if dict(row) == dict(last) else "conflicting"] += 1
        elif any(later(row[c.name], window) for c in columns if c.deciding):
            counts["future"] += 1
        else:
            counts["accepted"] += 1
            accepted.append(row)
    for row in accepted:
        for column in columns:
            if column.ending and later(row[column.name], window):
                row[column.name] = None
    return accepted


def later(value, window):
    if not known(value):
        return False
    return value > window.as_of if isinstance(value, int) else value > window.as_of_date


def apply_manifest(evidence, folder, window):
    with open(os.path.join(folder, "manifest.csv"), "rb") as file:
        header, rows = table(file.read(), "manifest.csv")
    places = {fold_header(name): i for i, name in enumerate(header)}
    for name in ("file", "rows", "sha256", "period_from", "period_to"):
        if sum(fold_header(have) == fold_header(name) for have in header) > 1:
            raise Refused(f"manifest.csv: two columns are {name}")

    def cell(row, name):
        place = places.get(fold_header(name))
        return row[place].strip(WHITE_SPACE) if place is not None else ""

    for row in rows:
        if bool(cell(row, "period_from")) != bool(cell(row, "period_to")):
            raise Refused(f"manifest.csv: half a period of {cell(row, 'file')}")
    stated = {cell(row, "file"): row for row in rows}
    have = {i["file"]: i for i in evidence.inputs}
    for path, row in stated.items():
        if path not in have:
            raise Refused(f"manifest.csv: {path} did not come")
        if cell(row, "rows") and int(cell(row, "rows")) != have[path]["rows"]:
            raise Refused(f"manifest.csv: {path} has {have[path]['rows']} rows, {cell(row, 'rows')} were stated")
        if cell(row, "sha256") and cell(row, "sha256").lower() != have[path]["sha256"]:
            raise Refused(f"manifest.csv: {path} has another SHA-256")
    for name in evidence.rows:
        files = [i["file"] for i in evidence.inputs if i["set"] == name]
        periods = [(cell(stated[f], "period_from"), cell(stated[f], "period_to")) for f in files if f in stated]
        if len(periods) == len(files) and all(a and b for a, b in periods):
            if not covers([(times.parse_date(a), times.parse_date(b)) for a, b in periods], window):
                evidence.not_whole.add(name)


def covers(periods, window):
    reached = window.first
    for start, end in sorted(periods):
        if start > reached:
            break
        if end >= reached:
            reached = times.add_days(end, 1)
    return reached > window.last
