"""Cells and sets in DuckDB's SQL: the careful reading (trimmed, masked, typed, keyed) and the trusting one.

A set in its types has one column per declared column: text is '' where blank, instants, dates and counts are whole
numbers (`rival.BLANK` where blank), and NULL is what cannot be known. The trusting reading has NULL for blank.
"""

from rival import BAD, BLANK, CONTROL, FIRST_INSTANT, INSTANT, LAST_INSTANT, MASK, SETS, WHITE_SPACE

_WS = f"'{WHITE_SPACE}'"
_LONDON = "'Europe/London'"
_TYPES = {"instant": "TIMESTAMP", "date": "DATE", "count": "BIGINT", "int": "BIGINT"}


def source(request, name):
    """The file as a table function, its columns given and not guessed."""
    path = request.path(name).replace("'", "''")
    if not request.is_csv(name):
        return f"read_parquet('{path}')"
    kinds = {c.name: c.kind for c in SETS[name]}
    columns = ", ".join(
        f"'{column}': '{'VARCHAR' if request.careful else _TYPES.get(kinds.get(column), 'VARCHAR')}'"
        for column in request.header(name))
    return (f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {{{columns}}})")


def trusting(request, name, wanted):
    """The wanted columns as they stand; instants as microseconds, dates as days."""
    shown = []
    for column in SETS[name]:
        cell = named(column)
        if column.name in wanted:
            shown.append({"instant": f"epoch_us({cell})", "date": f"({cell} - DATE '1970-01-01')"}
                         .get(column.kind, cell) + f" AS {cell}")
    return f"SELECT {', '.join(shown)} FROM {source(request, name)}"


def _cell(cell, star_is_a_value):
    """Trimmed; '' where blank, NULL where withheld.

    A cell that begins and ends in printing ASCII has nothing to trim, and the first letter says of nearly all that
    they are no mask: only the others are looked at closely.
    """
    trimmed = f"trim({cell}, {_WS})"

    def unmasked(text):
        star = f"{text} <> '*' AND " if star_is_a_value else ""
        return f"CASE WHEN {star}regexp_full_match({text}, '{MASK}') THEN NULL ELSE {text} END"

    return (f"CASE WHEN {cell} IS NULL THEN '' "
            f"WHEN ascii({cell}) BETWEEN 33 AND 126 AND {cell}[-1] BETWEEN '!' AND '~' THEN "
            f"CASE WHEN ascii({cell}) NOT IN (35, 42, 82, 87, 91, 114, 119) THEN {cell} ELSE {unmasked(cell)} END "
            f"ELSE {unmasked(trimmed)} END")


def _instant(cell):
    """RFC 3339 in microseconds; the common form first. A TIMESTAMP ignores offsets, a TIMESTAMPTZ heeds them."""
    usual = f"{cell} LIKE '____-__-__T__:__:__Z' AND NOT contains({cell}, 'T24:')"
    other = f"regexp_full_match({cell}, '{INSTANT}') AND NOT regexp_matches({cell}, '[Tt ]24:|[+-](?:2[4-9]|[3-9]\\d):\\d\\d$|:[6-9]\\d$')"
    value = (f"CASE WHEN {usual} THEN epoch_us(TRY_CAST({cell} AS TIMESTAMP)) "
             f"WHEN {other} THEN epoch_us(TRY_CAST(upper({cell}) AS TIMESTAMPTZ)) END")
    return f"coalesce({value}, {BAD})"


def _date(cell):
    days = f"TRY_CAST({cell} AS DATE) - DATE '1970-01-01'"
    of_instant = f"CAST(timezone({_LONDON}, make_timestamptz(nullif({_instant(cell)}, {BAD}))) AS DATE) - DATE '1970-01-01'"
    return f"coalesce(CASE WHEN regexp_full_match({cell}, '\\d{{4}}-\\d{{2}}-\\d{{2}}') THEN {days} ELSE {of_instant} END, {BAD})"


def _day_or_instant(cell):
    """A date alone is the last microsecond of that London day."""
    last = f"epoch_us(timezone({_LONDON}, CAST(TRY_CAST({cell} AS DATE) + 1 AS TIMESTAMP))) - 1"
    return f"CASE WHEN regexp_full_match({cell}, '\\d{{4}}-\\d{{2}}-\\d{{2}}') THEN coalesce({last}, {BAD}) ELSE {_instant(cell)} END"


