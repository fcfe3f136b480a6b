"""Runs of a job at the same time: how many, how likely one meets the one before, how many wait. It bills nothing."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.distribution import Distribution, quantile, share_above
from capplan.quantities.rounding import sig6
from capplan.services.glue.jobs import retries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MS_PER_MINUTE = units.MS_PER_SECOND * units.SECONDS_PER_MINUTE
_SURE = 0.9999
_CLOSE = 24
"""A schedule whose mean gap is more than so many times a run's longest time is not looked at run by run."""


def concurrent(flow: DemandFlow, each_ms: Fraction) -> DemandFlow:
    """Runs at work at each moment, for runs that each take so long.

    Runs of a minute or more stand in the series as whole minutes, so that a run alone is one run and never a bit more.
    """
    minutes = each_ms // _MS_PER_MINUTE
    if minutes < 1:
        return flow * (each_ms / units.MS_PER_SECOND)
    return flow.spread(each_ms) * Fraction(minutes * units.SECONDS_PER_MINUTE)


def scheduled(flow: DemandFlow) -> bool:
    """Whether clocks alone start the runs; traffic comes at random."""
    return bool(flow.terms) and not any(shape.recurring for shape, _ in flow.terms)


# --- one run meets the next -------------------------------------------------------------------------------------------


def share(flow: DemandFlow, time: Distribution, chain: retries.Attempts, failing_ms: Fraction) -> Fraction:
    """The share of scheduled runs that begin while the run before is still at work, retries included.

    Args:
        flow: Runs as a formula; only a schedule's are looked at.
        time: Time of an attempt that succeeds.
        chain: The chances of the attempts.
        failing_ms: Mean time until an attempt fails.
    """
    if not scheduled(flow) or any(shape.over_minutes for shape, _ in flow.terms):
        return Fraction(0)
    longest_ms = quantile(time, _SURE) + float(failing_ms) * (chain.count - 1 if chain.chance else 0)
    if units.MONTH_SECONDS * units.MS_PER_SECOND / float(flow.monthly) > longest_ms * _CLOSE:
        return Fraction(0)
    gaps = _gap_minutes(flow)
    total = sum(count * _longer(gap, time, chain, failing_ms) for gap, count in gaps.items())
    starts = sum(gaps.values())
    return sig6(total / starts) if starts else Fraction(0)


def _gap_minutes(flow: DemandFlow) -> dict[int, int]:
    """How often each gap between two starts occurs in the window; runs of the same minute have none."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    runs = np.rint(flow.rate_per_minute() * units.SECONDS_PER_MINUTE).astype(int)
    minutes = np.flatnonzero(runs)
    if not len(minutes):
        return {}
    gaps = np.diff(minutes)  # the window's end is no end of the schedule
    found: dict[int, int] = {}
    for gap, count in zip(*np.unique(gaps, return_counts=True), strict=True):
        found[int(gap)] = int(count)
    together = int(runs.sum()) - len(minutes)
    return found | {0: together} if together else found


def _longer(gap_minutes: int, time: Distribution, chain: retries.Attempts, failing_ms: Fraction) -> float:
    """The chance that a run, all its attempts, takes longer than a gap."""
    gap_ms = Fraction(gap_minutes * _MS_PER_MINUTE)
    chance, reaching = 0.0, 1.0
    for failures in range(chain.count):
        fails = float(chain.chance if not failures else chain.again)
        chance += reaching * (1 - fails) * share_above(time, max(Fraction(0), gap_ms - failures * failing_ms))
        reaching *= fails
    return chance + (reaching if chain.count * failing_ms > gap_ms else 0.0)


# --- runs that wait ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queue:
    """Runs that wait at the worst moment, when that is, and whether the queue grows without end."""

    waiting: int
    minute: int
    grows: bool


def queue(flow: DemandFlow, each_ms: Fraction, at_once: int) -> Queue:
    """The runs that wait where only so many may be at work: a queue of work, minute by minute through two windows."""
    levels = flow.rate_per_minute() * units.SECONDS_PER_MINUTE
    each = max(1.0, float(each_ms) / _MS_PER_MINUTE)
    first, end = _backlog(levels, each, at_once, 0.0)
    second, later = _backlog(levels, each, at_once, end)
    grows = later > end + 1e-6
    held = first if grows else second
    minute = int(held.argmax())
    return Queue(max(0, math.ceil(round(held[minute] / each - at_once, 6))), minute, grows)


def _backlog(
    levels: "NDArray[np.float64]", each: float, at_once: int, start: float
) -> "tuple[NDArray[np.float64], float]":
    """Run-minutes of work at hand in each minute, and at the window's end."""
    import numpy as np  # noqa: PLC0415

    held = np.empty(len(levels))
    work = start
    for i, runs in enumerate(levels):
        work += runs * each
        held[i] = work
        work = max(0.0, work - at_once)
    return held, work
