"""The load profile of a traffic: its curve over the day and the week, and its spikes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import LoadProfile, Peak, steady
from capplan.quantities.rounding import sig6

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = units.MINUTES_PER_DAY


@dataclass(frozen=True, slots=True)
class Daily:
    """`trough + (peak - trough) · ((1 + cos)/2)^k` around `at` (minute of the day), k solved for mean 1; or 24 hours."""

    peak: float = 1.0
    trough: float = 1.0
    at_minute: int = 0
    hours: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Spike:
    """From `start` (minute of the window), for some seconds, the level is `times` × the rate where that is higher."""

    name: str
    start: int
    seconds: Fraction
    times: Decimal


def solve_k(peak: float, trough: float) -> float:
    """The exponent that gives the day a mean of 1; needs trough < 1 < peak.

    The mean of ((1 + cos x)/2)^k over a turn is Γ(k + ½) / (√π · Γ(k + 1)), which falls from 1 to 0 as k grows.
    """
    wanted = (1 - trough) / (peak - trough)

    def mean(k: float) -> float:
        return math.exp(math.lgamma(k + 0.5) - math.lgamma(k + 1)) / math.sqrt(math.pi)

    low, high = 0.0, 1.0
    while mean(high) > wanted:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) > wanted else (low, middle)
    return (low + high) / 2


def day_levels(daily: Daily) -> list[float]:
    """The level of each minute of an ordinary day, mean 1. Length 1440."""
    if daily.hours:
        mean = sum(daily.hours) / len(daily.hours)
        return [hour / mean for hour in daily.hours for _ in range(60)]
    if daily.peak == daily.trough:
        return [1.0] * _DAY
    waves = [max(0.0, (1 + math.cos((m - daily.at_minute) * 2 * math.pi / _DAY)) / 2) for m in range(_DAY)]
    k = solve_k(daily.peak, daily.trough)
    if k < 1:  # the curve has a kink at its bottom, where minutes and the integral part
        k = _solve_by_minute(waves, (1 - daily.trough) / (daily.peak - daily.trough))
    swing = daily.peak - daily.trough
    return [daily.trough + swing * wave**k for wave in waves]


def _solve_by_minute(waves: list[float], wanted: float) -> float:
    """The exponent below 1 that gives the minutes of a day their mean exactly."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        mean = math.fsum(wave**middle for wave in waves) / len(waves)
        low, high = (middle, high) if mean > wanted else (low, middle)
    return (low + high) / 2


def week_levels(weekly: Mapping[str, Decimal]) -> list[float]:
    """The level of each weekday, Monday first, mean 1; a day that is not listed is 1 before that."""
    factors = [float(weekly.get(day, 1)) for day in WEEKDAYS]
    mean = sum(factors) / len(factors)
    return [factor / mean for factor in factors]


def traffic_profile(name: str, daily: Daily, weekly: Mapping[str, Decimal], spikes: tuple[Spike, ...]) -> LoadProfile:
    """One traffic as a shape for a rate of 1/s: its monthly seconds (spikes included), its busiest minute, its levels."""
    flat = daily.peak == daily.trough and not daily.hours and not weekly and not spikes
    if flat:
        return steady(name, recurring=True)
    day, week = day_levels(daily), week_levels(weekly)
    extra = sum((spike_seconds(spike, spikes[:i], day, week) for i, spike in enumerate(spikes)), 0.0)
    spans = [(*_minutes(spike), float(spike.times)) for spike in spikes]

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415

        base = np.tile(np.outer(np.array(week), np.array(day)).ravel(), units.WINDOW_DAYS // 7)
        for start, end, times in spans:
            base[start:end] = np.maximum(base[start:end], times)
        return base

    def at(minute: int) -> float:
        level = week[minute // _DAY % 7] * day[minute % _DAY]
        return max([level, *(times for start, end, times in spans if start <= minute < end)])

    once = tuple((start, end) for start, end, _ in spans)
    monthly = units.MONTH_SECONDS + (sig6(extra) if spikes else 0)
    return LoadProfile(name, True, Fraction(monthly), _peak(day, week, spikes), False, expand, once, at=at)


def spike_seconds(spike: Spike, earlier: tuple[Spike, ...], day: list[float], week: list[float]) -> float:
    """Seconds of mean rate a spike adds: the part of its level above the ordinary one (and above earlier spikes)."""
    added, left, minute = 0.0, float(spike.seconds), spike.start
    spans = [(*_minutes(other), float(other.times)) for other in earlier]
    while left > 0 and minute < units.WINDOW_MINUTES:
        level = week[minute // _DAY % 7] * day[minute % _DAY]
        for start, end, times in spans:
            if start <= minute < end:
                level = max(level, times)
        added += max(0.0, float(spike.times) - level) * min(60.0, left)
        left -= 60
        minute += 1
    return added


def _minutes(spike: Spike) -> tuple[int, int]:
    return spike.start, min(units.WINDOW_MINUTES, spike.start + math.ceil(spike.seconds / 60))


def _peak(day: list[float], week: list[float], spikes: tuple[Spike, ...]) -> Peak:
    busiest_day = max(range(7), key=lambda d: week[d])
    busiest_minute = max(range(_DAY), key=lambda m: day[m])
    best = Peak(week[busiest_day] * day[busiest_minute], busiest_day * _DAY + busiest_minute)
    for spike in spikes:
        if float(spike.times) > best.per_second:
            best = Peak(float(spike.times), spike.start)
    return best
