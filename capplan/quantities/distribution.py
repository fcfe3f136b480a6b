"""Distributions of sizes and durations: fixed, log-normal through percentiles, or a measured sample."""

import itertools
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.rounding import ceil_div, sig6, to_decimal
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_P99 = 2.3263478740408408
"""The standard normal's 99th percentile."""
_SLICES = 1000
_EXACT_BLOCKS = 20_000


class Distribution(Record, frozen=True):
    """A size or a duration: one value, percentiles joined by a log-normal law, or a sample.

    Attributes:
        points: (share below, value) in growing order. One is a fixed value, two make a log-normal; more make a quantile
            table, log-normal between neighbors, its end segments continued.
        sample: (value, count) of measured values, in growing order. Where given, it is the distribution, exactly, and
            `points` are its smallest and largest value.
    """

    points: tuple[tuple[Decimal, Decimal], ...]
    sample: tuple[tuple[Decimal, int], ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether every draw is the same value."""
        return len(self.points) == 1 or self.points[0][1] == self.points[-1][1]


def fixed(value: Decimal | int) -> Distribution:
    """A distribution that is always `value`."""
    return Distribution(((Decimal("0.5"), Decimal(value)),))


def measured(counts: Mapping[Decimal, int]) -> Distribution:
    """The distribution of measured values, each with its count; at least one value."""
    sample = tuple(sorted(counts.items()))
    smallest, largest = sample[0][0], sample[-1][0]
    if smallest == largest:
        return fixed(smallest)
    return Distribution(((Decimal(0), smallest), (Decimal(1), largest)), sample)


def share_above(dist: Distribution, value: Decimal | Fraction | float) -> float:
    """The share of draws strictly above a value. Range 0 to 1."""
    if dist.fixed:
        (a, b), (c, d) = dist.points[0][1].as_integer_ratio(), value.as_integer_ratio()
        return 1.0 if a * d > c * b else 0.0
    if dist.sample:
        return float(_sample_mean(dist, lambda measured_value: Fraction(measured_value > Fraction(value))))
    return _tail(_segments(dist), float(value))


def _tail(segments: tuple[tuple[float, float, float, float], ...], value: float) -> float:
    """The share of log-normal segments above a value."""
    if value <= 0:
        return 1.0
    log = math.log(value)
    for low, high, mu, sigma in segments:
        log_end = mu + sigma * high if sigma else mu
        if log <= log_end or high == math.inf:
            z = (log - mu) / sigma if sigma else (math.inf if log >= mu else -math.inf)
            return 1.0 - _phi(max(low, min(high, z)))
    return 0.0


def quantile(dist: Distribution, share: float) -> float:
    """The value below which `share` of the draws lie. `share` is above 0 and below 1."""
    if dist.fixed:
        return float(dist.points[0][1])
    if dist.sample:
        return _sample_quantile(dist, share)
    from statistics import NormalDist  # noqa: PLC0415  slow to import

    z = NormalDist().inv_cdf(share)
    for low, high, mu, sigma in _segments(dist):
        if low <= z <= high:
            return math.exp(mu + sigma * z)
    raise AssertionError(share)


@lru_cache(maxsize=4096)
def mean(dist: Distribution) -> Fraction:
    """The mean: exact for a fixed value or a sample, else 6 significant digits."""
    if dist.fixed:
        return Fraction(dist.points[0][1])
    if dist.sample:
        return _sample_mean(dist, lambda value: value)
    return sig6(_moment(dist, 1))


@lru_cache(maxsize=4096)
def sum_of(dist: Distribution, count: Decimal) -> Distribution:
    """The sum of `count` independent draws (above 1): a log-normal with the sum's mean and variance."""
    mean_of_draw = float(mean(dist))
    mean_square = float(_sample_mean(dist, lambda value: value * value)) if dist.sample else _moment(dist, 2)
    total = mean_of_draw * float(count)
    variance = max(0.0, mean_square - mean_of_draw * mean_of_draw) * float(count)
    sigma = math.sqrt(math.log1p(variance / (total * total)))
    median = math.exp(math.log(total) - sigma * sigma / 2)
    points = ((Decimal("0.5"), median), (Decimal("0.99"), median * math.exp(_P99 * sigma)))
    return Distribution(tuple((share, to_decimal(sig6(value))) for share, value in points))


def at_normals(dist: Distribution, z: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Draws: the quantiles at standard normal numbers. Same shape as `z`."""
    import numpy as np  # noqa: PLC0415  only where something is drawn

    if dist.fixed:
        return np.full(z.shape, float(dist.points[0][1]))
    if dist.sample:
        ends, values = _steps(dist)
        return np.array(values)[np.searchsorted(ends, z)]
    draws = np.empty(z.shape)
    for low, high, mu, sigma in _segments(dist):
        in_segment = (z > low) & (z <= high)
        draws[in_segment] = np.exp(mu + sigma * z[in_segment])
    return draws


@lru_cache(maxsize=256)
def _steps(dist: Distribution) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The values of a sample, and up to which standard normal number each is drawn; the last has no end."""
    from statistics import NormalDist  # noqa: PLC0415  the same

    upto = _cumulated(dist)
    ends = tuple(NormalDist().inv_cdf(n / upto[-1]) for n in upto[:-1])
    return ends, tuple(float(value) for value, _ in dist.sample)


def each(dist: Distribution, change: Callable[[Decimal], Decimal]) -> Distribution:
    """The distribution of what a growing function makes of each draw."""
    return Distribution(
        tuple((below, change(value)) for below, value in dist.points),
        tuple((change(value), count) for value, count in dist.sample),
    )


@lru_cache(maxsize=4096)
def capped_mean(dist: Distribution, cap: Fraction) -> Fraction:
    """E[min(X, cap)], from a thousand equal slices of the distribution; 6 significant digits."""
    most = float(cap)
    slices = (min(quantile(dist, (i + 0.5) / _SLICES), most) for i in range(_SLICES))
    return sig6(math.fsum(slices) / _SLICES)


@lru_cache(maxsize=4096)
def expected_blocks(dist: Distribution, block: int, cap: Decimal | None = None) -> Fraction:
    """E[ceil(min(X, cap) / block)]: what is billed in started blocks, never the ceiling of a mean.

    Exact for a fixed value or a sample; otherwise the sum of the tail probabilities P(X > k·block), 6 significant digits.
    Past 20,000 blocks the sum goes on as its integral (trapezoid rule), whose error is far below the digits kept.
    """
    if dist.fixed:
        value = dist.points[0][1] if cap is None else min(dist.points[0][1], cap)
        return Fraction(ceil_div(value, block))
    if dist.sample:
        return _sample_mean(
            dist, lambda value: Fraction(ceil_div(value if cap is None else min(value, Fraction(cap)), block))
        )
    largest = quantile(dist, 1 - 1e-12)
    blocks = math.ceil((largest if cap is None else min(largest, float(cap))) / block)
    segments, total = _segments(dist), 0.0
    for k in range(min(blocks, _EXACT_BLOCKS)):
        total += _tail(segments, float(k * block))
    k = _EXACT_BLOCKS
    while k < blocks:  # a longer step is its trapezoid plus half of what falls inside
        end = min(blocks, k + max(1, k // 2000))
        above_start, above_end = _tail(segments, float(k * block)), _tail(segments, float(end * block))
        total += (
            above_start if end - k == 1 else (above_start + above_end) / 2 * (end - k) + (above_start - above_end) / 2
        )
        k = end
    return sig6(total)


def _sample_mean(dist: Distribution, function: Callable[[Fraction], Fraction]) -> Fraction:
    """The mean of a function over a sample, exact."""
    size = sum(count for _, count in dist.sample)
    return sum((function(Fraction(value)) * count for value, count in dist.sample), Fraction(0)) / size


def _sample_quantile(dist: Distribution, share: float) -> float:
    """The smallest measured value that at least this share of the sample does not exceed."""
    upto = _cumulated(dist)
    place = bisect_left(upto, share * upto[-1] - 1e-9)
    return float(dist.sample[min(place, len(upto) - 1)][0])


@lru_cache(maxsize=256)
def _cumulated(dist: Distribution) -> tuple[int, ...]:
    """How many of a sample are at most each value."""
    return tuple(itertools.accumulate(count for _, count in dist.sample))


@lru_cache(maxsize=4096)
def _segments(dist: Distribution) -> tuple[tuple[float, float, float, float], ...]:
    """Segments (z from, z to, mu, sigma) of the quantile function exp(mu + sigma z)."""
    from statistics import NormalDist  # noqa: PLC0415  slow to import, wanted only for percentiles

    z = [NormalDist().inv_cdf(float(share)) for share, _ in dist.points]
    logs = [math.log(float(value)) for _, value in dist.points]
    segments: list[tuple[float, float, float, float]] = []
    last = len(z) - 2
    for i in range(len(z) - 1):
        sigma = (logs[i + 1] - logs[i]) / (z[i + 1] - z[i])
        low = -math.inf if i == 0 else z[i]
        high = math.inf if i == last else z[i + 1]
        segments.append((low, high, logs[i] - sigma * z[i], sigma))
    return tuple(segments)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _moment(dist: Distribution, power: int) -> float:
    """E[X^power] of log-normal segments."""
    total = 0.0
    for low, high, mu, sigma in _segments(dist):
        shift = power * sigma
        total += math.exp(power * mu + shift * shift / 2) * (_phi(high - shift) - _phi(low - shift))
    return total
