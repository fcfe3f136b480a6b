"""Bytes and gigabytes of storage that DynamoDB bills for.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "Understanding DynamoDB billing" (read 2026-11-23).
A GB is 2^30 bytes.
"""

from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb.quotas import REPLICA_OVERHEAD_BYTES
from capplan.units import BYTES_PER_GB

OVERHEAD_BYTES = 100
"""Billed beside every item and every index entry."""

Number = int | Decimal | Fraction


def billed_bytes(items: Number, item_bytes: Number, *, replicated: bool = False) -> Fraction:
    """Bytes billed for so many items, or index entries, of this mean size; of a global table's items more."""
    return Fraction(items) * (Fraction(item_bytes) + overhead_bytes(replicated=replicated))


def overhead_bytes(*, replicated: bool) -> int:
    """Bytes billed beside an item, or an index entry."""
    return OVERHEAD_BYTES + (REPLICA_OVERHEAD_BYTES if replicated else 0)


def gigabytes(size_bytes: Number) -> Fraction:
    """The same in GB, as the bill counts them."""
    return Fraction(size_bytes) / BYTES_PER_GB
