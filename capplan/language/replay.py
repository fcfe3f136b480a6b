"""Computes the load profile of a traffic from the counts by minute that a profile of a trace has: the trace as it was."""

import math
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from capplan import units
from capplan.flow import LoadProfile, Peak
from capplan.reading.counts import unpacked
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PERIOD_SECONDS = 300
"""Counts of longer periods hide the peaks of their minutes."""
_WEEK_MINUTES = 7 * units.MINUTES_PER_DAY
_WEEKS = (4, 2, 1)
"""Whole weeks that fill the four of the simulated period."""
_MONDAY = 4 * units.SECONDS_PER_DAY
"""1970-01-05 was a Monday."""
_FROM_FLAT = 1e-9


class Replay(Record, frozen=True):
    """Whole weeks of a trace.

    Attributes:
        first: The start of the first period, in seconds since 1970.
        period_seconds: How long a period is: whole minutes.
        counts: Requests in each period; 1, 2 or 4 weeks of them, the last of the trace.
    """

    first: int
    period_seconds: int
    counts: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """The mean rate."""
        return math.fsum(self.counts) / (len(self.counts) * self.period_seconds)


@lru_cache(maxsize=16)
def _unpacked(text: str) -> tuple[float, ...]:
    return unpacked(text)


def replay_of(data: Mapping[str, Any]) -> Replay | None:
    """The last whole weeks that a profile counted by minute; None where it has none of them.

    Raises:
        ValueError: The profile was edited.
    """
    minutes = data.get("minutes")
    if minutes is None:
        return None
    try:
        first = int(datetime.fromisoformat(minutes["first"]).timestamp())
        period, counts = int(minutes["period_seconds"]), _unpacked(minutes["requests"])
    except (LookupError, TypeError, AttributeError):
        raise ValueError("no minutes") from None
    weeks = whole_weeks(len(counts), period)
    if not weeks:
        return None
    left_out = len(counts) - weeks * _WEEK_MINUTES * units.SECONDS_PER_MINUTE // period
    replay = Replay(first + left_out * period, period, counts[left_out:])
    return replay if any(replay.counts) else None


def whole_weeks(periods: int, period_seconds: int) -> int:
    """How many weeks of so many periods are replayed: 4, 2 or 1; 0 where they are too few, or too long."""
    if (
        not units.SECONDS_PER_MINUTE <= period_seconds <= MAX_PERIOD_SECONDS
        or period_seconds % units.SECONDS_PER_MINUTE
    ):
        return 0
    seconds = periods * period_seconds
    return next((n for n in _WEEKS if n * _WEEK_MINUTES * units.SECONDS_PER_MINUTE <= seconds), 0)


@lru_cache(maxsize=16)
def replayed(name: str, replay: Replay, zone_seconds: int) -> LoadProfile:
    """The load profile of a traffic with a mean rate of 1/s whose minutes are those of the trace.

    Each minute keeps its time of the day and its weekday in the scenario's zone; one or two weeks are repeated until they
    fill the four. The month has the trace's mean rate.
    """
    mean = replay.per_second * replay.period_seconds
    of_a_period = replay.period_seconds // units.SECONDS_PER_MINUTE
    minutes = [count / mean for count in replay.counts for _ in range(of_a_period)]
    minutes *= units.PERIOD_MINUTES // len(minutes)
    start = (replay.first + zone_seconds - _MONDAY) // units.SECONDS_PER_MINUTE % _WEEK_MINUTES
    levels = minutes[-start:] + minutes[:-start] if start else minutes
    busiest = max(range(len(levels)), key=levels.__getitem__)

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415  only where a series is computed

        return np.array(levels)

    return LoadProfile(
        name,
        recurring=True,
        monthly=Fraction(units.MONTH_SECONDS),
        peak=Peak(levels[busiest], busiest),
        flat=levels[busiest] - min(levels) <= _FROM_FLAT,
        expand=expand,
        at=levels.__getitem__,
        noise=0.0 if of_a_period == 1 else None,  # minutes as they were; those of a longer period are not known
    )
