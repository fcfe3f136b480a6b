"""Finds the range that is worth measuring first: with each fixed at its likely value, how far the bill may still lie apart."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from capplan.commands.drivers.measured import Fixed, Measure
from capplan.commands.ranges.evaluate import evaluate
from capplan.language.ranges import RangedInput, ranged_inputs
from capplan.model import Change
from capplan.pipeline.price import Priced
from capplan.pipeline.what_if import what_if
from capplan.timeline import no_progress

MOST_FIXED = 8
"""Ranges that are fixed in turn: those that move the bill most."""


def measure_first(
    priced: Priced,
    by_swing: Sequence[str],
    draws: int,
    today: date | None,
    progress: Callable[[float, str], None] = no_progress,
) -> Measure | None:
    """Which range to measure; None where no range moves the bill.

    Args:
        priced: The plan at the likely values.
        by_swing: Paths of ranges, the one that moves the bill most first.
        draws: How many. Each range has the same draws whichever other one is fixed.
        today: As of the plan.
        progress: Called with the share done.
    """
    band = _band(priced, draws, today)
    if band is None or band[0] == band[1]:
        return None
    moving = {one.name: one for one in ranged_inputs(priced.metered.as_declared) if not one.value.fixed}
    tried = [moving[path] for path in by_swing if path in moving][:MOST_FIXED]
    fixed = []
    for i, one in enumerate(tried):
        progress(i / len(tried), f"{one.name} at {one.text(one.value.likely)}")
        fixed.append(_fixed(priced, one, band, draws, today))
    return Measure(draws, *band, tuple(sorted(fixed, key=lambda found: (-found.narrower, found.path))))


def _band(priced: Priced, draws: int, today: date | None) -> tuple[Decimal, Decimal] | None:
    found = evaluate(priced, {}, draws, today=today)
    return None if found is None else (found.ranges.monthly_cost.p10, found.ranges.monthly_cost.p90)


def _fixed(priced: Priced, one: RangedInput, band: tuple[Decimal, Decimal], draws: int, today: date | None) -> Fixed:
    then = what_if(priced, (Change(one.name, one.value.written(one.value.likely)),), today)
    p10, p90 = _band(then, draws, today) or (then.monthly_cost, then.monthly_cost)
    return Fixed(one.name, one.text(one.value.likely), p10, p90, 1 - (p90 - p10) / (band[1] - band[0]))
