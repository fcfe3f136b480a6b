"""Shows access patterns: what each kind of request takes and costs, the largest cost first."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import PatternCost
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Cell, Style, left, right, row

_REQUESTS, _UNITS, _MILLION, _AMOUNT = 46, 57, 69, 80


def patterns_block(patterns: Sequence[PatternCost], style: Style, max_rows: int | None) -> list[str]:
    """The block of `estimate`; nothing where no table is accessed. `max_rows` None shows all."""
    if not patterns:
        return []
    heads = (right(_REQUESTS, "a month"), right(_UNITS, "units each"), right(_MILLION, "USD/million"))
    out = row(style, left(0, "Access patterns"), *heads, right(_AMOUNT, "USD/month"), colour="bold")
    shown = patterns[:max_rows]
    for cost in shown:
        out += row(style, *_cells(cost, named=_has_twin(cost, patterns)))
    folded = patterns[len(shown) :]
    if folded:
        total = sum((cost.monthly_cost for cost in folded), Decimal(0))
        out += row(style, left(0, f"{len(folded)} more"), right(_AMOUNT, numbers.usd(total)), colour="dim")
    return out


def _has_twin(cost: PatternCost, patterns: Sequence[PatternCost]) -> bool:
    """Whether another caller makes the same request of the same table, so that the caller must be named."""
    same = sum(other.resource == cost.resource and other.pattern.what == cost.pattern.what for other in patterns)
    return same > 1


def _cells(cost: PatternCost, *, named: bool) -> tuple[Cell, ...]:
    pattern = cost.pattern
    units = to_quantity(pattern.read_units + pattern.write_units)
    by = f", by {pattern.cause.partition('.')[2]}" if named else ""
    return (
        left(0, f"{cost.resource} {pattern.what}{by}"),
        right(_REQUESTS, numbers.quantity(to_quantity(pattern.requests))),
        right(_UNITS, f"{units.quantize(Decimal('0.001'), ROUND_HALF_UP).normalize():f}"),
        right(_MILLION, f"{cost.per_million.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"),
        right(_AMOUNT, numbers.usd(cost.monthly_cost)),
    )
