"""Instants are whole microseconds since 1970 UTC; days are `datetime.date` in Europe/London."""

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))", re.ASCII)


def micros(moment):
    return (moment - EPOCH) // MICROSECOND


def parse_date(text):
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError("not a date")
    year, month, day_ = map(int, found.groups())
    if not 1600 <= year <= 9990:
        raise ValueError("a year outside 1600 to 9990")
    return date(year, month, day_)


def parse_instant(text):
    found = _INSTANT.fullmatch(text)
    if not found:
        raise ValueError("not an instant with an offset")
    year, month, day_, hour, minute, second = (int(found[i]) for i in range(1, 7))
    if not 1600 <= year <= 9990:
        raise ValueError("a year outside 1600 to 9990")
    fraction = int((found[7] or "")[:6].ljust(6, "0"))
    moment = datetime(year, month, day_, hour, minute, second, fraction, tzinfo=timezone.utc)
    offset = 0
    if not found[8]:
        hours, minutes = int(found[10]), int(found[11])
        if hours > 23 or minutes > 59:
            raise ValueError("an offset out of range")
        offset = (hours * 60 + minutes) * (-1 if found[9] == "-" else 1)
    return micros(moment) - offset * 60 * SECOND


def from_local(day_, clock=time()):
    """The instant of a London wall time; in a gap the offset before it, in a repeated hour the first."""
    return micros(datetime.combine(day_, clock).replace(tzinfo=LONDON).astimezone(timezone.utc))


@lru_cache(maxsize=1 << 18)
def midnight(day_):
    return from_local(day_)


def end_of_day(day_):
    return midnight(day_ + timedelta(days=1)) - 1


def local(instant):
    return (EPOCH + timedelta(microseconds=instant)).astimezone(LONDON)


@lru_cache(maxsize=1 << 18)
def day(instant):
    return local(instant).date()


def add_days(day_, days):
    return day_ + timedelta(days=days)


def add_months(day_, months):
    """Calendar months, clipped to the month's end."""
    index = day_.year * 12 + day_.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day_.day, last))


def wall_months_before(instant, months):
    """The same London wall time so many months earlier."""
    there = local(instant)
    return from_local(add_months(there.date(), -months), there.time())


def wall_days_before(instant, days):
    there = local(instant)
    return from_local(add_days(there.date(), -days), there.time())


def show_instant(instant):
    seconds, fraction = divmod(instant, SECOND)
    text = (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    if fraction:
        text += f".{fraction:06d}".rstrip("0")
    return text + "Z"


def argument(text):
    """A command-line time: an instant, or a date that means its London midnight."""
    try:
        return midnight(parse_date(text))
    except ValueError:
        return parse_instant(text)
