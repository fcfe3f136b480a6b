"""Arithmetic of AWS's examples that capplan answers by planning twice: throughput in KB, break-even points.

Sources: DynamoDB Developer Guide, "Understanding DynamoDB billing", "Reserved capacity", "Evaluate your table class"
(read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, TRANSACTION_FACTOR, UNITS_PER_BLOCK
from capplan.units import BYTES_PER_KB, SECONDS_PER_HOUR

Number = int | Decimal | Fraction


def kb_per_second(units: Number, *, write: bool, consistency: str = "strong") -> Fraction:
    """KB a second that so many units move when every block is full."""
    if write:
        return Fraction(units) / (TRANSACTION_FACTOR if consistency == "transactional" else 1)
    return Fraction(units) * (READ_BLOCK_BYTES // BYTES_PER_KB) / UNITS_PER_BLOCK[consistency]


def break_even_utilisation(unit_hour_usd: Number, request_unit_usd: Number) -> Fraction:
    """Mean use of a provisioned unit, from 0 to 1, above which it is cheaper than paying per request."""
    return Fraction(unit_hour_usd) / SECONDS_PER_HOUR / Fraction(request_unit_usd)


def class_break_even(storage_saving: Number, throughput_rise: Number) -> tuple[Fraction, Fraction]:
    """Where Standard-IA begins to pay: storage cost over throughput cost, and storage's share of the Standard bill."""
    ratio = Fraction(throughput_rise) / Fraction(storage_saving)
    return ratio, ratio / (1 + ratio)
