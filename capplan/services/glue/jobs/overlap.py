"""Computes how often a scheduled run starts before the previous one has ended."""

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
    runs: dict[int, Fraction] = {}
    lasting: dict[int, Fraction] = {}
    for one in planned:
        for start in one.starts:
            runs[start] = runs.get(start, Fraction(0)) + one.group
            lasting[start] = max(lasting.get(start, Fraction(0)), one.repeats)
    minutes = sorted(runs)
    chances: dict[tuple[int, Fraction], float] = {}
    meeting = Fraction(0)
    for start, following in pairwise(minutes):
        key = (following - start, lasting[start])
        if key not in chances:
            chances[key] = run.chance_after(key[0] * MS_PER_MINUTE / key[1])
        meeting += Fraction(chances[key]) * min(Fraction(1), runs[following])
    # the first start has none before it: it meets one as often as the others do
    meeting *= Fraction(len(minutes), max(1, len(minutes) - 1))
    together = sum((max(Fraction(0), count - 1) for count in runs.values()), Fraction(0))
    return sig6(float((meeting + together) / sum(runs.values())))
