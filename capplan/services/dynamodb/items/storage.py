"""Bytes and gigabytes DynamoDB bills for, and what backups cost in a month. It never holds a price.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "Understanding DynamoDB billing", "Using
DynamoDB backup and
restore" (read 2026-11-23). A GB is 2^30 bytes.
"""

from decimal import Decimal
from fractions import Fraction

from capplan.units import BYTES_PER_GB

OVERHEAD_BYTES = 100
"""Billed beside every item and every index entry."""
REPLICA_OVERHEAD_BYTES = 48
"""More of it on each item of a global table's replica."""

Number = int | Decimal | Fraction


def billed_bytes(items: Number, item_bytes: Number, *, replica: bool = False) -> Fraction:
    """Bytes billed for so many items, or index entries, of this mean size."""
    overhead = OVERHEAD_BYTES + (REPLICA_OVERHEAD_BYTES if replica else 0)
    return Fraction(items) * (Fraction(item_bytes) + overhead)


def gigabytes(size_bytes: Number) -> Fraction:
    """The same in GB, as the bill counts them."""
    return Fraction(size_bytes) / BYTES_PER_GB


def carried_backups_usd(
    backups: Number,
    usd_per_backup_day: Number,
    month_days: int,
    *,
    expire_per_day: Number = 0,
    day: int = 1,
) -> Fraction:
    """What the backups carried into a month cost in it, as billed on `day`: one deleted on day d pays d days, one
    still kept pays all.
    """
    left, days = Fraction(backups), Fraction(0)
    for today in range(1, day + 1):
        gone = min(left, Fraction(expire_per_day))
        days += gone * today
        left -= gone
    return (days + left * month_days) * Fraction(usd_per_backup_day)


def steady_backups_usd(
    backups_per_day: Number, retention_days: Number, usd_per_backup_day: Number, month_days: int
) -> Fraction:
    """What a steady rota costs in a month: the same number of backups lies there every day."""
    return Fraction(backups_per_day) * Fraction(retention_days) * Fraction(usd_per_backup_day) * month_days
