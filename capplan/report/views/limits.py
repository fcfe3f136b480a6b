"""Shows limits with their peak load, headroom, and the traffic at which they are exceeded."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import PlannedLimit
from capplan.report import numbers
from capplan.report.document import Style, bar, columns, left, right, row, safe
from capplan.report.verdicts import limit_name

_NEAR = Decimal("0.20")
"""A limit with less headroom is always shown."""
_FEW = 5
_MAX_NAME = 30
_MAX_MULTIPLE = 1000
_SHORT_UNIT = 6
_SHORT_BAR = 3
"""A bar of no more cells says nothing."""


def limits_block(limits: Sequence[PlannedLimit], style: Style, *, details: bool) -> list[str]:
    """Limits, the least headroom first: five, and all with less than 20%; a bar where it fits beside the names."""
    if not limits:
        return []
    ranked = sorted(limits, key=lambda p: (p.headroom, p.check.resource, p.check.limit))
    shown = [p for i, p in enumerate(ranked) if details or i < _FEW or p.headroom < _NEAR]
    name = min(max(columns(safe(_name(p), style)) for p in shown), _MAX_NAME) + 1
    unit = max(len(_unit(p)) for p in shown)
    peak, limit = name + 7, name + 14
    shift = 14 if style.wide else 0
    headroom, exceeded, when = 55 + shift, 67 + shift, 68 + shift
    cells = min(headroom - 6 - (limit + 1 + unit + 1), 10)
    cells = cells if cells > _SHORT_BAR else 0
    out = row(
        style,
        left(0, "Limits"),
        right(peak, "peak"),
        right(limit, "limit"),
        left(limit + unit + 2, "used" if cells else ""),
        right(headroom, "headroom"),
        right(exceeded, "exceeded at"),
        left(when, "peak time"),
        colour="bold",
    )
    for p in shown:
        drawn = bar(float(1 - p.headroom), cells, style)
        colour = "red" if p.breached else "yellow" if p.headroom < _NEAR else ""
        out += row(
            style,
            left(0, _name(p)),
            right(peak, numbers.rate(p.check.load)),
            right(limit, numbers.rate(p.check.quota)),
            left(limit + 1, _unit(p)),
            left(limit + unit + 2, drawn),
            right(headroom, numbers.free(p.headroom), colour),
            right(exceeded, "exceeded" if p.breached else times(p.breaks_at), colour),
            left(when, p.at),
        )
    hidden = ranked[len(shown) :]
    if hidden:
        out += row(
            style,
            left(0, f"{len(hidden)} more"),
            right(headroom + 1, f"{numbers.share(hidden[0].headroom)}+"),
            colour="dim",
        )
    return out


def _unit(limit: PlannedLimit) -> str:
    """The load's unit where it is short; a long one only says again what the limit's name says."""
    return limit.check.unit if len(limit.check.unit) <= _SHORT_UNIT else ""


def _name(limit: PlannedLimit) -> str:
    return limit_name(limit.check.resource, limit.check.limit)


def times(multiple: Decimal | None) -> str:
    """`2.0x`; whole from 10x on, `>1000x` beyond."""
    if multiple is None:
        return ""
    if multiple > _MAX_MULTIPLE:
        return f">{_MAX_MULTIPLE}x"
    return f"{multiple:.1f}x" if multiple < 10 else f"{multiple:,.0f}x"  # noqa: PLR2004  two digits say enough
