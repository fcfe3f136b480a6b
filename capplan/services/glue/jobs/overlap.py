"""Computes how often a scheduled run starts before the previous one has ended."""

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from capplan.quantities.rounding import sig6
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs.arrivals import Arrivals
from capplan.services.glue.jobs.occupancy import Occupancy


def overlap_share(coming: Sequence[Arrivals], run: Occupancy) -> Fraction:
    """Share of scheduled runs that start while the previous one is still active, retries included. Range 0 to 1.

    Of several in the same moment all but one do. Runs that come at random or with data have no schedule: 0.

    Args:
        coming: How the runs come.
        run: How long a run is active.
    """
    planned = [planned for one in coming for planned in one.planned]
    if not planned or any(one.random.terms or one.spaced.terms for one in coming):
        return Fraction(0)
    parts = math.lcm(*(one.group.denominator for one in planned))  # whole numbers of this part add up faster
    by_length = sorted(planned, key=lambda one: one.repeats)
    runs: dict[int, int] = {}
    longest: dict[int, int] = {}
    for index, one in enumerate(by_length):
        group = int(one.group * parts)
        for start in one.starts:
            runs[start] = runs.get(start, 0) + group
            longest[start] = index
    minutes = sorted(runs)
    met = Counter((b - a, longest[a], min(parts, runs[b])) for a, b in pairwise(minutes))
    meeting = sum(
        (
            Fraction(run.chance_after(between * MS_PER_MINUTE / by_length[index].repeats)) * group * times
            for (between, index, group), times in met.items()
        ),
        Fraction(0),
    )
    # the first start has none before it: it meets one as often as the others do
    meeting *= Fraction(len(minutes), max(1, len(minutes) - 1))
    together = sum(max(0, count - parts) for count in runs.values())
    return sig6(float((meeting + together) / sum(runs.values())))
