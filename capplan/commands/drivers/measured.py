"""What drivers says of the ranges that may be measured."""

from decimal import Decimal

from capplan.record import Record

DRAWS = 2000


class Fixed(Record, frozen=True):
    """The bill with one range fixed at its likely value.

    Attributes:
        path: The range.
        at: Its likely value.
        p10, p90: USD a month then; 10% and 90% of the draws of all others do not exceed them.
        narrower: How much closer they are than with all ranges, as a share; negative where they are further apart.
    """

    path: str
    at: str
    p10: Decimal
    p90: Decimal
    narrower: Decimal


class Measure(Record, frozen=True):
    """The bill over draws of all ranges, and with each of them fixed, the one that narrows it most first."""

    draws: int
    p10: Decimal
    p90: Decimal
    fixed: tuple[Fixed, ...]
