"""How unevenly keys load partitions, in law: one seeded draw of where the keys lie. It never hashes request by request.

A partition is an equal part of a uniform hash space, so a key lies in each with the same chance. Keys of one weight are
placed together (a multinomial count), and only the hottest of a Zipf law one by one.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.quantities import sig6

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_DRAWN = 100_000
"""Above so many partitions nothing is drawn: the hottest key's own part and an even part of the rest stand for it."""
_ONE_BY_ONE = 200_000
_LEAST_ONE_BY_ONE = 20
_BUCKET_WIDTH = 1.05
"""Weights of one Zipf bucket differ by at most this factor."""


@dataclass(frozen=True, slots=True)
class Popularity:
    """Which share of the units each key gets.

    Attributes:
        law: uniform, zipf or hot.
        exponent: Of the Zipf law: the r-th key weighs r^-exponent.
        hot_keys: Keys that are hot together.
        hot_share: Their part of all units, evenly; the other keys share the rest.
    """

    law: str = "uniform"
    exponent: float = 0.0
    hot_keys: int = 0
    hot_share: Decimal = Decimal(0)


UNIFORM = Popularity()


@lru_cache(maxsize=1024)
def hottest_share(
    popularity: Popularity, partitions: int, distinct: int | None, shards: int = 1, seed: int = 0
) -> Fraction:
    """The part of all units that the busiest of the partitions gets, 6 significant digits where it was drawn.

    Without a number of keys a uniform law is spread evenly. `shards` cuts every key into so many of equal weight.
    """
    if partitions == 1:
        return Fraction(1)
    if distinct is None:
        return Fraction(1, partitions)
    if partitions > MOST_DRAWN:
        top = hottest_key_share(popularity, distinct) / shards
        return top + (1 - top) / partitions
    return sig6(min(1.0, float(partition_shares(popularity, partitions, distinct, shards, seed).max())))


def partition_shares(
    popularity: Popularity, partitions: int, distinct: int, shards: int = 1, seed: int = 0
) -> "NDArray[np.float64]":
    """Each partition's part of all units. Shape (partitions,), sums to 1."""
    import numpy as np  # noqa: PLC0415  heat is computed for skewed tables only

    rng = np.random.Generator(np.random.PCG64(seed))
    shares = np.zeros(partitions)
    even = np.full(partitions, 1 / partitions)
    for keys, weight in key_weights(popularity, distinct, shards):
        if isinstance(keys, int):
            shares += rng.multinomial(keys * shards, even) * (weight / shards)
        else:
            places = rng.integers(0, partitions, size=len(keys) * shards)
            shares += np.bincount(places, weights=np.repeat(keys, shards) / shards, minlength=partitions)
    return shares


@lru_cache(maxsize=1024)
def hottest_key_share(popularity: Popularity, distinct: int) -> Fraction:
    """The part of all units that goes to the busiest key, before it is sharded."""
    if popularity.law == "uniform":
        return Fraction(1, distinct)
    if popularity.law == "hot":
        return max(Fraction(popularity.hot_share) / popularity.hot_keys, Fraction(1, distinct))
    first, _ = key_weights(popularity, distinct)[0]
    return sig6(float(first if isinstance(first, int) else first[0]))


def key_weights(
    popularity: Popularity, distinct: int, shards: int = 1
) -> "list[tuple[int | NDArray[np.float64], float]]":
    """Groups of keys: a count and the weight of each key, or an array of weights (its second value unused). Weights
    sum to 1.
    """
    if popularity.law == "zipf":
        return _zipf_weights(popularity.exponent, distinct, shards)
    hot = min(popularity.hot_keys, distinct) if popularity.law == "hot" else 0
    if hot in (0, distinct):
        return [(distinct, 1 / distinct)]
    share = float(popularity.hot_share)
    return [(hot, share / hot), (distinct - hot, (1 - share) / (distinct - hot))]


def _zipf_weights(exponent: float, distinct: int, shards: int) -> "list[tuple[int | NDArray[np.float64], float]]":
    import numpy as np  # noqa: PLC0415

    one_by_one = min(distinct, max(_LEAST_ONE_BY_ONE, _ONE_BY_ONE // shards))
    top = np.arange(1, one_by_one + 1, dtype=np.float64) ** -exponent
    tail = _zipf_tail(exponent, len(top), distinct)
    total = math.fsum(top) + math.fsum(count * weight for count, weight in tail)
    return [(top / total, 0.0), *((count, weight / total) for count, weight in tail)]


def _zipf_tail(exponent: float, done: int, distinct: int) -> list[tuple[int, float]]:
    """Ranks after the first `done`, in buckets whose weights are close together: (keys, mean weight)."""
    ratio = _BUCKET_WIDTH ** (1 / exponent) if exponent > 0 else math.inf
    out: list[tuple[int, float]] = []
    while done < distinct:
        end = distinct if math.isinf(ratio) else min(distinct, max(done + 1, int(done * ratio)))
        out.append((end - done, _power_sum(exponent, done, end) / (end - done)))
        done = end
    return out


def _power_sum(exponent: float, start: int, end: int) -> float:
    """Sum of r^-exponent over start < r <= end, by the midpoint integral (its error is below 1e-11 past rank
    200,000).
    """
    low, high = start + 0.5, end + 0.5
    if abs(exponent - 1) < 1e-9:  # noqa: PLR2004  the integral's own special case
        return math.log(high / low)
    return float((high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent))
