"""Bytes and gigabytes of storage that DynamoDB bills for.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "Understanding DynamoDB billing" (read 2026-11-23).
A GB is 2^30 bytes.
"""

from decimal import Decimal
from fractions import Fraction

from capplan.units import BYTES_PER_GB

OVERHEAD_BYTES = 100
"""Billed beside every item and every index entry."""

Number = int | Decimal | Fraction


def billed_bytes(items: Number, item_bytes: Number) -> Fraction:
    """Bytes billed for so many items, or index entries, of this mean size."""
    return Fraction(items) * (Fraction(item_bytes) + OVERHEAD_BYTES)


def gigabytes(size_bytes: Number) -> Fraction:
    """The same in GB, as the bill counts them."""
    return Fraction(size_bytes) / BYTES_PER_GB
