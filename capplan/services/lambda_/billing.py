"""What Lambda counts: billed milliseconds, GB-seconds, requests. It never holds a price.

AWS Lambda pricing page; Lambda Developer Guide; AWS Compute Blog 2025-04-29 (billing of the INIT phase); read 2026-11-23.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from capplan import units
from capplan.quantities.distribution import Distribution, expected_blocks, mean, quantile, share_above
from capplan.quantities.rounding import ceil_div, sig6

Exact = Decimal | Fraction | int
Package = Literal["zip", "image"]
Runtime = Literal["managed", "custom", "container", "snapstart"]

INIT_BILLED_FROM = date(2025, 8, 1)
"""From this day the INIT phase is billed for zip packages on managed runtimes too (AWS Compute Blog, 2025-04-29)."""
FREE_STORAGE_MB = 512
"""Scratch storage (/tmp) up to this size costs nothing (pricing page, "Ephemeral storage")."""
ASYNC_FIRST_KB, ASYNC_STEP_KB, ASYNC_MAX_KB = 256, 64, 1024
"""An asynchronous event is one request up to 256 KB, and one more for each started 64 KB up to 1 MB (pricing page)."""
PROVISIONED_GRAIN_S = 300
"""Provisioned concurrency is billed in started 5 minutes (pricing page)."""
SNAPSTART_MIN_S = 3 * units.SECONDS_PER_HOUR
"""A published SnapStart version is cached, and billed, for at least 3 hours (pricing page)."""
STREAM_FREE_MB = 6
"""The first 6 MB of a streamed response are free (pricing page)."""
POLLER_MIN_S = 60
"""An event poller unit is billed for at least a minute (pricing page)."""
MANAGEMENT_FEE_SHARE = Decimal("0.15")
"""Managed Instances: a fee of 15% of the instances' on-demand price, in every Region (pricing page)."""
REFERENCE_MB = 128
"""The memory that older prices per millisecond are quoted for."""

_NEGLIGIBLE = 1e-12
_LOWEST_Z = -8.0
"""Below this the normal law holds 1e-15."""
_SIMPSON_STEPS = 200