def _count(cell):
    return (f"CASE WHEN regexp_full_match({cell}, '[+-]?[0-9]+') AND TRY_CAST({cell} AS BIGINT) >= 0 "
            f"THEN TRY_CAST({cell} AS BIGINT) ELSE {BAD} END")


def _enum(column, cell):
    values = ", ".join(f"'{v}'" for v in column.values)
    return f"CASE WHEN {cell} IN ({values}) THEN {cell} ELSE replace(replace(lower({cell}), '-', '_'), ' ', '_') END"


def _typed(column, cell):
    if column.values:
        return _enum(column, cell)
    if column.kind in ("id", "text"):
        return cell
    value = {"instant": _day_or_instant if column.date_means_end_of_day else _instant,
             "date": _date, "count": _count}[column.kind](cell)
    return f"CASE WHEN {cell} IS NULL THEN NULL WHEN {cell} = '' THEN {BLANK} ELSE {value} END"


def _native(column):
    """A Parquet column of a type of its own."""
    cell = named(column)
    value = {"instant": f"epoch_us({cell})", "date": f"({cell} - DATE '1970-01-01')",
             "count": f"CASE WHEN {cell} < 0 THEN {BAD} ELSE {cell} END"}[column.kind]
    return f"coalesce({value}, {BLANK})"


def _bad(column):
    """Whether the row is to be set apart for this column: TRUE or FALSE, never NULL."""
    name, why = named(column), []
    textual = column.values or column.kind in ("id", "text")
    if column.key or column.deciding:
        why.append(f"{name} IS NULL")
    if column.required:
        why.append(f"coalesce({name} = {quoted('') if textual else BLANK}, FALSE)")
    if column.values:
        why.append(f"coalesce({name} NOT IN ('', {', '.join(map(quoted, column.values))}), FALSE)")
    elif column.kind == "id":
        odd = f"length({name}) > 200 OR regexp_matches({name}, '{CONTROL}')"
        why.append(f"CASE WHEN {name} = '' OR regexp_full_match({name}, '[!-~]{{1,200}}') THEN FALSE "
                   f"ELSE coalesce({odd}, FALSE) END")
    elif column.kind == "instant":
        why.append(f"coalesce({name} <> {BLANK} AND ({name} < {FIRST_INSTANT} OR {name} > {LAST_INSTANT}), FALSE)")
    elif column.kind in ("date", "count"):
        why.append(f"coalesce({name} = {BAD}, FALSE)")
    return " OR ".join(why)


def named(column):
    """The column in SQL, where `at` is a word of the language."""
    return '"at"' if column.name == "at" else column.name


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def careful(request, name):
    """The set in its types, with `bad`, whether the row is quarantined. Nothing is read twice."""
    columns = SETS[name]
    is_csv = request.is_csv(name)
    there = set(request.header(name)) if is_csv else None
    cells, typed, bad = [], [], []
    for column in columns:
        cell = named(column)
        textual = bool(column.values) or column.kind in ("id", "text")
        if there is not None and column.name not in there:
            cells.append(f"CAST(NULL AS {'VARCHAR' if textual else 'BIGINT'}) AS {cell}")
            typed.append(cell)
            continue
        read = is_csv or textual
        cells.append(f"{_cell(cell, column.star_is_a_value) if read else _native(column)} AS {cell}")
        typed.append(f"{_typed(column, cell) if read else cell} AS {cell}")
        if check := _bad(column):
            bad.append(check)
    return (f"SELECT *, ({' OR '.join(bad)}) AS bad FROM (SELECT {', '.join(typed)} "
            f"FROM (SELECT {', '.join(cells)} FROM {source(request, name)}))")


def key_of(name):
    return ", ".join(named(c) for c in SETS[name] if c.key)


def content_of(name):
    return ", ".join(map(named, SETS[name]))


def endings(request, name):
    """SELECT list that turns endings later than as_of into blanks."""
    return ", ".join(
        f"CASE WHEN {c.name} > {request.as_of} THEN {BLANK} ELSE {c.name} END AS {c.name}"
        if c.ending and c.kind == "instant" else named(c) for c in SETS[name])
