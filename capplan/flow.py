"""Demand as a formula: multiples of a few load profiles over the month, as exact volumes and as rates per minute."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from capplan import units
from capplan.record import Record, replace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POISSON_SIGMAS = 3.09
"""How far above its mean a Poisson number is expected: exceeded in one minute of a thousand."""
_EVEN = 1e-9
"""A computed series that varies by less is flat."""
_FEW = 2
_MONTH_S = Fraction(units.MONTH_SECONDS)
_MS_PER_MINUTE = units.SECONDS_PER_MINUTE * units.MS_PER_SECOND


class Peak(NamedTuple):
    """The busiest minute: its rate per second, and which minute of the simulated period (0 is day 1, 00:00)."""

    per_second: float
    minute: int


class LoadProfile(Record, frozen=True, eq=False):
    """How the demand of one traffic source varies over time, for a multiplier of 1.

    Attributes:
        traffic_source: The traffic's name.
        recurring: A traffic (True: doubled by "2x traffic") or a schedule (False).
        monthly: Units per month. Traffic: seconds of the month, spikes included; schedule: runs per month.
        peak: The busiest minute.
        flat: The same rate in every minute.
        expand: The rate in each minute of the simulated period, per second. Shape (40320,).
        once_minutes: Minute ranges (from, to) that lie in the month once, spikes; all others recur and scale by 730/672.
        unplanned_minutes: Those of them that nobody knows beforehand.
        over_minutes: Minutes over which a caller spreads each unit; 0 for none.
        at: The rate in one minute, computed without the series of all (which needs numpy); None where it needs that.
        starts: A schedule: the minutes at which its runs start.
        spread_starts: Those minutes, of a schedule that a caller spreads.
        noise: How far its minutes lie off the curve, as a standard deviation; None where the scenario does not say.
        through: Where a resource was short: which stream of it this is what was served of; else empty. Such a profile is a
            computed series, which twice the traffic does not double.
    """

    traffic_source: str
    recurring: bool
    monthly: Fraction
    peak: Peak
    flat: bool
    expand: "Callable[[], NDArray[np.float64]]"
    once_minutes: tuple[tuple[int, int], ...] = ()
    over_minutes: int = 0
    at: Callable[[int], float] | None = None
    starts: tuple[int, ...] = ()
    spread_starts: tuple[int, ...] = ()
    through: str = ""
    unplanned_minutes: tuple[tuple[int, int], ...] = ()
    noise: float | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """Profiles with the same key are the same profile."""
        return (self.traffic_source, self.over_minutes, self.through)


@lru_cache(maxsize=4096)
def steady(traffic_source: str, *, recurring: bool) -> LoadProfile:
    """A rate of 1 per second in every minute: a traffic without a daily curve, or (not recurring) a constant load.

    The same profile each time: requests of a resource that is read again are then equal to those it had before.
    """

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415  only where a series is computed

        return np.ones(units.PERIOD_MINUTES)

    return LoadProfile(traffic_source, recurring, _MONTH_S, Peak(1.0, 0), True, expand, at=lambda minute: 1.0)  # noqa: ARG005


@lru_cache(maxsize=1024)
def rate_per_minute_of(profile: LoadProfile) -> "NDArray[np.float64]":
    """The rate per second in each minute of the simulated period. Shape (40320,); cached."""
    return profile.expand()


@lru_cache(maxsize=256)
def _levels_of(profile: LoadProfile) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """The distinct rates of a profile, and the minutes of the month at each."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    levels, places = np.unique(rate_per_minute_of(profile), return_inverse=True)
    return levels, np.bincount(places, DemandFlow.of(profile, Fraction(1)).month_weights()).astype(np.float64)


@lru_cache(maxsize=4096)
def spread_profile(profile: LoadProfile, minutes: int) -> LoadProfile:
    """The same demand, each unit spread evenly over some minutes after its start."""
    if minutes <= profile.over_minutes or profile.flat:
        return profile
    import numpy as np  # noqa: PLC0415  only where a series is computed

    minutes = min(minutes, units.PERIOD_MINUTES - 1)
    base = rate_per_minute_of(profile)
    sums = np.cumsum(np.concatenate((base[-minutes:], base)))
    series = (sums[minutes:] - sums[:-minutes]) / minutes
    busiest = int(series.argmax())
    return replace(
        profile,
        peak=Peak(float(series[busiest]), busiest),
        expand=lambda: series,
        once_minutes=_longer(profile.once_minutes, minutes),
        unplanned_minutes=_longer(profile.unplanned_minutes, minutes),
        over_minutes=minutes,
        spread_starts=profile.starts or profile.spread_starts,
        at=lambda minute: float(series[minute]),
        starts=(),
    )


