"""What on-demand backups cost in a month: arithmetic of AWS's examples, which no scenario has yet.

Source: DynamoDB Developer Guide, "Using DynamoDB backup and restore" (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


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
