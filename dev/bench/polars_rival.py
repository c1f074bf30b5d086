#!/usr/bin/env python3
"""The tests of 8.2.2.c, 8.2.2.d and 8.2.4 to 8.2.6 in Polars, as somebody who knows Polars would write them."""

import os
import re
import sys
from collections import Counter

# Polars reads this once, when it is imported.
if "--threads" in sys.argv:
    os.environ["POLARS_MAX_THREADS"] = sys.argv[sys.argv.index("--threads") + 1]
os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl  # noqa: E402

import rival  # noqa: E402
from clauses_searches import PLACEHOLDERS  # noqa: E402
from polars_cells import careful, content_of, endings, key_of, trusting  # noqa: E402
from rival import (A_AND_B, BLANK, FUTURE, IN_C, NEVER, ONLY_A, ONLY_B, OUTSIDE, QUARANTINED, REVIEWED,  # noqa: E402
                   UNCLASSED, UNDER, Found)

ACCOUNT = ("user_id", "system", "permission", "authorised_at", "last_access_at", "closed_at", "left_at")
REVIEW = ("review_id", "clause", "subject", "reviewed_at", "population", "examined", "window_from", "window_to", "rationale")
HIT = ("search_id", "system", "user_id", "searched_at", "data_from", "data_to", "purpose", "reason", "justification",
       "reference", "authorised_by", "authorised_rank", "authorised_at", "preserved_case")
SAYS_NOTHING = rf"^(?i:{'|'.join(map(re.escape, sorted(PLACEHOLDERS)))}|(?s:.){{0,2}}|\P{{L}}*)[.\s]*$"


def blank(request, name):
    """Whether a cell is blank."""
    cell = pl.col(name)
    if not request.careful:
        return cell.is_null()
    return cell == (BLANK if name.endswith("_at") else "")


def conditions(request):
    """code → condition over one search: true an exception, false none, null not to be known."""
    col = pl.col
    older = col("data_from") < col("searched_at") - request.recent
    given = ~blank(request, "authorised_by")
    # One look with a regex is cheaper than folding every cell.
    ranks = "|".join(re.escape(rank).replace("_", "[_ -]") for rank in request.ranks)
    may = col("authorised_rank").str.contains(rf"^(?i:(?:(?:temporary|acting|detective)[_ -])*(?:{ranks}))$")
    tests = {
        "reason_missing": blank(request, "reason"),
        "purpose_missing": blank(request, "purpose"),
        "justification_missing": blank(request, "justification"),
        "justification_placeholder": ~blank(request, "justification") & col("justification").str.contains(SAYS_NOTHING),
        "authority_missing": older & ~given,
        "authority_undated": older & given & blank(request, "authorised_at"),
        "authority_after_search": older & (col("authorised_at") > col("searched_at")),
        "authority_self": older & given & (col("authorised_by") == col("user_id")),
        "authority_rank": older & given & (blank(request, "authorised_rank") | ~may),
        "period_inverted": col("data_from") > col("data_to"),
        "period_future": col("data_to") > col("searched_at") + rival.times.DAY,
        "account_unknown": ~col("known"),
        "account_not_open": col("known") & ~col("opened"),
    }
    if request.p["references_required"]:
        tests["reference_missing"] = blank(request, "reference")
    if request.maxima:
        purpose = col("purpose")
        length = col("data_to") - col("data_from")
        excessive = pl.when(purpose.is_null()).then(None)
        for name, most in request.maxima.items():
            excessive = excessive.when(purpose.str.contains(f"^(?i:{re.escape(name)})$")).then(length > most)
        tests["period_excessive"] = excessive.otherwise(False)
    return tests


def classed(request):
    """The class of a search, as a number; the last standing of repeated keys is settled later."""
    at, start, end = pl.col("searched_at"), pl.col("data_from"), pl.col("data_to")
    line = at - request.recent
    case = pl.col("preserved_case")
    preserved = (case != "") if request.careful else case.is_not_null()
    chain = pl.when(pl.col("bad")).then(QUARANTINED) if request.careful else pl.when(False).then(QUARANTINED)
    chain = (chain.when(at > request.as_of).then(FUTURE).when((at < request.start) | (at >= request.as_of)).then(OUTSIDE)
             .when(preserved.fill_null(False)).then(IN_C).when(start.is_null() | end.is_null()).then(UNCLASSED)
             .when(start >= line).then(ONLY_A).when(end >= line).then(A_AND_B).otherwise(ONLY_B))
    return chain.cast(pl.UInt8).alias("class")


