"""Adds a saved plan up again, from its JSON alone and with arithmetic of its own: whole numbers and fractions.

Nothing of what makes a plan is used here, so that a mistake there cannot hide itself. Keys that are not known are passed
over; a check whose keys are missing is left out, and not counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from capplan.errors import CapplanError, Diagnostic

_PLAN = "capplan.plan/1"
_FIGURE = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_STEP = 10**10
_SMALLEST = Fraction(1, _STEP)
_SIX_DIGITS = Fraction(1, 10**5)
"""A simulation's figures are kept with six significant digits."""
_ONE_TIME = "one_time"
_MONTHS = 12
_Json = Mapping[str, object]


class Mismatch(NamedTuple):
    """A figure that is not what its parts give.

    Attributes:
        where: Where it stands, such as "line_items orders.reads".
        written: As the file has it.
        added_up: As its parts give it.
    """

    where: str
    written: str
    added_up: str


class Check(NamedTuple):
    """A rule, how many figures it was held against, and those that break it."""

    rule: str
    checked: int
    mismatches: tuple[Mismatch, ...]


class Verified(NamedTuple):
    """A saved plan, added up again."""

    name: str
    region: str
    sha256: str
    checks: tuple[Check, ...]

    @property
    def adds_up(self) -> bool:
        """Whether nothing differs."""
        return not any(check.mismatches for check in self.checks)


def verify(data: object, file: str) -> tuple[Verified, ...]:
    """The plans of a saved JSON, one or a list of them, each added up again. Raises CapplanError where there is none."""
    plans = data if isinstance(data, list) else [data]
    if not plans:
        raise _not_a_plan(file, "it holds no plan")
    return tuple(_verified(plan, file) for plan in plans)


def _verified(plan: object, file: str) -> Verified:
    schema = plan.get("schema") if isinstance(plan, dict) else None
    if not isinstance(plan, dict) or schema != _PLAN:
        why = f"its schema is '{schema[:40]}'" if isinstance(schema, str) else "it has no schema"
        raise _not_a_plan(file, why)
    for key in ("monthly_cost", "line_items", "resources"):
        if key not in plan:
            raise _not_a_plan(file, f"'{key}' is missing")
    counted = ((rule, list(rows(plan))) for rule, rows in _RULES)
    checks = (
        Check(rule, len(rows), tuple(row for row in rows if isinstance(row, Mismatch)))
        for rule, rows in counted
        if rows
    )
    scenario = _map(plan.get("scenario"))
    name, region, sha256 = (str(scenario.get(key) or "") for key in ("name", "region", "sha256"))
    return Verified(name, region, sha256, tuple(checks))


def _not_a_plan(file: str, why: str) -> CapplanError:
    hint = "save one with capplan estimate SCENARIO --format json=plan.json"
    return CapplanError((Diagnostic(file, 0, 0, f"not a saved plan: {why}", hint),))


# --- reading, and the only arithmetic ---------------------------------------------------------------------------------


class _NoFigureError(Exception):
    """What stands where a figure should."""


def _figure(value: object) -> Fraction:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _FIGURE.fullmatch(text):
        raise _NoFigureError(str(value)[:60])
    return Fraction(text)


def _half_up(amount: Fraction) -> Fraction:
    """At ten decimals, a half away from zero."""
    steps = (abs(amount) * _STEP * 2 + 1) // 2
    return Fraction(steps if amount >= 0 else -steps, _STEP)


def _text(amount: Fraction) -> str:
    """At most ten decimals, without trailing zeros."""
    steps = int(_half_up(amount) * _STEP)
    whole, rest = divmod(abs(steps), _STEP)
    digits = f"{whole}.{rest:010}".rstrip("0").rstrip(".")
    return f"-{digits}" if steps < 0 else digits


def _map(value: object) -> _Json:
    return value if isinstance(value, dict) else {}


def _rows(plan: _Json, key: str) -> list[_Json]:
    value = plan.get(key)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


_Result = Mismatch | None


def _same(where: str, written: object, added_up: Callable[[], Fraction], within: Fraction = Fraction(0)) -> _Result:
    """A mismatch where a figure differs from its parts by more than `within`, or is none."""
    try:
        expected = added_up()
    except _NoFigureError as error:
        return Mismatch(where, str(written), f"a part of it is no figure: {error}")
    try:
        found = _figure(written)
    except _NoFigureError as error:
        return Mismatch(where, f"no figure: {error}", _text(expected))
    return None if abs(found - expected) <= within else Mismatch(where, str(written), _text(expected))


