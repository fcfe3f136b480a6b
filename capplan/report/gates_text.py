"""Every observable with its value today and a gate that holds, so that writing a gate is picking one. It judges none."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from capplan.language.gate_tokens import plain_name
from capplan.pipeline.results import Observed, Plan
from capplan.report import numbers
from capplan.report.delimited import cell, csv_text
from capplan.report.document import Style, columns, finish, left, right, row, safe, wrap
from capplan.report.plan_json import number
from capplan.report.plan_text import title
from capplan.report.verdicts import rounded

SCHEMA = "capplan.gates/1"
_SLACK = Decimal("0.2")
"""How far a suggested limit lies from today's value."""
_DIGITS = 2
_WIDEST_NAME = 40
_OF_LIMIT = Decimal("0.8")
_TIMES = (("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1))
_SIZES = (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10))


def gates_text(plan: Plan, shown: Sequence[Observed], style: Style) -> str:
    """The observables as a table."""
    head = title(
        plan.name, plan.region, f"{numbers.count(len(shown), 'observable')}, each with a gate that holds", style
    )
    if not shown:
        return finish([[head], ["No observable has that in its name. Without a word all are listed."]])
    name = min(max(columns(safe(plain_name(o.name), style)) for o in shown), _WIDEST_NAME) + 1
    today = name + 16
    out = row(style, left(0, "OBSERVABLE"), right(today, "today"), left(today + 1, "a gate that holds"), colour="bold")
    for one in shown:
        value = "unknown" if one.value is None else rounded(one.value, one.unit)
        out += row(style, left(0, plain_name(one.name)), right(today, value), left(today + 1, holds(one)))
    return finish([[head], out, wrap(_HOW, 0, style)])


_HOW = (
    "Write one under gates: `- orders.throttled < 0.1%`, or `- {warn: orders.throttled < 0.1%}`. Join them with and, "
    "or, not, figures with + - * /. Every one has .change and .change_percent against --baseline."
)


def gates_record(plan: Plan, shown: Sequence[Observed]) -> dict[str, Any]:
    """The record `capplan.gates/1`."""
    return {
        "schema": SCHEMA,
        "scenario": {"name": plan.name, "region": plan.region, "sha256": plan.sha256},
        "observables": [
            {
                "name": o.name,
                "value": number(o.value),
                "unit": o.unit,
                "limit": number(o.limit),
                "why_unknown": o.why_unknown or None,
                "gate": f"{plain_name(o.name)} {holds(o)}" if o.value is not None else None,
            }
            for o in shown
        ],
    }


def gates_csv(shown: Iterable[Observed]) -> str:
    """A row an observable."""
    rows = (
        (cell(o.name), number(o.value) or "", o.unit, number(o.limit) or "", cell(o.why_unknown), cell(holds(o)))
        for o in shown
    )
    return csv_text(("observable", "value", "unit", "limit", "why_unknown", "gate_that_holds"), rows)


def holds(one: Observed) -> str:
    """A comparison that holds today with a fifth of slack, as it would be typed; for an unknown the reason."""
    if one.value is None:
        return one.why_unknown
    if one.floor:
        return f">= {_written(_down(one.value - abs(one.value) * _SLACK), one.unit, up=False)}"
    if one.limit is not None and one.value < one.limit * _OF_LIMIT:
        return "< 80% of limit"
    return f"<= {_written(_up(one.value + abs(one.value) * _SLACK), one.unit, up=True)}"


def _up(value: Decimal) -> Decimal:
    return _two_digits(value, ROUND_CEILING)


def _down(value: Decimal) -> Decimal:
    return _two_digits(value, ROUND_FLOOR)


def _two_digits(value: Decimal, rounding: str) -> Decimal:
    """A figure with two significant digits, never on the wrong side of it; 10 decimals at most."""
    if not value:
        return Decimal(0)
    place = max(value.adjusted() - _DIGITS + 1, -10)
    return value.quantize(Decimal(1).scaleb(place), rounding)


def _written(value: Decimal, unit: str, *, up: bool) -> str:
    if unit == "%":
        return f"{_two_digits(value * 100, ROUND_CEILING if up else ROUND_FLOOR):f}%"
    if unit in ("ms", "bytes"):
        scales = _TIMES if unit == "ms" else _SIZES
        word, size = next(((w, s) for w, s in scales if value >= s), (unit, 1))
        return f"{_two_digits(value / size, ROUND_CEILING):f} {word}"
    if unit.startswith("/"):
        return f"{value:f}{unit}"
    return f"{value:f} {unit}".rstrip()
