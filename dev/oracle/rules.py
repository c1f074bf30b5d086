"""What the clauses share: the window, the cadence rule, the event rule, the result of a clause."""

from collections import Counter
from math import ceil

import times
from intake import known, unknown


class Window:
    def __init__(self, start, as_of):
        self.start, self.as_of = start, as_of
        self.first, self.as_of_date = times.day(start), times.day(as_of)
        self.last = times.day(as_of - 1)

    def holds(self, value):
        """A date counts as its London midnight."""
        return self.start <= moment(value) < self.as_of

    def before(self, value):
        return moment(value) < self.start

    def in_service(self, since, until):
        """Whether [since, until) touches a day of the window."""
        until_ok = until is None or (until > self.first and until > since)
        return since <= self.last and until_ok


def moment(value):
    return value if isinstance(value, int) else times.midnight(value)


class Clause:
    """What was found under one clause."""

    def __init__(self, name, by=""):
        self.name, self.by = name, by
        self.found, self.untestable = {}, Counter()
        self.population, self.sample, self.due = 0, None, None
        self.state = None
        # None: no such question; else whether the clause arises, or the doubt "unknown".
        self.arises = True
        # Whether a row was seen of which it is withheld whether it is of the population.
        self.perhaps = False

    def exception(self, code, subject, due="", done="", days_late=""):
        self.found[(code, subject, show(due), show(done))] = str(days_late)

    def no_verdict(self, code, times_=1):
        self.untestable[code] += times_

    def judge(self, code, subject, verdict):
        """verdict: True an exception, False none, None cannot be known."""
        if verdict is None:
            self.no_verdict(code)
        elif verdict:
            self.exception(code, subject)

    def blank(self, code, subject, value):
        self.judge(code, subject, None if unknown(value) else value is None)

    def codes(self):
        return dict(sorted(Counter(code for code, *_ in self.found).items()))


def show(value):
    if value == "":
        return ""
    return times.show_instant(value) if isinstance(value, int) else value.isoformat()


def either(*verdicts):
    """Three-valued or."""
    if any(v is True for v in verdicts):
        return True
    return None if any(v is None for v in verdicts) else False


def both(*verdicts):
    """Three-valued and."""
    if any(v is False for v in verdicts):
        return False
    return None if any(v is None for v in verdicts) else True


def share(rate, count):
    return max(1, ceil(rate * count)) if count > 0 else 0


class Period:
    def __init__(self, months=0, days=0):
        self.months, self.days = months, days

    def after(self, day):
        return times.add_days(times.add_months(day, self.months) if self.months else day, self.days)


def cadence(case, clause, subject, dates, period, since=None, until=None, codes=("review_late", "review_overdue")):
    """The cadence rule. `since` is the first date in service (None: always), `until` the end."""
    window, (late, overdue) = case.window, codes
    dates = sorted(set(dates))
    earlier = [d for d in dates if d < window.first]
    if earlier:
        base, guessed = earlier[-1], False
    else:
        base = max(window.first, since or window.first)
        guessed = since is None or since < window.first
    for done in (d for d in dates if d > base):
        due = period.after(base)
        if done > due and (until is None or due <= until):
            clause.exception(late, subject, due, done, (done - due).days)
        base = done
    due = period.after(base)
    if until is not None and due > until:
        return
    if guessed and not dates:
        if window.as_of_date >= due:
            clause.exception(overdue, subject, due, "", (window.as_of_date - due).days)
        else:
            clause.no_verdict(overdue)
    elif window.as_of_date > due:
        clause.exception(overdue, subject, due, "", (window.as_of_date - due).days)


def star_cadence(case, clause, period):
    """The cadence of the LEA as a whole, and the next due date."""
    if "reviews" not in case.rows:
        return
    dates = [times.day(at) for at in case.reviewed(clause.name, "*")]
    clause.due = period.after(max(dates) if dates else case.window.first)
    cadence(case, clause, "*", dates, period)


def event_in_question(case, event, reviews):
    """Whether the event rule judges this event; and the reviews that count, in order."""
    window = case.window
    event_day = times.day(event) if isinstance(event, int) else event
    counting = [at for at in reviews if times.day(at) >= event_day]
    if window.holds(event):
        return True, counting
    kept_since = times.wall_months_before(window.as_of, 12 * case.p["record_retention_years"])
    still_open = (window.before(event) and moment(event) >= kept_since
                  and not any(at < window.start for at in counting))
    return still_open, counting


def event_rule(case, clause, subject, event, counting, period=None, hours=None):
    window = case.window
    if hours is not None:
        due, now = event + hours * times.HOUR, window.as_of
        done = counting[0] if counting else None
    else:
        due = period.after(times.day(event) if isinstance(event, int) else event)
        now = window.as_of_date
        done = times.day(counting[0]) if counting else None
    if done is not None:
        if done > due:
            clause.exception("review_late", subject, due, done)
    elif now > due:
        clause.exception("review_missing", subject, due)


def open_at(account, instant):
    """Three-valued: whether one account row is open."""
    if account.authorised_at > instant:
        return False
    if unknown(account.closed_at):
        return None
    return account.closed_at is None or account.closed_at > instant


def in_office(appointment, day):
    if appointment.from_date > day:
        return False
    if unknown(appointment.to_date):
        return None
    return appointment.to_date is None or appointment.to_date > day


class Case:
    """The evidence, the window and the parameters, with a few indexes."""

    def __init__(self, evidence, window, parameters):
        self.evidence, self.rows, self.window, self.p = evidence, evidence.rows, window, parameters
        self.by_subject = {}
        for review in self.get("reviews"):
            if known(review.clause) and known(review.subject):
                self.by_subject.setdefault((review.clause, review.subject), []).append(review.reviewed_at)
        for instants in self.by_subject.values():
            instants.sort()

    def get(self, name):
        return self.rows.get(name, [])

    def has(self, *names):
        return all(name in self.rows for name in names)

    def in_window(self, name, column):
        return [row for row in self.get(name) if self.window.holds(row[column])]

    def reviewed(self, clause, *subjects):
        found = [at for subject in subjects for at in self.by_subject.get((clause, subject), [])]
        return sorted(found)

    def reviews_in_window(self):
        return self.in_window("reviews", "reviewed_at")
