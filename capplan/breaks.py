"""Computes the multiple of today's traffic at which a load exceeds its limit."""

import math
from functools import lru_cache

from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.model import LimitCheck

_MAX_MULTIPLE = 1e6
"""Larger multiples are not searched."""


def breaks_at(check: LimitCheck) -> float | None:
    """The multiple of today's traffic at which the load reaches the quota, schedules unchanged.

    Returns:
        Above 0, not above about a million; None where the load does not depend on traffic.
    """
    flow = check.flow
    if flow is None or not check.load or not any(profile.recurring for profile, _ in flow.terms):
        return None
    base = flow.peak().per_second
    if not base:
        return None
    batch = 1.0 if check.poisson else float(check.at_once)
    busiest_second = _busiest_second(base, batch)
    load_per_unit = float(check.load) / (math.ceil(busiest_second) if check.poisson else busiest_second)
    return _multiple(flow, base, batch, float(check.quota) / load_per_unit)


@lru_cache(maxsize=4096)
def _multiple(flow: DemandFlow, base: float, batch: float, units_at_quota: float) -> float:
    """The multiple at which a flow reaches so many units; cached, as what-ifs ask for the same again."""
    if len(flow.terms) == 1:
        return _mean_of(units_at_quota, batch) / base
    low, high = 0.0, 1.0
    while _busiest_second(flow.peak(high).per_second, batch) < units_at_quota and high < _MAX_MULTIPLE:
        high *= 2
    peak = flow.peaks(high)
    for _ in range(40):
        middle = (low + high) / 2
        exceeds = _busiest_second(peak(middle), batch) >= units_at_quota
        low, high = (low, middle) if exceeds else (middle, high)
    return high


def _busiest_second(mean: float, batch: float) -> float:
    """The mean plus 3.09 standard deviations of a Poisson number of batches."""
    return mean + POISSON_SIGMAS * math.sqrt(mean * batch)


def _mean_of(load: float, batch: float) -> float:
    """The mean whose busiest second is this load."""
    spread = POISSON_SIGMAS * math.sqrt(batch)
    return ((math.sqrt(spread * spread + 4 * load) - spread) / 2) ** 2
