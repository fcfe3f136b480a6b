"""Shows costs before and after as a table, the largest change first."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import Bar, Column, Role, Row, Shown, Span, Table, row

_FEW = 10
_CENT = Decimal("0.01")


class Change(NamedTuple):
    """A name's cost in both plans, USD a month; None where there is none."""

    label: str
    base: Decimal | None
    head: Decimal | None

    @property
    def amount(self) -> Decimal:
        """What it costs more."""
        return (self.head or Decimal(0)) - (self.base or Decimal(0))


def changes_table(title: str, changes: Sequence[Change], base: Decimal, head: Decimal) -> Table:
    """The changes and the totals of the plans; what did not change, and more than ten, folds."""
    moved = sorted((x for x in changes if x.amount), key=lambda x: (-abs(x.amount), x.label))
    kept = moved if len(moved) <= _FEW + 1 else moved[:_FEW]
    hidden = [x for x in changes if x not in kept]
    kept = kept if len(hidden) != 1 else [*kept, *hidden]
    hidden = hidden if len(hidden) != 1 else []
    largest = max((abs(x.amount) for x in moved), default=Decimal(0))
    rows = [_row(x, largest, "always") for x in kept] + [_row(x, largest, "details") for x in hidden]
    rest = [Change(f"{len(hidden)} more", _sum(x.base for x in hidden), _sum(x.head for x in hidden))] if hidden else []
    rows += [_row(x, largest, "short", "dim") for x in rest]
    total = Change("Total", base, head)
    rows += _rounding([*kept, *rest], total, "short" if hidden else "always")
    rows += _rounding([*kept, *hidden], total, "details") if hidden else []
    rows.append(replace(_row(total, largest, "always", "strong"), space=True))
    columns = (
        Column(title),
        Column("Before", "right"),
        Column("After", "right"),
        Column("USD/month", "right"),
        Column("Change", "right", optional=2),
        Column("", optional=1),
    )
    return Table(columns, tuple(rows))


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((v for v in values if v is not None), Decimal(0))


def _row(change: Change, largest: Decimal, shown: Shown, role: Role = "") -> Row:
    """A cost before and after, and the difference: more is red, less is green."""
    more: Role = "bad" if change.amount > 0 else "good" if change.amount < 0 else ""
    share = numbers.share(abs(change.amount) / change.base) if change.base and change.amount else ""
    return row(
        change.label,
        "new" if change.base is None else numbers.usd(change.base),
        "removed" if change.head is None else numbers.usd(change.head),
        Span(numbers.usd(change.amount, sign=True), more),
        ("+" if change.amount > 0 else "−") + share if share else "",
        Bar(float(abs(change.amount) / largest), more) if not role and change.amount else "",
        shown=shown,
        role=role,
    )


def _rounding(shown_rows: Sequence[Change], total: Change, shown: Shown) -> list[Row]:
    """The difference of the shown cents to the shown totals."""
    base = _cents(total.base or Decimal(0)) - _sum(_cents(x.base or Decimal(0)) for x in shown_rows)
    head = _cents(total.head or Decimal(0)) - _sum(_cents(x.head or Decimal(0)) for x in shown_rows)
    amount = _cents(total.amount) - _sum(_cents(x.amount) for x in shown_rows)
    if not (base or head or amount):
        return []
    cells = (numbers.usd(x, sign=True) if x else "" for x in (base, head, amount))
    return [row("rounding", *cells, "", "", role="dim", shown=shown)]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
