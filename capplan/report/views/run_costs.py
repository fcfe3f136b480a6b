"""Shows what one job run can cost, and how it can end."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import RunCost
from capplan.quantities.text import figure
from capplan.report import numbers
from capplan.report.document import Column, Row, Table, row
from capplan.report.views.parts import unit_row

_NEARLY = Decimal("0.999")
_MINUTE, _HOUR = 60, 3600
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


def runs_table(runs: Sequence[RunCost]) -> Table | None:
    """With details: a row for each resource whose worst run is bounded."""
    bounded = _bounded(runs)
    return Table(_COLUMNS, tuple(_row(run) for run in bounded), shown="details") if bounded else None


def run_rows(runs: Sequence[RunCost]) -> list[Row]:
    """Rows of unit costs: a run, and at worst."""
    out = []
    for run in _bounded(runs):
        mean, count = run.usd.get("run.expected"), run.runs or Decimal(0)
        worst = _usd(run.usd.get("worst_run"))
        out.append(
            unit_row(f"{run.resource} run, {worst} at worst", count, mean, None if mean is None else mean * count)
        )
    return out


def _bounded(runs: Sequence[RunCost]) -> list[RunCost]:
    return [run for run in runs if run.usd.get("worst_run") is not None and run.runs != 0]


def _row(run: RunCost) -> Row:
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
    )


def _count(value: Decimal) -> str:
    return figure(value)


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
