"""Shows access patterns: what each kind of request takes and costs, the largest cost first."""

from collections.abc import Sequence
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
    rows = tuple(
        row(
            _name(cost, patterns),
            numbers.quantity(to_quantity(cost.pattern.requests)),
            _units(cost),
            f"{cost.per_million.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}",
            numbers.usd(cost.monthly_cost),
        )
        for cost in patterns
    )
    return Table(_COLUMNS, rows, shown="details")


def pattern_rows(patterns: Sequence[PatternCost]) -> list[Row]:
    """Rows of unit costs, the dearest first."""
    return [
        unit_row(
            _name(cost, patterns), to_quantity(cost.pattern.requests), cost.per_million / 1_000_000, cost.monthly_cost
        )
        for cost in patterns
    ]


def _units(cost: PatternCost) -> str:
    units = to_quantity(cost.pattern.read_units + cost.pattern.write_units)
    return f"{units.quantize(Decimal('0.001'), ROUND_HALF_UP).normalize():f}"


def _name(cost: PatternCost, patterns: Sequence[PatternCost]) -> str:
    """The table and the request; who sends it where two send the same."""
    by = f", by {cost.pattern.cause.partition('.')[2]}" if _has_twin(cost, patterns) else ""
    return f"{cost.resource} {cost.pattern.what}{by}"


def _has_twin(cost: PatternCost, patterns: Sequence[PatternCost]) -> bool:
    """Whether another caller makes the same request of the same table, so that the caller must be named."""
    same = sum(other.resource == cost.resource and other.pattern.what == cost.pattern.what for other in patterns)
    return same > 1
