"""The weight of every key under a popularity: the hottest one by one, the rest in groups of about the same weight."""

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.keys.popularity import Keys, Popularity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Group = tuple[int, float]
"""So many keys of this weight each."""

MAX_SINGLE = 200_000
_MIN_SINGLE = 20
_BUCKET_WIDTH = 1.05
"""Weights of one Zipf group differ by at most this factor, unless that made too many groups of next to nothing."""
_MAX_GROUPS = 250


def weights_of(keys: Keys) -> "tuple[NDArray[np.float64], tuple[Group, ...]]":
    """The hottest keys' weights, highest first, and groups of the others; together they sum to 1. Needs `distinct`."""
    assert keys.distinct is not None  # noqa: S101  without a number of keys nothing is uneven
    return rank_weights(keys.popularity, keys.distinct, max(_MIN_SINGLE, MAX_SINGLE // keys.shards))


@lru_cache(maxsize=256)
def rank_weights(law: Popularity, distinct: int, count: int) -> "tuple[NDArray[np.float64], tuple[Group, ...]]":
    """Weights by rank: the first `count` keys one by one, groups of the others."""
    if law.law == "zipf":
        return _zipf(law.exponent, distinct, count)
    if law.keys is not None:
        return _listed(law, distinct, count)
    hot = min(law.hot_keys, distinct) if law.law == "hot" else 0
    if hot in (0, distinct):
        return _levels([(distinct, 1 / distinct)], count)
    share = float(law.hot_share)
    return _levels([(hot, share / hot), (distinct - hot, (1 - share) / (distinct - hot))], count)


def _levels(groups: list[Group], count: int) -> "tuple[NDArray[np.float64], tuple[Group, ...]]":
    """Groups in falling weight, the first `count` keys taken out one by one."""
    import numpy as np  # noqa: PLC0415  weights are computed for skewed tables only

    single: list[NDArray[np.float64]] = []
    rest: list[Group] = []
    left = count
    for keys, weight in sorted(groups, key=lambda group: -group[1]):
        taken = min(left, keys)
        left -= taken
        single.append(np.full(taken, weight))
        if keys > taken:
            rest.append((keys - taken, weight))
    return np.concatenate(single), tuple(rest)


def _listed(law: Popularity, distinct: int, count: int) -> "tuple[NDArray[np.float64], tuple[Group, ...]]":
    """Keys with shares of their own, then what is left, evenly on the others. Equal shares of cold keys make one group."""
    import numpy as np  # noqa: PLC0415  the same

    assert law.keys is not None  # noqa: S101  this law has keys
    parts = np.array([float(part) for part in law.keys.parts]) / float(law.keys.total)
    rest: list[Group] = []
    values, counts = np.unique(parts[count:], return_counts=True)
    rest += [(int(keys), float(value)) for value, keys in zip(values[::-1], counts[::-1], strict=True)]
    others = distinct - len(parts)
    left = max(0.0, 1.0 - math.fsum(parts.tolist()))
    if others and left > 1e-12:  # noqa: PLR2004  what rounding leaves
        single, more = _levels([(others, left / others)], max(0, count - len(parts)))
        return np.concatenate((parts[:count], single)), (*rest, *more)
    return parts[:count], tuple(rest)


def _zipf(exponent: float, distinct: int, count: int) -> "tuple[NDArray[np.float64], tuple[Group, ...]]":
    import numpy as np  # noqa: PLC0415  the same

    top = np.arange(1, min(distinct, count) + 1, dtype=np.float64) ** -exponent
    tail = _zipf_tail(exponent, len(top), distinct)
    total = math.fsum(top) + math.fsum(count * weight for count, weight in tail)
    return top / total, tuple((count, weight / total) for count, weight in tail)


def _zipf_tail(exponent: float, done: int, distinct: int) -> list[Group]:
    """Ranks after the first `done`, in groups whose weights are close together: (keys, mean weight)."""
    ratio = _BUCKET_WIDTH ** (1 / exponent) if exponent > 0 else math.inf
    ratio = max(ratio, (distinct / done) ** (1 / _MAX_GROUPS))
    out: list[Group] = []
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


@lru_cache(maxsize=1024)
def hottest_key_share(law: Popularity, distinct: int) -> Fraction:
    """The share of all units that goes to the busiest key, before it is sharded."""
    if law.law == "uniform":
        return Fraction(1, distinct)
    if law.law == "hot":
        others = distinct - law.hot_keys
        return max(
            Fraction(law.hot_share) / law.hot_keys, (1 - Fraction(law.hot_share)) / others if others else Fraction(0)
        )
    if law.keys is not None:
        first = Fraction(law.keys.parts[0]) / Fraction(law.keys.total)
        others = distinct - len(law.keys.parts)
        left = 1 - sum((Fraction(p) for p in law.keys.parts), Fraction(0)) / Fraction(law.keys.total)
        return max(first, left / others) if others else first
    return sig6(float(rank_weights(law, distinct, MAX_SINGLE)[0][0]))
