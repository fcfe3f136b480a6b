"""How many environments run at once, what a concurrency quota allows, and how fast AWS adds environments.

Lambda Developer Guide, "Understanding Lambda function scaling", "Lambda scaling behavior" (read 2026-11-23).
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS
from capplan.services.lambda_.quotas import (
    REQUESTS_PER_CONCURRENCY,
    SCALING_PERIOD_S,
    SCALING_RATE,
    TENANT_CONCURRENCY,
    TENANT_ENVIRONMENTS,
)

Exact = Decimal | Fraction | int


def peak_concurrency(mean: float) -> int:
    """Concurrent invocations that random arrivals exceed in one minute of a thousand: ceil(N + 3.09 sqrt N).

    Args:
        mean: Mean concurrency N in that minute; a rounding error above a whole number counts as that number.
    """
    return math.ceil(round(mean + POISSON_SIGMAS * math.sqrt(mean), 9))


def request_rate_quota(concurrency: Exact) -> Fraction:
    """Requests a second that a concurrency quota allows."""
    return Fraction(concurrency) * REQUESTS_PER_CONCURRENCY


def max_tenant_environments(concurrency: Exact) -> int:
    """Environments, active or idle, that tenant isolation may have at this concurrency quota."""
    return math.floor(Fraction(concurrency) * Fraction(TENANT_ENVIRONMENTS.value) / TENANT_CONCURRENCY)


def seconds_to_add(environments: Exact, *, bucket_full: bool) -> Fraction:
    """Seconds until AWS has added so many environments to one function.

    Args:
        environments: How many are needed beyond those that run.
        bucket_full: Whether the first `SCALING_RATE` environments can be added at once.
    """
    step = Fraction(SCALING_RATE.value)
    missing = Fraction(environments) - (step if bucket_full else 0)
    return max(Fraction(0), missing) * SCALING_PERIOD_S / step