# --- time -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation as its REPORT line shows it.

    Attributes:
        handler_ms: The handler's own time.
        init_ms: The INIT phase before it; 0 for a warm environment.
        billed_restore_ms: SnapStart's billed restore, which is shorter than the restore itself.
        timeout_ms: When AWS ends the handler; None if that is far off.
    """

    handler_ms: Exact
    init_ms: Exact = 0
    billed_restore_ms: Exact = 0
    timeout_ms: Exact | None = None


def init_is_billed(day: date, package: Package, runtime: Runtime, *, provisioned: bool = False) -> bool:
    """Whether the INIT phase of a cold start is billed: always, but for zip on a managed runtime before August 2025.

    SnapStart runs it at publishing time and bills the restore instead.
    """
    if runtime == "snapstart":
        return False
    return provisioned or package == "image" or runtime != "managed" or day >= INIT_BILLED_FROM


def billed_ms(call: Invocation, *, init_billed: bool) -> int:
    """Milliseconds on the bill: started ones; a timed-out handler up to its time-out, never the overrun."""
    handler = Fraction(call.handler_ms)
    if call.timeout_ms is not None:
        handler = min(handler, Fraction(call.timeout_ms))
    init = Fraction(call.init_ms) if init_billed else Fraction(0)
    return math.ceil(handler + init) + math.ceil(Fraction(call.billed_restore_ms))


def billed_mean_ms(mean_ms: Exact, grain_ms: Exact = 1) -> Fraction:
    """The mean billed time where only the mean is known: rounding up adds half a grain on average."""
    return Fraction(mean_ms) + Fraction(grain_ms) / 2


def expected_billed_ms(duration: Distribution, timeout_ms: Decimal) -> Fraction:
    """Billed milliseconds an invocation is expected to have; a time-out bills the time-out."""
    return expected_blocks(duration, 1, cap=timeout_ms)


def init_extra_ms(duration: Distribution, init: Distribution, first: Distribution, timeout_ms: Decimal) -> Fraction:
    """Billed milliseconds that a cold start adds to a warm invocation: its init, and what its first call takes longer.

    Init and first call are rounded up together, so where one of them is a distribution half a millisecond is added.
    """
    first_ms = capped_mean_ms(first, timeout_ms)
    together = mean(init) + first_ms
    exact = init.fixed and first.fixed
    billed = Fraction(math.ceil(together)) if exact else billed_mean_ms(together)
    return max(Fraction(0), billed - expected_billed_ms(duration, timeout_ms))


@lru_cache(maxsize=4096)
def capped_mean_ms(duration: Distribution, timeout_ms: Decimal) -> Fraction:
    """Mean time an invocation runs, ended by its time-out: what concurrency follows from. 6 digits unless fixed.

    The integral of min(quantile, time-out) over the normal law, by Simpson's rule between the quantile table's kinks.
    """
    if duration.fixed:
        return Fraction(min(duration.points[0][1], timeout_ms))
    beyond = share_above(duration, timeout_ms)
    if beyond < _NEGLIGIBLE:
        return mean(duration)
    from statistics import NormalDist  # noqa: PLC0415  slow to import, wanted only near a time-out

    normal = NormalDist()
    top = normal.inv_cdf(max(_NEGLIGIBLE, 1 - beyond))
    kinks = [normal.inv_cdf(float(share)) for share, _ in duration.points[1:-1]]
    knots = [_LOWEST_Z, *(z for z in kinks if _LOWEST_Z < z < top), top]

    def weighed(z: float) -> float:
        return quantile(duration, normal.cdf(z)) * normal.pdf(z)

    below = sum(_simpson(weighed, a, b) for a, b in itertools.pairwise(knots))
    return sig6(below + beyond * float(timeout_ms))


def _simpson(of: Callable[[float], float], low: float, high: float) -> float:
    """The integral of a smooth function."""
    width = (high - low) / _SIMPSON_STEPS
    inner = sum((4 if i % 2 else 2) * of(low + i * width) for i in range(1, _SIMPSON_STEPS))
    return (of(low) + inner + of(high)) * width / 3


# --- GB-seconds -------------------------------------------------------------------------------------------------------


def gb_seconds(requests: Exact, ms: Exact, memory_mb: Exact) -> Fraction:
    """Requests x billed seconds x memory, a GB being 1,024 MB."""
    seconds = Fraction(requests) * Fraction(ms) / units.MS_PER_SECOND
    return seconds * Fraction(memory_mb) / units.MB_PER_GB


def ephemeral_gb_seconds(execution_s: Exact, storage_mb: Exact) -> Fraction:
    """Seconds of execution x /tmp above the free 512 MB; memory plays no part."""
    above = max(Fraction(0), Fraction(storage_mb) - FREE_STORAGE_MB)
    return Fraction(execution_s) * above / units.MB_PER_GB


def provisioned_gb_seconds(concurrency: Exact, memory_mb: Exact, enabled_s: Exact) -> Fraction:
    """GB-seconds kept provisioned, from enabling to disabling in started 5 minutes, used or not."""
    seconds = ceil_div(Fraction(enabled_s), PROVISIONED_GRAIN_S) * PROVISIONED_GRAIN_S
    return Fraction(concurrency) * seconds * Fraction(memory_mb) / units.MB_PER_GB


def break_even_utilisation(configured: Exact, on_demand: Exact, while_provisioned: Exact) -> Fraction | None:
    """Share of provisioned GB-seconds that must be busy for them to pay, from the three prices per GB-second.

    Above 1 they never pay; None where running on them is not cheaper at all.
    """
    gain = Fraction(on_demand) - Fraction(while_provisioned)
    return Fraction(configured) / gain if gain > 0 else None


def snapstart_cache_gb_seconds(active_s: Exact, memory_mb: Exact) -> Fraction:
    """GB-seconds one published version is cached, at least 3 hours."""
    return max(Fraction(active_s), Fraction(SNAPSTART_MIN_S)) * Fraction(memory_mb) / units.MB_PER_GB


def memory_gb(count: Exact, memory_mb: Exact) -> Fraction:
    """GB of memory over so many environments: restored from a snapshot, or created for a tenant."""
    return Fraction(count) * Fraction(memory_mb) / units.MB_PER_GB


# --- requests ---------------------------------------------------------------------------------------------------------


def async_requests(payload_kb: Exact) -> int:
    """Requests one asynchronous event counts as."""
    past = max(Fraction(0), Fraction(payload_kb) - ASYNC_FIRST_KB)
    return 1 + ceil_div(past, ASYNC_STEP_KB)


def expected_async_requests(payload: Distribution | None) -> Fraction:
    """Requests an asynchronous event is expected to count as; one where its size (bytes) is not given."""
    if payload is None:
        return Fraction(1)
    if payload.fixed:
        return Fraction(async_requests(payload.points[0][1] / units.BYTES_PER_KB))
    starts = range(ASYNC_FIRST_KB, ASYNC_MAX_KB, ASYNC_STEP_KB)
    return sig6(1 + sum(share_above(payload, kb * units.BYTES_PER_KB) for kb in starts))


def expected_attempts(failure_share: Exact, retries: int) -> Fraction:
    """Invocations that one asynchronous event causes; each attempt is billed."""
    return sum((Fraction(failure_share) ** i for i in range(retries + 1)), Fraction(0))


# --- beside requests and duration -------------------------------------------------------------------------------------


def streamed_gb(responses: Exact, response_mb: Exact) -> Fraction:
    """GB streamed past the free 6 MB of each response."""
    return memory_gb(responses, max(Fraction(0), Fraction(response_mb) - STREAM_FREE_MB))


def durable_gb(executions: Exact, kb_written: Exact, kb_per_gb: Exact) -> Fraction:
    """GB that durable executions checkpoint; AWS's own example counts 1,000,000 KB a GB."""
    return Fraction(executions) * Fraction(kb_written) / Fraction(kb_per_gb)


