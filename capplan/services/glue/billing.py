"""Converts run times into what Glue bills: seconds with their minimum, and DPU-hours.

Source: AWS Glue pricing page (minimums, per-second billing); read 2026-09-20.
"""

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.quantities.distribution import Distribution, expected_blocks, quantile, share_above
from capplan.quantities.rounding import sig6
from capplan.services.glue.dpu import version
from capplan.services.glue.quotas import (
    DEFAULT_TIMEOUT_MINUTES,
    MINIMUM_S,
    OLD_DEFAULT_TIMEOUT_MINUTES,
    OLD_SPARK_MINIMUM_S,
)

Number = Fraction | Decimal | int

_ALMOST_ONE = 1 - 1e-12
_PANELS = 200
"""Panels of Simpson's rule, an even number: enough for six digits."""
_FIRST_GEN2 = "6.0"
"""Glue versions from here on have their own, cheaper DPU-hour."""


def is_gen2(glue_version: str) -> bool:
    """Whether a Glue version is billed by the newer DPU-hour."""
    return version(glue_version) >= version(_FIRST_GEN2)


def minimum_s(job_type: str, glue_version: str) -> int:
    """Minimum billed seconds of a job run."""
    old = job_type == "spark" and version(glue_version) < (2, 0)
    return OLD_SPARK_MINIMUM_S if old else MINIMUM_S


def default_timeout_minutes(glue_version: str) -> int:
    """The time-out of a job that sets none."""
    return DEFAULT_TIMEOUT_MINUTES if version(glue_version) >= (5, 0) else OLD_DEFAULT_TIMEOUT_MINUTES


@lru_cache(maxsize=8192)
def expected_billed_s(duration: Distribution, minimum: int, cap_ms: Decimal) -> Fraction:
    """Mean billed seconds of one run: E[max(minimum, ⌈min(T, cap)⌉)], which is not the ceiling of the mean.

    Exact for a fixed duration, else to 6 significant digits: the sum of P(T > k) over the seconds k from the minimum to
    the cap, as an integral with Euler-Maclaurin end terms.

    Args:
        duration: Run time T.
        minimum: Seconds billed at least.
        cap_ms: When AWS stops the run.
    """
    floor_ms = Decimal(minimum * units.MS_PER_SECOND)
    if cap_ms <= floor_ms:
        return Fraction(minimum)
    if duration.fixed:
        return max(Fraction(minimum), expected_blocks(duration, units.MS_PER_SECOND, cap_ms))
    second = float(units.MS_PER_SECOND)
    start, end = float(floor_ms), math.ceil(float(cap_ms) / second) * second
    ends = (share_above(duration, start) - share_above(duration, end)) / 2
    slopes = _slope(duration, end, second) - _slope(duration, start, second)
    return sig6(minimum + tail_ms(duration, start, end) / second + ends + slopes / 12)


def _slope(duration: Distribution, at_ms: float, second: float) -> float:
    """Change of P(T > x) over one second around a time."""
    return share_above(duration, at_ms + second / 2) - share_above(duration, at_ms - second / 2)


@lru_cache(maxsize=8192)
def tail_ms(duration: Distribution, start_ms: float, end_ms: float) -> float:
    """The integral of P(T > x) between two times, by Simpson's rule on a logarithmic scale."""
    end_ms = min(end_ms, quantile(duration, _ALMOST_ONE))
    if end_ms <= start_ms:
        return 0.0
    low = math.log(start_ms)
    step = (math.log(end_ms) - low) / _PANELS
    total = 0.0
    for i in range(_PANELS + 1):
        x = math.exp(low + i * step)
        total += share_above(duration, x) * x * (1 if i in (0, _PANELS) else 4 if i % 2 else 2)
    return total * step / 3


def dpu_hours(dpus: Number, seconds: Number) -> Fraction:
    """DPU-hours of billed seconds."""
    return Fraction(dpus) * Fraction(seconds) / units.SECONDS_PER_HOUR
