"""The parameters with their defaults, and the reading of a parameters file. Amounts are exact fractions."""

import tomllib
from fractions import Fraction

from intake import Refused

RANKS = ("inspector chief_inspector superintendent chief_superintendent assistant_chief_constable "
         "deputy_chief_constable chief_constable commander deputy_assistant_commissioner assistant_commissioner "
         "deputy_commissioner commissioner equivalent").split()
_FIXED = ("static", "moveable", "multi_lane")
_OTHER = ("cctv_integrated", "mobile")


def _per_kind(fixed, other):
    return {k: Fraction(fixed) for k in _FIXED} | {k: Fraction(other) for k in _OTHER}


DEFAULTS = {
    "clock_tolerance_seconds": 10, "clock_evidence_days": 7, "location_tolerance_metres": 10,
    "installation_grace_days": 7,
    "capture_rate_min": _per_kind("0.98", "0.85"), "read_accuracy_min": _per_kind("0.95", "0.85"),
    "evaluation_months": 12, "local_retention_days": 7, "mobile_transfer_hours": 24, "reinstatement_hours": 72,
    "voi_list_days": 28, "dormant_days": 90, "dormant_review_days": 14, "leaver_hours": 48,
    "retention_months": 12, "recent_days": 90, "sample_window_days": 30,
    "rate_recent_searches": Fraction(2, 100), "rate_older_searches": Fraction(5, 100),
    "rate_new_authorisations": Fraction(5, 100), "rate_retentions": Fraction(5, 100),
    "rate_disclosures": Fraction(10, 100), "rate_reports": Fraction(5, 100),
    "rate_privilege_changes": Fraction(5, 100), "rate_read_changes": Fraction(5, 100),
    "disclosure_audit_months": 3, "preserved_review_months": 3, "super_admin_review_days": 28,
    "privileged_review_months": 6, "nc_report_days": 28, "record_retention_years": 2,
    "search_span_max_days": {}, "references_required": True, "retention_approver_required": True,
    "authority_ranks_older": RANKS,
}
RATES = {k for k in DEFAULTS if k.startswith("rate_")} | {"capture_rate_min", "read_accuracy_min"}
NUMBERS = {"clock_tolerance_seconds", "location_tolerance_metres", "search_span_max_days"}


def exact(name, value):
    """A number, or text such as "3 %", as an exact fraction; whole where the parameter counts something."""
    try:
        if isinstance(value, bool):
            raise ValueError
        text = str(value).strip()
        amount = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise Refused(f"parameter {name}: {value!r} is not an amount") from None
    if amount < 0 or name in RATES and amount > 1 or name not in RATES | NUMBERS and amount.denominator != 1:
        raise Refused(f"parameter {name}: {value!r} is out of range")
    return amount if name in RATES | NUMBERS else int(amount)


def long_form(value):
    return isinstance(value, dict) and "value" in value and set(value) <= {"value", "basis", "rationale"}


def fold(word):
    return word.strip().casefold()


def fold_kind(word):
    return word.lower().replace("-", "_").replace(" ", "_")


def by_folded(path, name, table, folded):
    """The table by its folded keys. Where two keys fold to one, nobody can say which holds."""
    if not isinstance(table, dict):
        raise Refused(f"{path}: {name} is {table!r}")
    keys = {}
    for key, value in table.items():
        if folded(key) in keys:
            raise Refused(f"{path}: {name} has {key!r} twice")
        keys[folded(key)] = value
    return keys


def bare(rank):
    """A rank without the words that do not count."""
    folded = fold_kind(rank.strip())
    while True:
        shorter = folded
        for prefix in ("temporary_", "acting_", "detective_"):
            shorter = shorter.removeprefix(prefix)
        if shorter == folded:
            return folded
        folded = shorter


def read(path):
    chosen = dict(DEFAULTS)
    if path is None:
        return chosen
    with open(path, "rb") as file:
        given = tomllib.load(file, parse_float=Fraction)
    for name, value in given.items():
        if name not in DEFAULTS:
            raise Refused(f"{path}: {name} is no parameter")
        if long_form(value):
            value = value["value"]
        default = DEFAULTS[name]
        if name == "search_span_max_days":
            chosen[name] = {
                purpose: exact(name, days) for purpose, days in by_folded(path, name, value, fold).items()}
        elif isinstance(default, dict):
            value = by_folded(path, name, value, fold_kind)
            if set(value) - set(default):
                raise Refused(f"{path}: {name} names a kind that it does not have")
            chosen[name] = default | {kind: exact(name, rate) for kind, rate in value.items()}
        elif isinstance(default, bool) or isinstance(default, list):
            if type(value) is not type(default):
                raise Refused(f"{path}: {name} is {value!r}")
            if isinstance(value, list) and any(not isinstance(rank, str) or not bare(rank) for rank in value):
                raise Refused(f"{path}: {name} holds what is no rank: {value!r}")
            chosen[name] = value
        else:
            chosen[name] = exact(name, value)
    return chosen
