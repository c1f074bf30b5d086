#!/usr/bin/env python3
"""Makes a small made-up force whose evidence is dense with departures and with values exactly on a limit.

    force.py --seed N --size small|medium OUT_DIR

writes OUT_DIR/evidence, OUT_DIR/parameters.toml (sometimes) and OUT_DIR/arguments.txt, the arguments of `check`
as it is called from OUT_DIR. The same seed and size give the same bytes.
"""

import argparse
import csv
import hashlib
import io
import os
import random
from datetime import date, timedelta

import force_people
import force_rows
import parameters
import times
from evidence_sets import SETS

US = 1
MASKS = ("***", "*", "###", "█", "* * *", "REDACTED", "[redacted]", "Withheld", " *** ")
DAYS_OF_NOTE = (date(2024, 2, 29), date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 29), date(2025, 8, 31),
                date(2026, 2, 28), date(2026, 10, 1), date(2026, 10, 25), date(2025, 12, 31), date(2026, 5, 31))
WINDOWS = (760, 365, 365, 366, 400, 182, 92, 61, 31, 30, 29, 14, 7, 2)


class Scene:
    """The window, the parameters, and the ways to draw times, cells and choices."""

    def __init__(self, seed, size):
        self.random = random.Random(f"{seed}/{size}")
        self.size = 1 if size == "small" else 6
        self.today = self.pick(DAYS_OF_NOTE) + timedelta(days=self.pick((0, 0, 0, 1, -1, 17)))
        first = self.today - timedelta(days=self.pick(WINDOWS))
        self.as_of, self.as_of_text = self.edge(self.today)
        self.start, self.start_text = self.edge(first)
        if self.start >= self.as_of:
            self.start, self.start_text = times.midnight(first), first.isoformat()
        self.first, self.today = times.day(self.start), times.day(self.as_of)
        self.parameters_text, self.p = None, dict(parameters.DEFAULTS)
        self.mask_rate = self.pick((0, 0, 0.004, 0.02, 0.06))
        self.blank_rate = self.pick((0, 0, 0.02, 0.08))
        self.rows = {name: [] for name in SETS}

    def edge(self, day):
        """One end of the window: a date, or an instant near its midnight, or any instant of that day."""
        how = self.random.random()
        if how < 0.55:
            return times.midnight(day), day.isoformat()
        at = times.midnight(day) + self.pick((0, 1, -1, times.HOUR, 90 * 60 * times.SECOND + 500_000,
                                              self.random.randrange(times.DAY)))
        return at, times.show_instant(at)

    def pick(self, choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def count(self, number):
        return max(1, round(number * self.size * self.random.uniform(0.6, 1.4)))

    def near(self, instant):
        """The instant itself, a microsecond beside it, or a little further off."""
        return instant + self.pick((0, 0, -US, US, -times.SECOND, times.SECOND, -times.HOUR, times.HOUR,
                                    -times.DAY, times.DAY))

    def near_day(self, day):
        return day + timedelta(days=self.pick((0, 0, -1, 1, 1, -2, 5)))

    def instant(self, early=0):
        """Mostly in the window; `early` is how often it lies well before it."""
        if self.chance(early):
            return self.start - self.random.randrange(1, 900 * times.DAY)
        how = self.random.random()
        if how < 0.08:
            return self.near(self.start)
        if how < 0.14:
            return self.near(self.as_of)
        if how < 0.16:
            return self.as_of + self.random.randrange(1, 40 * times.DAY)
        if how < 0.22:
            return self.near(times.midnight(self.day()))
        return self.random.randrange(self.start, self.as_of)

    def day(self, early=0):
        if self.chance(early):
            return self.first - timedelta(days=self.random.randrange(1, 900))
        how = self.random.random()
        if how < 0.1:
            return self.near_day(self.first)
        if how < 0.2:
            return self.near_day(self.today)
        return self.first + timedelta(days=self.random.randrange((self.today - self.first).days + 1))

    def on_day(self, day):
        """An instant of that London day, often its very first or last."""
        start, end = times.midnight(day), times.end_of_day(day)
        return self.pick((start, end, self.random.randrange(start, end), self.random.randrange(start, end)))

    def add(self, set_name, **cells):
        self.rows[set_name].append(cells)

    def ids(self, prefix, number):
        return [f"{prefix}{n:03d}" for n in range(number)]

    def note(self, *words):
        """A free text: one of the words or something plain."""
        return self.pick(words + ("as agreed", "seen, nothing to add"))


def write_instant(scene, at):
    """The same instant, spelled in one of the ways that are allowed."""
    offset = scene.pick((0, 0, 0, 60, 60, -330, 345))
    seconds, fraction = divmod(at + offset * 60 * times.SECOND, times.SECOND)
    moment = times.EPOCH + timedelta(seconds=seconds)
    text = moment.strftime("%Y-%m-%d") + scene.pick("TTTTt ") + moment.strftime("%H:%M:%S")
    if fraction or scene.chance(0.1):
        text += f".{fraction:06d}"
        text = text + scene.pick(("", "", "999")) if scene.chance(0.3) else text.rstrip("0") + "0"
    if offset == 0:
        return text + scene.pick(("Z", "Z", "z", "+00:00", "-00:00"))
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    return f"{text}{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def write_cell(scene, column, value):
    if value is None:
        return ""
    if isinstance(value, date):
        if column.kind == "date" and scene.chance(0.08):
            return write_instant(scene, scene.on_day(value))
        return value.isoformat()
    if column.kind == "instant":
        return write_instant(scene, value)
    if column.kind == "enum":
        text = value.replace("_", scene.pick("_- "))
        return scene.pick((text, text, text.upper(), text.title()))
    if isinstance(value, float):
        return scene.pick((repr(value), f"{value:e}")) if float(f"{value:e}") == value else repr(value)
    return str(value)


def blemish(scene, column, text):
    """Now and then a cell is withheld or blank, or has white space around it."""
    if not (column.key or column.deciding):
        # Which camera or system a row is about at all is not hidden: what then holds of it is told of
        # in docs/decisions/0006.
        if column.name not in ("installed_on", "scope") and scene.chance(scene.mask_rate):
            return scene.pick(MASKS[:-1] if not column.star_is_a_value else ("***", "REDACTED"))
        if not column.required and scene.chance(scene.blank_rate):
            return scene.pick(("", "", " ", "\u00a0"))
    return f" {text}\u2003" if text and scene.chance(0.01) else text


SPOILT = {"id": "x" * 201, "number": "1,5", "latitude": "91", "longitude": "-180.5", "int": "2.0", "count": "-1",
          "instant": "2026-02-03T10:00:00", "date": "2026-02-30", "enum": "other kind"}


def table(scene, name):
    """The written rows of a set, some repeated, some in conflict, some broken; and its columns."""
    columns = [c for c in SETS[name] if c.required or not scene.chance(0.03)]
    if scene.chance(0.4):
        scene.random.shuffle(columns)
    rows = []
    for row in scene.rows[name]:
        cells = {c.name: blemish(scene, c, write_cell(scene, c, row.get(c.name))) for c in columns}
        rows.append(cells)
        if scene.chance(0.01):
            other = {c.name: write_cell(scene, c, row.get(c.name)) for c in columns}
            rows.append(scene.pick((dict(cells), other)))
        if scene.chance(0.01):
            twin, spare = dict(cells), scene.pick(scene.rows[name])
            for column in columns:
                if not column.key and scene.chance(0.5):
                    twin[column.name] = write_cell(scene, column, spare.get(column.name))
            rows.append(twin)
    if scene.chance(0.15):
        for _ in range(scene.pick((1, 1, 2))):
            rows.append(spoil(scene, columns, dict(scene.pick(rows)) if rows else {}))
    if scene.chance(0.7):
        scene.random.shuffle(rows)
    return columns, rows


def spoil(scene, columns, cells):
    column = scene.pick([c for c in columns if c.kind != "text"] or columns)
    cells[column.name] = "" if column.required and scene.chance(0.3) else SPOILT.get(column.kind, "")
    if (column.key or column.deciding) and scene.chance(0.3):
        cells[column.name] = scene.pick(MASKS)
    return cells


def write_csv(scene, path, columns, rows):
    delimiter = scene.pick(",,,;\t")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=scene.pick(("\n", "\r\n")))
    style = scene.pick((str, str, str.upper, lambda n: n.replace("_", " ").title(), lambda n: n.replace("_", "-")))
    header = [style(c.name) for c in columns]
    extra = scene.pick((None, None, "lea", "not asked for"))
    writer.writerow(header + ([extra] if extra else []))
    for row in rows:
        cells = [row.get(c.name, "") for c in columns] + (["north"] if extra else [])
        if scene.chance(0.0005):
            cells.append("one too many")
        writer.writerow(cells)
        if scene.chance(0.002):
            out.write("\n")
    data = scene.pick(("", "", "", "\ufeff")).encode() + out.getvalue().encode()
    broken = scene.chance(0.01)
    if broken:
        data += b"\xffA" + delimiter.encode() * (len(header) - 1 + bool(extra)) + b"\n"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    rows = [r for r in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter) if r]
    return data, len(rows) - 1 + broken


