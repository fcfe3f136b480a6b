"""Concurrency at one steady rate, in closed form: an oracle for what the plan computes step by step.

Lambda Developer Guide, "Understanding Lambda function scaling", "Lambda scaling behavior" (read 2026-11-23).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.services.lambda_.concurrency.environments import request_rate_quota
from capplan.services.lambda_.quotas import REQUESTS_PER_CONCURRENCY, SCALING_PERIOD_S, SCALING_RATE

Exact = Decimal | Fraction | int

PROVISIONING_PER_MINUTE = 6000
"""Environments a minute by which provisioned concurrency is allocated, once it starts."""


def concurrency(rate: Exact, duration_ms: Exact) -> Fraction:
    """Mean number of concurrent invocations: Little's law."""
    return Fraction(rate) * Fraction(duration_ms) / units.MS_PER_SECOND


def required_concurrency(rate: Exact, duration_ms: Exact) -> Fraction:
    """Account concurrency that a load needs: for its environments, and for the request rate that follows it."""
    return max(concurrency(rate, duration_ms), Fraction(rate) / REQUESTS_PER_CONCURRENCY)


def max_rate(limit: Exact, duration_ms: Exact) -> Fraction:
    """Requests a second that a concurrency limit can serve."""
    quota = request_rate_quota(limit)
    return min(quota, Fraction(limit) * units.MS_PER_SECOND / Fraction(duration_ms)) if duration_ms else quota


def served_rate(rate: Exact, limit: Exact, duration_ms: Exact) -> Fraction:
    """Requests a second that are served of those that come."""
    return min(Fraction(rate), max_rate(limit, duration_ms))


def throttled_share(rate: Exact, limit: Exact, duration_ms: Exact) -> Fraction:
    """Share of a steady rate that is throttled."""
    return 1 - served_rate(rate, limit, duration_ms) / Fraction(rate) if rate else Fraction(0)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a function can run: warm without a cold start, and in all before it is throttled."""

    warm: int
    throttle_at: int
    spillover_rps: Fraction


def function_capacity(account: int, provisioned: int = 0, reserved: int | None = None) -> Capacity:
    """Where provisioned concurrency spills over to on-demand, and where the function is throttled.

    A reservation is floor and ceiling at once; without one the account is the ceiling.
    """
    return Capacity(provisioned, account if reserved is None else reserved, request_rate_quota(provisioned))


def unreserved(account: int, reserved: tuple[int, ...]) -> int:
    """Concurrency left for functions without a reservation."""
    return account - sum(reserved)


def environments_at(target: Exact, seconds: Exact) -> int:
    """Environments some seconds after a step of demand, from a full bucket."""
    added = Fraction(SCALING_RATE.value) * (1 + Fraction(seconds) / SCALING_PERIOD_S)
    return math.floor(min(Fraction(target), added))


def legacy_burst(
    per_minute: Sequence[int], burst: int, then_per_minute: int, account: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How AWS scaled until November 2023, for figures of that time: environments added and requests throttled a minute.

    All requests of a minute come at once; the Region's burst counts once, then so many more a minute. They stay.
    """
    live, added, throttled = 0, [], []
    for minute, needed in enumerate(per_minute):
        new = max(0, min(needed - live, then_per_minute if minute else burst, account - live))
        live += new
        added.append(new)
        throttled.append(max(0, needed - live))
    return tuple(added), tuple(throttled)


def allocation_minutes(provisioned: Exact) -> Fraction:
    """Minutes to allocate provisioned concurrency, after the 1 to 2 minutes of preparation; none is usable before."""
    return Fraction(provisioned) / PROVISIONING_PER_MINUTE


def minutes_to_target(start: Exact, target: Exact, per_minute: Exact) -> Fraction:
    """Minutes a linear ramp takes."""
    return max(Fraction(0), Fraction(target) - Fraction(start)) / Fraction(per_minute)


def steady_concurrency(rate: Exact, duration_ms: Exact, *limits: Exact | None) -> Fraction:
    """Concurrent invocations in a steady state: what comes, or the smallest limit."""
    return min([concurrency(rate, duration_ms), *(Fraction(limit) for limit in limits if limit is not None)])
