"""Burst capacity and what a provisioned table lets through. It never lifts a partition's own ceiling.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23): best effort, so ranges, not promises.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb.capacity.throttling_reasons import reason
from capplan.services.dynamodb.quotas import BURST_SECONDS, PARTITION_WRITE

Number = int | Decimal | Fraction


def banked_units(provisioned_units: Number, idle_seconds: Number, used_units_per_s: Number = 0) -> Fraction:
    """Units saved over an idle spell that began with an empty bank: at most 300 s of capacity are kept."""
    full = BURST_SECONDS * Fraction(provisioned_units)
    return min(
        full, max(Fraction(0), Fraction(provisioned_units) - Fraction(used_units_per_s)) * Fraction(idle_seconds)
    )


def seconds_until_throttle(provisioned_units: Number, bank_units: Number, rate_units_per_s: Number) -> Fraction | None:
    """Seconds a constant rate is served before the bank is empty; None where it never is."""
    missing = Fraction(rate_units_per_s) - Fraction(provisioned_units)
    return Fraction(bank_units) / missing if missing > 0 else None


def served(
    offered: Sequence[Number], provisioned_units: Number, bank_units: Number = 0, step_s: Number = 1
) -> list[Fraction]:
    """Units let through in each step: capacity and bank, the rest of the capacity saved (token bucket of 300 s)."""
    filled, bank, out = Fraction(provisioned_units) * Fraction(step_s), Fraction(bank_units), []
    for demand in offered:
        let = min(Fraction(demand), filled + bank)
        bank = min(BURST_SECONDS * Fraction(provisioned_units), bank + filled - let)
        out.append(let)
    return out


def adapted_throttle(loads: Sequence[Number], provisioned_units: Number) -> str | None:
    """Why writes on these partitions throttle once burst is spent and capacity has moved to the busy ones; None
    where nothing does.

    A busy partition may pass its even share while the table's total and its own ceiling hold.
    """
    if sum(Fraction(load) for load in loads) > Fraction(provisioned_units):
        return reason("table", "write", "provisioned")
    if max(Fraction(load) for load in loads) > PARTITION_WRITE.value:
        return reason("table", "write", "partition")
    return None