def thin(scene):
    """Leaves so few rows of each set that most clauses have one departure or none."""
    for name, rows in scene.rows.items():
        if name not in ("appointments", "auditors") or scene.chance(0.3):
            keep = min(len(rows), scene.pick((0, 1, 1, 2, 4)))
            scene.rows[name] = scene.random.sample(rows, keep)


def write_evidence(scene, folder):
    stated = []
    if scene.chance(0.3):
        thin(scene)
    absent = 0.05 if scene.chance(0.6) else 0
    for name in SETS:
        if scene.chance(absent):
            continue
        if scene.chance(0.02):
            scene.rows[name] = []
        columns, rows = table(scene, name)
        parts = scene.pick((1, 1, 1, 2)) if len(rows) > 1 else 1
        files = [f"{name}.csv"]
        if parts == 2:
            files = scene.pick(([f"{name}-1.csv", f"{name}_2.csv"], [f"{name}/b.csv", f"{name}/c.csv"],
                                [f"{name}.2026-01.csv", f"{name}.csv"]))
        cut = scene.random.randrange(len(rows) + 1) if parts == 2 else len(rows)
        for file, chunk in zip(files, (rows[:cut], rows[cut:])):
            some = columns
            if parts == 2 and scene.chance(0.2):
                some = [c for c in columns if c.required or not scene.chance(0.1)]
            data, count = write_csv(scene, os.path.join(folder, file), some, chunk)
            stated.append((file, count, hashlib.sha256(data).hexdigest()))
    if scene.chance(0.2):
        write_manifest(scene, folder, stated)


