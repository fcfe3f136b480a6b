"""Counts the backups that a schedule keeps, and what the bill shows of those carried into a month.

Every backup is a full copy, billed for the days that it is kept: on the first of a month for all of it, less what is deleted
before its end. A steady schedule keeps the same number every day.

Source: DynamoDB Developer Guide, "Understanding Amazon DynamoDB billing for backups" (read 2026-11-30).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb.backups.spec import MS_PER_DAY
from capplan.units import DAYS_PER_YEAR

Number = int | Decimal | Fraction


def kept(backups_per_day: Number, keep_days: Number) -> Fraction:
    """How many backups lie there at any time."""
    return Fraction(backups_per_day) * Fraction(keep_days)


def per_day(runs_per_year: Fraction) -> Fraction:
    """Backups a day of a schedule."""
    return runs_per_year / DAYS_PER_YEAR


def days(period_ms: Decimal) -> Fraction:
    """A time in days."""
    return Fraction(period_ms) / MS_PER_DAY


def carried_days(backups: Number, month_days: int, *, expire_per_day: Number = 0, day: int = 1) -> Fraction:
    """Backup-days that the first of a month is billed for the backups carried into it, as the bill shows on a later day: one
    that was deleted on day d pays d days, one that is still kept pays all.
    """
    left, total = Fraction(backups), Fraction(0)
    for today in range(1, day + 1):
        gone = min(left, Fraction(expire_per_day))
        total += gone * today
        left -= gone
    return total + left * month_days
