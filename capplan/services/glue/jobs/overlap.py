"""Computes how often a scheduled run starts before the previous one has ended."""

from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6
from capplan.services.glue.concurrency import is_planned
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs.occupancy import Occupancy

_RARE_GAPS = 24
"""Runs whose mean gap is longer than this many of the longest run are not compared one by one: they do not overlap."""


def overlap_share(flow: DemandFlow, run: Occupancy) -> Fraction:
    """Share of scheduled runs that start while the previous one is still active, retries included. Range 0 to 1.

    Args:
        flow: Runs as a formula; only those of a schedule can overlap so, others give 0.
        run: How long a run is active.
    """
    if not flow.terms or not all(is_planned(profile) for profile, _ in flow.terms):
        return Fraction(0)
    if units.MONTH_SECONDS * units.MS_PER_SECOND / float(flow.monthly) > run.longest_ms * _RARE_GAPS:
        return Fraction(0)
    gaps = _gap_minutes(flow)
    overlapping = sum(count * run.chance_after(gap * MS_PER_MINUTE) for gap, count in gaps.items())
    starts = sum(gaps.values())
    return sig6(overlapping / starts) if starts else Fraction(0)


def _gap_minutes(flow: DemandFlow) -> dict[int, int]:
    """How often each gap between two starts occurs in the simulated period; starts in the same minute have gap 0."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    runs = np.rint(flow.rate_per_minute() * units.SECONDS_PER_MINUTE).astype(int)
    minutes = np.flatnonzero(runs)
    if not len(minutes):
        return {}
    gaps, counts = np.unique(np.diff(minutes), return_counts=True)  # the last start has no next one
    of_gap = {int(gap): int(count) for gap, count in zip(gaps, counts, strict=True)}
    same_minute = int(runs.sum()) - len(minutes)
    return of_gap | {0: same_minute} if same_minute else of_gap
