"""Splits the month into a few hundred constant-rate steps, to sum quantities that are not linear in the rate."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow, LoadProfile, rate_per_minute_of
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


class RateSeries(Record, frozen=True, eq=False):
    """Steps of one length: the middle minute of each, and its rate per second; minutes and times as in `RateStep`."""

    middles: tuple[int, ...]
    minutes: int
    times: float
    per_second: "Sequence[float] | NDArray[np.float64]"


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


def computed_series(flow: DemandFlow) -> tuple[RateSeries, RateSeries] | None:
    """The same steps as arrays, ordinary ones and those in spikes; None where no profile is a computed series of minutes."""
    terms = tuple(term for term in flow.terms if not term[0].starts)
    return _series(terms) if _computed(terms) else None


def _computed(terms: Terms) -> bool:
    return any((profile.over_minutes or profile.through) and not profile.flat for profile, _ in terms)


@lru_cache(maxsize=4096)
def _rate_steps(terms: Terms) -> tuple[RateStep, ...]:
    if not terms:
        return ()
    if all(profile.flat for profile, _ in terms):
        rate = sum(float(multiplier) for _, multiplier in terms)
        return (RateStep(0, units.PERIOD_MINUTES, _PERIODS_PER_MONTH, rate),)
    return tuple(
        RateStep(middle, series.minutes, series.times, float(rate))
        for series in _series(terms)
        for middle, rate in zip(series.middles, series.per_second, strict=True)
    )


def _series(terms: Terms) -> tuple[RateSeries, RateSeries]:
    """The steps of ordinary weeks, and those in spikes."""
    spread = any(profile.over_minutes for profile, _ in terms)
    spikes = tuple(sorted({span for profile, _ in terms for span in profile.once_minutes}))
    length, step = (units.PERIOD_MINUTES, _SPREAD_STEP) if spread else (_WEEK, _STEP)
    times = units.PERIOD_MINUTES // length * _PERIODS_PER_MONTH
    middles = _ordinary_middles(length, step, spikes)
    in_spikes = tuple(m + _SPIKE_STEP // 2 for start, end in spikes for m in range(start, end, _SPIKE_STEP))
    return (
        RateSeries(middles, step, times, _rates(terms, middles)),
        RateSeries(in_spikes, _SPIKE_STEP, 1.0, _rates(terms, in_spikes)),
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


def _rates(terms: Terms, middles: tuple[int, ...]) -> "Sequence[float] | NDArray[np.float64]":
    """The rates of a flow at some minutes."""
    if _computed(terms):
        import numpy as np  # noqa: PLC0415  only where a series is one of numpy's already

        places = np.array(middles, dtype=np.int64)
        return np.asarray(sum(float(times) * rate_per_minute_of(profile)[places] for profile, times in terms))
    totals: list[float] = [0] * len(middles)
    for profile, multiplier in terms:
        times_ = float(multiplier)
        totals = [before + times_ * rate for before, rate in zip(totals, _rates_at(profile, middles), strict=True)]
    return totals


@lru_cache(maxsize=256)
def _rates_at(profile: LoadProfile, middles: tuple[int, ...]) -> tuple[float, ...]:
    """The rates of a profile at some minutes: many functions have the same one."""
    if not middles:
        return ()
    if profile.at is not None:
        return tuple(map(profile.at, middles))
    return tuple(rate_per_minute_of(profile)[list(middles)].tolist())
