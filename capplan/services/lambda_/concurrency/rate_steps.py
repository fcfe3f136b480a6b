"""How a flow lies in the month, in a few hundred steps: what does not follow from a mean is summed over them.

It expands no series of minutes: a plan of steady and daily traffic needs no array.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.flow import DemandFlow, LoadProfile, rate_per_minute_of

_WEEK = 7 * units.MINUTES_PER_DAY
_STEP, _SPREAD_STEP, _SPIKE_STEP = 15, 5, 1
_RECURS = float(units.WINDOW_TO_MONTH)
Terms = tuple[tuple[LoadProfile, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of time: its middle minute of the window, how long it is, how often a month, its rate a second."""

    minute: int
    minutes: int
    times: float
    per_second: float

    @property
    def weight(self) -> float:
        """Invocations a month that fall into it."""
        return self.per_second * self.minutes * units.SECONDS_PER_MINUTE * self.times


def course(flow: DemandFlow) -> tuple[Step, ...]:
    """The steps of everything that arrives at random, in order of time; schedules are apart. Empty without traffic."""
    return _course(tuple(term for term in flow.terms if not term[0].starts))


def scheduled(flow: DemandFlow) -> Terms:
    """What a schedule sets off, all at once."""
    return tuple(term for term in flow.terms if term[0].starts)


@lru_cache(maxsize=4096)
def _course(terms: Terms) -> tuple[Step, ...]:
    if not terms:
        return ()
    if all(shape.flat for shape, _ in terms):
        whole = units.WINDOW_MINUTES
        return (Step(0, whole, _RECURS, sum(float(m) for _, m in terms)),)
    spread = any(shape.over_minutes for shape, _ in terms)
    spikes = sorted({span for shape, _ in terms for span in shape.once_minutes})
    length, repeats, step = (
        (units.WINDOW_MINUTES, 1, _SPREAD_STEP) if spread else (_WEEK, units.WINDOW_MINUTES // _WEEK, _STEP)
    )
    out = [_step(terms, minute, step, repeats * _RECURS) for minute in _ordinary(length, step, spikes)]
    out += [_step(terms, m, _SPIKE_STEP, 1.0) for a, b in spikes for m in range(a, b, _SPIKE_STEP)]
    return tuple(out)


def _ordinary(length: int, step: int, spikes: list[tuple[int, int]]) -> Iterable[int]:
    """Where the steps begin; one inside a spike is taken from a week without it."""
    for minute in range(0, length, step):
        middle = minute + step // 2
        free = (week + middle for week in range(0, units.WINDOW_MINUTES, _WEEK))
        found = next((m for m in free if not any(a <= m < b for a, b in spikes)), middle)
        yield (found if length == _WEEK else middle) - step // 2


def _step(terms: Terms, minute: int, minutes: int, times: float) -> Step:
    middle = minute + minutes // 2
    return Step(middle, minutes, times, sum(float(m) * level(shape, middle) for shape, m in terms))


def level(shape: LoadProfile, minute: int) -> float:
    """A shape's level in one minute of the window."""
    return shape.at(minute) if shape.at is not None else float(rate_per_minute_of(shape)[minute])
