"""The most that is open at a time of what schedules start in the same instants, beside what is open all the time."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction

from capplan.record import Record

_MAX_MINUTES = 2000
"""Starts that are looked at one by one; of more, the largest ones."""


class Burst(Record, frozen=True):
    """What a schedule has open at the same time: `amount` at each of the minutes at which it starts."""

    starts: tuple[int, ...]
    amount: Fraction


def most_at_once(bursts: Iterable[Burst], beside: Callable[[int], float], busiest_beside: int) -> tuple[float, int]:
    """The most that is open in an instant, and its minute of the simulated period.

    Args:
        bursts: What schedules start; at least one.
        beside: What else is open in a minute.
        busiest_beside: The minute in which that is most.
    """
    by_starts: dict[tuple[int, ...], Fraction] = {}
    for burst in bursts:
        by_starts[burst.starts] = by_starts.get(burst.starts, Fraction(0)) + burst.amount
    amounts: defaultdict[int, float] = defaultdict(float)
    for starts, amount in by_starts.items():
        for minute in starts:
            amounts[minute] += float(amount)
    candidates = list(amounts)
    if len(candidates) > _MAX_MINUTES:
        largest = max(amounts, key=lambda minute: (amounts[minute], -minute))
        candidates = [largest, *([busiest_beside] if busiest_beside in amounts else [])]
    totals = {minute: amounts[minute] + beside(minute) for minute in candidates}
    best = max(totals, key=lambda minute: (totals[minute], -minute))
    return totals[best], best
