"""8.2.4 to 8.2.6: searches, class by class and test by test."""

import unicodedata
from collections import namedtuple
from fractions import Fraction

import times
from intake import WHITE_SPACE, known, unknown
from parameters import bare, fold
from rules import Period, both, either, event_in_question, event_rule, open_at, share, star_cadence

PLACEHOLDERS = {p.strip() for p in (
    "check, checking, test, n/a, na, none, nil, asdf, x, xx, xxx, misc, other, unk, unknown, lookup, look up, "
    "search, verify, review, follow up, fyi, see above, as above, tbc, tbd, police, pd, ok, k, idk, "
    "investigation, enquiry, enquiries").split(",")}

Tests = namedtuple("Tests", "accounts ranks maxima case")


def placeholder(text):
    said = text.casefold().rstrip("." + WHITE_SPACE)
    said = said.strip(WHITE_SPACE)
    return said in PLACEHOLDERS or len(said) <= 2 or not any(unicodedata.category(c)[0] == "L" for c in said)


def classes(search, recent):
    """The class of a search, "c", "a", "b" or "ab"; None where the period is not known."""
    if known(search.preserved_case):
        return "c"
    if unknown(search.data_from) or unknown(search.data_to):
        return None
    line = search.searched_at - recent
    if search.data_from >= line:
        return "a"
    return "ab" if search.data_to >= line else "b"


def searches(case, clauses):
    recent = case.p["recent_days"] * times.DAY
    accounts = {}
    for row in case.get("accounts"):
        accounts.setdefault((row.user_id, row.system), []).append(row)
    tests = Tests(accounts, {bare(r) for r in case.p["authority_ranks_older"]}, case.p["search_span_max_days"], case)
    a, b, c, every, own = (clauses[n] for n in ("8.2.4.a", "8.2.4.b", "8.2.4.c", "8.2.5", "8.2.6"))
    cases = {row.case_id: row for row in case.get("preserved_cases")}
    classless = False
    before_found = {id(x): set(x.found) for x in (a, b, c)}
    before_doubt = {id(x): sum(x.untestable.values()) for x in (a, b, c)}
    for search in case.in_window("searches", "searched_at"):
        every.population += 1
        of = classes(search, recent)
        if of is None:
            classless = True
            a.no_verdict("period_unknown")
            b.no_verdict("period_unknown")
        else:
            a.population += "a" in of
            b.population += "b" in of
            c.population += of == "c"
        under = c if of == "c" else b if of and "b" in of else a
        judge_search(case, under, search, recent, tests)
        if case.has("preserved_cases") or unknown(search.preserved_case):
            own_investigation(own, search, cases)
    found = any(set(x.found) - before_found[id(x)] for x in (a, b, c))
    doubt = any(sum(x.untestable.values()) - before_doubt[id(x)] for x in (a, b, c))
    own.population = c.population
    after_searches(case, clauses, classless, found, doubt)


def after_searches(case, clauses, classless, found, doubt):
    a, b, c, every, own = (clauses[n] for n in ("8.2.4.a", "8.2.4.b", "8.2.4.c", "8.2.5", "8.2.6"))
    short = (case.window.as_of_date - case.window.first).days <= case.p["sample_window_days"]
    for clause, rate in ((a, "rate_recent_searches"), (b, "rate_older_searches")):
        clause.sample = share(case.p[rate], clause.population) if short else None
        if clause.population == 0:
            clause.arises = False if case.evidence.whole("searches") and not classless else "unknown"
        if clause.arises:
            star_cadence(case, clause, Period(months=3))
    each_preserved_access(case, c)
    c.sample = c.population
    for clause in (c, own):
        if clause.population == 0:
            clause.arises = False if case.evidence.whole("searches") else "unknown"
    if found:
        every.state = "exceptions"
    elif doubt or not all(case.evidence.whole(n) for n in ("searches", "accounts")):
        every.state = "not_evidenced"
    else:
        every.state = "clear" if every.population else "not_applicable"


def each_preserved_access(case, clause):
    for search in case.get("searches"):
        if search.preserved_case is None:
            continue
        judged, counting = event_in_question(case, search.searched_at, case.reviewed(clause.name, search.search_id))
        if not judged:
            continue
        if unknown(search.preserved_case):
            clause.no_verdict("review_missing")
        elif case.has("reviews"):
            event_rule(case, clause, search.search_id, search.searched_at, counting,
                       Period(months=case.p["preserved_review_months"]))


def own_investigation(clause, search, cases):
    if search.preserved_case is None:
        return
    if unknown(search.preserved_case):
        clause.no_verdict("other_investigation")
        clause.no_verdict("preserved_case_unknown")
        return
    found = cases.get(search.preserved_case)
    if found is None:
        clause.exception("preserved_case_unknown", search.search_id)
    elif search.reference is not None:
        doubt = unknown(search.reference) or unknown(found.investigation)
        clause.judge("other_investigation", search.search_id,
                     None if doubt else search.reference != found.investigation)


def judge_search(case, clause, search, recent, tests):
    subject = search.search_id
    clause.blank("reason_missing", subject, search.reason)
    clause.blank("purpose_missing", subject, search.purpose)
    clause.blank("justification_missing", subject, search.justification)
    if search.justification is not None:
        clause.judge("justification_placeholder", subject,
                     None if unknown(search.justification) else placeholder(search.justification))
    if case.p["references_required"]:
        clause.blank("reference_missing", subject, search.reference)
    authority(clause, search, recent, tests.ranks)
    period(clause, search, tests.maxima)
    if case.has("accounts"):
        account(clause, search, tests.accounts)


def authority(clause, search, recent, ranks):
    subject, by, at = search.search_id, search.authorised_by, search.authorised_at
    older = None if unknown(search.data_from) else search.data_from < search.searched_at - recent
    given = None if unknown(by) else by is not None

    def ask(code, *verdicts):
        clause.judge(code, subject, both(older, *verdicts))

    ask("authority_missing", None if given is None else not given)
    ask("authority_undated", given, None if unknown(at) else at is None)
    ask("authority_after_search", None if unknown(at) else at is not None and at > search.searched_at)
    same = None if unknown(by) or unknown(search.user_id) else by == search.user_id
    ask("authority_self", given, same)
    held = search.authorised_rank
    ask("authority_rank", given, None if unknown(held) else held is None or bare(held) not in ranks)


def period(clause, search, maxima):
    subject, start, end = search.search_id, search.data_from, search.data_to
    inverted = None if unknown(start) or unknown(end) else start > end
    clause.judge("period_inverted", subject, inverted)
    clause.judge("period_future", subject, None if unknown(end) else end > search.searched_at + times.DAY)
    if maxima and search.purpose is not None:
        # A withheld purpose leaves open which maximum holds, however short the period.
        excessive = None if unknown(search.purpose) else longer(start, end, maxima.get(fold(search.purpose)))
        clause.judge("period_excessive", subject, excessive)


def longer(start, end, most):
    if most is None:
        return False
    if unknown(start) or unknown(end):
        return None
    return Fraction(end - start) > most * times.DAY


def account(clause, search, accounts):
    subject = search.search_id
    if unknown(search.user_id) or unknown(search.system):
        clause.no_verdict("account_unknown")
        clause.no_verdict("account_not_open")
        return
    rows = accounts.get((search.user_id, search.system), [])
    if not rows:
        clause.exception("account_unknown", subject)
        return
    opened = either(*(open_at(row, search.searched_at) for row in rows))
    clause.judge("account_not_open", subject, None if opened is None else not opened)
