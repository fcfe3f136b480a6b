"""Billed milliseconds, GB-seconds and requests of invocations, and what is billed besides them.

AWS Lambda pricing page; Lambda Developer Guide; AWS Compute Blog 2025-04-29 (billing of the INIT phase); read 2026-11-23.
"""

import itertools
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.quantities.distribution import Distribution, expected_blocks, mean, quantile, share_above
from capplan.quantities.rounding import ceil_div, sig6
from capplan.services.lambda_.quotas import ASYNC_PAYLOAD_MAX, FREE_STORAGE_MB

Exact = Decimal | Fraction | int

ASYNC_FIRST_KB, ASYNC_STEP_KB = 256, 64
"""An asynchronous event is one request up to 256 KB, and one more for each started 64 KB (pricing page)."""
PROVISIONED_STEP_S = 300
"""Provisioned concurrency is billed in started 5 minutes (pricing page)."""
SNAP_START_MIN_S = 3 * units.SECONDS_PER_HOUR
"""A published SnapStart version is cached, and billed, for at least 3 hours (pricing page)."""
STREAM_FREE_MB = 6
"""The first 6 MB of a streamed response are free (pricing page)."""
POLLER_MIN_S = 60
"""An event poller unit is billed for at least a minute (pricing page)."""

_NEGLIGIBLE = 1e-12
_LOWEST_Z = -8.0
"""Below this the normal distribution has 1e-15 of its probability."""
_SIMPSON_STEPS = 200


# --- time -------------------------------------------------------------------------------------------------------------


def billed_mean_ms(mean_ms: Exact) -> Fraction:
    """The mean billed time if only the mean is known: rounding up adds half a millisecond on average."""
    return Fraction(mean_ms) + Fraction(1, 2)


@lru_cache(maxsize=4096)
def expected_billed_ms(duration: Distribution, timeout_ms: Decimal) -> Fraction:
    """Expected billed milliseconds of a warm invocation; at a timeout the timeout is billed."""
    return expected_blocks(duration, 1, cap=timeout_ms)


def init_extra_ms(
    duration: Distribution, init: Distribution, first_call: Distribution, timeout_ms: Decimal
) -> Fraction:
    """Billed milliseconds that a cold start adds to a warm invocation: its init, and a longer first call.

    AWS rounds the sum of init and first call up, so half a millisecond is added where one of them is a distribution.
    """
    cold_ms = mean(init) + capped_mean_ms(first_call, timeout_ms)
    billed = Fraction(math.ceil(cold_ms)) if init.fixed and first_call.fixed else billed_mean_ms(cold_ms)
    return max(Fraction(0), billed - expected_billed_ms(duration, timeout_ms))


@lru_cache(maxsize=4096)
def capped_mean_ms(duration: Distribution, timeout_ms: Decimal) -> Fraction:
    """Mean time an invocation runs until its end or its timeout, which concurrency follows from. 6 digits unless fixed.

    The integral of min(quantile, timeout) over the normal distribution, by Simpson's rule between the quantiles given.
    """
    if duration.fixed:
        return Fraction(min(duration.points[0][1], timeout_ms))
    beyond = share_above(duration, timeout_ms)
    if beyond < _NEGLIGIBLE:
        return mean(duration)
    from statistics import NormalDist  # noqa: PLC0415  slow to import, needed only near a timeout

    normal = NormalDist()
    highest_z = normal.inv_cdf(max(_NEGLIGIBLE, 1 - beyond))
    kinks = [normal.inv_cdf(float(share)) for share, _ in duration.points[1:-1]]
    knots = [_LOWEST_Z, *(z for z in kinks if _LOWEST_Z < z < highest_z), highest_z]

    def weighted(z: float) -> float:
        return quantile(duration, normal.cdf(z)) * normal.pdf(z)

    below = sum(_simpson(weighted, start, end) for start, end in itertools.pairwise(knots))
    return sig6(below + beyond * float(timeout_ms))


