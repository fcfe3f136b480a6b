"""Demand as a formula: multiples of a few shapes over the month. It expands a series only when somebody asks for one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan import units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


POISSON_SIGMAS = 3.09
"""How far above its mean a Poisson number is expected: exceeded in one minute of a thousand."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The busiest minute: its rate per second and where it lies in the window (minute 0 is day 1, 00:00)."""

    per_second: float
    minute: int


@dataclass(frozen=True, eq=False)
class LoadProfile:
    """How one entrance's demand lies in time, for a multiplier of 1.

    Attributes:
        entrance: The traffic's name.
        recurring: A traffic (True: doubled by "2x traffic") or a schedule (False).
        monthly: Units a month for multiplier 1. Traffic: seconds of the month, spikes included; schedule: runs a month.
        top: The busiest minute, per second, for multiplier 1.
        flat: The same level in every minute.
        expand: The level of each minute of the window, per second. Shape (40320,).
        once_minutes: Minute ranges (from, to) that lie in the month once, spikes; all others recur and scale by 730/672.
        over_minutes: Minutes over which a caller spreads each unit; 0 for none.
        at: The level of one minute of the window, found without a series (a series is numpy's); None where only a series tells.
        starts: A schedule: the minutes of the window at which its runs start.
    """

    traffic_source: str
    recurring: bool
    monthly: Fraction
    top: Peak
    flat: bool
    expand: "Callable[[], NDArray[np.float64]]" = field(repr=False)
    once_minutes: tuple[tuple[int, int], ...] = ()
    over_minutes: int = 0
    at: Callable[[int], float] | None = field(default=None, repr=False)
    starts: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        """Shapes with the same key are the same shape."""
        return (self.traffic_source, self.over_minutes)


def steady(traffic_source: str, *, recurring: bool) -> LoadProfile:
    """The same level of 1 a second in every minute: a rate without a course, or (not recurring) what is always held."""

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415  only where a series is computed

        return np.ones(units.WINDOW_MINUTES)

    peak = Peak(1.0, 0)
    return LoadProfile(
        traffic_source, recurring, Fraction(units.MONTH_SECONDS), peak, flat=True, expand=expand, at=lambda minute: peak.per_second  # noqa: ARG005
    )  # fmt: skip


@lru_cache(maxsize=1024)
def rate_per_minute_of(shape: LoadProfile) -> "NDArray[np.float64]":
    """The shape's level in each minute of the window, kept for the next asker."""
    return shape.expand()


@lru_cache(maxsize=4096)
def spread_profile(shape: LoadProfile, minutes: int) -> LoadProfile:
    """The same demand, each unit drawn out evenly over some minutes after its start."""
    if minutes <= shape.over_minutes or shape.flat:
        return shape

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415  only where a series is computed

        base = rate_per_minute_of(shape)
        sums = np.concatenate(([0.0], np.cumsum(np.concatenate((base[-minutes:], base)))))
        return (sums[minutes + 1 :] - sums[1:-minutes]) / minutes

    if minutes >= units.WINDOW_MINUTES:
        minutes = units.WINDOW_MINUTES - 1
    spread = LoadProfile(
        shape.traffic_source, shape.recurring, shape.monthly, shape.top, False, expand, shape.once_minutes, minutes
    )
    series = rate_per_minute_of(spread)
    at = int(series.argmax())
    once = tuple((a, min(b + minutes, units.WINDOW_MINUTES)) for a, b in shape.once_minutes)
    return LoadProfile(
        shape.traffic_source,
        shape.recurring,
        shape.monthly,
        Peak(float(series[at]), at),
        False,
        lambda: series,
        once,
        minutes,
        lambda minute: float(series[minute]),
    )


