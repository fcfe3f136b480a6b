"""Shows access patterns: what each kind of request takes and costs, the largest cost first."""

from collections import Counter
from collections.abc import Container, Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import PatternCost
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Column, Row, Table, row
from capplan.report.views.parts import unit_row

_COLUMNS = (
    Column("Access pattern"),
    Column("Requests/month", "right"),
    Column("Units each", "right", optional=1),
    Column("USD/million", "right"),
    Column("USD/month", "right"),
)


def patterns_table(patterns: Sequence[PatternCost]) -> Table | None:
    """All of them, with details; None where no table is accessed."""
    if not patterns:
        return None
    twins = _twins(patterns)
    rows = tuple(
        row(
            _name(cost, twins),
            numbers.quantity(to_quantity(cost.pattern.requests)),
            _units(cost),
            f"{cost.per_million.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}",
            numbers.usd(cost.monthly_cost),
        )
        for cost in patterns
    )
    return Table(_COLUMNS, rows, shown="details")


def pattern_rows(patterns: Sequence[PatternCost], most: int) -> list[Row]:
    """Rows of unit costs, the dearest first, at most so many."""
    twins = _twins(patterns)
    return [
        unit_row(
            _name(cost, twins), to_quantity(cost.pattern.requests), cost.per_million / 1_000_000, cost.monthly_cost
        )
        for cost in patterns[:most]
    ]


def _units(cost: PatternCost) -> str:
    units = to_quantity(cost.pattern.read_units + cost.pattern.write_units)
    return f"{units.quantize(Decimal('0.001'), ROUND_HALF_UP).normalize():f}"


def _name(cost: PatternCost, twins: Container[tuple[str, str]]) -> str:
    """The table and the request; who sends it where two send the same."""
    by = f", by {cost.pattern.cause.partition('.')[2]}" if (cost.resource, cost.pattern.what) in twins else ""
    return f"{cost.resource} {cost.pattern.what}{by}"


def _twins(patterns: Sequence[PatternCost]) -> frozenset[tuple[str, str]]:
    """Requests that several callers make of the same table, so that the caller must be named."""
    callers = Counter((cost.resource, cost.pattern.what) for cost in patterns)
    return frozenset(request for request, count in callers.items() if count > 1)
