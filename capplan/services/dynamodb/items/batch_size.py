"""The size of several items read together, each for itself. It counts no units."""

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
_MOST_CONVOLVED = 200
"""Items of a sample whose sum is worked out; that of more is all but log-normal."""
_MOST_SUMS = 1500
"""Different sums that are worked out one by one; of more, none has a weight of its own."""
_FEW_SIZES = 100
_PARTS = 10**15
"""Into which a probability is cut."""


def together(size: Distribution, count: Decimal) -> Distribution:
    """The size of so many items together. A fixed size is a mean: its ceiling counts for units."""
    if size.fixed:
        return fixed(count * math.ceil(size.points[0][1]))
    if count <= 1:
        return size if count == 1 else fixed(count * to_quantity(mean(size)))
    if size.sample and count <= _MOST_CONVOLVED and count == int(count):
        return _sum_of_sample(size, int(count))
    return sum_of(size, count)


def blocks_together(size: Distribution, count: Decimal, block_bytes: int) -> Fraction:
    """Expected blocks of so many items together, at least one; 6 significant digits where the sizes vary."""
    blocks = max(Fraction(1), expected_blocks(together(size, count), block_bytes))
    return sig6(float(blocks)) if size.sample and count > 1 else blocks


@lru_cache(maxsize=256)
def _sum_of_sample(size: Distribution, count: int) -> Distribution:
    """The law of the sum of independent draws from a sample: exact while few sums are possible, else on a grid."""
    exact = _every_sum(size, count)
    if exact is not None:
        return exact
    step = max(1, math.ceil(float(size.sample[-1][0]) * count / _GRID_POINTS))
    law = _power(_on_grid(size, step), count)
    return measured({Decimal(i * step): parts for i, p in enumerate(law.tolist()) if (parts := round(p * _PARTS)) > 0})


def _every_sum(size: Distribution, count: int) -> Distribution | None:
    """Every possible sum and in how many ways it comes; None where there are too many."""
    sizes = [(int(value), times) for value, times in size.sample]
    if len(sizes) > _FEW_SIZES:
        return None
    law = {0: 1}
    for _ in range(count):
        following: dict[int, int] = {}
        for total, ways in law.items():
            for value, times in sizes:
                following[total + value] = following.get(total + value, 0) + ways * times
        if len(following) > _MOST_SUMS:
            return None
        law = following
    return measured({Decimal(total): ways for total, ways in law.items()})


def _on_grid(size: Distribution, step: int) -> "NDArray[np.float64]":
    """Probabilities of multiples of a step. Shape (largest multiple + 2,)."""
    import numpy as np  # noqa: PLC0415  only where a sample's items are read together

    whole = sum(times for _, times in size.sample)
    out = np.zeros(int(size.sample[-1][0]) // step + 2)
    for value, times in size.sample:
        low, rest = divmod(float(value), step)
        out[int(low)] += times / whole * (1 - rest / step)
        out[int(low) + 1] += times / whole * rest / step
    return out


def _power(law: "NDArray[np.float64]", count: int) -> "NDArray[np.float64]":
    """The law of a sum of so many draws, by squaring."""
    import numpy as np  # noqa: PLC0415  the same

    out = np.ones(1)
    while count:
        if count % 2:
            out = np.convolve(out, law)
        law, count = (np.convolve(law, law) if count > 1 else law), count // 2
    return out
