"""Shows limits with their peak load, how much of each is used, and the traffic at which they are exceeded."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import PlannedLimit
from capplan.quantities.text import lasting
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import Cell, Column, Meter, Role, Row, Shown, Table, line, row
from capplan.report.verdicts import limit_label

NEAR = Decimal("0.20")
"""A limit with less headroom is near: amber, and always shown."""
_FEW = 5
_TIMES_MS = {"ms": 1, "s": 1000, "min": 60_000}
_MAX_MULTIPLE = 1000
_COLUMNS = (
    Column("Limit"),
    Column("Peak", "right"),
    Column("Limit value", "right"),
    Column("Used", "right"),
    Column("", optional=2),
    Column("Exceeded at", "right"),
    Column("Peak time", optional=3),
)


def limits_table(limits: Sequence[PlannedLimit], *, details: bool = True) -> Table:
    """Limits, the least headroom first: five, and all with less than 20%; the others with details only."""
    ordered = ranked(limits)
    near = sum(p.headroom < NEAR for p in ordered)
    first = max(_FEW, near)
    folded = ordered[first:]
    if len(folded) == 1:  # a row that says so takes as much as the limit
        folded = []
    rows: list[Row] = []
    with_word = True  # until the first row that says "traffic"
    for i, limit in enumerate(ordered if details or not folded else ordered[:first]):
        rows.append(_row(limit, "details" if folded and i >= first else "always", with_word=with_word))
        with_word = with_word and not _has_multiple(rows[-1])
    if folded:
        words = f"{len(folded)} more, at most {numbers.share(1 - folded[0].headroom)} used"
        rows.append(row(words, "", "", "", "", "", "", role="dim", shown="short"))
    return Table(_COLUMNS, tuple(rows))


def ranked(limits: Sequence[PlannedLimit]) -> list[PlannedLimit]:
    """The least headroom first; a limit that more traffic never exceeds comes after those as near that it does."""
    return sorted(limits, key=lambda p: (p.headroom, p.breaks_at is None, p.check.resource, p.check.limit))


def limit_role(limit: PlannedLimit) -> Role:
    """Red where it is exceeded, amber where less than 20% is left."""
    return "bad" if limit.breached else "warn" if limit.headroom < NEAR else "good"


def _has_multiple(made: Row) -> bool:
    cell = made.cells[5]
    return isinstance(cell, tuple) and bool(cell)


def _row(limit: PlannedLimit, shown: Shown, *, with_word: bool) -> Row:
    check, role = limit.check, limit_role(limit)
    used = 1 - limit.headroom
    marked = {"bad": "! ", "warn": "", "good": ""}[role]
    label: Cell = line(marked, limit_label(check.resource, check.limit))
    multiple = times(limit.breaks_at)
    words = f"{multiple} traffic" if multiple and with_word else multiple
    unit = check.unit if len(check.unit) <= 8 else ""  # noqa: PLR2004  a longer one only says the label again
    ms = _TIMES_MS.get(unit)  # a time reads in the unit that a person would say
    percent = numbers.share(used) if used < 10 else numbers.times(used)  # noqa: PLR2004  tenfold
    return Row(
        (
            label,
            line(lasting(check.load * ms) if ms else numbers.rate(check.load)),
            line(lasting(check.quota * ms) if ms else numbers.measured(check.quota, unit)),
            (replace(line(percent)[0], role="" if role == "good" else role),),
            Meter(float(used), role),
            line("exceeded" if limit.breached else words),
            line(limit.at),
        ),
        shown=shown,
    )


def times(multiple: Decimal | None) -> str:
    """`2.0×`; whole from 10× on, `>1000×` beyond; empty for never."""
    if multiple is None:
        return ""
    if multiple > _MAX_MULTIPLE:
        return f">{_MAX_MULTIPLE}×"
    return f"{multiple:.1f}×" if multiple < 10 else f"{multiple:,.0f}×"  # noqa: PLR2004  two digits say enough
