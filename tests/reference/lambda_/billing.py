"""Bills that AWS publishes but capplan does not plan: of earlier days, durable functions, Managed Instances, tuning runs.

AWS Lambda pricing page; AWS Compute Blog 2025-04-29; github alexcasalboni/aws-lambda-power-tuning 262ecc2.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.services.lambda_ import billing
from capplan.services.lambda_.advice.tuning import Candidate

Exact = Decimal | Fraction | int
Package = Literal["zip", "image"]
Runtime = Literal["managed", "custom", "container", "snapstart"]

INIT_BILLED_FROM = date(2025, 8, 1)
"""From this day the INIT phase is billed for zip packages on managed runtimes too (AWS Compute Blog, 2025-04-29)."""
MANAGEMENT_FEE_SHARE = Decimal("0.15")
"""Managed Instances: a fee of 15% of the instances' on-demand price, in every Region (pricing page)."""
REFERENCE_MB = 128
"""The memory that older prices per millisecond are quoted for."""
_FIXED_TRANSITIONS = 6
_MILLION = 1_000_000


def init_is_billed(day: date, package: Package, runtime: Runtime, *, provisioned: bool = False) -> bool:
    """Whether the INIT phase of a cold start is billed: always, but for zip on a managed runtime before August 2025.

    SnapStart runs it when a version is published and bills the restore instead.
    """
    if runtime == "snapstart":
        return False
    return provisioned or package == "image" or runtime != "managed" or day >= INIT_BILLED_FROM


def cost(quantity: Exact, price_usd: Exact) -> Fraction:
    """A quantity at a price of its unit, exact."""
    return Fraction(quantity) * Fraction(price_usd)


def above_allowance(quantity: Exact, allowance: Exact) -> Fraction:
    """What is left to bill once a monthly allowance is used up."""
    return max(Fraction(0), Fraction(quantity) - Fraction(allowance))


def break_even_utilization(configured: Exact, on_demand: Exact, while_provisioned: Exact) -> Fraction | None:
    """Share of provisioned GB-seconds that must be busy for them to pay, from the three prices per GB-second.

    Above 1 they never pay; None if running on them is not cheaper at all.
    """
    gain = Fraction(on_demand) - Fraction(while_provisioned)
    return Fraction(configured) / gain if gain > 0 else None


def durable_gb(executions: Exact, kb_written: Exact, kb_per_gb: Exact) -> Fraction:
    """GB that durable executions checkpoint; AWS's own example counts 1,000,000 KB as a GB."""
    return Fraction(executions) * Fraction(kb_written) / Fraction(kb_per_gb)


def durable_gb_months(gb: Exact, running_days: Exact, retention_days: Exact, days_in_month: Exact) -> Fraction:
    """GB-months that checkpoints are kept: while the execution runs and for its retention after (1 to 90 days)."""
    return Fraction(gb) * (Fraction(running_days) + Fraction(retention_days)) / Fraction(days_in_month)


def managed_instances_usd(
    ec2_hourly_usd: Exact, instance_hours: Exact, discount_share: Exact
) -> tuple[Fraction, Fraction]:
    """EC2 cost after a savings discount, and the management fee, which is on the price before it."""
    full = cost(instance_hours, ec2_hourly_usd)
    return full * (1 - Fraction(discount_share)), full * Fraction(MANAGEMENT_FEE_SHARE)


# --- power tuning -----------------------------------------------------------------------------------------------------


def trimmed_mean(values: Sequence[Exact], trim_share: Exact = Fraction(1, 5)) -> Fraction:
    """Mean of what is left after dropping floor(n x trim) values at each end."""
    drop = math.floor(len(values) * Fraction(trim_share))
    kept = sorted(Fraction(value) for value in values)[drop : len(values) - drop]
    return sum(kept, Fraction(0)) / len(kept)


def tuning_transitions(sizes: int, invocations: int | None = None) -> int:
    """State transitions of one tuning run; with `invocations`, of one that measures cold starts only."""
    return _FIXED_TRANSITIONS + (3 * sizes if invocations is None else sizes + 2 * sizes * invocations)


def usd_per_million(mean_ms: Exact, memory_mb: Exact, gb_second_usd: Exact, request_usd: Exact) -> Fraction:
    """Cost of a million invocations from a mean duration, to which rounding up adds half a millisecond."""
    used = billing.gb_seconds(_MILLION, billing.billed_mean_ms(mean_ms), memory_mb)
    return cost(used, gb_second_usd) + cost(_MILLION, request_usd)


def cost_curve(mean_ms: Mapping[int, Exact], gb_second_usd: Exact, request_usd: Exact) -> list[Candidate]:
    """Cost per million and duration at each memory size."""
    return [
        Candidate(mb, usd_per_million(ms, mb, gb_second_usd, request_usd), Fraction(ms)) for mb, ms in mean_ms.items()
    ]
