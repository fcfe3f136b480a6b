"""Draws values of a scenario's ranges: a Latin hypercube, in which each of N equal shares of a range is drawn from once."""

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from capplan.language.ranges import RangedInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_SHARE = 1e-9
"""Draws keep this far from the ends of a distribution, which percentiles do not have."""


def shares_of(name: str, draws: int, seed: int) -> "NDArray[np.float64]":
    """Numbers above 0 and below 1, one in each of `draws` equal parts, in random order.

    Each input has its own numbers, by its name: another range in the scenario does not move them.
    """
    random = np.random.Generator(np.random.PCG64([seed, draws, zlib.crc32(name.encode())]))
    strata = random.permutation(draws)
    inside: NDArray[np.float64] = (strata + random.random(draws)) / draws
    return inside.clip(_LEAST_SHARE, 1 - _LEAST_SHARE)


def drawn(inputs: Sequence[RangedInput], draws: int, seed: int) -> "NDArray[np.float64]":
    """Values of the inputs as they are written, each in the unit of its range. Shape (draws, inputs)."""
    out = np.empty((draws, len(inputs)))
    for i, one in enumerate(inputs):
        value = one.value
        column = value.at(shares_of(one.name, draws, seed))
        if value.step:
            column = np.round(column / float(value.step)) * float(value.step)
        if value.points is None:
            column = column.clip(float(value.low), float(value.high))
        elif value.unit == "%":
            column = column.clip(None, 100.0)
        out[:, i] = column
    return out