def write_manifest(scene, folder, stated):
    with open(os.path.join(folder, "manifest.csv"), "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["file", "rows", "sha256", "period_from", "period_to"])
        last = times.day(scene.as_of - 1)
        for name, rows, digest in stated:
            period = sorted((scene.near_day(scene.first), scene.near_day(last))) if scene.chance(0.3) else ("", "")
            out.writerow([name, scene.pick((rows, "")), scene.pick((digest, "")), *period])


def write_force(seed, size, out):
    scene = Scene(seed, size)
    force_rows.choose_parameters(scene)
    force_rows.fill(scene)
    force_people.fill(scene)
    os.makedirs(os.path.join(out, "evidence"), exist_ok=True)
    write_evidence(scene, os.path.join(out, "evidence"))
    arguments = ["evidence", "--from", scene.start_text, "--as-of", scene.as_of_text]
    if scene.parameters_text is not None:
        with open(os.path.join(out, "parameters.toml"), "w", encoding="utf-8") as file:
            file.write(scene.parameters_text)
        scene.p = parameters.read(os.path.join(out, "parameters.toml"))
        arguments += ["--parameters", "parameters.toml"]
    with open(os.path.join(out, "arguments.txt"), "w", encoding="utf-8") as file:
        file.write(" ".join(arguments) + "\n")
    return arguments


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--size", choices=["small", "medium"], default="small")
    parser.add_argument("out")
    options = parser.parse_args()
    write_force(options.seed, options.size, options.out)


if __name__ == "__main__":
    main()
