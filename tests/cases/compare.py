"""Compares expected with observed values of a case, by the rules of its format."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, TypeGuard

Close = Callable[[Fraction, Fraction], bool]
"""Whether an expected and an observed number agree."""

_REMARKS = frozenset({"meaning"})
_DECIMALS = {"gib": 9, "usd_per_unit_hour": 12, "ratio": 6, "max_requests_per_s": 6}
_PERCENT_DECIMALS = 2
_USD_TOLERANCE = Fraction(1, 10**9)
_CENTS = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """How values of one field are compared.

    Attributes:
        close: For numbers.
        extras: Whether a nested mapping may hold further keys with a value other than 0.
    """

    close: Close
    extras: bool = True


# --- values -----------------------------------------------------------------------------------------------------------


def plain(value: object) -> object:
    """A numpy scalar or array as Python's own value; anything else as it is."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def number(value: object) -> Fraction | None:
    """The exact number of a value (of a float: its printed digits); None for anything else, booleans too."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float | Decimal | str):
        return _digits(str(value) if isinstance(value, str) else repr(value) if isinstance(value, float) else value)
    return None


def _digits(value: str | Decimal) -> Fraction | None:
    try:
        digits = Decimal(value)
    except InvalidOperation:
        return None
    return Fraction(digits) if digits.is_finite() else None


def agrees(expected: object, observed: object, rule: Rule) -> bool:
    """Whether an observed value matches: booleans and words equal, numbers by the rule, lists and mappings by parts."""
    expected, observed = plain(expected), plain(observed)
    if expected is None or isinstance(expected, bool):
        return expected is observed
    if isinstance(expected, Mapping):
        return isinstance(observed, Mapping) and _mapping_agrees(expected, observed, rule)
    if _is_list(expected):
        return _is_list(observed) and _list_agrees(expected, observed, rule)
    left, right = number(expected), number(observed)
    if left is None or right is None or (isinstance(expected, str) and isinstance(observed, str)):
        return str(expected) == str(observed)
    return rule.close(left, right)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _list_agrees(expected: Sequence[object], observed: Sequence[object], rule: Rule) -> bool:
    same_length = len(expected) == len(observed)
    return same_length and all(agrees(e, o, rule) for e, o in zip(expected, observed, strict=True))


def _mapping_agrees(expected: Mapping[Any, Any], observed: Mapping[Any, Any], rule: Rule) -> bool:
    wanted, given = ({str(k): v for k, v in m.items()} for m in (expected, observed))
    if not all(key in given and agrees(value, given[key], rule) for key, value in wanted.items()):
        return False
    return rule.extras or all(not plain(value) for key, value in given.items() if key not in wanted)


def within(absolute: Fraction, relative: Fraction = Fraction(0)) -> Close:
    """Close when apart by at most the larger of an absolute and a relative (to the expected value) allowance."""
    return lambda expected, observed: abs(observed - expected) <= max(absolute, relative * abs(expected))


def rounded(decimals: int) -> Close:
    """Close when both are the same after rounding half up."""
    return lambda expected, observed: half_up(expected, decimals) == half_up(observed, decimals)


def half_up(value: Fraction, decimals: int) -> Fraction:
    """A number rounded half up (away from zero below it)."""
    scaled = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Fraction(scaled if value >= 0 else -scaled, 10**decimals)


# --- the formats ------------------------------------------------------------------------------------------------------

Format = Literal["fields", "tolerances", "absolute", "rows"]


def format_of(case: Mapping[str, Any]) -> Format:
    """The rules a case follows, by its shape."""
    if isinstance(case.get("expect"), Sequence):
        return "rows"
    if "expect" in case:
        return "fields"
    return "tolerances" if isinstance(case.get("tolerance"), Mapping) else "absolute"


def mismatches(case: Mapping[str, Any], observed: object) -> list[str]:
    """A line for each value that does not match; empty when the case passes."""
    observed = plain(observed)
    kind = format_of(case)
    if kind == "rows":
        return _rows(case["expect"], observed)
    if not isinstance(observed, Mapping):
        return ["nothing observed"]
    expected = case["expect" if kind == "fields" else "expected"] or {}
    judged = {key: value for key, value in expected.items() if not _is_remark(str(key))}
    if not judged:
        return ["the case expects nothing"]
    check = {"fields": _field, "tolerances": _tolerance, "absolute": _absolute}[kind]
    return [line for key, value in judged.items() for line in check(case, str(key), value, observed)]


def _is_remark(key: str) -> bool:
    return key.endswith("_se") or key in _REMARKS


def _judge(key: str, expected: object, observed: Mapping[Any, Any], rule: Rule) -> list[str]:
    if key not in observed:
        return [f"{key}: not observed"]
    return _mismatch(agrees(expected, observed[key], rule), key, show(expected), observed[key])


def _mismatch(passed: bool, where: str, expected: str, observed: object) -> list[str]:  # noqa: FBT001
    return [] if passed else [f"{where}: expected {expected}, observed {show(observed)}"]


def _field(_: Mapping[str, Any], key: str, expected: object, observed: Mapping[Any, Any]) -> list[str]:
    """Exact, but for money and the figures that are printed rounded; `*_any_of` lists the values that pass."""
    name = key.removesuffix("_any_of")
    if name != key and isinstance(expected, Sequence):
        if name not in observed:
            return [f"{name}: not observed"]
        passed = any(agrees(one, observed[name], _field_rule(name)) for one in expected)
        return _mismatch(passed, name, f"one of {show(expected)}", observed[name])
    if key == "shown":
        return _shown(expected, observed)
    return _judge(key, expected, observed, _field_rule(key))


def _shown(expected: object, observed: Mapping[Any, Any]) -> list[str]:
    """`shown` is `usd` rounded half up to cents, whichever of the two was observed."""
    source = observed.get("shown", observed.get("usd"))
    given, wanted = number(source), number(expected)
    if given is None or wanted is None:
        return _judge("shown", expected, observed, Rule(within(Fraction(0))))
    return _mismatch(half_up(given, _CENTS) == wanted, "shown", show(expected), source)


def _field_rule(key: str) -> Rule:
    decimals = _PERCENT_DECIMALS if key.endswith("_percent") else _DECIMALS.get(key)
    if decimals is not None:
        return Rule(rounded(decimals), extras=False)
    is_money = key == "usd" or key.startswith("usd_") or key.endswith("_usd")
    return Rule(within(_USD_TOLERANCE if is_money else Fraction(0)), extras=False)


def _tolerance(case: Mapping[str, Any], key: str, expected: object, observed: Mapping[Any, Any]) -> list[str]:
    """`rel`, `abs` and `sigma`, over all metrics or per metric; the largest allowance wins."""
    given = case["tolerance"]
    allowed = given[key] if isinstance(given.get(key), Mapping) else given
    absolute = max(_part(allowed, "abs"), _part(allowed, "sigma") * _spread(case["expected"], observed, key))
    return _judge(key, expected, observed, Rule(within(absolute, _part(allowed, "rel"))))


def _part(allowed: Mapping[str, Any], name: str) -> Fraction:
    return number(allowed.get(name)) or Fraction(0)


def _spread(expected: Mapping[str, Any], observed: Mapping[Any, Any], key: str) -> Fraction:
    """The standard error of the difference: the case's own and that of the run, if it gives one."""
    errors = [number(m.get(f"{key}_se")) or Fraction(0) for m in (expected, observed)]
    return Fraction(math.hypot(*(float(e) for e in errors)))


