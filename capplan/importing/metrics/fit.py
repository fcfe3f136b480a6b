"""Fits a rate with its shape over the day and the week, its spikes and its noise to a metric.

The model is the language's own: rate x weekday x hour, and above it spikes. The factors are those of a multiplicative
Poisson regression, found by iterative proportional fitting: each hour's and each weekday's fitted sum is the measured one.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from capplan.importing.metrics.day_curve import Curve, fitted_curve
from capplan.importing.metrics.series import Series
from capplan.language.load_profiles import WEEKDAYS, Daily, day_levels
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HOUR, _DAY = 3600, 86_400
_MONDAY = 4 * _DAY
"""1970-01-05 was a Monday."""
_ROUNDS, _PASSES = 50, 4
_TINY = 1e-300
_MIN_SWING = 0.05
"""Factors within 5% of the mean are no shape worth writing."""
_SIGNIFICANT = 4
"""A shape is kept where its variance is four times what chance gives it."""
_SPIKE_LEAST, _SPIKE_SIGMAS = 2.0, 6.0
"""A spike is at least twice what the hour expects, and six standard deviations above it."""
_SPIKE_DAYS = 2
"""In less time a spike is not told from the shape of the day."""
MAX_SPIKES = 10
_NOISE_PERIOD = 300
"""The language's noise is of minutes, correlated over a few: a longer period has averaged it away."""
_CORRELATION = 0.8
"""Of the language's noise from minute to minute (`language.load_profiles`)."""


class FittedSpike(Record, frozen=True):
    """A spike: seconds since 1970 at its start, how long, its level as a multiple of the rate, and what share of all it adds."""

    at: int
    seconds: int
    times: float
    share: float


class Fit(Record, frozen=True):
    """A rate and its shape.

    Attributes:
        rate: Mean per second without spikes.
        hours: 24 factors of mean 1; empty where the day has no shape that the data shows.
        curve: The same as peak, trough and time of the peak, where that explains the hours.
        weekly: Weekdays as multiples of the others.
        spikes: The largest first.
        noise: Standard deviation of a minute around the shape, as a share; None where the period is too long to tell.
        residual: Standard deviation of a period around the shape, as a share of the rate.
        explained: Share of the variance that shape and spikes explain; None where nothing varies.
        days: From the first point to the end of the last.
    """

    rate: float
    hours: tuple[float, ...] = ()
    curve: Curve | None = None
    weekly: Mapping[str, float] = {}
    spikes: tuple[FittedSpike, ...] = ()
    noise: float | None = None
    residual: float = 0.0
    explained: float | None = None
    days: float = 0.0


class _Data(NamedTuple):
    """Values per second, with the hour of the day, the weekday and the date of each."""

    value: "NDArray[np.float64]"
    hour: "NDArray[np.int64]"
    weekday: "NDArray[np.int64]"
    date: "NDArray[np.int64]"


