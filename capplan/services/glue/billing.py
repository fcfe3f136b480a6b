"""What Glue bills, in its own units: minimums, DPU-hours, catalog objects, DataBrew. It knows no price.

AWS Glue pricing page (minimums, per-second billing, free allowances); read 2026-09-20. A price comes as an argument.
"""

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.quantities.distribution import Distribution, expected_blocks, quantile, share_above
from capplan.quantities.rounding import sig6
from capplan.services.glue.dpu import version

Number = Fraction | Decimal | int

OLD_SPARK_MINIMUM_S = 600
MINIMUM_S = 60
CRAWLER_MINIMUM_S = 600
"""Minimums per run: 10 minutes for Spark on Glue 0.9 and 1.0 and for crawlers, else 1 minute."""
OBJECTS_PER_PRICE = 100_000
REQUESTS_PER_PRICE = 1_000_000
MAX_TIMEOUT_MINUTES = 10_080
"""Seven days (AWS Glue API, Job.Timeout)."""
FAQ_RETRIES = 3
"""AWS Glue FAQ: "retry all failures three times before sending out an error notification"; no default of the API."""
_CERTAIN = 1 - 1e-12
_PANELS = 200
"""Parts of an integral over run times, an even number: enough for six digits."""
FIRST_GEN2 = "6.0"
"""From here on AWS bills another, cheaper DPU-hour."""


def is_gen2(glue_version: str) -> bool:
    """Whether a Glue version is billed by the newer DPU-hour."""
    return version(glue_version) >= version(FIRST_GEN2)


def minimum_s(job_type: str, glue_version: str) -> int:
    """Least billed seconds of a job run."""
    old = job_type == "spark" and version(glue_version) < (2, 0)
    return OLD_SPARK_MINIMUM_S if old else MINIMUM_S


def default_timeout_minutes(glue_version: str) -> int:
    """The time-out of a job that sets none: 48 hours up to Glue 4.0, 8 hours from 5.0 (AWS Glue API, Job.Timeout)."""
    return 480 if version(glue_version) >= (5, 0) else 2880


def billed_s(runtime_s: Number, minimum: Number) -> Fraction:
    """Billed seconds of one run: started seconds, at least the minimum."""
    return max(Fraction(minimum), Fraction(math.ceil(Fraction(runtime_s))))


def attempt_s(runtime_s: Number, reached: Number, minimum: Number) -> Fraction:
    """Billed seconds of an attempt that ends at a share of its run time, at least the minimum, not yet rounded."""
    return max(Fraction(minimum), Fraction(runtime_s) * Fraction(reached))


@lru_cache(maxsize=8192)
def expected_billed_s(duration: Distribution, minimum: int, cap_ms: Decimal) -> Fraction:
    """Mean billed seconds of one run: E[max(minimum, ⌈min(T, cap)⌉)], never the ceiling of a mean.

    Exact for a fixed time. Else the sum over started seconds of P(T > k) from the minimum to the cap, as its integral
    with the end terms of Euler and Maclaurin: the same to the 6 digits that are kept, whatever the run's length.
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
    """How P(T > x) changes in the second around a time."""
    return share_above(duration, at_ms + second / 2) - share_above(duration, at_ms - second / 2)


@lru_cache(maxsize=8192)
def tail_ms(duration: Distribution, start_ms: float, end_ms: float) -> float:
    """The integral of P(T > x) from a time to another: Simpson's rule on a logarithmic scale, for percentiles."""
    end_ms = min(end_ms, quantile(duration, _CERTAIN))
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


def runs_dpu_hours(dpus: Number, runtime_s: Number, runs: Number, minimum: Number) -> Fraction:
    """DPU-hours of so many equal runs, each with its own minimum. Jobs, sessions, crawlers and statistics alike."""
    return dpu_hours(dpus, billed_s(runtime_s, minimum)) * Fraction(runs)


def reported_dpu_hours(dpu_seconds: Number, runs: Number = 1) -> Fraction:
    """DPU-hours of runs that report DPUSeconds (Flex, auto scaling): taken as reported, no minimum added."""
    return Fraction(dpu_seconds) * Fraction(runs) / units.SECONDS_PER_HOUR


def above_free(amount: Number, free: Number, per_price: int) -> Fraction:
    """What is billed of a month's catalog objects or requests, in units of one price; linear, nothing rounded up."""
    return max(Fraction(0), Fraction(amount) - Fraction(free)) / per_price


def catalog_storage(objects: Number, free: Number) -> Fraction:
    """Billed catalog objects, in hundreds of thousands a month."""
    return above_free(objects, free, OBJECTS_PER_PRICE)


def catalog_requests(requests: Number, free: Number) -> Fraction:
    """Billed catalog requests, in millions a month."""
    return above_free(requests, free, REQUESTS_PER_PRICE)


def databrew_node_hours(nodes: Number, runtime_minutes: Number) -> Fraction:
    """Node-hours of a DataBrew job: started minutes."""
    return Fraction(nodes) * math.ceil(Fraction(runtime_minutes)) / (units.SECONDS_PER_HOUR // units.SECONDS_PER_MINUTE)


def cost(quantity: Number, unit_price: Number) -> Fraction:
    """A quantity at a price, unrounded, in the price's currency."""
    return Fraction(quantity) * Fraction(unit_price)