def settle(kept, name, found):
    """Of the rows with one key the last stands: gives the classes counted, and the others' row numbers."""
    classes = Counter(dict(kept.group_by("class").len().iter_rows()))
    total, quarantined = sum(classes.values()), classes[QUARANTINED]
    sound = kept.lazy().filter(pl.col("class") != QUARANTINED)
    twice = sound.group_by("key").len().filter(pl.col("len") > 1).select("key").collect(engine="streaming")
    again = sound.join(twice.lazy(), on="key", how="semi").collect(engine="streaming").sort("row")
    again = again.with_columns(standing=pl.col("content").last().over("key"), last=pl.col("row").last().over("key"))
    lost = again.filter(pl.col("row") != pl.col("last"))
    same = lost.filter(pl.col("content") == pl.col("standing")).height
    for class_ in lost["class"]:
        classes[class_] -= 1
    other, future = lost.height - same, classes[FUTURE]
    found.inputs[name] = dict(zip(rival.COUNTED, (total, total - quarantined - same - other - future, quarantined, same,
                                                  other, future)))
    return classes, lost["row"]


def small_set(request, name, found):
    """A set that does not grow with use: its standing rows in their types."""
    columns = [c.name for c in rival.SETS[name]]
    deciding = [c.name for c in rival.SETS[name] if c.deciding]
    if not request.careful:
        rows = trusting(request, name, columns)
        rows = rows.filter(pl.col(deciding[0]) <= request.as_of) if deciding else rows
        return rows.with_columns(pl.when(pl.col(c) <= request.as_of).then(pl.col(c)).alias(c)
                                 for c in ("closed_at", "left_at") if c in columns).collect(engine="streaming")
    later = pl.col(deciding[0]) > request.as_of if deciding else pl.lit(False)
    class_ = pl.when(pl.col("bad")).then(QUARANTINED).when(later).then(FUTURE).otherwise(0).alias("class")
    rows = careful(request, name).with_columns(key_of(name), content_of(name), class_).collect(engine="streaming")
    _, lost = settle(rows.select("row", "key", "content", "class"), name, found)
    rows = rows.filter((pl.col("class") == 0) & ~pl.col("row").is_in(lost.implode()))
    return rows.select(columns).with_columns(endings(request, name))


def account_spans(request, accounts):
    """One row for each user and system, its accounts side by side, so that a search needs one look-up.

    Gives it, the condition "one of them was open at searched_at", and who left when in the window.
    """
    closed = pl.col("closed_at")
    sure = closed.is_not_null() if request.careful else pl.lit(True)
    until = pl.when(blank(request, "closed_at")).then(NEVER).otherwise(closed)
    left = (pl.col("left_at") >= request.start) & (pl.col("left_at") < request.as_of)
    numbered = accounts.with_columns(sure.alias("sure"), until.alias("until")).with_columns(
        nth=pl.int_range(pl.len()).over("user_id", "system", "sure", order_by="authorised_at"))
    most = numbered.filter("sure")["nth"].max() or 0
    shown = []
    for n in range(most + 1):
        this = pl.col("sure") & (pl.col("nth") == n)
        shown.append(pl.col("authorised_at").filter(this).max().fill_null(NEVER).alias(f"since{n}"))
        shown.append(pl.col("until").filter(this).max().fill_null(BLANK).alias(f"until{n}"))
    spans = numbered.group_by("user_id", "system").agg(
        *shown, doubt=pl.col("authorised_at").filter(~pl.col("sure")).min().fill_null(NEVER),
        left_at=pl.col("left_at").filter(left).min().fill_null(NEVER)).with_columns(account=pl.lit(True))
    at = pl.col("searched_at")
    certain = pl.any_horizontal(
        ((at >= pl.col(f"since{n}")) & (at < pl.col(f"until{n}"))).fill_null(False) for n in range(most + 1))
    opened = pl.when(certain).then(True).when(at >= pl.col("doubt")).then(None).otherwise(False)
    leavers = accounts.filter(left).group_by("user_id").agg(pl.col("left_at").min())
    return spans, opened, leavers


def searches(request, found, spans, opened):
    """One pass over the searches: the classes of all, and all there is of those that a test may speak of."""
    tests = conditions(request)
    rows = careful(request, "searches") if request.careful else trusting(request, "searches", HIT)
    rows = rows.join(spans.lazy(), on=["user_id", "system"], how="left")
    known = pl.col("account").is_not_null()
    if request.careful:
        known = pl.when(pl.col("user_id").is_not_null() & pl.col("system").is_not_null()).then(known)
    rows = rows.with_columns(classed(request), known=known, opened=opened)
    speaks = pl.any_horizontal(tests.values())
    case = pl.col("preserved_case")
    if request.careful:
        special = (case != "").fill_null(True) | pl.col("system").is_null()
        speaks = speaks.fill_null(True)
    else:
        special, speaks = case.is_not_null(), speaks.fill_null(False)
    hit = (pl.col("class") < FUTURE) & ((pl.col("searched_at") > pl.col("left_at")).fill_null(False) | special
                                        | ((pl.col("class") != OUTSIDE) & speaks))
    names = [*HIT, "known", "opened", "class"]
    if not request.careful:
        classes, hits = pl.collect_all([rows.group_by("class").len(), rows.filter(hit).select(names)], engine="streaming")
        found.classes = Counter(dict(classes.iter_rows()))
        return tests, hits
    # The contents are hashed before the join is; both answers share one pass over the file.
    kept, hits = pl.collect_all([
        rows.select("row", key_of("searches"), content_of("searches"), "class"),
        rows.filter(hit).select("row", *names)], engine="streaming")
    found.classes, lost = settle(kept, "searches", found)
    return tests, hits.filter(~pl.col("row").is_in(lost.implode()))


