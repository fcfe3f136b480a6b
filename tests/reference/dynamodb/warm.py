"""What on-demand tables serve at first, warm throughput and mode switches: rules of which no scenario has the history.

Sources: DynamoDB Developer Guide, "On-demand capacity mode", "Warm throughput", "Considerations when switching
capacity modes", "Quotas" (read 2026-11-23).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb import quotas

Number = int | Decimal | Fraction

DOUBLING_MINUTES = 30
MODE_SWITCHES_PER_DAY = 4


@dataclass(frozen=True, slots=True)
class Throughput:
    """Read and write units per second."""

    read: Fraction
    write: Fraction


NEW_ON_DEMAND = Throughput(
    Fraction(quotas.NEW_ON_DEMAND_THROUGHPUT["read"]), Fraction(quotas.NEW_ON_DEMAND_THROUGHPUT["write"])
)
_NONE = Throughput(Fraction(0), Fraction(0))


def on_demand_start(highest_provisioned: Throughput = _NONE, consumed_peak: Throughput = _NONE) -> Throughput:
    """What an on-demand table serves at first: a new one's floor, its highest provisioned capacity or twice its
    consumed peak.
    """
    read = max(NEW_ON_DEMAND.read, highest_provisioned.read, 2 * consumed_peak.read)
    write = max(NEW_ON_DEMAND.write, highest_provisioned.write, 2 * consumed_peak.write)
    return Throughput(read, write)


def outgrows(previous_peak: Number, peak: Number, minutes: Number) -> bool:
    """Whether traffic grows beyond double within 30 minutes, which may throttle."""
    return Fraction(peak) > 2 * Fraction(previous_peak) and Fraction(minutes) < DOUBLING_MINUTES


def warm_after(warm: Number, provisioned: Number) -> Fraction:
    """Warm throughput after capacity was provisioned: raised, never lowered. Up to the old value the change is
    instant.
    """
    return max(Fraction(warm), Fraction(provisioned))


def may_set_warm(current: Throughput, wanted: Throughput) -> bool:
    """Whether warm throughput can be set: it never falls and stays within the table quota."""
    up = wanted.read >= current.read and wanted.write >= current.write
    return up and wanted.read <= quotas.TABLE_READ.value and wanted.write <= quotas.TABLE_WRITE.value


def on_demand_limit(warm: Number, maximum: Number | None) -> Fraction:
    """Units per second an on-demand table serves at once: its warm throughput, or the user's own maximum below it."""
    return Fraction(warm) if maximum is None else min(Fraction(warm), Fraction(maximum))


def may_switch(to: str, switches_last_24h: int) -> bool:
    """Whether a table may change its mode: to on-demand 4 times in 24 h, back at any time."""
    return to != "on-demand" or switches_last_24h < MODE_SWITCHES_PER_DAY
