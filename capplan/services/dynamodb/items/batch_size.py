"""The total size of several items that one request reads."""

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.distribution import Distribution, expected_blocks, fixed, mean, measured, sum_of
from capplan.quantities.rounding import sig6, to_quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GRID_POINTS = 4096
"""Points of the sum's grid: sizes lie between two of them, in parts that keep their mean."""
_MAX_CONVOLVED = 200
"""Items of a sample whose sum is computed; that of more is close to log-normal."""
_MAX_SUMS = 1500
"""Different sums that are computed one by one; of more, none has a weight of its own."""
_MAX_SIZES = 100
_PARTS = 10**15
"""Into so many parts a probability is divided."""


def total_size(size: Distribution, count: Decimal) -> Distribution:
    """The total size of so many items. A fixed size is a mean: its ceiling counts for units."""
    if size.fixed:
        return fixed(count * math.ceil(size.points[0][1]))
    if count <= 1:
        return size if count == 1 else fixed(count * to_quantity(mean(size)))
    if size.sample and count <= _MAX_CONVOLVED and count == int(count):
        return _sum_of_sample(size, int(count))
    return sum_of(size, count)


def total_blocks(size: Distribution, count: Decimal, block_bytes: int) -> Fraction:
    """Expected blocks of so many items in one request, at least one; 6 significant digits where the sizes vary."""
    blocks = max(Fraction(1), expected_blocks(total_size(size, count), block_bytes))
    return sig6(float(blocks)) if size.sample and count > 1 else blocks


@lru_cache(maxsize=256)
def _sum_of_sample(size: Distribution, count: int) -> Distribution:
    """Distribution of the sum of independent draws from a sample: exact while few sums are possible, else on a grid."""
    exact = _every_sum(size, count)
    if exact is not None:
        return exact
    step = max(1, math.ceil(float(size.sample[-1][0]) * count / _GRID_POINTS))
    probabilities = _power(_on_grid(size, step), count)
    return measured(
        {Decimal(i * step): parts for i, p in enumerate(probabilities.tolist()) if (parts := round(p * _PARTS)) > 0}
    )


def _every_sum(size: Distribution, count: int) -> Distribution | None:
    """Every possible sum and in how many ways it comes; None where there are too many."""
    sizes = [(int(value), times) for value, times in size.sample]
    if len(sizes) > _MAX_SIZES:
        return None
    sums = {0: 1}
    for _ in range(count):
        following: dict[int, int] = {}
        for total, ways in sums.items():
            for value, times in sizes:
                following[total + value] = following.get(total + value, 0) + ways * times
        if len(following) > _MAX_SUMS:
            return None
        sums = following
    return measured({Decimal(total): ways for total, ways in sums.items()})


def _on_grid(size: Distribution, step: int) -> "NDArray[np.float64]":
    """Probabilities of multiples of a step. Shape (largest multiple + 2,)."""
    import numpy as np  # noqa: PLC0415  only where a sample's items are read together

    total = sum(times for _, times in size.sample)
    out = np.zeros(int(size.sample[-1][0]) // step + 2)
    for value, times in size.sample:
        low, rest = divmod(float(value), step)
        out[int(low)] += times / total * (1 - rest / step)
        out[int(low) + 1] += times / total * rest / step
    return out


def _power(probabilities: "NDArray[np.float64]", count: int) -> "NDArray[np.float64]":
    """Distribution of a sum of so many draws, by squaring."""
    import numpy as np  # noqa: PLC0415  the same

    out = np.ones(1)
    while count:
        if count % 2:
            out = np.convolve(out, probabilities)
        probabilities, count = (np.convolve(probabilities, probabilities) if count > 1 else probabilities), count // 2
    return out
