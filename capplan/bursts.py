"""What schedules have open in the same instant, beside what is open all the time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.record import Record

_MAX_MINUTES = 2000
"""Minutes that are looked at one by one; of more, those in which either part is largest."""


class Burst(Record, frozen=True):
    """What a schedule opens: `amount` at each of its starts, which stays open until so many minutes have passed."""

    starts: tuple[int, ...]
    amount: Fraction
    minutes: int = 1


def most_at_once(bursts: Iterable[Burst], beside: Callable[[int], float], busiest_beside: int) -> tuple[float, int]:
    """The most that is open in an instant, and its minute of the simulated period.

    Args:
        bursts: What schedules open; at least one.
        beside: What else is open in a minute.
        busiest_beside: The minute in which that is most.
    """
    open_ = open_by_minute(tuple(bursts))
    largest = max(open_, key=lambda minute: (open_[minute], -minute))
    minutes = list(open_) if len(open_) <= _MAX_MINUTES else [largest, busiest_beside]
    totals = {minute: open_.get(minute, 0.0) + beside(minute) for minute in minutes}
    best = max(totals, key=lambda minute: (totals[minute], -minute))
    return totals[best], best


@lru_cache(maxsize=256)
def open_by_minute(bursts: tuple[Burst, ...]) -> Mapping[int, float]:
    """What bursts have open, in each minute of the simulated period in which it is something."""
    by_shape: dict[tuple[tuple[int, ...], int], Fraction] = {}
    for burst in bursts:
        shape = burst.starts, min(burst.minutes, units.PERIOD_MINUTES)
        by_shape[shape] = by_shape.get(shape, Fraction(0)) + burst.amount
    out: defaultdict[int, float] = defaultdict(float)
    for (starts, minutes), amount in by_shape.items():
        for start in starts:
            for minute in range(start, start + minutes):
                out[minute % units.PERIOD_MINUTES] += float(amount)
    return out
