"""Shows what one job run can cost, and how it can end."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import RunCost
from capplan.report import numbers
from capplan.report.document import Column, Row, Shown, Table, row

_NEARLY = Decimal("0.999")
_MINUTE, _HOUR = 60, 3600
_SHORT = 10
_COLUMNS = (
    Column("Cost per job run"),
    Column("Mean", "right"),
    Column("p95", "right", optional=1),
    Column("All retries", "right"),
    Column("Worst case", "right"),
    Column("Succeeds", "right"),
    Column("Waste", "right", optional=1),
    Column("Notice after", "right", optional=1),
    Column("Attempts", "right", optional=2),
    Column("Notices/month", "right", optional=2),
)


def runs_table(runs: Sequence[RunCost], few: int) -> Table | None:
    """The table of `estimate`: a row for each resource whose worst run is bounded."""
    bounded = [run for run in runs if run.usd.get("worst_run") is not None and run.runs != 0]
    if not bounded:
        return None
    folded = bounded[few:] if len(bounded) > few + 1 else []
    rows: list[Row] = []
    for run in bounded:
        shown: Shown = "details" if run in folded else "always"
        rows.append(_row(run, shown))
    if folded:
        rows.append(row(f"{len(folded)} more", *[""] * 9, role="dim", shown="short"))
    return Table(_COLUMNS, tuple(rows))


def _row(run: RunCost, shown: Shown) -> Row:
    return row(
        run.resource,
        _usd(run.usd.get("run.expected")),
        _usd(run.usd.get("run.p95")),
        _usd(run.usd.get("run.retried")),
        _usd(run.usd.get("worst_run")),
        _probability(run.success_share),
        _share(run.waste_share),
        _time(run.notice_seconds) if run.notices else "",
        "" if run.attempts is None else _count(run.attempts),
        "" if run.notices is None else _count(run.notices),
        shown=shown,
    )


def _count(value: Decimal) -> str:
    return f"{value:.3g}" if value < _SHORT else f"{value:,.0f}"


def _usd(amount: Decimal | None) -> str:
    return "" if amount is None else numbers.usd(amount)


def _share(value: Decimal | None) -> str:
    return "" if value is None else numbers.share(value)


def _probability(value: Decimal | None) -> str:
    """A probability that is not quite 1 does not read 100%."""
    return ">99.9%" if value is not None and _NEARLY < value < 1 else _share(value)


def _time(seconds: Decimal | None) -> str:
    """Seconds in the unit a reader expects."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{round(whole / _MINUTE)} min"
    return f"{whole / _HOUR:.1f} h"
