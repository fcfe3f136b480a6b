"""What one run may cost and how it may end, for a person. It computes nothing."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import RunCost
from capplan.report import numbers
from capplan.report.document import Style, left, right, row, wrap

_FEW = 5
_EXPECTED, _P95, _RETRIED, _WORST, _SUCCEEDS, _WASTED, _TOLD = 28, 37, 46, 56, 65, 71, 80
_NEARLY = Decimal("0.999")
_MINUTE, _HOUR = 60, 3600


def runs_block(runs: Sequence[RunCost], style: Style, *, details: bool) -> list[str]:
    """The heading RUNS and a row for each resource whose worst run is bounded."""
    shown = [run for run in runs if run.usd.get("worst_run") is not None and run.runs != 0]
    if not shown:
        return []
    cut = shown if details else shown[:_FEW]
    out = row(
        style, left(0, "RUNS", "bold"), right(_EXPECTED, "expected"), right(_P95, "P95"),
        right(_RETRIED, "retried"), right(_WORST, "at worst"), right(_SUCCEEDS, "succeeds"), right(_WASTED, "waste"),
        right(_TOLD, "told in"),
    )  # fmt: skip
    for run in cut:
        out += _row(run, style)
        if details and run.notices:
            out += wrap(_notices(run), 2, style)
    if len(shown) > len(cut):
        out += row(style, left(0, f"{len(shown) - len(cut)} more"))
    return out


def _row(run: RunCost, style: Style) -> list[str]:
    figures = (
        right(_EXPECTED, _usd(run.usd.get("run.expected"))),
        right(_P95, _usd(run.usd.get("run.p95"))),
        right(_RETRIED, _usd(run.usd.get("run.retried"))),
        right(_WORST, _usd(run.usd.get("worst_run"))),
        right(_SUCCEEDS, _sure(run.success_share)),
        right(_WASTED, _share(run.waste_share)),
        right(_TOLD, _time(run.notice_seconds) if run.notices else ""),
    )
    return row(style, left(0, run.resource), *figures)


def _notices(run: RunCost) -> str:
    cost = "" if run.notice_cost is None else f", which cost {numbers.usd(run.notice_cost)} USD"
    return f"{_plain(run.notices or Decimal(0))} failures a month are told{cost}; {_plain(run.attempts or Decimal(0))} attempts a run"


def _plain(value: Decimal) -> str:
    return f"{value:.3g}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004  two digits and more say enough


def _usd(amount: Decimal | None) -> str:
    return "" if amount is None else numbers.usd(amount)


def _share(value: Decimal | None) -> str:
    return "" if value is None else numbers.share(value)


def _sure(value: Decimal | None) -> str:
    """A chance that is not quite certain does not read 100%."""
    if value is None or not _NEARLY < value < 1:
        return _share(value)
    return ">99.9%"


def _time(seconds: Decimal | None) -> str:
    """Seconds as a reader says them."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{round(whole / _MINUTE)} min"
    return f"{whole / _HOUR:.1f} h"
