"""Computes the load profile of a traffic: its rate over the day, the week and its spikes."""

import math
import zlib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import LoadProfile, Peak, steady
from capplan.quantities.rounding import sig6
from capplan.record import Record, replace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = units.MINUTES_PER_DAY
_CORRELATION, _MEMORY_MINUTES = 0.8, 60


class Daily(Record, frozen=True):
    """`trough + (peak - trough) · ((1 + cos)/2)^k` around `at_minute` (of the day), k solved for a mean of 1; or 24 hours."""

    peak: float = 1.0
    trough: float = 1.0
    at_minute: int = 0
    hours: tuple[float, ...] = ()


class Spike(Record, frozen=True):
    """From `start` (minute of the four weeks) for `seconds`, the rate is `times` × the mean where that is higher.

    `unplanned`: nobody knows beforehand when it comes.
    """

    name: str
    start: int
    seconds: Fraction
    times: Decimal
    unplanned: bool = False


def solve_k(peak: float, trough: float) -> float:
    """The exponent k that gives the day a mean of 1; requires trough < 1 < peak.

    The mean of ((1 + cos x)/2)^k over a period is Γ(k + ½) / (√π · Γ(k + 1)), which falls from 1 to 0 as k grows.
    """
    target = (1 - trough) / (peak - trough)

    def mean(k: float) -> float:
        return math.exp(math.lgamma(k + 0.5) - math.lgamma(k + 1)) / math.sqrt(math.pi)

    low, high = 0.0, 1.0
    while mean(high) > target:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) > target else (low, middle)
    return (low + high) / 2


def day_levels(daily: Daily) -> list[float]:
    """The rate of each minute of a day without spikes, as a multiple of the mean. Length 1440."""
    if daily.hours:
        mean = sum(daily.hours) / len(daily.hours)
        return [hour / mean for hour in daily.hours for _ in range(60)]
    if daily.peak == daily.trough:
        return [1.0] * _DAY
    waves = [max(0.0, (1 + math.cos((m - daily.at_minute) * 2 * math.pi / _DAY)) / 2) for m in range(_DAY)]
    k = solve_k(daily.peak, daily.trough)
    if k < 1:  # the curve has a kink at its minimum, where the minutes' mean differs from the integral
        k = _solve_by_minute(waves, (1 - daily.trough) / (daily.peak - daily.trough))
    swing = daily.peak - daily.trough
    return [daily.trough + swing * wave**k for wave in waves]


def _solve_by_minute(waves: list[float], target: float) -> float:
    """The exponent below 1 that gives the minutes of a day the mean `target`."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        mean = math.fsum(wave**middle for wave in waves) / len(waves)
        low, high = (middle, high) if mean > target else (low, middle)
    return (low + high) / 2


def week_levels(weekly: Mapping[str, Decimal]) -> list[float]:
    """The rate of each weekday, Monday first, as a multiple of the mean; days that are not in `weekly` weigh 1. Length 7."""
    factors = [float(weekly.get(day, 1)) for day in WEEKDAYS]
    mean = sum(factors) / len(factors)
    return [factor / mean for factor in factors]


def traffic_profile(name: str, daily: Daily, weekly: Mapping[str, Decimal], spikes: tuple[Spike, ...]) -> LoadProfile:
    """The load profile of a traffic with a mean rate of 1/s; its monthly volume includes the spikes."""
    flat = daily.peak == daily.trough and not daily.hours and not weekly and not spikes
    if flat:
        return steady(name, recurring=True)
    day, week = day_levels(daily), week_levels(weekly)
    extra = sum((spike_seconds(spike, spikes[:i], day, week) for i, spike in enumerate(spikes)), 0.0)
    spans = [(*_minutes(spike), float(spike.times)) for spike in spikes]

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415

        base = np.tile(np.outer(np.array(week), np.array(day)).ravel(), units.PERIOD_DAYS // 7)
        for start, end, times in spans:
            base[start:end] = np.maximum(base[start:end], times)
        return base

    def at(minute: int) -> float:
        level = week[minute // _DAY % 7] * day[minute % _DAY]
        return max([level, *(times for start, end, times in spans if start <= minute < end)])

    once = tuple((start, end) for start, end, _ in spans)
    monthly = units.MONTH_SECONDS + (sig6(extra) if spikes else 0)
    unplanned = tuple(_minutes(spike) for spike in spikes if spike.unplanned)
    peak = _peak(day, week, spikes)
    return LoadProfile(
        name, True, Fraction(monthly), peak, False, expand, once, at=at, unplanned_minutes=unplanned
    )  # fmt: skip


def with_noise(profile: LoadProfile, share: float) -> LoadProfile:
    """A profile whose minutes lie off its curve: normal noise of mean 0, `share` its standard deviation, each minute like
    the one before it (correlation 0.8). The volume stays; the same traffic has the same noise.
    """
    if not share:
        return replace(profile, noise=0.0)
    import numpy as np  # noqa: PLC0415  only where traffic is noisy

    rng = np.random.Generator(np.random.PCG64(zlib.crc32(profile.traffic_source.encode())))
    drawn = rng.standard_normal(units.PERIOD_MINUTES + _MEMORY_MINUTES)
    kernel = math.sqrt(1 - _CORRELATION**2) * _CORRELATION ** np.arange(_MEMORY_MINUTES + 1)
    factors = np.maximum(0.0, 1 + share * np.convolve(drawn, kernel, mode="valid"))
    curve = profile.expand()
    series = curve * factors
    series *= curve.sum() / series.sum()
    busiest = int(series.argmax())
    return replace(
        profile,
        peak=Peak(float(series[busiest]), busiest),
        flat=False,
        expand=lambda: series,
        at=lambda minute: float(series[minute]),
        noise=share,
    )


def spike_seconds(spike: Spike, earlier: tuple[Spike, ...], day: list[float], week: list[float]) -> float:
    """Seconds of mean rate that a spike adds: what is above the day's rate and above earlier spikes."""
    added, left, minute = 0.0, float(spike.seconds), spike.start
    spans = [(*_minutes(other), float(other.times)) for other in earlier]
    while left > 0 and minute < units.PERIOD_MINUTES:
        level = week[minute // _DAY % 7] * day[minute % _DAY]
        for start, end, times in spans:
            if start <= minute < end:
                level = max(level, times)
        added += max(0.0, float(spike.times) - level) * min(60.0, left)
        left -= 60
        minute += 1
    return added


def _minutes(spike: Spike) -> tuple[int, int]:
    return spike.start, min(units.PERIOD_MINUTES, spike.start + math.ceil(spike.seconds / 60))


def _peak(day: list[float], week: list[float], spikes: tuple[Spike, ...]) -> Peak:
    busiest_day = max(range(7), key=lambda d: week[d])
    busiest_minute = max(range(_DAY), key=lambda m: day[m])
    best = Peak(week[busiest_day] * day[busiest_minute], busiest_day * _DAY + busiest_minute)
    for spike in spikes:
        if float(spike.times) > best.per_second:
            best = Peak(float(spike.times), spike.start)
    return best