def codes(request, found, tests, hits, cases):
    """Every code on the few searches that one may speak of."""
    judged = hits.filter(~pl.col("class").is_in([OUTSIDE, FUTURE])).join(
        cases.with_columns(there=pl.lit(True)), left_on="preserved_case", right_on="case_id", how="left")
    verdicts = judged.select("class", "search_id", *(test.alias(code) for code, test in tests.items()))
    for code in tests:
        for class_, subject in verdicts.filter(pl.col(code)).select("class", "search_id").iter_rows():
            found.exception(UNDER[class_], code, subject)
        if request.careful:
            for class_ in verdicts.filter(pl.col(code).is_null())["class"]:
                found.untestable[UNDER[class_], code] += 1
    own = judged.filter(pl.col("class") == IN_C)
    other = ~blank(request, "reference") & (pl.col("reference") != pl.col("investigation"))
    known = own.filter(pl.col("there"))
    for subject in own.filter(pl.col("there").is_null())["search_id"]:
        found.exception("8.2.6", "preserved_case_unknown", subject)
    for subject in known.filter(other)["search_id"]:
        found.exception("8.2.6", "other_investigation", subject)
    if request.careful:
        withheld = judged.filter(pl.col("preserved_case").is_null()).height
        found.untestable["8.2.6", "other_investigation"] += withheld + known.filter(other.is_null()).height
        found.untestable["8.2.6", "preserved_case_unknown"] += withheld
        found.untestable += Counter()


def logons(request, found, leavers):
    """The log-ons of those who left, after they did."""
    names = ("user_id", "at", "outcome")
    if not request.careful:
        rows = trusting(request, "logons", names).join(leavers.lazy(), on="user_id")
        rows = rows.filter((pl.col("at") > pl.col("left_at")) & (pl.col("at") <= request.as_of) & (pl.col("outcome") == "success"))
        return rows.select(names).collect(engine="streaming").iter_rows()
    at = pl.col("at")
    class_ = pl.when(pl.col("bad")).then(QUARANTINED).when(at > request.as_of).then(FUTURE).otherwise(0)
    rows = careful(request, "logons").with_columns(class_.cast(pl.UInt8).alias("class"))
    seen = rows.filter((pl.col("class") == 0) & (pl.col("outcome") != "failure").fill_null(True))
    seen = seen.join(leavers.lazy(), on="user_id").filter(at > pl.col("left_at")).select("row", *names)
    kept, seen = pl.collect_all([rows.select("row", key_of("logons"), content_of("logons"), "class"), seen], engine="streaming")
    _, lost = settle(kept, "logons", found)
    return seen.filter(~pl.col("row").is_in(lost.implode())).select(names).iter_rows()


def judge(request):
    found = Found()
    accounts, reviews, cases = (small_set(request, name, found) for name in ("accounts", "reviews", "preserved_cases"))
    spans, opened, leavers = account_spans(request, accounts)
    tests, hits = searches(request, found, spans, opened)
    codes(request, found, tests, hits, cases)
    found.logons = rival.rows(("user_id", "at", "outcome"), logons(request, found, leavers), request.careful)
    hand_over(request, found, accounts, reviews, hits, leavers)
    return found


def hand_over(request, found, accounts, reviews, hits, leavers):
    """The few rows that the rules over small sets need."""
    def rows(names, frame):
        return rival.rows(names, frame.select(names).iter_rows(), request.careful)

    def given(name):
        return (~blank(request, name)).fill_null(True)

    last = pl.max_horizontal("authorised_at", "last_access_at")
    asked = (last < request.dormant_before) | pl.col("user_id").is_in(accounts.filter(given("left_at"))["user_id"].implode())
    if request.careful:
        asked = asked | pl.col("last_access_at").is_null()
    found.accounts = rows(ACCOUNT, accounts.filter(asked))
    found.reviews = rows(REVIEW, reviews.filter(pl.col("clause").is_in(REVIEWED)))
    for review in found.reviews:
        for name in ("window_from", "window_to"):
            if isinstance(review[name], int):
                review[name] = rival.times.add_days(rival.times.EPOCH.date(), review[name])
    special = given("preserved_case") if request.careful else pl.col("preserved_case").is_not_null()
    found.hits = rows(("search_id", "searched_at", "preserved_case"), hits.filter(special))
    found.seen = rows(("user_id", "searched_at", "system"), hits.join(leavers, on="user_id", how="semi"))


if __name__ == "__main__":
    rival.main(judge, f"Polars {pl.__version__}")
