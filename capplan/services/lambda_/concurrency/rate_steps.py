"""Splits the month into a few hundred constant-rate steps, to sum quantities that are not linear in the rate."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.flow import DemandFlow, LoadProfile, rate_per_minute_of
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
    spikes = tuple(sorted({span for profile, _ in terms for span in profile.once_minutes}))
    length, step = (units.PERIOD_MINUTES, _SPREAD_STEP) if spread else (_WEEK, _STEP)
    times = units.PERIOD_MINUTES // length * _PERIODS_PER_MONTH
    in_spikes = tuple(m + _SPIKE_STEP // 2 for start, end in spikes for m in range(start, end, _SPIKE_STEP))
    return (
        *_steps(terms, _ordinary_middles(length, step, spikes), step, times),
        *_steps(terms, in_spikes, _SPIKE_STEP, 1.0),
    )


@lru_cache(maxsize=256)
def _ordinary_middles(length: int, step: int, spikes: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """The middles of the steps; a step inside a spike is taken from a week without it."""
    middles = range(step // 2, length + step // 2, step)
    if length != _WEEK:
        return tuple(middles)
    every_week = range(0, units.PERIOD_MINUTES, _WEEK)
    calm = ((m + week for week in every_week if not any(s <= m + week < e for s, e in spikes)) for m in middles)
    return tuple(next(weeks, middle) for weeks, middle in zip(calm, middles, strict=True))


def _steps(terms: Terms, middles: tuple[int, ...], minutes: int, times: float) -> Iterable[RateStep]:
    """The steps around some minutes."""
    totals: list[float] = [0] * len(middles)
    for profile, multiplier in terms:
        times_ = float(multiplier)
        totals = [before + times_ * rate for before, rate in zip(totals, _rates_at(profile, middles), strict=True)]
    for middle, rate in zip(middles, totals, strict=True):
        yield RateStep(middle, minutes, times, rate)


@lru_cache(maxsize=256)
def _rates_at(profile: LoadProfile, middles: tuple[int, ...]) -> tuple[float, ...]:
    """The rates of a profile at some minutes: many functions have the same one."""
    if not middles:
        return ()
    if profile.at is not None:
        return tuple(map(profile.at, middles))
    return tuple(rate_per_minute_of(profile)[list(middles)].tolist())
