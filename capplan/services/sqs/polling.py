"""Computes the receives that find nothing: a poller asks again as soon as its poll ends, with messages or without.

Messages arrive at random and go to any poller that waits, so that one of k pollers waits an exponential time with mean k/r
for the next of r receives a second, but at most its poll's length. Amazon SQS Developer Guide, "Short and long polling".
"""

import math
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6

_FULL = 700.0
"""An exponent beyond which a poll is never empty."""


def idle_requests(pollers: Fraction, seconds: Fraction, wait_s: Fraction) -> Fraction:
    """Receives of pollers that never find a message."""
    return pollers * seconds / wait_s


def empty_per_second(receives: float, pollers: float, wait_s: float) -> float:
    """Empty receives a second beside so many that find something."""
    if pollers <= 0:
        return 0.0
    if receives <= 0:
        return pollers / wait_s
    waits = receives * wait_s / pollers
    return 0.0 if waits > _FULL else receives * math.exp(-waits) / -math.expm1(-waits)


def empty_receives(receives: DemandFlow, pollers: Fraction, wait_s: Fraction) -> Fraction:
    """Empty receives a month, minute by minute where the load varies."""
    if not pollers:
        return Fraction(0)
    if not receives.terms:
        return idle_requests(pollers, Fraction(units.MONTH_SECONDS), wait_s)
    flat = all(profile.flat for profile, _ in receives.terms)
    count, wait = float(pollers), float(wait_s)
    if flat:
        return sig6(empty_per_second(float(receives.monthly) / units.MONTH_SECONDS, count, wait) * units.MONTH_SECONDS)
    import numpy as np  # noqa: PLC0415  only where the load varies

    rates, minutes = receives.levels()
    waits = np.clip(rates * wait / count, 1e-12, _FULL)
    per_second = np.where(rates > 0, rates / np.expm1(waits), count / wait)
    whole = units.MONTH_SECONDS / float(minutes.sum())
    return sig6(float((per_second * minutes).sum()) * whole)