def _sum(rows: Sequence[_Json], key: str) -> Fraction:
    return sum((_figure(row.get(key)) for row in rows), Fraction(0))


def _monthly(plan: _Json) -> list[_Json]:
    return [row for row in _rows(plan, "line_items") if row.get("charge_frequency") != _ONE_TIME]


# --- the rules --------------------------------------------------------------------------------------------------------


def _list_costs(plan: _Json) -> Iterator[_Result]:
    for row in _rows(plan, "line_items"):
        yield _same(
            f"{row.get('id')} list_cost",
            row.get("list_cost"),
            lambda row=row: _half_up(_figure(row.get("pricing_quantity")) * _figure(row.get("list_unit_price"))),  # type: ignore[misc]
        )


def _contracted_costs(plan: _Json) -> Iterator[_Result]:
    if plan.get("discount") is None:
        return
    for row in _rows(plan, "line_items"):
        yield _same(
            f"{row.get('id')} contracted_cost",
            row.get("contracted_cost"),
            lambda row=row: _half_up(_figure(row.get("list_cost")) * (1 - _figure(plan.get("discount")))),  # type: ignore[misc]
        )


def _line_ids(plan: _Json) -> Iterator[_Result]:
    for name, number in Counter(str(row.get("id")) for row in _rows(plan, "line_items")).items():
        yield None if number == 1 else Mismatch(f"line item {name}", f"{number} times", "once")


def _totals(plan: _Json) -> Iterator[_Result]:
    monthly = _monthly(plan)
    once = [row for row in _rows(plan, "line_items") if row.get("charge_frequency") == _ONE_TIME]
    sums: dict[str, Callable[[], Fraction]] = {
        "monthly_cost": lambda: _sum(monthly, "contracted_cost"),
        "list_cost": lambda: _sum(monthly, "list_cost"),
        "one_time_cost": lambda: _sum(once, "contracted_cost"),
        "yearly_cost": lambda: _sum(monthly, "contracted_cost") * _MONTHS,
    }
    for key, added_up in sums.items():
        if plan.get(key) is not None:
            yield _same(key, plan[key], added_up)


def _by(key: str, of_line: str) -> Callable[[_Json], Iterator[_Result]]:
    """Totals by a key of line items; one that no line has is 0."""

    def rule(plan: _Json) -> Iterator[_Result]:
        if not plan.get(key):
            return
        said, monthly = _map(plan[key]), _monthly(plan)
        if any(not row.get(of_line) for row in monthly):
            return
        for name in dict.fromkeys([*said, *(str(row[of_line]) for row in monthly)]):
            rows = [row for row in monthly if row[of_line] == name]
            yield _same(f"{key} {name}", said.get(name, "nothing"), lambda rows=rows: _sum(rows, "contracted_cost"))  # type: ignore[misc]

    return rule


def _resources(plan: _Json) -> Iterator[_Result]:
    monthly, labels = _monthly(plan), []
    for resource in _rows(plan, "resources"):
        label = resource.get("label") or resource.get("name")
        labels.append(label)
        rows = [row for row in monthly if row.get("resource") == label]
        yield _same(
            f"{label} monthly_cost",
            resource.get("monthly_cost"),
            lambda rows=rows: _sum(rows, "contracted_cost"),  # type: ignore[misc]
        )
    for owner in {str(row.get("resource")): row.get("resource") for row in monthly}.values():
        if owner not in labels:
            yield Mismatch(f"line items of {owner}", "a resource", "no such resource")


def _tags(plan: _Json) -> Iterator[_Result]:
    if "cost_by_tag" not in plan:
        return
    owners: dict[str, list[_Json]] = {}
    for resource in _rows(plan, "resources"):
        for key, value in _map(resource.get("tags")).items():
            owners.setdefault(f"{key}={value}", []).append(resource)
    said = _map(plan.get("cost_by_tag"))
    for tag in dict.fromkeys([*said, *owners]):
        rows = owners.get(tag, [])
        yield _same(f"cost_by_tag {tag}", said.get(tag, "nothing"), lambda rows=rows: _sum(rows, "monthly_cost"))  # type: ignore[misc]