@dataclass(frozen=True, slots=True)
class DemandFlow:
    """Σ multiplier × shape: exact volumes, peaks on the distinct shapes. Add flows, multiply by a Fraction."""

    terms: tuple[tuple[LoadProfile, Fraction], ...] = ()

    @staticmethod
    def zero() -> "DemandFlow":
        """No demand."""
        return DemandFlow()

    @staticmethod
    def of(shape: LoadProfile, multiplier: Fraction) -> "DemandFlow":
        """One shape, so many times."""
        return DemandFlow(((shape, multiplier),)) if multiplier else DemandFlow()

    @staticmethod
    def total(flows: Iterable["DemandFlow"]) -> "DemandFlow":
        """The sum of flows, one term a shape."""
        merged: dict[tuple[str, int], tuple[LoadProfile, Fraction]] = {}
        for flow in flows:
            for shape, multiplier in flow.terms:
                old = merged.get(shape.key)
                merged[shape.key] = (shape, multiplier) if old is None else (old[0], old[1] + multiplier)
        return DemandFlow(tuple(merged.values()))

    def __add__(self, other: "DemandFlow") -> "DemandFlow":
        if not self.terms or not other.terms:
            return self if self.terms else other
        return DemandFlow.total((self, other))

    def __mul__(self, factor: Fraction | int) -> "DemandFlow":
        if factor == 1:
            return self
        return DemandFlow(tuple((shape, m * factor) for shape, m in self.terms)) if factor else DemandFlow()

    @property
    def monthly(self) -> Fraction:
        """Units a month, exact."""
        return sum((m * shape.monthly for shape, m in self.terms), Fraction(0))

    def by_traffic_source(self) -> Mapping[str, Fraction]:
        """Units a month that each entrance causes."""
        out: dict[str, Fraction] = {}
        for shape, m in self.terms:
            out[shape.traffic_source] = out.get(shape.traffic_source, Fraction(0)) + m * shape.monthly
        return out

    def spread(self, over_ms: Fraction) -> "DemandFlow":
        """The same volume, each unit drawn out over a caller's time; under a minute nothing changes at this grain."""
        minutes = int(over_ms // (units.SECONDS_PER_MINUTE * units.MS_PER_SECOND))
        if minutes < 1:
            return self
        return DemandFlow.total([DemandFlow.of(spread_profile(shape, minutes), m) for shape, m in self.terms])

    def peak(self, scale: float = 1.0) -> Peak:
        """The busiest minute, with traffic (not schedules) multiplied by `scale`."""
        return _peak(self.terms, scale)

    def rate_per_minute(self, scale: float = 1.0) -> "NDArray[np.float64]":
        """Rate per second in each minute of the window. Shape (40320,)."""
        import numpy as np  # noqa: PLC0415

        out = np.zeros(units.WINDOW_MINUTES)
        for shape, m in self.terms:
            out += rate_per_minute_of(shape) * (float(m) * (scale if shape.recurring else 1.0))
        return out

    def month_weights(self) -> "NDArray[np.float64]":
        """What one minute of the window counts for in a month: 730/672, but 1 where a spike runs. Shape (40320,)."""
        import numpy as np  # noqa: PLC0415

        out = np.full(units.WINDOW_MINUTES, float(units.WINDOW_TO_MONTH))
        for shape, _ in self.terms:
            for start, end in shape.once_minutes:
                out[start:end] = 1.0
        return out


@lru_cache(maxsize=16_384)
def _peak(terms: tuple[tuple[LoadProfile, Fraction], ...], scale: float) -> Peak:
    factors = [float(m) * (scale if shape.recurring else 1.0) for shape, m in terms]
    uneven = [i for i, (shape, _) in enumerate(terms) if not shape.flat]
    if len(uneven) <= 1:
        at = terms[uneven[0]][0].top.minute if uneven else 0
        return Peak(sum(f * shape.top.per_second for f, (shape, _) in zip(factors, terms, strict=True)), at)
    series = DemandFlow(terms).rate_per_minute(scale)
    at = int(series.argmax())
    return Peak(float(series[at]), at)