def fit(series: Series, zone_seconds: int = 0) -> Fit:
    """The traffic that a series of counts shows; `zone_seconds` is the offset of the scenario's time zone from UTC.

    The series has at least one point, and each value counts what happened in its period.
    """
    import numpy as np  # noqa: PLC0415

    at = np.array([point.at for point in series.points], dtype=np.int64) + zone_seconds
    value = np.array([float(point.value) for point in series.points]) / series.period_seconds
    data = _Data(value, at % _DAY // _HOUR, (at - _MONDAY) // _DAY % 7, at // _DAY)
    period = series.period_seconds
    spiky = np.zeros(len(value), dtype=bool)
    for _ in range(_PASSES):
        rate, hours, week = _factors(data, ~spiky, period)
        expected = rate * hours[data.hour] * week[data.weekday]
        found = _unusual(value, expected, period) if len(value) * period >= _SPIKE_DAYS * _DAY else spiky
        if (found == spiky).all():
            break
        spiky = found
    spikes, spiky = _spikes(series, value, expected, spiky, rate)
    rate, hours, week = _factors(data, ~spiky, period)
    expected = rate * hours[data.hour] * week[data.weekday]
    shaped = bool(np.ptp(hours))
    curve = fitted_curve(hours) if shaped else None
    if curve is not None:
        expected = rate * _along(curve, at, period) * week[data.weekday]
    usual = ~spiky
    residual = float(np.sqrt(np.mean((value[usual] - expected[usual]) ** 2))) / rate if rate and usual.any() else 0.0
    return Fit(
        rate=rate,
        hours=tuple(float(x) for x in hours) if shaped else (),
        curve=curve,
        weekly=_weekly(week),
        spikes=spikes,
        noise=_noise(value[usual], expected[usual], period),
        residual=residual,
        explained=_explained(value, np.where(spiky, value, expected)),
        days=(series.points[-1].at - series.points[0].at + period) / _DAY,
    )


def _factors(
    data: _Data, used: "NDArray[np.bool_]", period: int
) -> "tuple[float, NDArray[np.float64], NDArray[np.float64]]":
    """The rate, 24 factors of the hours and 7 of the weekdays, Monday first, both of mean 1; all 1 where none is shown."""
    import numpy as np  # noqa: PLC0415

    used_data = _Data(data.value[used], data.hour[used], data.weekday[used], data.date[used])
    value, hour, weekday = used_data.value, used_data.hour, used_data.weekday
    hours, week = np.ones(24), np.ones(7)
    if not value.sum():
        return 0.0, hours, week
    daily = period <= _HOUR and len(np.unique(hour)) == 24  # noqa: PLR2004
    weekly = len(np.unique(weekday)) == 7  # noqa: PLR2004
    hours, week = _proportional(used_data, daily=daily, weekly=weekly)
    daily = daily and _shown(hours, hour, week[weekday], used_data)  # once more with what is more than chance
    weekly = weekly and _shown(week, weekday, hours[hour], used_data)
    hours, week = _proportional(used_data, daily=daily, weekly=weekly)
    return float(value.sum() / (hours[hour] * week[weekday]).sum()), hours, week


def _proportional(data: _Data, *, daily: bool, weekly: bool) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Factors of hours and weekdays with which each hour's and each weekday's fitted sum is the measured one."""
    import numpy as np  # noqa: PLC0415

    hours, week = np.ones(24), np.ones(7)
    for _ in range(_ROUNDS):
        if daily:
            hours = _level(np.bincount(data.hour, data.value, 24) / np.bincount(data.hour, week[data.weekday], 24))
        if weekly:
            week = _level(np.bincount(data.weekday, data.value, 7) / np.bincount(data.weekday, hours[data.hour], 7))
        if not (daily and weekly):
            break
    return hours, week


def _along(curve: Curve, at: "NDArray[np.int64]", period: int) -> "NDArray[np.float64]":
    """The curve's mean in each period, of mean 1 over a day."""
    import numpy as np  # noqa: PLC0415

    levels = np.array(day_levels(Daily(curve.peak, curve.trough, curve.at_minute)))
    minutes = max(1, period // 60)
    upto = np.concatenate(([0.0], np.cumsum(np.concatenate((levels, levels)))))
    first = at % _DAY // 60
    out: NDArray[np.float64] = (upto[first + minutes] - upto[first]) / minutes
    return out


def _level(factors: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Factors with a mean of 1."""
    return factors / factors.mean() if factors.any() else factors + 1


def _shown(
    factors: "NDArray[np.float64]", cell: "NDArray[np.int64]", other: "NDArray[np.float64]", data: _Data
) -> bool:
    """Whether the factors of hours (or weekdays) vary more than their own uncertainty.

    That is how far the dates differ from each other; where most cells are on one date, how far its points do.
    """
    import numpy as np  # noqa: PLC0415

    if float(abs(factors - 1).max()) < _MIN_SWING:
        return False
    by_date = data.date * 100 + cell
    repeated = len(np.unique(by_date)) >= 2 * len(factors)
    group = by_date if repeated else np.arange(len(cell))
    _, first, place = np.unique(group, return_index=True, return_inverse=True)
    mean = data.value.sum() / other.sum()
    levels = np.bincount(place, data.value) / np.maximum(np.bincount(place, other) * mean, _TINY)
    cells = cell[first]
    count = np.bincount(cells, minlength=len(factors))
    centers = np.bincount(cells, levels, len(factors)) / np.maximum(count, 1)
    squares = np.bincount(cells, (levels - centers[cells]) ** 2, len(factors))
    several = count > 1
    if not several.any():
        return True  # one week: there is nothing to compare it with
    errors = squares[several] / (count[several] - 1) / count[several]
    return float(((factors - 1) ** 2).mean()) > _SIGNIFICANT * float(errors.mean())


def _unusual(value: "NDArray[np.float64]", expected: "NDArray[np.float64]", period: int) -> "NDArray[np.bool_]":
    """The points of spikes: far above what their hour and weekday expect, whatever the noise and the counting do."""
    import numpy as np  # noqa: PLC0415

    if not expected.any():
        return np.zeros(len(value), dtype=bool)
    least = np.where(expected > 0, expected, expected[expected > 0].min())
    ratio = value / least
    robust = 1.4826 * float(np.median(np.abs(ratio - np.median(ratio))))
    sigma = np.maximum(robust, 1 / np.sqrt(least * period))  # counts are at least as uneven as chance makes them
    level: NDArray[np.bool_] = ratio > np.maximum(_SPIKE_LEAST, 1 + _SPIKE_SIGMAS * sigma)
    return level


def _spikes(
    series: Series,
    value: "NDArray[np.float64]",
    expected: "NDArray[np.float64]",
    spiky: "NDArray[np.bool_]",
    rate: float,
) -> "tuple[tuple[FittedSpike, ...], NDArray[np.bool_]]":
    """Runs of unusual points as spikes, the ones that add most first; and the points of those that are written."""
    import numpy as np  # noqa: PLC0415

    places = np.flatnonzero(spiky)
    runs: list[tuple[int, int]] = []
    for place in places:
        joined = runs and series.points[place].at - series.points[runs[-1][1]].at <= 2 * series.period_seconds
        if joined:
            runs[-1] = runs[-1][0], int(place)
        else:
            runs.append((int(place), int(place)))
    total = float(value.sum())
    out: list[tuple[FittedSpike, tuple[int, int]]] = []
    for first, last in runs:
        part = slice(first, last + 1)
        seconds = series.points[last].at - series.points[first].at + series.period_seconds
        added = float((value[part] - expected[part]).sum()) / total
        out.append(
            (FittedSpike(series.points[first].at, seconds, float(value[part].mean()) / rate, added), (first, last))
        )
    out.sort(key=lambda spike: (-spike[0].share, spike[0].at))
    kept = np.zeros(len(value), dtype=bool)
    for _, (first, last) in out[:MAX_SPIKES]:
        kept[first : last + 1] = True
    return tuple(spike for spike, _ in out[:MAX_SPIKES]), kept


def _weekly(week: "NDArray[np.float64]") -> dict[str, float]:
    """Weekdays that differ from the usual day, as multiples of it: the days near the median are the usual ones."""
    middle = sorted(float(x) for x in week)[3]
    usual = [float(x) for x in week if abs(float(x) / middle - 1) <= _MIN_SWING] if middle else []
    if not usual or len(usual) == len(week):
        return {}
    base = sum(usual) / len(usual)
    return {
        day: float(x) / base for day, x in zip(WEEKDAYS, week, strict=True) if abs(float(x) / middle - 1) > _MIN_SWING
    }


def _noise(value: "NDArray[np.float64]", expected: "NDArray[np.float64]", period: int) -> float | None:
    """The standard deviation of a minute that is left after the shape and the chance of counting are taken off."""
    import numpy as np  # noqa: PLC0415

    there = expected > 0
    if period > _NOISE_PERIOD or not there.any():
        return None
    ratio, mean = value[there] / expected[there], expected[there] * period
    left = float(np.mean((ratio - 1) ** 2)) - float(np.mean(1 / mean))
    return math.sqrt(max(0.0, left) / _averaged(max(1, period // 60)))


def _averaged(minutes: int) -> float:
    """The variance that is left of the noise in the mean of so many minutes."""
    pairs = sum((minutes - lag) * _CORRELATION**lag for lag in range(1, minutes))
    return (minutes + 2 * pairs) / minutes**2


def _explained(value: "NDArray[np.float64]", fitted: "NDArray[np.float64]") -> float | None:
    spread = float(((value - value.mean()) ** 2).sum())
    if not spread:
        return None
    return max(0.0, 1 - float(((value - fitted) ** 2).sum()) / spread)
