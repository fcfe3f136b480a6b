"""At which multiple of today's traffic a load meets its limit. It checks no limit itself."""

import math

from capplan.flow import POISSON_SIGMAS
from capplan.model import LimitCheck

_FARTHEST = 1e6
"""Beyond a million times nothing is worth saying."""


def breaks_at(check: LimitCheck) -> float | None:
    """The multiple of today's traffic (schedules stay) at which the load meets the quota; None where traffic does not
    move it.
    """
    flow = check.flow
    if flow is None or not check.load or not any(shape.recurring for shape, _ in flow.terms):
        return None
    base = flow.peak().per_second
    if not base:
        return None
    lump = 1.0 if check.poisson else float(check.at_once)
    today = _with_spread(base, lump)
    unit = float(check.load) / (math.ceil(today) if check.poisson else today)
    wanted = float(check.quota) / unit
    if len(flow.terms) == 1:
        return _mean_at(wanted, lump) / base
    low, high = 0.0, 1.0
    while _with_spread(flow.peak(high).per_second, lump) < wanted and high < _FARTHEST:
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _with_spread(flow.peak(middle).per_second, lump) < wanted else (low, middle)
    return high


def _with_spread(mean: float, lump: float) -> float:
    """The mean, and 3.09 standard deviations of what comes `lump` at a time."""
    return mean + POISSON_SIGMAS * math.sqrt(mean * lump)


def _mean_at(load: float, lump: float) -> float:
    """The mean whose busiest second is this load."""
    spread = POISSON_SIGMAS * math.sqrt(lump)
    return ((math.sqrt(spread * spread + 4 * load) - spread) / 2) ** 2
