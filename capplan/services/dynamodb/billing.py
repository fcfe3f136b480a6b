"""Arithmetic of DynamoDB's prices, with every price an argument: request units, unit-hours, reserved capacity,
break-even. It never looks a price up.

Sources: DynamoDB Developer Guide, "Understanding DynamoDB billing", "Reserved capacity", "Evaluate your table class"
(read 2026-11-23).
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.services.dynamodb.units import TRANSACTION_FACTOR, UNITS_PER_BLOCK
from capplan.units import BYTES_PER_KB, DAYS_PER_YEAR, SECONDS_PER_HOUR

Number = int | Decimal | Fraction

RESERVED_BLOCK_UNITS = 100
_HOURS_PER_YEAR = DAYS_PER_YEAR * 24
_RESERVABLE = frozenset({"RCU", "WCU"})


def line_usd(quantity: Number, unit_price_usd: Number) -> Fraction:
    """Quantity × price, unrounded."""
    return Fraction(quantity) * Fraction(unit_price_usd)


def capacity_usd(units: Number, hours: Number, unit_hour_usd: Number) -> Fraction:
    """Provisioned units held for so many hours."""
    return Fraction(units) * Fraction(hours) * Fraction(unit_hour_usd)


def capacity_units(per_second: Number, item_bytes: Number, *, write: bool, consistency: str = "strong") -> int:
    """Capacity units for so many requests a second; `consistency` transactional doubles a write."""
    if write:
        factor = TRANSACTION_FACTOR if consistency == "transactional" else 1
        return math.ceil(Fraction(per_second) * max(1, ceil_div(item_bytes, WRITE_BLOCK_BYTES)) * factor)
    return math.ceil(
        Fraction(per_second) * max(1, ceil_div(item_bytes, READ_BLOCK_BYTES)) * UNITS_PER_BLOCK[consistency]
    )


def kb_per_second(units: Number, *, write: bool, consistency: str = "strong") -> Fraction:
    """KB a second that so many units move when every block is full."""
    if write:
        return Fraction(units) / (TRANSACTION_FACTOR if consistency == "transactional" else 1)
    return Fraction(units) * (READ_BLOCK_BYTES // BYTES_PER_KB) / UNITS_PER_BLOCK[consistency]


def reserved_unit_hour_usd(upfront_per_unit_usd: Number, hourly_per_unit_usd: Number, years: int) -> Fraction:
    """What one reserved unit costs an hour over its term, used or not."""
    return Fraction(upfront_per_unit_usd) / (_HOURS_PER_YEAR * years) + Fraction(hourly_per_unit_usd)


def reserved_cover(provisioned_units: Number, blocks: int) -> tuple[Fraction, Fraction]:
    """Units covered by blocks of 100 reserved ones, and units left at the ordinary price."""
    covered = min(Fraction(provisioned_units), Fraction(RESERVED_BLOCK_UNITS * blocks))
    return covered, Fraction(provisioned_units) - covered


def reservable(unit: str, table_class: str = "standard") -> bool:
    """Whether reserved capacity applies: ordinary RCU and WCU of the Standard class, nothing replicated or on
    demand.
    """
    return unit in _RESERVABLE and table_class == "standard"


def break_even_utilisation(unit_hour_usd: Number, request_unit_usd: Number) -> Fraction:
    """Mean use of a provisioned unit, from 0 to 1, above which it is cheaper than paying per request."""
    return Fraction(unit_hour_usd) / SECONDS_PER_HOUR / Fraction(request_unit_usd)


def class_break_even(storage_saving: Number, throughput_rise: Number) -> tuple[Fraction, Fraction]:
    """Where Standard-IA begins to pay: storage cost over throughput cost, and storage's share of the Standard bill."""
    ratio = Fraction(throughput_rise) / Fraction(storage_saving)
    return ratio, ratio / (1 + ratio)
