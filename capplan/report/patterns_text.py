"""Access patterns for a person: what each request takes and costs, the dearest first. It computes nothing."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import PatternCost
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Cell, Style, left, right, row

_REQUESTS, _UNITS, _MILLION, _AMOUNT = 46, 57, 69, 80


def patterns_block(patterns: Sequence[PatternCost], style: Style, *, top: int | None) -> list[str]:
    """The block of `estimate`; nothing where no table is accessed. `top` None shows all."""
    if not patterns:
        return []
    heads = (right(_REQUESTS, "a month"), right(_UNITS, "units each"), right(_MILLION, "USD/million"))
    out = row(style, left(0, "ACCESS PATTERNS"), *heads, right(_AMOUNT, "USD/month"), colour="bold")
    shown = patterns if top is None else patterns[:top]
    for one in shown:
        out += row(style, *_cells(one, caused=_by_several(one, patterns)))
    rest = patterns[len(shown) :]
    if rest:
        cost = sum((one.monthly_cost for one in rest), Decimal(0))
        out += row(style, left(0, f"{len(rest)} more"), right(_AMOUNT, numbers.usd(cost)), colour="dim")
    return out


def _by_several(one: PatternCost, patterns: Sequence[PatternCost]) -> bool:
    """Whether others ask the same of the same table, so that the cause must be named."""
    return sum(other.resource == one.resource and other.pattern.what == one.pattern.what for other in patterns) > 1


def _cells(one: PatternCost, *, caused: bool) -> tuple[Cell, ...]:
    pattern = one.pattern
    units = to_quantity(pattern.read_units + pattern.write_units)
    by = f", by {pattern.cause.partition('.')[2]}" if caused else ""
    return (
        left(0, f"{one.resource} {pattern.what}{by}"),
        right(_REQUESTS, numbers.quantity(to_quantity(pattern.requests))),
        right(_UNITS, f"{units.quantize(Decimal('0.001'), ROUND_HALF_UP).normalize():f}"),
        right(_MILLION, f"{one.per_million.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"),
        right(_AMOUNT, numbers.usd(one.monthly_cost)),
    )
