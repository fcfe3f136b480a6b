"""Shows access patterns: what each kind of request takes and costs, the largest cost first."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import PatternCost
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Column, Row, Shown, Table, row

_COLUMNS = (
    Column("Access pattern"),
    Column("Requests/month", "right"),
    Column("Units each", "right", optional=1),
    Column("USD/million", "right"),
    Column("USD/month", "right"),
)


def patterns_table(patterns: Sequence[PatternCost], few: int) -> Table | None:
    """The table of `estimate`; None where no table is accessed."""
    if not patterns:
        return None
    folded = patterns[few:] if len(patterns) > few + 1 else ()
    rows = [
        _row(cost, named=_has_twin(cost, patterns), shown="details" if cost in folded else "always")
        for cost in patterns
    ]
    if folded:
        total = numbers.usd(sum((cost.monthly_cost for cost in folded), Decimal(0)))
        rows.append(row(f"{len(folded)} more", "", "", "", total, role="dim", shown="short"))
    return Table(_COLUMNS, tuple(rows))


def _has_twin(cost: PatternCost, patterns: Sequence[PatternCost]) -> bool:
    """Whether another caller makes the same request of the same table, so that the caller must be named."""
    same = sum(other.resource == cost.resource and other.pattern.what == cost.pattern.what for other in patterns)
    return same > 1


def _row(cost: PatternCost, *, named: bool, shown: Shown) -> Row:
    pattern = cost.pattern
    units = to_quantity(pattern.read_units + pattern.write_units)
    by = f", by {pattern.cause.partition('.')[2]}" if named else ""
    return row(
        f"{cost.resource} {pattern.what}{by}",
        numbers.quantity(to_quantity(pattern.requests)),
        f"{units.quantize(Decimal('0.001'), ROUND_HALF_UP).normalize():f}",
        f"{cost.per_million.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}",
        numbers.usd(cost.monthly_cost),
        shown=shown,
    )
