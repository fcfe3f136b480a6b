"""How many environments run at once, what AWS lets through, and how fast it scales. It never knows a scenario.

Lambda Developer Guide, "Understanding Lambda function scaling", "Lambda scaling behavior", "Event source mappings"
(read 2026-11-23). Erlang's loss formula holds for any law of service time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan import units
from capplan.flow import POISSON_SIGMAS

Exact = Decimal | Fraction | int
EventSource = Literal["kinesis", "dynamodb_stream", "sqs_standard", "sqs_fifo", "sqs_provisioned", "kafka_provisioned"]

REQUESTS_PER_CONCURRENCY = 10
"""The request-rate quota is 10 times the concurrency quota, for the account and for provisioned concurrency."""
SCALING_STEP, SCALING_STEP_S = 1000, 10
"""Each function adds up to 1,000 environments per 10 s, refilled continuously and never saved up."""
PROVISIONING_PER_MINUTE = 6000
"""Environments a minute that provisioned concurrency is allocated with, once it starts."""
SQS_START, SQS_PER_MINUTE, SQS_MAX = 5, 300, 1250
"""An SQS event source starts at 5 concurrent invocations, adds 300 a minute, and ends at 1,250."""
INVOKES_PER_SQS_POLLER, INVOKES_PER_KAFKA_POLLER = 10, 5
TENANT_ENVIRONMENTS_PER_1000 = 2500
"""Environments with tenant isolation, active or idle, per 1,000 of concurrency (tenant isolation, troubleshooting)."""


# --- how many at once -------------------------------------------------------------------------------------------------


def concurrency(rate: Exact, duration_ms: Exact) -> Fraction:
    """Mean number of invocations at once: Little's law."""
    return Fraction(rate) * Fraction(duration_ms) / units.MS_PER_SECOND


def peak_load(mean: float, sigmas: float = POISSON_SIGMAS) -> float:
    """Invocations at once that random arrivals reach in the minute whose mean is given."""
    return mean + sigmas * math.sqrt(mean)


def peak_concurrency(mean: float) -> int:
    """The same, in whole environments. A mean a rounding error above a whole number stays there."""
    return math.ceil(round(peak_load(mean), 9))


# --- what the account lets through ------------------------------------------------------------------------------------


def required_concurrency(rate: Exact, duration_ms: Exact) -> Fraction:
    """Account concurrency a load needs: for its environments, and for the request rate tied to it."""
    return max(concurrency(rate, duration_ms), Fraction(rate) / REQUESTS_PER_CONCURRENCY)


def request_rate_quota(limit: Exact) -> Fraction:
    """Requests a second that a concurrency quota brings with it."""
    return Fraction(limit) * REQUESTS_PER_CONCURRENCY


def max_rate(limit: Exact, duration_ms: Exact) -> Fraction:
    """Requests a second that a concurrency limit can serve."""
    quota = request_rate_quota(limit)
    return min(quota, Fraction(limit) * units.MS_PER_SECOND / Fraction(duration_ms)) if duration_ms else quota


def served_rate(rate: Exact, limit: Exact, duration_ms: Exact) -> Fraction:
    """Requests a second that get through of those that come."""
    return min(Fraction(rate), max_rate(limit, duration_ms))


def throttled_share(rate: Exact, limit: Exact, duration_ms: Exact) -> Fraction:
    """Share of a steady rate that is refused."""
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


def max_tenant_environments(limit: Exact) -> int:
    """Environments, active or idle, that tenant isolation may hold."""
    return math.floor(Fraction(limit) * TENANT_ENVIRONMENTS_PER_1000 / 1000)


# --- how fast ---------------------------------------------------------------------------------------------------------


def seconds_to_capacity(target: Exact, step: Exact = SCALING_STEP, *, bucket_full: bool) -> Fraction:
    """Seconds until so many environments run, from none: a bucket of one step, refilled in 10 s."""
    missing = Fraction(target) - (Fraction(step) if bucket_full else 0)
    return max(Fraction(0), missing) * SCALING_STEP_S / Fraction(step)


def environments_at(target: Exact, seconds: Exact, step: Exact = SCALING_STEP) -> int:
    """Environments some seconds after a step of demand, from a full bucket."""
    added = Fraction(step) * (1 + Fraction(seconds) / SCALING_STEP_S)
    return math.floor(min(Fraction(target), added))


def legacy_burst(
    per_minute: Sequence[int], burst: int, then_per_minute: int, account: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How AWS scaled until November 2023, for figures of that time: environments added and requests throttled a minute.

    All requests of a minute come at once; the Region's burst counts once, then so many more a minute. They stay.
    """
    live, added, throttled = 0, [], []
    for minute, asked in enumerate(per_minute):
        new = max(0, min(asked - live, then_per_minute if minute else burst, account - live))
        live += new
        added.append(new)
        throttled.append(max(0, asked - live))
    return tuple(added), tuple(throttled)


def allocation_minutes(provisioned: Exact) -> Fraction:
    """Minutes to allocate provisioned concurrency, after the 1 to 2 minutes of preparation; none is usable before."""
    return Fraction(provisioned) / PROVISIONING_PER_MINUTE


def minutes_to_target(start: Exact, target: Exact, per_minute: Exact) -> Fraction:
    """Minutes a linear ramp takes."""
    return max(Fraction(0), Fraction(target) - Fraction(start)) / Fraction(per_minute)


@dataclass(frozen=True, slots=True)
class Mapping:
    """An event source mapping, as far as it bounds concurrency. Fields that a source does not have stay 1 or None."""

    source: EventSource
    shards: int = 1
    parallelization_factor: int = 1
    message_groups: int | None = None
    pollers: int = 1
    maximum_concurrency: int | None = None


def event_source_concurrency(mapping: Mapping, reserved: int | None = None) -> int:
    """Invocations at once that an event source grows to, within its own maximum and the function's reservation."""
    own: dict[EventSource, int | None] = {
        "kinesis": mapping.shards * mapping.parallelization_factor,
        "dynamodb_stream": mapping.shards * mapping.parallelization_factor,
        "sqs_standard": SQS_MAX,
        "sqs_fifo": mapping.message_groups,
        "sqs_provisioned": mapping.pollers * INVOKES_PER_SQS_POLLER,
        "kafka_provisioned": mapping.pollers * INVOKES_PER_KAFKA_POLLER,
    }
    bounds = (own[mapping.source], mapping.maximum_concurrency, reserved)
    return min((bound for bound in bounds if bound is not None), default=SQS_MAX)


def steady_concurrency(rate: Exact, duration_ms: Exact, *limits: Exact | None) -> Fraction:
    """Invocations at once in a steady state: what comes, or the smallest limit."""
    return min([concurrency(rate, duration_ms), *(Fraction(limit) for limit in limits if limit is not None)])


# --- Erlang -----------------------------------------------------------------------------------------------------------


def blocking(offered: float, servers: int) -> float:
    """Share of Poisson arrivals refused by so many environments without a queue: Erlang-B by its recursion."""
    refused = 1.0
    for m in range(1, servers + 1):
        refused = offered * refused / (m + offered * refused)
    return refused


def smallest_capacity(offered: float, max_refused: float) -> int:
    """The fewest environments that refuse no more than this share. 0 < max_refused."""
    servers, refused = 0, 1.0
    while refused > max_refused:
        servers += 1
        refused = offered * refused / (servers + offered * refused)
    return servers
