"""Shows what one job run can cost, and how it can end."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import RunCost
from capplan.report import numbers
from capplan.report.document import Style, left, right, row, wrap

_FEW = 5
_MEAN, _P95, _RETRIED, _WORST, _SUCCEEDS, _WASTED, _NOTICE = 25, 33, 45, 56, 65, 71, 80
_NEARLY = Decimal("0.999")
_MINUTE, _HOUR = 60, 3600
_SHORT = 10


def runs_block(runs: Sequence[RunCost], style: Style, *, details: bool) -> list[str]:
    """The block of `estimate`: a row for each resource whose worst run is bounded."""
    bounded = [run for run in runs if run.usd.get("worst_run") is not None and run.runs != 0]
    if not bounded:
        return []
    shown = bounded if details else bounded[:_FEW]
    out = row(
        style, left(0, "Cost per job run"), right(_MEAN, "mean"), right(_P95, "P95"), right(_RETRIED, "all retries"),
        right(_WORST, "worst case"), right(_SUCCEEDS, "succeeds"), right(_WASTED, "waste"), right(_NOTICE, "notice"),
        colour="bold",
    )  # fmt: skip
    for run in shown:
        out += _row(run, style)
        if details and run.notices:
            out += wrap(_notices(run), 2, style)
    hidden = len(bounded) - len(shown)
    return out + (row(style, left(0, f"{hidden} more")) if hidden else [])


def _row(run: RunCost, style: Style) -> list[str]:
    figures = (
        right(_MEAN, _usd(run.usd.get("run.expected"))),
        right(_P95, _usd(run.usd.get("run.p95"))),
        right(_RETRIED, _usd(run.usd.get("run.retried"))),
        right(_WORST, _usd(run.usd.get("worst_run"))),
        right(_SUCCEEDS, _probability(run.success_share)),
        right(_WASTED, _share(run.waste_share)),
        right(_NOTICE, _time(run.notice_seconds) if run.notices else ""),
    )
    return row(style, left(0, run.resource), *figures)


def _notices(run: RunCost) -> str:
    cost = "" if run.notice_cost is None else f", cost {numbers.usd(run.notice_cost)} USD"
    notices, attempts = _count(run.notices or Decimal(0)), _count(run.attempts or Decimal(0))
    after = f" {_time(run.notice_seconds)} after the start" if run.notice_seconds is not None else ""
    return f"{notices} failure notices a month{after}{cost}; {attempts} attempts a run"


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