def durable_gb_months(gb: Exact, running_days: Exact, retention_days: Exact, days_in_month: Exact) -> Fraction:
    """GB-months that checkpoints are kept: while the execution runs and for its retention after (1 to 90 days)."""
    return Fraction(gb) * (Fraction(running_days) + Fraction(retention_days)) / Fraction(days_in_month)


def poller_units(pollers: int, pollers_per_unit: int) -> int:
    """Event poller units a provisioned event source takes."""
    return math.ceil(Fraction(pollers, pollers_per_unit))


def poller_unit_hours(poller_unit_count: Exact, active_s: Exact) -> Fraction:
    """Unit-hours, billed by the second, at least a minute."""
    return Fraction(poller_unit_count) * max(Fraction(active_s), Fraction(POLLER_MIN_S)) / units.SECONDS_PER_HOUR


def above_allowance(quantity: Exact, allowance: Exact) -> Fraction:
    """What is left to bill once a monthly allowance is used up."""
    return max(Fraction(0), Fraction(quantity) - Fraction(allowance))


def cost(quantity: Exact, price_usd: Exact) -> Fraction:
    """A quantity at a price of its unit, exact."""
    return Fraction(quantity) * Fraction(price_usd)


def managed_instances_usd(
    ec2_hourly_usd: Exact, instance_hours: Exact, discount_share: Exact
) -> tuple[Fraction, Fraction]:
    """EC2 cost after a savings discount, and the management fee, which is on the price before it."""
    full = cost(instance_hours, ec2_hourly_usd)
    return full * (1 - Fraction(discount_share)), full * Fraction(MANAGEMENT_FEE_SHARE)