def _longer(spans: tuple[tuple[int, int], ...], minutes: int) -> tuple[tuple[int, int], ...]:
    return tuple((start, min(end + minutes, units.PERIOD_MINUTES)) for start, end in spans)


def exact_sum(values: Sequence[Fraction]) -> Fraction:
    """The sum of ratios: of many by their common denominator, which takes a fraction of the time."""
    if len(values) <= _FEW:
        return sum(values[1:], values[0]) if values else Fraction(0)
    common = math.lcm(*[value.denominator for value in values])
    return Fraction(sum([value.numerator * (common // value.denominator) for value in values]), common)


class DemandFlow(Record, frozen=True, dict=True):
    """Σ multiplier × load profile, one term per profile: exact volumes. Add flows, multiply by a Fraction."""

    terms: tuple[tuple[LoadProfile, Fraction], ...] = ()

    @staticmethod
    def zero() -> "DemandFlow":
        """No demand."""
        return DemandFlow()

    @staticmethod
    def of(profile: LoadProfile, multiplier: Fraction) -> "DemandFlow":
        """One profile times a multiplier."""
        return DemandFlow(((profile, multiplier),)) if multiplier else DemandFlow()

    @staticmethod
    def total(flows: Iterable["DemandFlow"]) -> "DemandFlow":
        """The sum of flows."""
        summands = [flow for flow in flows if flow.terms]
        if len(summands) == 1 and len(summands[0].terms) == 1:
            return summands[0]
        merged: dict[tuple[str, int, str], tuple[LoadProfile, list[Fraction]]] = {}
        for flow in summands:
            for profile, multiplier in flow.terms:
                known = merged.setdefault(profile.key, (profile, []))
                known[1].append(multiplier)
        return DemandFlow(tuple((profile, exact_sum(multipliers)) for profile, multipliers in merged.values()))

    def __add__(self, other: "DemandFlow") -> "DemandFlow":
        if not self.terms or not other.terms:
            return self if self.terms else other
        return DemandFlow.total((self, other))

    def __mul__(self, factor: Fraction | int) -> "DemandFlow":
        if factor == 1:
            return self
        return DemandFlow(tuple((profile, m * factor) for profile, m in self.terms)) if factor else DemandFlow()

    @cached_property
    def monthly(self) -> Fraction:
        """Units per month, exact."""
        if not self.terms:
            return Fraction(0)
        return exact_sum([m * profile.monthly for profile, m in self.terms])

    @property
    def unplanned_minutes(self) -> tuple[tuple[int, int], ...]:
        """Minute ranges (from, to) of spikes that nobody knows beforehand."""
        return tuple(span for profile, _ in self.terms for span in profile.unplanned_minutes)

    def by_traffic_source(self) -> Mapping[str, Fraction]:
        """Units per month that each traffic source causes."""
        volumes: dict[str, Fraction] = {}
        for profile, m in self.terms:
            volume, before = m * profile.monthly, volumes.get(profile.traffic_source)
            volumes[profile.traffic_source] = volume if before is None else before + volume
        return volumes

    def spread(self, over_ms: Fraction) -> "DemandFlow":
        """The same volume, each unit spread over a caller's duration; under a minute nothing changes."""
        minutes = over_ms.numerator // (over_ms.denominator * _MS_PER_MINUTE)
        if minutes < 1:
            return self
        return DemandFlow.total([DemandFlow.of(spread_profile(profile, minutes), m) for profile, m in self.terms])

    def peak(self, scale: float = 1.0) -> Peak:
        """The busiest minute, with traffic (not schedules) multiplied by `scale`."""
        return self._peak_now if scale == 1 else self._peak_at(scale)

    @cached_property
    def _peak_now(self) -> Peak:
        return self._peak_at(1.0)

    def _peak_at(self, scale: float) -> Peak:
        uneven = [profile for profile, _ in self.terms if not profile.flat]
        if len(uneven) > 1:
            return _peak_of_series(self.terms, scale)
        rate = sum(_factor(profile, m, scale) * profile.peak.per_second for profile, m in self.terms)
        return Peak(rate, uneven[0].peak.minute if uneven else 0)

    def peaks(self, most: float) -> Callable[[float], float]:
        """The rate of the busiest minute by scale, up to the scale `most`; for whoever asks for many.

        Every minute's rate is a line over the scale. One that is never the highest is left out: of the highest at either
        end, such a line lies below both where they cross.
        """
        if sum(not profile.flat for profile, _ in self.terms) <= 1:
            return lambda scale: self.peak(scale).per_second
        import numpy as np  # noqa: PLC0415

        rest, top = self.rate_per_minute(0.0), self.rate_per_minute(most)
        first, last = int(rest.argmax()), int(top.argmax())
        falls, rises = float(rest[first] - rest[last]), float(top[last] - top[first])
        crossed = rest + (top - rest) * (falls / (falls + rises) if falls + rises else 0.0)
        highest = np.flatnonzero(crossed >= max(crossed[first], crossed[last]) * (1 - _EVEN))
        terms = [(profile, m, rate_per_minute_of(profile)[highest]) for profile, m in self.terms]

        def peak(scale: float) -> float:
            rates = np.zeros(len(highest))
            for profile, m, of_profile in terms:
                rates += of_profile * _factor(profile, m, scale)
            return float(rates.max())

        return peak

    def at(self, minute: int) -> float:
        """The rate per second in one minute of the simulated period."""
        return sum(float(m) * _rate(profile, minute) for profile, m in self.terms)

    def rate_per_minute(self, scale: float = 1.0) -> "NDArray[np.float64]":
        """Rate per second in each minute of the simulated period. Shape (40320,)."""
        import numpy as np  # noqa: PLC0415

        rates = np.zeros(units.PERIOD_MINUTES)
        for profile, m in self.terms:
            rates += rate_per_minute_of(profile) * _factor(profile, m, scale)
        return rates

    def levels(self) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """Rates per second that it has over the month, and how many minutes of the month each lasts. Shape (rates,) each.

        A rate that several minutes have is one where one profile varies; else there is one of each simulated minute.
        """
        uneven = [(profile, m) for profile, m in self.terms if not profile.flat]
        if len(uneven) != 1:
            return self.rate_per_minute(), self.month_weights()
        flat = sum(_factor(profile, m, 1.0) * profile.peak.per_second for profile, m in self.terms if profile.flat)
        levels, minutes = _levels_of(uneven[0][0])
        return levels * _factor(*uneven[0], 1.0) + flat, minutes

    def month_weights(self) -> "NDArray[np.float64]":
        """How often each minute of the simulated period occurs in a month: 730/672, but 1 in a spike. Shape (40320,)."""
        import numpy as np  # noqa: PLC0415

        weights = np.full(units.PERIOD_MINUTES, float(units.PERIOD_TO_MONTH))
        for profile, _ in self.terms:
            for start, end in profile.once_minutes:
                weights[start:end] = 1.0
        return weights


def course(offered: DemandFlow, per_second: "NDArray[np.float64]", monthly: Fraction, through: str) -> DemandFlow:
    """A flow over a computed series instead of a formula: what a short resource served.

    Args:
        offered: What it was asked for; each traffic source has the same share of the result.
        per_second: The rate in each minute of the simulated period. Shape (40320,).
        monthly: Units a month.
        through: A name for the series, such as the resource and its stream.
    """
    total = offered.monthly
    if not total or monthly <= 0:
        return DemandFlow.zero()
    busiest = int(per_second.argmax())
    low, high = float(per_second.min()), float(per_second[busiest])
    once = tuple(sorted({span for profile, _ in offered.terms for span in profile.once_minutes}))

    def profile(traffic_source: str) -> LoadProfile:
        return LoadProfile(
            traffic_source, False, monthly, Peak(high, busiest), high - low <= _EVEN * high, lambda: per_second, once,
            at=lambda minute: float(per_second[minute]), through=through,
        )  # fmt: skip

    volumes = offered.by_traffic_source()
    return DemandFlow(tuple((profile(name), volume / total) for name, volume in volumes.items() if volume))


def _rate(profile: LoadProfile, minute: int) -> float:
    return profile.at(minute) if profile.at is not None else float(rate_per_minute_of(profile)[minute])


def _factor(profile: LoadProfile, multiplier: Fraction, scale: float) -> float:
    factor = multiplier.numerator / multiplier.denominator
    return factor * scale if profile.recurring else factor


@lru_cache(maxsize=16_384)
def _peak_of_series(terms: tuple[tuple[LoadProfile, Fraction], ...], scale: float) -> Peak:
    series = DemandFlow(terms).rate_per_minute(scale)
    busiest = int(series.argmax())
    return Peak(float(series[busiest]), busiest)