def _absolute(case: Mapping[str, Any], key: str, expected: object, observed: Mapping[Any, Any]) -> list[str]:
    """One absolute tolerance on every number; none given is exact."""
    return _judge(key, expected, observed, Rule(within(number(case.get("tolerance")) or Fraction(0))))


def _rows(rows: Sequence[Mapping[str, Any]], observed: object) -> list[str]:
    """Every row must pass. Observed is one entry a row (a value, or a mapping by metric), or one mapping for all."""
    if isinstance(observed, Mapping):
        observed = observed.get("rows", [observed] * len(rows))
    entries = observed if _is_list(observed) else []
    if not rows or len(entries) != len(rows):
        return [f"{len(rows)} rows expected, {len(entries)} observed"]
    pairs = enumerate(zip(rows, entries, strict=True), 1)
    return [line for i, (row, entry) in pairs for line in _row(i, row, plain(entry))]


def _row(index: int, row: Mapping[str, Any], entry: object) -> list[str]:
    metric, where = row["metric"], f"row {index} {row['model']}.{row['metric']}"
    if isinstance(entry, Mapping):
        if metric not in entry:
            return [f"{where}: not observed"]
        entry = plain(entry[metric])
    if "value" in row:
        rule = Rule(within(_part(row, "abs"), _part(row, "rel")))
        return _mismatch(agrees(row["value"], entry, rule), where, show(row["value"]), entry)
    inside = _inside(number(row.get("min")), number(row.get("max")), number(entry))
    return _mismatch(inside, where, f"{show(row.get('min'))} to {show(row.get('max'))}", entry)


def _inside(low: Fraction | None, high: Fraction | None, value: Fraction | None) -> bool:
    if value is None or (low is None and high is None):
        return False
    return (low is None or low <= value) and (high is None or value <= high)


# --- showing ----------------------------------------------------------------------------------------------------------


def show(value: object) -> str:
    """A value on one line, exact numbers as decimals."""
    value = plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {show(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(show(v) for v in value) + "]"
    return str(jsonable(value))


def jsonable(value: object) -> object:
    """A value for JSON: exact numbers as decimal strings, keys as text."""
    value = plain(value)
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in value]
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / Decimal(value.denominator))
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)