def _flow(plan: _Json) -> Iterator[_Result]:
    """What is offered is served, dropped, or still waits at the end, which is at most the longest queue."""
    values = {str(row.get("name")): row.get("value") for row in _rows(plan, "observables")}
    for name, value in values.items():
        label, _, metric = name.rpartition(".")
        parts = [values.get(f"{label}.{part}") for part in ("served", "dropped", "waiting.peak")]
        if metric != "offered" or value is None or None in parts:
            continue
        try:
            offered, served, dropped, peak = map(_figure, (value, *parts))
        except _NoFigureError as error:
            yield Mismatch(name, str(value), f"no figure: {error}")
            continue
        waits, slack = offered - served - dropped, 3 * _SMALLEST + max(offered, peak) * _SIX_DIGITS
        text = f"served {_text(served)}, dropped {_text(dropped)}, at most {_text(peak)} waiting"
        yield None if -slack <= waits <= peak + slack else Mismatch(name, _text(offered), text)


def _combined(plan: _Json) -> Iterator[_Result]:
    found = _map(plan.get("combined"))
    if not found:
        return
    yield _same(
        "combined monthly_cost + saving",
        plan.get("monthly_cost"),
        lambda: _figure(found.get("monthly_cost")) + _figure(found.get("saving")),
    )
    groups = {str(row.get("number")): row.get("group") for row in _rows(plan, "recommendations")}
    numbers = found.get("numbers")
    for number in numbers if isinstance(numbers, list) and groups else ():
        keeps = groups.get(str(number)) in ("risk", "saving")
        yield (
            None
            if keeps
            else Mismatch(f"combined {number}", "applied", f"{groups.get(str(number)) or 'no recommendation'}")
        )


def _findings(plan: _Json) -> Iterator[_Result]:
    """A finding's share of the bill."""
    for row in (*_rows(plan, "findings"), *_rows(plan, "recommendations")):
        share, saving = row.get("share_of_bill"), row.get("monthly_saving")
        if share is not None and saving is not None and _is_positive(plan.get("monthly_cost")):
            yield _same(
                f"{row.get('rule')} {row.get('resource') or row.get('resources')} share_of_bill",
                share,
                lambda saving=saving: _figure(saving) / _figure(plan.get("monthly_cost")),  # type: ignore[misc]
                _SMALLEST,
            )


def _is_positive(value: object) -> bool:
    try:
        return _figure(value) > 0
    except _NoFigureError:
        return False


def _limits(plan: _Json) -> Iterator[_Result]:
    """Headroom may count what a load and a limit do not tell, such as how often two runs meet; its sign may not."""
    for row in _rows(plan, "limits"):
        where = f"{row.get('resource')} {row.get('limit')}"
        try:
            load, quota, headroom = (_figure(row.get(key)) for key in ("load", "quota", "headroom"))
        except _NoFigureError as error:
            yield Mismatch(where, str(row.get("headroom")), f"no figure: {error}")
            continue
        exceeded = load > quota
        said = row.get("breached") is True
        is_right = (headroom < 0) is exceeded and not (said and not exceeded)
        text = f"load {_text(load)}, limit {_text(quota)}"
        yield None if is_right else Mismatch(where, f"headroom {_text(headroom)}{', exceeded' if said else ''}", text)


_PASSES: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _gates(plan: _Json) -> Iterator[_Result]:
    for row in _rows(plan, "gates"):
        passes = _PASSES.get(str(row.get("operator")))
        if passes is None:
            continue
        try:
            holds = passes(_figure(row.get("observed")), _figure(row.get("limit")))
        except _NoFigureError as error:
            yield Mismatch(f"gate {row.get('gate')}", str(row.get("verdict")), f"no figure: {error}")
            continue
        is_right = (row.get("verdict") == "pass") is holds
        yield (
            None
            if is_right
            else Mismatch(f"gate {row.get('gate')}", str(row.get("verdict")), "pass" if holds else "fail")
        )


_RULES: Sequence[tuple[str, Callable[[_Json], Iterator[_Result]]]] = (
    ("list cost = quantity × unit price, half up at 10 decimals", _list_costs),
    ("contracted cost = list cost less the discount", _contracted_costs),
    ("each line item has an id of its own", _line_ids),
    ("totals are the sums of line items", _totals),
    ("each resource costs the sum of its line items", _resources),
    ("cost by service is the sum of its line items", _by("cost_by_service", "service")),
    ("cost by Region is the sum of its line items", _by("cost_by_region", "region")),
    ("cost by tag is the sum of its resources", _tags),
    ("offered = served + dropped + what waits", _flow),
    ("headroom is negative, and a limit exceeded, where the load is above it only", _limits),
    ("a gate's verdict follows from its figures", _gates),
    ("a finding's share is its saving of the bill", _findings),
    ("together: the bill less the saving", _combined),
)
