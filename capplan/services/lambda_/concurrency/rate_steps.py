"""Splits the month into a few hundred constant-rate steps, to sum quantities that are not linear in the rate."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.flow import DemandFlow, LoadProfile
from capplan.record import Record

_WEEK = 7 * units.MINUTES_PER_DAY
_STEP, _SPREAD_STEP, _SPIKE_STEP = 15, 5, 1
"""Minutes of a step: ordinarily, where requests are spread over their caller's duration, in a spike."""
_PERIODS_PER_MONTH = float(units.PERIOD_TO_MONTH)
Terms = tuple[tuple[LoadProfile, Fraction], ...]


class RateStep(Record, frozen=True):
    """Minutes of the simulated period with one rate.

    Attributes:
        minute: The middle one.
        minutes: How many.
        times: How often a month they occur.
        per_second: The rate.
    """

    minute: int
    minutes: int
    times: float
    per_second: float

    @property
    def monthly(self) -> float:
        """Invocations a month in this step."""
        return self.per_second * self.minutes * units.SECONDS_PER_MINUTE * self.times


def minutes_of(step: RateStep) -> Iterable[int]:
    """The minutes of the simulated period that have a step's rate: every week's, of a step that stands for four."""
    start = step.minute - step.minutes // 2
    weekly = step.times > 2 * _PERIODS_PER_MONTH
    starts = range(start % _WEEK, units.PERIOD_MINUTES, _WEEK) if weekly else (start,)
    return (minute % units.PERIOD_MINUTES for first in starts for minute in range(first, first + step.minutes))


def rate_steps(flow: DemandFlow) -> tuple[RateStep, ...]:
    """The steps of everything that arrives at random, in order of time, without schedules. Empty without traffic."""
    return _rate_steps(tuple(term for term in flow.terms if not term[0].starts))


def scheduled(flow: DemandFlow) -> Terms:
    """What schedules invoke, all at once."""
    return tuple(term for term in flow.terms if term[0].starts)


@lru_cache(maxsize=4096)
def _rate_steps(terms: Terms) -> tuple[RateStep, ...]:
    if not terms:
        return ()
    if all(profile.flat for profile, _ in terms):
        rate = sum(float(multiplier) for _, multiplier in terms)
        return (RateStep(0, units.PERIOD_MINUTES, _PERIODS_PER_MONTH, rate),)
    spread = any(profile.over_minutes for profile, _ in terms)
    spikes = sorted({span for profile, _ in terms for span in profile.once_minutes})
    length, step = (units.PERIOD_MINUTES, _SPREAD_STEP) if spread else (_WEEK, _STEP)
    times = units.PERIOD_MINUTES // length * _PERIODS_PER_MONTH
    out = [_step(terms, minute, step, times) for minute in _ordinary_minutes(length, step, spikes)]
    out += [_step(terms, m, _SPIKE_STEP, 1.0) for start, end in spikes for m in range(start, end, _SPIKE_STEP)]
    return tuple(out)


def _ordinary_minutes(length: int, step: int, spikes: list[tuple[int, int]]) -> Iterable[int]:
    """Where the steps begin; a step inside a spike is taken from a week without it."""
    for minute in range(0, length, step):
        middle = minute + step // 2
        weeks = (start + middle for start in range(0, units.PERIOD_MINUTES, _WEEK))
        calm = next((m for m in weeks if not any(start <= m < end for start, end in spikes)), middle)
        yield (calm if length == _WEEK else middle) - step // 2


def _step(terms: Terms, minute: int, minutes: int, times: float) -> RateStep:
    middle = minute + minutes // 2
    return RateStep(middle, minutes, times, DemandFlow(terms).at(middle))
