"""Cells and sets in Polars: the careful reading (trimmed, masked, typed, keyed) and the trusting one.

The same form as in `duckdb_cells`: text '' where blank, whole numbers (`rival.BLANK` where blank), null for what
cannot be known; in the trusting reading null is blank.
"""

import polars as pl

from rival import BAD, BLANK, CONTROL, FIRST_INSTANT, INSTANT, LAST_INSTANT, MASK, SETS

_USUAL = "%Y-%m-%dT%H:%M:%SZ"
# Instants are read as text: to_datetime with a format is five times as fast as a column of that type.
_TRUSTED = {"date": pl.Date, "count": pl.Int64, "int": pl.Int64}
_LATER_THAN_ANY_CLOCK = r"T24:|[+-](?:2[4-9]|[3-9]\d):\d\d$|:[6-9]\d$"
_A_DATE = r"^\d{4}-\d{2}-\d{2}$"


def scan(request, name, **options):
    """The file, lazily, its columns given and not guessed."""
    path = request.path(name)
    if not request.is_csv(name):
        return pl.scan_parquet(path, **options)
    kinds = {c.name: c.kind for c in SETS[name]}
    schema = {column: pl.String if request.careful else _TRUSTED.get(kinds.get(column), pl.String)
              for column in request.header(name)}
    return pl.scan_csv(path, schema=schema, **options)


def _physical(column, as_text=False):
    cell = pl.col(column.name)
    if column.kind == "instant" and as_text:
        return cell.str.to_datetime(_USUAL, time_unit="us", cache=False).to_physical()
    return cell.to_physical().cast(pl.Int64) if column.kind in ("instant", "date") else cell


def trusting(request, name, wanted):
    """The wanted columns as they stand; instants as microseconds, dates as days."""
    as_text = request.is_csv(name)
    return scan(request, name).select(_physical(c, as_text) for c in SETS[name] if c.name in wanted)


def _masked(column):
    cell = pl.col(column.name)
    withheld = cell.str.contains(f"^(?:{MASK})$")
    if column.star_is_a_value:
        withheld = withheld & (cell != "*")
    return pl.when(~withheld).then(cell).alias(column.name)


def _instant(cell):
    """RFC 3339 in microseconds; the common form first, whatever else is left for the second look."""
    fine = (cell.str.len_bytes() == 20) & ~cell.str.contains(":60", literal=True)
    usual = pl.when(fine).then(cell).str.to_datetime(_USUAL, time_unit="us", strict=False, cache=False).to_physical()
    other = pl.when(usual.is_null()).then(cell)
    other = other.str.to_uppercase().str.replace(" ", "T", literal=True)
    # Digits beyond microseconds are dropped before anybody can round them.
    other = other.str.replace(r"(\.\d{6})\d+", "$1")
    sound = other.str.contains(f"^{INSTANT}$") & ~other.str.contains(_LATER_THAN_ANY_CLOCK) & ~other.str.contains(r":60(?:\.|Z|[+-])")
    slow = pl.when(sound).then(other).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False, cache=False).to_physical()
    return pl.coalesce(usual, slow, pl.lit(BAD))


def _date_of(cell):
    return pl.when(cell.str.contains(_A_DATE)).then(cell).str.to_date("%Y-%m-%d", strict=False)


def _date(cell):
    at = _instant(cell)
    london = pl.when(at != BAD).then(at).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London")
    return pl.coalesce(_date_of(cell).to_physical().cast(pl.Int64), london.dt.date().to_physical().cast(pl.Int64), pl.lit(BAD))


def _day_or_instant(cell):
    """A date alone is the last microsecond of that London day."""
    after = _date_of(cell).dt.offset_by("1d").cast(pl.Datetime("us")).dt.replace_time_zone("Europe/London", ambiguous="earliest")
    last = after.dt.convert_time_zone("UTC").to_physical() - 1
    return pl.when(last.is_not_null()).then(last).otherwise(_instant(cell))


def _count(cell):
    value = pl.when(cell.str.contains(r"^[+-]?[0-9]+$")).then(cell.str.strip_prefix("+")).cast(pl.Int64, strict=False)
    return pl.when(value >= 0).then(value).otherwise(BAD)


def _typed(column):
    cell = pl.col(column.name)
    if column.values:
        return cell.str.to_lowercase().str.replace_all("[- ]", "_")
    value = {"instant": _day_or_instant if column.date_means_end_of_day else _instant,
             "date": _date, "count": _count}[column.kind](cell)
    return pl.when(cell == "").then(BLANK).when(cell.is_not_null()).then(value).alias(column.name)


def _native(column):
    """A Parquet column of a type of its own."""
    cell = pl.col(column.name)
    value = pl.when(cell < 0).then(BAD).otherwise(cell) if column.kind == "count" else _physical(column)
    return value.fill_null(BLANK).alias(column.name)


def _bad(column):
    """Whether the row is to be set apart for this column: reasons that are never null."""
    cell = pl.col(column.name)
    textual = column.values or column.kind in ("id", "text")
    if column.key or column.deciding:
        yield cell.is_null()
    if column.required:
        yield (cell == ("" if textual else BLANK)).fill_null(False)
    if column.values:
        yield ~cell.is_in(["", *column.values]).fill_null(True)
    elif column.kind == "id":
        yield ((cell.str.len_chars() > 200) | cell.str.contains(CONTROL)).fill_null(False)
    elif column.kind == "instant":
        yield ((cell != BLANK) & ((cell < FIRST_INSTANT) | (cell > LAST_INSTANT))).fill_null(False)
    elif column.kind in ("date", "count"):
        yield (cell == BAD).fill_null(False)


def careful(request, name):
    """The set in its types, with `row` and with `bad`, whether the row is quarantined."""
    columns = SETS[name]
    is_csv = request.is_csv(name)
    there = set(request.header(name)) if is_csv else {c.name for c in columns}
    trimmed, masked, typed, bad = [], [], [], []
    for column in columns:
        textual = bool(column.values) or column.kind in ("id", "text")
        if column.name not in there:
            trimmed.append(pl.lit(None, pl.String if textual else pl.Int64).alias(column.name))
            continue
        if is_csv or textual:
            trimmed.append(pl.col(column.name).str.strip_chars().fill_null(""))
            masked.append(_masked(column))
            if column.values or not textual:
                typed.append(_typed(column))
        else:
            trimmed.append(_native(column))
        bad.extend(_bad(column))
    lf = scan(request, name, row_index_name="row").select("row", *trimmed).with_columns(masked).with_columns(typed)
    return lf.with_columns(bad=pl.any_horizontal(bad))


def key_of(name):
    key = [c.name for c in SETS[name] if c.key]
    return (pl.col(key[0]) if len(key) == 1 else pl.struct(key)).hash().alias("key")


def content_of(name):
    return pl.struct([c.name for c in SETS[name]]).hash().alias("content")


def endings(request, name):
    """Endings later than as_of read as blank."""
    return [pl.when(pl.col(c.name) > request.as_of).then(BLANK).otherwise(pl.col(c.name)).alias(c.name)
            for c in SETS[name] if c.ending and c.kind == "instant"]