def _simpson(function: Callable[[float], float], low: float, high: float) -> float:
    """The integral of a smooth function."""
    width = (high - low) / _SIMPSON_STEPS
    inner = sum((4 if i % 2 else 2) * function(low + i * width) for i in range(1, _SIMPSON_STEPS))
    return (function(low) + inner + function(high)) * width / 3


# --- GB-seconds -------------------------------------------------------------------------------------------------------


def gb_seconds(requests: Exact, ms: Exact, memory_mb: Exact) -> Fraction:
    """Requests × billed seconds × memory; a GB is 1,024 MB."""
    seconds = Fraction(requests) * Fraction(ms) / units.MS_PER_SECOND
    return seconds * Fraction(memory_mb) / units.MB_PER_GB


def ephemeral_gb_seconds(execution_s: Exact, storage_mb: Exact) -> Fraction:
    """Seconds of execution × ephemeral storage above the free part, whatever the memory."""
    billed_mb = max(Fraction(0), Fraction(storage_mb) - FREE_STORAGE_MB)
    return Fraction(execution_s) * billed_mb / units.MB_PER_GB


def provisioned_gb_seconds(environments: Exact, memory_mb: Exact, enabled_s: Exact) -> Fraction:
    """GB-seconds provisioned, from enabling to disabling in started 5 minutes, used or not."""
    seconds = ceil_div(Fraction(enabled_s), PROVISIONED_STEP_S) * PROVISIONED_STEP_S
    return Fraction(environments) * seconds * Fraction(memory_mb) / units.MB_PER_GB


def snap_start_gb_seconds(active_s: Exact, memory_mb: Exact) -> Fraction:
    """GB-seconds that the snapshot of one published version is cached, at least 3 hours."""
    return max(Fraction(active_s), Fraction(SNAP_START_MIN_S)) * Fraction(memory_mb) / units.MB_PER_GB


def memory_gb(environments: Exact, memory_mb: Exact) -> Fraction:
    """GB of memory of so many environments: restored from a snapshot, or created for a tenant."""
    return Fraction(environments) * Fraction(memory_mb) / units.MB_PER_GB


# --- requests ---------------------------------------------------------------------------------------------------------


def async_requests(payload_kb: Exact) -> int:
    """Requests that one asynchronous event of this size is billed as."""
    beyond_kb = max(Fraction(0), Fraction(payload_kb) - ASYNC_FIRST_KB)
    return 1 + ceil_div(beyond_kb, ASYNC_STEP_KB)


def expected_async_requests(payload: Distribution | None) -> Fraction:
    """Requests that an asynchronous event is expected to be billed as; one if its size (bytes) is not given."""
    if payload is None:
        return Fraction(1)
    if payload.fixed:
        return Fraction(async_requests(payload.points[0][1] / units.BYTES_PER_KB))
    first, step = ASYNC_FIRST_KB * units.BYTES_PER_KB, ASYNC_STEP_KB * units.BYTES_PER_KB
    return sig6(1 + sum(share_above(payload, size) for size in range(first, int(ASYNC_PAYLOAD_MAX.value), step)))


def expected_attempts(failure_share: Exact, retries: int) -> Fraction:
    """Invocations that one asynchronous event is expected to cause; each attempt is billed."""
    return sum((Fraction(failure_share) ** i for i in range(retries + 1)), Fraction(0))


# --- besides requests and duration ------------------------------------------------------------------------------------


def streamed_gb(responses: Exact, response_mb: Exact) -> Fraction:
    """GB streamed beyond the free 6 MB of each response."""
    return memory_gb(responses, max(Fraction(0), Fraction(response_mb) - STREAM_FREE_MB))


def poller_units(pollers: int, pollers_per_unit: int) -> int:
    """Event poller units of a provisioned event source."""
    return math.ceil(Fraction(pollers, pollers_per_unit))


def poller_unit_hours(poller_unit_count: Exact, active_s: Exact) -> Fraction:
    """Unit-hours, billed by the second, at least a minute."""
    return Fraction(poller_unit_count) * max(Fraction(active_s), Fraction(POLLER_MIN_S)) / units.SECONDS_PER_HOUR
